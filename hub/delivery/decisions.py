"""Decisions: what leaves UNKNOWN or DEAD without the partner's word needs two persons, a reason and evidence.

One proposes, another confirms. Between the two the message may resolve itself; then the proposal is stale.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import Connection, Engine, Row, exists, select

from hub.contract.outcome import Outcome, OutcomeClass
from hub.contract.text import Text
from hub.delivery.conclude import conclude
from hub.delivery.outbox import Settle
from hub.errors import InvalidInput, NotAllowed, NotFound
from hub.services import resending, two_persons
from hub.services.two_persons import STALE
from hub.store.tables import outbox

PREFIX = "outbox:"


@dataclass(frozen=True)
class Verdict:
    """What two persons may say about a message, from which state, and where it goes."""

    before: frozenset[str]
    to: str
    kind: OutcomeClass  # what the business object is told
    label: Text


VERDICTS: Mapping[str, Verdict] = {
    "delivered": Verdict(
        frozenset({"UNKNOWN", "DEAD"}), "ACKED", OutcomeClass.ACCEPTED, Text("对方已收到", "the partner has it")
    ),
    "not_delivered": Verdict(
        frozenset({"UNKNOWN"}),
        "QUEUED",
        OutcomeClass.NOT_SENT,
        Text("对方未收到，重新发送", "not received: send again"),
    ),
    "resend": Verdict(frozenset({"DEAD"}), "QUEUED", OutcomeClass.NOT_SENT, Text("重新发送", "send again")),
    "give_up": Verdict(
        frozenset({"UNKNOWN", "DEAD"}),
        "DEAD",
        OutcomeClass.NOT_SENT,
        Text("确认未送达，不再发送", "not delivered: give up"),
    ),
}
CODE = "decision"  # Outcome.code of everything that is decided here


def propose(
    connection: Connection, subject: str, verdict: str, reason: str, evidence: str | None, actor: str, now: datetime
) -> str:
    """The first person's word on ``outbox:<message id>``; returns the decision's id.

    Raises InvalidInput without a reason, or without evidence for an UNKNOWN message, NotFound, and NotAllowed when
    the message's state does not allow the verdict.
    """
    row = _message(connection, subject)
    if verdict not in VERDICTS:
        raise InvalidInput({"verdict": Text("请选择结论", "choose a verdict")})
    if not reason.strip():
        raise InvalidInput({"reason": Text("请填写理由", "a reason is required")})
    if row.state == "UNKNOWN" and not (evidence or "").strip():
        raise InvalidInput({"evidence": Text("请注明依据", "evidence is required")})
    _check(connection, row, VERDICTS[verdict])
    return two_persons.propose(connection, subject, verdict, reason, evidence, actor, now)


def confirm(engine: Engine, decision_id: str, *, actor: str, now: datetime, settle: Settle) -> None:
    """The second person's word; it takes effect in one transaction.

    Raises NotFound, and NotAllowed for the first person, for a decision already made, and when the message has moved.
    """
    effect = partial(_apply, now=now, settle=settle)
    two_persons.confirm(engine, decision_id, PREFIX, actor=actor, now=now, effect=effect)


def _apply(connection: Connection, made: Row[Any], now: datetime, settle: Settle) -> None:
    row = _message(connection, made.subject)
    verdict = VERDICTS[made.verdict]
    if row.updated_at > made.proposed_at:
        raise NotAllowed(STALE)
    _check(connection, row, verdict)
    values: dict[str, Any] = {}
    if verdict.to == "QUEUED":  # a new span of the same length
        values = {"not_before": now, "deadline": now + (row.deadline - row.created_at)}
    outcome = Outcome(kind=verdict.kind, code=CODE, detail=f"{made.verdict}: {made.reason}")
    if not conclude(
        connection, row, before={row.state}, to=verdict.to, outcome=outcome, now=now, settle=settle, fence=row.fence,
        reason=f"{made.verdict}: {made.reason}", **values,
    ):  # fmt: skip
        raise NotAllowed(STALE)


def _message(connection: Connection, subject: str) -> Row[Any]:
    wanted = select(outbox).where(outbox.c.message_id == subject.removeprefix(PREFIX)).with_for_update()
    row = connection.execute(wanted).first() if subject.startswith(PREFIX) else None
    if row is None:
        raise NotFound
    return row


def _check(connection: Connection, row: Row[Any], verdict: Verdict) -> None:
    """Raises NotAllowed when ``verdict`` does not fit the message as it stands."""
    closed = row.state == "DEAD" and row.owner is None
    if row.state not in verdict.before or closed:
        raise NotAllowed
    later = select(outbox.c.seq).where(outbox.c.lane == row.lane, outbox.c.seq > row.seq, outbox.c.attempts > 0)
    if verdict.to == "QUEUED" and connection.execute(select(exists(later))).scalar_one():
        raise NotAllowed(Text("该业务后续报文已发送", "A later message of this record was sent already"))
    if verdict.to == "QUEUED" and row.state == "DEAD" and (reason := resending.refusal(connection, row.object_id)):
        raise NotAllowed(reason)
