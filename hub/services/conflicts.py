"""Contradictory answers: two operators say which one stands (spec X-05, contract_and_delivery.md 1.6).

The object is ``CONFLICT`` until then and nothing can be done to it. The decision is an event like any other, so the
projection stays the only place where a state comes from.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import Connection, Engine, Row, or_, select

from hub.business.states import CONFLICT, DECIDED
from hub.contract.text import Text
from hub.errors import InvalidInput, NotAllowed, NotFound
from hub.services import record, two_persons
from hub.services.events import NewEvent
from hub.services.shapes import BusinessObject, thaw
from hub.services.two_persons import STALE
from hub.store import tables

PREFIX = "object:"


@dataclass(frozen=True, kw_only=True)
class Dispute:
    """An object whose partner contradicted itself."""

    obj: BusinessObject
    decision: str  # what the answers are about
    answers: Sequence[str]  # the events that exclude each other


def disputes(connection: Connection) -> list[Dispute]:
    """Every object that waits for a decision, oldest first."""
    table = tables.business_object
    disputed = or_(table.c.state == CONFLICT, table.c.ack_state == CONFLICT)
    rows = connection.execute(select(table).where(disputed).order_by(table.c.since))
    return [_dispute(connection, thaw(row)) for row in rows]


def propose(
    connection: Connection, object_id: str, keep: str, *, reason: str, evidence: str, actor: str, now: datetime
) -> str:
    """The first person's word; returns the decision's id. Raises NotFound, NotAllowed, InvalidInput."""
    found = _find(connection, object_id)
    if keep not in found.answers:
        choices = ", ".join(found.answers)
        raise InvalidInput({"keep": Text(f"请选择其中之一：{choices}", f"choose one of {choices}")})
    for name, value in (("reason", reason), ("evidence", evidence)):
        if not value.strip():
            raise InvalidInput({name: Text("请填写", f"{name} is required")})
    return two_persons.propose(connection, PREFIX + object_id, keep, reason, evidence, actor, now)


def confirm(engine: Engine, decision_id: str, *, actor: str, now: datetime) -> None:
    """The second person's word: the answer stands, the others are taken out. Raises NotFound, NotAllowed."""
    two_persons.confirm(engine, decision_id, PREFIX, actor=actor, now=now, effect=partial(_apply, now=now))


def _apply(connection: Connection, made: Row[Any], now: datetime) -> None:
    found = _find(connection, made.subject.removeprefix(PREFIX))
    if found.obj.updated_at > made.proposed_at or made.verdict not in found.answers:
        raise NotAllowed(STALE)
    new = NewEvent(
        name=DECIDED,
        identity=f"decision:{made.id}",
        occurred_at=now,
        submission=found.obj.submission,
        content={"decision": found.decision, "keep": made.verdict},
    )
    record.record(connection, found.obj, new, now)


def _find(connection: Connection, object_id: str) -> Dispute:
    row = record.BY_ID.first(connection, {"id": object_id})
    if row is None:
        raise NotFound
    obj = thaw(row)
    if CONFLICT not in obj.states.values():
        raise NotAllowed(Text("该记录没有待核实的矛盾结果", "This record has no contradictory answers"))
    return _dispute(connection, obj)


def _dispute(connection: Connection, obj: BusinessObject) -> Dispute:
    """The answers to the latest submission that exclude each other."""
    table = tables.event
    names = connection.execute(
        select(table.c.name).where(table.c.object_id == obj.id, table.c.submission == obj.submission).distinct()
    ).scalars()
    about = {row.name: row.decision for row in obj.kind.events if row.decision is not None}
    found = sorted(name for name in names if name in about)
    return Dispute(obj=obj, decision=about[found[0]], answers=found)
