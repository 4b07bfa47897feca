"""Claims as data: which orders of the insurer's words end where, what is wrong with a claim, what it might bring."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.business.acts import Actor
from hub.business.claim import CLAIM
from hub.business.claim_case import NUMBERS
from hub.business.claim_messages import claim, submission, total
from hub.business.claim_report import report_rows, unreported
from hub.business.claim_rules import faults
from hub.business.kind import allowed
from hub.business.lifecycle import Event, project
from hub.business.programme import PROGRAMMES

NOW = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)
ACTOR = Actor(account="a-1", name="王小明", enterprise="91610000MA6TX00X1A", role="OP")
POLICY = {"effective_date": date(2026, 1, 1), "expiry_date": date(2026, 12, 31)}
LINE = {
    "contract_or_lc_no": "HT-1",
    "invoice_no": "INV-1",
    "hs_code": "1002900000",
    "shipped_on": date(2026, 9, 20),
    "declaration_no": "224820260000000001",
    "origin_cert_no": "",
    "payment_method": "OA",
    "payment_term": "60天",
    "invoice_amount_usd": Decimal("30000.00"),
    "received_amount_usd": Decimal("10000.00"),
    "claim_amount_usd": Decimal("20000.00"),
    "collection_status": "PARTIAL",
}
CLAIM_NO = "SP20261120000000001"
OWN = (("begun", 0), ("submitted", 1))


def happened(*names: tuple[str, int]) -> list[Event]:
    return [
        Event(name, f"{name}-{submission}", submission, NOW + timedelta(minutes=place))
        for place, (name, submission) in enumerate(names)
    ]


def state(*names: tuple[str, int]) -> str | None:
    return project(CLAIM, happened(*names)).states["state"]


def reported(*lines: dict[str, Any]) -> dict[str, Any]:
    """With a report on these shipments that was agreed to."""
    return {"report_rows": report_rows(CLAIM_NO, lines), "report_signed_at": NOW}


def wrong(policy: dict[str, Any] | None = POLICY, **changed: Any) -> set[str]:
    content = {"shipments": [{**LINE, **changed.pop("line", {})}], **changed}
    return set(faults(content, {} if policy is None else {"policy_no": policy}, NOW))


@pytest.mark.parametrize(
    ("answers", "end"),
    [
        (("review_begun",), "IN_REVIEW"),
        (("review_begun", "returned"), "RETURNED"),
        (("review_begun", "supplement_required"), "SUPPLEMENT_REQUIRED"),
        (("review_begun", "declined", "closed"), "CLOSED"),
        (("review_begun", "accepted", "paid", "closed"), "CLOSED"),
        (("review_begun", "supplement_required", "accepted", "paid"), "PAID"),
        (("withdrawn",), "WITHDRAWN"),
    ],
)
def test_the_insurers_words_end_alike_in_every_order_and_with_doubles(answers: tuple[str, ...], end: str) -> None:
    words = [(name, 1) for name in answers]

    for order in permutations(words):
        assert state(*OWN, *order, *order) == end


def test_what_is_sent_after_a_request_for_material_is_reviewed_again() -> None:
    asked = (*OWN, ("review_begun", 1), ("supplement_required", 1))

    assert state(*asked, ("supplemented", 2)) == "IN_REVIEW"
    assert state(*asked, ("supplemented", 2), ("supplement_undelivered", 2)) == "SUPPLEMENT_REQUIRED"
    assert state(*asked, ("supplemented", 2), ("accepted", 2)) == "ACCEPTED"


def test_a_returned_claim_is_submitted_again_and_the_old_answer_no_longer_counts() -> None:
    again = (*OWN, ("returned", 1), ("submitted", 2))

    assert state(*again) == "SUBMITTED"
    assert state(*again, ("declined", 1), ("accepted", 2)) == "ACCEPTED"


def test_two_answers_that_contradict_each_other_wait_for_an_operator() -> None:
    assert state(*OWN, ("accepted", 1), ("declined", 1)) == "CONFLICT"


def test_only_a_claim_that_nobody_reviews_can_be_withdrawn() -> None:
    withdraw = CLAIM.action("withdraw")
    may = {row.id for row in CLAIM.track("state").states if allowed(CLAIM, {"state": row.id}, withdraw)}

    assert may == {"SUBMITTED"}


def test_a_good_claim_has_no_fault() -> None:
    assert wrong() == set()


@pytest.mark.parametrize(
    ("line", "control"),
    [
        ({"received_amount_usd": Decimal("30000.01")}, "shipments-0-received_amount_usd"),
        ({"claim_amount_usd": Decimal("20000.01")}, "shipments-0-claim_amount_usd"),
        ({"claim_amount_usd": Decimal("0.00")}, "shipments-0-claim_amount_usd"),
        ({"collection_status": "FULL"}, "shipments-0-collection_status"),
        ({"shipped_on": date(2026, 11, 21)}, "shipments-0-shipped_on"),
        ({"shipped_on": date(2025, 12, 31)}, "shipments-0-shipped_on"),
    ],
)
def test_a_shipment_that_does_not_add_up_is_named(line: dict[str, Any], control: str) -> None:
    assert wrong(line=line) == {control}


@pytest.mark.parametrize(
    ("expired", "days", "open_"),
    [
        (date(2026, 10, 21), 30, True),  # the last day itself
        (date(2026, 10, 20), 30, False),
        (date(2000, 1, 1), None, True),
    ],
)
def test_claims_end_with_the_days_that_the_programme_gives_them(
    expired: date, days: int | None, open_: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    toy = replace(PROGRAMMES["shenzhen-2022"], claim_days=days)
    monkeypatch.setitem(PROGRAMMES, "toy", toy)  # type: ignore[arg-type]
    policy = {"effective_date": None, "expiry_date": expired, "programme": "toy"}

    assert ("policy_no" not in wrong(policy)) is open_


@pytest.mark.parametrize(("typed", "right"), [("", True), ("MF900001", True), ("MF100001", False)])
def test_a_new_buyer_has_the_code_that_the_insurer_gave_it(typed: str, right: bool) -> None:
    linked = {"policy_no": POLICY, "buyer_no": {"name_en": "NEW BUYER LTD", "buyer_code": "MF900001"}}
    content = {"shipments": [LINE], "buyer_no": "MF2026-1", "buyer_code": typed}

    assert ("buyer_code" not in faults(content, linked, NOW)) is right


def test_the_same_invoice_and_declaration_twice_are_named() -> None:
    found = faults({"shipments": [LINE, LINE]}, {"policy_no": POLICY}, NOW)

    assert set(found) == {"shipments-1-invoice_no"}


def test_without_a_report_that_was_agreed_to_nothing_is_submitted() -> None:
    assert set(unreported({"shipments": [LINE], **reported(LINE), "report_signed_at": None}, {}, NOW)) == {""}


@pytest.mark.parametrize(
    ("line", "control", "number"),
    [
        ({"declaration_no": "224820260000000002"}, "shipments-0-declaration_no", "224820260000000002"),
        ({"origin_cert_no": "C263702000010001"}, "shipments-0-origin_cert_no", "C263702000010001"),
    ],
)
def test_a_number_that_the_report_lacks_makes_it_stale_and_is_named(
    line: dict[str, Any], control: str, number: str
) -> None:
    found = unreported({"shipments": [{**LINE, **line}], **reported(LINE)}, {}, NOW)

    assert number in found[control].zh
    assert number in found[control].en


OTHER_LINE = {**LINE, "invoice_no": "INV-2", "declaration_no": "224820260000000009"}


def test_a_shipment_that_went_makes_the_report_stale() -> None:
    found = unreported({"shipments": [LINE], **reported(LINE, OTHER_LINE)}, {}, NOW)

    assert set(found) == {"shipments"}
    assert OTHER_LINE["declaration_no"] in found["shipments"].zh


def test_a_shipment_that_came_makes_the_report_stale() -> None:
    found = unreported({"shipments": [LINE, OTHER_LINE], **reported(LINE)}, {}, NOW)

    assert set(found) == {"shipments-1-declaration_no"}


def test_shipments_in_another_order_have_other_serials_and_make_the_report_stale() -> None:
    found = unreported({"shipments": [OTHER_LINE, LINE], **reported(LINE, OTHER_LINE)}, {}, NOW)

    assert set(found) == {"shipments-0-declaration_no", "shipments-1-declaration_no"}


def test_a_cancelled_report_is_none() -> None:
    made = (("begun", 0), ("report_made", 0), ("report_cancelled", 0))

    assert project(CLAIM, happened(*made)).states["ack"] == "NONE"


def test_a_report_made_again_has_to_be_agreed_to_again() -> None:
    made = (("begun", 0), ("report_made", 0), ("report_agreed", 0))
    again = Event("report_made", "again", 0, NOW + timedelta(hours=1))

    assert project(CLAIM, happened(*made)).states["ack"] == "CONFIRMED"
    assert project(CLAIM, [*happened(*made), again]).states["ack"] == "GENERATED"


def test_a_policy_and_a_new_buyer_have_to_be_the_enterprises_own() -> None:
    assert wrong(policy=None, buyer_no="MF1") == {"policy_no", "buyer_no"}


def test_a_letter_of_credit_needs_the_whole_issuing_bank() -> None:
    needed = {f"issuing_bank_{name}" for name in ("bic", "name", "country", "address")}

    assert wrong(line={"payment_method": "LC"}) == needed
    assert wrong(issuing_bank_bic="DABADKKK") == needed - {"issuing_bank_bic"}
    assert wrong(confirming_bank_name="Example Bank") == {
        "confirming_bank_bic", "confirming_bank_country", "confirming_bank_address",
    }  # fmt: skip


def test_each_line_has_a_serial_of_twenty_digits_that_no_other_line_has() -> None:
    content = {"claim_no": f"{NUMBERS.stem(NOW)}000000001", "shipments": [LINE, LINE]}

    first, second = (row["serial"] for row in submission(content, ACTOR, NOW)["shipments"])

    assert (first, second) == ("20261120000000001001", "20261120000000001002")


def test_what_was_left_empty_is_not_sent() -> None:
    content = {
        "claim_no": "SP1",
        "buyer_no": "",
        "financing_amount": None,
        "shipments": [LINE],
        "trade_financed": False,
    }

    body = claim(content, ACTOR, NOW)

    assert set(body) == {"claim_no", "shipments", "trade_financed"}
    assert "origin_cert_no" not in body["shipments"][0]


@given(st.lists(st.decimals(min_value=0, max_value=10**9, places=2), max_size=20))
def test_the_sum_is_exact(amounts: list[Decimal]) -> None:
    assert total([{"claim_amount_usd": amount} for amount in amounts]) == sum(amounts, Decimal(0))
