"""What time brings, whoever is awake: offers lapse, policies expire, a silent bank is asked, an insurer is told.

An object's ``due_at`` says when; its kind's table says what. Done in the transaction that records it, so once.
"""

import logging
import uuid
from datetime import datetime

from sqlalchemy import Connection, select

from hub.business.acts import NOT_SENT, Actor, Tell
from hub.business.kind import Kind, Patience
from hub.contract.text import Text
from hub.delivery import outbox
from hub.delivery.alerts import close_alert, open_alert
from hub.runtime import Runtime
from hub.services import outgoing, record
from hub.services.events import NewEvent
from hub.services.shapes import BusinessObject
from hub.store import tables
from hub.store.engine import reading, writing

log = logging.getLogger(__name__)

AT_ONCE = 200
UNTOLD = Text("保险机构未开通此项通知，未发送", "The insurer takes no such notices: nothing was sent")


def run(runtime: Runtime) -> int:
    """Do all that is due; returns how much it was. What cannot be done now is due again."""
    table = tables.business_object
    now = runtime.clock.now()
    with reading(runtime.engine) as connection:
        due = (
            connection.execute(select(table.c.id).where(table.c.due_at <= now).order_by(table.c.due_at).limit(AT_ONCE))
            .scalars()
            .all()
        )
    done = 0
    for object_id in due:
        try:
            with writing(runtime.engine) as connection:
                done += _act(runtime, connection, record.lock_id(connection, object_id), now)
                close_alert(connection, f"due:{object_id}", now)
        except Exception:  # a partner's plugin is away, or an object is broken: the others do not wait for it
            log.exception("what is due on %s could not be done", object_id)
            with writing(runtime.engine) as connection:
                open_alert(connection, f"due:{object_id}", _undone(object_id), now)
    return done


def _act(runtime: Runtime, connection: Connection, obj: BusinessObject, now: datetime) -> bool:
    """Whether anything was due."""
    if obj.due_at is None or obj.due_at > now:
        return False
    kind, state = obj.kind, obj.states["state"]
    tell = next((row for row in kind.tells if row.due(state, obj.content)), None)
    if tell:
        _tell(runtime, connection, obj, tell, now)
        return True
    patience = next((row for row in kind.patience if row.state == state), None)
    event = patience.event if patience else (kind.ends or ("", ""))[1]
    new = NewEvent(name=event, identity=f"{event}@{obj.due_at.isoformat()}", occurred_at=obj.due_at)
    record.record(connection, obj, new, now)
    if patience:
        _ask(connection, kind, obj, patience, now)
    return True


def _ask(connection: Connection, kind: Kind, obj: BusinessObject, patience: Patience, now: datetime) -> None:
    """The partner has taken the message and said nothing since: it is asked, as after a lost answer."""
    for action in kind.actions:
        if action.sends and patience.state in action.awaits:
            message = f"{action.sends.type}/{action.sends.version}"
            if outbox.ask_again(connection, obj.id, message, now):
                record.set_delivery(connection, obj.id, "UNKNOWN")


def _tell(runtime: Runtime, connection: Connection, obj: BusinessObject, tell: Tell, now: datetime) -> None:
    receiver = str(obj.content[tell.to])
    message = f"{tell.sends.type}/{tell.sends.version}"
    offered = runtime.registry.takes(receiver, tell.sends.capability, message)
    message_id = str(uuid.uuid4()) if offered else NOT_SENT
    new = NewEvent(
        name=tell.told,
        identity=f"{tell.told}@{obj.revision}",
        occurred_at=now,
        content={tell.kept: message_id},
        text=None if offered else UNTOLD,
        message_id=message_id if offered else None,
    )
    recorded = record.record(connection, obj, new, now)
    if offered:
        body = tell.sends.compose(recorded.obj.content, _hub(obj), now)
        telling = outgoing.compose(runtime, recorded.obj, tell.sends, receiver, body, message_id=message_id)
        outgoing.queue(runtime, connection, recorded, tell.sends, outgoing.build(runtime, telling))


def _undone(object_id: str) -> Text:
    return Text(
        f"到期事项无法办理（记录{object_id}），请查看日志",
        f"What is due on record {object_id} cannot be done; see the log",
    )


def _hub(obj: BusinessObject) -> Actor:
    return Actor(account="", name="", enterprise=obj.enterprise, role="SYS")
