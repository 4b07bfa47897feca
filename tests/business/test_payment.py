"""Payment: the tables of spec.md 13, and what may be paid twice (nothing)."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.business.acts import Linked
from hub.business.duty_application import APPLICATION
from hub.business.kind import Kind
from hub.business.lifecycle import Event, project
from hub.business.payment_agreement import AGREEMENT
from hub.business.payment_bills import subtotals, totals
from hub.business.payment_order import LIVE, ORDER, may_pay, order_drawn
from hub.business.states import CONFLICT
from hub.contract.money import Money
from hub.contract.text import Text

START = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)
CENTS = st.integers(min_value=1, max_value=10**10).map(lambda cents: Decimal(cents) / 100)
ITEMS = st.lists(
    st.fixed_dictionaries(
        {
            "business": st.sampled_from(["货运险", "关税险"]),
            "amount": CENTS,
            "currency": st.sampled_from(["CNY", "USD"]),
        }
    ),
    max_size=20,
)


def events(*names: str) -> list[Event]:
    return [
        Event(name, name, 0 if name == "begun" else 1, START + timedelta(minutes=no), {})
        for no, name in enumerate(names)
    ]


def state(kind: Kind, *names: str) -> str | None:
    return project(kind, events("begun", *names)).states["state"]


@pytest.mark.parametrize(
    ("said", "end"),
    [
        ((), "CREATED"),
        (("ordered",), "SENT"),
        (("ordered", "delivered"), "SENT"),
        (("ordered", "delivered", "bank_working"), "SENT"),
        (("ordered", "awaiting_approver"), "SENT"),
        (("ordered", "unanswered"), "UNKNOWN"),
        (("ordered", "unanswered", "succeeded"), "SUCCEEDED"),
        (("ordered", "unanswered", "failed"), "FAILED"),
        (("ordered", "undelivered"), "FAILED"),
        (("ordered", "undelivered", "succeeded"), "SUCCEEDED"),
        (("ordered", "succeeded", "reversed"), "REFUNDED"),
        (("ordered", "reversed"), "REFUNDED"),
        (("ordered", "succeeded", "failed"), CONFLICT),
    ],
)
def test_an_order_ends_where_the_banks_word_puts_it(said: tuple[str, ...], end: str) -> None:
    assert state(ORDER, *said) == end


def test_every_order_of_the_banks_words_ends_in_the_reversal() -> None:
    words = ("ordered", "delivered", "unanswered", "bank_working", "succeeded", "reversed")

    assert {project(ORDER, [*events("begun"), *row]).states["state"] for row in permutations(events(*words))} == {
        "REFUNDED"
    }


@pytest.mark.parametrize(
    ("said", "end"),
    [
        (("requested",), "REQUESTED"),
        (("requested", "delivered"), "PROCESSING"),
        (("requested", "undelivered"), "RECEIVE_FAILED"),
        (("requested", "signed"), "SIGNED"),
        (("requested", "delivered", "sign_failed"), "SIGN_FAILED"),
        (("requested", "delivered", "signed", "terminated"), "TERMINATED"),
        (("requested", "delivered", "signed", "expired"), "EXPIRED"),
        (("requested", "signed", "sign_failed"), CONFLICT),
    ],
)
def test_an_agreement_follows_the_table(said: tuple[str, ...], end: str) -> None:
    assert state(AGREEMENT, *said) == end


def test_a_failed_agreement_is_signed_again_and_the_new_answer_counts() -> None:
    again = [Event("requested", "r2", 2, START + timedelta(hours=1), {}), Event("signed", "s2", 2, START, {})]

    assert project(AGREEMENT, [*events("begun", "requested", "sign_failed"), *again]).states["state"] == "SIGNED"


@given(st.lists(st.sampled_from([row.id for row in ORDER.tracks[0].states])))
def test_a_bill_with_a_live_order_is_not_paid_again(states: list[str]) -> None:
    assert may_pay(states) is not any(name in LIVE for name in states)


def test_what_is_unclear_or_paid_is_live_and_what_failed_is_not() -> None:
    assert not may_pay(["UNKNOWN"])
    assert not may_pay(["FAILED", "SUCCEEDED"])
    assert may_pay(["FAILED", "REFUNDED", "DELETED"])


@given(ITEMS)
def test_subtotals_add_up_to_the_totals(items: list[dict[str, object]]) -> None:
    added: dict[str, Money] = {}
    for (_, currency), part in subtotals(items, "business").items():
        added[currency] = added[currency] + part if currency in added else part

    assert added == totals(items)


def test_currencies_are_never_mixed() -> None:
    rows = [{"amount": Decimal("1.10"), "currency": "CNY"}, {"amount": Decimal("2.20"), "currency": "USD"}]

    assert totals(rows) == {"CNY": Money(Decimal("1.10"), "CNY"), "USD": Money(Decimal("2.20"), "USD")}


def test_a_bill_that_asks_for_nothing_is_not_paid() -> None:
    name, asked = Text("甲", "A"), {"premium_due": Decimal("0.00"), "premium_currency": "CNY"}
    bank = Linked(id="bank", number="bank", partner="bank", name=name)
    agreement = Linked(id="a", number="QY1", partner="bank", name=name, state="SIGNED")
    bill = replace(agreement, number="GS1", state="PAYMENT_PENDING", content=asked, payable=APPLICATION.payable)
    links = {"agreement": {"QY1": agreement}, "item.bill": {"GS1": bill}}

    drawn, wrong = order_drawn({"agreement": "QY1", "item": [{"bill": "GS1"}]}, links, bank, START)

    assert (drawn, wrong["item"].en) == ({}, "GS1 asks for nothing: ask the insurer")


@pytest.mark.parametrize(
    ("state", "copy_no", "due"),
    [
        ("REQUESTED", None, False),  # the bank may not have received it
        ("PROCESSING", None, True),
        ("SIGNED", None, True),
        ("SIGNED", "m-1", False),
        ("SIGN_FAILED", None, False),
    ],
)
def test_the_payee_has_one_copy_of_each_request_that_the_bank_has(state: str, copy_no: str | None, due: bool) -> None:
    (tell,) = AGREEMENT.tells

    assert tell.due(state, {"copy_no": copy_no}) is due
