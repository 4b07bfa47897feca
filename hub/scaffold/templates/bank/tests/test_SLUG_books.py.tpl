"""The simulated bank keeps books: one debit per serial, and a statement that adds up."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from hub.contract.adapters import Refusal
from hub.contract.outcome import OutcomeClass
from hub.testing.simulator import outward
from $package.simulator.scenario import ADAPTER, MAGIC, OPENING

RICH, POOR = OPENING
DONE, ACCEPTED, REFUSED = OutcomeClass.DONE, OutcomeClass.ACCEPTED, OutcomeClass.REFUSED_BUSINESS


@pytest.fixture
def order(world, example):
    def make(amount: str, account: str = RICH):
        message = world.request(ADAPTER.row("PaymentRequest"))
        items = [{"business_no": "P-1", "amount": Decimal(amount)}]
        body = message.body | {"payer_account": account, "amount": Decimal(amount), "items": items}
        return replace(message, body=body)

    return make


@pytest.fixture
def statement(world):
    def ask(account: str = RICH):
        message = world.request(ADAPTER.row("StatementQuery"))
        message = replace(message, body={"account_no": account, "day": date(2026, 11, 20)})
        out = ADAPTER.build(message, world.hub.context())
        return ADAPTER.parse_answer(world.hub.post(world.address, out.content), message, world.hub.context()).body

    return ask


def test_a_payment_is_debited_once_however_often_it_comes(world, order):
    paid = order("14723.00")
    out = ADAPTER.build(paid, world.hub.context())
    outcomes = [world.hub.deliver(world.address, paid, out) for _ in range(3)]

    assert [outcome.kind for outcome in outcomes] == [DONE] * 3
    assert len({outcome.partner_ref for outcome in outcomes}) == 1
    assert world.control(do="balance", account=RICH) == {"fen": OPENING[RICH] - 1_472_300}


def test_the_same_serial_with_another_amount_is_refused_and_not_debited(world, order):
    first, other = order("10.00"), order("20.00")
    world.hub.send(world.address, first)
    again = replace(other, message_id=first.message_id)

    assert world.hub.send(world.address, again).kind is OutcomeClass.UNKNOWN
    assert world.control(do="balance", account=RICH) == {"fen": OPENING[RICH] - 1_000}


def test_an_account_that_is_short_of_money_or_not_there_is_refused_and_not_debited(world, order):
    assert world.hub.send(world.address, order("50.04", POOR)).kind is REFUSED
    assert world.hub.send(world.address, order("1.00", "99999999")).kind is REFUSED
    assert world.control(do="balance", account=POOR) == {"fen": OPENING[POOR]}


def test_items_that_do_not_add_up_are_the_hubs_mistake(world, order):
    wrong = order("10.00")
    wrong = replace(wrong, body=wrong.body | {"amount": Decimal("11.00")})

    assert world.hub.send(world.address, wrong).kind is OutcomeClass.REFUSED_FORM


def test_what_is_in_progress_is_paid_later_and_notice_and_query_say_so(world, order):
    slow = order("100.01")
    sent = world.hub.send(world.address, slow)
    before = world.hub.ask(world.address, slow)
    world.clock.move(timedelta(minutes=1))
    outward.turn(world.partner.desk)
    told = [part for row in world.hub.taken for part in ADAPTER.parse(row, world.hub.context())]

    assert (sent.kind, before.kind) == (ACCEPTED, ACCEPTED)
    assert world.hub.ask(world.address, slow).kind is DONE
    assert [(event.event, event.number) for event in told] == [("succeeded", slow.body["order_no"])]


def test_an_unclear_answer_was_paid_and_a_lost_one_is_found_by_the_query(world, order):
    unclear, lost = order("7.03"), order("8.00")
    outcome = world.hub.send(world.address, unclear)
    world.control(do="fault", fault="truncated")
    silence = world.hub.send(world.address, lost)

    assert (outcome.kind, silence.kind) == (OutcomeClass.UNKNOWN, OutcomeClass.UNKNOWN)
    assert world.hub.ask(world.address, lost).kind is DONE
    assert world.control(do="balance", account=RICH) == {"fen": OPENING[RICH] - 703 - 800}


def test_the_statement_adds_up_to_the_balance(world, order, statement):
    for amount in ("1.00", "2.50", "7.03"):
        world.hub.send(world.address, order(amount))

    said = statement()

    amounts = [entry["amount"] for entry in said["entry"]]
    assert said["closing_balance"] == Decimal(OPENING[RICH]).scaleb(-2) - sum(amounts)
    assert sorted(amounts) == [Decimal("1.00"), Decimal("2.50"), Decimal("7.03")]


def test_a_statement_that_the_bank_refuses_is_no_statement(statement):
    with pytest.raises(Refusal):
        statement("99999999")


def test_an_agreement_gets_a_number_once(world):
    wanted = world.request(ADAPTER.row("AgreementRequest"))
    sent, asked = world.hub.send(world.address, wanted), world.hub.ask(world.address, wanted)

    assert sent.kind is asked.kind is DONE
    assert sent.partner_ref == asked.partner_ref


def test_the_readme_publishes_every_value_that_decides_something():
    readme = Path(__file__).parents[1].joinpath("README.md").read_text(encoding="utf-8")

    for account, fen in OPENING.items():
        assert f"| account `{account}` | has {fen / 100:,.2f} yuan |" in readme
    for end, code in MAGIC.items():
        assert any(f"`{end}`" in line and code in line for line in readme.splitlines())
