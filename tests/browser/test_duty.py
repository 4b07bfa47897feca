"""Duties guaranteed, from the letter to the release, in Chromium against the demo."""

from collections.abc import Callable, Mapping

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Demo
from tests.browser.test_cargo import INSURERS, button, row
from tests.browser.test_claim import choose_seal, wait_for, with_card
from tests.browser.test_journey import open_menu, open_tab, panel
from tests.browser.test_payment import BANKS, LONG, agree, pay

pytestmark = pytest.mark.browser
BANK = next(iter(BANKS))
LIMIT: Mapping[str, str] = {
    "contact_name": "王小明",
    "contact_phone": "029-80000000",
    "legal_person": "李某",
    "applied_amount": "60000000.00",
}
DECLARATIONS = ("223320261000123456", "223320261000123457")
GUARANTEE: Mapping[str, str] = {"start_date": "2026-12-01", "end_date": "2027-05-31"}


def fill(page: Page, values: Mapping[str, str]) -> None:
    for name, value in values.items():
        panel(page).locator(f"[name={name}]").fill(value)


def pick(page: Page, field: str, label: str) -> None:
    """A list: as a select, or typed where it is long."""
    select = panel(page).locator(f"select[name={field}]")
    if select.is_visible():
        select.select_option(label=label)
        return
    panel(page).locator(f"[data-field={field}] input[role=combobox]").fill(label)
    panel(page).locator(f"[data-field={field}] [role=option]").filter(has_text=label).first.click()


def make_seal(page: Page, demo: Demo) -> None:
    open_menu(page, "印章管理")
    panel(page).get_by_role("link", name="制作印章").click()
    panel(page).locator("[name=operator]").select_option(label="示例操作员（操作员卡）")
    with_card(page, demo, lambda: button(page, "保存印章"))
    expect(panel(page).get_by_text("有效", exact=True).first).to_be_visible()


def authorise(page: Page, demo: Demo, insurer: str) -> None:
    open_menu(page, "企业征信")
    panel(page).get_by_role("link", name="授权书签署", exact=True).click()
    page.get_by_role("link", name=INSURERS[insurer]).click()
    choose_seal(page)
    with_card(page, demo, lambda: button(page, "下一步"))
    letter = panel(page).locator("iframe.paper")
    expect(letter).to_be_visible()  # what the card has signed; nothing is sent yet
    shown = page.request.get(demo.portal + str(letter.get_attribute("src")))
    assert (shown.status, shown.headers["content-type"]) == (200, "application/pdf")
    button(page, "完成")
    expect(page.get_by_text("是否确认提交?", exact=True)).to_be_visible()
    page.get_by_role("dialog").get_by_role("button", name="确认", exact=True).click()
    expect(page.get_by_text("保险公司已收到").first).to_be_visible()
    open_menu(page, "企业征信")
    wait_for(page, INSURERS[insurer], "授权成功")


def limited(page: Page, insurer: str) -> None:
    open_menu(page, "额度申请")
    panel(page).get_by_role("link", name="额度申请", exact=True).last.click()
    page.get_by_role("link", name=INSURERS[insurer]).click()
    fill(page, LIMIT)
    pick(page, "customs_code", "6101961234")
    pick(page, "customs_office", "西安海关")
    pick(page, "guarantee_use", "汇总征税担保")
    button(page, "额度申请")
    expect(page.get_by_text("保险公司已收到").first).to_be_visible()
    open_menu(page, "额度申请")
    wait_for(page, INSURERS[insurer], "60,000,000.00", "成功")


def name_declarations(page: Page) -> None:
    """Asked for only where single ones are guaranteed."""
    numbers = panel(page).get_by_role("group", name="报关单号")
    expect(numbers).to_be_hidden()
    pick(page, "guarantee_use", "纳税期限担保")
    for place, number in enumerate(DECLARATIONS):
        numbers.get_by_role("button", name="新增").click()
        panel(page).locator(f"[name=declarations-{place}-declaration_no]").fill(number)


