"""A partner in memory with scripted faults, and a small world around it: objects, outbox, clock, worker."""

import random
import threading
import uuid
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import JSON, Connection, Engine, insert, select

from hub import registry
from hub.clock import MovableClock
from hub.config import DeliverySettings, PartnerSettings, Settings
from hub.contract.adapters import Context
from hub.contract.capability import Capability, CapabilitySheet, Idempotency
from hub.contract.message import CanonicalEvent, CanonicalMessage, InMessage, OutMessage, Raw, Verdict
from hub.contract.outcome import Outcome, OutcomeClass
from hub.contract.status import StatusTable
from hub.contract.text import Text
from hub.contract.transport import AnswerLost, NotSent
from hub.delivery import failpoints, outbox
from hub.delivery.outbox import Sent
from hub.delivery.worker import Job, Worker
from hub.runtime import Runtime
from hub.store import tables
from hub.store.engine import reading, writing

USCC = "91440300MA5DA1234X"
START = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)  # a Friday, 9 o'clock in Shanghai

ANSWERS: Mapping[str, OutcomeClass] = {
    "accepted": OutcomeClass.ACCEPTED,
    "done": OutcomeClass.DONE,
    "refused": OutcomeClass.REFUSED_BUSINESS,
    "malformed": OutcomeClass.REFUSED_FORM,
    "busy": OutcomeClass.THROTTLED,
    "stranger": OutcomeClass.PARTNER_CONFIG,
    "never": OutcomeClass.NOT_SENT,
    "pending": OutcomeClass.UNKNOWN,
}
TAKEN = {"accepted", "done", "garbage", "lost-after"}  # faults after which the partner has the message


@dataclass
class StubPartner:
    """A partner with its own wire. ``faults`` is consumed one per request; when it is empty the partner is well.

    accepted done refused malformed busy stranger: answers. garbage: an unreadable answer. down: not reached.
    lost-before, lost-after: no answer, without and with an effect. wire: the transport breaks its word.
    """

    sheet: CapabilitySheet
    statuses: Sequence[StatusTable] = ()
    faults: deque[str] = field(default_factory=deque)
    questions: deque[str] = field(default_factory=deque)  # the same for queries; empty: the honest answer
    effects: Counter[str] = field(default_factory=Counter)  # message id -> how often it took effect
    arrivals: list[str] = field(default_factory=list)  # every message that came through, in order
    contents: dict[str, bytes] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    during: Callable[[str], None] | None = None  # called while a message is on the wire
    retry_after: float | None = None
    book: Path | None = None  # effects written to a file, for partners that outlive a killed process
    lock: threading.Lock = field(default_factory=threading.Lock)

    def send(self, message: OutMessage, address: str, connect_timeout: float, read_timeout: float) -> Raw:
        kind, _, message_id = message.content.decode().partition(":")
        if self.during is not None:
            self.during(message_id)
        with self.lock:
            if kind == "query":
                return self._answer_query(message_id)
            if kind == "poll":
                return _raw("letters")
            fault = self.faults.popleft() if self.faults else "accepted"
            if fault == "down":
                raise NotSent("connection refused")
            if fault == "lost-before":
                raise AnswerLost("reset")
            if fault == "wire":
                raise RuntimeError("the wire broke its word")
            if fault in TAKEN:
                self._take(message_id, message.content)
            if fault == "lost-after":
                raise AnswerLost("timed out")
            return _raw(fault)

    def _take(self, message_id: str, content: bytes) -> None:
        self.arrivals.append(message_id)
        dedupes = self.sheet["policy.confirm"].idempotency is not Idempotency.NONE
        if not (dedupes and message_id in self.effects):
            self.effects[message_id] += 1
            if self.book is not None:
                with self.book.open("a") as file:
                    file.write(f"{message_id}\n")
        assert self.contents.setdefault(message_id, content) == content

    def reread(self) -> None:
        """Remember what is in the book, as a partner does whose customer was killed."""
        if self.book is not None and self.book.exists():
            self.effects = Counter(self.book.read_text().split())

    def _answer_query(self, message_id: str) -> Raw:
        self.asked.append(message_id)
        word = self.questions.popleft() if self.questions else ("accepted" if message_id in self.effects else "never")
        if word == "down":
            raise NotSent("connection refused")
        return _raw(word)

    def parse_response(self, raw: Raw, sent: CanonicalMessage, ctx: Context) -> Outcome:
        kind = ANSWERS[raw.content.decode()]
        return Outcome(kind=kind, detail=kind.value, retry_after=self.retry_after)

    def query(self, sent: CanonicalMessage, ctx: Context) -> OutMessage:
        return OutMessage(content=f"query:{sent.message_id}".encode())

    parse_query = parse_response

    def build(self, message: CanonicalMessage, ctx: Context) -> OutMessage:
        return OutMessage(content=f"send:{message.message_id}".encode())

    def open(self, raw: Raw, ctx: Context) -> InMessage:
        raise NotImplementedError

    def parse(self, message: InMessage, ctx: Context) -> Sequence[CanonicalEvent]:
        raise NotImplementedError

    def receipt(self, raw: Raw, message: InMessage | None, verdict: Verdict, ctx: Context) -> OutMessage:
        raise NotImplementedError


