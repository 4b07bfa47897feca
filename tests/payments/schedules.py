"""One seed, one life: users pay, the bank answers or does not, faults, dead workers, clocks that jump.

Bank and hub talk through the real adapter, signatures and stores, without a network. After each operation the bank's
books are held against what the hub shows; at the end nothing is left unclear.
"""

import hashlib
import logging
import uuid
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from importlib import import_module
from pathlib import Path
from random import Random
from typing import Any
from unittest import mock

from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import load_der_x509_crl
from hub_cargo_yunfan.adapter import yunfan
from sqlalchemy import Engine, delete, event, select

from hub import registry
from hub.business import KINDS
from hub.business.lifecycle import Actor
from hub.business.payment import ORDER
from hub.cards.challenge import frame
from hub.cards.trust import read_card
from hub.clock import MovableClock
from hub.config import HubSettings, PartnerSettings, Settings, TrustSettings
from hub.contract.message import ActorSignature, OutMessage, Raw
from hub.contract.transport import AnswerLost, NotSent
from hub.crypto.keys import KeySigner
from hub.crypto.vault import Vault
from hub.delivery import failpoints, receiver
from hub.delivery.failpoints import POINTS
from hub.delivery.worker import Worker
from hub.errors import HubError
from hub.runtime import Runtime
from hub.services import accounts, actions, calendar, drafts, ledger, reconcile, record, results
from hub.services.card_answers import CardAnswer
from hub.services.questions import Questions
from hub.services.record import NewEvent
from hub.store import tables
from hub.store.engine import open_engine, reading, writing
from hub.testing import pki
from hub.testing.simulator import controls, inward, outward
from hub.testing.simulator.bank import OPENING, PAID, RETURNED, WORKING
from hub.testing.simulator.canonical import own_side
from hub.testing.simulator.desk import Desk
from hub.testing.simulator.faults import ANSWER, MENU
from hub.testing.simulator.server import Keys, Options, make_desk

START = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)
USCC, FIRM = "91110000MA00EXAM1X", "示例进出口有限公司"
INSURER, BROWSER = "yunfan", "browser"
ACCOUNT = next(iter(OPENING))
BILLS, AMOUNT = 4, Decimal("120.55")
PURPOSES = ("", "", "", "处理中", "待审批", "拒绝", "退票", "未知代码", "沉默")
FAULTS = tuple(name for name in MENU if name not in ("contradictory", "same_id_other_body"))  # no bank says two things
LOST = frozenset({"reset", "nothing", "drip"})  # manners in which an answer does not arrive
SPANS = (1, 3, 20, 61, 300, 601, 1000, 4000, 20_000)  # seconds
MORTAL = ("delivery", "transport", "resolver", "outbox")
DRAIN = 120  # rounds of a quarter of an hour after the last operation


class Crash(BaseException):
    """The process is gone."""


def _crash(name: str) -> None:
    raise Crash(name)


@dataclass(frozen=True)
class Theatre:
    """A store that is emptied for each life, and the keys of everybody."""

    engine: Engine
    home: Path
    code: str
    hub: KeySigner
    keys: Keys
    authority: pki.Identity
    options: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Played:
    """What became of one life."""

    breaches: list[str]
    ends: Counter[str]  # of orders, by state
    crashes: int
    journal: str  # digest of all that was done: equal for equal seeds


@contextmanager
def theatre(home: Path, database: str, code: str) -> Iterator[Theatre]:
    """One store for many lives, with the bank ``code``."""
    home.mkdir(parents=True, exist_ok=True)
    engine = open_engine(database.replace("sqlite:///", f"sqlite:///{home}/"))
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", lambda connection, _: connection.execute("PRAGMA synchronous=OFF"))
    tables.metadata.create_all(engine)
    before = START - timedelta(days=1)
    authority = pki.make_authority("测试机构", before)
    hub, bank = (pki.issue_partner(authority, name, before, algorithm="ecdsa-sha256") for name in ("swhub", code))
    (home / "ca.pem").write_bytes(authority.certificate)
    crl = load_der_x509_crl(pki.make_crl(authority, before, days=400))
    (home / "crl.pem").write_bytes(crl.public_bytes(Encoding.PEM))
    files = {"key": bank.key, "certificate": bank.certificate, "hub_certificate": hub.certificate}
    for name, content in files.items():
        (home / name).write_bytes(content)
    options = {name: home / name for name in files}
    log = logging.getLogger("hub")
    level = log.level
    log.setLevel(logging.CRITICAL + 1)
    try:
        with mock.patch.dict(failpoints.MODES, {"crash": _crash}):  # type: ignore[arg-type]
            keys = Keys.read(Options.read(options))
            yield Theatre(engine, home, code, KeySigner.from_pem(hub.key, hub.certificate), keys, authority, options)
    finally:
        log.setLevel(level)
        failpoints.arm({}, allowed=True)
        engine.dispose()


