"""Two persons: what no message proves takes a second person's word. One proposes, another confirms, both are audited.

What may be decided, and what follows from it, is said by :mod:`hub.delivery.decisions` (a message that is UNKNOWN or
DEAD) and :mod:`hub.services.conflicts` (answers that contradict each other).
"""

import uuid
from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, Row, insert, select, update

from hub.contract.text import Text
from hub.delivery import failpoints
from hub.errors import NotAllowed, NotFound
from hub.services import audit
from hub.store.engine import writing
from hub.store.tables import decision

STALE = Text("状态已变化，请重新提出", "It has changed since; propose again")
ANOTHER = Text("须由另一人确认", "Another person has to confirm")
Effect = Callable[[Connection, Row[Any]], None]
"""What a decision does. Raises NotAllowed before it writes anything."""


def propose(
    connection: Connection, subject: str, verdict: str, reason: str, evidence: str | None, actor: str, now: datetime
) -> str:
    """Keep the first person's word on ``subject``; returns the decision's id."""
    made = uuid.uuid4().hex
    values = {
        "id": made,
        "subject": subject,
        "verdict": verdict,
        "reason": reason.strip()[:500],
        "evidence": evidence and evidence[:500],
        "proposed_by": actor,
        "proposed_at": now,
    }
    connection.execute(insert(decision), values)
    detail = {"decision": made, "subject": subject, "verdict": verdict}
    audit.note(connection, now, "decision.proposed", who=actor, detail=detail)
    failpoints.hit("decisions.before_propose_commit")
    return made


def confirm(engine: Engine, decision_id: str, prefix: str, *, actor: str, now: datetime, effect: Effect) -> None:
    """The second person's word on a subject that begins with ``prefix``; it takes effect in one transaction.

    Takes the engine and not a connection: a refusal has to leave its audit line although it raises. Raises NotFound,
    and NotAllowed for the first person, for a decision already made, and where ``effect`` does.
    """
    refused: NotAllowed | None = None
    with writing(engine) as connection:
        made = connection.execute(select(decision).where(decision.c.id == decision_id).with_for_update()).first()
        if made is None or not made.subject.startswith(prefix):
            raise NotFound
        detail = {"decision": decision_id, "subject": made.subject, "verdict": made.verdict}
        try:
            _check(made, actor)
            effect(connection, made)
            mine = update(decision).where(decision.c.id == made.id)
            connection.execute(mine.values(confirmed_by=actor, confirmed_at=now))
            audit.note(connection, now, "decision.confirmed", who=actor, detail=detail)
        except NotAllowed as refusal:
            refused = refusal
            audit.note(connection, now, "decision.refused", who=actor, detail=detail | {"why": refusal.text.en})
        failpoints.hit("decisions.before_confirm_commit")
    failpoints.hit("decisions.after_confirm_commit")
    if refused is not None:
        raise refused


def _check(made: Row[Any], actor: str) -> None:
    if made.confirmed_at is not None:
        raise NotAllowed(STALE)
    if made.proposed_by == actor:
        raise NotAllowed(ANOTHER)
