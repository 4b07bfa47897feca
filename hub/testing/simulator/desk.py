"""The partner's desk: what it is (:class:`Scenario`, tables) and what its handlers, steps and controls may use.

They run inside one transaction of the books. Whatever looks random comes from ``chance(seed, what it is about)``.
How a message comes in is ``inward``, how one goes out ``outward``, what can be done by hand ``controls``.
"""

import threading
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from random import Random
from typing import Any, Protocol

from hub.clock import Clock
from hub.contract.adapters import Context, MagicValue, Signer
from hub.contract.message import Attachment, CanonicalMessage, InMessage, OutMessage, Raw, Verdict
from hub.contract.outcome import Outcome
from hub.contract.text import Text
from hub.testing.simulator.books import Books
from hub.testing.simulator.faults import BYTES, MENU, PUSH, SIGNING, chance
from hub.testing.simulator.post import Post
from hub.testing.simulator.rules import Plan, Rule

IDS = uuid.UUID("5a9f0f5b-1a0e-4d0c-8d8c-7d2f3a6f1c55")
QUEUED_AS = {"silence": "DROPPED", "reorder": "HELD"}  # fault -> state; every other message is WAITING
HOLD = 5.0  # seconds that a message waits to be overtaken


class ControlError(ValueError):
    """A control cannot be done; the message says why and what to send instead."""


class Speech(Protocol):
    """The partner's side of its dialect: the same methods as an adapter, spoken in the other direction."""

    def build(self, message: CanonicalMessage, ctx: Context) -> OutMessage:
        """Final bytes."""
        ...

    def parse_response(self, raw: Raw, sent: CanonicalMessage, ctx: Context) -> Outcome:
        """What the hub's answer to ``sent`` means; of ``sent`` only the envelope is known."""
        ...

    def open(self, raw: Raw, ctx: Context) -> InMessage:
        """Raises Refusal."""
        ...

    def receipt(self, raw: Raw, message: InMessage | None, verdict: Verdict, ctx: Context) -> OutMessage:
        """The signed answer."""
        ...


class Counter(Protocol):
    """Where a hub asks for news of a partner that pushes nothing. A place is a whole number, from 1."""

    def asked(self, raw: Raw, ctx: Context) -> int:
        """The place up to which the hub has read; 0 for nothing yet. Raises Refusal."""
        ...

    def told(self, documents: Sequence[bytes], asked: int, place: int, ctx: Context) -> bytes:
        """The signed answer: what lies beyond ``asked``, up to ``place``."""
        ...


Reply = Verdict | CanonicalMessage  # a receipt, or an answer in its own right
Handler = Callable[["Desk", CanonicalMessage, Rule], Reply]
Step = Callable[["Desk", str, Mapping[str, Any]], None]  # desk, lane, what was said when it was planned
Control = Callable[["Desk", Mapping[str, Any]], Mapping[str, Any]]


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """What one partner does. Raises ValueError when a rule names a plan or a type that is not there."""

    rules: Sequence[Rule]
    plans: Mapping[str, Plan]  # what a rule may decide; handlers read it
    handlers: Mapping[str, Handler]  # message type -> what the partner does when it comes
    steps: Mapping[str, Step]  # what it does later
    controls: Mapping[str, Control] = field(default_factory=dict)  # what POST /control can ask for
    opposite: Callable[[CanonicalMessage], Mapping[str, Any] | None] = lambda _: None  # a body that contradicts it
    counter: Counter | None = None  # set where the hub polls and nothing is pushed
    questions: frozenset[str] = frozenset({"StatusQuery"})  # types that are answered and not kept
    held: Sequence[MagicValue] = ()  # what its books hold from the start and decides too: accounts

    def __post_init__(self) -> None:
        for rule in self.rules:
            if rule.plan not in self.plans or rule.type not in self.handlers:
                raise ValueError(f"rule {rule.name}: no plan {rule.plan!r} or no handler for {rule.type!r}")

    @property
    def magic(self) -> tuple[MagicValue, ...]:
        """What is published: every rule that a text decides, and what is ``held``."""
        return (
            *(
                MagicValue(
                    type=rule.type, fields=rule.fields, text=rule.example or rule.contains, then=self._then(rule)
                )
                for rule in self.rules
                if rule.contains
            ),
            *self.held,
        )

    def _then(self, rule: Rule) -> Text:
        parts = [MENU[rule.fault].text] if rule.fault is not None else []
        if rule.times == 1:  # a fault that happens again and again is all that there is
            parts.append(self.plans[rule.plan].text)
        if rule.slower != 1:
            parts.append(Text(f"耗时为平时的 {rule.slower:g} 倍", f"in {rule.slower:g} times the usual time"))
        return Text("；".join(part.zh for part in parts), "; ".join(part.en for part in parts))


def merged(*scenarios: Scenario) -> Scenario:
    """One partner with several desks: everything that each of them does. The first one's counter counts."""

    def opposite(message: CanonicalMessage) -> Mapping[str, Any] | None:
        said = (scenario.opposite(message) for scenario in scenarios)
        return next((body for body in said if body is not None), None)

    first = scenarios[0]
    return replace(
        first,
        rules=tuple(rule for scenario in scenarios for rule in scenario.rules),
        plans={name: plan for scenario in scenarios for name, plan in scenario.plans.items()},
        handlers={name: handler for scenario in scenarios for name, handler in scenario.handlers.items()},
        steps={name: step for scenario in scenarios for name, step in scenario.steps.items()},
        controls={name: control for scenario in scenarios for name, control in scenario.controls.items()},
        opposite=opposite,
        held=tuple(value for scenario in scenarios for value in scenario.held),
    )


