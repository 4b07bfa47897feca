"""Decisions: what leaves UNKNOWN or DEAD without the partner's word needs two persons, a reason and evidence.

One proposes, another confirms. Between the two the message may resolve itself; then the proposal is stale.
"""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, Row, exists, insert, select, update

from hub.contract.outcome import Outcome, OutcomeClass
from hub.contract.text import Text
from hub.delivery import failpoints
from hub.delivery.conclude import conclude
from hub.delivery.outbox import Settle
from hub.errors import HubError, InvalidInput, NotAllowed, NotFound
from hub.services import audit
from hub.store.engine import writing
from hub.store.tables import decision, outbox

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
STALE = Text("报文状态已变化，请重新提出", "The message has changed since; propose again")


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
    values = {
        "id": uuid.uuid4().hex,
        "subject": subject,
        "verdict": verdict,
        "reason": reason.strip()[:500],
        "evidence": evidence and evidence[:500],
        "proposed_by": actor,
        "proposed_at": now,
    }
    connection.execute(insert(decision), values)
    audit.note(connection, now, "decision.proposed", who=actor, detail={"subject": subject, "verdict": verdict})
    failpoints.hit("decisions.before_propose_commit")
    return str(values["id"])


def confirm(engine: Engine, decision_id: str, *, actor: str, now: datetime, settle: Settle) -> None:
    """The second person's word; it takes effect in one transaction.

    Takes the engine and not a connection: a refusal has to leave its audit line although it raises. Raises NotFound,
    and NotAllowed for the first person, for a decision already made, and when the message has moved since.
    """
    refused: HubError | None = None
    with writing(engine) as connection:
        made = connection.execute(select(decision).where(decision.c.id == decision_id).with_for_update()).first()
        if made is None:
            raise NotFound
        detail = {"decision": decision_id, "subject": made.subject, "verdict": made.verdict}
        try:
            _apply(connection, made, actor, now, settle)
            audit.note(connection, now, "decision.confirmed", who=actor, detail=detail)
        except NotAllowed as refusal:  # raised before anything was written
            refused = refusal
            audit.note(connection, now, "decision.refused", who=actor, detail=detail | {"why": refusal.text.en})
        failpoints.hit("decisions.before_confirm_commit")
    failpoints.hit("decisions.after_confirm_commit")
    if refused is not None:
        raise refused


def _apply(connection: Connection, made: Row[Any], actor: str, now: datetime, settle: Settle) -> None:
    if made.confirmed_at is not None:
        raise NotAllowed(STALE)
    if made.proposed_by == actor:
        raise NotAllowed(Text("须由另一人确认", "Another person has to confirm"))
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
    mine = update(decision).where(decision.c.id == made.id)
    connection.execute(mine.values(confirmed_by=actor, confirmed_at=now))


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
