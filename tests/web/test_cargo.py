"""The entry of a cargo application offers what its agreement has (spec CG-INS-09, CG-INS-10)."""

import re
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from hashlib import sha256
from typing import Any

import pytest

from hub.contract.message import Attachment
from hub.store import tables
from tests.web.world import PDF, Browser, World

ALL = {"code": "ALL", "name": "一切险", "main": True, "rate_permille": Decimal("0.5")}
STRIKES = {"code": "STRIKES", "name": "罢工险", "main": False, "rate_permille": Decimal("0.05")}
THEFT = {"code": "TPND", "name": "偷窃提货不着险", "main": False, "rate_permille": Decimal("0.1")}
TERMS = [{"name": "免赔约定", "content": "绝对免赔额为损失金额的5%。"}]


@pytest.fixture
def entry(world: World, open_browser: Callable[..., Browser]) -> Callable[..., str]:
    clerk = open_browser("OP", fingerprint="ab" * 32)

    def page(*covers: dict[str, Any], **more: Any) -> str:
        parts = {"coverage": [*covers], "special_term": TERMS, "product_name": "货运险", **more}
        made = world.create("cargo_agreement", "XY-1", world.ours, "validated", {"agreement_no": "XY-1", **parts})
        return str(clerk.get(f"/cargo/cargo_application/new?from=cargo_agreement/{made.id}").text)

    return page


def test_only_the_covers_of_the_agreement_can_be_added(entry: Callable[..., str]) -> None:
    text = entry(ALL, STRIKES, THEFT)

    assert ['name="strikes_cover"' in text, 'name="war_cover"' in text] == [True, False]
    assert '<option value="偷窃提货不着险">' in text
    assert '<option value="一切险">' not in text


def test_an_agreement_without_further_covers_says_so(entry: Callable[..., str]) -> None:
    assert "协议未约定" in entry(ALL)


def test_the_terms_of_the_agreement_stand_there_to_begin_with(entry: Callable[..., str]) -> None:
    text = entry(ALL)

    assert 'name="special_term" value="免赔约定"' in text
    assert "绝对免赔额为损失金额的5%。" in text


def test_a_special_term_is_deleted_and_added_again_without_scripts(
    world: World, open_browser: Callable[..., Browser]
) -> None:
    world.create("cargo_agreement", "XY-1", world.ours, "validated", {"agreement_no": "XY-1", "special_term": TERMS})
    held = {"application_no": "HY-1", "agreement_no": "XY-1", "special_term": TERMS}
    begun = world.create("cargo_application", "HY-1", world.ours, "begun", held)
    browser, path = open_browser("OP", fingerprint="ab" * 32), f"/cargo/cargo_application/{begun.id}"

    def press(command: str, **typed: str) -> str:
        answer = browser.post(f"{path}/draft", {"action": "submit", "marks": "N/M", "row": command, **typed})
        return str(browser.get(answer.headers["Location"]).text)

    gone = press("delete:special_term", special_term="免赔约定", **{"special_term-picked": "免赔约定"})
    there = press("add:special_term", **{"special_term-more": "免赔约定"})
    invented = press("add:special_term", special_term="免赔约定", **{"special_term-more": "自拟"})

    term = 'type="hidden" name="special_term" value="免赔约定"'
    assert [term in text for text in (gone, there, invented)] == [False, True, True]
    assert "没有找到匹配的记录" in gone
    assert all("N/M</textarea>" in text and "自拟" not in text for text in (gone, there, invented))


def test_the_usual_mark_up_is_chosen_unless_the_agreement_allows_less(entry: Callable[..., str]) -> None:
    text = entry(ALL, max_markup_percent=Decimal("15"))

    assert '<option value="10" selected>10%</option>' in text
    assert ['value="15">15%<' in text, 'value="20">20%<' in text] == [True, False]


def test_a_mark_up_that_is_not_in_the_list_can_still_be_read(
    world: World, open_browser: Callable[..., Browser]
) -> None:
    held = {"application_no": "HY-1", "agreement_no": "XY-1", "markup_percent": Decimal("12.5")}
    world.create("cargo_agreement", "XY-1", world.ours, "validated", {"agreement_no": "XY-1"})
    begun = world.create("cargo_application", "HY-1", world.ours, "begun", held)

    text = open_browser("OP", fingerprint="ab" * 32).get(f"/cargo/cargo_application/{begun.id}/submit").text

    assert '<option value="12.5" selected>12.5%</option>' in text


FAULTS = [{"field": "加成比例", "words": "超过协议上限"}]


