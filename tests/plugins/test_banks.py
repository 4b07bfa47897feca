"""The banks over real HTTP: one debit per instruction, the truth by notice or query, a statement that adds up."""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from hashlib import sha256
from importlib import import_module
from typing import Any

import pytest

from hub.clock import MovableClock
from hub.contract.adapters import Refusal
from hub.contract.message import CanonicalMessage
from hub.contract.outcome import OutcomeClass
from hub.crypto.keys import KeySigner
from hub.testing import pki
from hub.testing.simulator import controls, outward
from hub.testing.simulator.bank import OPENING
from hub.testing.simulator.canonical import own_side
from hub.testing.simulator.server import Keys, Options, Simulator, make_desk
from hub.testing.stand_in import StandIn

NOW = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)
TODAY = date(2026, 11, 20)
USCC, FIRM = "91610000MA6TX00X1A", "西安某某进出口有限公司"
RICH, POOR = OPENING
PAYEE = {"payee_name": "瑞丰保险股份有限公司", "payee_account": "6222000000009001"}
BANKS = ("iso20022", "icbc", "cmb")


class Idle(Simulator):
    """Serves, but does nothing by itself."""

    def _work(self) -> None:
        return


@dataclass
class World:
    """A stand-in hub and one bank on one clock."""

    hub: StandIn
    bank: Simulator
    clock: MovableClock

    @property
    def address(self) -> str:
        return f"{self.bank.address}/messages"

    def control(self, **wanted: object) -> Any:
        return controls.control(self.bank.desk, wanted)

    def wait(self, seconds: float) -> None:
        self.clock.move(timedelta(seconds=seconds))
        outward.turn(self.bank.desk)

    def order(
        self, amount: str = "14723.07", purpose: str = "货运险保费", account: str = RICH, number: int = 1
    ) -> CanonicalMessage:
        items = [{"business_no": "HY2026112000000001", "amount": Decimal(amount), "currency": "CNY"}]
        body = {
            "order_no": f"JF20261120{number:08}", "agreement_no": "A2026-00000017", "payer_name": FIRM,
            "payer_account": account, **PAYEE, "amount": Decimal(amount), "currency": "CNY", "purpose": purpose,
            "item": items, "ordered_at": self.clock.now(),
        }  # fmt: skip
        return self.hub.message("PaymentOrder", body["order_no"], USCC, body)

    def agreement(self, **more: str) -> CanonicalMessage:
        body = {
            "request_no": "QY2026112000000001", "bank_name": "示例银行", "enterprise_name": FIRM, "tax_no": USCC,
            "payer_account": RICH, **PAYEE, "text_version": "1.0", "text_hash": "ab" * 32,
            "requested_at": self.clock.now(), **more,
        }  # fmt: skip
        return self.hub.message("PaymentAgreementRequest", "QY2026112000000001", USCC, body)

    def statement(self, day: date = TODAY) -> Any:
        question = self.hub.message("StatementQuery", "S-1", USCC, {"account_no": RICH, "day": day})
        out = self.hub.adapter.build(question, self.hub.context())
        ctx = replace(self.hub.context(), sent_digest=sha256(out.content).hexdigest())
        return self.hub.adapter.parse_answer(self.hub.post(self.address, out.content), question, ctx).body  # type: ignore[attr-defined]

    def events(self) -> list[tuple[str, str]]:
        parts = [part for row in self.hub.taken for part in self.hub.adapter.parse(row, self.hub.context())]
        return [(part.event, part.number) for part in parts]  # type: ignore[union-attr]

    def balance(self, account: str = RICH) -> int:
        return int(self.control(do="balance", account=account)["fen"])


