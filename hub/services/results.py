"""What the end of an attempt to send means for the business object. Called by delivery inside its transaction."""

from datetime import datetime

from sqlalchemy import Connection

from hub.contract.outcome import Outcome, OutcomeClass
from hub.contract.text import Text
from hub.delivery.outbox import Sent
from hub.evidence.chain import digest
from hub.services import record
from hub.services.events import NewEvent

ARRIVED = frozenset({OutcomeClass.ACCEPTED, OutcomeClass.DONE})
FAILED_STATES = frozenset({"REFUSED", "DEAD"})
DEFECT = Text(
    "报文未被对方系统接受，技术人员正在处理", "The partner's system did not accept the message; we are working on it"
)


def settle(connection: Connection, sent: Sent, outcome: Outcome, now: datetime) -> None:
    """Record ``delivered`` or the failure event, and show on the object how its latest message stands."""
    obj = record.lock_id(connection, sent.object_id)
    sends = obj.kind.sends[sent.type]
    content: dict[str, str] = {}
    if outcome.kind is OutcomeClass.DONE and sends.done:
        event, text = sends.done, outcome.text
        content = {sends.reference: outcome.partner_ref} if sends.reference and outcome.partner_ref else {}
    elif outcome.kind in ARRIVED:
        event, text = sends.taken, outcome.text
    elif sent.state in FAILED_STATES:
        event, text = sends.failed, outcome.text or DEFECT
    else:
        record.set_delivery(connection, obj.id, sent.state)
        return
    new = NewEvent(
        name=event,
        identity=f"{event}:{sent.message_id}",
        occurred_at=outcome.occurred_at or now,
        submission=sent.submission,
        content=content,
        text=text,
        message_id=sent.message_id,
        source=sent.partner,
        facts={"outcome": _outcome(outcome)},
    )
    if not record.record(connection, obj, new, now, delivery=sent.state).new:
        record.set_delivery(connection, obj.id, sent.state)


def _outcome(outcome: Outcome) -> dict[str, str | None]:
    """What evidence keeps of the partner's answer; its bytes are the attempt's."""
    return {
        "kind": outcome.kind.value,
        "code": outcome.code,
        "detail": outcome.detail,
        "reference": outcome.partner_ref,
        "answer": digest(outcome.answer) if outcome.answer else None,
    }
