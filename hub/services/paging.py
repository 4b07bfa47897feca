"""Lists of business objects: conditions, counts without reading everything, pages by cursor."""

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
    Select,
    and_,
    bindparam,
    exists,
    func,
    literal,
    or_,
    select,
    union_all,
)

from hub.business import KINDS
from hub.business.kind import Kind
from hub.business.numbers import SHANGHAI
from hub.business.states import CONFLICT_STATE
from hub.services.shapes import BusinessObject
from hub.store import tables

_object = tables.business_object

COUNTED = 10_000  # a count beyond this is shown as "10,000+"
LAST = "\U0010ffff"  # the last of all characters: what begins with a text lies between it and it with this behind
NUMBERED = 1_000  # rows that page numbers reach; beyond, only next and previous


@dataclass(frozen=True, kw_only=True)
class Query:
    """What a list asks for. ``filters``: a track's name -> state id, ``partner`` -> its code, a keyed field's name ->
    prefix of its value, ``<date field>_from``/``_to`` and ``created_from``/``created_to`` -> ISO days in Asia/Shanghai.
    ``without``: states that this list leaves out. ``newest``: states in which an object takes the place of all older
    ones with the same partner. ``past``: states in which an object leaves its place to any newer one that
    was handed in. ``whole``: filters that ask for one value as it is.
    """

    filters: Mapping[str, str] = field(default_factory=dict)
    without: Collection[str] = ()
    newest: Collection[str] = ()
    past: Collection[str] = ()
    whole: Collection[str] = ()
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
def in_each(kind_code: str, track: str) -> CompoundSelect[Any]:
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
class Place:
    """Where a page begins: after (or, backwards, before) this row, which stands at ``index``."""

    created_at: datetime
    id: str
    index: int
    backwards: bool

    def first(self, rows: int) -> int:
        """1-based place of the first of ``rows`` rows."""
        return max(1, self.index - rows) if self.backwards else self.index


def beyond(place: Place) -> ColumnElement[bool]:
    """The rows after the place; the first condition alone bounds the index, so that nothing before it is read."""
    at, id_ = _object.c.created_at, _object.c.id
    if place.backwards:
        return and_(at >= place.created_at, or_(at > place.created_at, id_ > place.id))
    return and_(at <= place.created_at, or_(at < place.created_at, id_ < place.id))


def write_cursor(obj: BusinessObject, filters: Mapping[str, str], index: int, *, backwards: bool = False) -> str:
    """The place beside ``obj`` as text; it holds for these filters only."""
    place = [obj.created_at.isoformat(), obj.id, index, backwards, sorted(filters.items())]
    return base64.urlsafe_b64encode(json.dumps(place).encode()).decode()


def read_cursor(cursor: str, filters: Mapping[str, str]) -> Place | None:
    """The place a cursor names, or None when it was edited or belongs to other filters."""
    try:
        at, object_id, index, backwards, asked = json.loads(base64.urlsafe_b64decode(cursor))
        place = Place(datetime.fromisoformat(at), str(object_id), int(index), bool(backwards))
    except (ValueError, TypeError, binascii.Error):
        return None
    fits = asked == [list(item) for item in sorted(filters.items())] and place.created_at.tzinfo is not None
    return place if fits else None


def day_start(text: str) -> datetime | None:
    """The beginning of an ISO day in Asia/Shanghai, or None when it is not a day, or has none before or after it."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return datetime.combine(day, time(), SHANGHAI) if date.min < day < date.max else None


def conditions(filters: Mapping[str, str]) -> list[ColumnElement[bool]]:
    """The WHERE of a list's filters but for those of :func:`keyed`; a filter that the kind does not know, or no value,
    asks nothing.
    """
    table = tables.business_object
    found: list[ColumnElement[bool]] = []
    for name, value in filters.items():
        stem, _, end = name.rpartition("_")
        if not value:
            continue
        if name in TRACK_COLUMNS:
            found.append(TRACK_COLUMNS[name] == value)
        elif name == "partner":
            found.append(table.c.partner == value)
        elif stem == "created" and (day := day_start(value)) is not None:
            found.append(table.c.created_at >= day if end == "from" else table.c.created_at < day + timedelta(days=1))
    return found


def keyed(kind: Kind, enterprise: str, query: Query) -> list[ColumnElement[bool]]:
    """What the filters ask of the keys that an object is found by: for each a condition on its row of object_key."""
    name, value = tables.object_key.c.name, tables.object_key.c.value
    found: list[ColumnElement[bool]] = []
    for asked, text in query.filters.items():
        stem, _, end = asked.rpartition("_")
        if not text or asked in TRACK_COLUMNS:
            continue
        if asked in kind.keyed or asked == kind.number:
            said = value == text if asked in query.whole else _begins(value, text)
            if asked in kind.via:
                said = or_(said, value.in_(_told(enterprise, *kind.via[asked], text)))
            found.append(and_(name == asked, said))
        elif stem in kind.keyed and end in ("from", "to"):
            found.append(and_(name == stem, value >= text if end == "from" else value <= text))
    return found


def _begins(value: ColumnElement[str], text: str) -> ColumnElement[bool]:
    return and_(value >= text, value <= text + LAST)


def _told(enterprise: str, other: str, own: str, text: str) -> Select[str]:
    """The values of the key ``own`` of what has a key ``other`` that begins like this: the applications of a policy."""
    asked, told = tables.object_key.alias(), tables.object_key.alias()
    wanted = asked.c.enterprise == enterprise, asked.c.name == other, _begins(asked.c.value, text), told.c.name == own
    return select(told.c.value).join(asked, asked.c.object_id == told.c.object_id).where(*wanted)


def bears(key: ColumnElement[bool]) -> ColumnElement[bool]:
    """Whether an object has such a key; the statement around may look for another one."""
    return exists().where(tables.object_key.c.object_id == _object.c.id, key).correlate(_object)


def listed(kind: Kind, query: Query) -> list[ColumnElement[bool]]:
    """Only what the list is for; objects in a hidden state stay out of one that does not ask for it."""
    hidden = [] if query.filters.get("state") else [row.id for row in kind.track("state").states if row.hidden]
    out = [*query.without, *hidden]
    found: list[ColumnElement[bool]] = [_object.c.state.not_in(out)] if out else []
    return [*found, ~_followed(query)] if query.newest else found


def _followed(query: Query) -> ColumnElement[bool]:
    """A newer object of the same kind, with the same partner, has taken the place of this one."""
    newer = _object.alias()
    alike = [newer.c[name] == _object.c[name] for name in ("enterprise", "kind", "partner")]
    takes = or_(newer.c.state.in_(query.newest), and_(_object.c.state.in_(query.past), newer.c.submission > 0))
    return exists().where(*alike, takes, newer.c.created_at > _object.c.created_at)
