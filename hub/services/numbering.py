"""Numbers that the hub itself gives: gapless and safe under any race: their row is locked until the commit."""

from datetime import datetime

from sqlalchemy import Connection, select, update

from hub.business.numbers import NumberFormat
from hub.store import tables
from hub.store.rows import ensure


def next_number(connection: Connection, form: NumberFormat, now: datetime) -> str:
    """The next number of ``form``; taken back with the caller's transaction. Raises OverflowError past the digits."""
    table = tables.number_sequence
    stem = form.stem(now)
    ensure(connection, table, {"name": stem, "last": 0})
    last: int = connection.execute(select(table.c.last).where(table.c.name == stem).with_for_update()).scalar_one()
    number = f"{last + 1:0{form.digits}d}"
    if len(number) > form.digits:
        raise OverflowError(f"{stem}: no number of {form.digits} digits is left")
    connection.execute(update(table).where(table.c.name == stem).values(last=last + 1))
    return stem + number