@pytest.fixture(scope="module", params=BANKS)
def town(request, tmp_path_factory):
    slug = request.param
    folder = tmp_path_factory.mktemp(slug)
    root = pki.make_authority("test", NOW)
    hub, bank = (pki.issue_partner(root, name, NOW, algorithm="ecdsa-sha256") for name in ("hub", slug))
    files = {"key": bank.key, "certificate": bank.certificate, "hub_certificate": hub.certificate}
    for name, content in files.items():
        (folder / name).write_bytes(content)
    options = {name: folder / name for name in files}
    adapter = getattr(import_module(f"hub_bank_{slug}.adapter"), slug)()
    return adapter, KeySigner.from_pem(hub.key, hub.certificate), options, Keys.read(Options.read(options))


@pytest.fixture
def world(town):
    adapter, signer, options, keys = town
    clock = MovableClock(at=NOW)
    code = adapter.sheet.partner
    scenario = import_module(f"hub_bank_{code}.simulator").SCENARIO
    with StandIn(adapter, signer, [keys.signer.certificate], clock) as hub:
        read = Options.read({**options, "hub": hub.address, "seed": "seven", "late": 60.0})
        with Idle(make_desk(code, scenario, own_side(adapter, "swhub"), read, keys, clock)) as bank:
            yield World(hub, bank, clock)


def test_a_payment_is_taken_first_and_paid_later(world: World) -> None:
    sent = world.hub.send(world.address, world.order())
    before = list(world.events())
    world.wait(5)

    assert (sent.kind, before) == (OutcomeClass.ACCEPTED, [])
    assert world.events() == [("succeeded", "JF2026112000000001")]
    assert world.balance() == OPENING[RICH] - 1_472_307


def test_an_instruction_is_debited_once_however_often_it_comes(world: World) -> None:
    order = world.order()
    out = world.hub.adapter.build(order, world.hub.context())
    kinds = {world.hub.deliver(world.address, order, out).kind for _ in range(3)}
    world.wait(5)

    assert kinds == {OutcomeClass.ACCEPTED}
    assert world.balance() == OPENING[RICH] - 1_472_307


def test_the_same_serial_with_another_amount_is_an_error_and_costs_nothing(world: World) -> None:
    first, other = world.order("10.00"), world.order("20.00")
    world.hub.send(world.address, first)
    again = world.hub.send(world.address, replace(other, message_id=first.message_id))
    world.wait(5)

    assert again.kind is OutcomeClass.UNKNOWN
    assert world.balance() == OPENING[RICH] - 1_000


@pytest.mark.parametrize("town", ["cmb"], indirect=True)  # the bank that knows an order by its own number
@pytest.mark.parametrize(
    ("amount", "kind"), [("10.00", OutcomeClass.ACCEPTED), ("20.00", OutcomeClass.REFUSED_BUSINESS)]
)
def test_an_orders_number_has_one_debit_under_whatever_message_id(
    world: World, amount: str, kind: OutcomeClass
) -> None:
    world.hub.send(world.address, world.order("10.00"))
    again = world.hub.send(world.address, world.order(amount))
    world.wait(5)

    assert again.kind is kind
    assert world.balance() == OPENING[RICH] - 1_000


@pytest.mark.parametrize(("amount", "account"), [("50.01", POOR), ("1.00", "6222000000000009")])
def test_no_money_or_no_account_is_a_failure_by_the_banks_own_word(world: World, amount: str, account: str) -> None:
    world.hub.send(world.address, world.order(amount, account=account))
    world.wait(5)

    assert [event for event, _ in world.events()] == ["failed"]
    assert world.balance(POOR) == OPENING[POOR]


def test_an_order_in_progress_says_so_before_its_end(world: World) -> None:
    world.hub.send(world.address, world.order(purpose="处理中"))
    world.wait(0)
    world.wait(5)

    assert [event for event, _ in world.events()] == ["bank_working", "succeeded"]


def test_an_order_waits_for_the_enterprises_approver(world: World) -> None:
    order = world.order(purpose="待审批")
    world.hub.send(world.address, order)
    world.wait(3600)
    waiting, asked = world.events(), world.hub.ask(world.address, order)
    world.control(do="approve", serial=str(world.hub.adapter.reference(order)))  # type: ignore[attr-defined]
    world.wait(1)

    assert ([event for event, _ in waiting], asked.kind) == (["awaiting_approver"], OutcomeClass.ACCEPTED)
    assert [event for event, _ in world.events()][-1] == "succeeded"


