"""Day-end reconciliation: with a bank's own statement, and with an insurer's figures of a limit."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

import pytest
from sqlalchemy import select

from hub.business.numbers import SHANGHAI
from hub.errors import Unavailable
from hub.services import reconcile, reconciled
from hub.store import tables
from hub.store.engine import reading
from hub.testing.simulator import controls
from hub.testing.simulator.faults import PUSH
from tests.limits.limit import Limit
from tests.payments.schedules import ORDER, Life
from tests.payments.theatre import theatre

BANK, INSURER = "iso20022", "yunfan"
DAY = date(2026, 11, 20)
SUM = Decimal("400.00")


@pytest.fixture
def life(tmp_path: Path) -> Iterator[Life]:
    with theatre(tmp_path, "sqlite:///swhub.db", BANK) as made:
        found = Life(made, Random("reconcile"), 0)
        found.begin()
        yield found


def pay(life: Life, purpose: str = "") -> None:
    """One bill, brought to the bank, which books it."""
    values = {"agreement": life.agreement, "item": [{"bill": life.bills[0]}], "purpose": purpose}
    life.act(ORDER.code, "0" * 32, "pay", values, BANK)
    life.work()
    life.clock.move(timedelta(seconds=5))
    life.turn()


def state(life: Life) -> str:
    ((found, _),) = life.orders().values()
    return found


def run(life: Life, partner: str) -> list[list[str]]:
    """The names of the differences, account by account."""
    done = reconcile.run(life.runtime, life.questions.ask, partner, DAY)
    return [[one["name"] for one in row.differences] for row in done]


def alerts(life: Life) -> Sequence[str]:
    with reading(life.runtime.engine) as connection:
        wanted = select(tables.alert.c.key).where(tables.alert.c.closed_at.is_(None))
        return connection.execute(wanted).scalars().all()


def empty(**asked: Any) -> Mapping[str, Any]:
    """A bank that has booked nothing."""
    return {"entry": []}


def silent(**asked: Any) -> Mapping[str, Any]:
    raise Unavailable


def test_what_the_bank_has_paid_and_told_nobody_is_settled_by_its_statement(life: Life) -> None:
    pay(life, "沉默")
    assert state(life) == "SENT"

    assert run(life, BANK) == [[]]
    assert state(life) == "SUCCEEDED"


@pytest.mark.parametrize("told", [True, False], ids=["told", "told nothing"])
def test_what_the_bank_approves_after_weeks_is_no_stranger_on_its_statement(life: Life, told: bool) -> None:
    pay(life, "待审批")
    life.clock.move(timedelta(days=13))
    life.approve()
    if not told:
        controls.control(life.desks[BANK], {"do": "fault", "fault": "silence", "on": PUSH})
    life.clock.move(timedelta(seconds=5))
    life.turn()
    day = life.clock.now().astimezone(SHANGHAI).date()

    (found,) = reconcile.run(life.runtime, life.questions.ask, BANK, day)

    assert (found.entries, found.differences, state(life)) == (1, [], "SUCCEEDED")


def test_a_difference_is_kept_with_an_alert_until_it_is_gone(life: Life) -> None:
    pay(life)
    (found,) = reconcile.run(life.runtime, empty, BANK, DAY)

    assert [row["name"] for row in found.differences] == ["not_booked"]
    assert alerts(life) == [f"reconciliation:{BANK}:{DAY}"]
    assert run(life, BANK) == [[]]
    assert alerts(life) == []


def test_what_the_bank_books_while_it_is_asked_is_no_difference(life: Life) -> None:
    values = {"agreement": life.agreement, "item": [{"bill": life.bills[0]}], "purpose": ""}
    life.act(ORDER.code, "0" * 32, "pay", values, BANK)
    life.work()
    life.clock.move(timedelta(seconds=5))
    controls.control(life.desks[BANK], {"do": "fault", "fault": "early", "on": "answer"})

    assert run(life, BANK) == [[]]
    assert state(life) == "SUCCEEDED"


def test_an_account_without_a_statement_is_compared_another_time(life: Life) -> None:
    pay(life)

    assert reconcile.run(life.runtime, silent, BANK, DAY) == []
    assert run(life, BANK) == [[]]


def test_every_partner_is_compared_once_for_each_day_after_two_in_the_morning(life: Life) -> None:
    pay(life)
    life.clock.at = life.clock.at.replace(hour=17, minute=59)  # 01:59 in China
    assert reconcile.due(life.runtime, life.questions) == 0

    life.clock.move(timedelta(minutes=1))
    assert [reconcile.due(life.runtime, life.questions) for _ in range(2)] == [1, 0]


def test_a_day_that_was_missed_is_compared_later_and_alerted_until_then(life: Life) -> None:
    pay(life)
    reconcile.run(life.runtime, silent, BANK, DAY)
    missing = alerts(life)
    life.clock.move(timedelta(days=4))

    done = reconcile.due(life.runtime, life.questions)

    assert missing == [f"statement:{BANK}:{DAY}"]
    assert done == 4
    assert alerts(life) == []


def test_an_account_is_shown_masked_and_a_limit_by_its_number(life: Life) -> None:
    pay(life)
    limit = Limit(life.runtime.engine)
    limit.grant(SUM)
    run(life, BANK)
    run(life, INSURER)

    with reading(life.runtime.engine) as connection:
        assert {row.shown for row in reconciled.results(connection)} == {"**** 0001", limit.number}


def test_a_limit_agrees_with_its_insurer_from_the_application_to_the_release(life: Life) -> None:
    limit = Limit(life.runtime.engine)
    limit.grant(SUM)
    happens = (
        lambda: limit.apply("A", SUM),
        lambda: limit.change(SUM, SUM, 5, "A"),  # overtakes the policy
        lambda: limit.policy("A", "effective"),
        lambda: limit.apply("B", SUM),
    )

    for step in happens:
        step()
        assert run(life, INSURER) == [[]]


def test_what_the_insurer_never_told_is_named_by_its_line(life: Life) -> None:
    limit = Limit(life.runtime.engine)
    limit.grant(SUM)
    limit.apply("A", SUM)
    limit.policy("A", "effective")
    assert run(life, INSURER) == [["uncounted"]]

    limit.change(SUM, SUM, 5, "A")
    limit.policy("A", "settled")
    assert run(life, INSURER) == [["unreleased", "used"]]

    limit.change(SUM, Decimal("0.00"), 9, "A")
    assert run(life, INSURER) == [[]]
