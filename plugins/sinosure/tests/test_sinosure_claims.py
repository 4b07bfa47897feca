"""Claims and buyers at the simulated insurer, over real HTTP."""

from datetime import date
from decimal import Decimal

import pytest

from hub.contract.outcome import OutcomeClass
from hub.testing.simulator.desk import ControlError

USCC = "91610000MA6TX00X1A"
NUMBER = "SP20261120000000001"


@pytest.fixture
def claim(world):
    """A claim whose facts say what the insurer is to do."""

    def _claim(case_text: str = "买方拖欠货款。", total: str = "100000.00"):
        line = {
            "serial": "20261120000000001001",
            "contract_or_lc_no": "HT-1",
            "invoice_no": "INV-1",
            "hs_code": "1002900000",
            "shipped_on": date(2026, 9, 20),
            "declaration_no": "224820260000000001",
            "payment_method": "OA",
            "payment_term": "60天",
            "invoice_amount_usd": Decimal(total),
            "received_amount_usd": Decimal("0.00"),
            "claim_amount_usd": Decimal(total),
            "collection_status": "UNPAID",
        }
        questions = ("recovery_entrusted", "trade_financed", "claim_right_transferred", "indemnity_transferred",
                     "bank_urged", "receivable_assigned")  # fmt: skip
        body = {
            "claim_no": NUMBER,
            "policy_no": "XB2026-00003680",
            "insured": "西安某某进出口有限公司",
            "claimant": "西安某某进出口有限公司",
            "buyer_code": "MF100001",
            "buyer_name_en": "EXAMPLE BUYER 01 A/S",
            **dict.fromkeys(questions, False),
            "shipments": [line],
            "total_usd": Decimal(total),
            "loss_cause": "BUYER_DEFAULT",
            "cause_text": "买方拖欠货款。",
            "case_text": case_text,
            "mitigation_text": "已催收。",
            "submitted_at": world.clock.now(),
        }
        message = world.hub.message("ClaimSubmission", NUMBER, USCC, body)
        return world.hub.send(world.address, message).kind

    return _claim


def send(world, type: str, **body):
    number = body.get("claim_no") or body["buyer_no"]
    return world.hub.send(world.address, world.hub.message(type, number, USCC, body)).kind


def ask(world, **body):
    message = world.hub.message("BuyerQuery", "list", USCC, {"page": 1, **body})
    raw = world.hub.post(world.address, world.hub.adapter.build(message, world.hub.context()).content, 10.0)
    return world.hub.adapter.parse_answer(raw, message, world.hub.context()).body


def test_a_claim_is_reviewed_accepted_paid_and_closed(world, claim):
    assert claim() is OutcomeClass.ACCEPTED
    world.pass_time(12)

    assert world.events() == ["review_begun", "accepted", "paid", "closed"]


@pytest.mark.parametrize(("loss", "paid"), [("100000.00", "80000.00"), ("200001.00", "150000.00")])
def test_eighty_per_cent_are_paid_up_to_the_limit(loss, paid, world, claim):
    claim(total=loss)
    world.pass_time(12)

    progress = next(row.canonical for row in world.hub.taken if row.canonical.body.get("paid_amount_usd"))
    assert progress.body["paid_amount_usd"] == Decimal(paid)


@pytest.mark.parametrize(
    ("words", "events"),
    [
        ("退回", ["review_begun", "returned"]),
        ("缺材料", ["review_begun", "supplement_required"]),
        ("拒赔", ["review_begun", "declined", "closed"]),
        ("沉默", []),
    ],
)
def test_what_stands_in_the_facts_decides(words, events, world, claim):
    claim(words)
    world.pass_time(12)

    assert world.events() == events


def test_a_return_names_its_reason_and_the_account_manager(world, claim):
    claim("退回")
    world.pass_time(12)

    body = world.last("ClaimReceipt").body
    assert (body["reason"], body["manager_name"]) == ("请补充买卖合同的签字页后重新提交。", "仿真客户经理")


def test_a_returned_claim_may_come_again_and_one_under_review_may_not(world, claim):
    claim("退回")
    assert claim() is OutcomeClass.REFUSED_BUSINESS
    world.pass_time(12)

    assert claim() is OutcomeClass.ACCEPTED


def test_material_that_was_asked_for_leads_to_acceptance(world, claim):
    claim("缺材料")
    world.pass_time(12)

    kind = send(world, "ClaimSupplement", claim_no=NUMBER, supplement_text="照片", submitted_at=world.clock.now())
    world.pass_time(12)

    assert kind is OutcomeClass.ACCEPTED
    assert world.events()[2:] == ["accepted", "paid", "closed"]


@pytest.mark.parametrize(("after", "event"), [(0.0, "withdrawn"), (3.0, "withdrawal_refused")])
def test_a_claim_can_be_withdrawn_until_its_review_begins(after, event, world, claim):
    claim("延迟" if not after else "缺材料")
    world.pass_time(after)

    send(world, "ClaimWithdrawal", claim_no=NUMBER, requested_at=world.clock.now())
    world.pass_time(3)

    assert event in world.events()


def test_a_new_buyer_gets_its_code(world):
    kind = send(
        world, "NewBuyer", buyer_no="MF1", name_en="NEW BUYER LTD", country="GBR", address_en="1 Example Road",
        submitted_at=world.clock.now(),
    )  # fmt: skip
    world.pass_time(3)

    assert kind is OutcomeClass.ACCEPTED
    assert world.events() == ["coded"]


def test_a_buyer_that_meets_silence_gets_its_code_by_hand_and_only_once(world):
    send(
        world, "NewBuyer", buyer_no="MF1", name_en="NEW BUYER LTD", country="GBR", address_en="1 Example Road",
        remark="沉默", submitted_at=world.clock.now(),
    )  # fmt: skip
    world.pass_time(5)
    before = world.events()
    world.control(do="code_buyer", buyer_no="MF1")
    world.pass_time(1)

    assert (before, world.events()) == ([], ["coded"])
    with pytest.raises(ControlError, match="is CODED"):
        world.control(do="code_buyer", buyer_no="MF1")


def test_the_list_of_buyers_comes_page_by_page(world):
    first, second, third = (ask(world, page=page) for page in (1, 2, 3))

    assert (first["total"], len(first["buyers"]), len(second["buyers"]), len(third["buyers"])) == (45, 20, 20, 5)
    assert not {row["buyer_code"] for row in first["buyers"]} & {row["buyer_code"] for row in second["buyers"]}


@pytest.mark.parametrize(
    ("asked", "count"),
    [
        ({"name_en": "buyer 01"}, 1),
        ({"country": "DNK"}, 9),
        ({"buyer_code": "MF100002"}, 1),
        ({"name_en": "NOBODY"}, 0),
    ],
)
def test_buyers_are_found_by_name_country_and_code(asked, count, world):
    found = ask(world, **asked)

    assert (found["total"], len(found.get("buyers", ()))) == (count, count)
