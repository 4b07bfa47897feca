"""What follows from a state: things held while it lasts, so that nobody pays a bill twice, what the books say, and what
an operator is told of strange data.

All run inside the transaction that records the event. An enterprise's own event is refused where something is held
by another object. A partner's word is a fact and is always recorded: when it means that two objects have the same
thing, an operator is called.
"""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, func, select

from hub.business.kind import Hold
from hub.business.lifecycle import Projection
from hub.business.posting import LIMIT
from hub.business.states import CONFLICT, DECIDED, By
from hub.contract.money import Money
from hub.contract.text import Text
from hub.delivery.alerts import close_alert, open_alert
from hub.errors import NotAllowed
from hub.services import ledger
from hub.services.shapes import BusinessObject
from hub.store import tables
from hub.store.rows import insert_new


def hold_and_book(
    connection: Connection, obj: BusinessObject, *, before: Projection | None, event: str, now: datetime
) -> None:
    """Bring holds and ledger from ``before`` to the object as it stands. Raises NotAllowed for what is taken."""
    for hold in obj.kind.holds:
        _hold(connection, obj, hold, before, event, now)
    own = event != DECIDED and obj.kind.event(event).by is By.ENTERPRISE
    _book(connection, obj, before, now, fact=not own)
    _doubt(connection, obj, before, now)


def require_room(connection: Connection, obj: BusinessObject, event: str, content: Mapping[str, Any]) -> None:
    """Before a card is asked for: whether the enterprise's ``event`` would be refused. Raises NotAllowed for what is
    taken; the act itself is certain, this one spares a PIN.
    """
    reached = {track.moves.get((obj.states.get(track.name), event)) for track in obj.kind.tracks}
    for hold in obj.kind.holds:
        for name in hold.of(obj.enterprise, obj.partner, content) if reached & hold.states else ():
            if _others(connection, hold, name, obj) >= hold.places:
                raise NotAllowed(hold.taken)


def _hold(
    connection: Connection, obj: BusinessObject, hold: Hold, before: Projection | None, event: str, now: datetime
) -> None:
    state = before.states.get("state") if before else None
    had = _names(obj, hold, state, before)
    wanted = _names(obj, hold, obj.states.get("state"), None)
    table = tables.hold
    if given := [row for name in had - wanted for row in hold.rows(name, facts=True)]:
        connection.execute(delete(table).where(table.c.object_id == obj.id, table.c.name.in_(given)))
    own = event != DECIDED and obj.kind.event(event).by is By.ENTERPRISE
    for name in sorted(wanted - had):  # sorted: two objects take in one order
        if own and _others(connection, hold, name, obj) >= hold.places:
            raise NotAllowed(hold.taken)
        rows = hold.rows(name, facts=not own)
        took = next((row for row in rows if insert_new(connection, table, {"name": row, "object_id": obj.id})), None)
        if took in hold.rows(name):
            continue
        if own:
            raise NotAllowed(hold.taken)
        open_alert(connection, f"held twice:{name}", _twice(obj), now)


def _others(connection: Connection, hold: Hold, name: str, obj: BusinessObject) -> int:
    """How many other objects have ``name``."""
    table = tables.hold
    rows = table.c.name.in_(hold.rows(name, facts=True))
    return connection.execute(select(func.count()).where(rows, table.c.object_id != obj.id)).scalar_one()


def _names(obj: BusinessObject, hold: Hold, state: str | None, at: Projection | None) -> set[str]:
    if state not in hold.states | {CONFLICT}:
        return set()
    names: Collection[str] = hold.of(obj.enterprise, obj.partner, obj.content if at is None else at.content)
    return set(names)


def _twice(obj: BusinessObject) -> Text:
    return Text(
        f"{obj.kind.label.zh}{obj.number}与另一笔记录重复，请核实",
        f"{obj.kind.label.en} {obj.number}: another record already stands for the same thing; please settle it",
    )


def _book(connection: Connection, obj: BusinessObject, before: Projection | None, now: datetime, *, fact: bool) -> None:
    """Take back what stood on the books and book what stands there now; a conflict has nothing."""
    if not obj.kind.books:
        return
    former = obj.kind.booked(obj.enterprise, before.states.get("state"), before.content) if before else []
    present = obj.kind.booked(obj.enterprise, obj.states.get("state"), obj.content)
    if present == former:
        return
    postings = [*(row.reversed() for row in former), *present]
    ledger.post(connection, f"{obj.id}@{obj.revision}", postings, now, fact=fact)
    sides = {(name, row.money.currency) for row in postings for name in (row.debit, row.credit)}
    for name, currency in sorted(side for side in sides if side[0].startswith(LIMIT)):
        lacks = ledger.lacking(connection, name, currency)
        if lacks.amount:
            open_alert(connection, f"overdrawn:{name}", _overdrawn(obj, lacks), now)
        else:
            close_alert(connection, f"overdrawn:{name}", now)


def _overdrawn(obj: BusinessObject, lacks: Money) -> Text:
    return Text(
        f"{obj.kind.label.zh}{obj.number}：额度超用{lacks}，请与合作机构核对",
        f"{obj.kind.label.en} {obj.number}: the limit is exceeded by {lacks}; please compare with the partner",
    )


def _doubt(connection: Connection, obj: BusinessObject, before: Projection | None, now: datetime) -> None:
    """One alert as long as the object's content is strange."""
    if obj.kind.doubts is None:
        return
    said = obj.kind.doubts(obj.enterprise, obj.content)
    if said == (obj.kind.doubts(obj.enterprise, before.content) if before else None):
        return
    if said is None:
        close_alert(connection, f"doubt:{obj.id}", now)
        return
    label, number = obj.kind.label, obj.number
    open_alert(
        connection, f"doubt:{obj.id}", Text(f"{label.zh}{number}：{said.zh}", f"{label.en} {number}: {said.en}"), now
    )
