"""退票: what was paid comes back days later. The insurer that was told of the payment is told of that too."""

import uuid
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from random import Random

import pytest

from hub.business.payment_order import ORDER
from hub.business.states import Next
from hub.config import WebSettings
from hub.errors import InvalidInput
from hub.services import board
from hub.store.engine import reading
from hub.testing.simulator import controls
from tests.payments.duties import GUARANTEE, DutyLife
from tests.payments.theatre import USCC, theatre
from tests.web.world import ORIGIN, Browser, log_in
from web.app import create_app


@pytest.fixture
def life(tmp_path: Path) -> Iterator[DutyLife]:
    """A limit with an application whose premium is due."""
    with theatre(tmp_path, "sqlite:///swhub.db", "iso20022") as made, DutyLife.props():
        found = DutyLife(made, Random("reversal"), 0)
        found.begin()
        applied = {
            "apply_no": found.limit,
            "limit_no": found.shown()["limit_no"],
            "guarantee_amount": Decimal("400.00"),
        }
        found.act("duty_application", uuid.uuid4().hex, "submit", GUARANTEE | applied, "yunfan")
        go_on(found)
        yield found


def go_on(life: DutyLife, rounds: int = 4) -> None:
    for _ in range(rounds):
        life.work()
        life.calendar()
        life.clock.move(timedelta(seconds=5))
        life.turn()


def pay(life: DutyLife) -> None:
    pay_bills(life, life.payable())


def pay_bills(life: DutyLife, bills: Sequence[str]) -> None:
    values = {"agreement": life.agreement, "item": [{"bill": bill} for bill in bills], "purpose": ""}
    life.act(ORDER.code, uuid.uuid4().hex, "pay", values, "iso20022")


def give_back(life: DutyLife) -> None:
    """The bank, by hand."""
    desk = life.desks["iso20022"]
    (order,) = desk.books.entries("order")
    controls.control(desk, {"do": "return", "serial": order.number})


def heard(life: DutyLife) -> list[str]:
    """What the insurer was told of the payment, in order."""
    received = life.desks["yunfan"].listing()["received"]
    return [row["type"] for row in received if row["type"].startswith("Payment")]


def test_a_return_is_told_to_the_insurer_and_shown_with_the_application(life: DutyLife) -> None:
    pay(life)
    go_on(life)
    assert [row.state for row in life.ours("duty_application")] == ["ISSUED"]

    give_back(life)
    go_on(life)

    (application,) = life.ours("duty_application")
    assert heard(life) == ["PaymentAgreementCopy", "PaymentNotice", "PaymentReversal"]
    assert (application.state, application.content["premium_returned"]) == ("PREMIUM_RETURNED", True)
    assert life.theirs("duty_application")[0].data["returned"]


def test_what_was_returned_is_paid_again_under_the_same_policy(life: DutyLife) -> None:
    pay(life)
    go_on(life)
    give_back(life)
    go_on(life)

    pay(life)
    go_on(life)

    (application,) = life.ours("duty_application")
    assert heard(life) == ["PaymentAgreementCopy", "PaymentNotice", "PaymentReversal", "PaymentNotice"]
    assert (application.state, application.content["premium_returned"]) == ("ISSUED", None)
    assert sorted(row.state for row in life.ours("payment_order")) == ["REFUNDED", "SUCCEEDED"]
    assert "returned" not in life.theirs("duty_application")[0].data


def test_a_payment_that_came_back_is_on_the_board_once_as_the_bill_that_is_owed(life: DutyLife) -> None:
    pay(life)
    go_on(life)
    give_back(life)
    go_on(life)

    with reading(life.theatre.engine) as connection:
        found = board.read(connection, life.runtime.registry, USCC, life.clock.now(), each=10)

    assert [move.obj.kind.code for move in found.moves[Next.ENTERPRISE]] == ["duty_application"]


@pytest.mark.parametrize(("how", "state"), [("settle", "PREMIUM_RETURNED"), ("cancel_duty", "RELEASED")])
def test_a_guarantee_that_ran_its_course_owes_a_returned_premium_and_a_cancelled_one_does_not(
    life: DutyLife, how: str, state: str
) -> None:
    pay(life)
    go_on(life)
    (policy,) = life.theirs("duty_policy")
    controls.control(life.desks["yunfan"], {"do": how, "policy_no": policy.number, "reason": "税款已缴库"})
    go_on(life)

    give_back(life)
    go_on(life)

    (application,) = life.ours("duty_application")
    assert (application.state, life.held()["limit"]) == (state, Decimal("1000.00"))  # the limit is free again


def test_a_premium_that_came_back_after_the_end_is_paid_again(life: DutyLife) -> None:
    pay(life)
    go_on(life)
    give_back(life)
    go_on(life)
    (policy,) = life.theirs("duty_policy")
    controls.control(life.desks["yunfan"], {"do": "settle", "policy_no": policy.number, "reason": "税款已缴库"})
    go_on(life)

    pay(life)
    go_on(life)

    (application,) = life.ours("duty_application")
    assert (application.state, life.held()["limit"]) == ("RELEASED", Decimal("1000.00"))


def test_while_the_returned_premium_is_being_paid_again_nobody_pays_it_twice(life: DutyLife) -> None:
    pay(life)
    go_on(life)
    give_back(life)
    go_on(life)
    bills = life.payable()
    pay(life)

    with pytest.raises(InvalidInput) as refused:
        pay_bills(life, bills)

    assert "item" in refused.value.fields
    assert [row.state for row in life.ours("duty_application")] == ["REPAYING"]


def test_the_portal_offers_to_pay_what_was_returned(life: DutyLife, tmp_path: Path) -> None:
    pay(life)
    go_on(life)
    give_back(life)
    go_on(life)
    (tmp_path / "web.secret").write_bytes(bytes(range(32)))
    web = WebSettings(origin=ORIGIN, secret=tmp_path / "web.secret")
    browser = Browser(create_app(replace(life.runtime, settings=replace(life.runtime.settings, web=web))))
    log_in(browser, life.card)
    (application,) = life.ours("duty_application")

    page = browser.get("/duty/duty_application").text

    assert "保费被退票" in page
    assert f'href="/pay?bill={application.id}"' in page
    assert "重新支付" in page


def test_an_insurer_that_was_told_of_no_payment_hears_of_no_return(life: DutyLife) -> None:
    pay(life)
    life.work()
    life.clock.move(timedelta(seconds=5))
    life.turn()
    give_back(life)
    life.turn()
    go_on(life)

    assert [row.state for row in life.ours("payment_order")] == ["REFUNDED"]
    assert heard(life) == ["PaymentAgreementCopy"]
