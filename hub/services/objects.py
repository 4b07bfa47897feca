"""Reading business objects. :class:`Tenant` binds every statement to one enterprise, so a foreign id simply does not
exist (spec ROLE-04).
"""

import base64
import binascii
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Connection,
    Row,
    Select,
    and_,
    bindparam,
    exists,
    func,
    literal,
    or_,
    select,
    union_all,
    update,
)

from hub.business import KINDS
from hub.business.content import thaw as thaw_content
from hub.business.lifecycle import CONFLICT_STATE, By, Kind, State
from hub.business.numbers import SHANGHAI
from hub.contract.message import INTRODUCTION, Attachment
from hub.contract.text import Text
from hub.errors import NotFound
from hub.store import tables

COUNTED = 10_000  # a count beyond this is shown as "10,000+"
NUMBERED = 1_000  # rows that page numbers reach; beyond, only next and previous


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

    def state(self, track: str = "state") -> State | None:
        """Where the object stands on ``track``; None before the track has begun."""
        current = self.states.get(track)
        return None if current is None else self.kind.state(track, current)


@dataclass(frozen=True, kw_only=True)
class Query:
    """What a list asks for. ``filters``: a track's name -> state id, a keyed field's name -> prefix of its value,
    ``<date field>_from``/``_to`` and ``created_from``/``created_to`` -> ISO days in Asia/Shanghai.
    """

    filters: Mapping[str, str] = field(default_factory=dict)
    size: int = 10
    cursor: str | None = None
    page: int | None = None


@dataclass(frozen=True, kw_only=True)
class Page:
    """One page of a list."""

    rows: Sequence[BusinessObject]
    total: int
    capped: bool  # there are more than ``total``
    first: int  # 1-based place of the first row, 0 for an empty list
    number: int | None  # page number while it is known
    next: str | None
    previous: str | None
    stale: bool = False  # the cursor did not fit; this is page one


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One line of an object's timeline."""

    at: datetime
    name: str
    text: Text
    who: Text
    actor_name: str | None
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


_object = tables.business_object
OWN = select(_object).where(
    _object.c.enterprise == bindparam("enterprise"),
    _object.c.kind == bindparam("kind"),
    _object.c.id == bindparam("id"),
)
OWN_LOCKED = OWN.with_for_update()
"""Every page and every action asks for one object, so this is built once."""
THOSE = select(_object).where(_object.c.id.in_(bindparam("ids", expanding=True)))
"""By id alone: beside a condition on the enterprise SQLite takes that one's index and reads all that it ever had."""
_least = select(func.min(_object.c.kind)).where(_object.c.enterprise == bindparam("enterprise"))
_held = select(_least.scalar_subquery().label("kind")).cte("held", recursive=True)
_held = _held.union_all(
    select(_least.where(_object.c.kind > _held.c.kind).scalar_subquery()).where(_held.c.kind.is_not(None))
)
HELD = select(_held.c.kind).where(_held.c.kind.is_not(None))
"""The kinds that an enterprise has: one step into the index for each, however many objects there are."""


