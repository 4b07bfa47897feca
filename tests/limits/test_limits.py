"""A limit on the books: the insurer's figures win, what is on the way is reserved, nothing taken twice (DG-LMT-14)."""

from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from random import Random

import pytest
from sqlalchemy import Engine, select

from hub.store import tables
from hub.store.engine import reading
from tests.limits import race, schedules
from tests.limits.limit import Limit

MILLIONS = Decimal("60000000.00")
USED = Decimal("14723.00")


@pytest.fixture
def limit(engine: Engine) -> Limit:
    made = Limit(engine)
    made.grant(Decimal("1000.00"))
    return made


def books(limit: Limit) -> tuple[str, str, str]:
    """What is left, reserved and used."""
    return tuple(f"{limit.account(name):.0f}" for name in ("limit", "reserved", "used"))  # type: ignore[return-value]


def alerts(limit: Limit) -> list[str]:
    with reading(limit.engine) as connection:
        wanted = select(tables.alert.c.key).where(tables.alert.c.closed_at.is_(None))
        return list(connection.execute(wanted).scalars())


def test_what_the_insurer_says_is_what_the_limit_shows(limit: Limit) -> None:
    limit.change(MILLIONS, USED, 5)

    shown = limit.shown()
    assert (shown["total_amount"], shown["used_amount"], shown["remaining_amount"]) == (
        MILLIONS, USED, Decimal("59985277.00"),
    )  # fmt: skip
    assert limit.account("limit") == Decimal("59985277.00")


def test_a_row_whose_figures_do_not_add_up_is_kept_and_moves_nothing(limit: Limit) -> None:
    limit.change(Decimal("6000000.00"), Decimal("13723.00"), 5, remaining=Decimal("59986277.00"))

    assert limit.rows() == 2
    assert limit.shown()["total_amount"] == Decimal("1000.00")


def test_the_same_change_told_again_is_one_row(limit: Limit) -> None:
    for _ in range(3):
        limit.change(MILLIONS, USED, 5)

    assert limit.rows() == 2


def test_a_change_that_comes_late_does_not_turn_the_limit_back(limit: Limit) -> None:
    limit.change(Decimal("1000.00"), Decimal("700.00"), 9)
    limit.change(Decimal("1000.00"), Decimal("300.00"), 5)

    assert limit.shown()["used_amount"] == Decimal("700.00")
    assert books(limit) == ("300", "0", "700")


def test_an_application_is_reserved_used_counted_once_and_released(limit: Limit) -> None:
    said = [
        ("submitted", lambda: limit.apply("A", Decimal("400.00"))),
        ("issued", lambda: limit.policy("A", "effective")),
        ("counted", lambda: limit.change(Decimal("1000.00"), Decimal("400.00"), 5, "A")),
        ("settled", lambda: limit.policy("A", "settled")),
        ("given back", lambda: limit.change(Decimal("1000.00"), Decimal("0.00"), 9, "A")),
    ]
    found = {}
    for what, happens in said:
        happens()
        found[what] = books(limit)

    assert found == {
        "submitted": ("600", "400", "0"),
        "issued": ("600", "0", "400"),
        "counted": ("600", "0", "400"),
        "settled": ("600", "0", "400"),  # until the insurer says that it is free again
        "given back": ("1000", "0", "0"),
    }


def test_figures_that_overtake_the_policy_take_nothing_twice(limit: Limit) -> None:
    limit.apply("A", Decimal("400.00"))

    limit.change(Decimal("1000.00"), Decimal("400.00"), 5, "A")
    assert books(limit) == ("600", "0", "400")

    limit.policy("A", "effective")
    assert books(limit) == ("600", "0", "400")


@pytest.mark.parametrize("event", ["data_check_failed", "underwriting_failed", "undelivered"])
def test_what_comes_to_nothing_is_given_back(limit: Limit, event: str) -> None:
    limit.apply("A", Decimal("400.00"))

    limit.say("A", event)

    assert books(limit) == ("1000", "0", "0")


def test_the_last_cent_may_be_taken_and_no_further(limit: Limit) -> None:
    assert limit.apply("A", Decimal("1000.00"))
    assert not limit.apply("B", Decimal("0.01"))
    with pytest.raises(Exception, match="No row"):
        limit.state("B")


def test_an_insurer_that_takes_more_than_there_is_is_believed_and_an_operator_called(limit: Limit) -> None:
    limit.apply("A", Decimal("900.00"))

    limit.change(Decimal("500.00"), Decimal("0.00"), 5)

    assert (books(limit), limit.lacking()) == (("0", "900", "0"), Decimal("400.00"))
    assert alerts(limit) == [f"overdrawn:limit:{limit.number}"]
    assert not limit.apply("B", Decimal("0.01"))


def test_what_was_lent_is_paid_back_before_anybody_applies_again(limit: Limit) -> None:
    limit.apply("A", Decimal("900.00"))
    limit.change(Decimal("500.00"), Decimal("0.00"), 5)

    limit.say("A", "underwriting_failed")

    assert (books(limit), limit.lacking(), alerts(limit)) == (("500", "0", "0"), Decimal("0.00"), [])


def test_a_limit_that_has_expired_still_takes_what_comes_back(limit: Limit) -> None:
    limit.apply("A", Decimal("400.00"))
    limit.end()

    limit.say("A", "underwriting_failed")

    assert (limit.shown()["state"], books(limit)) == ("EXPIRED", ("1000", "0", "0"))


def test_threads_that_want_one_limit_get_exactly_what_fits(engine: Engine) -> None:
    with ThreadPoolExecutor(race.THREADS) as threads:
        assert [row for no in range(3) for row in race.race(engine, Random(f"1/race/{no}"), threads)] == []


@pytest.mark.parametrize("seed", range(6))
def test_in_any_order_the_books_end_where_the_insurers_end(engine: Engine, seed: int) -> None:
    assert schedules.run(engine, Random(f"1/schedule/{seed}")) == []
