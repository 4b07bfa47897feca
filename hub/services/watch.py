"""Watching for silence: an operator is told before the user notices (contract_and_delivery.md, receipt SLA).

Every state in which the partner has the next move has a clock: the ``receipt_sla`` of the capability whose message
brought the object there. One alert per partner and state, opened when the first object is overdue, closed when none is.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache

from sqlalchemy import Connection, func, select

from hub.business import KINDS
from hub.business.kind import Kind
from hub.business.states import Next
from hub.contract.text import Text
from hub.delivery.alerts import close_alert, open_alert
from hub.registry import Registry
from hub.runtime import Runtime
from hub.services.paging import TRACK_COLUMNS
from hub.services.shapes import BusinessObject
from hub.store import tables
from hub.store.engine import reading, writing


@dataclass(frozen=True, kw_only=True)
class Promise:
    """In this state the partner owes an answer to what this capability sent."""

    kind: Kind
    track: str
    state: str
    capability: str


@dataclass(frozen=True, kw_only=True)
class AlertRow:
    """One alert as operators see it."""

    key: str
    text: Text
    opened_at: datetime
    closed_at: datetime | None
    count: int


def promises() -> Iterator[Promise]:
    """Every state of every kind in which a partner owes an answer; derived from the tables."""
    for kind in KINDS.values():
        sends = {action.event: action.sends for action in kind.actions if action.sends is not None}
        for track in kind.tracks:
            reached = {row.target: sends[row.event].capability for row in track.transitions if row.event in sends}
            for state in track.states:
                if state.next is Next.PARTNER and state.id in reached:
                    yield Promise(kind=kind, track=track.name, state=state.id, capability=reached[state.id])


def promised(registry: Registry, obj: BusinessObject, track: str) -> datetime | None:
    """Until when the partner has promised to answer for the object; None where it owes nothing."""
    capability = _owed().get((obj.kind.code, track, obj.states[track]))
    adapter = registry.partners.get(obj.partner)
    if capability is None or adapter is None or capability not in adapter.sheet:
        return None
    return obj.since + adapter.sheet[capability].receipt_sla


@cache
def _owed() -> Mapping[tuple[str, str, str | None], str]:
    return {(row.kind.code, row.track, row.state): row.capability for row in promises()}


def watch_silence(runtime: Runtime) -> int:
    """Open and close the alerts of every partner; says how many are overdue in all."""
    now = runtime.clock.now()
    overdue = 0
    for code, adapter in runtime.registry.partners.items():
        for promise in promises():
            if promise.capability not in adapter.sheet:
                continue
            sla = adapter.sheet[promise.capability].receipt_sla
            with reading(runtime.engine) as connection:
                late = _late(connection, code, promise, now - sla)
            overdue += late
            key = f"silence:{code}:{promise.kind.code}:{promise.state}"
            with writing(runtime.engine) as connection:
                if late:
                    open_alert(connection, key, _text(adapter.sheet.name, promise, late, sla), now)
                else:
                    close_alert(connection, key, now)
    return overdue


def alerts(connection: Connection, *, closed: bool = False, limit: int = 100) -> list[AlertRow]:
    """The open alerts, oldest first; with ``closed`` the latest of all."""
    table = tables.alert
    statement = select(table).limit(limit)
    if closed:
        statement = statement.order_by(table.c.opened_at.desc())
    else:
        statement = statement.where(table.c.closed_at.is_(None)).order_by(table.c.opened_at)
    return [
        AlertRow(
            key=row.key,
            text=Text(**row.text),
            opened_at=row.opened_at,
            closed_at=row.closed_at,
            count=row._mapping["count"],
        )
        for row in connection.execute(statement)
    ]


def _late(connection: Connection, partner: str, promise: Promise, before: datetime) -> int:
    table = tables.business_object
    return connection.execute(
        select(func.count()).where(
            table.c.partner == partner,
            table.c.kind == promise.kind.code,
            TRACK_COLUMNS[promise.track] == promise.state,
            table.c.since <= before,
        )
    ).scalar_one()


def _text(partner: Text, promise: Promise, late: int, sla: timedelta) -> Text:
    state = promise.kind.state(promise.track, promise.state).label
    hours = sla.total_seconds() / 3600
    return Text(
        f"{partner.zh}：{late} 笔“{state.zh}”超过 {hours:g} 小时没有答复",
        f"{partner.en}: {late} in '{state.en}' without an answer for more than {hours:g} hours",
    )