class Tenant:
    """Everything that one enterprise may see."""

    def __init__(self, connection: Connection, enterprise: str) -> None:
        self._connection = connection
        self._enterprise = enterprise

    def _owned(self, *columns: Any) -> Select[Any]:
        return select(*columns).where(tables.business_object.c.enterprise == self._enterprise)

    def get(self, kind_code: str, object_id: str) -> BusinessObject:
        """Raises NotFound, for an id of another enterprise too."""
        return self._get(OWN, kind_code, object_id)

    def find(self, kind_code: str, object_id: str) -> BusinessObject | None:
        """The same, None for an id that is not there."""
        return self._find(OWN, kind_code, object_id)

    def lock(self, kind_code: str, object_id: str) -> BusinessObject:
        """The same, locked until the transaction ends; needs a writing connection."""
        return self._get(OWN_LOCKED, kind_code, object_id)

    def _get(self, statement: Select[Any], kind_code: str, object_id: str) -> BusinessObject:
        found = self._find(statement, kind_code, object_id)
        if found is None:
            raise NotFound
        return found

    def _find(self, statement: Select[Any], kind_code: str, object_id: str) -> BusinessObject | None:
        asked = {"enterprise": self._enterprise, "kind": kind_code, "id": object_id}
        row = self._connection.execute(statement, asked).one_or_none()
        return None if row is None else thaw(row)

    def by_number(self, kind_code: str, number: str) -> BusinessObject | None:
        """The object with this business number, or None."""
        table = tables.business_object
        row = self._connection.execute(
            self._owned(table).where(table.c.kind == kind_code, table.c.number == number).limit(1)
        ).first()
        return None if row is None else thaw(row)

    def those(self, ids: Collection[str]) -> dict[str, BusinessObject]:
        """Id -> object, for ids of any kind; one of another enterprise is not among them."""
        rows = self._connection.execute(THOSE, {"ids": list(ids)})
        return {row.id: thaw(row) for row in rows if row.enterprise == self._enterprise}

    def kinds(self) -> Sequence[str]:
        """The kinds of which the enterprise has any object."""
        return self._connection.execute(HELD, {"enterprise": self._enterprise}).scalars().all()

    def bill(self, object_id: str) -> BusinessObject | None:
        """The object with this id if its kind is payable, or None."""
        table = tables.business_object
        kinds = [kind.code for kind in KINDS.values() if kind.payable]
        wanted = self._owned(table).where(table.c.id == object_id, table.c.kind.in_(kinds))
        row = self._connection.execute(wanted).first()
        return None if row is None else thaw(row)

    def bills(self) -> list[BusinessObject]:
        """Everything that the enterprise has to pay now, oldest first."""
        table = tables.business_object
        states = [
            and_(table.c.kind == kind.code, table.c.state.in_(kind.payable.states))
            for kind in KINDS.values()
            if kind.payable
        ]
        rows = self._connection.execute(self._owned(table).where(or_(*states)).order_by(table.c.created_at, table.c.id))
        return [thaw(row) for row in rows]

    def has(self, kind_code: str, partner: str, states: Collection[str]) -> bool:
        """Whether an object of this kind with this partner stands in one of ``states``."""
        table = tables.business_object
        wanted = self._owned(table.c.id).where(
            table.c.kind == kind_code, table.c.partner == partner, table.c.state.in_(states)
        )
        return self._connection.execute(wanted.limit(1)).first() is not None

    def any(self, kind_code: str, partner: str) -> bool:
        """Whether there is an object of this kind with this partner that was not deleted."""
        shown = [row.id for row in KINDS[kind_code].track("state").states if not row.hidden]
        return self.has(kind_code, partner, shown)

    def standing(self, kind_code: str, state: str) -> list[BusinessObject]:
        """Every object of this kind in this state, newest first: for kinds that an enterprise has few of."""
        table = tables.business_object
        wanted = self._owned(table).where(table.c.kind == kind_code, table.c.state == state)
        return [thaw(row) for row in self._connection.execute(wanted.order_by(table.c.created_at.desc()))]

    def page(self, kind_code: str, query: Query) -> Page:
        """One page, newest first. A cursor that does not fit gives page one with ``stale`` set."""
        kind = KINDS[kind_code]
        table = tables.business_object
        wanted = [table.c.kind == kind_code, *_conditions(kind, query.filters), *_unhidden(kind, query.filters)]
        total = self._count(wanted)
        place = None if query.cursor is None else _read_cursor(query.cursor, query.filters)
        number = query.page or (1 if place is None else None)
        offset = 0 if number is None else min((number - 1) * query.size, NUMBERED)
        statement = self._owned(table).where(*wanted)
        if place is not None:
            statement = statement.where(_beyond(place))
        backwards = place is not None and place.backwards
        order = (
            (table.c.created_at.asc(), table.c.id.asc())
            if backwards
            else (table.c.created_at.desc(), table.c.id.desc())
        )
        found = self._connection.execute(statement.order_by(*order).offset(offset).limit(query.size + 1)).all()
        more, rows = len(found) > query.size, [thaw(row) for row in found[: query.size]]
        if backwards:
            rows.reverse()
        first = offset + 1 if number is not None else 0 if place is None else place.first(len(rows))
        return Page(
            rows=rows,
            total=min(total, COUNTED),
            capped=total > COUNTED,
            first=first if rows else 0,
            number=number,
            next=_cursor(rows[-1], query.filters, first + len(rows)) if rows and (more or backwards) else None,
            previous=_cursor(rows[0], query.filters, first, backwards=True) if rows and first > 1 else None,
            stale=query.cursor is not None and place is None,
        )

    def _count(self, wanted: Sequence[ColumnElement[bool]]) -> int:
        capped = self._owned(tables.business_object.c.id).where(*wanted).limit(COUNTED + 1).subquery()
        return self._connection.execute(select(func.count()).select_from(capped)).scalar_one()

    def count(self, kind_code: str, track: str, state: str) -> int:
        """How many objects stand in this one state."""
        asked = {"enterprise": self._enterprise, "kind": kind_code, "state": state}
        return self._connection.execute(IN_STATE[track], asked).scalar_one()

    def counts(self, kind_code: str, track: str = "state", at_most: int = COUNTED) -> dict[str, int]:
        """How many objects stand in each state of ``track`` that has any; counted no further than ``at_most``."""
        asked = {"enterprise": self._enterprise, "at_most": at_most}
        rows = self._connection.execute(_in_each(kind_code, track), asked)
        return {row.state: row.number for row in rows if row.number}

    def search(self, text: str, limit: int = 20) -> list[BusinessObject]:
        """The objects that carry exactly this number, whichever number it is."""
        key, table = tables.object_key, tables.business_object
        own = select(key.c.object_id).where(key.c.enterprise == self._enterprise, key.c.value == text.strip())
        newest = select(table).where(table.c.id.in_(own)).order_by(table.c.created_at.desc()).limit(limit)
        return [thaw(row) for row in self._connection.execute(newest)]  # bound by its keys, see THOSE

    def timeline(self, obj: BusinessObject) -> list[Entry]:
        """What happened to the object, newest first."""
        table = tables.event
        rows = self._connection.execute(
            select(table).where(table.c.object_id == self._mine(obj)).order_by(table.c.seq.desc())
        )
        return [_entry(obj.kind, row) for row in rows]

    def documents(self, obj: BusinessObject) -> list[DocumentRow]:
        """The object's documents, newest first."""
        document, blob = tables.document, tables.blob
        rows = self._connection.execute(
            select(document, blob.c.media_type, blob.c.size)
            .join(blob, blob.c.digest == document.c.digest)
            .where(document.c.object_id == self._mine(obj), document.c.enterprise == self._enterprise)
            .order_by(document.c.created_at.desc(), document.c.id)
        )
        return [_document(row) for row in rows]

    def latest(self, obj: BusinessObject, kind: str) -> Attachment | None:
        """The newest document of this kind that the object has, as a file."""
        newest = next((row for row in self.documents(obj) if row.kind == kind), None)
        if newest is None:
            return None
        row, content = self.document(newest.id)
        return Attachment(name=row.name, media_type=row.media_type, sha256=row.digest, content=content)

    def document(self, document_id: str) -> tuple[DocumentRow, bytes]:
        """A document with its bytes. Raises NotFound."""
        document, blob = tables.document, tables.blob
        row = self._connection.execute(
            select(document, blob.c.media_type, blob.c.size, blob.c.content)
            .join(blob, blob.c.digest == document.c.digest)
            .where(document.c.id == document_id, document.c.enterprise == self._enterprise)
        ).one_or_none()
        if row is None:
            raise NotFound
        return _document(row), row.content

    def notices(self, limit: int = 20) -> list[NoticeRow]:
        """The latest notices."""
        notice, table = tables.notice, tables.business_object
        rows = self._connection.execute(
            select(notice, table.c.kind, table.c.number)
            .join(table, table.c.id == notice.c.object_id)
            .where(notice.c.enterprise == self._enterprise, table.c.enterprise == self._enterprise)
            .order_by(notice.c.created_at.desc(), notice.c.id)
            .limit(limit)
        )
        return [_notice(row) for row in rows]

    def unread(self) -> int:
        """How many notices nobody has opened."""
        notice = tables.notice
        return self._connection.execute(
            select(func.count()).where(notice.c.enterprise == self._enterprise, notice.c.read_at.is_(None))
        ).scalar_one()

    def mark_read(self, ids: Sequence[str], now: datetime) -> None:
        """Mark notices as read; needs a writing connection."""
        notice = tables.notice
        self._connection.execute(
            update(notice)
            .where(notice.c.enterprise == self._enterprise, notice.c.id.in_(ids), notice.c.read_at.is_(None))
            .values(read_at=now)
        )

    def introduction(self, product: str) -> Mapping[str, str] | None:
        """The latest introduction of a product that an insurer sent: version, zh, en (sanitised HTML). Public."""
        table = tables.partner_content
        row = self._connection.execute(
            select(table)
            .where(table.c.key == f"{INTRODUCTION}:{product}")
            .order_by(table.c.received_at.desc())
            .limit(1)
        ).first()
        return None if row is None else {"version": row.version, "zh": row.body["zh_html"], "en": row.body["en_html"]}

    def draft(self, obj: BusinessObject, form: str) -> Draft | None:
        """What was typed into ``form`` and not yet submitted."""
        table = tables.draft
        row = self._connection.execute(
            select(table).where(table.c.object_id == self._mine(obj), table.c.form == form)
        ).one_or_none()
        return None if row is None else Draft(values=row.values, revision=row.revision, saved_at=row.saved_at)

    def typed(self, rows: Sequence[BusinessObject]) -> dict[str, Mapping[str, Any]]:
        """Object id -> what is typed into its entry form, for those of ``rows`` that were never submitted."""
        table = tables.draft
        forms = {obj.id: obj.kind.entry.form for obj in rows if obj.submission == 0 and obj.kind.entry}
        if not forms:
            return {}
        found = self._connection.execute(
            select(table.c.object_id, table.c.form, table.c["values"]).where(table.c.object_id.in_(forms))
        )
        return {row.object_id: row[2] for row in found if row.form == forms[row.object_id]}

    def _mine(self, obj: BusinessObject) -> str:
        if obj.enterprise != self._enterprise:
            raise NotFound
        return obj.id


