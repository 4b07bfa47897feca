"""What an operator asks and does: messages by any number, traces, dead letters, parked messages, periodic duties."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, exists, func, literal, or_, select

from hub.delivery import receiver
from hub.delivery.outbox import EDGES
from hub.errors import NotFound
from hub.runtime import Runtime
from hub.services import conflicts, unmapped
from hub.store import tables
from hub.store.conditions import in_state
from hub.store.engine import reading, writing


@dataclass(frozen=True, kw_only=True)
class MessageRow:
    """One message, in or out, as it stands."""

    direction: str  # in | out
    partner: str
    message_id: str
    type: str
    business_key: str
    enterprise: str
    state: str
    at: datetime
    attempts: int
    reason: str | None


LISTED: Mapping[str, tuple[Table, ColumnElement[Any], frozenset[str]]] = {
    "out": (tables.outbox, tables.outbox.c.seq, frozenset(EDGES)),
    "in": (tables.inbox, tables.inbox.c.received_at, frozenset({"APPLIED", "PARKED"})),
}
"""Direction -> its messages, what they come in order by, and the states that they have."""


@dataclass(frozen=True, kw_only=True)
class Hop:
    """One step in the life of a business number, oldest first."""

    at: datetime
    what: str
    detail: str
    message_id: str | None


def messages(
    connection: Connection, *, number: str | None = None, state: str | None = None, limit: int = 50
) -> list[MessageRow]:
    """The latest messages, newest first, optionally of one business number or message id, or in one state."""
    wanted = None if state is None else state.upper()
    found: list[MessageRow] = []
    for direction, (table, latest, states) in LISTED.items():
        if wanted is not None and wanted not in states:
            continue
        statement = select(table).order_by(latest.desc()).limit(limit)
        if number is not None:
            statement = statement.where(or_(table.c.business_key == number, table.c.message_id == number))
        if wanted is not None:
            statement = statement.where(in_state(table, wanted))
        for row in connection.execute(statement):
            found.append(
                MessageRow(
                    direction=direction,
                    partner=row.partner,
                    message_id=row.message_id,
                    type=row.type,
                    business_key=row.business_key,
                    enterprise=row.enterprise,
                    state=row.state,
                    at=row.created_at if direction == "out" else row.received_at,
                    attempts=row.attempts if direction == "out" else row.copies + 1,
                    reason=row.reason,
                )
            )
    return sorted(found, key=lambda row: row.at, reverse=True)[:limit]


def message(connection: Connection, message_id: str) -> tuple[dict[str, Any], bytes, list[dict[str, Any]]]:
    """One message: its row, its raw bytes, its attempts. Raises NotFound."""
    outbox, raw, attempt = tables.outbox, tables.outbox_raw, tables.attempt
    row = connection.execute(select(outbox).where(outbox.c.message_id == message_id)).mappings().one_or_none()
    if row is not None:
        content = connection.execute(select(raw.c.content).where(raw.c.message_id == message_id)).scalar_one()
        tries = connection.execute(select(attempt).where(attempt.c.message_id == message_id).order_by(attempt.c.no))
        return dict(row), content, [dict(tried) for tried in tries.mappings()]
    inbox, raw = tables.inbox, tables.inbox_raw
    row = connection.execute(select(inbox).where(inbox.c.message_id == message_id)).mappings().first()
    if row is None:
        raise NotFound
    content = connection.execute(
        select(raw.c.content).where(
            raw.c.partner == row["partner"], raw.c.message_id == message_id, raw.c.digest == row["digest"]
        )
    ).scalar_one()
    return dict(row), content, []


def trace(connection: Connection, number: str) -> list[Hop]:
    """Everything the hub knows about a number (policy, application, message id, ...), oldest first.

    An empty list is an answer too: nothing of this number ever arrived.
    """
    key, table = tables.object_key, tables.business_object
    ids = set(connection.execute(select(key.c.object_id).where(key.c.value == number)).scalars())
    ids |= set(connection.execute(select(table.c.id).where(table.c.number == number)).scalars())
    hops: list[Hop] = []
    for object_id in ids:
        hops += _object_hops(connection, object_id)
    inbox = tables.inbox
    known = {hop.message_id for hop in hops}
    wanted = or_(inbox.c.business_key == number, inbox.c.message_id == number)
    for row in connection.execute(select(inbox).where(wanted)):
        if row.message_id not in known or row.state == "PARKED":
            detail = f"{row.type} from {row.partner}: {row.state}" + (f" ({row.reason})" if row.reason else "")
            hops.append(Hop(at=row.received_at, what="in", detail=detail, message_id=row.message_id))
    return sorted(hops, key=lambda hop: hop.at)


def _object_hops(connection: Connection, object_id: str) -> list[Hop]:
    event, outbox, attempt = tables.event, tables.outbox, tables.attempt
    hops = []
    for row in connection.execute(select(event).where(event.c.object_id == object_id)):
        reached = f" -> {row.after}" if row.after else " (late)" if row.late else ""
        hops.append(Hop(at=row.recorded_at, what="event", detail=f"{row.name}{reached}", message_id=row.message_id))
    for row in connection.execute(select(outbox).where(outbox.c.object_id == object_id)):
        detail = f"{row.type} to {row.partner}: {row.state}" + (f" ({row.reason})" if row.reason else "")
        hops.append(Hop(at=row.created_at, what="out", detail=detail, message_id=row.message_id))
        for tried in connection.execute(select(attempt).where(attempt.c.message_id == row.message_id)):
            detail = f"{tried.purpose} {tried.no}: {tried.outcome or 'STARTED'}" + (
                f" {tried.code}" if tried.code else ""
            )
            hops.append(Hop(at=tried.started_at, what="attempt", detail=detail, message_id=row.message_id))
    return hops


def last_heard(connection: Connection, partner: str) -> datetime | None:
    """When the partner's latest message came, or None."""
    table = tables.inbox
    latest: datetime | None = connection.execute(
        select(func.max(table.c.received_at)).where(table.c.partner == partner)
    ).scalar_one()
    return latest