def apply(page: Page, demo: Demo, insurer: str, amount: str, *, per_declaration: bool = False) -> str:
    """An application under the limit; returns its number once its premium is due."""
    open_tab(page, "关税险投保", "额度信息")
    row(page, INSURERS[insurer], "成功").get_by_role("link", name="申请投保").click()
    expect(panel(page).get_by_label("剩余额度(元)")).not_to_be_editable()
    fill(page, {**GUARANTEE, "guarantee_amount": amount})
    panel(page).locator("[name=invoice_type][value=NONE]").check()
    if per_declaration:
        name_declarations(page)
    with_card(page, demo, lambda: button(page, "提交"))
    expect(page.get_by_text("保险公司已收到").first).to_be_visible()
    open_tab(page, "关税险投保", "关税保证保险投保单查询")
    shown = f"{float(amount):,.2f}"
    wait_for(page, INSURERS[insurer], shown, "核保成功待缴费")
    return row(page, INSURERS[insurer], shown).locator("th.number").inner_text()


def begin(login: Callable[..., Page], demo: Demo, insurer: str) -> Page:
    """The legal person makes a seal and signs with the bank; the operator signs the letter and is granted a limit."""
    page = login("DEMO-2")
    make_seal(page, demo)
    agree(page, demo, BANK, insurer)
    page.get_by_role("button", name="退出").click()
    page = login("DEMO-1")
    authorise(page, demo, insurer)
    limited(page, insurer)
    return page


def test_from_the_letter_to_the_limit_three_guarantees_in_one_payment_and_their_release(
    login: Callable[..., Page], demo: Demo
) -> None:
    insurer = "yunfan"
    page = begin(login, demo, insurer)
    row(page, INSURERS[insurer], "成功").get_by_role("link", name="额度追加").click()
    dialog = page.get_by_role("dialog", name="额度追加")
    dialog.locator("[name=top_up_amount]").fill("5000000.00")
    dialog.get_by_role("button", name="追加", exact=True).click()
    expect(dialog).to_contain_text("保险公司已收到")
    dialog.get_by_role("link", name="返回列表").click()
    wait_for(page, INSURERS[insurer], "65,000,000.00")

    numbers = [apply(page, demo, insurer, amount) for amount in ("14723.00", "1000.00", "25.00")]
    row(page, numbers[0]).get_by_role("link", name="在线支付").click()
    pay(page, demo, BANK, insurer, *numbers[1:])  # one payment for the three
    expect(panel(page).locator(".progress .said")).to_have_text("支付成功", timeout=LONG)
    open_tab(page, "关税险投保", "关税保证保险投保单查询")
    for number in numbers:
        wait_for(page, number, "已出单")
    open_menu(page, "额度申请")
    wait_for(page, INSURERS[insurer], "15,748.00", "64,984,252.00")
    row(page, INSURERS[insurer], "成功").get_by_role("link", name="额度变更记录").click()
    expect(page.get_by_role("dialog", name="额度变更记录").get_by_role("cell", name="64,984,252.00")).to_be_visible()
    page.keyboard.press("Escape")

    open_tab(page, "关税险投保", "关税保证保险保单查询")
    policy = row(page, INSURERS[insurer], "14,723.00").locator("th.number").inner_text()
    demo.ask(insurer, do="settle", policy_no=policy, reason="税款已缴库")
    wait_for(page, policy, "已解除")
    row(page, policy).get_by_text("明细查看").click()
    expect(panel(page).get_by_text("预览").first).to_be_visible()
    open_menu(page, "额度申请")
    wait_for(page, INSURERS[insurer], "1,025.00", "64,998,975.00")


def test_an_insurer_that_is_asked_for_its_news_guarantees_too(login: Callable[..., Page], demo: Demo) -> None:
    insurer = "shanhe"
    page = begin(login, demo, insurer)

    number = apply(page, demo, insurer, "14723.00", per_declaration=True)
    row(page, number).get_by_role("link", name="在线支付").click()
    pay(page, demo, BANK, insurer)
    expect(panel(page).locator(".progress .said")).to_have_text("支付成功", timeout=LONG)

    open_tab(page, "关税险投保", "关税保证保险保单查询")
    wait_for(page, INSURERS[insurer], "14,723.00")
    policy = row(page, INSURERS[insurer], "14,723.00")
    expect(policy.get_by_role("link", name="预览")).to_be_visible()
    policy.get_by_text("明细查看").click()
    for number in DECLARATIONS:
        expect(panel(page)).to_contain_text(number)
