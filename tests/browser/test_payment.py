"""Premiums paid from agreement to policy, for every cargo insurer and every bank that is installed: in Chromium."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from demo import world
from tests.browser.conftest import Demo, give_pin
from tests.browser.test_cargo import INSURERS, apply, button, open_list, row, wait_for
from tests.browser.test_journey import open_menu, panel

pytestmark = pytest.mark.browser
BANKS = {code: world.simulated()[code].sheet.name.zh for code in world.offering("payment") if code not in INSURERS}
ACCOUNT, PAYER_TAX = "6222000000000001", "91000000DEM000014K"
LONG = 60_000  # ms until a bank has spoken


def agree(page: Page, demo: Demo, bank: str, insurer: str) -> None:
    """The four steps of an agreement, up to the bank's word; nothing where there is one (they have one each)."""
    open_menu(page, "在线交费签约")
    expect(panel(page).get_by_role("link", name="协议签署", exact=True)).to_be_visible()
    if row(page, BANKS[bank], INSURERS[insurer]).filter(has_text="签约成功").count():
        return
    panel(page).get_by_role("link", name="协议签署", exact=True).click()
    choice = page.get_by_role("link", name=BANKS[bank], exact=True)
    if len(BANKS) > 1:
        choice.click()
    sign(page, demo, insurer)
    wait_until(page, row(page, BANKS[bank], INSURERS[insurer]), "签约成功")


def sign(page: Page, demo: Demo, insurer: str, account: str = ACCOUNT) -> None:
    view = panel(page)
    view.get_by_label(INSURERS[insurer]).check()
    view.get_by_role("button", name="下一步").click()
    view.locator("[name=tax_no]").fill(PAYER_TAX)
    view.locator("[name=payer_account]").fill(account)
    view.get_by_role("button", name="下一步").click()
    view.get_by_label("我同意协议条款").check()
    view.get_by_role("button", name="完成").click()
    confirm(page, demo, "是否发送协议签署")
    expect(view.locator(".progress .said")).not_to_have_text("", timeout=LONG)
    open_menu(page, "在线交费签约")


def confirm(page: Page, demo: Demo, question: str) -> None:
    """是, and the PIN."""
    expect(page.get_by_text(question, exact=True)).to_be_visible()
    with page.expect_popup() as window:
        page.get_by_role("button", name="是", exact=True).click()
    give_pin(window.value, demo.pin)


def wait_until(page: Page, found: Page, state: str) -> None:
    for _ in range(LONG // 500):
        if state in found.inner_text():
            return
        page.wait_for_timeout(500)
        panel(page).locator("[data-refresh]").click()
    expect(found).to_contain_text(state)  # type: ignore[arg-type]


def issued(page: Page, demo: Demo, insurer: str, invoice: str) -> str:
    number = apply(page, demo, insurer, invoice_no=invoice)
    wait_for(page, "货物运输险投保单查询", number, "已出单未缴费")
    return number


def pay(page: Page, demo: Demo, bank: str, insurer: str, *more: str, purpose: str = "") -> None:
    """From the bills that are chosen to the PIN."""
    expect(page.get_by_role("heading", name="待缴费业务", level=1)).to_be_visible()  # lists have such boxes too
    view = panel(page)
    for number in more:
        view.get_by_label(f"选择 {number}").check()
    view.locator(".banks li").filter(has_text=BANKS[bank]).filter(has_text=INSURERS[insurer]).get_by_role(
        "radio"
    ).check()
    view.get_by_role("button", name="下一步").click()
    expect(page.get_by_role("heading", name="在线支付", level=1)).to_be_visible()
    expect(view).not_to_contain_text("为必填项")  # only the purpose may be typed
    if purpose:
        view.locator("[name=purpose]").fill(purpose)
    button(page, "完成")
    confirm(page, demo, "是否立即支付?")
    expect(view.locator(".progress .said")).to_have_text(re.compile("支付请求已提交，等待银行确认|银行已受理|支付"))


@pytest.mark.parametrize("bank", BANKS)
@pytest.mark.parametrize("insurer", INSURERS)
def test_a_premium_is_paid_once_merged_and_again_after_a_failure(
    login: Callable[..., Page], demo: Demo, bank: str, insurer: str
) -> None:
    page = login("DEMO-2")
    agree(page, demo, bank, insurer)
    page.get_by_role("button", name="退出").click()

    page = login("DEMO-1")
    number = issued(page, demo, insurer, f"ONE-{bank}")
    row(page, number).get_by_role("link", name="在线支付").click()
    pay(page, demo, bank, insurer)
    expect(panel(page).locator(".progress .said")).to_have_text("支付成功", timeout=LONG)
    wait_for(page, "货物运输险投保单查询", number, "已生效")

    first, second = (issued(page, demo, insurer, f"{name}-{bank}") for name in ("TWO", "THREE"))
    row(page, first).get_by_role("link", name="在线支付").click()
    pay(page, demo, bank, insurer, second, purpose="拒绝")
    expect(panel(page).locator(".progress .said")).to_have_text("支付失败", timeout=LONG)
    open_list(page, "货物运输险投保单查询")
    row(page, first).get_by_role("link", name="重新支付").click()
    pay(page, demo, bank, insurer, second)
    expect(panel(page).locator(".progress .said")).to_have_text("支付成功", timeout=LONG)
    panel(page).get_by_role("link", name="查看详情").click()
    expect(panel(page)).to_contain_text("110.00")
    expect(panel(page)).to_contain_text("**** 0001")
    wait_for(page, "货物运输险投保单查询", second, "已生效")
