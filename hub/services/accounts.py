"""Enterprises, their accounts and the cards that are bound to them."""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from hub.cards.trust import CardCertificate
from hub.contract.text import Text
from hub.errors import InvalidInput, LoginRefused, NotFound
from hub.runtime import Runtime
from hub.services import audit, card_requests
from hub.store import tables
from hub.store.engine import writing
from hub.store.rows import ensure

WRONG_KIND = Text("卡的类型与账号角色不符", "The kind of card does not fit the account's role")
NOT_YOURS = Text("卡与企业信息不符", "The card does not belong to this enterprise")


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
    ensure(connection, tables.enterprise, {"uscc": uscc, "name": name, "created_at": now})


def note_customs_code(connection: Connection, uscc: str, code: str) -> None:
    """What the enterprise is registered under at customs (海关十位); its forms offer it."""
    table = tables.enterprise
    connection.execute(update(table).where(table.c.uscc == uscc).values(customs_code=code))


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


def bound_serial(connection: Connection, account_id: str) -> str | None:
    """The serial of the certificate on the account's card, of several the one bound last; None where it has none."""
    table = tables.card_binding
    mine = select(table.c.serial).where(table.c.account == account_id, table.c.ended_at.is_(None))
    return connection.execute(mine.order_by(table.c.bound_at.desc()).limit(1)).scalar_one_or_none()


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
