"""An event about to be recorded, what it was recorded as, and what evidence keeps of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from hub.business.acts import Actor
from hub.business.content import freeze
from hub.contract.message import Attachment
from hub.contract.text import Text
from hub.evidence.chain import Entry, stamp
from hub.services.shapes import BusinessObject

HUB = "hub"  # source of what was made here


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


def told(new: NewEvent, submission: int) -> dict[str, Any]:
    """The event as table and evidence keep it, but for the time that it occurred at."""
    return {
        "name": new.name,
        "identity": new.identity,
        "submission": submission,
        "content": freeze(new.content),
        "text": {"zh": new.text.zh, "en": new.text.en} if new.text else None,
        "actor": _who(new.actor),
        "message_id": new.message_id,
    }


def _who(actor: Actor | None) -> dict[str, Any] | None:
    if actor is None:
        return None
    return {
        "account": actor.account,
        "name": actor.name,
        "role": actor.role,
        "certificate": actor.certificate,
        "address": actor.address,
    }


def facts(obj: BusinessObject, new: NewEvent, told: Mapping[str, Any]) -> dict[str, Any]:
    """What evidence keeps of an event that is ``told``: who did what, signed how, and where that left the object."""
    event = {
        "what": "event",
        "object": subject(obj),
        "event": {**told, "occurred_at": stamp(new.occurred_at)},
        "states": {track: state for track, state in obj.states.items() if state is not None},
        "documents": [
            {"kind": kind, "name": file.name, "digest": file.sha256, "media_type": file.media_type}
            for kind, file in sorted((*new.documents.items(), *new.enclosed), key=_by_kind_and_digest)
        ],
    }
    return {**new.facts, **event}


def _by_kind_and_digest(row: tuple[str, Attachment]) -> tuple[str, str]:
    return row[0], row[1].sha256


def subject(obj: BusinessObject) -> dict[str, str]:
    """What an entry says of the object it is about."""
    return {"kind": obj.kind.code, "number": obj.number, "partner": obj.partner, "enterprise": obj.enterprise}
