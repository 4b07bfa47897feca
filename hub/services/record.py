"""Recording events: the only place where a business object's state is written, and it is always a projection.

Every function here runs inside the caller's writing transaction. The object's row is locked (SQLite: BEGIN
IMMEDIATE; PostgreSQL: FOR UPDATE), so events of one object are recorded one after the other.
"""

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, bindparam, func, insert, select, update

from hub.business import KINDS, LINES
from hub.business.content import check_content
from hub.business.content import thaw as thaw_content
from hub.business.kind import PAYABLE, Effect, Kind
from hub.business.lifecycle import Event, Projection, project
from hub.business.states import DECIDED
from hub.errors import Stale
from hub.evidence.chain import Entry
from hub.services import attaching, columns, consequences, evidence
from hub.services.events import NewEvent, Recorded, facts, told
from hub.services.linked import named
from hub.services.shapes import BusinessObject, thaw
from hub.store import tables
from hub.store.prepared import Prepared
from hub.store.rows import insert_new

_object, _event = tables.business_object, tables.event
LOCKED = select(_object).with_for_update()
BY_ID = Prepared(LOCKED.where(_object.c.id == bindparam("id")))
BY_NUMBER = Prepared(
    LOCKED.where(
        _object.c.partner == bindparam("partner"),
        _object.c.kind == bindparam("kind"),
        _object.c.number == bindparam("number"),
    )
)
BILLS = select(_object.c.id).where(
    _object.c.enterprise == bindparam("enterprise"),
    _object.c.kind.in_([kind.code for line in LINES for kind in line.kinds if kind.payable]),
    _object.c.id.in_(bindparam("numbers", expanding=True)),
)
LINKED = select(_object.c.id).where(
    _object.c.enterprise == bindparam("enterprise"),
    _object.c.partner == bindparam("partner"),
    _object.c.kind == bindparam("kind"),
    _object.c.number.in_(bindparam("numbers", expanding=True)),
)
NAMING = (
    select(_object.c.id)
    .join(tables.object_key)
    .where(
        tables.object_key.c.enterprise == bindparam("enterprise"),
        tables.object_key.c.name == bindparam("link"),
        tables.object_key.c.value == bindparam("number"),
        _object.c.kind == bindparam("kind"),
    )
)
_proof = evidence.last_of(bindparam("object_id"))
HISTORY = Prepared(
    select(
        *(_event.c.name, _event.c.identity, _event.c.submission, _event.c.occurred_at, _event.c.content),
        *(_proof.with_only_columns(column).scalar_subquery().label(column.name) for column in _proof.selected_columns),
    ).where(_event.c.object_id == bindparam("object_id"))  # in no order: project knows its own
)
LATEST = select(func.max(_event.c.occurred_at)).where(_event.c.object_id == bindparam("object_id"))
APPEND = Prepared(insert(_event).inline())  # nobody asks for the new row's number
CHANGE = Prepared(
    update(_object).where(_object.c.id == bindparam("changed"), _object.c.revision == bindparam("from_revision"))
)
DELIVERY = Prepared(update(_object).where(_object.c.id == bindparam("changed")))
"""The statements of every message: building one costs more than running it, so they are built once."""

LINE_OF: Mapping[str, str] = {kind.code: line.code for line in LINES for kind in line.kinds}


def lock(connection: Connection, *, kind: str, partner: str, number: str) -> BusinessObject | None:
    """The object by its business number, locked until the transaction ends; None when there is none."""
    row = BY_NUMBER.first(connection, {"partner": partner, "kind": kind, "number": number})
    return None if row is None else thaw(row)


def expect_number(connection: Connection, *, kind: str, partner: str, number: str) -> None:
    """Announce ``lock``."""
    BY_NUMBER.ahead(connection, {"partner": partner, "kind": kind, "number": number})


def lock_id(connection: Connection, object_id: str) -> BusinessObject:
    """The object by id, locked. Only for ids that come from our own tables."""
    expect(connection, object_id)
    return thaw(BY_ID.first(connection, {"id": object_id}))


