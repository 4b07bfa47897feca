"""What reading gives: business objects and what hangs on them, as frozen values."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Row,
)

from hub.business import KINDS
from hub.business.content import thaw as thaw_content
from hub.business.kind import Kind
from hub.business.states import By, State
from hub.contract.text import Text


@dataclass(frozen=True, kw_only=True)
class BusinessObject:
    """One business object as it stands."""

    id: str
    enterprise: str
    line: str
    kind: Kind
    partner: str
    number: str
    title: str
    states: Mapping[str, str | None]
    revision: int
    submission: int
    delivery: str | None
    content: Mapping[str, Any] = field(repr=False)
    created_at: datetime
    updated_at: datetime
    since: datetime
    due_at: datetime | None

    def state(self, track: str = "state", typed: Mapping[str, Any] | None = None) -> State | None:
        """Where the object stands on ``track``, as it reads with what is ``typed`` by now where that is given; None
        before the track has begun.
        """
        current = self.states.get(track)
        if current is None:
            return None
        if typed is None:
            return self.kind.state(track, current)
        known = {**self.content, **typed}
        read = (row.state for row in self.kind.track(track).readings if current in row.over and row.when(known))
        return next(read, None) or self.kind.state(track, current)


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One line of an object's timeline."""

    at: datetime
    name: str
    text: Text
    who: Text
    actor_name: str | None
    card: str | None  # serial of the actor's certificate
    state: State | None
    partner_text: Text | None
    message_id: str | None
    late: bool
    content: Mapping[str, Any] = field(repr=False)  # what the event says


@dataclass(frozen=True, kw_only=True)
class DocumentRow:
    """A document of an object, without its bytes."""

    id: str
    kind: str
    name: str
    media_type: str
    size: int
    source: str
    digest: str
    created_at: datetime
    summary: str | None
    remark: str | None


@dataclass(frozen=True, kw_only=True)
class NoticeRow:
    """One notice to the enterprise."""

    id: str
    object_id: str
    kind: Kind
    number: str
    text: Text
    created_at: datetime
    read: bool


@dataclass(frozen=True, kw_only=True)
class Member:
    """One of an enterprise's people."""

    account: str
    name: str
    role: str  # LP | OP | PW


@dataclass(frozen=True, kw_only=True)
class Draft:
    """What somebody has typed and not yet submitted."""

    values: Mapping[str, Any] = field(repr=False)
    revision: int
    saved_at: datetime


def thaw(row: Row[Any]) -> BusinessObject:
    """A row of ``business_object`` as a value."""
    kind = KINDS[row.kind]
    return BusinessObject(
        id=row.id,
        enterprise=row.enterprise,
        line=row.line,
        kind=kind,
        partner=row.partner,
        number=row.number,
        title=row.title,
        states={"state": row.state, "ack": row.ack_state},
        revision=row.revision,
        submission=row.submission,
        delivery=row.delivery,
        content=thaw_content(kind, row.content),
        created_at=row.created_at,
        updated_at=row.updated_at,
        since=row.since,
        due_at=row.due_at,
    )


def as_entry(kind: Kind, row: Row[Any]) -> Entry:
    """A row of ``event`` as a line of the timeline."""
    declared = kind.event(row.name) if any(event.name == row.name for event in kind.events) else None
    track, _, reached = (row.after or "").partition(":")
    return Entry(
        at=row.recorded_at,
        name=row.name,
        text=declared.text if declared else Text("运营人员核定结果", "Settled by an operator"),
        who=(declared.by if declared else By.OPERATOR).value,
        actor_name=(row.actor or {}).get("name"),
        card=(row.actor or {}).get("certificate"),
        state=kind.state(track, reached) if reached else None,
        partner_text=Text(**row.text) if row.text else None,
        message_id=row.message_id,
        late=row.late,
        content=thaw_content(kind, row.content),
    )


def as_document(row: Row[Any]) -> DocumentRow:
    """A row of ``document`` with its blob's media type and size."""
    return DocumentRow(**{name: getattr(row, name) for name in DocumentRow.__dataclass_fields__})


def as_notice(row: Row[Any]) -> NoticeRow:
    """A row of ``notice`` with its object's kind and number."""
    kind = KINDS[row.kind]
    track, state, _ = row.key.split(":")
    return NoticeRow(
        id=row.id,
        object_id=row.object_id,
        kind=kind,
        number=row.number,
        text=kind.state(track, state).notice or kind.label,
        created_at=row.created_at,
        read=row.read_at is not None,
    )
