"""Duty guarantees on the screen: what is left of a limit, by the books."""

import re
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hub_cargo_shanhe.adapter import shanhe
from hub_cargo_yunfan.adapter import yunfan

from hub import registry
from hub.contract.text import Text
from hub.errors import InvalidInput
from hub.services import accounts
from hub.services.shapes import BusinessObject
from hub.store.engine import writing
from tests.web.world import OURS, Browser, World
from web.app import create_app
from web.forms.duty import DutyLimitForm

CARD = "ab" * 32


@pytest.fixture
def clerk(world: World) -> Browser:
    world.partner = "yunfan"
    world.runtime = replace(world.runtime, registry=registry.of([yunfan()]))
    return Browser(create_app(world.runtime), world.enter("OP", fingerprint=CARD))


@pytest.fixture
def limit(clerk: Browser, world: World) -> BusinessObject:
    """A limit of 1,000.00, of which an application on the way has taken 250.00 (the insurer has not counted it)."""
    begun = world.create("duty_limit", "ED-1", OURS, "begun", {"apply_no": "ED-1"})
    world.event(begun, "submitted")
    granted = {"limit_no": "E1", "total_amount": Decimal("1000.00"), "rate_percent": Decimal("2.30")}
    limit = world.event(begun, "succeeded", **granted, remaining_amount=Decimal("1000.00"))
    applied = {"apply_no": "ED-1", "limit_no": "E1", "guarantee_amount": Decimal("250.00")}
    world.event(world.create("duty_application", "GS-1", OURS, "begun", applied), "submitted")
    return limit


def test_the_page_that_asks_for_the_insurer_says_what_is_begun(world: World) -> None:
    runtime = replace(world.runtime, registry=registry.of([yunfan(), shanhe()]))
    clerk = Browser(create_app(runtime), world.enter("OP", fingerprint=CARD))

    text = clerk.get("/duty/duty_authorisation/new").text

    assert 'data-title="授权书签署"' in text
    assert "请选择接收方" in text


@pytest.mark.parametrize(("language", "label"), [("zh", "剩余额度(元)"), ("en", "Left of the limit (CNY)")])
def test_the_entry_shows_in_grey_what_the_books_leave_of_the_limit(
    language: str, label: str, clerk: Browser, limit: BusinessObject
) -> None:
    browser = clerk.english() if language == "en" else clerk

    text = browser.get(f"/duty/duty_application/new?from=duty_limit/{limit.id}").text

    row = re.search(rf'<label for="([^"]+)">{re.escape(label)}</label>\s*<div>(.*?)</div>', text, re.S)
    assert row is not None
    assert re.findall(r'value="([^"]*)" (readonly)', row[2]) == [("750.00", "readonly")]
    assert "name=" not in row[2]


@pytest.mark.parametrize(("amount", "refused"), [("750.00", False), ("750.01", True)])
def test_more_than_is_left_is_refused_at_its_field_before_a_card_is_asked_for(
    amount: str, refused: bool, clerk: Browser, limit: BusinessObject
) -> None:
    text = clerk.get(f"/duty/duty_application/new?from=duty_limit/{limit.id}").text
    path = re.findall(r'action="(/duty/duty_application/[0-9a-f]{32})/submit"', text)[0]
    day = date(2026, 12, 1).isoformat()
    typed = {
        "begin": "yunfan", "from": f"duty_limit/{limit.id}", "revision": "1", "customs_code": "6101961234",
        "guarantee_use": "SUMMARY", "customs_office": "0100", "declaration_office": "0100",
        "guarantee_amount": amount, "start_date": day, "end_date": day, "invoice_type": "NONE", "remark": "",
    }  # fmt: skip

    answer = clerk.post(f"{path}/submit/payload", typed)

    assert answer.status_code == (422 if refused else 200), answer.text
    assert ("保险金额(元)：保险金额超过剩余额度 750.00" in answer.text) is refused


