"""What legal persons have delegated to named operators, for how long (ROLE-06). Granted by hub.services.authority."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, insert, select, update

from hub.store import tables


@dataclass(frozen=True, kw_only=True)
class Delegation:
    """One right of one account."""

    id: str
    account: str
    name: str  # of the account's person
    right: str  # one of hub.business.RIGHTS
    granted_at: datetime
    until: datetime
    revoked_at: datetime | None

    @property
    def last(self) -> datetime:
        """The last second for which it was given."""
        return self.until - timedelta(seconds=1)

    def stands(self, now: datetime) -> bool:
        """Whether it counts."""
        return self.revoked_at is None and now < self.until


def rights(connection: Connection, account: str, now: datetime) -> frozenset[str]:
    """What the account may do now beyond its role. Read for every request: an end counts at once."""
    table = tables.delegation
    standing = (table.c.account == account, table.c.until > now, table.c.revoked_at.is_(None))
    return frozenset(connection.execute(select(table.c.right).where(*standing)).scalars())


def all_of(connection: Connection, uscc: str) -> Sequence[Delegation]:
    """Everything the enterprise ever delegated, latest first."""
    table, account = tables.delegation, tables.account
    columns = (table.c.id, table.c.account, account.c.name, table.c.right, table.c.granted_at, table.c.until)
    statement = (
        select(*columns, table.c.revoked_at)
        .join(account, account.c.id == table.c.account)
        .where(account.c.enterprise == uscc)
        .order_by(table.c.granted_at.desc(), table.c.id)
    )
    return [Delegation(**row) for row in connection.execute(statement).mappings()]


def grant(connection: Connection, account: str, right: str, until: datetime, by: str, now: datetime) -> str:
    """A new delegation; returns its id."""
    delegation = uuid.uuid4().hex
    row = {"id": delegation, "account": account, "right": right, "until": until}
    connection.execute(insert(tables.delegation), row | {"granted_by": by, "granted_at": now})
    return delegation


def revoke(connection: Connection, delegation: str, now: datetime) -> None:
    """End it."""
    table = tables.delegation
    standing = (table.c.id == delegation, table.c.revoked_at.is_(None))
    connection.execute(update(table).where(*standing).values(revoked_at=now))