def test_whoever_keeps_an_orders_envelope_alone_can_ask_what_became_of_it(world: World) -> None:
    order = world.order()
    world.hub.send(world.address, order)
    world.wait(5)

    assert world.hub.ask(world.address, replace(order, body={})).kind is OutcomeClass.DONE


def test_a_code_that_nobody_knows_is_unknown_and_the_query_tells_the_truth(world: World) -> None:
    order = world.order(purpose="未知代码")
    sent = world.hub.send(world.address, order)
    world.wait(5)

    assert sent.kind is OutcomeClass.UNKNOWN
    assert world.hub.ask(world.address, order).kind is OutcomeClass.DONE


@pytest.mark.parametrize("purpose", ["断线", "网关"])
def test_a_lost_answer_is_unknown_and_the_query_finds_the_payment(world: World, purpose: str) -> None:
    order = world.order(purpose=purpose)
    sent = world.hub.send(world.address, order)
    world.wait(5)

    assert sent.kind is OutcomeClass.UNKNOWN
    assert world.hub.ask(world.address, order).kind in (OutcomeClass.DONE, OutcomeClass.UNKNOWN)


def test_not_found_proves_nothing_before_the_banks_window_is_over(world: World) -> None:
    order = world.order()
    early = world.hub.ask(world.address, order).kind
    world.clock.move(timedelta(minutes=11))

    assert (early, world.hub.ask(world.address, order).kind) == (OutcomeClass.UNKNOWN, OutcomeClass.NOT_SENT)


def test_a_returned_payment_is_an_event_after_its_success_and_a_booking_of_its_own(world: World) -> None:
    world.hub.send(world.address, world.order("100.00", purpose="退票"))
    world.wait(5)
    world.wait(61)
    said = world.statement()

    assert [event for event, _ in world.events()] == ["succeeded", "reversed"]
    assert [row["direction"] for row in said["entry"]] == ["CREDIT", "DEBIT"]
    assert world.balance() == OPENING[RICH]


def test_the_statement_adds_up_and_names_the_instructions(world: World) -> None:
    orders = [world.order(amount, number=no) for no, amount in enumerate(("1.00", "2.50", "7.03"))]
    for order in orders:
        world.hub.send(world.address, order)
    world.wait(5)
    said = world.statement()

    spent = sum(row["amount"] for row in said["entry"])
    assert said["closing_balance"] == Decimal(OPENING[RICH]).scaleb(-2) - spent
    assert {row["reference"] for row in said["entry"]} == {order.message_id for order in orders}


def test_a_bank_on_a_date_of_its_own_has_nothing_for_today(world: World) -> None:
    world.control(do="date", days=-30)
    world.hub.send(world.address, world.order("1.00"))
    world.wait(5)

    assert "entry" not in world.statement()
    assert len(world.statement(TODAY - timedelta(days=30))["entry"]) == 1


def test_an_agreement_gets_its_number(world: World) -> None:
    sent = world.hub.send(world.address, world.agreement())
    world.wait(5)

    assert sent.kind is OutcomeClass.ACCEPTED
    assert world.events() == [("signed", "QY2026112000000001")]
    assert world.hub.taken[-1].canonical.body["agreement_no"]


def test_an_agreement_is_refused_with_a_reason(world: World) -> None:
    world.hub.send(world.address, world.agreement(payee_name="拒签保险公司"))
    world.wait(5)

    assert world.events() == [("sign_failed", "QY2026112000000001")]
    assert world.hub.taken[-1].canonical.body["reason"]


def test_an_order_of_no_money_is_refused_before_it_is_signed(world: World) -> None:
    with pytest.raises(Refusal) as refused:
        world.hub.adapter.build(world.order("0.00"), world.hub.context())
    assert refused.value.code == "0002"
