"""The dispatcher: one claimed message on its way out, in the order that makes a crash harmless.

    gates, claim, "attempt started": one commit -> send, outside any transaction -> classify -> commit the outcome

A crash before the claim's commit means not sent; from then until the outcome is committed it means UNKNOWN. With the
outcome of one message the partner's next one may be claimed, so that a backlog costs one commit a message, not two.
The adapter says what the partner answered; what follows from that is the table below and nothing else.
"""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy import Connection, Row, bindparam, update

from hub.contract.capability import Capability
from hub.contract.message import Raw
from hub.contract.outcome import Outcome, OutcomeClass
from hub.contract.text import Text
from hub.contract.transport import AnswerLost, NotSent
from hub.delivery import circuit, failpoints, lanes, metrics
from hub.delivery.alerts import open_alert
from hub.delivery.conclude import HUB, OPERATOR, commit, conclude
from hub.delivery.lanes import NEVER, Claim
from hub.delivery.observers import Observers
from hub.delivery.outbox import Settle
from hub.delivery.retry import Random, asked, next_query, next_try
from hub.delivery.transport import Transport
from hub.guard.fault import PluginAway
from hub.runtime import Runtime
from hub.services import record
from hub.store.engine import reading
from hub.store.prepared import Prepared
from hub.store.tables import attempt

log = logging.getLogger(__name__)

STATES: Mapping[OutcomeClass, str] = {
    OutcomeClass.ACCEPTED: "ACKED",
    OutcomeClass.DONE: "ACKED",
    OutcomeClass.REFUSED_FORM: "REFUSED",
    OutcomeClass.REFUSED_BUSINESS: "REFUSED",
    OutcomeClass.UNKNOWN: "UNKNOWN",
    OutcomeClass.NOT_SENT: "RETRYING",
    OutcomeClass.THROTTLED: "RETRYING",
    OutcomeClass.PARTNER_CONFIG: "RETRYING",
    OutcomeClass.PLUGIN_FAULT: "RETRYING",  # raised before the first byte; later it is UNKNOWN
}
ON_THE_WIRE: Mapping[type[Exception], OutcomeClass] = {
    NotSent: OutcomeClass.NOT_SENT,
    AnswerLost: OutcomeClass.UNKNOWN,
    PluginAway: OutcomeClass.PLUGIN_FAULT,  # the plugin's own wire was not even asked
}
ANSWERED = frozenset({"ACKED", "REFUSED"})  # states in which the partner is there and its word is known
IMPOSSIBLE = frozenset({OutcomeClass.NOT_SENT, OutcomeClass.PLUGIN_FAULT})  # once the partner has answered
Held = Claim | Row[Any]  # a claim, or an outbox row that nobody holds any more
TOO_LATE = Outcome(kind=OutcomeClass.NOT_SENT, detail="too late for this claim: not one byte left")
DEADLINE = "deadline"  # Outcome.code of what is buried
UNDECLARED = "undeclared"  # the same, of what a plugin's new version cannot do any more: nothing undeclared is sent
FINISH = Prepared(
    update(attempt).where(
        attempt.c.message_id == bindparam("finished"),
        attempt.c.fence == bindparam("held"),
        attempt.c.finished_at.is_(None),
    )
)


def lease(runtime: Runtime) -> timedelta:
    """How long a claim lasts: never shorter than one exchange may take."""
    limits = runtime.settings.delivery
    return timedelta(seconds=max(limits.lease, limits.connect_timeout + limits.read_timeout + 10))


