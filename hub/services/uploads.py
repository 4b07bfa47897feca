"""Files that an enterprise encloses with what it submits.

A file comes in parts; each answer says how much has arrived, so a dropped connection goes on where it stopped. The
whole file is examined, outside of any transaction. At the submission the files become documents of the object, kept by
their digest, and travel with the message; a submission that comes back takes them along again.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from sqlalchemy import Connection, Select, delete, func, insert, select, update

from hub.business import roles
from hub.business.acts import Action, Actor
from hub.business.enclosures import MIB, Enclosure
from hub.business.kind import allowed, may
from hub.contract.message import Attachment
from hub.contract.text import Text
from hub.documents.intake import EMPTY, Unfit, examine, safe_name
from hub.errors import InvalidInput, NotAllowed, NotFound, Stale
from hub.registry import Registry
from hub.runtime import Runtime
from hub.services import audit, blobs
from hub.services.objects import Tenant
from hub.services.shapes import BusinessObject
from hub.store import tables
from hub.store.engine import reading, writing
from hub.store.rows import insert_new

PART_BYTES = 512 * 1024  # the most that one part brings
TOGETHER = 50 * MIB  # of one submission (spec CI-CLM-49)
FILES = 100  # of one submission: the envelope has no room for more
QUOTA = 500 * MIB  # of one enterprise, over all that is not submitted
ABANDONED = timedelta(hours=24)  # after its last part
ENVELOPE = 100_000  # octets of a message beside its files
UPLOAD_ID = re.compile(r"[0-9a-f]{32}")

TOO_LARGE = Text("文件超过{mb}MB，请压缩或拆分后上传", "Over {mb} MB: compress or split the file")
TOO_MUCH = Text("附件合计超过{mb}MB，请减少附件", "Over {mb} MB together: enclose fewer files")
FULL = Text("未提交的附件已达{mb}MB上限，请先删除", "{mb} MB of files wait for submission: remove some first")
TOO_MANY = Text(f"附件不能超过{FILES}个", f"No more than {FILES} files")
LOCKED = Text("当前状态不能修改附件", "In this status the files cannot be changed")
MISSING = Text("请上传{what}", "Enclose: {what}")
UNFINISHED = Text("有附件尚未传完，请等待或删除后再提交", "A file has not arrived yet: wait, or remove it")
LONGER = Text("上传内容与文件大小不符，请重新上传", "More came than the file holds: upload it again")

_upload, _part = tables.upload, tables.upload_part


@dataclass(frozen=True, kw_only=True)
class Upload:
    """A file that is enclosed, or on its way: then it has no digest."""

    id: str
    enclosure: str
    name: str
    size: int
    received: int
    media_type: str | None
    digest: str | None
    summary: str | None
    remark: str | None
    sent: bool

    @property
    def whole(self) -> bool:
        """Whether all of it has arrived."""
        return self.received == self.size


@dataclass(frozen=True)
class Place:
    """Where files are enclosed: with an action on an object."""

    kind: str
    object_id: str
    action: str


def of(connection: Connection, obj: BusinessObject, action: Action) -> list[Upload]:
    """The files enclosed with ``action``, in the order in which they came."""
    if not action.encloses:
        return []
    here = (_upload.c.object_id == obj.id, _upload.c.action == action.name)
    rows = connection.execute(select(_upload).where(*here).order_by(_upload.c.created_at, _upload.c.id))
    return [Upload(**{name: getattr(row, name) for name in Upload.__dataclass_fields__}) for row in rows]


def room(registry: Registry, obj: BusinessObject, action: Action) -> int:
    """Octets that the files may have together: they travel as base64 in one message of the partner's size."""
    if action.sends is None or not registry.offers(obj.partner, action.sends.capability):
        return TOGETHER
    message = registry.capability(obj.partner, action.sends.capability).total_mb * 1_000_000
    return min(TOGETHER, (message - ENVELOPE) * 3 // 4)


def begin(runtime: Runtime, actor: Actor, at: Place, enclosure: str, upload_id: str, name: str, size: int) -> int:
    """Announce a file; the same call again says how many octets have arrived.

    Raises NotFound, NotAllowed once the object is submitted, InvalidInput naming the enclosure for a size that does
    not fit and for a whole file that is not taken.
    """
    now = runtime.clock.now()
    if not UPLOAD_ID.fullmatch(upload_id):
        raise NotFound
    with writing(runtime.engine) as connection:
        obj, action = _open(connection, actor, at)
        _sweep(connection, obj.enterprise, now)
        files = of(connection, obj, action)
        known = next((row for row in files if row.id == upload_id), None)
        if known is None:
            _fits(connection, runtime.registry, obj, action, _declared(action, enclosure), files, size)
            row = {"id": upload_id, "object_id": obj.id, "enterprise": obj.enterprise, "action": action.name}
            more = {"enclosure": enclosure, "name": name[:200], "size": size, "received": 0, "sent": False}
            if not insert_new(connection, _upload, row | more | {"created_at": now, "saved_at": now}):
                raise NotFound  # another object's, or another enterprise's
            return 0
    _settle(runtime, actor, at, action, known)
    return known.received


def append(runtime: Runtime, actor: Actor, at: Place, upload_id: str, start: int, content: bytes) -> int:
    """Take the part that begins at ``start``; returns how many octets have arrived, from where to go on.

    A part out of its place changes nothing. Raises what ``begin`` raises; a file that is not taken is gone then, and an
    audit line stays.
    """
    with writing(runtime.engine) as connection:
        obj, action = _open(connection, actor, at)
        found = _find(connection, obj, action, upload_id)
        received = found.received
        if start == received and content and not found.whole:
            received += len(content)
            if received > found.size or len(content) > PART_BYTES:
                raise InvalidInput({found.enclosure: LONGER})
            connection.execute(insert(_part), {"upload": found.id, "start": start, "content": content})
            arrived = {"received": received, "saved_at": runtime.clock.now()}
            connection.execute(update(_upload).where(_upload.c.id == found.id).values(arrived))
            found = _find(connection, obj, action, upload_id)
    _settle(runtime, actor, at, action, found)
    return received


def take(runtime: Runtime, actor: Actor, at: Place, enclosure: str, upload_id: str, name: str, content: bytes) -> None:
    """A whole file at once, as a page without JavaScript sends it. Raises what ``begin`` raises."""
    received = begin(runtime, actor, at, enclosure, upload_id, name, len(content))
    while received < len(content):
        received = append(runtime, actor, at, upload_id, received, content[received : received + PART_BYTES])


def describe(runtime: Runtime, actor: Actor, at: Place, said: Mapping[str, Mapping[str, str]]) -> None:
    """Keep what the enterprise says of its files: id -> summary, remark. What was sent stays as it was sent."""
    with writing(runtime.engine) as connection:
        obj = Tenant(connection, actor.enterprise).lock(at.kind, at.object_id)
        action = _action(obj, at)
        open_now = allowed(obj.kind, obj.states, action) and may(obj.kind, action, actor)
        for file in of(connection, obj, action) if open_now else ():
            if file.id in said and not file.sent:
                texts = {name: text or None for name, text in said[file.id].items()}
                connection.execute(update(_upload).where(_upload.c.id == file.id).values(texts))


def remove(runtime: Runtime, actor: Actor, at: Place, upload_id: str) -> None:
    """Take a file out again. Raises NotFound, NotAllowed."""
    with writing(runtime.engine) as connection:
        obj, action = _open(connection, actor, at)
        _drop(connection, [_find(connection, obj, action, upload_id).id])


def read(runtime: Runtime, actor: Actor, at: Place, upload_id: str) -> Attachment:
    """An enclosed file with its bytes. Raises NotFound."""
    with reading(runtime.engine) as connection:
        obj = Tenant(connection, actor.enterprise).get(at.kind, at.object_id)
        found = _find(connection, obj, _action(obj, at), upload_id)
        if found.digest is None:
            raise NotFound
        return _load(connection, found, {})


def enclosed(
    connection: Connection, obj: BusinessObject, action: Action, known: Mapping[str, bytes] | None = None
) -> list[tuple[str, Attachment]]:
    """What would travel with ``action`` now: (document kind, file).

    :param known: by digest, bytes that need not be read again.

    Raises InvalidInput naming the enclosure when a required one is missing or one has not arrived.
    """
    files = of(connection, obj, action)
    there = {row.enclosure for row in files}
    wrong = {
        row.code: _filled(MISSING, what=obj.kind.documents[row.code])
        for row in action.encloses
        if row.required and row.code not in there
    } | {row.enclosure: UNFINISHED for row in files if row.digest is None}
    if wrong:
        raise InvalidInput(wrong)
    return [(row.enclosure, _load(connection, row, known or {})) for row in files]


def close(connection: Connection, obj: BusinessObject, action: Action) -> None:
    """After ``action``: what travelled with it is a document from now on; with an object that is gone, all go."""
    if obj.kind.discards(action):
        _drop(connection, connection.execute(_here(obj)).scalars().all())
    elif action.encloses:
        sent = connection.execute(_here(obj).where(_upload.c.action == action.name)).scalars().all()
        connection.execute(delete(_part).where(_part.c.upload.in_(sent)))
        connection.execute(update(_upload).where(_upload.c.id.in_(sent)).values(sent=True))


def _here(obj: BusinessObject) -> Select[str]:
    return select(_upload.c.id).where(_upload.c.object_id == obj.id)


def _filled(text: Text, *, what: Text) -> Text:
    return Text(text.zh.format(what=what.zh), text.en.format(what=what.en))


def _mb(text: Text, octets: int) -> Text:
    return Text(text.zh.format(mb=octets // MIB), text.en.format(mb=octets // MIB))


def _action(obj: BusinessObject, at: Place) -> Action:
    """Raises NotFound for an action that encloses nothing."""
    found = next((row for row in obj.kind.actions if row.name == at.action and row.encloses), None)
    if found is None:
        raise NotFound
    return found


def _open(connection: Connection, actor: Actor, at: Place) -> tuple[BusinessObject, Action]:
    """The object, locked, while the action is possible. Raises NotFound, NotAllowed."""
    obj = Tenant(connection, actor.enterprise).lock(at.kind, at.object_id)
    action = _action(obj, at)
    if not allowed(obj.kind, obj.states, action):
        raise NotAllowed(LOCKED)
    if not may(obj.kind, action, actor):
        raise NotAllowed(roles.refusal(action.roles, delegable=action.delegable))
    return obj, action


def _declared(action: Action, code: str) -> Enclosure:
    found = next((row for row in action.encloses if row.code == code), None)
    if found is None:
        raise NotFound
    return found


def _find(connection: Connection, obj: BusinessObject, action: Action, upload_id: str) -> Upload:
    found = next((row for row in of(connection, obj, action) if row.id == upload_id), None)
    if found is None:
        raise NotFound
    return found


def _fits(
    connection: Connection,
    registry: Registry,
    obj: BusinessObject,
    action: Action,
    declared: Enclosure,
    files: Sequence[Upload],
    size: int,
) -> None:
    """Raises InvalidInput."""
    if size < 1:
        raise InvalidInput({declared.code: EMPTY})
    if len(files) >= FILES:
        raise InvalidInput({declared.code: TOO_MANY})
    taken = select(func.coalesce(func.sum(_upload.c.size), 0))
    waiting = connection.execute(taken.where(_upload.c.enterprise == obj.enterprise, _upload.c.sent.is_(False)))
    for text, asked, most in (
        (TOO_LARGE, size, declared.file_bytes),
        (TOO_MUCH, sum(row.size for row in files) + size, room(registry, obj, action)),
        (FULL, waiting.scalar_one() + size, QUOTA),
    ):
        if asked > most:
            raise InvalidInput({declared.code: _mb(text, most)})


def _settle(runtime: Runtime, actor: Actor, at: Place, action: Action, found: Upload) -> None:
    """Examine a file that has just become whole; one that is there already goes. Raises InvalidInput."""
    if not found.whole or found.digest is not None:
        return
    with reading(runtime.engine) as connection:
        content = _joined(connection, found.id)
    try:
        media_type = examine(content, _declared(action, found.enclosure).types)
    except Unfit as unfit:
        _refuse(runtime, actor, at, found, unfit.text)
        raise InvalidInput({found.enclosure: unfit.text}) from None
    digest = sha256(content).hexdigest()
    with writing(runtime.engine) as connection:
        obj, action = _open(connection, actor, at)
        rows = {row.id: row for row in of(connection, obj, action)}
        there = rows.pop(found.id, None)
        if there is None or there.digest is not None:  # another request has seen to it
            return
        if sha256(_joined(connection, found.id)).hexdigest() != digest:
            raise Stale  # begun anew meanwhile: other bytes than were examined
        others = (row for row in rows.values() if row.enclosure == found.enclosure)
        if any(row.digest == digest for row in others):
            _drop(connection, [found.id])
            return
        known = {"digest": digest, "media_type": media_type, "name": safe_name(found.name, media_type)}
        connection.execute(update(_upload).where(_upload.c.id == found.id).values(known))


def _refuse(runtime: Runtime, actor: Actor, at: Place, found: Upload, text: Text) -> None:
    now = runtime.clock.now()
    with writing(runtime.engine) as connection:
        _drop(connection, [found.id])
        detail = {"object": at.object_id, "reason": text.en}
        audit.note(connection, now, "upload.refused", who=actor.account, address=actor.address, detail=detail)


def _joined(connection: Connection, upload_id: str) -> bytes:
    parts = select(_part.c.content).where(_part.c.upload == upload_id).order_by(_part.c.start)
    return b"".join(connection.execute(parts).scalars())


def _load(connection: Connection, row: Upload, known: Mapping[str, bytes]) -> Attachment:
    digest = row.digest or ""
    return Attachment(
        name=row.name,
        media_type=row.media_type or "",
        sha256=digest,
        content=known.get(digest) or _content(connection, row, digest),
        summary=row.summary,
        remark=row.remark,
    )


def _content(connection: Connection, row: Upload, digest: str) -> bytes:
    return blobs.load(connection, digest) if row.sent else _joined(connection, row.id)


def _sweep(connection: Connection, enterprise: str, now: datetime) -> None:
    """Whoever uploads takes his enterprise's abandoned files away."""
    old = select(_upload.c.id).where(
        _upload.c.enterprise == enterprise, _upload.c.digest.is_(None), _upload.c.saved_at < now - ABANDONED
    )
    _drop(connection, connection.execute(old).scalars().all())


def _drop(connection: Connection, ids: Sequence[str]) -> None:
    connection.execute(delete(_part).where(_part.c.upload.in_(ids)))
    connection.execute(delete(_upload).where(_upload.c.id.in_(ids)))