def create(
    connection: Connection,
    *,
    kind: Kind,
    enterprise: str,
    partner: str,
    number: str,
    new: NewEvent,
    now: datetime,
    object_id: str | None = None,
) -> Recorded | None:
    """A new object from its first event; None when another transaction made it first (lock it and record instead).

    :param object_id: chosen by the page that begins the object, so that the page sent twice makes one.

    Raises ValueError when the event's content does not fit the kind.
    """
    check_content(kind, new.content)
    submission = new.submission or 0
    first = Event(new.name, new.identity, submission, new.occurred_at, new.content)
    projection = project(kind, [first])
    object_id = object_id or uuid.uuid4().hex
    created_at = projection.content.get(kind.dated, now)
    values: dict[str, Any] = {
        "id": object_id,
        "enterprise": enterprise,
        "line": LINE_OF[kind.code],
        "kind": kind.code,
        "partner": partner,
        "number": number,
        "revision": 1,
        "created_at": created_at,
        "since": now,
    } | columns.of(kind, projection, now, now)
    if not insert_new(connection, tables.business_object, values):
        return None
    row = told(new, submission)
    _append(connection, object_id, new, row, now, before={}, projection=projection, late=False)
    obj = BusinessObject(
        id=object_id,
        enterprise=enterprise,
        line=LINE_OF[kind.code],
        kind=kind,
        partner=partner,
        number=number,
        title=values["title"],
        states={"state": values["state"], "ack": values["ack_state"]},
        revision=1,
        submission=submission,
        delivery=None,
        content=projection.content,
        created_at=created_at,
        updated_at=now,
        since=now,
        due_at=values["due_at"],
    )
    consequences.hold_and_book(connection, obj, before=None, event=new.name, now=now)
    attaching.attach(
        connection, obj, replace(new, keys={kind.number: number, **new.keys}), now, before=None, after=projection
    )
    proof = evidence.begin(connection, obj.id, facts(obj, new, row), now)
    _effects(connection, obj, None, now)
    return Recorded(obj, True, {}, proof)


def record(
    connection: Connection, obj: BusinessObject, new: NewEvent, now: datetime, *, delivery: str | None = None
) -> Recorded:
    """Add ``new`` to the locked object and project again. A repetition changes nothing.

    :param delivery: how the latest message out stands now, where that changes with the event.

    Raises ValueError when the content does not fit the kind, Stale when the row was not locked.
    """
    if new.name != DECIDED:  # which answer stands is no content
        check_content(obj.kind, new.content)
    known, proved = _history(connection, obj)
    if (new.name, new.identity) in {(event.name, event.identity) for event in known}:
        return Recorded(obj, False, obj.states)
    added = _added(obj, new)
    before, after, submission = project(obj.kind, known), project(obj.kind, [*known, added]), added.submission
    stays = after.states == before.states and len(after.passed) == len(before.passed)
    late = stays and any(new.name in track.touched for track in obj.kind.tracks)
    row = told(new, submission)
    _append(connection, obj.id, new, row, now, before=before.states, projection=after, late=late)
    since = obj.since if after.states == before.states else now
    values = {"revision": obj.revision + 1, "since": since} | columns.of(obj.kind, after, now, since)
    if delivery is not None:
        values["delivery"] = delivery
    where = {"changed": obj.id, "from_revision": obj.revision}
    CHANGE.write(connection, where | values, none=Stale())
    current = _changed(obj, values, after)
    consequences.hold_and_book(connection, current, before=before, event=new.name, now=now)
    attaching.attach(connection, current, new, now, before=before, after=after)
    proof = evidence.append(connection, obj.id, facts(current, new, row), now, after=proved)
    _effects(connection, current, before, now)
    return Recorded(current, True, before.states, proof)


def foreseen(connection: Connection, obj: BusinessObject, new: NewEvent) -> BusinessObject:
    """The object as ``record`` would leave it now; needs no lock and writes nothing."""
    known, _ = _history(connection, obj)
    after = project(obj.kind, [*known, _added(obj, new)])
    return replace(obj, revision=obj.revision + 1, submission=after.submission, content=after.content)


def _added(obj: BusinessObject, new: NewEvent) -> Event:
    submission = obj.submission if new.submission is None else new.submission
    return Event(new.name, new.identity, submission, new.occurred_at, new.content)


