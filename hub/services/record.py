"""Recording events: the only place where a business object's state is written, and it is always a projection.

Every function here runs inside the caller's writing transaction. The object's row is locked (SQLite: BEGIN
IMMEDIATE; PostgreSQL: FOR UPDATE), so events of one object are recorded one after the other.
"""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import Connection, bindparam, func, insert, select, true, update

from hub.business import KINDS, LINES
from hub.business.acts import Actor
from hub.business.content import check_content, freeze
from hub.business.content import thaw as thaw_content
from hub.business.kind import PAYABLE, Effect, Kind
from hub.business.lifecycle import Event, Projection, project
from hub.business.numbers import SHANGHAI
from hub.business.states import DECIDED
from hub.contract.message import Attachment
from hub.contract.text import Text
from hub.errors import Stale
from hub.evidence.chain import Entry, stamp
from hub.services import blobs, consequences, evidence
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
_proof = evidence.last_of(bindparam("object_id")).subquery("proof")
HISTORY = Prepared(
    select(
        *(_event.c.name, _event.c.identity, _event.c.submission, _event.c.occurred_at, _event.c.content),
        *(_proof.c.n, _proof.c.hash),
    )
    .select_from(_event)
    .outerjoin(_proof, true())
    .where(_event.c.object_id == bindparam("object_id"))
    .order_by(_event.c.seq)
)
LATEST = select(func.max(_event.c.occurred_at)).where(_event.c.object_id == bindparam("object_id"))
APPEND = Prepared(insert(_event).inline())  # nobody asks for the new row's number
CHANGE = Prepared(
    update(_object).where(_object.c.id == bindparam("changed"), _object.c.revision == bindparam("from_revision"))
)
DELIVERY = Prepared(update(_object).where(_object.c.id == bindparam("changed")))
"""The statements of every message: building one costs more than running it, so they are built once."""

LINE_OF: Mapping[str, str] = {kind.code: line.code for line in LINES for kind in line.kinds}
ENTERPRISE = "enterprise"  # source of what it enclosed itself
KEY_LENGTH = 64  # characters of a value that an object can be found by
HUB = "hub"  # source of what was made here
PORTAL = "portal"  # the notice channel that always exists


@dataclass(frozen=True, kw_only=True)
class NewEvent:
    """An event about to be recorded. ``identity`` recognises its repetition."""

    name: str
    identity: str
    occurred_at: datetime
    submission: int | None = None  # None: the object's present one
    content: Mapping[str, Any] = field(default_factory=dict)
    text: Text | None = None
    actor: Actor | None = None
    message_id: str | None = None
    source: str = HUB
    keys: Mapping[str, str] = field(default_factory=dict)
    documents: Mapping[str, Attachment] = field(default_factory=dict)
    enclosed: Sequence[tuple[str, Attachment]] = ()  # the enterprise's own files: several of one sort
    facts: Mapping[str, Any] = field(default_factory=dict)  # what evidence keeps besides: signature, message, outcome


@dataclass(frozen=True)
class Recorded:
    """The object after the event, and whether the event was new."""

    obj: BusinessObject
    new: bool
    before: Mapping[str, str | None]
    proof: Entry | None = None  # of an event that was new: the last one of the object's chain


def lock(connection: Connection, *, kind: str, partner: str, number: str) -> BusinessObject | None:
    """The object by its business number, locked until the transaction ends; None when there is none."""
    row = BY_NUMBER.first(connection, {"partner": partner, "kind": kind, "number": number})
    return None if row is None else thaw(row)


