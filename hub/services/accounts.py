"""Who is logged in: card challenges, server-side sessions, card bindings (spec PT-04, PT-20, reliability.md P18)."""

import secrets
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from sqlalchemy import Connection, Row, delete, insert, select, update

from hub.business.acts import Actor
from hub.cards import challenge as cards
from hub.cards.challenge import Purpose
from hub.cards.refusal import CardRefused
from hub.cards.trust import CardCertificate, Trust, verify
from hub.config import TrustSettings
from hub.contract.text import Text
from hub.errors import ConfigError, InvalidInput, LoginRefused, NotFound
from hub.runtime import Runtime, certificates
from hub.services import audit, card_requests, delegations
from hub.store import tables
from hub.store.engine import reading, writing
from hub.store.rows import insert_new

GONE = Text("此卡已解除绑定，不能再使用", "This card was taken off its account and is not used again")
USED = Text("登录请求已失效，请刷新页面重试", "This login request is no longer valid: reload the page")
WRONG_KIND = Text("卡的类型与账号角色不符", "The kind of card does not fit the account's role")
NOT_YOURS = Text("卡与企业信息不符", "The card does not belong to this enterprise")
SEEN_EVERY = timedelta(seconds=60)  # a session's last use is written at most this often


class Unbound(LoginRefused):
    """This card is bound to no account."""

    def __init__(self, card: CardCertificate) -> None:
        code = card_requests.code(card.fingerprint)
        super().__init__(
            Text(
                f"此卡未绑定账号。请法人在“账号与卡”中绑定，绑定码 {code}",
                f"This card is bound to no account: the legal person binds it under Accounts and cards, code {code}",
            )
        )
        self.card = card


@dataclass(frozen=True, kw_only=True)
class Challenge:
    """What the browser has to have signed by the card."""

    nonce: str
    payload: str


@dataclass(frozen=True, kw_only=True)
class LoginSession:
    """A live session."""

    token: str = field(repr=False)
    account_id: str
    actor: Actor
    enterprise_name: str
    uscc: str
    role: str
    fingerprint: str | None
    not_after: datetime | None  # of the card
    expires_at: datetime
    preferences: Mapping[str, Any] = field(default_factory=dict)


def digest(text: str) -> str:
    """How tokens lie in the store: never as they are."""
    return sha256(text.encode()).hexdigest()


def nonce(runtime: Runtime, browser: str) -> str:
    """A new single-use nonce for this browser (or session), kept for five minutes."""
    now = runtime.clock.now()
    fresh = cards.new_nonce()
    with writing(runtime.engine) as connection:
        connection.execute(
            insert(tables.login_challenge),
            {"nonce": digest(fresh), "browser": digest(browser), "expires_at": now + cards.LIFE},
        )
    return fresh


def spend(connection: Connection, nonce: str, browser: str, now: datetime) -> bool:
    """Use a nonce up; False when it is unknown, foreign, expired or spent."""
    table = tables.login_challenge
    spent = connection.execute(
        update(table)
        .where(
            table.c.nonce == digest(nonce),
            table.c.browser == digest(browser),
            table.c.used_at.is_(None),
            table.c.expires_at > now,
        )
        .values(used_at=now)
    )
    return spent.rowcount == 1


def use(runtime: Runtime, nonce: str, browser: str) -> bool:
    """Use a nonce up in a transaction of its own; False when it is not good."""
    with writing(runtime.engine) as connection:
        return spend(connection, nonce, browser, runtime.clock.now())


def is_live(runtime: Runtime, nonce: str, browser: str) -> bool:
    """Whether :func:`use` would take it."""
    table = tables.login_challenge
    mine = (table.c.nonce == digest(nonce), table.c.browser == digest(browser))
    live = (table.c.used_at.is_(None), table.c.expires_at > runtime.clock.now())
    with reading(runtime.engine) as connection:
        return connection.execute(select(table.c.nonce).where(*mine, *live)).first() is not None


def bind(connection: Connection, nonce: str, prepared: str, subject: str) -> None:
    """Remember what document was prepared for the signature with this nonce, and for what it is."""
    table = tables.login_challenge
    row = {"prepared": prepared, "subject": subject}
    connection.execute(update(table).where(table.c.nonce == digest(nonce)).values(row))