@dataclass(frozen=True, kw_only=True)
class Dispatcher:
    """Sends what was claimed, recovers what dead workers left, buries what is past its deadline."""

    runtime: Runtime
    transport: Transport
    settle: Settle
    random: Random

    def dispatch(self, claim: Claim, onward: Callable[[], bool] = lambda: False) -> Claim | None:
        """Make the attempt that was begun with the claim; one that was claimed too late to be sent at all is buried.

        :param onward: whether to claim the partner's next message with this one's outcome, if it has answered and
            one is due.
        :return: that claim.
        """
        if not claim.begun:
            self._bury_now(claim)
            return None
        outcome = self._exchange(claim) if self._in_time(claim) else TOO_LATE
        following = self._finish(claim, outcome, STATES[outcome.kind] in ANSWERED and onward())
        metrics.ATTEMPTS.labels(claim.partner, "send", outcome.kind.value).inc()
        Observers(self.runtime).sent(claim.partner, claim.message_id, outcome.kind.value)
        return following

    def gate(self, connection: Connection, claim: Claim, *, sure: bool) -> datetime | None:
        """When to come again, if the message may not go now: partner hours, the circuit, messages per minute.

        :param sure: find out now. Else it may be taken to be open, and Shut is raised, maybe only by the commit.
        """
        now = self.runtime.clock.now()
        capability = self._capability(claim)
        opens = capability.hours.next_open(now) if capability.hours else now
        if opens > now:
            return opens
        limit, where = capability.per_minute, (connection, claim.partner, claim.capability)
        if sure or limit is None:
            return circuit.wait_until(*where, limit, now, lease(self.runtime))
        circuit.count(*where, limit, now)
        return None

    def _in_time(self, claim: Claim) -> bool:
        """Whether the exchange ends before the lease does. A process that was stopped may have been taken over."""
        limits = self.runtime.settings.delivery
        ends = self.runtime.clock.now() + timedelta(seconds=limits.connect_timeout + limits.read_timeout)
        return ends <= claim.lease_until

    def _exchange(self, claim: Claim) -> Outcome:
        """Send and classify, under guard. No transaction is open here."""
        if not self.runtime.registry.offers(claim.partner, claim.capability):
            why = f"the installed plugin does not declare {claim.capability}"
            return Outcome(kind=OutcomeClass.PLUGIN_FAULT, code=UNDECLARED, detail=why)
        try:
            adapter = self.runtime.adapter(claim.partner)
            ctx = self.runtime.context(claim.partner, claim.out)
        except Exception as error:
            log.exception("%s: cannot prepare %s", claim.partner, claim.message_id)
            return Outcome(kind=OutcomeClass.PLUGIN_FAULT, detail=type(error).__name__)
        try:
            raw = self.transport.send(adapter, claim.out)
        except (NotSent, AnswerLost, PluginAway) as error:
            return Outcome(kind=ON_THE_WIRE[type(error)], detail=str(error))
        except Exception as error:  # a plugin's wire broke its word: nobody can tell what left
            log.exception("%s: sending %s failed", claim.partner, claim.message_id)
            return Outcome(kind=OutcomeClass.UNKNOWN, detail=f"wire fault: {type(error).__name__}")
        try:
            return _after_answer(adapter.parse_response(raw, claim.canonical, ctx), raw)
        except Exception as error:
            log.exception("%s: parse_response of %s failed", claim.partner, claim.message_id)
            return unreadable(raw, f"plugin fault: {type(error).__name__}")

    def _finish(self, claim: Claim, outcome: Outcome, onward: bool) -> Claim | None:
        now = self.runtime.clock.now()

        def step(connection: Connection, settle: Settle, *, sure: bool) -> Claim | None:
            finish_attempt(connection, claim, outcome, now)
            circuit.expect(connection, claim.partner, claim.capability)
            if onward:
                lanes.expect(connection, claim.partner, now)
            record.expect_id(connection, claim.object_id)  # which ``settle`` locks, after the outbox rows
            if self._conclude(connection, claim, outcome, now, settle):
                self._report(connection, claim, outcome, now)
            failpoints.hit("delivery.before_settle_commit")
            gate = partial(self.gate, sure=sure)
            return lanes.first(connection, claim.partner, now, lease(self.runtime), gate) if onward else None

        following = circuit.hoping(lambda sure: commit(self.runtime.engine, self.settle, partial(step, sure=sure)))
        failpoints.hit("delivery.after_settle_commit")
        return following

    def _conclude(self, connection: Connection, claim: Claim, outcome: Outcome, now: datetime, settle: Settle) -> bool:
        to = STATES[outcome.kind]
        if to == "UNKNOWN":
            return self._unknown(connection, claim, outcome, now, settle)
        if to != "RETRYING":
            return conclude(
                connection, claim, before={"SENDING"}, to=to, outcome=outcome, now=now, settle=settle,
                fence=claim.fence, reason=outcome.detail or None,
            )  # fmt: skip
        at = next_try(
            outcome.kind,
            attempt=claim.attempts + 1,
            now=now,
            deadline=claim.deadline,
            capability=self._capability(claim),
            random=self.random,
            retry_after=outcome.retry_after,
        )
        if at is None or outcome.code == UNDECLARED:
            return self._bury(connection, claim, now, settle, last=outcome)
        return conclude(
            connection, claim, before={"SENDING"}, to=to, outcome=outcome, now=now, settle=settle,
            fence=claim.fence, not_before=at, reason=f"{outcome.kind.value}: {outcome.detail}",
        )  # fmt: skip

    def _unknown(self, connection: Connection, held: Held, outcome: Outcome, now: datetime, settle: Settle) -> bool:
        asks = self._capability(held).query is not None
        return conclude(
            connection, held, before={"SENDING"}, to="UNKNOWN", outcome=outcome, now=now, settle=settle,
            fence=held.fence, not_before=next_query(queries=0, answered=True, now=now) if asks else NEVER,
            reason=outcome.detail, owner=HUB if asks else OPERATOR, queries=0,
        )  # fmt: skip

    def _bury(
        self, connection: Connection, held: Held, now: datetime, settle: Settle, last: Outcome | None = None
    ) -> bool:
        """No time, or no way, is left: a dead letter with its reason and owner."""
        outcome = last or Outcome(kind=OutcomeClass.NOT_SENT)
        why = outcome.detail
        if outcome.code != UNDECLARED:
            why = f"not delivered by {held.deadline:%Y-%m-%d %H:%M}Z" + (f"; {last.detail}" if last else "")
            outcome = replace(outcome, code=DEADLINE, detail=why)
        return conclude(
            connection, held, before={"QUEUED", "RETRYING", "SENDING"}, to="DEAD", outcome=outcome, now=now,
            settle=settle, fence=held.fence, reason=why, owner=OPERATOR,
        )  # fmt: skip

    def _report(self, connection: Connection, claim: Claim, outcome: Outcome, now: datetime) -> None:
        """What the attempt says about the partner as a whole."""
        where = (connection, claim.partner, claim.capability, now)
        if outcome.kind is OutcomeClass.NOT_SENT:
            circuit.missed(*where, self.random)
        elif outcome.kind is OutcomeClass.PARTNER_CONFIG:
            circuit.pause(*where, now + timedelta(hours=1))
        elif outcome.kind not in (OutcomeClass.UNKNOWN, OutcomeClass.PLUGIN_FAULT):
            circuit.reached(*where)
        if outcome.kind is OutcomeClass.THROTTLED and outcome.retry_after is not None:
            lanes.defer(connection, claim.partner, claim.capability, now, now + asked(outcome.retry_after))
        if outcome.kind is OutcomeClass.REFUSED_FORM:  # our defect, one alert per partner and type
            text = Text(
                f"{claim.partner}拒收{claim.type}：格式或签名", f"{claim.partner} refuses our {claim.type} as malformed"
            )
            open_alert(connection, f"form:{claim.partner}:{claim.type}", text, now)

    def recover(self) -> int:
        """Take over what dead workers were sending: nobody can tell what left, so it is UNKNOWN."""
        now = self.runtime.clock.now()
        with reading(self.runtime.engine) as connection:
            numbers = lanes.stranded(connection, now)
        for seq in numbers:
            commit(self.runtime.engine, self.settle, partial(self._take_over, seq=seq, now=now))
            failpoints.hit("delivery.after_recover_commit")
        return len(numbers)

    def _take_over(self, connection: Connection, settle: Settle, *, seq: int, now: datetime) -> None:
        row = lanes.lock_stranded(connection, seq, now)
        if row is None:
            return
        outcome = Outcome(kind=OutcomeClass.UNKNOWN, detail="the worker ended while it was sending")
        finish_attempt(connection, row, outcome, now)
        self._unknown(connection, row, outcome, now, settle)
        failpoints.hit("delivery.before_recover_commit")

    def expire(self) -> int:
        """Bury what waits past its deadline without being claimed: behind a blocked head, or its partner gone."""
        now = self.runtime.clock.now()
        with reading(self.runtime.engine) as connection:
            rows = lanes.overdue(connection, now)
        for row in rows:
            self._bury_now(row)
        return len(rows)

    def _bury_now(self, held: Held) -> None:
        commit(self.runtime.engine, self.settle, partial(self._bury_held, held=held, now=self.runtime.clock.now()))

    def _bury_held(self, connection: Connection, settle: Settle, *, held: Held, now: datetime) -> None:
        self._bury(connection, held, now, settle)
        failpoints.hit("delivery.before_expire_commit")

    def _capability(self, held: Held) -> Capability:
        """What the partner declares; a partner that was unplugged meanwhile declares nothing."""
        if self.runtime.registry.offers(held.partner, held.capability):
            return self.runtime.registry.capability(held.partner, held.capability)
        return Capability(name=held.capability)


