"""The resolver: an UNKNOWN message is asked about, never sent again, until the partner itself says what became of it.

Questions follow the schedule of :mod:`hub.delivery.retry`. "Never seen it" lets the same bytes go again under the
same message id: at once when the partner dedupes on a key, at the second such answer in a row when it does not,
because a slow partner may still be about to take what it denies. Where no query is declared, only a receipt or a
decision of two persons ends the wait.
"""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select, update

from hub.contract.capability import Idempotency
from hub.contract.outcome import Outcome, OutcomeClass
from hub.contract.transport import AnswerLost, NotSent
from hub.delivery import failpoints, lanes, metrics
from hub.delivery.alerts import close_alert
from hub.delivery.conclude import HUB, OPERATOR, call_operator, commit, conclude
from hub.delivery.dispatcher import finish_attempt, unreadable
from hub.delivery.lanes import Claim
from hub.delivery.observers import Observers
from hub.delivery.outbox import TAKEN, Settle, move
from hub.delivery.retry import QUERIES, next_query
from hub.delivery.transport import Transport
from hub.runtime import Runtime
from hub.store.engine import writing
from hub.store.tables import attempt, outbox

log = logging.getLogger(__name__)

STATES: Mapping[OutcomeClass, str] = {
    OutcomeClass.ACCEPTED: "ACKED",
    OutcomeClass.DONE: "ACKED",
    OutcomeClass.REFUSED_FORM: "REFUSED",
    OutcomeClass.REFUSED_BUSINESS: "REFUSED",
    OutcomeClass.NOT_SENT: "QUEUED",  # "never seen it"; every other class leaves it UNKNOWN
}


@dataclass(frozen=True)
class _Reply:
    outcome: Outcome
    answered: bool  # whether the partner said anything at all