def test_who_is_insured_follows_in_grey_from_the_customs_that_are_chosen(clerk: Browser, limit: BusinessObject) -> None:
    text = clerk.get(f"/duty/duty_application/new?from=duty_limit/{limit.id}").text
    path = re.findall(r'action="(/duty/duty_application/[0-9a-f]{32})/submit"', text)[0]
    chosen = {"begin": "yunfan", "from": f"duty_limit/{limit.id}", "customs_office": "9000"}

    answer = clerk.post(f"{path}/submit/derived", {**chosen, "declaration_office": "2200"})

    assert answer.json["insured_name"] == "西安海关、上海海关"
    assert '<output class="f ro"' in text.partition("被保险人</label>")[2][:100]


@pytest.mark.parametrize(
    ("use", "numbers", "wrong"),
    [
        ("PERIOD", ("223320261000123456", "22332026100012345"), "第 2 行 报关单号：格式有误"),
        ("PERIOD", ("223320261000123456", "223320261000123456"), "报关单号223320261000123456与第1行重复"),
        ("SUMMARY", ("223320261000123456", "1"), ""),  # it names none
    ],
)
def test_each_declaration_has_its_18_digits_once(
    use: str, numbers: tuple[str, ...], wrong: str, clerk: Browser, limit: BusinessObject
) -> None:
    text = clerk.get(f"/duty/duty_application/new?from=duty_limit/{limit.id}").text
    path = re.findall(r'action="(/duty/duty_application/[0-9a-f]{32})/submit"', text)[0]
    typed = {
        "begin": "yunfan", "from": f"duty_limit/{limit.id}", "revision": "1", "customs_code": "6101961234",
        "guarantee_use": use, "customs_office": "0100", "declaration_office": "0100", "guarantee_amount": "1.00",
        "start_date": "2026-12-01", "end_date": "2026-12-01", "invoice_type": "NONE", "remark": "",
    }  # fmt: skip
    rows = {f"declarations-{place}-declaration_no": number for place, number in enumerate(numbers)}

    answer = clerk.post(f"{path}/submit/payload", typed | rows)

    assert answer.status_code == (422 if wrong else 200), answer.text
    assert wrong in re.sub(r"<[^>]+>", "", answer.text)


def test_a_policy_is_read_with_what_was_applied_for(clerk: Browser, world: World) -> None:
    said = {
        "application_no": "GS-5", "insured_name": "西安海关、上海海关",
        "customs_code": "6101961234", "customs_office": "9000", "declaration_office": "2200",
        "declarations": [{"declaration_no": "223320261000123456"}], "rate_percent": Decimal("2.30"),
    }  # fmt: skip
    world.create("duty_application", "GS-5", OURS, "begun", said)
    policy = world.create("duty_policy", "P-5", OURS, "effective", {"policy_no": "P-5", "application_no": "GS-5"})

    text = clerk.get(f"/duty/duty_policy/{policy.id}").text

    for words in ("P-5", "6101961234", "西安海关、上海海关", "223320261000123456", "2.30"):
        assert words in text


INVOICE = {"invoice_type": "ELECTRONIC", "invoice_title": "示例开票", "invoice_email": "fp@example.com"}


def test_the_invoice_block_is_filled_in_as_it_was_handed_in_last(
    clerk: Browser, world: World, limit: BusinessObject
) -> None:
    drawn = {"apply_no": "ED-1", "limit_no": "E1", "guarantee_amount": Decimal("1.00")}
    handed_in = world.create("duty_application", "GS-2", OURS, "begun", drawn | INVOICE)
    world.event(handed_in, "submitted", submission=1)
    world.clock.move(timedelta(seconds=1))
    world.create("duty_application", "GS-3", OURS, "begun", {"invoice_title": "只是草稿"})

    text = clerk.get(f"/duty/duty_application/new?from=duty_limit/{limit.id}").text

    shown = dict(re.findall(r'name="(invoice_title|invoice_email)"[^>]* value="([^"]+)"', text))
    assert shown == {name: INVOICE[name] for name in ("invoice_title", "invoice_email")}
    assert re.search(r'value="ELECTRONIC" (selected|checked)', text)