def test_what_the_insurer_found_wrong_stands_over_the_form_that_mends_it(
    world: World, open_browser: Callable[..., Browser]
) -> None:
    begun = world.create("cargo_application", "HY-1", world.ours, "begun", {"application_no": "HY-1"})
    world.event(begun, "submitted")
    world.event(begun, "data_check_failed", reason="请修改", fault=FAULTS)

    text = open_browser("OP", fingerprint="ab" * 32).get(f"/cargo/cargo_application/{begun.id}/submit").text

    form = text.index("<form", text.index("数据审核意见"))
    assert "<td>加成比例</td><td>超过协议上限</td>" in text[:form]
    assert "请修改" in text[:form]


def test_an_amount_is_read_with_its_currency_and_a_policy_from_its_row(
    world: World, open_browser: Callable[..., Browser]
) -> None:
    said = {"insured_amount": Decimal("110000.00"), "currency": "USD", "premium": Decimal("55.00")}
    said |= {"premium_currency": "CNY", "policy_no": "BD-1"}
    paper = Attachment(name="保单.pdf", media_type="application/pdf", sha256=sha256(PDF).hexdigest(), content=PDF)
    made = world.create("cargo_policy", "BD-1", world.ours, "effective", said, {"policy": paper})
    browser = open_browser("OP", fingerprint="ab" * 32)

    listed, detail = browser.get("/cargo/cargo_policy").text, browser.get(f"/cargo/cargo_policy/{made.id}").text

    for text in (listed, detail):
        assert "110,000.00 美元" in text
        assert "55.00 人民币" in text
    assert f'data-pdf href="/documents/{world.document_id()}"' in listed


def test_the_lists_lead_to_details_in_the_manuals_words(world: World, open_browser: Callable[..., Browser]) -> None:
    made = world.create("cargo_agreement", "XY-1", world.ours, "validated", {"agreement_no": "XY-1"})
    world.create("cargo_policy", "BD-1", world.ours, "effective", {"policy_no": "BD-1"})
    browser = open_browser("OP", fingerprint="ab" * 32)

    agreements, policies = browser.get("/cargo/cargo_agreement_record").text, browser.get("/cargo/cargo_policy").text

    assert (">明细查看</a>" in agreements, ">查看明细</a>" in policies) == (True, True)
    assert "保险公司货运险协议编号" in agreements
    assert ">表头信息</h2>" in browser.get(f"/cargo/cargo_agreement/{made.id}").text


def test_a_cancellation_may_say_why(world: World, open_browser: Callable[..., Browser]) -> None:
    begun = world.create("cargo_application", "HY-1", world.ours, "begun", {"application_no": "HY-1"})
    world.event(begun, "submitted")
    held = world.event(begun, "underwriting_pending")
    browser = open_browser("OP", fingerprint="ab" * 32)
    path = f"/cargo/cargo_application/{begun.id}/cancel"

    text = browser.get(path).text
    answer = browser.post(path, {"revision": str(held.revision), "cancel_reason": "合同取消"})

    assert "是否撤销该投保单？" in text
    assert 'name="cancel_reason"' in text
    assert answer.status_code == 303, answer.text
    assert world.rows(tables.business_object)[0].content["cancel_reason"] == "合同取消"


def test_the_cities_on_offer_are_those_of_the_province_that_was_saved(
    world: World, open_browser: Callable[..., Browser]
) -> None:
    held = {"application_no": "HY-1", "origin_country": "CHN", "origin_province": "江苏省", "origin_city": "苏州市"}
    held |= {"destination_country": "DEU", "destination_city": "Hamburg"}
    begun = world.create("cargo_application", "HY-1", world.ours, "begun", held)
    browser = open_browser("OP", fingerprint="ab" * 32)

    text = browser.get(f"/cargo/cargo_application/{begun.id}/submit").text

    assert '<option lang="zh-CN" selected>苏州市</option>' in text
    assert 'name="destination_city" value="Hamburg"' in text
    assert "西安市" not in text
    assert browser.get("/cities?province=上海市").json == {"province": "上海市", "cities": ["上海市"]}


OLD = {"application_no": "HY-1", "agreement_no": "XY-1", "rate_permille": Decimal("0.5"), "strikes_cover": True}
OLD |= {"special_term": TERMS, "invoice_amount": Decimal("100000.00"), "currency": "USD", "goods_category": "矿产品"}
OLD |= {"product_name": "货运险", "markup_percent": Decimal(10)}


