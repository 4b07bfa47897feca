"""The unified-policy programme of Shenzhen (spec A-01..A-06, manual S4)."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.business.programme import PROGRAMMES, Cover, cover, eligible, paid
from hub.contract.money import Money

SHENZHEN = PROGRAMMES["shenzhen-2022"]
DAYS = st.dates(date(2022, 1, 1), date(2024, 1, 1))


def usd(amount: str) -> Money:
    return Money(Decimal(amount), "USD")


@pytest.mark.parametrize(
    ("loss", "found"),
    [("100000.00", "80000.00"), ("187499.99", "149999.99"), ("187500.00", "150000.00"), ("200001.00", "150000.00")],
)
def test_eighty_percent_of_a_loss_are_paid_up_to_the_limit(loss: str, found: str) -> None:
    assert paid(SHENZHEN, usd(loss)) == usd(found)


@pytest.mark.parametrize(("loss", "found"), [("100000.00", "80000.00"), ("250000.00", "120000.00")])
def test_where_a_programme_says_so_the_limit_cuts_off_the_loss_before_its_share_is_taken(loss: str, found: str) -> None:
    assert paid(replace(SHENZHEN, caps="loss"), usd(loss)) == usd(found)


@pytest.mark.parametrize(("exports", "found"), [("8000000.00", True), ("8000000.01", False), ("0.00", True)])
def test_the_ceiling_itself_is_still_in(exports: str, found: bool) -> None:
    assert eligible(SHENZHEN, usd(exports)) is found


def test_exports_in_another_currency_are_not_compared() -> None:
    with pytest.raises(ValueError, match="CNY"):
        eligible(SHENZHEN, Money(Decimal("1.00"), "CNY"))


WHOLE = Cover(date(2022, 7, 1), date(2023, 6, 30))


@pytest.mark.parametrize(
    ("collected", "issued", "found"),
    [
        (date(2022, 6, 29), date(2022, 7, 5), WHOLE),
        (date(2022, 6, 30), date(2022, 7, 6), WHOLE),  # the day itself is in time
        (date(2022, 7, 1), date(2022, 7, 6), Cover(date(2022, 7, 6), date(2023, 6, 30))),
        (date(2022, 7, 1), None, Cover(None, date(2023, 6, 30))),
        (date(2023, 6, 30), date(2023, 6, 30), Cover(date(2023, 6, 30), date(2023, 6, 30))),
        (date(2023, 6, 30), date(2023, 7, 1), None),
        (date(2023, 7, 1), None, None),
    ],
)
def test_the_cover_begins_with_the_period_or_with_the_day_of_issue(
    collected: date, issued: date | None, found: Cover | None
) -> None:
    assert cover(SHENZHEN, collected, issued) == found


def test_where_a_programme_says_so_a_late_policy_has_the_whole_period_too() -> None:
    generous = replace(SHENZHEN, late="full_period")

    assert cover(generous, date(2022, 10, 8), date(2022, 10, 12)) == WHOLE
    assert cover(generous, date(2023, 7, 1)) is None


@given(collected=DAYS, week=st.integers(0, 7))
def test_a_cover_never_leaves_the_period(collected: date, week: int) -> None:
    found = cover(SHENZHEN, collected, collected + timedelta(days=week))

    assert found is None or (found.first is not None and SHENZHEN.first <= found.first <= found.last == SHENZHEN.last)
