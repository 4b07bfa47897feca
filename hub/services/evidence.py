"""Evidence in the store: entries written in the transaction of the act, heads that cover them, and the check of it all.

An act whose entry cannot be written does not happen: it is one transaction. Heads come a moment later, from any worker;
while none can be signed for ``[evidence] patience``, binding acts are refused.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from weakref import WeakKeyDictionary

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from sqlalchemy import ColumnElement, Connection, Engine, Row, Select, bindparam, insert, select, update

from hub.cards.suites import read_certificate
from hub.cards.trust import Trust
from hub.contract.message import ActorSignature
from hub.contract.text import Text
from hub.delivery.alerts import close_alert, open_alert
from hub.errors import Unavailable
from hub.evidence import chain
from hub.evidence.chain import Entry, Head
from hub.runtime import Runtime
from hub.services import blobs
from hub.store.engine import writing
from hub.store.prepared import ONE, Prepared
from hub.store.rows import insert_new
from hub.store.tables import blob, evidence_head
from hub.store.tables import evidence as table

AT_ONCE = 10_000  # entries under one head
ALERT = "evidence"
ALARM_AFTER = timedelta(seconds=60)
ASK_AGAIN = timedelta(seconds=1)
_seen: WeakKeyDictionary[Engine, datetime] = WeakKeyDictionary()  # when this process found the store's being signed
UNSIGNED = Text(
    "证据链暂时无法签名，为保证可追溯，暂停办理，请稍后重试",
    "Evidence cannot be signed at present; nothing binding is taken until it can. Try again later",
)


def last_of(chain: ColumnElement[str]) -> Select[tuple[int, str]]:
    """``n`` and ``hash`` of the last entry of a chain: for :func:`end`."""
    return select(table.c.n, table.c.hash).where(table.c.chain == chain).order_by(table.c.n.desc()).limit(ONE)


LAST = Prepared(last_of(bindparam("chain")))
APPEND = Prepared(insert(table).inline())  # nobody asks for the new row's number
OLDEST = Prepared(select(table.c.at).where(table.c.head.is_(None)).order_by(table.c.seq).limit(ONE))
COVER = update(table).where(table.c.seq.in_(bindparam("covered", expanding=True)))
"""The statements of every act: building one costs more than running it, so they are built once."""


def begin(connection: Connection, of: str, facts: Mapping[str, Any], now: datetime) -> Entry:
    """Write the first entry of chain ``of``, of an object that this transaction made."""
    return _write(connection, of, None, facts, now)


def append(
    connection: Connection, of: str, facts: Mapping[str, Any], now: datetime, after: Entry | None = None
) -> Entry:
    """Write the next entry of chain ``of``. The caller holds the lock that keeps the chain's writers apart.

    :param after: the last entry, where the caller has just read or written it.
    """
    return _write(connection, of, after or _last(connection, of), facts, now)


def _last(connection: Connection, of: str) -> Entry | None:
    last = LAST.first(connection, {"chain": of})
    return None if last is None else end(of, last)


def end(of: str, last: Any) -> Entry | None:
    """The last entry of chain ``of``, as far as the next one needs it; None where the chain has not begun."""
    return None if last.n is None else Entry(chain=of, n=last.n, body="", hash=last.hash)


def _write(connection: Connection, of: str, before: Entry | None, facts: Mapping[str, Any], now: datetime) -> Entry:
    entry = chain.link(of, before, facts, now)
    row = {"chain": of, "n": entry.n, "at": now, "body": entry.body, "hash": entry.hash}
    APPEND.write(connection, row)
    return entry


def signed(connection: Connection, signature: ActorSignature, shown: str, trust: Trust) -> dict[str, Any]:
    """What an entry says of a card's signature; certificates and revocation lists are kept beside it.

    ``shown`` is the text whose digest stands in the signed payload: what the holder agreed to.
    """
    above = issuers(signature.certificate, trust)
    names = {read_certificate(der).subject for der in above}
    lists = [crl for crl in trust.crls if x509.load_der_x509_crl(crl).issuer in names]
    return {
        "payload": signature.payload,
        "shown": shown,
        "algorithm": signature.algorithm,
        "value": signature.value.hex(),
        "certificate": blobs.keep(connection, signature.certificate, blobs.CERTIFICATE),
        "issuers": [blobs.keep(connection, der, blobs.CERTIFICATE) for der in above],
        "revocation": [blobs.keep(connection, crl, blobs.REVOCATION_LIST) for crl in lists],
    }


def message(way: str, message_id: str, kind: str, digest: str, partner: str) -> dict[str, str]:
    """What an entry says of a message: ``in`` or ``out``, and the digest of its exact bytes."""
    return {"way": way, "id": message_id, "type": kind, "digest": digest, "partner": partner}


def expect(connection: Connection, now: datetime) -> None:
    """Announce :func:`require`."""
    if not _just_seen(connection, now):
        OLDEST.ahead(connection, {})


def require(connection: Connection, patience: float, now: datetime) -> None:
    """Return while evidence is being signed. Raises Unavailable when it has not been for ``patience`` seconds."""
    if _just_seen(connection, now):
        return
    oldest = OLDEST.first(connection, {})
    if oldest is not None and now - oldest.at > timedelta(seconds=patience):
        raise Unavailable(UNSIGNED)
    _seen[connection.engine] = now


def _just_seen(connection: Connection, now: datetime) -> bool:
    seen = _seen.get(connection.engine)
    return seen is not None and abs(now - seen) < ASK_AGAIN


def seal(runtime: Runtime) -> int:
    """Sign a head over the entries that have none; returns how many. Any number of workers may try at once."""
    now = runtime.clock.now()
    with writing(runtime.engine) as connection:
        before = last_head(connection)
        waiting = connection.execute(
            select(table.c.seq, table.c.hash).where(table.c.head.is_(None)).order_by(table.c.seq).limit(AT_ONCE)
        ).all()
        if not waiting:
            return 0
        head = chain.sign_head(runtime.signer, before, [row.hash for row in waiting], now)
        row = {
            "n": head.n,
            "at": now,
            "body": head.body,
            "hash": head.hash,
            "algorithm": head.algorithm,
            "signature": head.signature,
            "certificate": blobs.keep(connection, head.certificate, blobs.CERTIFICATE),
        }
        if not insert_new(connection, evidence_head, row):
            return 0  # another worker signed the same entries
        connection.execute(COVER, {"covered": [row.seq for row in waiting], "head": head.n})
        close_alert(connection, ALERT, now)
    return len(waiting)


def seal_all(runtime: Runtime) -> None:
    """Sign until every entry of this moment is covered."""
    while seal(runtime):
        continue


def tend(runtime: Runtime) -> int:
    """:func:`seal`, as the worker does it again and again: when it cannot, an operator is called."""
    try:
        return seal(runtime)
    except Exception as error:
        now = runtime.clock.now()
        with writing(runtime.engine) as connection:
            oldest = OLDEST.first(connection, {})
            if oldest is not None and now - oldest.at > ALARM_AFTER:
                why = type(error).__name__
                text = Text(f"证据链无法签名：{why}", f"Evidence cannot be signed: {why}")
                open_alert(connection, ALERT, text, now)
        raise


def last_head(connection: Connection) -> Head | None:
    """The latest signed head."""
    row = connection.execute(HEADS.order_by(evidence_head.c.n.desc()).limit(1)).one_or_none()
    return None if row is None else head_of(row)


def has_head(connection: Connection, hash_: str) -> bool:
    """Whether this head is (still) one of ours."""
    return connection.execute(select(evidence_head.c.n).where(evidence_head.c.hash == hash_)).first() is not None


HEADS = select(evidence_head, blob.c.content.label("der")).join(blob, blob.c.digest == evidence_head.c.certificate)


def head_of(row: Row[Any]) -> Head:
    """From a row of HEADS."""
    return Head(
        n=row.n, body=row.body, hash=row.hash, algorithm=row.algorithm, signature=row.signature, certificate=row.der
    )


def issuers(certificate: bytes, trust: Trust) -> list[bytes]:
    """The certificates (DER) above this one among those configured, nearest first."""
    by_name = {known.subject: known for known in map(read_certificate, [*trust.intermediates, *trust.roots])}
    found: list[x509.Certificate] = []
    below = read_certificate(certificate)
    while below.issuer in by_name and by_name[below.issuer] not in found:
        below = by_name[below.issuer]
        found.append(below)
    return [issuer.public_bytes(Encoding.DER) for issuer in found]