def finish_attempt(connection: Connection, held: Held, outcome: Outcome, now: datetime) -> None:
    """Keep what one attempt came to, with the partner's raw answer. An attempt is finished once, never rewritten."""
    values = {
        "finished": held.message_id,
        "held": held.fence,
        "finished_at": now,
        "outcome": outcome.kind.value,
        "partner_ref": outcome.partner_ref and outcome.partner_ref[:100],
        "code": outcome.code and outcome.code[:40],
        "detail": outcome.detail,
        "answer": outcome.answer or None,
    }
    FINISH.write(connection, values)


def unreadable(raw: Raw, why: str) -> Outcome:
    """An answer came and nobody can say what it means."""
    return Outcome(kind=OutcomeClass.UNKNOWN, detail=f"{why} (HTTP {raw.status})", answer=raw.content)


def _after_answer(outcome: Outcome, raw: Raw) -> Outcome:
    """The plugin's word, checked: a partner that answered was reached, whatever the plugin makes of it."""
    if not isinstance(outcome, Outcome):
        return unreadable(raw, f"plugin fault: {type(outcome).__name__} is no Outcome")
    if outcome.kind in IMPOSSIBLE:
        return unreadable(raw, f"{outcome.kind.value} after an answer")
    return outcome if outcome.answer else replace(outcome, answer=raw.content)
