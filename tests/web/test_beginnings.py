"""What an enterprise begins: one object per page, drafts that are never lost, rules between fields, deletion."""

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import insert

from hub.services.objects import Tenant
from hub.services.paging import Query
from hub.store import tables
from hub.store.engine import reading, writing
from tests.web.world import OURS, THEIRS, Browser, World

LIST = "/inquiry/inquiry"
GOOD = {
    "enterprise_name": "陕西示例进出口有限公司",
    "region_code-0": "61",
    "region_code-1": "6101",
    "region_code-2": "610102",
    "address": "示例路1号",
    "contact_name": "王小明",
    "contact_mobile": "13800000000",
    "contact_phone": "029-80000000",
    "contact_email": "trade@example.cn",
    "topic": "INSURE",
    "request": "",
}


def hidden(text: str, name: str) -> str:
    return re.findall(rf'name="{name}" value="([^"]*)"', text)[0]


def address(text: str) -> str:
    return re.findall(r'action="(/inquiry/inquiry/[0-9a-f]{32})/submit"', text)[0]


class Page:
    """An open page with the entry form."""

    def __init__(self, browser: Browser, path: str = LIST) -> None:
        self.browser = browser
        self.text = browser.get(path).text
        self.path = address(self.text)
        names = ["revision", "draft_revision", "action"] + ["begin"] * ('name="begin"' in self.text)
        self.fields = {name: hidden(self.text, name) for name in names}

    def send(self, action: str = "submit", **typed: str) -> Any:
        return self.browser.post(f"{self.path}/{action}", {**self.fields, **GOOD, **typed})


@pytest.fixture
def form(user: Browser) -> Page:
    return Page(user)


def found(world: World) -> list[Any]:
    return world.rows(tables.business_object)


def test_looking_at_the_form_stores_nothing(world: World, form: Page) -> None:
    assert found(world) == []
    assert world.rows(tables.number_sequence) == []
    assert 'value="陕西示例进出口有限公司"' in form.text  # nothing is asked twice


def test_a_draft_however_incomplete_gets_a_number_and_shows_in_the_list(world: World, form: Page) -> None:
    answer = form.browser.post(f"{form.path}/draft", {**form.fields, "contact_name": "王小明"})

    (row,) = found(world)
    assert answer.status_code == 303
    assert re.fullmatch(r"2026[0-9]{15}", row.number)
    listed = form.browser.get(LIST).text
    assert "王小明" in listed
    assert row.number in listed


def test_the_same_page_sent_twice_begins_one_object(world: World, form: Page) -> None:
    first, second = form.send(), form.send()

    assert (first.status_code, second.status_code) == (303, 303)
    assert len(found(world)) == 1
    assert len(world.rows(tables.outbox)) == 1


def test_the_same_page_sent_at_the_same_time_begins_one_object(world: World, form: Page) -> None:
    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(lambda _: form.send("draft", contact_name="王"), range(2)))

    assert len(found(world)) == 1
    assert {answer.status_code for answer in answers} <= {303, 409}


def test_two_pages_begin_two_objects_with_numbers_in_a_row(world: World, user: Browser) -> None:
    for page in (Page(user), Page(user)):
        page.send("draft")

    assert [row.number[-3:] for row in sorted(found(world), key=lambda row: row.number)] == ["001", "002"]


def test_what_breaks_a_rule_is_named_and_kept(world: World, form: Page) -> None:
    answer = form.send(contact_mobile="123", address="", **{"region_code-2": ""})

    assert answer.status_code == 422
    for text in ("格式有误，请填写11位手机号", "请填写此项", "请选择区"):
        assert text in answer.text
    again = Page(form.browser, f"{form.path}/submit")
    assert 'value="123"' in again.text
    assert found(world)[0].state == "DRAFT"


def test_what_is_saved_incomplete_is_named_and_kept_as_a_draft(world: World, form: Page) -> None:
    answer = form.send("draft", contact_mobile="123", address="", checked="1")

    assert answer.status_code == 422
    assert all(text in answer.text for text in ("格式有误，请填写11位手机号", "请填写此项"))
    assert found(world)[0].state == "DRAFT"
    assert 'value="123"' in Page(form.browser, f"{form.path}/submit").text


def test_what_is_saved_complete_is_said_in_a_dialog_and_not_sent(world: World, form: Page) -> None:
    answer = form.send("draft", checked="1")

    dialog = form.browser.get(answer.headers["Location"]).text.partition("data-said")[2].partition("</dialog>")[0]
    assert "保存成功，尚未提交。核对无误后请点击“提交”。" in dialog
    assert found(world)[0].state == "DRAFT"
    assert world.rows(tables.outbox) == []


def test_the_introduction_stands_beside_the_form_grey_or_not(form: Page) -> None:
    form.send()

    for path in (LIST, form.path):
        assert "办理步骤" in form.browser.get(path).text.partition("<aside")[2].partition("</aside>")[0]