def test_no_cover_is_offered_under_a_limit_with_nothing_left(
    clerk: Browser, world: World, limit: BusinessObject
) -> None:
    offered, listed = f"/duty/duty_application/new?from=duty_limit/{limit.id}", "/duty/duty_limit_info"
    before = clerk.get(listed).text
    world.clock.move(timedelta(seconds=1))  # of two figures of one instant neither is the later one
    world.event(limit, "changed", remaining_amount=Decimal("0.00"), used_amount=Decimal("1000.00"))

    after = clerk.get(listed).text

    assert (offered in before, offered in after) == (True, False)


def test_cover_is_offered_under_a_limit_of_which_nobody_has_said_what_is_left(clerk: Browser, world: World) -> None:
    begun = world.create("duty_limit", "ED-2", OURS, "begun", {"apply_no": "ED-2"})
    world.event(begun, "submitted")
    granted = world.event(begun, "succeeded", limit_no="E2", total_amount=Decimal("500.00"))

    text = clerk.get("/duty/duty_limit_info").text

    assert f"/duty/duty_application/new?from=duty_limit/{granted.id}" in text


def test_a_top_up_and_the_changes_of_a_limit_open_over_their_list(clerk: Browser, limit: BusinessObject) -> None:
    text = clerk.get("/duty/duty_limit").text

    opened = re.findall(r'<a href="([^"]+)"[^>]* data-dialog data-title="([^"]+)"', text)

    assert opened == [
        (f"/duty/duty_top_up/new?from=duty_limit/{limit.id}", "额度追加"),
        ("/duty/duty_limit_change?apply_no=ED-1", "额度变更记录"),
    ]


def test_the_state_of_an_application_stands_right_before_what_may_be_done(
    clerk: Browser, limit: BusinessObject
) -> None:
    heads = re.findall(r'<th scope="col"[^>]*>([^<]+)</th>', clerk.get("/duty/duty_application").text)

    assert heads[heads.index("状态") + 1] == "操作"


def test_the_letter_is_signed_in_two_steps_and_shown_in_the_second(clerk: Browser) -> None:
    text = clerk.get("/duty/duty_authorisation/new?partner=yunfan").text

    steps = re.findall(r'<b><span class="sr">\d、</span>([^<]+)</b>', text)
    assert steps == ["选择保险机构和签章", "征信文本"]
    assert re.findall(r'<iframe class="paper" title="([^"]+)"></iframe>', text) == ["电子授权书"]
    assert 'data-question="是否确认提交?" data-agree="确认"' in text


def test_of_each_insurer_the_letter_in_force_stands_alone_and_all_are_in_the_records(
    clerk: Browser, world: World
) -> None:
    for number, insurer, events in (
        ("ZX-0", "shanhe", ("submitted", "authorised")),
        ("ZX-1", "yunfan", ("submitted", "failed")),
        ("ZX-2", "yunfan", ("submitted", "authorised")),
        ("ZX-3", "yunfan", ("submitted", "authorised")),
        ("ZX-4", "yunfan", ("submitted", "failed")),
        ("ZX-5", "yunfan", ("submitted", "failed")),
        ("ZX-6", "yunfan", ()),
    ):
        world.partner = insurer
        letter = world.create("duty_authorisation", number, OURS, "begun", {"authorisation_no": number})
        for event in events:
            world.event(letter, event, submission=1)
        world.clock.move(timedelta(seconds=1))
    numbers = re.compile(r'<th scope="row" class="number">([^<]+)')

    assert numbers.findall(clerk.get("/duty/duty_authorisation").text) == ["ZX-6", "ZX-5", "ZX-3", "ZX-0"]
    assert len(numbers.findall(clerk.get("/duty/duty_authorisation_record").text)) == 7


@pytest.mark.parametrize("end", ["failed", "expired", "revoked"])
def test_a_letter_that_has_ended_is_followed_by_a_new_one_to_the_same_insurer(
    end: str, clerk: Browser, world: World
) -> None:
    letter = world.create("duty_authorisation", "ZX-1", OURS, "begun", {"authorisation_no": "ZX-1"})
    for event in ("submitted", *(() if end == "failed" else ("authorised",)), end):
        world.event(letter, event)
    path = f"/duty/duty_authorisation/{letter.id}"

    text = clerk.get(path).text

    (again,) = re.findall(r'<a [^>]*href="([^"]+)"[^>]*>重新签署</a>', text)
    assert again == f"/duty/duty_authorisation/new?from=duty_authorisation/{letter.id}"
    begun = re.findall(r'action="/duty/duty_authorisation/([0-9a-f]{32})/submit"', clerk.get(again).text)
    assert begun != [letter.id]


