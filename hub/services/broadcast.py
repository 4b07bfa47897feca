"""Telling observing plugins what changed. Read from the events, so nothing is told before it is committed, whichever
way it came: a partner's message, a user, the calendar, an operator.
"""

from dataclasses import dataclass

from sqlalchemy import func, select

from hub.delivery.observers import Observers
from hub.runtime import Runtime
from hub.store import tables
from hub.store.engine import reading

AT_ONCE = 500


@dataclass
class Broadcast:
    """One worker process's view of what its plugins were told; what happened before it started is not told."""

    runtime: Runtime
    told: int | None = None  # the last event's place

    def run(self) -> None:
        """Tell what has been committed since the last run."""
        event, obj = tables.event, tables.business_object
        with reading(self.runtime.engine) as connection:
            if self.told is None:
                self.told = connection.execute(select(func.max(event.c.seq))).scalar_one() or 0
            rows = connection.execute(
                select(event.c.seq, event.c.object_id, event.c.before, event.c.after, obj.c.kind)
                .join(obj, obj.c.id == event.c.object_id)
                .where(event.c.seq > self.told)
                .order_by(event.c.seq)
                .limit(AT_ONCE)
            ).all()
        observers = Observers(self.runtime)
        for row in rows:
            if row.after is not None:
                observers.changed(row.object_id, row.kind, row.before or "", row.after)
            self.told = row.seq
