"""What hangs on an object: the keys it is found by, its documents, the notices of the states it reached."""

import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, delete

from hub.business.kind import Kind
from hub.business.lifecycle import Projection
from hub.business.numbers import SHANGHAI
from hub.contract.message import Attachment
from hub.services import blobs
from hub.services.events import NewEvent
from hub.services.shapes import BusinessObject
from hub.store import tables
from hub.store.prepared import Prepared
from hub.store.rows import ensure

ENTERPRISE = "enterprise"  # source of what it enclosed itself
KEY_LENGTH = 64  # characters of a value that an object can be found by
PORTAL = "portal"  # the notice channel that always exists
_key = tables.object_key.c
FORGET = Prepared(
    delete(tables.object_key).where(
        _key.object_id == bindparam("bearer"), _key.name == bindparam("key"), _key.value == bindparam("was")
    )
)


def attach(
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
    were = _keys(obj.kind, content)
    are = were if after.content == content else _keys(obj.kind, after.content)
    for name, value in sorted(key for key in were - are if key[0] in obj.kind.days):
        FORGET.write(connection, {"bearer": obj.id, "key": name, "was": value[:KEY_LENGTH]})
    fresh = are - were
    for name, value in sorted(fresh | {*new.keys.items()}):
        row = {"object_id": obj.id, "enterprise": obj.enterprise, "name": name, "value": value[:KEY_LENGTH]}
        ensure(connection, tables.object_key, row)
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
            ensure(connection, tables.notice, notice)


def _keys(kind: Kind, content: Mapping[str, Any]) -> set[tuple[str, str]]:
    """Name and value of everything that the object can be found by."""
    found = {(name, content[name]) for name in kind.keyed if name in content}
    for table in kind.tables:
        found |= {(column.name, row.get(column.name)) for column in table.rows for row in content.get(table.name) or ()}
    return {(name, _as_key(value)) for name, value in found if value and name in kind.keyed}


def _as_key(value: Any) -> str:
    """A value as it is looked for: a time by its day in Shanghai, as lists ask for it."""
    return value.astimezone(SHANGHAI).date().isoformat() if isinstance(value, datetime) else str(value)


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
    ensure(connection, tables.document, document)
