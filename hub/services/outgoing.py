"""An object's message on its way into the outbox: put together, built by the partner's plugin, queued.

Building takes time where files travel along, so it needs no transaction; queueing is part of the one that records why.
"""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection

from hub.business.acts import Sends
from hub.contract.adapters import Refusal
from hub.contract.message import ActorSignature, CanonicalMessage, OutMessage
from hub.contract.text import Text
from hub.delivery import outbox
from hub.errors import InvalidInput, Unavailable
from hub.guard.fault import PluginAway, PluginFailed
from hub.runtime import Runtime
from hub.services import events, evidence
from hub.services.events import Recorded
from hub.services.papers import Files
from hub.services.shapes import BusinessObject


@dataclass(frozen=True)
class Built:
    """A message, its final bytes and their digest."""

    message: CanonicalMessage
    out: OutMessage
    digest: str

    def carries(self, message: CanonicalMessage) -> bool:
        """Whether it is ``message``, but for the number and the time that it got when it was made."""
        mine = self.message
        return mine == replace(message, message_id=mine.message_id, created_at=mine.created_at)


def compose(
    runtime: Runtime,
    obj: BusinessObject,
    sends: Sends,
    receiver: str,
    content: Mapping[str, Any],
    *,
    message_id: str | None = None,
    files: Files = (),
    signature: ActorSignature | None = None,
) -> CanonicalMessage:
    """The message ``sends`` about ``obj`` with this body, its secrets opened."""
    return CanonicalMessage(
        type=sends.type,
        version=sends.version,
        message_id=message_id or str(uuid.uuid4()),
        sender=runtime.settings.hub.code,
        receiver=receiver,
        enterprise=obj.enterprise,
        business_key=obj.number,
        sequence=obj.revision,
        created_at=runtime.clock.now(),
        body=runtime.vault.open_all(content, obj.enterprise),
        attachments=tuple(file for _, file in files),
        actor_signature=signature,
    )


def build(runtime: Runtime, message: CanonicalMessage) -> Built:
    """Its final bytes, digested. Raises InvalidInput when the partner's schema refuses it, Unavailable."""
    try:
        out = runtime.adapter(message.receiver).build(message, runtime.context(message.receiver))
    except (PluginAway, PluginFailed) as failed:
        raise Unavailable from failed
    except Refusal as refusal:
        rows = {row["path"]: Text(row["zh"], row["en"]) for row in refusal.explanation}
        raise InvalidInput(rows or {"": Text(refusal.detail, refusal.detail)}) from None
    return Built(message, out, sha256(out.content).hexdigest())


def queue(runtime: Runtime, connection: Connection, recorded: Recorded, sends: Sends, built: Built) -> None:
    """Queue what was built in the transaction that has recorded why. Raises NotAllowed."""
    obj, message, now = recorded.obj, built.message, runtime.clock.now()
    outbox.enqueue(
        connection,
        message=message,
        out=built.out,
        digest=built.digest,
        object_id=obj.id,
        capability=runtime.registry.capability(message.receiver, sends.capability),
        submission=obj.submission,
        now=now,
        trace=obj.id,
    )
    kind = f"{message.type}/{message.version}"
    sent = evidence.message("out", message.message_id, kind, built.digest, message.receiver)
    facts = {"what": "sent", "object": events.subject(obj), "message": sent}
    evidence.append(connection, obj.id, facts, now, after=recorded.proof)