def test_a_copy_follows_the_agreement_as_it_stands_and_says_what_has_changed(
    world: World, open_browser: Callable[..., Browser]
) -> None:
    now = {"agreement_no": "XY-1", "rate_permille": Decimal("0.6"), "product_name": "货运险", "coverage": [ALL]}
    now |= {"special_term": [{"name": "免赔约定", "content": "绝对免赔额为10%。"}]}
    world.create("cargo_agreement", "XY-1", world.ours, "validated", now)
    world.create("cargo_application", "HY-1", world.ours, "begun", OLD)
    policy = world.create(
        "cargo_policy", "BD-1", world.ours, "effective", {"policy_no": "BD-1", "application_no": "HY-1"}
    )

    text = (
        open_browser("OP", fingerprint="ab" * 32)
        .get(f"/cargo/cargo_application/new?from=cargo_policy/{policy.id}")
        .text
    )

    told = text[text.index("协议内容有变") : text.index("</ul>", text.index("协议内容有变"))]
    assert "保险费率(‰)：0.50 → 0.60" in told
    assert "罢工险：协议不再约定" in told
    assert "免赔约定：绝对免赔额为损失金额的5%。 → 免赔约定：绝对免赔额为10%。" in told
    assert told.count("<li>") == 3


def test_a_changed_application_costs_what_the_agreement_says_now(
    world: World, open_browser: Callable[..., Browser]
) -> None:
    now = {
        "agreement_no": "XY-1",
        "rate_permille": Decimal("0.6"),
        "product_name": "货运险",
        "coverage": [ALL, STRIKES],
    }
    world.create("cargo_agreement", "XY-1", world.ours, "validated", now | {"special_term": TERMS})
    begun = world.create("cargo_application", "HY-1", world.ours, "begun", OLD)
    browser, path = open_browser("OP", fingerprint="ab" * 32), f"/cargo/cargo_application/{begun.id}/submit"
    typed = {"invoice_amount": "100000.00", "currency": "USD", "markup_percent": "10"}

    assert browser.post(f"{path}/derived", typed).json["premium"] == "66.00 美元"
    assert 'data-derived="premium" aria-live="polite">66.00 美元<' in browser.get(path).text


def test_the_applicant_becomes_the_insured_by_a_button_and_nothing_typed_is_lost(
    world: World, open_browser: Callable[..., Browser]
) -> None:
    begun = world.create("cargo_application", "HY-1", world.ours, "begun", OLD | {"enterprise_name": "示例公司"})
    browser, path = open_browser("OP", fingerprint="ab" * 32), f"/cargo/cargo_application/{begun.id}"
    typed = {"applicant_contact": "王小明", "insured_phone": "029-80000000", "marks": "N/M"}

    answer = browser.post(f"{path}/draft", {"action": "submit", "row": "fill:insured", **typed})
    text = browser.get(answer.headers["Location"]).text

    found = dict(re.findall('name="insured_([a-z_]+)" type="[a-z]+" value="([^"]+)"', text))
    assert found == {"name": "示例公司", "id_no": world.ours, "contact": "王小明", "phone": "029-80000000"}
    assert '<option value="USCC" selected>' in text


def test_a_draft_can_be_looked_at_with_what_is_typed_so_far(world: World, open_browser: Callable[..., Browser]) -> None:
    begun = world.create("cargo_application", "HY-1", world.ours, "begun", {"application_no": "HY-1"})
    browser, path = open_browser("OP", fingerprint="ab" * 32), f"/cargo/cargo_application/{begun.id}"
    browser.post(f"{path}/draft", {"action": "submit", "marks": "半张投保单", "bulk": "no", "invoice_amount": "viel"})

    listed, detail = browser.get("/cargo/cargo_application").text, browser.get(path).text

    assert re.search(f'href="{path}"[^>]*>查看明细</a>', listed)
    assert ["<dd>半张投保单</dd>" in detail, "<dd>否</dd>" in detail, "viel" in detail] == [True, True, False]


def test_a_list_is_asked_for_several_numbers_at_once(world: World, open_browser: Callable[..., Browser]) -> None:
    for number, agreement in (("HY-1", "XY-1"), ("HY-2", "XY-2")):
        world.create("cargo_application", number, world.ours, "begun", {"agreement_no": agreement})
    browser = open_browser("OP", fingerprint="ab" * 32)

    text = browser.get("/cargo/cargo_application?application_no=HY&agreement_no=XY-2").text

    assert re.findall(r'<th scope="row" class="number">(HY-\d)<', text) == ["HY-2"]


def test_what_is_handed_in_again_is_found_by_its_latest_day_only(
    world: World, open_browser: Callable[..., Browser]
) -> None:
    begun = world.create("cargo_application", "HY-1", world.ours, "begun", {"application_no": "HY-1"})
    days = []
    for submission in (1, 2):
        world.event(begun, "submitted", submission=submission, applied_at=world.clock.now())
        world.event(begun, "data_check_failed")
        days.append(world.clock.now().date().isoformat())
        world.clock.move(timedelta(days=1))
    browser = open_browser("OP", fingerprint="ab" * 32)

    found = [browser.get(f"/cargo/cargo_application?applied_at_from={day}&applied_at_to={day}").text for day in days]

    assert ['class="number">HY-1<' in text for text in found] == [False, True]