def _effects(connection: Connection, obj: BusinessObject, before: Projection | None, now: datetime) -> None:
    """What a state that was reached causes on other objects of the enterprise: once, and after all that they know.

    The partner's time says nothing there, and the hub's own clock may have been set back.
    """
    caused: dict[str, list[Effect]] = {}  # by object id
    for effect in obj.kind.effects:
        reached = effect.state in obj.states.values() and not (before and effect.state in before.states.values())
        if reached and (effect.when is None or effect.when(obj.content)):
            for object_id in _affected(connection, obj, effect):
                caused.setdefault(object_id, []).append(effect)
    for object_id, effects in sorted(caused.items()):  # locked by id, whatever links there: nobody waits crosswise
        other = lock_id(connection, object_id)
        after = after_all(connection, object_id, now)
        for effect in effects:
            if effect.back and obj.number not in named(other.content, effect.link):
                continue  # it has named another since
            if effect.unless and _stands(connection, obj, other, effect):
                continue
            effected = NewEvent(
                name=effect.causes,
                identity=f"{now.isoformat()}/{obj.id}@{obj.revision}",  # of two at one time, the later told one stands
                occurred_at=obj.content[effect.at] if effect.at else after,
                content={name: obj.content.get(name) for name in effect.carries} | dict(effect.sets),
            )
            other = record(connection, other, effected, now).obj


def _stands(connection: Connection, obj: BusinessObject, other: BusinessObject, effect: Effect) -> bool:
    """Whether what was to happen to the locked ``other`` is not so, for another object like ``obj`` that names it."""
    name = other.id if obj.kind.links[effect.link] == PAYABLE else other.number
    which = {
        "enterprise": obj.enterprise,
        "link": effect.link.rpartition(".")[2],
        "number": name,
        "kind": obj.kind.code,
    }
    standing = NAMING.where(_object.c.id != obj.id, _object.c.state.in_(effect.unless)).limit(1)
    return connection.execute(standing, which).first() is not None


def after_all(connection: Connection, object_id: str, now: datetime) -> datetime:
    """Now, or later where the locked object already knows of something later."""
    latest: datetime = connection.execute(LATEST, {"object_id": object_id}).scalar_one()
    return max(now, latest + timedelta(microseconds=1))


def _affected(connection: Connection, obj: BusinessObject, effect: Effect) -> Iterable[str]:
    """The ids of the objects that it is to happen to."""
    if effect.back:
        naming = {"enterprise": obj.enterprise, "kind": effect.back, "link": effect.link, "number": obj.number}
        return connection.execute(NAMING, naming).scalars().all()
    numbers, to = named(obj.content, effect.link), obj.kind.links[effect.link]
    if not numbers:
        return ()
    which = {"enterprise": obj.enterprise, "numbers": numbers}
    if to == PAYABLE:
        return connection.execute(BILLS, which).scalars().all()
    which |= {"kind": to, "partner": KINDS[to].keeper(obj.partner)}  # no partner's word moves another one's objects
    return connection.execute(LINKED, which).scalars().all()


def _changed(obj: BusinessObject, values: Mapping[str, Any], projection: Projection) -> BusinessObject:
    """The object as ``values`` were written to its row."""
    states = {"state": values["state"], "ack": values["ack_state"]}
    same = ("revision", "title", "submission", "updated_at", "due_at", "since", "delivery")
    changed = {name: values[name] for name in same if name in values}
    return replace(obj, states=states, content=projection.content, **changed)


def set_delivery(connection: Connection, object_id: str, state: str) -> None:
    """How the latest message out stands, for the lists; not part of the projection."""
    DELIVERY.write(connection, {"changed": object_id, "delivery": state})


def expect(connection: Connection, object_id: str) -> None:
    """Announce ``record``, before the object is locked."""
    HISTORY.ahead(connection, {"object_id": object_id})


def expect_id(connection: Connection, object_id: str) -> None:
    """Announce ``lock_id``: the object is locked in the trip of the next answer, right after that."""
    BY_ID.ahead(connection, {"id": object_id})
    expect(connection, object_id)


def _history(connection: Connection, obj: BusinessObject) -> tuple[list[Event], Entry | None]:
    """The events of the locked object, and the last entry of its evidence."""
    rows = HISTORY.rows(connection, {"object_id": obj.id})
    events = [
        Event(row.name, row.identity, row.submission, row.occurred_at, thaw_content(obj.kind, row.content))
        for row in rows
    ]
    return events, evidence.end(obj.id, rows[-1])


def _append(
    connection: Connection,
    object_id: str,
    new: NewEvent,
    row: Mapping[str, Any],
    now: datetime,
    *,
    before: Mapping[str, str | None],
    projection: Projection,
    late: bool,
) -> None:
    moved = [(track, state) for track, state in projection.states.items() if state != before.get(track)]
    track, state = moved[-1] if moved else ("", None)
    APPEND.write(
        connection,
        {
            **row,
            "object_id": object_id,
            "occurred_at": new.occurred_at,
            "recorded_at": now,
            "before": f"{track}:{before.get(track)}" if state else None,
            "after": f"{track}:{state}" if state else None,
            "late": late,
        },
    )