def bound(connection: Connection, nonce: str, subject: str) -> str | None:
    """The document that was prepared for exactly this, by its digest."""
    table = tables.login_challenge
    wanted = select(table.c.prepared).where(table.c.nonce == digest(nonce), table.c.subject == subject)
    return connection.execute(wanted).scalar_one_or_none()


def forget_challenges(runtime: Runtime) -> int:
    """Remove the nonces that nobody can use any more; returns how many."""
    table = tables.login_challenge
    with writing(runtime.engine) as connection:
        return connection.execute(delete(table).where(table.c.expires_at <= runtime.clock.now())).rowcount


def challenge(runtime: Runtime, browser: str) -> Challenge:
    """A login challenge bound to the portal's origin and this browser."""
    fresh = nonce(runtime, browser)
    return Challenge(nonce=fresh, payload=cards.make_login(runtime.settings.web.origin, fresh, runtime.clock.now()))


def login(
    runtime: Runtime,
    *,
    browser: str,
    nonce: str,
    payload: str,
    algorithm: str,
    signature: bytes,
    certificate: bytes,
    address: str | None,
) -> LoginSession:
    """Open a session with a card. Raises LoginRefused with what to do; every refusal is audited."""
    now = runtime.clock.now()
    live = use(runtime, nonce, browser)
    try:
        if not live:
            raise LoginRefused(USED)
        cards.check(payload, purpose=Purpose.LOGIN, origin=runtime.settings.web.origin, nonce=nonce, now=now)
        card = verify(payload, algorithm, signature, certificate, trust(runtime.settings.trust), now)
        return _open(runtime, card, address, now)
    except (CardRefused, LoginRefused) as refused:
        reason = refused.code if isinstance(refused, CardRefused) else refused.text.en
        with writing(runtime.engine) as connection:
            if isinstance(refused, Unbound):
                card_requests.ask(connection, refused.card, now)
            detail = {"reason": reason, "certificate": sha256(certificate).hexdigest()}
            audit.note(connection, now, "login.refused", who="anonymous", address=address, detail=detail)
        raise refused if isinstance(refused, LoginRefused) else LoginRefused(refused.text) from None


def _open(runtime: Runtime, card: CardCertificate, address: str | None, now: datetime) -> LoginSession:
    binding, account = tables.card_binding, tables.account
    with writing(runtime.engine) as connection:
        row = connection.execute(
            select(account)
            .join(binding, binding.c.account == account.c.id)
            .where(binding.c.fingerprint == card.fingerprint, binding.c.ended_at.is_(None))
        ).one_or_none()
        if row is None:
            raise LoginRefused(GONE) if card_requests.was_bound(connection, card.fingerprint) else Unbound(card)
        check_holder(row, card)
        token = open_session(runtime, connection, row.id, card, address, now)
    return opened(runtime, token)


def open_session(
    runtime: Runtime,
    connection: Connection,
    account_id: str,
    card: CardCertificate | None,
    address: str | None,
    now: datetime,
) -> str:
    """A new session's token; ``card`` is None for a login by password. Audited."""
    if runtime.settings.web.single_session:
        end_sessions(connection, account_id, "login elsewhere", now)
    token = secrets.token_urlsafe(32)
    connection.execute(
        insert(tables.login_session),
        {
            "token_hash": digest(token),
            "account": account_id,
            "fingerprint": card.fingerprint if card else None,
            "serial": card.serial if card else None,
            "created_at": now,
            "seen_at": now,
        },
    )
    detail = {"certificate": card.serial} if card else {"by": "password"}
    audit.note(connection, now, "login", who=account_id, address=address, detail=detail)
    return token


def opened(runtime: Runtime, token: str) -> LoginSession:
    """The session that was just opened. Raises LoginRefused when it is over already."""
    found = session(runtime, token)
    if found is None:
        raise LoginRefused(USED)
    return found


