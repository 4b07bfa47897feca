"""What a card may sign: a few typed payloads, and nothing else.

A payload is canonical JSON (sorted keys, no spaces, UTF-8). What the card signs is ``SWHUB-CARD-1`` and a newline
before it, so that the signature can never pass for one over a message, a document or a login elsewhere. Site and nonce
go in as digests: a signature taken to another site, or given twice, is worth nothing.
Pure functions: the caller hands in ``now``; that a nonce is used once only is held by the database.
"""

import hmac
import json
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum
from hashlib import sha256

from hub.cards.refusal import CardRefused
from hub.contract.text import Text

MAGIC = b"SWHUB-CARD-1\n"
LIFE = timedelta(minutes=5)  # from issue to the signature's arrival (spec PT-04, promise P18)
SKEW = timedelta(seconds=30)  # several web machines share one nonce store, not one clock
LIMIT = 4096  # characters of a payload
STAMP = "%Y-%m-%dT%H:%M:%SZ"


class Purpose(Enum):
    """What the holder agrees to by signing."""

    LOGIN = "LOGIN"
    APPLICATION = "APPLICATION"
    AGREEMENT = "AGREEMENT"
    PAYMENT = "PAYMENT"
    DOCUMENT = "DOCUMENT"
    AUTHORITY = "AUTHORITY"


@dataclass(frozen=True, kw_only=True)
class Act:
    """One purpose: the words the holder reads (the Chinese ones are signed) and the fields the payload has."""

    title: Text
    fields: frozenset[str]


COMMON = frozenset({"purpose", "title", "origin_hash", "nonce_hash", "issued_at"})
BINDING = COMMON | {"number", "receiver", "digest"}

ACTS: Mapping[Purpose, Act] = {
    Purpose.LOGIN: Act(title=Text("登录单一窗口金融服务", "Log in to financial services"), fields=COMMON),
    Purpose.APPLICATION: Act(title=Text("签署业务申请", "Sign an application"), fields=BINDING),
    Purpose.AGREEMENT: Act(title=Text("签署协议", "Sign an agreement"), fields=BINDING),
    Purpose.PAYMENT: Act(title=Text("签署支付指令", "Sign a payment instruction"), fields=BINDING | {"matter"}),
    Purpose.DOCUMENT: Act(title=Text("签署文件", "Sign a document"), fields=BINDING | {"document"}),
    Purpose.AUTHORITY: Act(title=Text("授权与绑卡", "Decide who may act"), fields=BINDING | {"matter"}),
}

HEX = re.compile(r"[0-9a-f]{64}")
FORMS: Mapping[str, re.Pattern[str]] = {
    "origin_hash": HEX,
    "nonce_hash": HEX,
    "digest": HEX,
    "issued_at": re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ"),
    "number": re.compile(r".{1,64}"),
    "receiver": re.compile(r".{1,100}"),
    "document": re.compile(r".{1,200}"),
    "matter": re.compile(r".{1,200}"),
}
ORIGIN = re.compile(r"https?://([a-z0-9.-]+|\[[0-9a-f:.]+\])(:\d{1,5})?")


@dataclass(frozen=True, kw_only=True)
class Payload:
    """A payload that was read and found well formed. The last five fields are empty for a login."""

    purpose: Purpose
    title: str
    origin_hash: str
    nonce_hash: str
    issued_at: datetime
    number: str = ""  # of the application, agreement or payment order
    receiver: str = ""  # the insurer or bank that will get it
    digest: str = ""  # SHA-256 of the canonical content that is agreed to; of a document: of its bytes as prepared
    document: str = ""  # name of the document that is signed inside, too (hub.cards.document)
    matter: str = ""  # what the holder allows or ends, in words


def new_nonce() -> str:
    """256 random bits, to be stored by the caller and used once."""
    return secrets.token_urlsafe(32)


def frame(payload: str) -> bytes:
    """The bytes that the card signs."""
    return MAGIC + payload.encode()


def hash_text(value: str) -> str:
    """How origins and nonces stand in a payload."""
    return sha256(value.encode()).hexdigest()


def make_login(origin: str, nonce: str, now: datetime) -> str:
    """The payload that logs a card holder in at ``origin`` (as the browser writes it: scheme, host, port)."""
    return _encode(_common(Purpose.LOGIN, origin, nonce, now))


def make_binding(
    purpose: Purpose,
    *,
    origin: str,
    nonce: str,
    now: datetime,
    number: str,
    receiver: str,
    digest: str,
    document: str = "",
    matter: str = "",
) -> str:
    """The payload that binds the enterprise to the content with ``digest``; ``document``, ``matter``: where it has one.

    Raises ValueError for a field.
    """
    fields = _common(purpose, origin, nonce, now) | {"number": number, "receiver": receiver, "digest": digest}
    own = {"document": document, "matter": matter}
    return _encode(fields | {name: text for name, text in own.items() if text})


def parse(payload: str) -> Payload:
    """Read a payload of exactly one of the known kinds, in canonical form. Raises CardRefused("malformed")."""
    try:
        if len(payload) > LIMIT:
            raise ValueError("too long")
        fields = json.loads(payload)
        if not isinstance(fields, dict) or _encode(fields) != payload:
            raise ValueError("not canonical")
        return _payload(fields)
    except (ValueError, RecursionError):
        raise CardRefused("malformed") from None


def check(
    payload: str,
    *,
    purpose: Purpose,
    origin: str,
    nonce: str,
    now: datetime,
    number: str = "",
    receiver: str = "",
    digest: str = "",
    document: str = "",
    matter: str = "",
) -> Payload:
    """The payload, if it is the one the hub asked for. Raises CardRefused with the reason."""
    read = parse(payload)
    if read.origin_hash != hash_text(origin):
        raise CardRefused("wrong_origin")
    if not hmac.compare_digest(read.nonce_hash, hash_text(nonce)):
        raise CardRefused("wrong_nonce")
    asked = (purpose, number, receiver, digest, document, matter)
    if (read.purpose, read.number, read.receiver, read.digest, read.document, read.matter) != asked:
        raise CardRefused("wrong_act")
    if not now - LIFE <= read.issued_at <= now + SKEW:
        raise CardRefused("stale")
    return read


def _common(purpose: Purpose, origin: str, nonce: str, now: datetime) -> dict[str, object]:
    if not ORIGIN.fullmatch(origin):
        raise ValueError(f"origin: not as a browser writes it: {origin!r}")
    return {
        "purpose": purpose.value,
        "title": ACTS[purpose].title.zh,
        "origin_hash": hash_text(origin),
        "nonce_hash": hash_text(nonce),
        "issued_at": now.astimezone(UTC).strftime(STAMP),
    }


def _encode(fields: Mapping[str, object]) -> str:
    _payload(fields)
    return json.dumps(fields, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _payload(fields: Mapping[str, object]) -> Payload:
    """The typed payload. Raises ValueError naming the field; what a user cannot see must not be signed."""
    purpose = Purpose(fields.get("purpose"))
    act = ACTS[purpose]
    if fields.keys() != act.fields or fields["title"] != act.title.zh:
        raise ValueError(f"{purpose.value}: title or list of fields")
    texts = {}
    for name in act.fields - {"purpose", "title"}:
        value = fields[name]
        if not isinstance(value, str) or not FORMS[name].fullmatch(value) or not value.isprintable():
            raise ValueError(f"{name}: {FORMS[name].pattern}")
        texts[name] = value
    issued_at = datetime.strptime(texts.pop("issued_at"), STAMP).replace(tzinfo=UTC)
    return Payload(purpose=purpose, title=act.title.zh, issued_at=issued_at, **texts)