def lock_id(connection: Connection, object_id: str) -> BusinessObject:
    """The object by id, locked. Only for ids that come from our own tables."""
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
    } | _columns(kind, projection, now, now)
    if not insert_new(connection, tables.business_object, values):
        return None
    _append(connection, object_id, new, submission, now, before={}, projection=projection, late=False)
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
    _attach(connection, obj, replace(new, keys={kind.number: number, **new.keys}), now, before=None, after=projection)
    proof = evidence.begin(connection, obj.id, _facts(obj, new, submission), now)
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
    if any(event.name == new.name and event.identity == new.identity for event in known):
        return Recorded(obj, False, obj.states)
    added = _added(obj, new)
    before, after, submission = project(obj.kind, known), project(obj.kind, [*known, added]), added.submission
    late = _moves(obj.kind, new.name) and after.states == before.states and len(after.passed) == len(before.passed)
    _append(connection, obj.id, new, submission, now, before=before.states, projection=after, late=late)
    since = obj.since if after.states == before.states else now
    values = {"revision": obj.revision + 1, "since": since} | _columns(obj.kind, after, now, since)
    if delivery is not None:
        values["delivery"] = delivery
    where = {"changed": obj.id, "from_revision": obj.revision}
    if CHANGE.change(connection, where | values) != 1:
        raise Stale
    current = _changed(obj, values, after)
    consequences.hold_and_book(connection, current, before=before, event=new.name, now=now)
    _attach(connection, current, new, now, before=before, after=after)
    proof = evidence.append(connection, obj.id, _facts(current, new, submission), now, after=proved)
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
            effected = NewEvent(
                name=effect.causes,
                identity=f"{now.isoformat()}/{obj.id}@{obj.revision}",  # of two at one time, the later told one stands
                occurred_at=obj.content[effect.at] if effect.at else after,
                content={name: obj.content.get(name) for name in effect.carries} | dict(effect.sets),
            )
            other = record(connection, other, effected, now).obj


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
    DELIVERY.change(connection, {"changed": object_id, "delivery": state})


def _history(connection: Connection, obj: BusinessObject) -> tuple[list[Event], Entry | None]:
    """The events of the locked object, and the last entry of its evidence."""
    rows = HISTORY.rows(connection, {"object_id": obj.id})
    events = [
        Event(row.name, row.identity, row.submission, row.occurred_at, thaw_content(obj.kind, row.content))
        for row in rows
    ]
    return events, evidence.end(obj.id, rows[-1])


def _columns(kind: Kind, projection: Projection, now: datetime, since: datetime) -> dict[str, Any]:
    """The columns of ``business_object`` that the projection decides."""
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
    name, event = kind.ends
    last = projection.content.get(name)
    ending = {row.source for track in kind.tracks for row in track.transitions if row.event == event}
    if not isinstance(last, date) or projection.states["state"] not in ending:
        return None
    return datetime.combine(last + timedelta(days=1), time(), SHANGHAI)


def _moves(kind: Kind, event: str) -> bool:
    return any(event in track.touched for track in kind.tracks)


def _append(
    connection: Connection,
    object_id: str,
    new: NewEvent,
    submission: int,
    now: datetime,
    *,
    before: Mapping[str, str | None],
    projection: Projection,
    late: bool,
) -> None:
    moved = [(track, state) for track, state in projection.states.items() if state != before.get(track)]
    track, state = moved[-1] if moved else ("", None)
    APPEND.change(
        connection,
        {
            "object_id": object_id,
            "name": new.name,
            "identity": new.identity,
            "submission": submission,
            "occurred_at": new.occurred_at,
            "recorded_at": now,
            "content": freeze(new.content),
            "text": {"zh": new.text.zh, "en": new.text.en} if new.text else None,
            "actor": _who(new.actor),
            "before": f"{track}:{before.get(track)}" if state else None,
            "after": f"{track}:{state}" if state else None,
            "late": late,
            "message_id": new.message_id,
        },
    )


def _who(actor: Actor | None) -> dict[str, Any] | None:
    if actor is None:
        return None
    names = ("account", "name", "role", "certificate", "address")
    return {name: getattr(actor, name) for name in names}