def test_the_code_at_customs_is_chosen_from_the_profiles_and_those_used_before(clerk: Browser, world: World) -> None:
    with writing(world.runtime.engine) as connection:
        accounts.note_customs_code(connection, OURS, "6101961234")
    for number, code in (("ED-7", "6101965678"), ("ED-8", "6101961234")):
        said = {"apply_no": number, "customs_code": code}
        world.event(world.create("duty_limit", number, OURS, "begun", said), "submitted", submission=1)

    text = clerk.get("/duty/duty_limit/new").text

    select = text.partition('name="customs_code"')[2].partition("</select>")[0]
    assert re.findall(r'value="(\w+)"', select) == ["6101961234", "6101965678"]


def test_the_code_at_customs_is_typed_as_long_as_none_is_known(clerk: Browser) -> None:
    text = clerk.get("/duty/duty_limit/new").text

    assert re.search(r'<input class="f"[^>]* name="customs_code"[^>]* pattern=', text)


def test_another_code_at_customs_than_those_offered_is_refused() -> None:
    form = DutyLimitForm(None, {"customs_code": {"6101961234": Text("6101961234", "6101961234")}})

    typed = {
        "enterprise_name": "甲公司", "contact_name": "王小明", "contact_phone": "029-80000000",
        "legal_person": "李某", "customs_office": "9000", "applied_amount": "1.00", "guarantee_use": "SUMMARY",
    }  # fmt: skip

    with pytest.raises(InvalidInput) as refused:
        form.check({**typed, "customs_code": "6101960000"})

    assert list(refused.value.fields) == ["customs_code"]


@pytest.mark.parametrize(
    "query", ["applied_at_to=9999-12-31", "applied_at_from=0001-01-01", "created_to=9999-12-31", "apply_no=a%00b"]
)
def test_what_no_list_can_have_is_simply_not_found(clerk: Browser, limit: BusinessObject, query: str) -> None:
    assert clerk.get(f"/duty/duty_limit?{query}").status_code == 200


def test_an_application_for_a_limit_knows_the_contact_of_the_last_one(clerk: Browser, world: World) -> None:
    said = {"apply_no": "ED-9", "contact_name": "王小明", "customs_code": "6101961234", "remark": "不带走"}
    world.event(world.create("duty_limit", "ED-9", OURS, "begun", said), "submitted", submission=1)

    text = clerk.get("/duty/duty_limit/new").text

    assert 'value="王小明"' in text
    assert '<option value="6101961234" selected>' in text
    assert "不带走" not in text


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("zh", "此处只查询，不受理报案。报案请联系承保的保险机构：云帆财产保险（示例） 000-00000001"),
        ("en", "For reading only. To report a loss, call the insurer: Yunfan Insurance (example) 000-00000001"),
    ],
)
def test_over_the_claims_stands_that_none_is_reported_here_and_whom_to_call(
    language: str, words: str, clerk: Browser, world: World
) -> None:
    world.create("shared_claim", "C-1", OURS, "reported", {"claim_no": "C-1", "contact": "029-80000000"})
    browser = clerk.english() if language == "en" else clerk

    text = browser.get("/shared_claim/shared_claim").text

    assert words in text
    assert "C-1" in text


def test_where_no_insurer_says_where_to_call_the_claims_name_the_policy_and_the_hotline(world: World) -> None:
    silent = replace(yunfan(), sheet=replace(yunfan().sheet, contact=""))
    runtime = replace(world.runtime, registry=registry.of([silent]))
    browser = Browser(create_app(runtime), world.enter("OP", fingerprint=CARD))

    assert "不知道联系方式的，请拨打本页左侧的服务热线" in browser.get("/shared_claim/shared_claim").text
