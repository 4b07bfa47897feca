"""Differences between our orders and a bank's statement: each has its name, and what agrees has none."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.business.reconciliation import NAMES, SETTLED, Instruction, compare

AT = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)
TEN = Decimal("10.00")
STATES = ("SENT", "UNKNOWN", "FAILED", "SUCCEEDED", "REFUNDED", "CONFLICT")


def ours(state: str = "SUCCEEDED", *, paid_today: bool | None = None, reference: str = "m-1") -> Instruction:
    return Instruction(
        message_id=reference,
        object_id="o" + reference,
        order_no="JF1",
        state=state,
        amount=TEN,
        ordered_on=date(2026, 11, 20),
        paid_today=state == "SUCCEEDED" if paid_today is None else paid_today,
    )


def entry(direction: str = "DEBIT", amount: Decimal = TEN, reference: str | None = "m-1") -> dict[str, Any]:
    named = {"reference": reference} if reference else {}
    return {"direction": direction, "amount": amount, "booked_at": AT, "partner_ref": "B1", **named}


def names(instructions: list[Instruction], *entries: dict[str, Any], **more: Any) -> list[str]:
    return [row.name for row in compare(instructions, {"entry": list(entries), **more})]


@pytest.mark.parametrize(
    ("state", "booked", "found"),
    [
        ("SUCCEEDED", [entry()], []),
        ("SUCCEEDED", [], ["not_booked"]),
        ("SENT", [], []),
        ("UNKNOWN", [entry()], ["paid_unknown"]),
        ("FAILED", [entry()], ["paid_unknown"]),
        ("REFUNDED", [entry(), entry("CREDIT")], []),
        ("SUCCEEDED", [entry(), entry("CREDIT")], ["returned_unknown"]),
        ("UNKNOWN", [entry(), entry("CREDIT")], ["paid_unknown", "returned_unknown"]),
        ("SUCCEEDED", [entry(), entry()], ["twice"]),
        ("SUCCEEDED", [entry(amount=Decimal("10.01"))], ["amount"]),
        ("SUCCEEDED", [entry(), entry(reference="m-2")], ["stranger"]),
        ("SUCCEEDED", [entry(), entry(reference=None)], []),
    ],
)
def test_each_difference_has_its_name(state: str, booked: list[dict[str, Any]], found: list[str]) -> None:
    assert names([ours(state)], *booked) == found


@pytest.mark.parametrize(("closing", "found"), [("90.00", []), ("90.01", ["balance"])])
def test_a_statement_that_does_not_add_up_is_named(closing: str, found: list[str]) -> None:
    balances = {"opening_balance": Decimal("100.00"), "closing_balance": Decimal(closing)}

    assert names([ours()], entry(), **balances) == found


@given(st.lists(st.sampled_from(STATES), max_size=6))
def test_books_that_agree_show_no_difference_whatever_the_order(states: list[str]) -> None:
    mine = [ours(state, reference=f"m-{no}") for no, state in enumerate(states)]
    booked = [entry(reference=row.message_id) for row in mine if row.state in ("SUCCEEDED", "REFUNDED")]
    booked += [entry("CREDIT", reference=row.message_id) for row in mine if row.state == "REFUNDED"]

    assert names(mine, *reversed(booked)) == []


def test_what_a_statement_settles_is_an_event_of_its_own_name() -> None:
    assert set(SETTLED) < set(NAMES)