def _raw(word: str) -> Raw:
    return Raw(content=word.encode(), received_at=START)


def make_partner(code: str = "acme", **capability: Any) -> StubPartner:
    """A partner with one capability, ``policy.confirm``, that can be asked and dedupes on our key."""
    usual = {"sends": ("Confirm/1.0",), "idempotency": Idempotency.KEY, "query": "policy.query"}
    made = Capability(name="policy.confirm", **(usual | capability))
    asks = Capability(name="policy.query")
    sheet = CapabilitySheet(
        partner=code, name=Text(code, code), kind="insurer", contract=">=1.0,<2", state="live",
        capabilities={made.name: made, asks.name: asks},
    )  # fmt: skip
    return StubPartner(sheet)


@dataclass
class World:
    """Everything one test needs."""

    runtime: Runtime
    clock: MovableClock
    partner: StubPartner
    settled: list[tuple[Sent, Outcome]] = field(default_factory=list)
    spoils: deque[Exception] = field(default_factory=deque)  # what settle raises, one per call

    @property
    def engine(self) -> Engine:
        return self.runtime.engine

    def settle(self, connection: Connection, sent: Sent, outcome: Outcome, now: datetime) -> None:
        if self.spoils:
            raise self.spoils.popleft()
        self.settled.append((sent, outcome))

    def worker(self, receive: Any = None, jobs: Sequence[Job] = (), seed: int = 7) -> Worker:
        return Worker(self.runtime, self.settle, receive, jobs, random=random.Random(seed).random)

    def object(self) -> str:
        """A business object of some kind."""
        made = uuid.uuid4().hex
        with writing(self.engine) as connection:
            connection.execute(insert(tables.business_object), _filled(tables.business_object, made))
        return made

    def queue(self, object_id: str | None = None, partner: StubPartner | None = None) -> str:
        """Queue one message; returns its id."""
        with writing(self.engine) as connection:
            return self.enqueue(connection, object_id, partner)

    def enqueue(self, connection: Connection, object_id: str | None, partner: StubPartner | None = None) -> str:
        sheet = (partner or self.partner).sheet
        message = CanonicalMessage(
            type="Confirm", version="1.0", message_id=str(uuid.uuid4()), sender="swhub", receiver=sheet.partner,
            enterprise=USCC, business_key="P-1", sequence=1, created_at=self.clock.now(), body={},
        )  # fmt: skip
        if object_id is None:
            object_id = uuid.uuid4().hex
            connection.execute(insert(tables.business_object), _filled(tables.business_object, object_id))
        content = f"send:{message.message_id}".encode()
        outbox.enqueue(
            connection,
            message=message,
            out=OutMessage(content=content),
            digest=sha256(content).hexdigest(),
            object_id=object_id,
            capability=sheet["policy.confirm"],
            submission=1,
            now=self.clock.now(),
            trace=object_id,
        )
        return message.message_id

    def row(self, message_id: str) -> Any:
        with reading(self.engine) as connection:
            return connection.execute(select(tables.outbox).where(tables.outbox.c.message_id == message_id)).one()

    def state(self, message_id: str) -> str:
        return str(self.row(message_id).state)

    def rows(self, table: Any, *where: Any) -> Sequence[Any]:
        with reading(self.engine) as connection:
            return connection.execute(select(table).where(*where)).all()

    def alerts(self, opened: bool = True) -> list[str]:
        closed = tables.alert.c.closed_at
        return sorted(row.key for row in self.rows(tables.alert, closed.is_(None) if opened else closed.is_not(None)))

    def later(self, **span: float) -> None:
        self.clock.move(timedelta(**span))

    def fail(self, *points: str) -> None:
        """Arm fail points: ``name=mode`` or ``name=mode@n``; none disarms all."""
        failpoints.arm({failpoints.VARIABLE: ",".join(points)}, allowed=True)


