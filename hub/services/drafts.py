"""What an enterprise begins and has not submitted yet: the new object, and what is typed into its forms."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from hub.business import roles
from hub.business.acts import Actor
from hub.business.kind import OWN, Kind, may
from hub.contract.text import Text
from hub.errors import NotAllowed, NotFound, Stale
from hub.registry import Registry
from hub.runtime import Runtime
from hub.services import record
from hub.services.events import NewEvent
from hub.services.numbering import next_number
from hub.services.objects import Tenant
from hub.services.record import LINE_OF
from hub.services.shapes import BusinessObject, Draft
from hub.store import tables
from hub.store.engine import reading, writing

BEGUN = "begun"  # identity of the first event
OBJECT_ID = re.compile(r"[0-9a-f]{32}")
OWN_NAME = Text("中国国际贸易单一窗口", "China International Trade Single Window")
ONCE = Text("贵司已有此记录，请在列表中查看", "Your company has one already: see the list")
NO_PARTNER = Text("合作机构暂未开通此功能", "No partner offers this")
NO_ENTRY = Text("此记录由合作机构发起", "Only partners begin this")

Content = Mapping[str, Any]
NOTHING: Content = {}


class _Taken(Exception):
    """An object with this id is there already."""


def receivers(registry: Registry, kind: Kind) -> dict[str, Text]:
    """Code -> name of the partners that take what ``kind``'s entry form sends; the hub keeps what is sent to nobody."""
    if kind.entry is None:
        return {}
    sends = kind.entry.sends
    if sends is None:
        return {OWN: OWN_NAME}
    message = f"{sends.type}/{sends.version}"
    partners = registry.partners.items()
    return {code: row.sheet.name for code, row in partners if registry.takes(code, sends.capability, message)}


def receiver_name(registry: Registry, code: str) -> Text:
    """A partner's name, or the hub's for what it keeps itself. Raises Unregistered."""
    return OWN_NAME if code == OWN else registry.partner(code).sheet.name


def refusal(registry: Registry, kind: Kind, actor: Actor) -> Text | None:
    """Why the actor cannot begin an object now, or None."""
    entry = kind.entry
    if entry is None:
        return NO_ENTRY
    if not may(kind, entry, actor):
        return roles.refusal(entry.roles, delegable=entry.delegable)
    return None if receivers(registry, kind) else NO_PARTNER


def blank(
    kind: Kind, object_id: str, enterprise: str, name: str, partner: str, now: datetime, opening: Content
) -> BusinessObject:
    """The object as it will be once something is saved: the page of a new object shows it, nothing is stored."""
    return BusinessObject(
        id=object_id,
        enterprise=enterprise,
        line=LINE_OF[kind.code],
        kind=kind,
        partner=partner,
        number="",
        title="",
        states={"ack": None} | kind.begun(),
        revision=1,
        submission=0,
        delivery=None,
        content=_opening(kind, name, opening),
        created_at=now,
        updated_at=now,
        since=now,
        due_at=None,
    )


def begin(
    runtime: Runtime, actor: Actor, kind: Kind, object_id: str, partner: str, opening: Content = NOTHING
) -> BusinessObject:
    """The object with the id that the page chose, made now unless it is there: one page sent twice begins one object.

    :param opening: what another object, from which it is begun, fills in.

    Raises NotFound for an id that is none or another enterprise's, NotAllowed for a role, kind or partner that cannot.
    """
    if not OBJECT_ID.fullmatch(object_id):
        raise NotFound
    with reading(runtime.engine) as connection:
        found = Tenant(connection, actor.enterprise).find(kind.code, object_id)
    if found is not None:
        return found
    reason = refusal(runtime.registry, kind, actor)
    if reason or partner not in receivers(runtime.registry, kind):
        raise NotAllowed(reason or NO_PARTNER)
    try:
        with writing(runtime.engine) as connection:
            return _create(connection, actor, kind, object_id, partner, opening, runtime.clock.now())
    except _Taken:  # by the same page, sent twice at once, or by another enterprise
        with reading(runtime.engine) as connection:
            return Tenant(connection, actor.enterprise).get(kind.code, object_id)


def _create(
    connection: Connection, actor: Actor, kind: Kind, object_id: str, partner: str, opening: Content, now: datetime
) -> BusinessObject:
    """Raises _Taken, and takes the number back with it; NotFound where only partners begin an object, NotAllowed for a
    second one of a kind that is there once.
    """
    if kind.beginning is None or kind.numbers is None:
        raise NotFound
    table = tables.enterprise
    wanted = select(table.c.name).where(table.c.uscc == actor.enterprise)
    if kind.once:  # two at once stand in a queue
        wanted = wanted.with_for_update()
    name = connection.execute(wanted).scalar_one()
    if kind.once and Tenant(connection, actor.enterprise).any(kind.code, partner):
        raise NotAllowed(ONCE)
    number = next_number(connection, kind.numbers, now)
    made = record.create(
        connection,
        kind=kind,
        enterprise=actor.enterprise,
        partner=partner,
        number=number,
        new=NewEvent(
            name=kind.beginning.name,
            identity=BEGUN,
            occurred_at=now,
            content=_opening(kind, name, opening) | {kind.number: number},
            actor=actor,
        ),
        now=now,
        object_id=object_id,
    )
    if made is None:
        raise _Taken
    return made.obj


def _opening(kind: Kind, name: str, opening: Content) -> dict[str, Any]:
    """What is known before anything is typed."""
    known = {"enterprise_name": name} if any(row.name == "enterprise_name" for row in kind.fields) else {}
    return {**opening, **known}


def save(
    runtime: Runtime,
    actor: Actor,
    kind_code: str,
    object_id: str,
    form: str,
    values: Mapping[str, Any],
    revision: int | None,
) -> Draft:
    """Keep what was typed, however incomplete, but for secrets: they are typed again.

    Raises NotFound, Stale when another editor saved since ``revision``.
    """
    now = runtime.clock.now()
    table = tables.draft
    with writing(runtime.engine) as connection:
        tenant = Tenant(connection, actor.enterprise)
        obj = tenant.lock(kind_code, object_id)
        saved = tenant.draft(obj, form)
        values = {name: value for name, value in values.items() if name not in obj.kind.secret}
        if saved is None:
            row = {"object_id": obj.id, "form": form, "values": dict(values), "revision": 1, "saved_at": now}
            connection.execute(insert(table), row | {"saved_by": actor.account})
            return Draft(values=values, revision=1, saved_at=now)
        if revision is not None and revision != saved.revision:
            raise Stale
        connection.execute(
            update(table)
            .where(table.c.object_id == obj.id, table.c.form == form)
            .values(values=dict(values), revision=saved.revision + 1, saved_at=now, saved_by=actor.account)
        )
        return Draft(values=values, revision=saved.revision + 1, saved_at=now)


def drop(runtime: Runtime, actor: Actor, kind_code: str, object_id: str, form: str) -> None:
    """Give up what was typed into ``form``. Raises NotFound."""
    table = tables.draft
    with writing(runtime.engine) as connection:
        obj = Tenant(connection, actor.enterprise).lock(kind_code, object_id)
        connection.execute(delete(table).where(table.c.object_id == obj.id, table.c.form == form))
