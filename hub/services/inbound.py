"""What a partner's verified message does to our objects. Runs inside the receiver's transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import nh3
from sqlalchemy import Connection, select

from hub.business import KINDS
from hub.business.content import number_of
from hub.business.kind import Kind, derive
from hub.business.states import By
from hub.contract.adapters import Refusal
from hub.contract.message import ARTICLE, NO_ENTERPRISE, CanonicalEvent, InMessage, PartnerContent
from hub.delivery import resolver
from hub.services import accounts, articles, evidence, record
from hub.services.events import NewEvent, Recorded
from hub.services.shapes import BusinessObject
from hub.store import tables
from hub.store.rows import insert_new

TAGS = nh3.ALLOWED_TAGS - {"img"}  # fetched from the partner's site, it would tell who reads what and when


class PluginFault(Exception):
    """An adapter made an event that its kind does not allow."""


@dataclass(frozen=True)
class Applied:
    """What became of a message: the changes it made, or the object it waits for."""

    changes: Sequence[Recorded] = ()
    waits_for: str | None = None


def apply(
    connection: Connection, message: InMessage, meaning: Sequence[CanonicalEvent | PartnerContent], now: datetime
) -> Applied:
    """Record all of ``meaning``, or nothing. Raises Refusal("2003") and PluginFault."""
    events = _events(meaning)
    found: dict[tuple[str, str], BusinessObject | None] = {}  # kind, number -> locked, None where there is none yet
    for event in events:
        place = event.kind, event.number
        kind = _kind(event)
        if place not in found:
            found[place] = _find(connection, message, event)
        starts = kind.starts(event.event) and message.canonical.enterprise != NO_ENTERPRISE
        if found[place] is None and not starts:
            return Applied(waits_for=event.number)
    for part in meaning:
        if isinstance(part, PartnerContent):
            _publish(connection, message.partner, part, now)
    changes = []
    for event in events:
        place = event.kind, event.number
        changes.append(_record(connection, message, event, found[place], now))
        found[place] = changes[-1].obj
    return Applied(changes)


def expect(connection: Connection, partner: str, meaning: Sequence[CanonicalEvent | PartnerContent]) -> None:
    """Announce :func:`apply`. Raises PluginFault."""
    for kind, number in {(event.kind, event.number): None for event in _events(meaning)}:
        record.expect_number(connection, kind=kind, partner=partner, number=number)


def _events(meaning: Sequence[CanonicalEvent | PartnerContent]) -> list[CanonicalEvent]:
    return [_numbered(part) for part in meaning if isinstance(part, CanonicalEvent)]


def _numbered(event: CanonicalEvent) -> CanonicalEvent:
    return replace(event, number=number_of(_kind(event), event.number, event.content))


def _kind(event: CanonicalEvent) -> Kind:
    kind = KINDS.get(event.kind)
    declared = {row.name: row for row in kind.events} if kind is not None else {}
    if kind is None or event.event not in declared or declared[event.event].by is not By.PARTNER:
        raise PluginFault(f"{event.kind}.{event.event} is not an event that a partner may cause")
    return kind


def _find(connection: Connection, message: InMessage, event: CanonicalEvent) -> BusinessObject | None:
    obj = record.lock(connection, kind=event.kind, partner=message.partner, number=event.number)
    named = message.canonical.enterprise
    if obj is not None and named not in (NO_ENTERPRISE, obj.enterprise):
        raise Refusal("2003", f"{event.number} belongs to another enterprise")
    return obj


def _record(
    connection: Connection, message: InMessage, event: CanonicalEvent, obj: BusinessObject | None, now: datetime
) -> Recorded:
    canonical = message.canonical
    if obj is not None:
        _require_ours(obj, event)
    sent = _answered(connection, message, event)
    new = NewEvent(
        name=event.event,
        identity=canonical.message_id,
        occurred_at=event.occurred_at,
        submission=None if sent is None else sent.submission,
        content={**event.content, **_worked_out(event)},
        text=event.text,
        message_id=canonical.message_id,
        source=message.partner,
        keys=event.keys,
        documents=event.documents,
        facts={"message": received(message)},
    )
    try:
        recorded = _create_or_record(connection, message, event, obj, new, now)
    except ValueError as error:
        raise PluginFault(str(error)) from error
    if sent is not None and resolver.on_receipt(connection, sent.message_id, now):
        record.set_delivery(connection, recorded.obj.id, "ACKED")
    return recorded


def _require_ours(obj: BusinessObject, event: CanonicalEvent) -> None:
    """Raises PluginFault where the partner says something else than we do of what is ours: of what it was paid."""
    for name in (row.name for row in obj.kind.fields if row.ours and row.name in event.content):
        if event.content[name] != obj.content.get(name):
            raise PluginFault(f"{name}: {event.content[name]} is not our {obj.content.get(name)}")


def _worked_out(event: CanonicalEvent) -> dict[str, Any]:
    """What the hub derives from what the partner says, where it says all that is needed."""
    derived = derive(_kind(event), event.content)
    return {name: value for name, value in derived.items() if value is not None}


def received(message: InMessage) -> dict[str, str]:
    """What evidence keeps of a partner's message; its bytes lie in the inbox."""
    canonical = message.canonical
    kind = f"{canonical.type}/{canonical.version}"
    kept = evidence.message("in", canonical.message_id, kind, message.digest, message.partner)
    return {**kept, "signer": message.signer}


def _create_or_record(
    connection: Connection,
    message: InMessage,
    event: CanonicalEvent,
    obj: BusinessObject | None,
    new: NewEvent,
    now: datetime,
) -> Recorded:
    if obj is not None:
        return record.record(connection, obj, new, now)
    name = str(event.content.get("enterprise_name", ""))
    enterprise = message.canonical.enterprise
    accounts.register_enterprise(connection, enterprise, name, now)
    made = record.create(
        connection,
        kind=_kind(event),
        enterprise=enterprise,
        partner=message.partner,
        number=event.number,
        new=replace(new, submission=0),
        now=now,
    )
    if made is not None:
        return made
    return _create_or_record(connection, message, event, _find(connection, message, event), new, now)


def _answered(connection: Connection, message: InMessage, event: CanonicalEvent) -> Any:
    """The message of ours that this event answers, if it names one."""
    if event.answers is None:
        return None
    table = tables.outbox
    columns = (table.c.message_id, table.c.submission)
    return connection.execute(
        select(*columns).where(table.c.message_id == event.answers, table.c.partner == message.partner)
    ).one_or_none()


def _publish(connection: Connection, partner: str, content: PartnerContent, now: datetime) -> None:
    body = sanitised(content.body)
    row = {"partner": partner, "key": content.key, "version": content.version, "body": body, "received_at": now}
    new = insert_new(connection, tables.partner_content, row)
    shelf, _, number = content.key.partition(":")
    if new and shelf == ARTICLE:
        try:
            articles.put(connection, partner, number, replace(content, body=body), now)
        except ValueError as error:
            raise PluginFault(str(error)) from error


def sanitised(body: Mapping[str, Any]) -> dict[str, Any]:
    """Partner HTML through an allow-list: no script, no style, no picture, no foreign address but plain links."""
    return {
        name: nh3.clean(value, tags=TAGS, link_rel="noopener noreferrer") if name.endswith("_html") else value
        for name, value in body.items()
    }
