"""What follows from a state: things held while it lasts, so that nobody pays a bill twice, and what the books say.

Both run inside the transaction that records the event. An enterprise's own event is refused where something is held
by another object. A partner's word is a fact and is always recorded: when it means that two objects have the same
thing, an operator is called.
"""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Connection, delete

from hub.business.lifecycle import CONFLICT, DECIDED, By, Hold, Projection
from hub.business.posting import Posting
from hub.contract.text import Text
from hub.delivery.alerts import open_alert
from hub.errors import NotAllowed
from hub.services import ledger
from hub.services.objects import BusinessObject
from hub.store import tables
from hub.store.rows import insert_new


def hold_and_book(
    connection: Connection, obj: BusinessObject, *, before: Projection | None, event: str, now: datetime
) -> None:
    """Bring holds and ledger from ``before`` to the object as it stands. Raises NotAllowed for what is taken."""
    for hold in obj.kind.holds:
        _hold(connection, obj, hold, before, event, now)
    _book(connection, obj, before, now)


def _hold(
    connection: Connection, obj: BusinessObject, hold: Hold, before: Projection | None, event: str, now: datetime
) -> None:
    state = before.states.get("state") if before else None
    had = _names(obj, hold, state, before)
    wanted = _names(obj, hold, obj.states.get("state"), None)
    table = tables.hold
    if had - wanted:
        connection.execute(delete(table).where(table.c.object_id == obj.id, table.c.name.in_(had - wanted)))
    own = event != DECIDED and obj.kind.event(event).by is By.ENTERPRISE
    for name in sorted(wanted - had):  # sorted: two objects take in one order
        if insert_new(connection, table, {"name": name, "object_id": obj.id}):
            continue
        if own:
            raise NotAllowed(hold.taken)
        open_alert(connection, f"held twice:{name}", _twice(obj), now)


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


def _book(connection: Connection, obj: BusinessObject, before: Projection | None, now: datetime) -> None:
    """Take back what the former state had on the books and book what this one has; a conflict has nothing."""
    books = obj.kind.books
    state, former = obj.states.get("state"), before.states.get("state") if before else None
    if not books or state == former:
        return
    postings: list[Posting] = []
    if before is not None and former is not None and former in books:
        postings += [row.reversed() for row in books[former](obj.enterprise, before.content)]
    if state is not None and state in books:
        postings += books[state](obj.enterprise, obj.content)
    if postings:
        ledger.post(connection, f"{obj.id}@{obj.revision}", postings, now)
