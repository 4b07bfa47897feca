"""A voyage insured with each of the two insurers, from the agreement to the policy, in Chromium against the demo."""

import re
from collections.abc import Callable, Mapping

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Demo, give_pin
from tests.browser.test_journey import open_tab, panel

pytestmark = pytest.mark.browser
INSURERS = {"yunfan": "云帆财产保险（示例）", "shanhe": "山河财产保险（示例）"}
TYPED: Mapping[str, str] = {
    "goods_code": "8517",
    "packaging": "纸箱",
    "marks": "N/M",
    "invoice_title": "示例进出口有限公司",
    "invoice_tax_no": "91000000DEM000014K",
    "invoice_address": "示例路1号",
    "invoice_email": "trade@example.cn",
    "invoice_phone": "029-80000000",
    "voyage_no": "046E",
    "origin_port": "上海港",
    "origin_description": "上海洋山港区",
    "destination_port": "Hamburg",
    "destination_description": "Hamburg, Germany",
    "claim_place": "Hamburg",
    "invoice_amount": "100000.00",
}
CATEGORY = "机电、音像设备及其零件、附件"
LATER = 30_000  # ms until the insurer has spoken


def open_list(page: Page, tab: str) -> None:
    open_tab(page, "货物运输险预约" if "预约" in tab else "货物运输险投保", tab)


def row(page: Page, *texts: str) -> Page:
    found = panel(page).locator("table.grid tbody tr")
    for text in texts:
        found = found.filter(has_text=text)
    return found.first  # type: ignore[return-value]


def fill(page: Page, **values: str) -> None:
    for name, value in (TYPED | values).items():
        panel(page).locator(f"[name={name}]").fill(value)


def choose(page: Page, field: str, label: str) -> None:
    """A long list: type, and take what is left."""
    box = panel(page).locator(f"[data-field={field}] input[role=combobox]")
    box.fill(label)
    panel(page).locator(f"[data-field={field}] [role=option]").filter(has_text=label).click()
    expect(box).to_have_value(re.compile(label))


def choose_places(page: Page) -> None:
    """In China from lists, the cities those of the province; abroad by typing."""
    part = panel(page)
    part.get_by_label("起运地省份").select_option("江苏省")
    part.get_by_label("起运地城市").select_option("苏州市")
    choose(page, "destination_country", "德国")
    part.get_by_label("目的地城市").fill("Hamburg")


def change_terms(page: Page) -> None:
    """The agreement's special terms go and one comes back, by keys alone; what else is typed stays."""
    terms = panel(page).get_by_role("group", name="特殊约定", exact=True)
    terms.locator("[data-pick-all]").press("Space")
    terms.get_by_role("button", name="删除所选的行").press("Enter")
    expect(terms).to_contain_text("没有找到匹配的记录")
    expect(terms.get_by_role("combobox")).to_be_focused()
    terms.get_by_role("button", name="添加特殊约定").press("Enter")
    expect(terms.locator("[data-pick]")).to_have_count(1)


def button(page: Page, name: str) -> None:
    panel(page).locator(".actionbar").get_by_role("button", name=re.compile(f"^{name}")).click()


def submit(page: Page, pin: str) -> None:
    with page.expect_popup() as window:
        button(page, "提交")
    give_pin(window.value, pin)
    expect(panel(page).get_by_text("保险公司已收到投保单")).to_be_visible()