def _attach(
    connection: Connection,
    obj: BusinessObject,
    new: NewEvent,
    now: datetime,
    *,
    before: Projection | None,
    after: Projection,
) -> None:
    """What follows from the event and was not there before: search keys, documents, notices."""
    content, passed = (before.content, before.passed) if before else ({}, ())
    fresh = _keys(obj.kind, after.content) - _keys(obj.kind, content)
    for name, value in sorted(fresh | {*new.keys.items()}):
        row = {"object_id": obj.id, "enterprise": obj.enterprise, "name": name, "value": value[:KEY_LENGTH]}
        insert_new(connection, tables.object_key, row)
    for kind, attachment in new.documents.items():
        store_document(connection, obj, kind, attachment, source=new.source, message_id=new.message_id, now=now)
    for kind, attachment in new.enclosed:
        store_document(connection, obj, kind, attachment, source=ENTERPRISE, message_id=new.message_id, now=now)
    for track, state, submission in after.passed:
        if (track, state, submission) not in passed and obj.kind.state(track, state).notice is not None:
            notice = {
                "id": uuid.uuid4().hex,
                "enterprise": obj.enterprise,
                "object_id": obj.id,
                "key": f"{track}:{state}:{submission}",
                "channel": PORTAL,
                "created_at": now,
            }
            insert_new(connection, tables.notice, notice)


def _keys(kind: Kind, content: Mapping[str, Any]) -> set[tuple[str, str]]:
    """Name and value of everything that the object can be found by."""
    found = {(name, content.get(name)) for name in kind.keyed}
    for table in kind.tables:
        found |= {(column.name, row.get(column.name)) for column in table.rows for row in content.get(table.name) or ()}
    return {(name, _as_key(value)) for name, value in found if value and name in kind.keyed}


def _as_key(value: Any) -> str:
    """A value as it is looked for: a time by its day in Shanghai, as lists ask for it."""
    return value.astimezone(SHANGHAI).date().isoformat() if isinstance(value, datetime) else str(value)


def _facts(obj: BusinessObject, new: NewEvent, submission: int) -> dict[str, Any]:
    """What evidence keeps of an event: who did what, signed how, and where that left the object."""
    facts = {
        "what": "event",
        "object": subject(obj),
        "event": {
            "name": new.name,
            "identity": new.identity,
            "submission": submission,
            "occurred_at": stamp(new.occurred_at),
            "content": freeze(new.content),
            "text": {"zh": new.text.zh, "en": new.text.en} if new.text else None,
            "actor": _who(new.actor),
            "message_id": new.message_id,
        },
        "states": {track: state for track, state in obj.states.items() if state is not None},
        "documents": [
            {"kind": kind, "name": file.name, "digest": file.sha256, "media_type": file.media_type}
            for kind, file in sorted((*new.documents.items(), *new.enclosed), key=_by_kind_and_digest)
        ],
    }
    return {**new.facts, **facts}


def _by_kind_and_digest(row: tuple[str, Attachment]) -> tuple[str, str]:
    return row[0], row[1].sha256


def subject(obj: BusinessObject) -> dict[str, str]:
    """What an entry says of the object it is about."""
    return {"kind": obj.kind.code, "number": obj.number, "partner": obj.partner, "enterprise": obj.enterprise}


def store_document(
    connection: Connection,
    obj: BusinessObject,
    kind: str,
    attachment: Attachment,
    *,
    source: str,
    message_id: str | None,
    now: datetime,
) -> None:
    """Keep a file by its digest, once, and attach it to the object."""
    if not blobs.held(connection, attachment.sha256):  # else so many bytes need not be digested and sent again
        blobs.keep(connection, attachment.content, attachment.media_type)
    document = {
        "id": uuid.uuid4().hex,
        "object_id": obj.id,
        "enterprise": obj.enterprise,
        "kind": kind,
        "name": attachment.name,
        "digest": attachment.sha256,
        "summary": attachment.summary,
        "remark": attachment.remark,
        "source": source,
        "message_id": message_id,
        "created_at": now,
    }
    insert_new(connection, tables.document, document)
