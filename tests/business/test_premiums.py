"""A premium that the bank returns (退票) is owed again, alike in every line that has bills."""

from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest

from hub.business import KINDS
from hub.business.kind import Kind
from hub.business.lifecycle import Event, project

NOW = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)
ASKED = {"cargo_application": "issued", "duty_application": "premium_due"}
RUNS = {"cargo_application": ("policy_effective", "EFFECTIVE"), "duty_application": ("policy_issued", "ISSUED")}
ENDED = {"cargo_application": ("policy_terminated", "TERMINATED"), "duty_application": ("policy_cancelled", "RELEASED")}
"""Kind -> the event that asks for a premium; that a policy is there, that it is cancelled, and where these lead."""
BILLS = [kind for kind in KINDS.values() if kind.payable]
of_every_line = pytest.mark.parametrize("kind", BILLS, ids=lambda kind: kind.code)


def told(kind: Kind, *names: str) -> list[Event]:
    """A bill that is due, and then these, a minute apart."""
    names = ("begun", "submitted", ASKED[kind.code], *names)
    return [
        Event(name, f"{name}-{no}", int(name != "begun"), NOW + timedelta(minutes=no)) for no, name in enumerate(names)
    ]


def state(kind: Kind, *names: str) -> str | None:
    return project(kind, told(kind, *names)).states["state"]


def test_every_line_with_bills_is_tried_here() -> None:
    assert {kind.code for kind in BILLS} == ASKED.keys() == RUNS.keys() == ENDED.keys()


@of_every_line
@pytest.mark.parametrize("issued", [True, False], ids=["issued", "not issued"])
def test_a_returned_premium_is_due_until_it_is_paid_again(kind: Kind, issued: bool) -> None:
    policy, runs = RUNS[kind.code]
    began = ["payment_ordered", "paid", *([policy] if issued else []), "payment_returned"]
    paid = runs if issued else "PAID"

    assert kind.payable is not None
    assert state(kind, *began) in kind.payable.states
    assert state(kind, *began, "payment_ordered") == "REPAYING"
    assert state(kind, *began, "payment_ordered", "payment_failed") == state(kind, *began) == "PREMIUM_RETURNED"
    assert state(kind, *began, "payment_ordered", "paid") == paid
    assert state(kind, *began, "payment_ordered", "paid", "payment_returned") == "PREMIUM_RETURNED"


@of_every_line
def test_a_policy_that_was_issued_before_its_premium_came_back_is_in_force_once_it_is_paid_again(kind: Kind) -> None:
    policy, runs = RUNS[kind.code]
    late = ("payment_ordered", "paid", "payment_returned", policy)

    assert state(kind, *late) == "PREMIUM_RETURNED"
    assert state(kind, *late, "payment_ordered", "paid") == runs


@of_every_line
def test_a_payment_that_failed_after_the_policy_was_issued_otherwise_asks_for_nothing(kind: Kind) -> None:
    policy, runs = RUNS[kind.code]

    assert state(kind, "payment_ordered", policy, "payment_failed") == runs


@of_every_line
@pytest.mark.parametrize("more", [(), ("payment_ordered",), ("payment_ordered", "payment_failed")])
def test_a_policy_that_is_cancelled_closes_its_bill(kind: Kind, more: tuple[str, ...]) -> None:
    policy, _ = RUNS[kind.code]
    end, ended = ENDED[kind.code]

    assert state(kind, "payment_ordered", "paid", policy, "payment_returned", *more, end) == ended


@pytest.mark.parametrize("first", ["released", "payment_returned"])
def test_a_guarantee_that_has_ended_still_owes_the_premium_that_came_back(first: str) -> None:
    kind = KINDS["duty_application"]
    both = (first, "payment_returned" if first == "released" else "released")
    returned = ("payment_ordered", "paid", "policy_issued", *both)

    assert state(kind, *returned) == "PREMIUM_RETURNED"
    assert state(kind, *returned, "payment_ordered") == "REPAYING"
    assert state(kind, *returned, "payment_ordered", "paid") == "RELEASED"


@of_every_line
def test_the_order_in_which_the_hub_learns_of_payments_and_policies_changes_nothing(kind: Kind) -> None:
    policy, _ = RUNS[kind.code]
    events = told(kind, "payment_ordered", "paid", policy, "payment_returned", "payment_ordered")
    asked, paying = events[:3], events[3:]

    assert {project(kind, [*order, *asked]).states["state"] for order in permutations(paying)} == {"REPAYING"}
