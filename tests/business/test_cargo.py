"""Cargo insurance: the tables of spec.md 12 and what follows from the amounts."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.business import cargo_amounts as amounts
from hub.business import cargo_application as rules
from hub.business import cargo_case as case
from hub.business.acts import Actor
from hub.business.cargo import AGREEMENT, APPLICATION, APPOINTMENT, POLICY
from hub.business.content import check_content, freeze, thaw
from hub.business.kind import Kind, allowed, derive
from hub.business.lifecycle import Event, project
from hub.business.states import By
from hub.contract.money import Money

START = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)
ACTOR = Actor(account="1", name="王", enterprise="91610000MA6TX00X1A", role="OP", certificate="5a")
EDIT, CANCEL, DELETE = "submitted", "cancel_requested", "deleted"
OFFERED = {
    "DRAFT": {EDIT, DELETE},
    "DELETED": set(),
    "SUBMITTED": set(),
    "SEND_FAILED": {EDIT},
    "DATA_CHECK_FAILED": {EDIT},
    "DATA_CHECK_PASSED": {CANCEL},
    "UNDERWRITING_PENDING": {CANCEL},
    "UNDERWRITING_FAILED": {CANCEL},
    "MANUAL_REVIEW": {CANCEL},
    "DECLINED": {EDIT},
    "ISSUED_UNPAID": set(),
    "PAYING": set(),
    "PAY_FAILED": set(),
    "PAID": set(),
    "PREMIUM_RETURNED": set(),
    "REPAYING": set(),
    "EFFECTIVE": set(),
    "TERMINATED": set(),
    "CANCELLING": set(),
    "CANCELLED": set(),
}
"""State -> what the enterprise may cause, as spec.md 12.5 has it; 发送失败 is ours."""
CHAIN = ("data_check_passed", "underwriting_pending", "manual_review", "issued")


def event(name: str, submission: int = 1, minute: int = 0, **content: object) -> Event:
    return Event(name, f"{name}-{submission}-{minute}", submission, START + timedelta(minutes=minute), content)


def state(*events: Event, kind: Kind = APPLICATION) -> str | None:
    return project(kind, events).states["state"]


def sent(*names: str) -> list[Event]:
    return [event("begun", 0), event("submitted"), *(event(name) for name in names)]


@pytest.mark.parametrize("name", OFFERED)
def test_each_state_offers_what_the_table_says(name: str) -> None:
    own = {row.name for row in APPLICATION.events if row.by is By.ENTERPRISE and row.phase != "start"}
    moves = {row.event for row in APPLICATION.tracks[0].transitions if row.source == name}

    assert moves & own == OFFERED[name]


def test_the_table_is_about_every_state() -> None:
    assert set(OFFERED) == {row.id for row in APPLICATION.tracks[0].states}


def test_every_order_of_the_insurers_answers_ends_at_the_latest() -> None:
    for order in permutations(sent(*CHAIN)):
        assert state(*order) == "ISSUED_UNPAID"


@pytest.mark.parametrize("count", range(1, len(CHAIN)))
def test_an_answer_that_overtook_the_others_counts_at_once(count: int) -> None:
    assert state(*sent(CHAIN[-1])) == "ISSUED_UNPAID"
    assert state(*sent(CHAIN[count])) == state(*sent(*CHAIN[: count + 1]))


@pytest.mark.parametrize("former", rules.CANCELLABLE)
def test_a_refused_cancellation_leads_back_to_the_former_state(former: str) -> None:
    reached = next(name for name, (target, _) in rules.ANSWERS.items() if target == former)
    events = [*sent(reached), event("cancel_requested", 2), event("cancel_refused", 2, reason="已核保")]

    after = project(APPLICATION, events)

    assert after.states["state"] == former
    assert after.content["reason"] == "已核保"


def test_a_cancellation_may_be_asked_for_again() -> None:
    refused = [*sent("data_check_passed"), event("cancel_requested", 2), event("cancel_refused", 2)]

    assert state(*refused, event("cancel_requested", 3)) == "CANCELLING"
    assert state(*refused, event("cancel_requested", 3), event("cancelled", 3)) == "CANCELLED"


def test_a_policy_that_was_issued_meanwhile_shows_once_the_cancellation_is_refused() -> None:
    events = [*sent("data_check_passed"), event("cancel_requested", 2), event("issued", 1, 9)]

    assert state(*events) == "CANCELLING"
    assert state(*events, event("cancel_refused", 2)) == "ISSUED_UNPAID"


def test_a_declined_application_is_corrected_and_sent_again() -> None:
    assert state(*sent("declined"), event("submitted", 2)) == "SUBMITTED"
    assert state(*sent("declined"), event("submitted", 2), event("issued", 2)) == "ISSUED_UNPAID"


def test_a_failed_payment_may_be_ordered_again() -> None:
    ordered = [*sent("issued"), event("payment_ordered", minute=5), event("payment_failed", minute=6)]

    assert state(*ordered) == "PAY_FAILED"
    assert state(*ordered, event("payment_ordered", minute=7)) == "PAYING"
    assert state(*ordered, event("payment_ordered", minute=7), event("paid", minute=8)) == "PAID"


def test_an_agreement_that_is_extended_is_valid_again() -> None:
    events = [event("validated", 0), event("expired", 0, 5), event("validated", 0, 9)]

    assert state(*events[:2], kind=AGREEMENT) == "INVALID"
    assert all(state(*order, kind=AGREEMENT) == "VALID" for order in permutations(events))


def test_an_appointment_succeeds_whichever_message_comes_first() -> None:
    events = [event("begun", 0), event("submitted"), event("accepted"), event("succeeded")]

    assert all(state(*order, kind=APPOINTMENT) == "SUCCEEDED" for order in permutations(events))


def test_only_what_is_in_force_becomes_a_policy() -> None:
    assert {row.event for row in POLICY.tracks[0].transitions if row.source is None} == {"effective"}


@pytest.mark.parametrize(
    ("invoice", "markup", "rate", "insured", "premium"),
    [
        ("100000.00", "10", "0.5", "110000.00", "55.00"),
        ("100000.00", "10", "1.2", "110000.00", "132.00"),
        ("33333.33", "10", "0.85", "36666.66", "31.17"),
        ("8000000.00", "30", "1.5", "10400000.00", "15600.00"),
        ("0.01", "0", "0.5", "0.01", "0.00"),
    ],
)
def test_insured_amount_and_premium_are_exact_to_the_cent(
    invoice: str, markup: str, rate: str, insured: str, premium: str
) -> None:
    content = {"invoice_amount": Decimal(invoice), "currency": "CNY", "markup_percent": Decimal(markup)}

    figures = derive(APPLICATION, content | {"rate_permille": Decimal(rate)})

    assert figures == {"insured_amount": Decimal(insured), "premium": Decimal(premium)}


@pytest.mark.parametrize("missing", ["invoice_amount", "currency", "markup_percent"])
def test_nothing_follows_from_half_of_the_amounts(missing: str) -> None:
    content = {
        "invoice_amount": Decimal(1),
        "currency": "CNY",
        "markup_percent": Decimal(10),
        "rate_permille": Decimal(1),
    }

    derived = derive(APPLICATION, {name: value for name, value in content.items() if name != missing})

    assert derived == {"insured_amount": None, "premium": None}


@given(st.decimals(0, 99_999_999, places=2), st.decimals(0, 100, places=2), st.decimals(0, 100, places=4))
def test_the_premium_is_within_half_a_cent_of_the_product(amount: Decimal, markup: Decimal, rate: Decimal) -> None:
    insured = amounts.insured_amount(Money(amount, "USD"), markup)

    assert abs(insured.amount - amount * (1 + markup / 100)) <= Decimal("0.005")
    assert abs(amounts.premium(insured, rate).amount - insured.amount * rate / 1000) <= Decimal("0.005")


FILLED: Mapping[str, object] = {
    "application_no": "TB1",
    "invoice_title": "某公司",
    "invoice_bank": "某银行",
    "bulk": False,
    "remark": "",
    "invoice_amount": Decimal("100.00"),
    "currency": "CNY",
    "markup_percent": Decimal(10),
    "rate_permille": Decimal(1),
    "insured_amount": Decimal("110.00"),
    "premium": Decimal("0.11"),
}


def test_without_an_invoice_its_block_stays_here() -> None:
    with_one, without = (
        rules.application({**FILLED, "invoice_type": kind}, ACTOR, START) for kind in ("SPECIAL", "NONE")
    )

    assert with_one.keys() - without.keys() == {"invoice_title", "invoice_bank"}
    assert without["bulk"] is False


def test_who_signed_with_which_card_goes_along() -> None:
    body = rules.application({**FILLED, "invoice_type": "NONE"}, ACTOR, START)

    assert body["signer_certificate_serial"] == "5a"


def test_every_kind_of_invoice_says_what_it_needs() -> None:
    assert case.INVOICE_REQUIRED.keys() == case.INVOICE_TYPES.keys()
    assert case.INVOICE_REQUIRED["SPECIAL"] - case.INVOICE_REQUIRED["PAPER"] == {"invoice_bank", "invoice_account"}


@pytest.mark.parametrize("action", APPLICATION.actions, ids=lambda action: action.name)
def test_only_operators_act(action: object) -> None:
    assert action.roles == {"OP"}  # type: ignore[attr-defined]
    assert not allowed(APPLICATION, {"state": "PAYING"}, action)  # type: ignore[arg-type]


def test_the_four_parts_of_an_agreement_survive_the_store_exactly() -> None:
    content = {
        "agreement_no": "XY1",
        "voyage_limit": None,
        "coverage": [{"code": "ALL", "name": "一切险", "main": True, "rate_permille": Decimal("0.5")}],
        "special_term": [{"name": "免赔", "content": "5%"}],
    }

    check_content(AGREEMENT, content)

    assert thaw(AGREEMENT, json.loads(json.dumps(freeze(content)))) == content


def test_a_policy_moves_its_application() -> None:
    began, ended = POLICY.effects

    assert [(row.state, POLICY.links[row.link]) for row in POLICY.effects] == [
        ("EFFECTIVE", "cargo_application"),
        ("CANCELLED", "cargo_application"),
    ]
    assert state(*sent("issued"), event(began.causes)) == "EFFECTIVE"
    assert state(*sent("issued"), event(began.causes), event(ended.causes)) == "TERMINATED"


def test_an_application_needs_a_valid_agreement_with_the_same_insurer() -> None:
    (need,) = APPLICATION.action("submit").needs

    assert (need.kind, need.states) == ("cargo_agreement", {"VALID"})


def test_what_was_found_wrong_is_settled_when_it_is_handed_in_again() -> None:
    adds = APPLICATION.action("submit").adds
    assert adds is not None
    faulty = event("data_check_failed", reason="请修改", fault=[{"field": "加成比例", "words": "超过上限"}])

    again = event(EDIT, 2, 5, **adds({}, ACTOR, START))

    held = project(APPLICATION, (event("begun", 0), event(EDIT, minute=1), faulty, again)).content
    assert (held["reason"], held["fault"], held["applied_at"]) == (None, None, START)


@pytest.mark.parametrize(
    ("agreement", "refused"), [({"state": "VALID"}, False), ({"state": "INVALID"}, True), (None, True)]
)
def test_an_application_goes_out_under_the_valid_agreement_that_it_names(
    agreement: dict[str, str] | None, refused: bool
) -> None:
    linked = {} if agreement is None else {"agreement_no": agreement}

    found = rules.faults({"agreement_no": "XY-1"}, linked, START)

    assert (found.keys() == {"agreement_no"}) is refused


@pytest.mark.parametrize(
    ("ceiling", "offered"),
    [("12", "0 5 10 12"), ("10", "0 5 10"), ("40.5", "0 5 10 15 20 25 30 40.5"), (None, "0 5 10 15 20 25 30")],
)
def test_mark_ups_are_offered_up_to_the_agreements_ceiling(ceiling: str | None, offered: str) -> None:
    agreement = {"max_markup_percent": ceiling and Decimal(ceiling)}

    assert list(rules.markups(agreement)) == [Decimal(one) for one in offered.split()]


@pytest.mark.parametrize(("markup", "refused"), [("12.5", False), ("20.00", False), ("20.01", True)])
def test_any_mark_up_stands_up_to_the_agreements_ceiling(markup: str, refused: bool) -> None:
    linked = {"agreement_no": {"state": "VALID", "max_markup_percent": Decimal("20.00")}}

    found = rules.faults({"agreement_no": "XY-1", "markup_percent": Decimal(markup)}, linked, START)

    assert [text.zh for text in found.values()] == (["加成比例不能超过协议约定的上限20%"] if refused else [])