TRACK_COLUMNS: Mapping[str, Any] = {
    "state": tables.business_object.c.state,
    "ack": tables.business_object.c.ack_state,
}
IN_STATE: Mapping[str, Select[int]] = {
    track: select(func.count()).where(
        _object.c.enterprise == bindparam("enterprise"),
        _object.c.kind == bindparam("kind"),
        column == bindparam("state"),
    )
    for track, column in TRACK_COLUMNS.items()
}


@cache
def _in_each(kind_code: str, track: str) -> CompoundSelect[Any]:
    """A look into the index for each state: grouping would read every row that the enterprise ever had."""
    looks = []
    for state in (*KINDS[kind_code].track(track).states, CONFLICT_STATE):
        found = select(_object.c.id).where(
            _object.c.enterprise == bindparam("enterprise"),
            _object.c.kind == kind_code,
            TRACK_COLUMNS[track] == state.id,
        )
        capped = found.limit(bindparam("at_most")).subquery()
        looks.append(select(literal(state.id).label("state"), func.count().label("number")).select_from(capped))
    return union_all(*looks)


@dataclass(frozen=True)
class _Place:
    created_at: datetime
    id: str
    index: int
    backwards: bool

    def first(self, rows: int) -> int:
        return max(1, self.index - rows) if self.backwards else self.index


