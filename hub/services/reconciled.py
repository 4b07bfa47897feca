"""What a comparison with a partner's figures has found, account by account and day by day: kept for operators, with one
alert for each partner and day.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, select

from hub.contract.sealed import is_sealed, masked
from hub.contract.text import Text
from hub.delivery.alerts import close_alert, open_alert
from hub.runtime import Runtime
from hub.store import tables
from hub.store.engine import reading, writing
from hub.store.rows import insert_new

_table = tables.reconciliation


@dataclass(frozen=True, kw_only=True)
class Result:
    """One account on one day."""

    partner: str
    enterprise: str
    account: str  # of a bank, sealed; of an insurer, the number of a limit
    day: date
    at: datetime
    entries: int  # that the partner has told for this day
    settled: int  # of ours, by what the partner told
    differences: Sequence[Mapping[str, Any]]

    @property
    def shown(self) -> str:
        """The account as an operator may see it."""
        return masked(self.account) if is_sealed(self.account) else self.account


def results(connection: Connection, *, limit: int = 100) -> list[Result]:
    """The latest results, newest day first."""
    newest = select(_table).order_by(_table.c.day.desc(), _table.c.partner, _table.c.account).limit(limit)
    rows = connection.execute(newest)
    return [Result(**{**row._mapping, "day": date.fromisoformat(row.day)}) for row in rows]


def known(runtime: Runtime, partner: str, account: str, day: date) -> bool:
    """Whether this account was compared for this day."""
    key = (_table.c.partner == partner, _table.c.account == account, _table.c.day == day.isoformat())
    with reading(runtime.engine) as connection:
        return connection.execute(select(_table.c.at).where(*key)).first() is not None


def keep(runtime: Runtime, result: Result) -> None:
    """Instead of what was found before; the day's alert opens or ends."""
    with writing(runtime.engine) as connection:
        _keep(connection, result)


def _keep(connection: Connection, result: Result) -> None:
    values = asdict(result) | {"day": result.day.isoformat()}
    this_day = (_table.c.partner == result.partner, _table.c.day == values["day"])
    if not insert_new(connection, _table, values):
        connection.execute(_table.update().where(*this_day, _table.c.account == result.account).values(**values))
    everywhere = select(_table.c.differences).where(*this_day)
    number = sum(len(rows) for rows in connection.execute(everywhere).scalars())
    alert = f"reconciliation:{result.partner}:{values['day']}"
    if not number:
        close_alert(connection, alert, result.at)
        return
    text = Text(
        f"{result.partner} {values['day']} 对账有 {number} 处差异",
        f"{result.partner} {values['day']}: {number} differences in the reconciliation",
    )
    open_alert(connection, alert, text, result.at)