def _filled(table: Any, made: str) -> dict[str, Any]:
    """A row with something in every required column, whatever columns the table has."""
    values: dict[type, Any] = {str: "x", int: 1, bool: False, datetime: START, dict: {}}
    row = {}
    for column in table.columns:
        if column.nullable or column.default is not None:
            continue
        kind = dict if isinstance(column.type, JSON) else getattr(column.type, "python_type", str)
        row[column.name] = datetime.now(UTC) if isinstance(column.type, tables.UtcTime) else values[kind]
    return row | {"id": made, "enterprise": USCC, "number": made}


def make_world(engine: Engine, home: Path, partners: Iterable[StubPartner], **delivery: Any) -> World:
    """A world on ``engine`` with these partners; the first is the one most tests mean."""
    partners = list(partners)
    clock = MovableClock(at=START)
    settings = Settings(
        home=home,
        delivery=DeliverySettings(**delivery),
        partners={partner.sheet.partner: PartnerSettings(address="http://stub", poll=60.0) for partner in partners},
    )
    runtime = Runtime(settings=settings, engine=engine, registry=registry.of(partners), signer=Nobody(), clock=clock)
    with writing(engine) as connection:
        connection.execute(insert(tables.enterprise), {"uscc": USCC, "name": "x", "created_at": START})
    return World(runtime, clock, partners[0])


class Nobody:
    """A signer that is never asked to sign."""

    algorithm = "rsa-sha256"
    certificate = b""

    def sign(self, data: bytes) -> bytes:
        raise NotImplementedError


@pytest.fixture
def world(engine: Engine, tmp_path: Path) -> World:
    """One partner that can be asked and dedupes; on both databases."""
    return make_world(engine, tmp_path, [make_partner()])


@pytest.fixture
def build_world(engine: Engine, tmp_path: Path) -> Callable[..., World]:
    """A world with partners of your own."""
    return lambda *partners, **delivery: make_world(engine, tmp_path, partners, **delivery)


@pytest.fixture
def small_world(sqlite_engine: Engine, tmp_path: Path) -> Callable[..., World]:
    """The same on SQLite only, where the database does not matter."""
    return lambda *partners, **delivery: make_world(sqlite_engine, tmp_path, partners, **delivery)


@pytest.fixture
def build() -> Callable[..., World]:
    """``make_world``, for an engine of your own."""
    return make_world


@pytest.fixture
def partner() -> Callable[..., StubPartner]:
    """``make_partner``."""
    return make_partner


@pytest.fixture(autouse=True)
def _disarmed() -> Iterator[None]:
    yield
    failpoints.arm({}, allowed=True)
