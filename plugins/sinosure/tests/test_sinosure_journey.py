"""The whole conversation, over real HTTP with real signatures."""

from datetime import date

import pytest
from hub_sinosure.simulator import papers
from hub_sinosure.simulator.policies import last_day

from hub.contract.outcome import OutcomeClass
from hub.contract.status import UnmappedCode
from hub.documents import pdf
from hub.testing.simulator import controls
from hub.testing.simulator.desk import ControlError

USCC, STRANGER = "91610000MA6TX00X1A", "91310000MA1FL00X2B"


def receipt_of(world, policy: str):
    body = {"policy_no": policy, "received_at": world.clock.now()}
    return world.hub.message("PolicyReceipt", policy, USCC, body)


def withdrawal_of(world, number: str):
    body = {"application_no": number, "requested_at": world.clock.now()}
    return world.hub.message("WithdrawalRequest", number, USCC, body)


def test_from_the_offer_to_the_confirmed_receipt(world):
    number = world.offer()
    sent, outcome = world.confirm(number)
    world.pass_time(4)
    policy = world.last("PolicyIssued").business_key
    receipt = receipt_of(world, policy)
    taken = world.hub.send(world.address, receipt)
    world.pass_time(2)

    assert (outcome.kind, taken.kind) == (OutcomeClass.ACCEPTED, OutcomeClass.ACCEPTED)
    assert world.events() == ["offered", "approved", "effective", "receipt_confirmed"]
    assert world.last("ReviewResult").correlation_id == sent.message_id
    assert world.last("ReceiptConfirmed").correlation_id == receipt.message_id


def test_a_policy_runs_one_year_and_carries_its_papers(world):
    number = world.offer()
    world.confirm(number)
    world.pass_time(4)
    issued = world.last("PolicyIssued")

    assert (issued.body["effective_date"], issued.body["expiry_date"]) == (date(2026, 11, 20), date(2027, 11, 19))
    assert issued.body["application_no"] == number
    assert issued.business_key == world.last("ReviewResult").body["policy_no"]
    assert [file.media_type for file in issued.attachments] == ["application/pdf"]


@pytest.mark.parametrize(
    ("first", "last"),
    [
        (date(2018, 12, 30), date(2019, 12, 29)),
        (date(2027, 1, 1), date(2027, 12, 31)),
        (date(2027, 3, 1), date(2028, 2, 29)),
        (date(2028, 2, 29), date(2029, 2, 28)),
        (date(2028, 3, 1), date(2029, 2, 28)),
    ],
)
def test_a_year_has_both_its_days(first, last):
    assert last_day(first) == last


@pytest.mark.parametrize(
    ("written", "events"),
    [
        ("退回", ["returned"]),
        ("拒绝", ["rejected"]),
        ("沉默", []),
        ("待生效", ["approved", "issued", "effective"]),
        ("没有暗号", ["approved", "effective"]),
    ],
)
@pytest.mark.parametrize("place", ["remark", "name"])
def test_a_magic_value_decides_the_review(written, events, place, world):
    number = world.offer()

    _, outcome = world.confirm(number, **{place: f"请{written}处理"})
    world.pass_time(10)

    assert outcome.kind is OutcomeClass.ACCEPTED
    assert world.events() == ["offered", *events]


def test_a_late_review_is_late(world):
    world.confirm(world.offer(), remark="延迟")
    world.pass_time(50)
    before = world.events()
    world.pass_time(15)

    assert before == ["offered"]
    assert world.events() == ["offered", "approved", "effective"]


def test_an_unmapped_code_reaches_the_hub_and_has_no_meaning(world):
    world.confirm(world.offer(), remark="未知代码")
    world.pass_time(4)

    with pytest.raises(UnmappedCode, match="99"):
        world.events()


def test_a_returned_application_may_be_confirmed_again(world):
    number = world.offer()
    world.confirm(number, remark="退回")
    world.pass_time(3)
    second, outcome = world.confirm(number)
    world.pass_time(4)

    assert outcome.kind is OutcomeClass.ACCEPTED
    assert world.events() == ["offered", "returned", "approved", "effective"]
    assert world.last("ReviewResult").correlation_id == second.message_id


def test_a_withdrawal_during_the_review_is_agreed_to_and_the_review_ends(world):
    number = world.offer()
    world.confirm(number, remark="延迟")
    request = withdrawal_of(world, number)
    outcome = world.hub.send(world.address, request)
    world.pass_time(70)

    assert outcome.kind is OutcomeClass.ACCEPTED
    assert world.events() == ["offered", "withdrawn"]
    assert world.last("ReviewResult").correlation_id == request.message_id