def end_sessions(connection: Connection, account_id: str, reason: str, now: datetime) -> int:
    """End all live sessions of an account; returns how many."""
    table = tables.login_session
    live = (table.c.account == account_id, table.c.ended_at.is_(None))
    return connection.execute(update(table).where(*live).values(ended_at=now, end_reason=reason)).rowcount


def session(runtime: Runtime, token: str, address: str | None = None, *, touch: bool = True) -> LoginSession | None:
    """The live session of ``token``, or None. Using it keeps it alive for another idle period, within its hours.

    Not so with ``touch=False``: what a page asks by itself is no use by a person.
    """
    now = runtime.clock.now()
    idle = timedelta(minutes=runtime.settings.web.idle_minutes)
    whole = timedelta(hours=runtime.settings.web.session_hours)
    table, account, binding, firm = tables.login_session, tables.account, tables.card_binding, tables.enterprise
    with reading(runtime.engine) as connection:
        row = connection.execute(
            select(table, account.c.name, account.c.role, account.c.enterprise, account.c.preferences)
            .add_columns(binding.c.not_after, binding.c.ended_at.label("unbound_at"), firm.c.name.label("firm"))
            .join(account, account.c.id == table.c.account)
            .outerjoin(binding, binding.c.fingerprint == table.c.fingerprint)
            .outerjoin(firm, firm.c.uscc == account.c.enterprise)
            .where(table.c.token_hash == digest(token), table.c.ended_at.is_(None))
        ).one_or_none()
        rights = delegations.rights(connection, row.account, now) if row is not None else frozenset()
    if row is None or min(row.seen_at + idle, row.created_at + whole) <= now or row.unbound_at is not None:
        return None
    if row.not_after is not None and row.not_after <= now:
        return None
    if touch and now - row.seen_at >= SEEN_EVERY:
        with writing(runtime.engine) as connection:
            connection.execute(update(table).where(table.c.token_hash == row.token_hash).values(seen_at=now))
    actor = Actor(
        account=row.account,
        name=row.name,
        enterprise=row.enterprise or "",
        role=row.role,
        certificate=row.serial,
        address=address,
        rights=rights,
    )
    return LoginSession(
        token=token,
        account_id=row.account,
        actor=actor,
        enterprise_name=row.firm or "",
        uscc=row.enterprise or "",
        role=row.role,
        fingerprint=row.fingerprint,
        not_after=row.not_after,
        expires_at=min((now if touch else row.seen_at) + idle, row.created_at + whole),
        preferences=row.preferences,
    )


def logout(runtime: Runtime, token: str, reason: str) -> None:
    """End the session at the server."""
    table = tables.login_session
    with writing(runtime.engine) as connection:
        connection.execute(
            update(table)
            .where(table.c.token_hash == digest(token), table.c.ended_at.is_(None))
            .values(ended_at=runtime.clock.now(), end_reason=reason)
        )


def logout_everywhere(runtime: Runtime, login: LoginSession) -> None:
    """End every session of this account, this one too."""
    now = runtime.clock.now()
    with writing(runtime.engine) as connection:
        ended = end_sessions(connection, login.account_id, "logout everywhere", now)
        detail = {"sessions": ended}
        audit.note(
            connection, now, "logout.everywhere", who=login.account_id, address=login.actor.address, detail=detail
        )


def save_preference(runtime: Runtime, account_id: str, key: str, value: Any) -> None:
    """Remember one setting of a user (page size of a list, language, text size)."""
    table = tables.account
    with writing(runtime.engine) as connection:
        row = connection.execute(select(table.c.preferences).where(table.c.id == account_id).with_for_update()).one()
        connection.execute(
            update(table).where(table.c.id == account_id).values(preferences={**row.preferences, key: value})
        )


def register_enterprise(connection: Connection, uscc: str, name: str, now: datetime) -> None:
    """Make the enterprise known; nothing happens when it already is."""
    insert_new(connection, tables.enterprise, {"uscc": uscc, "name": name, "created_at": now})