@dataclass(kw_only=True)
class Desk:
    """One running partner. Safe to use from several threads."""

    scenario: Scenario
    speech: Speech
    code: str  # the partner's own
    hub: str  # the hub's code
    signer: Signer
    stale: Signer  # the same key under an expired certificate
    trusted: Sequence[bytes]  # the hub's certificates, DER
    books: Books
    clock: Clock
    post: Post
    seed: str
    speed: float = 1.0  # planned delays are divided by this
    late: float = 35.0  # seconds that outlast the hub's patience
    mix: Mapping[str, float] = field(default_factory=dict)  # fault -> share of messages that it happens to
    wake: Callable[[], None] = lambda: None
    turning: Any = field(default_factory=threading.Lock, repr=False)  # one turn at a time

    def context(self) -> Context:
        """What the dialect may know."""
        return Context(now=self.clock.now(), hub=self.code, signer=self.signer, trusted=self.trusted)

    def later(self, step: str, seconds: float, lane: str, **args: Any) -> None:
        """Plan a step; ``args`` are JSON values."""
        self.books.plan(self.clock.now() + timedelta(seconds=seconds / self.speed), step, lane, args)

    def number(self, prefix: str) -> str:
        """A new business number, such as XW2026-00018233."""
        count = self.books.count("number")
        dice = chance(self.seed, "number", prefix, count)
        return f"{prefix}{self.clock.now().year}-{dice.randrange(10**8):08}"

    def reply(self, message: CanonicalMessage, type: str, body: Mapping[str, Any], version: str = "1.0") -> Reply:
        """An answer to ``message`` in its own right, sent back over the same connection."""
        return CanonicalMessage(
            type=type,
            version=version,
            message_id=str(uuid.uuid5(IDS, f"{self.seed}/{self.code}/{type}/{message.message_id}")),
            sender=self.code,
            receiver=self.hub,
            enterprise=message.enterprise,
            business_key=message.business_key,
            sequence=message.sequence,
            created_at=self.clock.now(),
            body=body,
            correlation_id=message.message_id,
        )

    def tell(
        self,
        type: str,
        business_key: str,
        enterprise: str,
        body: Mapping[str, Any],
        *,
        lane: str | None = None,
        answers: str | None = None,
        attachments: tuple[Attachment, ...] = (),
        version: str = "1.0",
    ) -> str:
        """Queue a message to the hub and return its id; messages of one lane go one after the other."""
        lane = lane or business_key
        message_id, sequence = self._identity(type, business_key)
        message = CanonicalMessage(
            type=type,
            version=version,
            message_id=message_id,
            sender=self.code,
            receiver=self.hub,
            enterprise=enterprise,
            business_key=business_key,
            sequence=sequence,
            created_at=self.clock.now(),
            body=body,
            correlation_id=answers,
            attachments=attachments,
        )
        dice = chance(self.seed, PUSH, message_id)
        fault = self.books.fire(PUSH, type, lane) or self.mixed(PUSH, dice)
        self._queue(message, lane, fault, dice)
        other = self.scenario.opposite(message)
        if fault == "same_id_other_body" and other is not None:
            self._queue(replace(message, body=other), lane, "", dice)
        if fault == "contradictory" and other is not None:
            new_id, sequence = self._identity(type, business_key)
            self._queue(replace(message, body=other, message_id=new_id, sequence=sequence), lane, "", dice)
        return message_id

    def _identity(self, type: str, business_key: str) -> tuple[str, int]:
        """Message id and sequence of the next message about one business number."""
        sequence = self.books.count(f"sequence {business_key}")
        return str(uuid.uuid5(IDS, f"{self.seed}/{self.code}/{type}/{business_key}/{sequence}")), sequence

    def _queue(self, message: CanonicalMessage, lane: str, fault: str, dice: Random) -> None:
        now = self.clock.now()
        held = timedelta(seconds=HOLD / self.speed) if fault == "reorder" else timedelta()
        row = {
            "message_id": message.message_id,
            "type": message.type,
            "version": message.version,
            "enterprise": message.enterprise,
            "business_key": message.business_key,
            "lane": lane,
            "content": self.speech.build(message, self.context()).content,
            "first": self._spoilt(message, fault, dice),
            "copies": dice.randint(1, 3) if fault == "duplicate" else 0,
            "state": QUEUED_AS.get(fault, "WAITING"),
            "fault": fault,
        }
        self.books.queue(now + held, row)

    def _spoilt(self, message: CanonicalMessage, fault: str, dice: Random) -> bytes | None:
        """What is sent first where the fault is in the bytes; what is refused then goes out once more, unspoilt."""
        if fault in SIGNING:
            ctx = SIGNING[fault](self.context(), dice, self.stale)
            return self.speech.build(replace(message, created_at=ctx.now), ctx).content
        if fault in BYTES:
            return BYTES[fault](self.speech.build(message, self.context()).content, dice)
        return None

    def mixed(self, side: str, dice: Random) -> str:
        """The fault that the seed throws for one message; empty for none."""
        thrown = dice.random()
        for name, share in self.mix.items():
            if side in MENU[name].sides:
                if thrown < share:
                    return name
                thrown -= share
        return ""

    def listing(self) -> dict[str, Any]:
        """The books, for people and tests."""
        with self.books.writing():
            return {"partner": self.code, "seed": self.seed, **self.books.listing()}