def test_a_withdrawal_after_the_review_is_refused(world):
    number = world.offer()
    world.confirm(number)
    world.pass_time(4)
    world.hub.send(world.address, withdrawal_of(world, number))
    world.pass_time(2)

    assert world.events() == ["offered", "approved", "effective", "withdrawal_refused"]


def test_a_number_of_somebody_else_is_refused(world):
    number = world.offer()

    _, outcome = world.confirm(number, enterprise=STRANGER)

    assert (outcome.kind, outcome.code) == (OutcomeClass.REFUSED_BUSINESS, "2005")


def test_an_unknown_number_is_refused(world):
    outcomes = [
        world.confirm("XW2026-99999999")[1],
        world.hub.send(world.address, withdrawal_of(world, "XW2026-99999999")),
        world.hub.send(world.address, receipt_of(world, "XB2026-99999999")),
    ]

    assert {(outcome.kind, outcome.code) for outcome in outcomes} == {(OutcomeClass.REFUSED_BUSINESS, "2005")}


def test_a_second_confirmation_during_the_review_has_no_effect(world):
    number = world.offer()
    world.confirm(number)

    _, outcome = world.confirm(number)
    world.pass_time(4)

    assert outcome.kind is OutcomeClass.REFUSED_BUSINESS
    assert world.events() == ["offered", "approved", "effective"]


def test_the_same_message_twice_has_one_effect_and_the_same_answer(world):
    message = world.confirmation(world.offer())
    out = world.hub.adapter.build(message, world.hub.context())

    first, second = (world.hub.post(world.address, out.content) for _ in range(2))
    world.pass_time(4)

    assert first.content == second.content
    assert world.events() == ["offered", "approved", "effective"]
    assert entry(world, "application")["data"]["confirmations"] == 1


def test_the_same_id_with_another_body_is_a_conflict(world):
    message = world.confirmation(world.offer())
    world.hub.send(world.address, message)
    other = world.confirmation(message.business_key, remark="改")

    outcome = world.hub.send(world.address, type(message)(**{**vars(other), "message_id": message.message_id}))

    assert (outcome.kind, outcome.code) == (OutcomeClass.REFUSED_BUSINESS, "2002")
    assert "same id, other body" in world.journal()


def test_did_you_get_it_is_answered_from_the_books(world):
    number = world.offer()
    sent, _ = world.confirm(number)
    refused, _ = world.confirm("XW2026-99999999")
    never = world.confirmation(number)

    kinds = [world.hub.ask(world.address, message).kind for message in (sent, refused, never)]

    assert kinds == [OutcomeClass.ACCEPTED, OutcomeClass.REFUSED_BUSINESS, OutcomeClass.NOT_SENT]


def test_the_books_survive_a_restart(make_world, tmp_path):
    before = make_world(books=tmp_path / "books.db")
    number = before.offer()
    sent, _ = before.confirm(number)
    after = make_world(books=tmp_path / "books.db")

    asked = after.hub.ask(after.address, sent)
    after.pass_time(4)

    assert asked.kind is OutcomeClass.ACCEPTED
    assert after.events() == ["approved", "effective"]


def test_an_offer_can_be_recalled_until_it_is_under_review(world):
    number = world.offer()
    world.control(do="recall", application_no=number, reason="名单调整")

    _, outcome = world.confirm(number)

    assert world.events() == ["offered", "recalled"]
    assert world.last("PolicyChange").body["reason"] == "名单调整"
    assert outcome.kind is OutcomeClass.REFUSED_BUSINESS


def test_a_policy_can_be_terminated_once(world):
    world.confirm(world.offer())
    world.pass_time(4)
    policy = world.last("PolicyIssued").business_key
    world.control(do="terminate", policy_no=policy)

    with pytest.raises(ControlError, match="TERMINATED"):
        world.control(do="terminate", policy_no=policy)
    assert world.events()[-1] == "terminated"


def test_a_silent_application_can_be_decided_by_hand(world):
    number = world.offer()
    world.confirm(number, remark="沉默")
    world.pass_time(5)
    world.control(do="decide", application_no=number, plan="reject")

    assert world.events() == ["offered", "rejected"]


def test_the_introduction_is_published(world):
    world.control(do="introduce")
    ctx = world.hub.context()

    (content,) = world.hub.adapter.parse(world.hub.taken[0], ctx)

    assert content.key == "introduction:XWXBY"
    assert "产品介绍" in content.body["zh_html"]