def play(theatre: Theatre, seed: int, operations: int) -> Played:
    """One life. The same seed does the same."""
    dice = Random(f"payments {seed}")
    with writing(theatre.engine) as connection:
        for table in reversed(tables.metadata.sorted_tables):
            connection.execute(delete(table))
    with mock.patch.object(uuid, "uuid4", side_effect=lambda: uuid.UUID(int=dice.getrandbits(128), version=4)):
        life = Life(theatre, dice, seed)
        try:
            for number in range(operations):
                life.step(number)
            life.drain()
        except AssertionError as broken:
            life.breaches.append(str(broken))
        finally:
            failpoints.arm({}, allowed=True)
    ends = Counter(state for state, _ in life.orders().values())
    journal = hashlib.sha256("\n".join(life.journal).encode()).hexdigest()
    return Played(breaches=life.breaches, ends=ends, crashes=life.crashes, journal=journal)


@dataclass
class Life:
    """One hub, one enterprise with bills, one bank."""

    theatre: Theatre
    dice: Random
    seed: int
    journal: list[str] = field(default_factory=list)
    breaches: list[str] = field(default_factory=list)
    crashes: int = 0

    def __post_init__(self) -> None:
        self.clock = MovableClock(at=START)
        here = self.theatre
        self.runtime = Runtime(
            settings=Settings(
                home=here.home,
                hub=HubSettings(),
                trust=TrustSettings(card_cas=(here.home / "ca.pem",), card_crls=(here.home / "crl.pem",)),
                partners={
                    here.code: PartnerSettings(address="http://bank", certificates=(here.home / "certificate",)),
                    INSURER: PartnerSettings(address="http://insurer"),
                },
            ),
            engine=here.engine,
            registry=registry.of([wired(self._adapter(), self._to_bank), wired(yunfan(), _away)]),
            signer=here.hub,
            clock=self.clock,
            vault=Vault(bytes(range(64))),
        )
        self.desk = self._open_bank()
        self.worker = self._worker()
        self.questions = Questions(runtime=self.runtime, transport=self.worker._transport)
        self._found_enterprise()
        self.bills = [self._bill(number) for number in range(BILLS)]
        self.agreement = self._agreement()

    # who is there

    def _adapter(self) -> Any:
        code = self.theatre.code
        return getattr(import_module(f"hub_bank_{code}.adapter"), code)()

    def _open_bank(self) -> Desk:
        code = self.theatre.code
        scenario = import_module(f"hub_bank_{code}.simulator").SCENARIO
        read = Options.read({**self.theatre.options, "seed": f"life {self.seed}", "late": 60.0})
        desk = make_desk(code, scenario, own_side(self._adapter(), "swhub"), read, self.theatre.keys, self.clock)
        desk.post = self._to_hub
        return desk

    def _worker(self) -> Worker:
        return Worker(self.runtime, results.settle, random=self.dice.random)

    def _found_enterprise(self) -> None:
        now = self.clock.now()
        self.card = pki.issue_card(
            self.theatre.authority, enterprise=FIRM, holder="王小明", org_code=USCC[8:17], role="OP", now=START
        )
        with writing(self.theatre.engine) as connection:
            accounts.register_enterprise(connection, USCC, FIRM, now)
            account = accounts.add_account(connection, enterprise=USCC, name="王小明", role="OP", now=now)
            accounts.bind_card(connection, account, read_card(self.card.x509), now)
        serial = read_card(self.card.x509).serial
        self.actor = Actor(account=account, name="王小明", enterprise=USCC, role="OP", certificate=serial)

    def _bill(self, number: int) -> str:
        due = {"premium_due": AMOUNT, "premium_currency": "CNY"}
        return self._made("cargo_application", INSURER, f"HY{number}", ("submitted", {}), ("issued", due))

    def _agreement(self) -> str:
        signed = {
            "agreement_no": "A-1", "bank_name": "示例银行", "enterprise_name": FIRM, "payee": INSURER,
            "payer_account": self.runtime.vault.seal(ACCOUNT, USCC), "payee_name": "云帆财产保险（示例）",
            "payee_account": "6222000000009001", "request_no": "QY1",
        }  # fmt: skip
        self._made("payment_agreement", self.theatre.code, "QY1", ("requested", signed), ("signed", {}))
        return "QY1"

    def _made(self, kind: str, partner: str, number: str, *told: tuple[str, Mapping[str, Any]]) -> str:
        now = self.clock.now()
        with writing(self.theatre.engine) as connection:
            new = NewEvent(name="begun", identity="begun", occurred_at=now)
            made = record.create(
                connection, kind=KINDS[kind], enterprise=USCC, partner=partner, number=number, new=new, now=now
            )
            assert made is not None
            obj = made.obj
            for name, content in told:
                said = NewEvent(name=name, identity=name, occurred_at=now, submission=1, content=content)
                obj = record.record(connection, obj, said, now).obj
        return obj.id

    # the way between them

    def _to_bank(self, message: OutMessage) -> Raw:
        raw = Raw(content=message.content, headers=message.headers, received_at=self.clock.now())
        answer = inward.receive(self.desk, raw)
        if answer.manner in LOST or answer.seconds > 0:
            raise AnswerLost(answer.manner)
        return Raw(content=answer.content, headers=answer.headers, status=answer.status, received_at=self.clock.now())

    def _to_hub(self, content: bytes) -> Raw:
        raw = Raw(content=content, received_at=self.clock.now())
        answer = receiver.receive(self.runtime, self.theatre.code, raw, None)
        return Raw(content=answer.receipt.content, status=answer.status, received_at=self.clock.now())

    # what happens

    def step(self, number: int) -> None:
        """Something happens; perhaps the worker that does it dies. Then the books are compared."""
        name = self.dice.choices(list(OPERATIONS), [weight for weight, _ in OPERATIONS.values()])[0]
        armed = ""
        if name == "work" and self.dice.random() < 0.3:
            armed = self.dice.choice([point for point in POINTS if point.startswith(MORTAL)])
            failpoints.arm({failpoints.VARIABLE: f"{armed}=crash@1"}, allowed=True)
        self.journal.append(f"{number} {name} {armed}")
        try:
            OPERATIONS[name][1](self)
        except HubError as refused:
            self.journal.append(type(refused).__name__)
        except Crash:
            self.crashes += 1
            self.worker = self._worker()
        finally:
            failpoints.arm({}, allowed=True)
        self.check()

    def pay(self) -> None:
        chosen = self.dice.sample(self.bills, self.dice.choice([1, 1, 2]))
        purpose = self.dice.choice(PURPOSES)
        values = {"agreement": self.agreement, "item": [{"bill": bill} for bill in chosen], "purpose": purpose}
        order = uuid.uuid4().hex
        obj = drafts.begin(self.runtime, self.actor, ORDER, order, self.theatre.code)
        nonce = accounts.nonce(self.runtime, BROWSER)
        payload = actions.signing_payload(self.runtime, self.actor, ORDER.code, order, "pay", values, nonce)
        signature = ActorSignature(
            payload=payload,
            algorithm=self.card.algorithm,
            value=pki.KeySigner(self.card).sign(frame(payload)),
            certificate=self.card.der,
        )
        answer = CardAnswer(signature=signature, nonce=nonce, browser=BROWSER)
        actions.perform(self.runtime, self.actor, ORDER.code, order, "pay", values, obj.revision, answer)
        self.journal.append("ordered")

    def work(self) -> None:
        self.worker.run_once()

    def bank(self) -> None:
        outward.turn(self.desk)

    def time(self) -> None:
        self.clock.move(timedelta(seconds=self.dice.choice(SPANS)))

    def calendar(self) -> None:
        calendar.run(self.runtime)

    def fault(self) -> None:
        name = self.dice.choice(FAULTS)
        side = ANSWER if ANSWER in MENU[name].sides and self.dice.random() < 0.7 else min(MENU[name].sides)
        controls.control(self.desk, {"do": "fault", "fault": name, "on": side, "times": self.dice.choice([1, 2])})

    def approve(self) -> None:
        for order in self.desk.books.entries("order"):
            if order.state == WORKING and order.data["plan"] == "approve":
                controls.control(self.desk, {"do": "approve", "serial": order.number})

    def statement(self) -> None:
        reconcile.run(self.runtime, self.questions.ask, self.theatre.code, self.clock.now().date())

    def drain(self) -> None:
        """Faults end, people act, days pass: nothing may be left unclear, and the books agree."""
        controls.control(self.desk, {"do": "clear"})
        for _ in range(DRAIN):
            if not any(state in ("SENT", "UNKNOWN") for state, _ in self.orders().values()) and self._said():
                break
            self.approve()
            for turn in (self.bank, self.work, self.calendar, self.bank):
                turn()
            self.clock.move(timedelta(minutes=15))
            self.check()
        self.statement()
        self.check()
        unclear = {number: state for number, (state, _) in self.orders().items() if state in ("SENT", "UNKNOWN")}
        assert not unclear, f"never settled: {unclear}"
        with reading(self.theatre.engine) as connection:
            differences = [row.differences for row in reconcile.results(connection) if row.differences]
        assert not differences, f"the statement differs: {differences}"

    def _said(self) -> bool:
        """Whether the bank has nothing more to say."""
        with self.desk.books.writing():
            return self.desk.books.next_moment() is None

    # what has to hold

    def orders(self) -> dict[str, tuple[str, list[str]]]:
        """Message id of each instruction -> the order's state, its bills."""
        obj, sent = tables.business_object, tables.outbox
        wanted = (
            select(sent.c.message_id, obj.c.state, obj.c.content)
            .join(obj, obj.c.id == sent.c.object_id)
            .where(sent.c.type == "PaymentOrder/1.0")
        )
        with reading(self.theatre.engine) as connection:
            rows = connection.execute(wanted).all()
        return {row.message_id: (row.state, [item["bill"] for item in row.content["item"]]) for row in rows}

    def check(self) -> None:
        """The bank's books against what the hub shows. Raises AssertionError."""
        theirs = {row.data["message_id"]: row.state for row in self.desk.books.entries("order")}
        ours = self.orders()
        live = Counter(bill for key, (_, bills) in ours.items() if theirs.get(key) in (WORKING, PAID) for bill in bills)
        assert not [bill for bill, number in live.items() if number > 1], f"a bill is paid twice: {live}"
        for key, (state, _) in ours.items():
            bank = theirs.get(key)
            if state == "SUCCEEDED":
                assert bank in (PAID, RETURNED), f"{key}: shown as paid, the bank says {bank}"
            if state == "FAILED":
                assert bank not in (PAID, WORKING), f"{key}: shown as failed, the bank says {bank}"
            assert state != "CONFLICT", f"{key}: the bank said one thing only"
        with reading(self.theatre.engine) as connection:
            assert list(ledger.faults(connection)) == []
            for bill in self.bills:
                paid = any(state == "SUCCEEDED" and bill in bills for state, bills in ours.values())
                held = ledger.balance(connection, f"bill:{bill}", "CNY").amount
                assert held == (AMOUNT if paid else 0), f"bill {bill}: {held} on the books"


OPERATIONS: Mapping[str, tuple[int, Callable[[Life], None]]] = {
    "pay": (5, Life.pay),
    "work": (6, Life.work),
    "bank": (5, Life.bank),
    "time": (4, Life.time),
    "calendar": (3, Life.calendar),
    "fault": (3, Life.fault),
    "approve": (1, Life.approve),
    "statement": (1, Life.statement),
}


def wired(adapter: Any, send: Callable[[OutMessage], Raw]) -> Any:
    """The adapter with a wire of its own: a call."""

    class Wired(type(adapter)):  # type: ignore[misc]
        def send(self, message: OutMessage, address: str, connect: float, read: float) -> Raw:
            return send(message)

    return Wired(**{row.name: getattr(adapter, row.name) for row in fields(adapter)})


def _away(message: OutMessage) -> Raw:
    raise NotSent("the insurer is away")
