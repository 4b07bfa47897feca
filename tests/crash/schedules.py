"""Random lives of a hub in one process: people, partner, workers, time, faults and crashes, in the order of the seed.

A crash is an exception that nothing catches, thrown at an armed fail point: transactions roll back, leases stay. The
clock stands still until it is moved. After a crash and at the end the same invariants are checked as for processes.
"""

import hashlib
import logging
import uuid
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from random import Random
from typing import Any
from unittest import mock

from sqlalchemy import Engine, delete, event, select

from hub import registry
from hub.business import KINDS
from hub.clock import MovableClock
from hub.config import HubSettings, PartnerSettings, Settings
from hub.contract.capability import Idempotency
from hub.contract.message import CanonicalMessage, Raw
from hub.delivery import decisions, failpoints, receiver
from hub.delivery.lanes import NEVER
from hub.delivery.worker import Worker
from hub.errors import HubError
from hub.runtime import Runtime
from hub.services import accounts, actions, calendar, results
from hub.services.objects import Tenant
from hub.store import tables
from hub.store.engine import open_engine, reading, writing
from hub.testing import invariants
from tests.crash import program
from tests.crash.house import heads
from tests.crash.letters import APPROVED, FIRM, REJECTED, RETURNED, USCC, VALUES, WITHDRAWAL_REFUSED, WITHDRAWN, Writer
from tests.crash.plain import ACCEPTED, FAULTS, Plain, plain, seal, unseal

START = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)
POINTS = [name for name in failpoints.POINTS if not name.startswith("poller.")]
REACHES = {
    "act": ("outbox.",),
    "work": ("delivery.", "transport.before_connect", "transport.after_answer", "resolver."),
    "decide": ("decisions.",),
}
"""Operation -> where a crash makes sense; for the others at the door. A wire of its own has no bytes to count."""
DOOR = ("inbound.", "resolver.receipt")
OFTEN = {"work": 0.6, "interleave": 0.0, "decide": 0.4}  # how often it is tried; mostly the point is not reached
GAPS = (
    *("delivery.after_claim_commit", "transport.after_answer"),
    *("delivery.after_settle_commit", "delivery.after_recover_commit", "resolver.after_ask_commit"),
    *("inbound.before_store", "inbound.after_commit"),
)
"""Where a process may be slow while the world goes on: no transaction is open there. (transport.before_connect is not
among them: from there to the first byte the hub's own wire keeps the time, which a plugin's wire has to do itself.)
"""
MEANWHILE = (
    *("wait", "wait", "work", "work", "interleave"),
    *("push", "review", "act", "decide", "policy", "receipt_confirmed"),
)
DEEPEST = 3  # processes that are slow at once
SPANS = (1, 20, 61, 61, 400, 1000, 4000, 20_000, 100_000, 300_000)  # seconds
LONG = 3600  # what is on its way for longer than this has arrived
ROUNDS = 400  # of the quiet time at the end


class Crash(BaseException):
    """The process is gone."""


def _crash(name: str) -> None:
    raise Crash(name)


class Nobody:
    """A signer that is never asked."""

    algorithm = "ecdsa-sha256"
    certificate = b""

    def sign(self, data: bytes) -> bytes:
        raise NotImplementedError


@dataclass(frozen=True)
class Theatre:
    """A store that is emptied for each play."""

    engine: Engine
    home: Path


@dataclass(frozen=True, kw_only=True)
class Played:
    """What became of one schedule."""

    breaches: list[str]
    crashes: Counter[str]  # by fail point
    journal: str  # digest of all that was done: equal for equal seeds


@contextmanager
def theatre(home: Path, database: str) -> Iterator[Theatre]:
    """One store for many plays. Nothing is killed here, so SQLite need not wait for the disk."""
    home.mkdir(parents=True, exist_ok=True)
    engine = open_engine(database.replace("sqlite:///", f"sqlite:///{home}/"))
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", lambda connection, _: connection.execute("PRAGMA synchronous=OFF"))
    tables.metadata.create_all(engine)
    log = logging.getLogger("hub")
    level = log.level
    log.setLevel(logging.CRITICAL + 1)  # faults are what this is about
    try:
        yield Theatre(engine, home)
    finally:
        log.setLevel(level)
        failpoints.arm({}, allowed=True)
        engine.dispose()