@dataclass(frozen=True, kw_only=True)
class Resolver:
    """Asks about UNKNOWN messages."""

    runtime: Runtime
    transport: Transport
    settle: Settle

    def ask(self, claim: Claim) -> Outcome | None:
        """Ask once; None when the claim was lost or there is no way to ask."""
        if not self._declared(claim):
            self._park(claim)
            return None
        now = self.runtime.clock.now()
        with writing(self.runtime.engine) as connection:
            begun = lanes.begin_query(connection, claim, now)
            failpoints.hit("resolver.before_ask_commit")
        if not begun:
            return None
        failpoints.hit("resolver.after_ask_commit")
        reply = self._exchange(claim)
        self._finish(claim, reply)
        metrics.ATTEMPTS.labels(claim.partner, "query", reply.outcome.kind.value).inc()
        Observers(self.runtime).sent(claim.partner, claim.message_id, reply.outcome.kind.value)
        return reply.outcome

    def _declared(self, claim: Claim) -> bool:
        registry = self.runtime.registry
        return (
            registry.offers(claim.partner, claim.capability)
            and registry.capability(claim.partner, claim.capability).query is not None
        )

    def _park(self, claim: Claim) -> None:
        """The partner no longer answers questions: only a receipt or a decision can end this."""
        with writing(self.runtime.engine) as connection:
            if self._release(connection, claim, not_before=lanes.NEVER, owner=OPERATOR):
                call_operator(connection, claim, "UNKNOWN", self.runtime.clock.now())

    def _exchange(self, claim: Claim) -> _Reply:
        """Question and answer, under guard. Nothing that goes wrong here says anything about the message."""
        try:
            adapter = self.runtime.adapter(claim.partner)
            ctx = self.runtime.context(claim.partner, claim.out)
            raw = self.transport.send(adapter, adapter.query(claim.canonical, ctx))
        except (NotSent, AnswerLost) as error:
            return _Reply(Outcome(kind=OutcomeClass.UNKNOWN, detail=str(error)), answered=False)
        except Exception as error:
            log.exception("%s: asking about %s failed", claim.partner, claim.message_id)
            return _Reply(Outcome(kind=OutcomeClass.UNKNOWN, detail=f"plugin fault: {type(error).__name__}"), False)
        try:
            outcome = adapter.parse_query(raw, claim.canonical, ctx)
            return _Reply(outcome if outcome.answer else replace(outcome, answer=raw.content), answered=True)
        except Exception as error:
            log.exception("%s: parse_query of %s failed", claim.partner, claim.message_id)
            return _Reply(unreadable(raw, f"plugin fault: {type(error).__name__}"), answered=True)

    def _finish(self, claim: Claim, reply: _Reply) -> None:
        now = self.runtime.clock.now()

        def step(connection: Connection, settle: Settle) -> None:
            to = self._verdict(connection, claim, reply)
            finish_attempt(connection, claim, reply.outcome, now)
            if to == "UNKNOWN":
                self._wait(connection, claim, reply, now)
            else:
                conclude(
                    connection, claim, before={"UNKNOWN"}, to=to, outcome=reply.outcome, now=now, settle=settle,
                    fence=claim.fence, reason=reply.outcome.detail or None, not_before=now if to == "QUEUED" else None,
                )  # fmt: skip
            failpoints.hit("resolver.before_settle_commit")

        commit(self.runtime.engine, self.settle, step)
        failpoints.hit("resolver.after_settle_commit")

    def _verdict(self, connection: Connection, claim: Claim, reply: _Reply) -> str:
        to = STATES.get(reply.outcome.kind, "UNKNOWN")
        if to != "QUEUED":
            return to
        if _taken(connection, claim):  # acknowledged once, denied now: nobody sends it again, two persons decide
            call_operator(connection, claim, "UNKNOWN", self.runtime.clock.now())
            return "UNKNOWN"
        capability = self.runtime.registry.capability(claim.partner, claim.capability)
        sure = capability.idempotency is not Idempotency.NONE or _denied_before(connection, claim)
        return "QUEUED" if sure else "UNKNOWN"

    def _wait(self, connection: Connection, claim: Claim, reply: _Reply, now: datetime) -> None:
        """Still unknown: plan the next question; after the last step of the schedule an operator is asked too."""
        queries = claim.queries + (1 if reply.answered else 0)
        at = next_query(queries=queries, answered=reply.answered, now=now)
        owner = OPERATOR if queries >= len(QUERIES) - 1 else HUB
        if self._release(connection, claim, not_before=at, queries=queries, owner=owner):
            lanes.postpone(connection, claim.lane, claim.seq, at)
            if owner == OPERATOR:
                call_operator(connection, claim, "UNKNOWN", now)

    def _release(self, connection: Connection, claim: Claim, **values: Any) -> bool:
        """Give the claim back; the message stays UNKNOWN."""
        mine = (outbox.c.message_id == claim.message_id, outbox.c.fence == claim.fence, outbox.c.state == "UNKNOWN")
        return connection.execute(update(outbox).where(*mine).values(lease_until=None, **values)).rowcount == 1


def _taken(connection: Connection, claim: Claim) -> bool:
    """Whether the partner had acknowledged the message, and is only asked what became of it."""
    taken = select(outbox.c.seq).where(outbox.c.message_id == claim.message_id, outbox.c.reason == TAKEN)
    return connection.execute(taken).first() is not None


def _denied_before(connection: Connection, claim: Claim) -> bool:
    """Whether the last finished question was answered "never seen it" too."""
    asked = (
        select(attempt.c.purpose, attempt.c.outcome)
        .where(attempt.c.message_id == claim.message_id, attempt.c.finished_at.is_not(None))
        .order_by(attempt.c.no.desc())
        .limit(1)
    )
    last = connection.execute(asked).first()
    return last is not None and last.purpose == "query" and last.outcome == OutcomeClass.NOT_SENT.value


def on_receipt(connection: Connection, message_id: str, now: datetime) -> bool:
    """A partner's message answers this submission, so the partner has it: whatever the wire said, it is ACKED.

    True when that was news. The caller, who is settling the business object anyway, does the rest. An attempt that
    is still in flight loses its claim: its late word changes nothing.
    """
    row = connection.execute(select(outbox).where(outbox.c.message_id == message_id).with_for_update()).first()
    if row is None or row.state not in ANSWERED or row.attempts == 0:  # an answer to what never left proves nothing
        return False
    if not move(connection, message_id, before={row.state}, to="ACKED", now=now, reason="receipt", owner=None):
        return False
    lanes.release(connection, row.lane, now)
    close_alert(connection, f"outbox:{message_id}", now)
    failpoints.hit("resolver.receipt")
    return True


ANSWERED = frozenset({"QUEUED", "SENDING", "RETRYING", "UNKNOWN", "DEAD"})
