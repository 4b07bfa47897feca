"""Sessions at the server: opened by a card or a password, kept alive by use, ended by anybody who may (spec PT-20)."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, insert, select, update

from hub.business.acts import Actor
from hub.cards.trust import CardCertificate
from hub.errors import LoginRefused
from hub.runtime import Runtime
from hub.services import audit, delegations
from hub.services.nonces import USED, digest
from hub.store import tables
from hub.store.engine import reading, writing

SEEN_EVERY = timedelta(seconds=60)  # a session's last use is written at most this often


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


def begin(
    runtime: Runtime,
    connection: Connection,
    account_id: str,
    card: CardCertificate | None,
    address: str | None,
    now: datetime,
) -> str:
    """A new session's token; ``card`` is None for a login by password. Audited."""
    if runtime.settings.web.single_session:
        end_all(connection, account_id, "login elsewhere", now)
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
    found = find(runtime, token)
    if found is None:
        raise LoginRefused(USED)
    return found


def end_all(connection: Connection, account_id: str, reason: str, now: datetime) -> int:
    """End all live sessions of an account; returns how many."""
    table = tables.login_session
    live = (table.c.account == account_id, table.c.ended_at.is_(None))
    return connection.execute(update(table).where(*live).values(ended_at=now, end_reason=reason)).rowcount


def find(runtime: Runtime, token: str, address: str | None = None, *, touch: bool = True) -> LoginSession | None:
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


def end(runtime: Runtime, token: str, reason: str) -> None:
    """End the session at the server."""
    table = tables.login_session
    with writing(runtime.engine) as connection:
        connection.execute(
            update(table)
            .where(table.c.token_hash == digest(token), table.c.ended_at.is_(None))
            .values(ended_at=runtime.clock.now(), end_reason=reason)
        )


def end_everywhere(runtime: Runtime, login: LoginSession) -> None:
    """End every session of this account, this one too."""
    now = runtime.clock.now()
    with writing(runtime.engine) as connection:
        ended = end_all(connection, login.account_id, "logout everywhere", now)
        detail = {"sessions": ended}
        audit.note(
            connection, now, "logout.everywhere", who=login.account_id, address=login.actor.address, detail=detail
        )