def _beyond(place: _Place) -> ColumnElement[bool]:
    """The rows after the place; the first condition alone bounds the index, so that nothing before it is read."""
    at, id_ = _object.c.created_at, _object.c.id
    if place.backwards:
        return and_(at >= place.created_at, or_(at > place.created_at, id_ > place.id))
    return and_(at <= place.created_at, or_(at < place.created_at, id_ < place.id))


def _cursor(obj: BusinessObject, filters: Mapping[str, str], index: int, *, backwards: bool = False) -> str:
    place = [obj.created_at.isoformat(), obj.id, index, backwards, sorted(filters.items())]
    return base64.urlsafe_b64encode(json.dumps(place).encode()).decode()


def _read_cursor(cursor: str, filters: Mapping[str, str]) -> _Place | None:
    """The place a cursor names, or None when it was edited or belongs to other filters."""
    try:
        at, object_id, index, backwards, asked = json.loads(base64.urlsafe_b64decode(cursor))
        place = _Place(datetime.fromisoformat(at), str(object_id), int(index), bool(backwards))
    except (ValueError, TypeError, binascii.Error):
        return None
    fits = asked == [list(item) for item in sorted(filters.items())] and place.created_at.tzinfo is not None
    return place if fits else None


def day_start(text: str) -> datetime | None:
    """The beginning of an ISO day in Asia/Shanghai, or None when it is not a day."""
    try:
        return datetime.combine(date.fromisoformat(text), time(), SHANGHAI)
    except ValueError:
        return None