def play(theatre: Theatre, seed: int, operations: int) -> Played:
    """One schedule. The same seed does the same."""
    dice = Random(f"schedule {seed}")
    with writing(theatre.engine) as connection:
        for table in reversed(tables.metadata.sorted_tables):
            connection.execute(delete(table))
    with mock.patch.object(uuid, "uuid4", side_effect=lambda: uuid.UUID(int=dice.getrandbits(128), version=4)):
        life = Life(theatre, dice)
        try:
            with life.modes():
                for number in range(operations):
                    life.step(number)
            life.quiet()
            life.check(settled=True)
        except AssertionError as broken:
            life.breaches.append(str(broken))
        finally:
            failpoints.arm({}, allowed=True)
    journal = hashlib.sha256("\n".join(life.journal).encode()).hexdigest()
    return Played(breaches=life.breaches, crashes=life.crashes, journal=journal)


@dataclass
class Letter:
    """A message of the partner, and how the hub answered it."""

    message: CanonicalMessage
    content: bytes = field(repr=False)
    receipt: bytes | None = None


class Life:
    """One hub and whoever deals with it."""

    def __init__(self, theatre: Theatre, dice: Random) -> None:
        self.dice, self.engine = dice, theatre.engine
        self.clock = MovableClock(at=START)
        self.partner: Plain = plain(self.clock, dice.choice([Idempotency.KEY, Idempotency.NONE]))
        settings = Settings(
            home=theatre.home, hub=HubSettings(), partners={"sinosure": PartnerSettings(address="http://plain")}
        )
        self.runtime = Runtime(
            settings=settings,
            engine=theatre.engine,
            registry=registry.of([self.partner]),
            signer=Nobody(),
            clock=self.clock,
        )
        self.write = Writer("sinosure", "swhub", uuid.uuid4, self.clock.now)
        self.letters: list[Letter] = []
        self.workers = [self._worker(), self._worker()]
        self.journal: list[str] = []
        self.breaches: list[str] = []
        self.crashes: Counter[str] = Counter()
        self.depth = 0  # processes that are slow just now
        with writing(theatre.engine) as connection:
            accounts.register_enterprise(connection, USCC, FIRM, START)

    def _worker(self) -> Worker:
        return Worker(self.runtime, results.settle, random=self.dice.random)

    # one step

    def step(self, number: int) -> None:
        """Something happens; perhaps the process that does it dies."""
        name = self.dice.choices(list(OPERATIONS), [weight for weight, _ in OPERATIONS.values()])[0]
        points = [point for point in POINTS if point.startswith(REACHES.get(name, DOOR))]
        armed = self.dice.choice(points) if self.dice.random() < OFTEN.get(name, 0.15) else ""
        self.journal.append(f"{number} {name} {armed}")
        if armed:
            failpoints.arm({failpoints.VARIABLE: f"{armed}=crash@{self.dice.choice([1, 1, 2])}"}, allowed=True)
        crashed = self._do(name)
        failpoints.arm({}, allowed=True)
        if crashed:
            self.check(settled=False)

    def _do(self, name: str) -> bool:
        try:
            OPERATIONS[name][1](self)
        except HubError as refused:  # a person was told why not
            self.journal.append(type(refused).__name__)
        except Crash as crash:
            self.journal.append(f"crash at {crash}")
            self.crashes[str(crash)] += 1
            self.depth = 0
            self.workers[self.dice.randrange(2)] = self._worker()
            return True
        return False

    # the partner

    def offer(self) -> None:
        days = self.dice.choice([3, 9999])
        until = (self.clock.now() + timedelta(days=days)).date()
        self._write(self.write.offer(f"XW{self.write.written:04}", valid_until=until))

    def review(self) -> None:
        held = self._held("PolicyConfirmation", "WithdrawalRequest")
        if held is None:
            return
        codes = [APPROVED, RETURNED, REJECTED] if held.type == "PolicyConfirmation" else [WITHDRAWN, WITHDRAWAL_REFUSED]
        answers = self.dice.choice([held.message_id, held.message_id, None])
        self._write(self.write.review(held.business_key, self.dice.choice(codes), answers))

    def policy(self) -> None:
        held = self._held("PolicyConfirmation")
        if held is not None:
            status = self.dice.choice("01")
            self._write(self.write.policy(f"P-{held.business_key}", held.business_key, status))

    def receipt_confirmed(self) -> None:
        held = self._held("PolicyReceipt")
        if held is not None:
            self._write(self.write.receipt_confirmed(held.business_key, held.message_id))

    def change(self) -> None:
        letter = self.dice.choice(self.letters) if self.letters else None
        if letter is None or letter.message.type not in ("PolicyOffer", "PolicyIssued"):
            return
        key, code = ("application_no", "90") if letter.message.type == "PolicyOffer" else ("policy_no", "91")
        self._write(self.write.change(key, letter.message.business_key, code))

    def _held(self, *types: str) -> CanonicalMessage | None:
        """A message of ours that the partner has."""
        held = [unseal(content) for content in self.partner.books.held.values()]
        found = [message for message in held if message.type in types]
        return self.dice.choice(found) if found else None

    def _write(self, message: CanonicalMessage) -> None:
        letter = Letter(message, seal(message))
        self.letters.append(letter)
        if self.dice.random() < 0.7:  # the others are overtaken
            self._push(letter)

    def push(self) -> None:
        """An old letter, or one that was held back."""
        unheard = [letter for letter in self.letters if letter.receipt is None]
        letters = unheard if unheard and self.dice.random() < 0.7 else self.letters
        if letters:
            self._push(self.dice.choice(letters))

    def _push(self, letter: Letter) -> None:
        answer = self._receive(letter.content)
        if answer.code != ACCEPTED:
            raise AssertionError(f"{letter.message.type} was answered {answer.code}")
        if self.dice.random() < 0.1:
            return  # the answer is lost: the partner will send it again
        if letter.receipt is not None and letter.receipt != answer.receipt.content:
            raise AssertionError("a copy got another answer")
        letter.receipt = answer.receipt.content
        self.partner.books.acknowledged[letter.message.message_id] = letter.content

    def forge(self) -> None:
        """The same id with other bytes, or bytes that nobody signed."""
        if not self.letters:
            return
        letter = self.dice.choice(self.letters)
        if letter.receipt is None or self.dice.random() < 0.3:
            content = letter.content[:-1] + bytes([letter.content[-1] ^ 1])
            answer = self._receive(content)
            self.partner.books.refused[sha256(content).hexdigest()] += 1
            wanted = "1001"
        else:
            content = seal(replace(letter.message, sequence=letter.message.sequence + 1000))
            answer = self._receive(content)
            self.partner.books.conflicts[letter.message.message_id, sha256(content).hexdigest()] = content
            wanted = "2002"
        if answer.code != wanted:
            raise AssertionError(f"{answer.code} instead of {wanted}")

    def _receive(self, content: bytes) -> receiver.Answer:
        raw = Raw(content=content, received_at=self.clock.now())
        return receiver.receive(self.runtime, "sinosure", raw, "127.0.0.1")

    # the enterprise

    def act(self) -> None:
        """A person presses a button; sometimes twice."""
        table = tables.business_object
        with reading(self.engine) as connection:
            rows = connection.execute(select(table.c.kind, table.c.id).order_by(table.c.number)).all()
            if not rows:
                return
            row = self.dice.choice(rows)
            obj = Tenant(connection, USCC).get(row.kind, row.id)
        action = self.dice.choice(KINDS[row.kind].actions)
        values = VALUES if action.name == "confirm" else {}
        for _ in range(self.dice.choice([1, 1, 2])):
            actions.perform(self.runtime, program.PERSON, row.kind, row.id, action.name, values, obj.revision)

    # the hub's own

    def work(self) -> None:
        """A worker does what is due, among faults."""
        self.partner.faults.extend(self.dice.choices(FAULTS, k=self.dice.randrange(3)))
        worker = self._worker() if self.depth else self.dice.choice(self.workers)  # a slow one does nothing else
        worker.run_once()

    def outage(self) -> None:
        self.partner.faults.extend(["down"] * self.dice.randrange(3, 9))
        self.partner.silent += self.dice.randrange(4)

    def interleave(self) -> None:
        """A process is slow at some point, and other processes go on."""
        if self.depth >= DEEPEST:
            return
        point = self.dice.choice(GAPS)
        with suppress(HubError):
            self.act()
        failpoints.arm({failpoints.VARIABLE: f"{point}=meanwhile@1"}, allowed=True)
        if point.startswith("inbound."):
            self.push()
        else:
            self.work()

    def meanwhile(self, point: str) -> None:
        """What the others do; then perhaps the slow one dies."""
        self.depth += 1
        names = self.dice.choices(MEANWHILE, k=self.dice.randint(1, 3))
        for name in [*self.dice.choice([(), ("wait", "work")]), *names]:
            failpoints.arm({}, allowed=True)
            self.journal.append(f"meanwhile at {point}: {name}")
            try:
                OPERATIONS[name][1](self)
            except HubError as refused:
                self.journal.append(type(refused).__name__)
            except AssertionError as broken:  # the slow one might take it for a fault of its partner
                self.breaches.append(str(broken))
        self.depth -= 1
        armed = f"{self.dice.choice(POINTS)}=crash@1" if self.dice.random() < 0.3 else ""
        failpoints.arm({failpoints.VARIABLE: armed}, allowed=True)

    def modes(self) -> AbstractContextManager[Any]:
        """What may be armed besides the product's own modes."""
        return mock.patch.dict(failpoints.MODES, {"crash": _crash, "meanwhile": self.meanwhile})  # type: ignore[arg-type]

    def wait(self) -> None:
        self._pass(self.dice.choice(SPANS))

    def late(self) -> None:
        self.partner.arrive()

    def _pass(self, seconds: float) -> None:
        if seconds > LONG:
            self.partner.arrive()
        self.clock.move(timedelta(seconds=seconds))

    def calendar(self) -> None:
        calendar.run(self.runtime)

    def decide(self) -> None:
        """Two persons look after something; they are right about what the partner has."""
        self.partner.arrive()
        stuck = [row for row in self._outbox() if row.state in ("UNKNOWN", "DEAD") and row.owner]
        if stuck:
            self._decide(self.dice.choice(stuck))

    def _decide(self, row: Any) -> None:
        here = row.message_id in self.partner.books.held
        verdict = "delivered" if here else "not_delivered" if row.state == "UNKNOWN" else "resend"
        if not here and self.dice.random() < 0.3:
            verdict = "give_up"
        now = self.clock.now()
        with writing(self.engine) as connection:
            made = decisions.propose(connection, f"outbox:{row.message_id}", verdict, "r", "e", "ann", now)
        decisions.confirm(self.engine, made, actor="bob", now=now, settle=results.settle)

    def _outbox(self) -> list[Any]:
        table = tables.outbox
        with reading(self.engine) as connection:
            return list(connection.execute(select(table).order_by(table.c.seq)))

    # the end

    def quiet(self) -> None:
        """No faults any more; time passes, and people look after what is stuck."""
        self.partner.faults.clear()
        self.partner.silent = 0
        self.partner.arrive()
        for letter in self.dice.sample(self.letters, len(self.letters)):
            if letter.receipt is None:
                self._push(letter)
        for _ in range(ROUNDS):
            self.workers[0].run_once()
            rows = heads(row for row in self._outbox() if row.state in tables.WAITING)
            if not rows:
                return
            planned = [max(row.not_before, row.lease_until or row.not_before) for row in rows]
            if min(planned) >= NEVER:
                self._decide(rows[0])
                continue
            self._pass(max((min(planned) - self.clock.now()).total_seconds(), 0.0) + 1)
        raise AssertionError(f"not settled: {[(row.message_id, row.state) for row in self._outbox()]}")

    def check(self, *, settled: bool) -> None:
        """Every invariant. Raises AssertionError."""
        with reading(self.engine) as connection:
            found = invariants.check(connection, [self.partner.books], self.clock.now(), settled=settled)
        if found:
            raise AssertionError("; ".join(str(breach) for breach in found[:5]))


OPERATIONS: Mapping[str, tuple[int, Callable[[Life], None]]] = {
    "offer": (6, Life.offer),
    "act": (16, Life.act),
    "work": (16, Life.work),
    "review": (7, Life.review),
    "policy": (4, Life.policy),
    "receipt_confirmed": (3, Life.receipt_confirmed),
    "change": (1, Life.change),
    "push": (6, Life.push),
    "forge": (2, Life.forge),
    "interleave": (14, Life.interleave),
    "wait": (10, Life.wait),
    "late": (2, Life.late),
    "outage": (2, Life.outage),
    "decide": (4, Life.decide),
    "calendar": (2, Life.calendar),
}
"""What may happen -> (how often, how)."""
