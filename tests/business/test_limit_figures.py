"""An insurer's figures of a limit against the hub's: what agrees has no name, each line that spoils a sum has one."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from hub.business.duty_limit import deviation
from hub.business.limit_figures import Books, Guarantee, compare

AT = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)
TOTAL, AMOUNT, NOTHING = Decimal("1000.00"), Decimal("400.00"), Decimal("0.00")


def change(number: int, used: Decimal, application: str = "", **more: Any) -> Mapping[str, Any]:
    said = {
        "change_no": f"E{number}", "limit_no": "E1", "total_amount": TOTAL, "used_amount": used,
        "remaining_amount": TOTAL - used, "changed_at": AT + timedelta(seconds=number), **more,
    }  # fmt: skip
    named = {"application_no": application} if application else {}
    return {**said, **named, "deviation": deviation(*(said[f"{name}_amount"] for name in FIGURES))}


FIGURES = ("total", "used", "remaining")
GRANTED, COUNTED, RELEASED = change(0, NOTHING), change(1, AMOUNT, "A"), change(2, NOTHING, "A")


def guarantee(*, counted: bool = True, ended: bool = False) -> Guarantee:
    return Guarantee(application_no="A", object_id="oA", amount=AMOUNT, counted=counted, ended=ended)


def names(changes: list[Mapping[str, Any]], guarantees: list[Guarantee], left: Decimal, **more: Decimal) -> list[str]:
    books = Books(granted=more.get("granted", TOTAL), left=left, lent=NOTHING)
    return [row.name for row in compare(changes, guarantees, books, more.get("reserved", NOTHING))]


@pytest.mark.parametrize(
    ("changes", "guarantees", "left", "found"),
    [
        ([GRANTED], [], "1000.00", []),
        ([GRANTED, COUNTED], [guarantee()], "600.00", []),
        ([GRANTED, COUNTED, RELEASED], [guarantee(ended=True)], "1000.00", []),
        ([GRANTED], [guarantee(counted=False)], "600.00", ["uncounted"]),
        ([GRANTED, COUNTED], [guarantee(ended=True)], "600.00", ["unreleased", "used"]),
        ([GRANTED, change(1, AMOUNT)], [], "600.00", ["used"]),
        ([GRANTED, change(1, AMOUNT, remaining_amount=TOTAL)], [], "1000.00", ["figures"]),
        ([GRANTED, COUNTED], [guarantee()], "599.99", ["left"]),
    ],
)
def test_each_difference_has_its_name(
    changes: list[Mapping[str, Any]], guarantees: list[Guarantee], left: str, found: list[str]
) -> None:
    assert names(changes, guarantees, Decimal(left)) == found


def test_what_is_on_the_way_is_no_difference() -> None:
    assert names([GRANTED], [], TOTAL - AMOUNT, reserved=AMOUNT) == []


def test_another_limit_than_the_insurers_is_named() -> None:
    assert names([GRANTED], [], TOTAL, granted=TOTAL + 1) == ["granted"]


def test_a_limit_without_any_figures_has_nothing_to_compare() -> None:
    assert names([], [guarantee(counted=False)], NOTHING) == ["uncounted"]