def stuck(connection: Connection) -> list[MessageRow]:
    """What waits for a person: dead letters, unknown outcomes, parked and conflicting messages, contradictions."""
    found = [row for state in ("DEAD", "UNKNOWN", "PARKED") for row in messages(connection, state=state, limit=500)]
    table = tables.conflict
    for row in connection.execute(
        select(table, literal("CONFLICT").label("state")).where(table.c.settled_at.is_(None))
    ):
        found.append(
            MessageRow(
                direction="in",
                partner=row.partner,
                message_id=row.message_id,
                type="",
                business_key="",
                enterprise="",
                state=row.state,
                at=row.received_at,
                attempts=1,
                reason=f"same message id, other content: {row.digest[:16]}",
            )
        )
    for dispute in conflicts.disputes(connection):
        obj = dispute.obj
        found.append(
            MessageRow(
                direction="in",
                partner=obj.partner,
                message_id=conflicts.PREFIX + obj.id,
                type=obj.kind.code,
                business_key=obj.number,
                enterprise=obj.enterprise,
                state="CONTRADICTED",
                at=obj.since,
                attempts=len(dispute.answers),
                reason=f"which answer stands: {' or '.join(dispute.answers)}?",
            )
        )
    return sorted(found, key=lambda row: row.at)


def replay_parked(runtime: Runtime, partner: str, message_id: str) -> str:
    """Apply a parked message again (after a plugin got the missing code). Returns its state. Raises NotFound."""
    table = tables.inbox
    mine = (table.c.partner == partner, table.c.message_id == message_id)
    ctx = runtime.context(partner)

    def apply(readings: receiver.Readings) -> str:
        with writing(runtime.engine) as connection:
            row = connection.execute(select(table).where(*mine, in_state(table, "PARKED"))).one_or_none()
            if row is None:
                raise NotFound
            receiver.release(connection, partner, row.business_key, ctx.now, readings, only=message_id)
            return str(connection.execute(select(table.c.state).where(*mine)).scalar_one())

    return receiver.with_readings(runtime.adapter(partner), ctx, apply)


def release_waiting(runtime: Runtime) -> int:
    """Apply what waits for an object that is there by now, because the two came at the same moment and neither saw the
    other; says how many did not park again.
    """
    table, obj = tables.inbox, tables.business_object
    there = exists(select(obj.c.id).where(obj.c.partner == table.c.partner, obj.c.number == table.c.business_key))
    wanted = select(table.c.partner, table.c.message_id).where(
        in_state(table, "PARKED"), table.c.reason == receiver.WAITING, there
    )
    with reading(runtime.engine) as connection:
        rows = connection.execute(wanted.order_by(table.c.received_at)).all()
    known = [row for row in rows if row.partner in runtime.registry.partners]
    return sum(replay_parked(runtime, row.partner, row.message_id) != "PARKED" for row in known)


def replay_unmapped(runtime: Runtime, partner: str, field: str, code: str) -> int:
    """Apply what waited for a code that its plugin knows by now; says how many messages did not park again."""
    with reading(runtime.engine) as connection:
        waiting = unmapped.waiting(connection, partner, field, code)
    return sum(replay_parked(runtime, partner, message_id) != "PARKED" for message_id in waiting)
