"""An inquiry from the first key to the insurer's answer, in Chromium against the running demo."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Demo, in_english
from tests.browser.test_journey import open_menu, panel

pytestmark = pytest.mark.browser
NUMBER = re.compile(r"\d{4}[0-9]{15}")
GOOD = {
    "address": "示例路1号",
    "contact_name": "王小明",
    "contact_mobile": "13800000000",
    "contact_phone": "029-80000000",
    "contact_email": "trade@example.cn",
}


def choose(page: Page, *codes: str) -> None:
    for level, code in enumerate(codes):
        select = panel(page).locator(f"[name=region_code-{level}]")
        expect(select).to_be_enabled()
        select.select_option(code)


def fill(page: Page, **values: str) -> None:
    for name, value in (GOOD | values).items():
        panel(page).locator(f"[name={name}]").fill(value)


def button(page: Page, name: str) -> None:
    panel(page).locator(".actionbar").get_by_role("button", name=re.compile(f"^{name}")).click()


def rows(page: Page) -> list[str]:
    return panel(page).locator("table.grid tbody tr").all_inner_texts()


def test_an_inquiry_is_drafted_corrected_submitted_and_answered(login: Callable[..., Page]) -> None:
    page = login()
    open_menu(page, "投保咨询")
    panel(page).locator("[name=contact_name]").fill("王小明")
    button(page, "保存")
    expect(panel(page).locator(".error-summary")).to_be_focused()
    expect(panel(page).locator("table.grid tbody tr").first).to_contain_text("王小明")
    expect(panel(page).locator(".error-summary")).to_contain_text("请选择省/市")
    choose(page, "61", "6101", "610102")
    fill(page)
    panel(page).get_by_label("我有其他需求").check()
    expect(panel(page).locator("[data-field=request] label")).to_have_class(re.compile("req"))
    panel(page).locator("[name=request]").fill("想了解保险费率")
    expect(panel(page).get_by_text("已输入 7/500 字")).to_be_visible()
    button(page, "保存")
    said = panel(page).get_by_role("dialog")
    expect(said).to_contain_text("保存成功，尚未提交")
    said.get_by_role("button", name="确定").press("Enter")
    expect(said).to_be_hidden()
    button(page, "提交")

    expect(page.get_by_text("询保申请提交成功")).to_be_visible()
    page.wait_for_timeout(4000)  # the insurer answers
    open_menu(page, "投保咨询")
    panel(page).locator("[data-refresh]").click()
    row = panel(page).locator("table.grid tbody tr").first
    expect(row).to_contain_text("已反馈")
    row.get_by_text("查看详情").click()
    expect(panel(page).locator("input[readonly][value='陕西省西安市新城区']")).to_be_visible()
    expect(panel(page)).to_contain_text("您的需求已转相关部门")


def test_a_city_without_districts_ends_the_choice_of_the_region(login: Callable[..., Page]) -> None:
    page = login()
    open_menu(page, "投保咨询")

    choose(page, "44", "4419")

    expect(panel(page).locator("[name=region_code-2]")).to_be_disabled()


def test_wrong_input_is_named_beside_its_field_as_soon_as_it_is_left(login: Callable[..., Page]) -> None:
    page = login()
    open_menu(page, "投保咨询")

    panel(page).locator("[name=contact_mobile]").fill("123")
    panel(page).locator("[name=contact_mobile]").press("Tab")

    expect(panel(page).locator("[data-field=contact_mobile] .tip")).to_contain_text("11位手机号")


def test_what_is_saved_by_itself_is_found_again_after_a_reload(login: Callable[..., Page]) -> None:
    page = login()
    page.clock.install()
    page.reload()
    open_menu(page, "投保咨询")
    panel(page).locator("[name=address]").fill("自动保存路7号")
    page.clock.run_for(31_000)
    expect(panel(page).locator("[data-saved]")).to_contain_text("已于")

    page.reload()

    expect(panel(page).locator("[name=address]")).to_have_value("自动保存路7号")


def test_two_tabs_on_one_draft_do_not_overwrite_each_other(login: Callable[..., Page]) -> None:
    page = login()
    open_menu(page, "投保咨询")
    panel(page).locator("[name=address]").fill("第一页路1号")
    button(page, "保存")
    expect(panel(page).locator(".error-summary")).to_be_focused()
    other = page.context.new_page()
    other.goto(page.url)
    panel(other).locator("[name=address]").fill("第二页路2号")
    button(other, "保存")
    expect(panel(other).locator(".error-summary")).to_be_focused()

    panel(page).locator("[name=address]").fill("第一页路3号")
    button(page, "保存")

    expect(panel(page)).to_contain_text("第二页路2号")
    expect(panel(page)).to_contain_text("第一页路3号")


def test_an_inquiry_in_english_is_refused_saved_and_deleted_by_keyboard_after_a_question(
    login: Callable[..., Page],
) -> None:
    page = login()
    with in_english(page):
        open_menu(page, "Inquiries")
        panel(page).locator("[name=contact_mobile]").fill("123")
        button(page, "Submit")
        expect(panel(page).locator(".error-summary")).to_contain_text("Registered in")
        expect(panel(page).locator(".error-summary")).not_to_contain_text(re.compile("[一-鿿]"))
        panel(page).locator("[name=address]").fill("将删除路9号")
        panel(page).locator("[name=address]").press("Alt+s")
        expect(panel(page).locator(".error-summary")).not_to_contain_text("Address")
        number = panel(page).locator("table.grid tbody tr th").first.inner_text()

        page.keyboard.press("Alt+r")
        expect(panel(page)).to_contain_text("Delete this inquiry?")
        panel(page).get_by_role("button", name="Delete").click()

        expect(panel(page).get_by_text("Inquiry deleted")).to_be_visible()
        assert not any(number in text for text in rows(page))


def test_the_form_without_javascript_still_saves_and_offers_the_next_level(
    demo: Demo, login: Callable[..., Page]
) -> None:
    page = login()
    plain = page.context.browser.new_context(java_script_enabled=False)  # type: ignore[union-attr]
    plain.add_cookies(page.context.cookies())  # type: ignore[arg-type]
    bare = plain.new_page()
    bare.goto(f"{demo.portal}/inquiry/inquiry")
    bare.locator("[name=region_code-0]").select_option("61")

    bare.get_by_role("button", name="下一级").click()
    bare.locator("[name=region_code-1]").select_option("6101")

    assert bare.locator("[name=region_code-0]").input_value() == "61"
    plain.close()


def test_a_browser_that_is_too_old_is_told_so_on_a_plain_page(demo: Demo, page: Page) -> None:
    page.add_init_script("delete Element.prototype.checkVisibility")
    page.route("**/js/main.js", lambda route: route.abort())  # it would not run its modules

    page.goto(demo.portal)

    expect(page.get_by_role("heading", name="请升级浏览器")).to_be_visible()
    expect(page.get_by_role("heading", name="Please update your browser")).to_be_visible()


def test_several_drafts_are_ticked_by_keyboard_and_deleted_at_once(login: Callable[..., Page]) -> None:
    page = login()
    for address in ("将删除路1号", "将删除路2号"):
        open_menu(page, "投保咨询")
        panel(page).locator("[name=address]").fill(address)
        button(page, "保存")
        expect(panel(page).locator(".error-summary")).to_be_focused()
        page.goto(page.url.split("/inquiry/")[0] + "/inquiry/inquiry")
    bar = panel(page).locator("form[data-many]")
    boxes = panel(page).locator("table.grid tbody input[name=row]")
    remove = bar.get_by_role("button", name="删除")
    expect(remove).to_be_disabled()
    for place in (0, 1):
        boxes.nth(place).press("Space")
    numbers = panel(page).locator("table.grid tbody tr:has(:checked) th.number").all_inner_texts()
    expect(bar).to_contain_text("已选 2 条")

    remove.press("Enter")
    expect(panel(page)).to_contain_text("是否对以下 2 条记录进行“删除”？")
    panel(page).get_by_role("button", name="是").press("Enter")

    expect(panel(page).get_by_text("删除已完成：2 条记录")).to_be_visible()
    assert not any(number in text for text in rows(page) for number in numbers)
