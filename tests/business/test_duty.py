"""Customs-duty guarantees: the tables of spec.md 14 and what follows from figures and dates."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import permutations

import pytest

from hub.business import KINDS, duty_application, duty_limit
from hub.business.customs import OFFICES, insured
from hub.business.duty_application import APPLICATION, POLICY
from hub.business.duty_authorisation import AUTHORISATION
from hub.business.duty_limit import LIMIT
from hub.business.kind import Kind
from hub.business.lifecycle import Event, project
from hub.business.shared_claim import CLAIM
from hub.business.states import By
from hub.contract.text import Text

TWO = [{"declaration_no": "223320261000123456"}, {"declaration_no": "223320261000123457"}]
NOW = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)
OFFERED: dict[str, dict[str, set[str]]] = {
    "duty_authorisation": {
        "DRAFT": {"submitted", "deleted"},
        "SEND_FAILED": {"submitted"},
        "AUTHORISED": {"revoked"},
    },
    "duty_limit": {  # 重新申请: 失败 or 已过期 (S3:719)
        "DRAFT": {"submitted", "deleted"},
        "SEND_FAILED": {"submitted"},
        "FAILED": {"submitted"},
        "EXPIRED": {"submitted"},
    },
    "duty_top_up": {"DRAFT": {"submitted", "deleted"}, "SEND_FAILED": {"submitted"}},
    "duty_application": {  # 重新投保: 数据审核失败 or 支付失败 (S3:821)
        "DRAFT": {"submitted", "deleted"},
        "SEND_FAILED": {"submitted"},
        "DATA_CHECK_FAILED": {"submitted"},
        "PAY_FAILED": {"submitted"},
    },
    "duty_policy": {},
    "shared_claim": {},
}
"""Kind -> state -> what the enterprise may cause; nothing in any other state."""


def event(name: str, submission: int = 1, minute: int = 0, **content: object) -> Event:
    return Event(name, f"{name}-{submission}-{minute}", submission, NOW + timedelta(minutes=minute), content)


def state(kind: Kind, *events: Event) -> str | None:
    return project(kind, events).states["state"]


@pytest.mark.parametrize("code", OFFERED)
def test_each_state_offers_what_the_manual_says(code: str) -> None:
    kind = KINDS[code]
    own = {row.name for row in kind.events if row.by is By.ENTERPRISE and row.phase != "start"}
    moves = {
        row.id: {one.event for one in kind.tracks[0].transitions if one.source == row.id} & own
        for row in kind.tracks[0].states
    }

    assert {name: events for name, events in moves.items() if events} == OFFERED[code]


def test_an_application_ends_with_its_policy_in_any_order_of_the_answers() -> None:
    said = [event("submitted"), event("underwriting_pending"), event("premium_due"), event("policy_issued")]

    assert {state(APPLICATION, event("begun", 0), *order) for order in permutations(said)} == {"ISSUED"}


@pytest.mark.parametrize(
    ("said", "last"), [("2027-11-20", "2027-11-19"), ("2027-11-18", "2027-11-18"), (None, "2027-11-19")]
)
def test_of_the_letter_and_its_answer_the_earlier_last_day_counts(said: str | None, last: str) -> None:
    answer = event("authorised", minute=9, valid_until=said and date.fromisoformat(said))

    found = project(AUTHORISATION, [event("begun", 0), event("submitted", valid_until=date(2027, 11, 19)), answer])

    assert (found.states["state"], found.content["valid_until"].isoformat()) == ("AUTHORISED", last)


def test_a_letter_that_is_signed_again_may_end_later_than_the_one_before() -> None:
    before, after = date(2027, 11, 19), date(2029, 11, 19)
    events = [event("submitted", valid_until=before), event("undelivered"), event("submitted", 2, valid_until=after)]

    assert project(AUTHORISATION, [event("begun", 0), *events]).content["valid_until"] == after


def test_the_last_day_of_every_letter_that_is_signed_is_bound() -> None:
    letters = [row for row in KINDS.values() if any(action.paper for action in row.actions)]

    assert {row.code for row in letters if row.ends and row.ends[0] not in row.bound} == set()


def test_a_failed_payment_may_be_ordered_again() -> None:
    due = [event("begun", 0), event("submitted"), event("premium_due")]
    failed = [*due, event("payment_ordered", minute=5), event("payment_failed", minute=6)]

    assert state(APPLICATION, *failed) == "PAY_FAILED"
    assert state(APPLICATION, *failed, event("payment_ordered", minute=7)) == "PAYING"
    assert state(APPLICATION, *failed, event("submitted", 2)) == "SUBMITTED"


def test_while_a_payment_runs_or_is_unclear_nothing_may_be_applied_for_again() -> None:
    running = {row.event for row in APPLICATION.tracks[0].transitions if row.source == "PAYING"}

    assert "submitted" not in running


def test_an_expired_limit_is_granted_anew_and_an_old_change_does_not_undo_that() -> None:
    events = [
        event("begun", 0), event("submitted"), event("succeeded", minute=1, total_amount=Decimal("5.00")),
        event("expired", minute=10), event("submitted", 2, 11),
        event("succeeded", 2, 20, total_amount=Decimal("9.00")), event("changed", 2, 5, total_amount=Decimal("5.00")),
    ]  # fmt: skip

    found = project(LIMIT, events)

    assert (found.states["state"], found.content["total_amount"]) == ("SUCCEEDED", Decimal("9.00"))


@pytest.mark.parametrize("end", ["settled", "cancelled", "expired"])
def test_a_policy_ends_once(end: str) -> None:
    assert state(POLICY, event("effective", 0), event(end, 0)) in {"SETTLED", "CANCELLED", "EXPIRED"}


def test_a_claim_is_told_from_any_point_and_in_any_order() -> None:
    said = [event(name, 0) for name in ("reported", "assessing", "settled", "closed")]

    assert {state(CLAIM, *order) for order in permutations(said)} == {"CLOSED"}
    assert state(CLAIM, said[2]) == "SETTLED"


@pytest.mark.parametrize(
    ("amount", "rate", "premium"),
    [("1000000.00", "2.30", "23000.00"), ("333.33", "0.85", "2.83"), ("0.01", "2.30", "0.00")],
)
def test_the_premium_for_reference_is_exact_to_the_cent(amount: str, rate: str, premium: str) -> None:
    assert duty_application.premium(Decimal(amount), Decimal(rate)) == Decimal(premium)


@pytest.mark.parametrize(
    ("total", "used", "remaining", "holds"),
    [
        ("60000000.00", "14723.00", "59985277.00", True),
        ("6000000.00", "13723.00", "59986277.00", False),
        ("10.00", "10.01", "-0.01", False),
    ],
)
def test_a_change_is_believed_when_its_figures_add_up(total: str, used: str, remaining: str, holds: bool) -> None:
    figures = [Decimal(text) for text in (total, used, remaining)]
    names = ("total_amount", "used_amount", "remaining_amount")

    said = dict(zip(names, figures, strict=True)) | {"deviation": duty_limit.deviation(*figures)}

    assert duty_limit.holds(said) is holds


GRANTED = {"state": "SUCCEEDED", "expiry_date": date(2026, 12, 31)}
APPLIED = {
    "guarantee_amount": Decimal("500.00"), "start_date": date(2026, 12, 1), "limit_no": "E1",
    "limit_left": Decimal("500.00"),
}  # fmt: skip


@pytest.mark.parametrize(
    ("limit", "applied", "wrong"),
    [
        ({}, {}, set()),
        ({"state": "EXPIRED"}, {}, {"apply_no"}),
        ({"expiry_date": date(2026, 11, 19)}, {}, {"apply_no"}),
        ({"expiry_date": None}, {}, set()),
        ({}, {"guarantee_amount": Decimal("500.01")}, {"guarantee_amount"}),
        ({}, {"start_date": date(2027, 1, 1)}, {"start_date"}),
        ({}, {"limit_no": "E2"}, {"limit_no"}),
        ({}, {"declarations": TWO}, set()),
        ({}, {"declarations": [*TWO, *TWO]}, {"declarations-2-declaration_no", "declarations-3-declaration_no"}),
    ],
)
def test_an_application_keeps_to_its_limit(
    limit: dict[str, object], applied: dict[str, object], wrong: set[str]
) -> None:
    linked = {"apply_no": GRANTED | {"limit_no": "E1"} | limit}

    assert set(duty_application.faults(APPLIED | applied, linked, NOW)) == wrong


def test_a_declaration_that_is_named_twice_is_named() -> None:
    (said,) = duty_application.twice([TWO[0], TWO[1], TWO[1]]).values()

    assert (said.zh, said.en) == (
        "报关单号223320261000123457与第2行重复", "223320261000123457 stands in row 2 already"
    )  # fmt: skip


def test_customs_of_registration_and_of_declaration_are_insured() -> None:
    assert insured("9000", "2200") == Text("西安海关、上海海关", "Xi'an Customs and Shanghai Customs")
    assert insured("9000", "9000").zh == "西安海关"


def test_there_are_42_directly_subordinate_customs() -> None:
    assert len(OFFICES) == 42