def wait_for(page: Page, tab: str, number: str, state: str) -> None:
    """Load the list again until the object is there in this state, as a person does."""
    open_list(page, tab)
    for _ in range(LATER // 500):
        panel(page).locator("[data-refresh]").click()
        page.wait_for_timeout(500)
        if panel(page).locator("table.grid tbody tr").filter(has_text=number).filter(has_text=state).count():
            return
    expect(row(page, number)).to_contain_text(state)


def begin(page: Page, insurer: str) -> None:
    open_list(page, "货物运输险协议查询")
    row(page, INSURERS[insurer], "有效").get_by_role("link", name="投保", exact=True).click()
    expect(page.get_by_role("heading", name="货物运输险投保", level=1)).to_be_visible()


def number_of(page: Page, insurer: str) -> str:
    open_list(page, "货物运输险投保单查询")
    return row(page, INSURERS[insurer]).locator("th.number").inner_text()


def apply(page: Page, demo: Demo, insurer: str, **values: str) -> str:
    """A whole application, handed in; returns its number."""
    begin(page, insurer)
    fill(page, **{"invoice_no": "INV-1", "departure_date": "2026-12-01", "arrival_date": "2026-12-20"} | values)
    choose(page, "goods_category", CATEGORY)
    submit(page, demo.pin)
    return number_of(page, insurer)


@pytest.mark.parametrize("insurer", INSURERS)
def test_a_voyage_is_insured_from_the_agreement_to_the_policy(
    login: Callable[..., Page], demo: Demo, insurer: str
) -> None:
    page = login()
    begin(page, insurer)
    fill(page)
    button(page, "提交")
    expect(panel(page).locator(".error-summary")).to_contain_text("发票号和提单/运单号至少填一个")
    choose(page, "goods_category", CATEGORY)
    choose_places(page)
    change_terms(page)
    fill(page, invoice_no="INV-1", departure_date="2026-12-10", arrival_date="2026-12-01")
    button(page, "提交")
    expect(panel(page).locator(".error-summary")).to_contain_text("预计抵达日期不能早于起运日期")
    fill(page, invoice_no="INV-1", departure_date="2026-12-01", arrival_date="2026-12-20")
    panel(page).get_by_role("group", name="附加险").get_by_label("战争险").check()
    submit(page, demo.pin)

    number = number_of(page, insurer)
    wait_for(page, "货物运输险投保单查询", number, "已出单未缴费")
    row(page, number).get_by_text("查看明细").click()
    expect(panel(page)).to_contain_text("110,000.00")
    expect(panel(page)).to_contain_text("苏州市")
    expect(panel(page)).to_contain_text("55.00")
    demo.ask(insurer, do="paid", application_no=number)
    wait_for(page, "货物运输险投保单查询", number, "已生效")
    wait_for(page, "货物运输险保单查询", number, "生效")
    row(page, number).get_by_text("查看明细").click()
    expect(panel(page).get_by_text("查看电子保单").first).to_be_visible()


def test_a_declined_application_is_changed_and_one_under_review_is_cancelled(
    login: Callable[..., Page], demo: Demo
) -> None:
    page = login()
    number = apply(page, demo, "yunfan", marks="拒保")
    wait_for(page, "货物运输险投保单查询", number, "拒保")
    row(page, number).get_by_role("link", name="修改").click()
    panel(page).locator("[name=marks]").fill("排队")
    submit(page, demo.pin)
    wait_for(page, "货物运输险投保单查询", number, "待核保")

    row(page, number).get_by_role("link", name="撤销").click()
    expect(page.get_by_text("是否撤销该投保单？")).to_be_visible()
    page.locator("dialog:visible, #panels > [role=tabpanel]:visible").last.get_by_role("button", name="撤销").click()

    wait_for(page, "货物运输险投保单查询", number, "已撤销")


def test_a_draft_keeps_what_was_typed_and_can_be_deleted(login: Callable[..., Page]) -> None:
    page = login()
    begin(page, "yunfan")
    panel(page).locator("[name=marks]").fill("半张投保单")
    button(page, "暂存")
    expect(page.get_by_text("已暂存").first).to_be_visible()

    open_list(page, "货物运输险投保单查询")
    expect(row(page, "暂存")).to_be_visible()
    row(page, "暂存").get_by_role("link", name="修改").click()
    expect(panel(page).locator("[name=marks]")).to_have_value("半张投保单")
    expect(panel(page).get_by_label("协议编号", exact=True)).to_have_value(re.compile("YFX"))


def test_an_appointment_is_made(login: Callable[..., Page]) -> None:
    page = login()
    open_list(page, "货运险预约")
    page.get_by_role("link", name=INSURERS["shanhe"]).click()
    panel(page).locator("[name=contact_name]").fill("王小明")
    panel(page).locator("[name=contact_phone]").fill("电话")
    panel(page).locator("[name=transport_mode]").select_option("2")
    choose(page, "goods_category", CATEGORY)
    button(page, "预约")
    expect(panel(page).locator(".error-summary")).to_contain_text("格式有误")
    panel(page).locator("[name=contact_phone]").fill("029-80000000")
    button(page, "预约")
    expect(page.get_by_text("保险公司已收到预约")).to_be_visible()

    wait_for(page, "货运险预约查询", INSURERS["shanhe"], "预约成功")
