"""The columns of ``business_object`` that the projection decides."""

from datetime import date, datetime, time, timedelta
from typing import Any

from hub.business.content import freeze
from hub.business.kind import Kind
from hub.business.lifecycle import Projection
from hub.business.numbers import SHANGHAI


def of(kind: Kind, projection: Projection, now: datetime, since: datetime) -> dict[str, Any]:
    """Column -> value, for an object in its state since ``since``."""
    return {
        "state": projection.states["state"],
        "ack_state": projection.states.get("ack"),
        "title": str(projection.content.get(kind.title, "")),
        "submission": projection.submission,
        "content": freeze(projection.content),
        "updated_at": now,
        "due_at": _due(kind, projection, since, now),
    }


def _due(kind: Kind, projection: Projection, since: datetime, now: datetime) -> datetime | None:
    """When the system has to do something: at once to tell a partner, after its patience, or the day after its last
    day, 00:00 in Shanghai.
    """
    state = projection.states["state"]
    if any(row.due(state, projection.content) for row in kind.tells):
        return now
    for patience in kind.patience:
        if patience.state == state:
            return (now if patience.again else since) + patience.time
    if kind.ends is None:
        return None
    last = projection.content.get(kind.ends[0])
    if not isinstance(last, date) or state not in kind.ending:
        return None
    return datetime.combine(last + timedelta(days=1), time(), SHANGHAI)
