"""One seed, one life of duty guarantees: a limit that changes, applications under it, premiums paid through a bank,
policies that end; told late, twice, in disorder, while the hub dies.

To the promises of payments come those of the limit: nothing is taken twice, and once all is told, the hub's figures are
the insurer's, less what is on the way.
"""

import uuid
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import cache
from typing import Any, ClassVar
from unittest import mock

from hub_cargo_yunfan.adapter import sheet
from hub_cargo_yunfan.simulator import SCENARIO
from sqlalchemy import select

from hub.business import KINDS
from hub.business.content import thaw
from hub.business.duty_application import PAYABLE, RESERVING
from hub.clock import Clock
from hub.contract.message import Attachment, OutMessage, Raw
from hub.contract.money import Money
from hub.services import reconcile
from hub.store import tables
from hub.store.engine import reading
from hub.testing.simulator import controls
from hub.testing.simulator.books import Entry
from hub.testing.simulator.canonical import other_side
from hub.testing.simulator.duty import papers
from hub.testing.simulator.duty.examples import BODIES, FIRM
from hub.testing.simulator.faults import PUSH
from tests.payments.schedules import Life

TOTAL = Decimal("1000.00")
REMARKS = ("", "", "", "", "数据有误", "不予承保", "沉默", "断线", "重复", "乱序")
AGAIN = ("DATA_CHECK_FAILED", "PAY_FAILED", "SEND_FAILED")
LIMIT = {
    "enterprise_name": FIRM, "contact_name": "王小明", "contact_phone": "010-65300000", "legal_person": "李某",
    "customs_code": "1101961234", "customs_office": "0100", "applied_amount": TOTAL, "guarantee_use": "SUMMARY",
    "remark": "",
}  # fmt: skip
GUARANTEE = {
    "customs_code": "1101961234", "customs_office": "0100", "declaration_office": "2200", "guarantee_use": "PERIOD",
    "declarations": [], "rate_percent": Decimal("2.30"), "start_date": date(2026, 12, 1),
    "end_date": date(2027, 5, 31), "invoice_type": "NONE",
}  # fmt: skip
AGREES: Mapping[str, tuple[str, ...]] = {
    "DATA_CHECK_FAILED": ("DATA_CHECK_FAILED",),
    "UNDERWRITING_FAILED": ("UNDERWRITING_FAILED",),
    "PREMIUM_DUE": ("PAYMENT_PENDING", "PAY_FAILED", "PREMIUM_RETURNED", "PAID"),
    "PAID": ("PAID", "PREMIUM_RETURNED"),
    "ISSUED": ("ISSUED", "PREMIUM_RETURNED", "RELEASED"),
}
"""Where an application stands with the insurer -> where it may stand here once all is told."""


@dataclass
class Ticking:
    """The insurer's clock: no two of its figures have one time."""

    clock: Clock
    ticks: int = 0

    def now(self) -> datetime:
        """A millionth later than when it was asked last."""
        self.ticks += 1
        return self.clock.now() + timedelta(microseconds=self.ticks)

    def monotonic(self) -> float:
        """As the other clock's."""
        return self.clock.monotonic()