@pytest.mark.parametrize(
    ("wanted", "reason"),
    [
        ({}, "do: must be one of"),
        ({"do": "dance"}, "do: must be one of"),
        ({"do": "offer", "uscc": "123", "enterprise_name": "x"}, "uscc: '123' is not 18"),
        ({"do": "offer", "uscc": USCC}, "enterprise_name: a text"),
        ({"do": "offer", "uscc": USCC, "enterprise_name": "x", "valid_days": "many"}, "valid_days: a whole number"),
        ({"do": "recall", "application_no": "XW1"}, "XW1 is not in the books"),
        ({"do": "decide", "application_no": "XW1", "plan": "approve"}, "XW1 is not in the books"),
        ({"do": "fault", "fault": "explode"}, "'explode' is none of"),
        ({"do": "fault", "fault": "reset", "on": "push"}, "happens on answer"),
        ({"do": "fault", "fault": "reset", "times": 0}, "times: a whole number"),
    ],
)
def test_a_control_that_cannot_be_done_says_why(wanted, reason, world):
    with pytest.raises(ControlError, match=reason):
        controls.control(world.insurer.desk, wanted)


def test_an_offer_is_made_once(world):
    number = world.offer()

    with pytest.raises(ControlError, match="was offered before"):
        world.control(do="offer", uscc=USCC, enterprise_name="甲公司", application_no=number)


def test_the_papers_are_real_pdfs_with_the_number_in_them(world, monkeypatch):
    if not any(pdf.FONTS.glob("*.ttf")):
        pytest.skip("fonts are not set up: run script/frontend")
    monkeypatch.setattr(papers, "render", pdf.render)
    world.confirm(world.offer())
    world.pass_time(4)

    for type in ("PolicyOffer", "PolicyIssued"):
        assert world.last(type).attachments[0].content.startswith(b"%PDF-")
        assert world.last(type).attachments[0].size > 10_000


def test_a_name_that_cannot_be_printed_is_refused_and_leaves_nothing(world, monkeypatch):
    if not any(pdf.FONTS.glob("*.ttf")):
        pytest.skip("fonts are not set up: run script/frontend")
    monkeypatch.setattr(papers, "render", pdf.render)

    with pytest.raises(ControlError, match="cannot be made"):
        world.control(do="offer", uscc=USCC, enterprise_name="ไทย")
    assert world.insurer.desk.listing()["entries"] == []


def entry(world, kind: str):
    return next(row for row in world.insurer.desk.listing()["entries"] if row["kind"] == kind)


def inquiry_of(world, number="2026000000000000585", **typed):
    body = {
        "inquiry_no": number,
        "enterprise_name": "西安某某进出口有限公司",
        "region_code": "610102",
        "region_name": "陕西省西安市新城区",
        "address": "示例路1号",
        "contact_name": "王小明",
        "contact_mobile": "13800000000",
        "contact_phone": "029-88888888",
        "contact_email": "trade@example.com",
        "topic": "INSURE",
        "submitted_at": world.clock.now(),
    }
    return world.hub.message("Inquiry", number, USCC, body | typed)


def test_an_inquiry_is_answered_in_the_words_for_its_topic(world):
    sent = inquiry_of(world, topic="BUYER")
    outcome = world.hub.send(world.address, sent)
    world.pass_time(2)

    assert outcome.kind is OutcomeClass.ACCEPTED
    assert world.events() == ["answered"]
    assert "买方" in world.last("InquiryAnswer").body["answer_text"]
    assert world.last("InquiryAnswer").correlation_id == sent.message_id


def test_a_silent_inquiry_can_be_answered_by_hand_as_often_as_wished(world):
    world.hub.send(world.address, inquiry_of(world, request="请沉默"))
    world.pass_time(5)
    before = world.events()
    for text in ("第一次答复", "第二次答复"):
        world.control(do="answer", inquiry_no="2026000000000000585", text=text)

    assert before == []
    assert world.events() == ["answered", "answered"]
    assert world.last("InquiryAnswer").body["answer_text"] == "第二次答复"


def test_a_second_inquiry_under_the_same_number_is_refused(world):
    outcomes = [world.hub.send(world.address, inquiry_of(world)).kind for _ in range(2)]

    assert outcomes == [OutcomeClass.ACCEPTED, OutcomeClass.REFUSED_BUSINESS]
