"""One seed, one life: users pay, the bank answers or does not, faults, dead workers, clocks that jump.

Bank and hub talk through the real adapter, signatures and stores, without a network. After each operation the bank's
books are held against what the hub shows; at the end nothing is left unclear.
"""

import hashlib
import uuid
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field, fields
from datetime import timedelta
from decimal import Decimal
from functools import partial
from importlib import import_module
from random import Random
from typing import Any, ClassVar
from unittest import mock

from hub_cargo_yunfan.adapter import yunfan
from sqlalchemy import delete, select

from hub import registry
from hub.business import KINDS
from hub.business.acts import Actor
from hub.business.content import thaw
from hub.business.payment_order import ORDER
from hub.business.payment_terms import DIGEST, VERSION
from hub.cards.challenge import frame
from hub.cards.trust import read_card
from hub.clock import Clock, MovableClock
from hub.config import HubSettings, PartnerSettings, Settings, TrustSettings
from hub.contract.message import ActorSignature, OutMessage, Raw
from hub.contract.money import Money
from hub.contract.outcome import Outcome, OutcomeClass
from hub.contract.transport import AnswerLost, NotSent
from hub.crypto.vault import Vault
from hub.delivery import decisions, failpoints, receiver
from hub.delivery.failpoints import POINTS
from hub.delivery.outbox import TAKEN
from hub.delivery.worker import Worker
from hub.errors import HubError
from hub.runtime import Runtime
from hub.services import (
    accounts,
    actions,
    calendar,
    drafts,
    evidence,
    ledger,
    nonces,
    reconcile,
    reconciled,
    record,
    results,
)
from hub.services.card_answers import CardAnswer
from hub.services.events import NewEvent
from hub.services.questions import Questions
from hub.store import tables
from hub.store.engine import reading, writing
from hub.testing import pki
from hub.testing.simulator import controls, inward, outward
from hub.testing.simulator.bank import LINE, OPENING, PAID, RETURNED, WORKING
from hub.testing.simulator.canonical import own_side
from hub.testing.simulator.desk import Desk, Scenario, Speech
from hub.testing.simulator.faults import MENU
from hub.testing.simulator.server import Options, make_desk
from tests.payments.theatre import FIRM, HOLDER, START, USCC, Crash, Theatre, away, wired

BROWSER = "browser"
ACCOUNT = next(iter(OPENING))
BILLS, AMOUNT = 4, Decimal("120.55")
PURPOSES = ("", "", "", "处理中", "待审批", "拒绝", "退票", "未知代码", "沉默")
FAULTS = tuple(name for name in MENU if name not in ("contradictory", "same_id_other_body"))  # no bank says two things
LOST = frozenset({"reset", "nothing", "drip"})  # manners in which an answer does not arrive
SPANS = (1, 3, 20, 61, 300, 601, 1000, 4000, 20_000)  # seconds
UNMOVED = frozenset({"time", "fault"})  # operations that change nobody's books
MORTAL: Mapping[str, tuple[str, ...]] = {
    "work": ("delivery", "transport", "resolver", "outbox"),
    "turn": ("inbound",),
}
"""Operation -> the places where the hub may die meanwhile."""
UNCLEAR = "state:UNKNOWN"  # as an event says where it left an order
_object, _sent = tables.business_object, tables.outbox
ORDERS = (
    select(_sent.c.message_id, _object.c.state, _object.c.content)
    .join(_object, _object.c.id == _sent.c.object_id)
    .where(_sent.c.type == "PaymentOrder/1.0")
)
BOOKED = select(tables.ledger_account.c.name, tables.ledger_account.c.balance)
DESPAIR = 10  # rounds of eight hours in which a partner cannot be reached: what is due to it is given up
CLERKS = ("ann", "bob")  # operators
DRAIN = 120  # rounds of a quarter of an hour after the last operation


@dataclass(frozen=True, kw_only=True)
class Played:
    """What became of one life."""

    breaches: list[str]
    ends: Counter[str]  # by state
    happened: Counter[str]  # "operation", "kill <where>", "fault <which>", "unclear ended by <what>", "debit"
    journal: str  # digest of all that was done: equal for equal seeds