def test_an_introduction_of_the_insurers_stands_in_place_of_ours(world: World, form: Page) -> None:
    told = {"zh_html": "<p>欢迎咨询</p>", "en_html": "<p>Ask us</p>"}
    row = {"partner": "acme", "key": "introduction:INQUIRY", "version": "2026-2", "body": told}
    with writing(world.runtime.engine) as connection:
        connection.execute(insert(tables.partner_content).values(**row, received_at=world.clock.now()))

    beside = form.browser.get(LIST).text.partition("<aside")[2].partition("</aside>")[0]

    assert "<p>欢迎咨询</p>" in beside
    assert "版本 2026-2" in beside


def test_further_wishes_are_required_for_the_third_choice_only(world: World, form: Page) -> None:
    refused = form.send(topic="OTHER")
    page = Page(form.browser, f"{form.path}/submit")
    taken = page.send(topic="OTHER", request="想了解保险费率")

    assert (refused.status_code, taken.status_code) == (422, 303)
    assert found(world)[0].content["request"] == "想了解保险费率"


def test_a_submitted_inquiry_carries_the_name_of_its_region_and_is_read_only(world: World, form: Page) -> None:
    form.send()

    (row,) = found(world)
    assert (row.state, row.content["region_name"]) == ("SUBMITTED", "陕西省西安市新城区")
    assert form.browser.get(f"{form.path}/submit").status_code == 409
    page = form.browser.get(form.path).text
    assert re.search(r'value="陕西省西安市新城区" readonly', page)
    assert "data-entry" not in page
    assert row.number in page.partition("每页")[0].rpartition("<table")[2]  # the list is below


def test_the_insurers_answer_stands_in_the_inquirys_row(world: World, form: Page) -> None:
    form.send()
    with reading(world.runtime.engine) as connection:
        (obj,) = Tenant(connection, OURS).page("inquiry", Query()).rows
    world.event(obj, "answered", answer_text="请致电", answered_by="张经理", answer_phone="029-81234567")

    page = form.browser.get(LIST).text

    assert '请致电<span class="sub">张经理</span><span class="sub">029-81234567</span>' in page


def test_a_city_without_districts_is_enough(world: World, form: Page) -> None:
    form.send(**{"region_code-0": "44", "region_code-1": "4419", "region_code-2": ""})

    assert found(world)[0].content["region_name"] == "广东省东莞市"


def test_a_deleted_draft_leaves_the_list_but_not_the_records(world: World, form: Page) -> None:
    form.send("draft", contact_name="王小明")
    asked = form.browser.get(f"{form.path}/delete")
    deleted = form.browser.post(f"{form.path}/delete", {"revision": "1"}, Accept="text/html")

    assert "是否删除该询保申请" in asked.text
    assert deleted.headers["Location"] == LIST
    listed = form.browser.get(LIST).text
    number = found(world)[0].number
    assert number not in listed
    assert "询保申请已删除" in listed
    assert number in form.browser.get(f"{LIST}?state=DELETED").text
    assert world.rows(tables.draft) == []


def test_a_draft_saved_elsewhere_meanwhile_is_not_overwritten(world: World, form: Page) -> None:
    form.send("draft")
    mine, theirs = Page(form.browser, f"{form.path}/submit"), Page(form.browser, f"{form.path}/submit")
    theirs.send("draft", address="另一路2号")

    answer = mine.send(address="示例路3号")

    assert answer.status_code == 409
    assert "另一路2号" in answer.text
    assert "示例路3号" in answer.text
    assert found(world)[0].state == "DRAFT"


def test_a_session_that_ended_costs_the_page_but_not_the_draft(world: World, form: Page, open_browser: Any) -> None:
    form.send("draft", address="示例路9号")
    world.end_sessions()

    refused = form.send()
    later = Page(open_browser("LP"), f"{form.path}/submit")

    assert refused.status_code == 303
    assert "示例路9号" in later.text


@pytest.mark.parametrize("path", ["zz", "0" * 31, "A" * 32])
def test_an_id_that_no_page_of_ours_chose_begins_nothing(path: str, world: World, form: Page) -> None:
    answer = form.browser.post(f"{LIST}/{path}/draft", {**form.fields, **GOOD})

    assert answer.status_code == 404
    assert found(world) == []


def test_the_id_of_another_enterprises_object_reads_like_none(
    world: World, form: Page, open_browser: Callable[..., Browser]
) -> None:
    form.send("draft", address="示例路1号")
    thief = open_browser("LP", THEIRS)

    answer = thief.post(f"{form.path}/draft", {**form.fields, **GOOD, "address": "别处"})

    assert answer.status_code == 404
    with reading(world.runtime.engine) as connection:
        assert [obj.enterprise for obj in Tenant(connection, OURS).search(found(world)[0].number)] == [OURS]
    assert len(world.rows(tables.number_sequence)) == 1
    assert world.rows(tables.number_sequence)[0].last == 1


def test_only_a_partner_that_declares_the_capability_can_be_chosen(world: World, form: Page) -> None:
    answer = form.browser.post(f"{form.path}/draft", {**form.fields, "begin": "nobody", **GOOD})

    assert answer.status_code == 409
    assert found(world) == []


def test_a_kind_that_only_partners_begin_has_no_new_page(user: Browser) -> None:
    assert user.get("/micro_policy/micro_application/new").status_code == 404


def test_the_next_level_of_a_region_is_offered(user: Browser) -> None:
    assert ["6101", "西安市"] in user.get("/regions/61").json
    assert user.get("/regions/4419").json == []
