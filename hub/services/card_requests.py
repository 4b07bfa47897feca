"""Cards that came to log in and are nobody's: they wait until the legal person says whose they are (spec PT-08, 绑卡).

Such a card has signed a login challenge, so whoever asks holds it and knows its PIN.
"""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, insert, select

from hub.cards.trust import CardCertificate
from hub.store import tables

LIFE = timedelta(days=7)


def code(fingerprint: str) -> str:
    """What the card's holder reads out to the legal person, and both see: ``AB12-CD34``."""
    return f"{fingerprint[:4]}-{fingerprint[4:8]}".upper()


def ask(connection: Connection, card: CardCertificate, now: datetime) -> None:
    """Have the card wait; asking again begins its time anew, and those whose time is over are forgotten."""
    table = tables.card_request
    connection.execute(delete(table).where(table.c.asked_at <= now - LIFE))
    settle(connection, card.fingerprint)
    connection.execute(insert(table), {**asdict(card), "asked_at": now})


def waiting(connection: Connection, uscc: str, now: datetime) -> Sequence[tuple[CardCertificate, datetime]]:
    """The cards of this enterprise that wait, and since when; latest first."""
    table = tables.card_request
    statement = select(table).where(table.c.org_code == uscc[8:17], table.c.asked_at > now - LIFE)
    rows = connection.execute(statement.order_by(table.c.asked_at.desc())).mappings()
    return [(CardCertificate(**{name: row[name] for name in FIELDS}), row["asked_at"]) for row in rows]


def settle(connection: Connection, fingerprint: str) -> None:
    """It waits no longer."""
    table = tables.card_request
    connection.execute(delete(table).where(table.c.fingerprint == fingerprint))


def was_bound(connection: Connection, fingerprint: str) -> bool:
    """Whether the card was an account's before."""
    table = tables.card_binding
    return connection.execute(select(table.c.account).where(table.c.fingerprint == fingerprint)).first() is not None


FIELDS = tuple(CardCertificate.__dataclass_fields__)