def _conditions(kind: Kind, filters: Mapping[str, str]) -> list[ColumnElement[bool]]:
    """The WHERE of a list's filters; a filter that the kind does not know, or no value, asks nothing."""
    table = tables.business_object
    found: list[ColumnElement[bool]] = []
    for name, value in filters.items():
        stem, _, end = name.rpartition("_")
        if not value:
            continue
        if name in TRACK_COLUMNS:
            found.append(TRACK_COLUMNS[name] == value)
        elif name == kind.number:
            found.append(table.c.number.startswith(value, autoescape=True))
        elif stem == "created" and (day := day_start(value)) is not None:
            found.append(table.c.created_at >= day if end == "from" else table.c.created_at < day + timedelta(days=1))
        elif name in kind.keyed:
            found.append(_keyed(name, tables.object_key.c.value.startswith(value, autoescape=True)))
        elif stem in kind.keyed and end in ("from", "to"):
            column = tables.object_key.c.value
            found.append(_keyed(stem, column >= value if end == "from" else column <= value))
    return found


def _unhidden(kind: Kind, filters: Mapping[str, str]) -> list[ColumnElement[bool]]:
    """Objects in a hidden state stay out of a list that does not ask for it."""
    hidden = [state.id for state in kind.track("state").states if state.hidden]
    return [tables.business_object.c.state.not_in(hidden)] if hidden and not filters.get("state") else []


def _keyed(name: str, condition: ColumnElement[bool]) -> ColumnElement[bool]:
    key = tables.object_key
    return exists().where(key.c.object_id == tables.business_object.c.id, key.c.name == name, condition)


def _entry(kind: Kind, row: Row[Any]) -> Entry:
    declared = kind.event(row.name) if any(event.name == row.name for event in kind.events) else None
    track, _, reached = (row.after or "").partition(":")
    return Entry(
        at=row.recorded_at,
        name=row.name,
        text=declared.text if declared else Text("运营人员核定结果", "Settled by an operator"),
        who=(declared.by if declared else By.OPERATOR).value,
        actor_name=(row.actor or {}).get("name"),
        state=kind.state(track, reached) if reached else None,
        partner_text=Text(**row.text) if row.text else None,
        message_id=row.message_id,
        late=row.late,
        content=thaw_content(kind, row.content),
    )


def _document(row: Row[Any]) -> DocumentRow:
    names = ("id", "kind", "name", "media_type", "size", "source", "digest", "created_at")
    return DocumentRow(**{name: getattr(row, name) for name in names})


def _notice(row: Row[Any]) -> NoticeRow:
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
