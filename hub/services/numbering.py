"""Numbers that the hub itself gives: gapless and safe under any race: their row is locked until the commit.

A format is data: ``NumberFormat(prefix="SP")`` gives ``SP20261120000000000001`` on that day in Asia/Shanghai.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select, update

from hub.services.objects import SHANGHAI
from hub.store import tables
from hub.store.rows import insert_new


@dataclass(frozen=True, kw_only=True)
class NumberFormat:
    """``prefix``, then the day, then a sequence of ``digits`` that begins anew every day (or year)."""

    prefix: str = ""
    day: str = "%Y%m%d"
    digits: int = 12

    def stem(self, now: datetime) -> str:
        """What all numbers of this day have in common."""
        return self.prefix + now.astimezone(SHANGHAI).strftime(self.day)


def next_number(connection: Connection, form: NumberFormat, now: datetime) -> str:
    """The next number of ``form``; taken back with the caller's transaction. Raises OverflowError past the digits."""
    table = tables.number_sequence
    stem = form.stem(now)
    insert_new(connection, table, {"name": stem, "last": 0})
    last: int = connection.execute(select(table.c.last).where(table.c.name == stem).with_for_update()).scalar_one()
    number = f"{last + 1:0{form.digits}d}"
    if len(number) > form.digits:
        raise OverflowError(f"{stem}: no number of {form.digits} digits is left")
    connection.execute(update(table).where(table.c.name == stem).values(last=last + 1))
    return stem + number