def add_account(connection: Connection, *, enterprise: str | None, name: str, role: str, now: datetime) -> str:
    """A new account; returns its id. ``role`` is LP, OP, PW or ADM; ADM belongs to no enterprise."""
    if role not in ("LP", "OP", "PW", "ADM") or (role == "ADM") != (enterprise is None):
        raise InvalidInput({"role": Text("角色有误", "role: LP, OP or PW of an enterprise, or ADM of none")})
    account_id = uuid.uuid4().hex
    row: dict[str, Any] = {
        "id": account_id,
        "enterprise": enterprise,
        "name": name,
        "role": role,
        "preferences": {},
        "created_at": now,
    }
    connection.execute(insert(tables.account), row)
    return account_id


def bind_card(connection: Connection, account_id: str, card: CardCertificate, now: datetime) -> None:
    """Bind a card to an account: it logs in from now on. Raises NotFound, LoginRefused."""
    row = connection.execute(select(tables.account).where(tables.account.c.id == account_id)).one_or_none()
    if row is None:
        raise NotFound
    check_holder(row, card)
    binding = {
        "fingerprint": card.fingerprint,
        "account": account_id,
        "serial": card.serial,
        "holder": card.holder,
        "not_after": card.not_after,
        "bound_at": now,
    }
    connection.execute(insert(tables.card_binding), binding)
    card_requests.settle(connection, card.fingerprint)
    audit.note(connection, now, "card.bound", who=account_id, detail={"certificate": card.serial})


def check_holder(account: Row[Any], card: CardCertificate) -> None:
    """Return when the card is of the account's enterprise and kind. Raises LoginRefused."""
    if account.enterprise is not None and account.enterprise[8:17] != card.org_code:
        raise LoginRefused(NOT_YOURS)
    if account.role in ("LP", "OP") and account.role != card.role:
        raise LoginRefused(WRONG_KIND)


def is_bound(connection: Connection, account_id: str, fingerprint: str) -> bool:
    """Whether this card is the account's now."""
    table = tables.card_binding
    mine = (table.c.account == account_id, table.c.fingerprint == fingerprint, table.c.ended_at.is_(None))
    return connection.execute(select(table.c.fingerprint).where(*mine)).first() is not None


def unbind_cards(
    connection: Connection, account_id: str, reason: str, now: datetime, *, only: str | None = None
) -> list[str]:
    """End the bindings of an account with the sessions opened by them; their history stays. Returns the serials.

    :param only: the fingerprint of one card; without it, all of them.
    """
    table, sessions = tables.card_binding, tables.login_session
    live = select(table.c.fingerprint, table.c.serial).where(table.c.account == account_id, table.c.ended_at.is_(None))
    if only is not None:
        live = live.where(table.c.fingerprint == only)
    cards = connection.execute(live).all()
    for card in cards:
        connection.execute(update(table).where(table.c.fingerprint == card.fingerprint).values(ended_at=now))
        with_it = (sessions.c.fingerprint == card.fingerprint, sessions.c.ended_at.is_(None))
        connection.execute(update(sessions).where(*with_it).values(ended_at=now, end_reason="card unbound"))
        detail = {"certificate": card.serial, "reason": reason[:100]}
        audit.note(connection, now, "card.unbound", who=account_id, detail=detail)
    return [card.serial for card in cards]


def trust(settings: TrustSettings) -> Trust:
    """Whose cards are believed, from the configured files. Raises ConfigError."""
    return Trust(
        roots=certificates(settings.card_cas),
        crls=_lists(settings.card_crls, _stamps(settings.card_crls)),
        suites=settings.card_suites,
    )


def _stamps(paths: tuple[Path, ...]) -> tuple[float, ...]:
    """When each list was last replaced: a new one counts at once, without a restart."""
    try:
        return tuple(path.stat().st_mtime for path in paths)
    except OSError as error:
        raise ConfigError(f"[trust] card_crls: {error}") from error


@cache
def _lists(paths: tuple[Path, ...], stamps: tuple[float, ...]) -> tuple[bytes, ...]:  # noqa: ARG001
    try:
        return tuple(x509.load_pem_x509_crl(path.read_bytes()).public_bytes(Encoding.DER) for path in paths)
    except (OSError, ValueError) as error:
        raise ConfigError(f"[trust] card_crls: {error}") from error