@dataclass
class Life:
    """One hub, one enterprise with bills, one bank."""

    theatre: Theatre
    dice: Random
    seed: int
    journal: list[str] = field(default_factory=list)
    breaches: list[str] = field(default_factory=list)
    kills: Counter[str] = field(default_factory=Counter)
    decided: Counter[str] = field(default_factory=Counter)  # by two persons
    down: str = ""  # the partner that cannot be reached
    denies: bool = False  # the bank has never seen what it is asked about

    name: ClassVar[str] = "payments"
    operations: ClassVar[Mapping[str, int]] = {
        "pay": 5, "work": 6, "turn": 5, "time": 4, "calendar": 3, "fault": 3, "approve": 1, "statement": 1,
        "outage": 1, "resend": 3, "deny": 1,
    }  # fmt: skip
    """Method -> how often it is chosen."""

    def __post_init__(self) -> None:
        here = self.theatre
        self.clock = MovableClock(at=START)
        self.desks = {here.bank: self._bank()}
        self.runtime = Runtime(
            settings=Settings(
                home=here.home,
                hub=HubSettings(),
                trust=TrustSettings(card_cas=(here.home / "ca.pem",), card_crls=(here.home / "crl.pem",)),
                partners={
                    code: PartnerSettings(address=f"http://{code}", certificates=(partner.options["certificate"],))
                    for code, partner in here.partners.items()
                },
            ),
            engine=here.engine,
            registry=registry.of([wired(self._adapter(), self.sender(here.bank)), wired(yunfan(), self.insurer())]),
            signer=here.hub,
            clock=self.clock,
            vault=Vault(bytes(range(64))),
        )
        self.worker = self._worker()
        self.questions = Questions(runtime=self.runtime, transport=self.worker._transport)
        self._found_enterprise()

    # who is there

    @staticmethod
    def props() -> AbstractContextManager[None]:
        """What stands on the stage while it is played."""
        return nullcontext()

    def begin(self) -> None:
        """What is there before anything happens: some bills and an agreement."""
        self.bills = [self._bill(number) for number in range(BILLS)]
        self.agreement = self.signed_agreement()

    def _adapter(self) -> Any:
        code, life = self.theatre.bank, self
        real = getattr(import_module(f"hub_bank_{code}.adapter"), code)()

        class Denying(type(real)):  # type: ignore[misc]
            def parse_query(self, *about: Any) -> Outcome:
                denied = Outcome(kind=OutcomeClass.NOT_SENT, detail="no such order")
                return denied if life.denies else super().parse_query(*about)

        return Denying(**{row.name: getattr(real, row.name) for row in fields(real)})

    def _bank(self) -> Desk:
        code = self.theatre.bank
        scenario = import_module(f"hub_bank_{code}.simulator").SCENARIO
        return self.open_desk(code, scenario, own_side(self._adapter(), "swhub"), self.clock)

    def insurer(self) -> Callable[[OutMessage], Raw]:
        """The way to the insurer: here it hears of nothing."""
        return away

    def open_desk(self, code: str, scenario: Scenario, speech: Speech, clock: Clock) -> Desk:
        """A partner that starts anew."""
        partner = self.theatre.partners[code]
        read = Options.read({**partner.options, "seed": f"life {self.seed}", "late": 60.0})
        desk = make_desk(code, scenario, speech, read, partner.keys, clock)
        desk.post = partial(self._to_hub, code)
        return desk

    def _worker(self) -> Worker:
        return Worker(self.runtime, results.settle, random=self.dice.random)

    def _found_enterprise(self) -> None:
        now = self.clock.now()
        self.card = self.theatre.card
        with writing(self.theatre.engine) as connection:
            accounts.register_enterprise(connection, USCC, FIRM, now)
            account = accounts.add_account(connection, enterprise=USCC, name=HOLDER, role="OP", now=now)
            accounts.bind_card(connection, account, read_card(self.card.x509), now)
        serial = read_card(self.card.x509).serial
        self.actor = Actor(account=account, name=HOLDER, enterprise=USCC, role="OP", certificate=serial)

    def _bill(self, number: int) -> str:
        due = {"premium_due": AMOUNT, "premium_currency": "CNY"}
        return self.made("cargo_application", self.theatre.insurer, f"HY{number}", ("submitted", {}), ("issued", due))

    def signed_agreement(self) -> str:
        """The number of an agreement with the bank."""
        signed = {
            "agreement_no": "A-1", "bank_name": "示例银行", "enterprise_name": FIRM, "payee": self.theatre.insurer,
            "payer_account": self.runtime.vault.seal(ACCOUNT, USCC), "payee_name": "云帆财产保险（示例）",
            "payee_account": "6222000000009001", "request_no": "QY1", "tax_no": USCC, "text_version": VERSION,
            "text_hash": DIGEST,
        }  # fmt: skip
        self.made("payment_agreement", self.theatre.bank, "QY1", ("requested", signed), ("signed", {}))
        return "QY1"

    def made(self, kind: str, partner: str, number: str, *told: tuple[str, Mapping[str, Any]]) -> str:
        """An object of the enterprise to which this has happened; its id."""
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

    def sender(self, code: str) -> Callable[[OutMessage], Raw]:
        """The wire to a partner that has a desk."""

        def send(message: OutMessage) -> Raw:
            if self.down == code:
                raise NotSent("down")
            raw = Raw(content=message.content, headers=message.headers, received_at=self.clock.now())
            answer = inward.receive(self.desks[code], raw)
            if answer.manner in LOST or answer.seconds > 0:
                raise AnswerLost(answer.manner)
            now = self.clock.now()
            return Raw(content=answer.content, headers=answer.headers, status=answer.status, received_at=now)

        return send

    def _to_hub(self, code: str, content: bytes) -> Raw:
        raw = Raw(content=content, received_at=self.clock.now())
        try:
            answer = receiver.receive(self.runtime, code, raw, None)
        except Crash as crash:
            self.kills[f"kill {crash}"] += 1
            failpoints.arm({}, allowed=True)
            raise AnswerLost(str(crash)) from None
        return Raw(content=answer.receipt.content, status=answer.status, received_at=self.clock.now())

    # what happens

    def step(self, number: int) -> None:
        """Something happens; perhaps the hub dies over it. Then the books are compared, if they can have changed."""
        name = self.dice.choices(list(self.operations), list(self.operations.values()))[0]
        armed = ""
        if name in MORTAL and self.dice.random() < 0.3:
            armed = self.dice.choice([point for point in POINTS if point.startswith(MORTAL[name])])
            failpoints.arm({failpoints.VARIABLE: f"{armed}=crash@1"}, allowed=True)
        self.journal.append(f"{number} {name} {armed}")
        try:
            getattr(self, name)()
        except HubError as refused:
            self.journal.append(type(refused).__name__)
        except Crash as crash:
            self.kills[f"kill {crash}"] += 1
            self.worker = self._worker()
        finally:
            failpoints.arm({}, allowed=True)
        if name not in UNMOVED:
            self.check()

    def act(self, kind: str, object_id: str, action: str, values: Mapping[str, Any], partner: str) -> None:
        """The operator does it, with the card."""
        obj = drafts.begin(self.runtime, self.actor, KINDS[kind], object_id, partner)
        nonce = nonces.new(self.runtime, BROWSER)
        payload = actions.signing_payload(self.runtime, self.actor, kind, object_id, action, values, nonce)
        signature = ActorSignature(
            payload=payload,
            algorithm=self.card.algorithm,
            value=pki.KeySigner(self.card).sign(frame(payload)),
            certificate=self.card.der,
        )
        answer = CardAnswer(signature=signature, nonce=nonce, browser=BROWSER)
        actions.perform(self.runtime, self.actor, kind, object_id, action, values, obj.revision, answer)
        self.journal.append(f"{kind} {action}")

    def payable(self) -> list[str]:
        """The bills that somebody may want to pay: here all, the paid ones too."""
        return self.bills

    def pay(self) -> None:
        bills = self.payable()
        chosen = self.dice.sample(bills, min(len(bills), self.dice.choice([1, 1, 2])))
        purpose = self.dice.choice(PURPOSES)
        values = {"agreement": self.agreement, "item": [{"bill": bill} for bill in chosen], "purpose": purpose}
        self.act(ORDER.code, uuid.uuid4().hex, "pay", values, self.theatre.bank)

    def work(self) -> None:
        self.worker.run_once()

    def turn(self) -> None:
        for desk in self.desks.values():
            outward.turn(desk)

    def time(self) -> None:
        self.clock.move(timedelta(seconds=self.dice.choice(SPANS)))
        evidence.seal_all(self.runtime)  # else nothing binding is taken any more

    def calendar(self) -> None:
        calendar.run(self.runtime)

    def fault(self) -> None:
        code, desk = self.dice.choice(list(self.desks.items()))
        name = self.dice.choice(FAULTS)
        side = self.dice.choice(sorted(MENU[name].sides))
        if not self.bearable(code, name, side):
            return
        controls.control(desk, {"do": "fault", "fault": name, "on": side, "times": self.dice.choice([1, 2])})

    def bearable(self, code: str, name: str, side: str) -> bool:
        """Whether what is lost by this fault becomes known in another way: a bank has its statement."""
        return True

    def approve(self) -> None:
        desk = self.desks[self.theatre.bank]
        for order in desk.books.entries("order"):
            if order.state == WORKING and order.data["plan"] == "approve":
                controls.control(desk, {"do": "approve", "serial": order.number})

    def statement(self) -> None:
        reconcile.run(self.runtime, self.questions.ask, self.theatre.bank, self.clock.now().date())

    def outage(self) -> None:
        """A partner cannot be reached for so long that what is due to it is given up."""
        self.down = self.dice.choice(list(self.desks))
        for _ in range(DESPAIR):
            self.work()
            self.calendar()
            self.clock.move(timedelta(hours=8))
            evidence.seal_all(self.runtime)
        self.down = ""

    def resend(self) -> None:
        """Two persons have something sent that was given up."""
        sent = tables.outbox
        with reading(self.theatre.engine) as connection:
            dead = list(connection.execute(select(sent.c.message_id).where(sent.c.state == "DEAD")).scalars())
        if not dead:
            return
        about, (first, second) = f"outbox:{self.dice.choice(sorted(dead))}", CLERKS
        now = self.clock.now()
        with writing(self.theatre.engine) as connection:
            decision = decisions.propose(connection, about, "resend", "the partner is back", None, first, now)
        decisions.confirm(self.theatre.engine, decision, actor=second, now=now, settle=results.settle)
        self.decided["resent"] += 1

    def deny(self) -> None:
        """For an hour the bank has never seen what it has acknowledged; nothing else of ours is under way then."""
        sent = tables.outbox
        doubtful = sent.c.state.in_(tables.WAITING) & (sent.c.reason.is_(None) | (sent.c.reason != TAKEN))
        wanted = select(sent.c.seq).where(sent.c.partner == self.theatre.bank, doubtful)
        with reading(self.theatre.engine) as connection:
            if connection.execute(wanted).first():
                return
        self.denies = True
        for _ in range(4):
            self.clock.move(timedelta(minutes=15))
            self.calendar()
            self.work()
        self.denies = False
        self.decided["denied"] += 1

    def drain(self) -> None:
        """Faults end, people act, days pass: nothing may be left unclear, and the books agree."""
        for desk in self.desks.values():
            controls.control(desk, {"do": "clear"})
        for _ in range(DRAIN):
            if not self.unclear() and self._said():
                break
            self.approve()
            for act in (self.turn, self.work, self.calendar, self.turn):
                act()
            self.clock.move(timedelta(minutes=15))
            self.check()
        self.statement()
        self.check()
        assert not self.unclear(), f"never settled: {self.unclear()}"
        with reading(self.theatre.engine) as connection:
            differences = [row.differences for row in reconciled.results(connection) if row.differences]
        assert not differences, f"the statement differs: {differences}"

    def unclear(self) -> Mapping[str, str]:
        """What the hub still waits for: message id -> state."""
        return {number: state for number, (state, _) in self.orders().items() if state in ("SENT", "UNKNOWN")}

    def _said(self) -> bool:
        """Whether nobody has anything more to say."""
        return all(_silent(desk) for desk in self.desks.values())

    # what has to hold

    def ours(self, kind: str) -> list[Any]:
        """The rows of our objects."""
        obj = tables.business_object
        with reading(self.theatre.engine) as connection:
            return list(connection.execute(select(obj).where(obj.c.kind == kind).order_by(obj.c.number)))

    def orders(self) -> dict[str, tuple[str, dict[str, Decimal]]]:
        """Message id of each instruction -> the order's state, the amount of each of its bills."""
        with reading(self.theatre.engine) as connection:
            rows = connection.execute(ORDERS).all()
        return {
            row.message_id: (row.state, {item["bill"]: item["amount"] for item in thaw(ORDER, row.content)["item"]})
            for row in rows
        }

    def ends(self) -> Counter[str]:
        """What became of everything, by state."""
        return Counter(state for state, _ in self.orders().values())

    def happened(self) -> Counter[str]:
        """What it lived through: kills, faults of both partners, unclear payments and what ended them, bookings."""
        found = self.kills + self.decided
        for desk in self.desks.values():
            books = desk.listing()
            found.update(row["what"] for row in books["journal"] if row["what"].startswith("fault "))
            found.update(f"fault {row['fault']}" for row in books["outgoing"] if row["fault"])
        found.update(row.state.lower() for row in self.desks[self.theatre.bank].books.entries(LINE))
        found.update(self._cleared())
        return found

    def _cleared(self) -> Iterator[str]:
        """Each time that a payment became unclear, and what ended that."""
        event, obj = tables.event, tables.business_object
        moved = select(event).join(obj).where(obj.c.kind == ORDER.code, event.c.before != event.c.after)
        with reading(self.theatre.engine) as connection:
            rows = connection.execute(moved.order_by(event.c.seq)).all()
            ours = set(connection.execute(select(tables.outbox.c.message_id)).scalars())
        for row in rows:
            if row.after == UNCLEAR:
                yield "unclear"
            if row.before == UNCLEAR:
                asked = "query" if row.message_id in ours else "message"
                yield f"unclear ended by {'statement' if row.identity.startswith('statement:') else asked}"

    def check(self) -> None:
        """The bank's books against what the hub shows. Raises AssertionError."""
        books = self.desks[self.theatre.bank].books
        theirs = {row.data["message_id"]: row.state for row in books.entries("order")}
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
            held = {row.name: Money.from_cents(row.balance, "CNY").amount for row in connection.execute(BOOKED)}
        for bill in {bill for _, bills in ours.values() for bill in bills}:
            paid = sum(bills[bill] for state, bills in ours.values() if state == "SUCCEEDED" and bill in bills)
            found = held.get(f"bill:{bill}", 0)
            assert found == paid, f"bill {bill}: {found} on the books"


def _silent(desk: Desk) -> bool:
    with desk.books.writing():
        return desk.books.next_moment() is None


def play(theatre: Theatre, seed: int, operations: int, kind: type[Life] = Life) -> Played:
    """One life. The same seed does the same."""
    dice = Random(f"{kind.name} {seed}")
    with writing(theatre.engine) as connection:
        for table in reversed(tables.metadata.sorted_tables):
            connection.execute(delete(table))
    ids = mock.patch.object(uuid, "uuid4", side_effect=lambda: uuid.UUID(int=dice.getrandbits(128), version=4))
    with kind.props(), ids:
        life = kind(theatre, dice, seed)
        try:
            life.begin()
            for number in range(operations):
                life.step(number)
            life.drain()
        except AssertionError as broken:
            life.breaches.append(str(broken))
        except Exception as raised:  # what is refused has a name; anything else is a defect of its own
            life.breaches.append(f"{type(raised).__name__}: {raised}")
        finally:
            failpoints.arm({}, allowed=True)
    journal = hashlib.sha256("\n".join(life.journal).encode()).hexdigest()
    happened = life.happened() + Counter(operation=operations)
    return Played(breaches=life.breaches, ends=life.ends(), happened=happened, journal=journal)