@dataclass
class DutyLife(Life):
    """One enterprise with a limit."""

    limit: str = ""  # number
    applied: int = 0

    name: ClassVar[str] = "duties"
    operations: ClassVar[Mapping[str, int]] = {
        "apply": 6, "again": 2, "pay": 5, "work": 9, "turn": 9, "time": 6, "calendar": 3, "fault": 3, "approve": 1,
        "statement": 1, "top_up": 1, "change": 1, "end": 2,
        "outage": 1, "resend": 3, "deny": 1,
    }  # fmt: skip

    @staticmethod
    @contextmanager
    def props() -> Iterator[None]:
        """The insurer's papers are printed once and used for all: they are not what is tried here."""
        with mock.patch.object(papers, "paper", return_value=_paper()):
            yield

    def begin(self) -> None:
        """An agreement, a letter, and a limit that the insurer has granted."""
        insurer = self.theatre.insurer
        self.agreement = self.signed_agreement()
        self.made("duty_authorisation", insurer, "ZX1", ("submitted", {}), ("authorised", {}))
        self.act("duty_limit", uuid.uuid4().hex, "submit", LIMIT, insurer)
        for _ in range(3):
            self.work()
            self.clock.move(timedelta(seconds=5))
            self.turn()
        (self.limit,) = (row.number for row in self.theirs("duty_limit"))
        assert self.shown()["state"] == "SUCCEEDED"

    def insurer(self) -> Callable[[OutMessage], Raw]:
        """Here it has a desk."""
        code = self.theatre.insurer
        self.desks[code] = self.open_desk(code, SCENARIO, other_side(sheet(), "swhub"), Ticking(self.clock))
        return self.sender(code)

    def bearable(self, code: str, name: str, side: str) -> bool:
        """Figures that the insurer never tells again can never be had."""
        return code == self.theatre.bank or (name, side) != ("silence", PUSH)

    # what happens

    def payable(self) -> list[str]:
        """The applications whose premium is due, and one that may not be paid."""
        rows = self.ours("duty_application")
        due = [row.id for row in rows if row.state in PAYABLE]
        return due or [row.id for row in rows[:1]]

    def pay(self) -> None:
        if self.payable():
            super().pay()

    def apply(self) -> None:
        self.applied += 1
        self._submit(uuid.uuid4().hex)

    def again(self) -> None:
        """What came back is corrected and handed in once more."""
        back = [row.id for row in self.ours("duty_application") if row.state in AGAIN]
        if back:
            self._submit(self.dice.choice(back))

    def _submit(self, object_id: str) -> None:
        share = Decimal(self.dice.choice((1, 10, 30, 50, 100, 110))) / 100
        amount = Money(self.held()["limit"], "CNY").times(share).amount
        values = GUARANTEE | {
            "apply_no": self.limit,
            "limit_no": self.shown()["limit_no"],
            "guarantee_amount": max(amount, Decimal("0.01")),
            "remark": self.dice.choice(REMARKS),
        }
        self.act("duty_application", object_id, "submit", values, self.theatre.insurer)

    def top_up(self) -> None:
        values = {"apply_no": self.limit, "limit_no": self.shown()["limit_no"], "top_up_amount": Decimal("50.00")}
        self.act("duty_top_up", uuid.uuid4().hex, "submit", values, self.theatre.insurer)

    def change(self) -> None:
        """The insurer gives more, or less; never less than is used."""
        (limit,) = self.theirs("duty_limit")
        total = Decimal(limit.data["used"]) + self.dice.randint(1, 1500)
        self._ask(do="change_limit", apply_no=self.limit, total=f"{total:.2f}")

    def end(self) -> None:
        """A guarantee ends: the duties are paid, or the insurer cancels."""
        living = [row.number for row in self.theirs("duty_policy") if row.state == "EFFECTIVE"]
        if living:
            self._ask(
                do=self.dice.choice(("settle", "cancel_duty")), policy_no=self.dice.choice(living), reason="税款已缴库"
            )

    def _ask(self, **wanted: str) -> None:
        controls.control(self.desks[self.theatre.insurer], wanted)

    # what has to hold

    def theirs(self, kind: str) -> list[Entry]:
        """The insurer's own objects."""
        return self.desks[self.theatre.insurer].books.entries(kind)

    def shown(self) -> Mapping[str, Any]:
        """What the limit says of itself."""
        (row,) = self.ours("duty_limit")
        return {**thaw(KINDS["duty_limit"], row.content), "state": row.state}

    def held(self) -> dict[str, Decimal]:
        """What stands on the accounts of the limit; ``lent`` is what it lacks."""
        accounts = {f"{name}:{self.limit}": name for name in ("limit", "reserved", "used", "granted", "beyond:limit")}
        account = tables.ledger_account
        wanted = select(account.c.name, account.c.balance).where(account.c.name.in_(accounts))
        with reading(self.theatre.engine) as connection:
            rows = {accounts[row.name]: row.balance for row in connection.execute(wanted)}
        found = {name: Money.from_cents(rows.get(name, 0), "CNY").amount for name in accounts.values()}
        return {**found, "lent": -found["beyond:limit"]}

    def check(self) -> None:
        """The limit is never below nothing, and its accounts add up. Raises AssertionError."""
        super().check()
        held = self.held()
        assert min(held[name] for name in ("limit", "reserved", "used", "lent")) >= 0, f"below nothing: {held}"
        assert held["limit"] - held["lent"] + held["reserved"] + held["used"] == -held["granted"], f"{held}"
        named = [row.data["application_no"] for row in self.theirs("duty_policy")]
        assert len(named) == len(set(named)), f"two policies of one application: {named}"

    def statement(self) -> None:
        super().statement()
        reconcile.run(self.runtime, self.questions.ask, self.theatre.insurer, self.clock.now().date())

    def unclear(self) -> Mapping[str, str]:
        """Payments, and whatever else was not brought to the insurer."""
        sent = tables.outbox
        wanted = select(sent.c.message_id, sent.c.state).where(sent.c.state.in_(tables.WAITING))
        with reading(self.theatre.engine) as connection:
            waiting = {row.message_id: row.state for row in connection.execute(wanted)}
        return {**super().unclear(), **waiting}

    def ends(self) -> Counter[str]:
        """Of payments, and of applications."""
        return super().ends() + Counter(f"application {row.state}" for row in self.ours("duty_application"))

    def drain(self) -> None:
        """Once all is told, both have the same figures, and agree on every application."""
        super().drain()
        (limit,), shown, held = self.theirs("duty_limit"), self.shown(), self.held()
        total, used = Decimal(limit.data["total"]), Decimal(limit.data["used"])
        assert (shown["total_amount"], shown["used_amount"]) == (total, used), f"{shown} against {limit.data}"
        waiting = {row.number: row for row in self.ours("duty_application")}
        kept = {number: thaw(KINDS["duty_application"], row.content) for number, row in waiting.items()}
        taken = sum(
            kept[number]["guarantee_amount"]
            for number, row in waiting.items()
            if row.state in (*RESERVING, "ISSUED") and not (kept[number].get("counted") or kept[number].get("released"))
        )
        assert held["limit"] - held["lent"] == total - used - taken, f"{held}: {total} less {used} less {taken}"
        told = {row.content["reversal_no"] for row in self.ours("payment_order") if "reversal_no" in row.content}
        received = self.desks[self.theatre.insurer].listing()["received"]
        assert told == {row["message_id"] for row in received if row["type"] == "PaymentReversal"}, f"returns: {told}"
        for entry in self.theirs("duty_application"):
            ours = waiting[entry.number].state
            agreed = AGREES.get(entry.state, (ours,))
            assert ours in (*agreed, "SEND_FAILED"), f"{entry.number}: {ours} here, {entry.state} with the insurer"


@cache
def _paper() -> Attachment:
    now = datetime(2026, 11, 20, tzinfo=UTC)
    return papers.paper("关税保证保险投保单", "电子投保单.pdf", BODIES["DutyApplication"], {}, "-", "-", now)
