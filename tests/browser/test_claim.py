"""A loss claimed under a credit policy, from the seal to the payment, in Chromium against the demo."""

import re
from collections.abc import Callable, Mapping
from io import BytesIO
from typing import Any

import pytest
from openpyxl import load_workbook
from playwright.sync_api import Page, expect

from demo.world import SAMPLE
from hub.contract.media import XLSX
from tests.browser.conftest import Demo, give_pin, in_english
from tests.browser.test_cargo import button, choose, row
from tests.browser.test_journey import confirm, open_menu, open_offer, open_tab, panel
from tests.browser.test_journey import fill as fill_application
from web.forms.claim import ShipmentRow

pytestmark = pytest.mark.browser
DECLARATION, IMPORT, GONE = "224820260000000001", "224820261000000001", "224820260000000077"
SHIPMENT: Mapping[str, str] = {
    "contract_or_lc_no": "HT-2026-001",
    "invoice_no": "INV-1",
    "hs_code": "1002900000",
    "declaration_no": DECLARATION,
    "payment_term": "60天",
    "invoice_amount_usd": "30000.00",
    "received_amount_usd": "10000.00",
    "claim_amount_usd": "20000.00",
}
PHOTO: Any = {"name": "货物照片.png", "mimeType": "image/png", "buffer": b"\x89PNG\r\n\x1a\n" + bytes(1000)}
QUESTIONS = (
    "recovery_entrusted", "claim_right_transferred", "indemnity_transferred", "bank_urged", "receivable_assigned",
)  # fmt: skip
NEW_BUYER = {"name_en": "NEW BUYER 99 LTD", "address_en": "99 Example Street", "remark": "沉默"}
TEXTS = ("cause_text", "case_text", "mitigation_text")
LATER = 60  # seconds until a partner has spoken


def with_card(page: Page, demo: Demo, press: Callable[[], None]) -> None:
    """Press a button that asks for the card, and give the PIN in the agent's window."""
    with page.expect_popup() as window:
        press()
    give_pin(window.value, demo.pin)


def wait_for(page: Page, *texts: str) -> None:
    """Load the list again until one of its rows says all this, as a person does."""
    for _ in range(LATER):
        if row(page, *texts).count():
            return
        page.wait_for_timeout(1000)
        panel(page).locator("[data-refresh]").click()
    expect(row(page, *texts)).to_be_visible()


def insure(page: Page, demo: Demo) -> None:
    """A policy in force."""
    demo.control(do="offer", uscc=SAMPLE.uscc, enterprise_name=SAMPLE.name)
    page.wait_for_timeout(1000)
    open_offer(page)
    fill_application(page)
    with_card(page, demo, lambda: confirm(page))
    expect(page.get_by_text("投保申请提交成功")).to_be_visible()


def contract(page: Page, demo: Demo) -> None:
    """A company seal, and the service agreement signed by both."""
    open_menu(page, "印章管理")
    panel(page).get_by_role("link", name="制作印章").click()
    panel(page).locator("[name=operator]").select_option(index=1)
    with_card(page, demo, lambda: button(page, "保存印章"))
    expect(panel(page).get_by_text("有效", exact=True).first).to_be_visible()
    open_menu(page, "签约管理")
    panel(page).get_by_role("link", name="签署协议").first.click()
    choose_seal(page)
    panel(page).locator("[name=accepted]").check()
    with_card(page, demo, lambda: button(page, "同意"))
    expect(page.get_by_text("等待保险公司加盖电子签章").first).to_be_visible()
    open_menu(page, "签约管理")
    wait_for(page, "签约完成")


def choose_seal(page: Page) -> None:
    seals = panel(page).locator("select[name=seal_no]")
    seals.select_option(value=seals.locator("option").last.get_attribute("value"))


def begin(page: Page) -> None:
    open_menu(page, "索赔申请")
    panel(page).get_by_role("link", name="我要索赔").first.click()
    expect(page.get_by_role("heading", name="索赔申请详情", level=1)).to_be_visible()


def choose_buyer(page: Page) -> None:
    panel(page).locator("[data-field=buyer_code]").get_by_role("button", name="查询买方").click()
    expect(page.get_by_role("heading", name="买方查询", level=1)).to_be_visible()
    panel(page).get_by_role("link", name="下一页").click()
    expect(panel(page)).to_contain_text("第 2 页，共 3 页")
    panel(page).locator("[name=name_en]").fill("BUYER 07")
    panel(page).get_by_role("button", name="查询", exact=True).click()
    row(page, "EXAMPLE BUYER 07").get_by_role("button", name="选择").click()
    expect(panel(page)).to_contain_text("已填入买方信息")
    expect(panel(page).locator("[name=buyer_code]")).to_have_value("MF100007")


def today(page: Page) -> str:
    day: str = page.evaluate("new Date().toLocaleDateString('sv-SE', {timeZone: 'Asia/Shanghai'})")
    return day


def enter_shipment(page: Page, **changes: str) -> None:
    """The first line: a new one, or the one that is there."""
    first = panel(page).locator("[name=shipments-0-invoice_no]")
    if not first.count():
        panel(page).get_by_role("button", name="修改第 1 行").click()
    expect(first).to_be_visible()
    for name, value in (SHIPMENT | {"shipped_on": today(page)} | changes).items():
        panel(page).locator(f"[name=shipments-0-{name}]").fill(value)
    panel(page).locator("select[name=shipments-0-payment_method]").select_option("OA")
    panel(page).locator("select[name=shipments-0-collection_status]").select_option("PARTIAL")


def check_documents(page: Page) -> None:
    panel(page).get_by_role("button", name="申报数据检查").click()
    expect(page.get_by_role("heading", name="申报数据检查", level=1)).to_be_visible()


def go_back(page: Page) -> None:
    panel(page).get_by_role("link", name="返回").click()
    expect(page.get_by_role("heading", name="索赔申请详情", level=1)).to_be_visible()


def make_report(page: Page) -> None:
    panel(page).get_by_role("button", name=re.compile("生成出运数据报告")).click()
    expect(page.get_by_role("heading", name="确认出运数据报告", level=1)).to_be_visible()


def agree(page: Page, demo: Demo) -> None:
    choose_seal(page)
    with_card(page, demo, lambda: button(page, "同意"))
    expect(page.get_by_text("出运数据报告已签章，可提交索赔申请")).to_be_visible()


def state_facts(page: Page, case: str) -> None:
    for name in QUESTIONS:
        panel(page).locator(f"[name={name}][value=no]").check()
    panel(page).locator("[name=trade_financed][value=no]").check()
    panel(page).locator("[data-field=loss_cause] input[role=combobox]").fill("BUYER_DEFAULT")
    page.keyboard.press("Enter")
    for name in TEXTS:
        panel(page).locator(f"[name={name}]").fill(case)
    panel(page).locator("[name=declaration_accepted]").check()


def submit(page: Page, demo: Demo) -> None:
    with_card(page, demo, lambda: button(page, "提交"))
    expect(page.get_by_text("保险公司已收到索赔申请")).to_be_visible()


def supplement(page: Page, demo: Demo) -> None:
    """What the insurer asks for besides, with a file."""
    row(page, "补充材料", "SP").get_by_role("link", name="补充材料").click()
    expect(panel(page)).to_contain_text("请补充货物照片和往来函电。")
    panel(page).locator("[name=supplement_text]").fill("附货物照片")
    panel(page).locator("[data-files] input[type=file]").set_input_files([PHOTO])
    expect(panel(page).locator("[data-filelist]")).to_contain_text(PHOTO["name"])
    with_card(page, demo, lambda: button(page, "补充材料"))
    expect(page.get_by_text("保险公司已收到补充材料")).to_be_visible()


def register_buyer(page: Page) -> str:
    """A buyer that the insurer's list lacks, chosen for the claim, in English; returns its temporary number."""
    panel(page).locator("[data-field=buyer_no]").get_by_role("button", name="New buyer").click()
    expect(page.get_by_role("heading", name="New buyer", level=1)).to_be_visible()
    for name, value in NEW_BUYER.items():
        panel(page).locator(f"[name={name}]").fill(value)
    choose(page, "country", "United Kingdom")
    button(page, "Save and submit")
    expect(panel(page)).to_contain_text("is filled in")
    expect(panel(page).locator("[name=buyer_name_en]")).to_have_value(NEW_BUYER["name_en"])
    return panel(page).locator("[name=buyer_no]").input_value()


def import_shipment(page: Page) -> None:
    """By the page's own workbook, in English."""
    panel(page).get_by_role("button", name="Import").click()
    with page.expect_download() as download:
        panel(page).get_by_role("link", name="Download the template").click()
    book, filled = load_workbook(BytesIO(download.value.path().read_bytes())), BytesIO()
    chosen = {"payment_method": "Open account (O/A)", "collection_status": "Received in part"}
    cells = SHIPMENT | chosen | {"invoice_no": "INV-2", "shipped_on": today(page)}
    book["Shipments"].append([cells.get(name) for name in ShipmentRow().fields])
    book.save(filled)
    file: Any = {"name": "shipments.xlsx", "mimeType": XLSX, "buffer": filled.getvalue()}
    panel(page).locator("input[type=file]").set_input_files([file])
    panel(page).get_by_role("button", name="Upload and check").click()
    expect(panel(page)).to_contain_text("1 rows: 1 right, 0 wrong")
    panel(page).get_by_role("button", name="Import all 1 rows").click()
    expect(panel(page)).to_contain_text("1 rows imported: check them, then submit")


def claim_and_withdraw(page: Page, demo: Demo) -> str:
    """All of it in English, with its refusals; returns the new buyer's temporary number."""
    open_menu(page, "Claims")
    panel(page).get_by_role("link", name="Claim", exact=True).first.click()
    button(page, "Submit")
    expect(panel(page).locator(".error-summary")).to_contain_text("Shipments: Add 1 row(s) at least")
    buyer_no = register_buyer(page)
    import_shipment(page)
    button(page, "Save draft")
    expect(page.get_by_text("Draft saved")).to_be_visible()
    state_facts(page, "沉默")
    button(page, "Submit")
    expect(panel(page).locator(".error-summary")).to_contain_text("Make the shipment report first, and agree to it")
    panel(page).get_by_role("button", name="Check the documents, make the report").click()
    expect(panel(page).get_by_text("Data in order", exact=True)).to_have_count(2)
    panel(page).get_by_role("button", name="Make the report").click()
    expect(page.get_by_role("heading", name="Agree to the shipment report", level=1)).to_be_visible()
    choose_seal(page)
    with_card(page, demo, lambda: button(page, "Agree"))
    expect(page.get_by_text("The shipment report is sealed: you may submit the claim")).to_be_visible()
    state_facts(page, "沉默")
    with_card(page, demo, lambda: button(page, "Submit"))
    expect(page.get_by_text("The insurer has received the claim")).to_be_visible()
    open_menu(page, "Claims")
    row(page, "Submitted", "SP").get_by_role("link", name="Withdraw").click()
    expect(page.get_by_text("Withdraw this claim?")).to_be_visible()
    panel(page).get_by_role("button", name="Withdraw").click()
    expect(page.get_by_text("The insurer has the request; its answer follows")).to_be_visible()
    open_menu(page, "Claims")
    wait_for(page, "Withdrawn", NEW_BUYER["name_en"])
    return buyer_no


def test_a_loss_is_claimed_returned_corrected_supplemented_and_paid_and_another_withdrawn_in_english(
    demo: Demo, login: Callable[..., Page]
) -> None:
    demo.ask("sandbox-data", do="declare", uscc=SAMPLE.uscc, enterprise_name=SAMPLE.name, declaration_no=DECLARATION)
    demo.ask("sandbox-data", do="declare", uscc=SAMPLE.uscc, enterprise_name=SAMPLE.name, declaration_no=IMPORT)
    page = login("SAMPLE-2")
    insure(page, demo)
    open_menu(page, "索赔申请")
    expect(panel(page)).to_contain_text("请先签署《中国国际贸易单一窗口出口信用保险服务协议》")
    contract(page, demo)

    begin(page)
    choose_buyer(page)
    enter_shipment(page, declaration_no=GONE)
    check_documents(page)
    expect(panel(page)).to_contain_text("未查询到符合条件的数据")
    go_back(page)
    enter_shipment(page, declaration_no=IMPORT)
    check_documents(page)
    expect(panel(page)).to_contain_text("单证类型不符")
    go_back(page)
    enter_shipment(page)
    check_documents(page)
    expect(panel(page).get_by_text("数据正常", exact=True)).to_have_count(2)
    make_report(page)
    agree(page, demo)

    state_facts(page, "退回")
    enter_shipment(page, declaration_no=GONE)
    button(page, "提交")
    expect(panel(page).locator(".error-summary")).to_contain_text(f"出运数据报告已过期：{GONE} 有变动")
    enter_shipment(page)
    state_facts(page, "退回")
    submit(page, demo)
    open_menu(page, "索赔申请")
    wait_for(page, "退回", "SP")
    row(page, "退回", "SP").get_by_role("link", name="修改并重新提交").click()
    expect(panel(page)).to_contain_text("请补充买卖合同的签字页后重新提交。")
    state_facts(page, "缺材料")
    submit(page, demo)
    open_menu(page, "索赔申请")
    wait_for(page, "补充材料", "SP")
    supplement(page, demo)
    open_menu(page, "索赔申请")
    wait_for(page, "结案", "SP")
    row(page, "结案", "SP").get_by_role("link", name="查看详情").click()

    answers = panel(page).locator("section", has=page.get_by_role("heading", name="审核回执"))
    expect(answers).to_contain_text("请补充买卖合同的签字页后重新提交。")
    expect(answers).to_contain_text("请补充货物照片和往来函电。")
    expect(answers).to_contain_text("16,000.00")
    expect(panel(page)).to_contain_text("电子签名有效")
    expect(panel(page)).to_contain_text(PHOTO["name"])

    with in_english(page):
        buyer_no = claim_and_withdraw(page, demo)
        demo.control(do="code_buyer", buyer_no=buyer_no)
        open_tab(page, "Claims", "New buyer")
        wait_for(page, "Has its code", buyer_no)
        code = row(page, buyer_no).locator("td").nth(1).inner_text()
        open_tab(page, "Claims", "Claim")
        row(page, "Withdrawn", NEW_BUYER["name_en"]).get_by_role("link", name="Details").click()
        expect(panel(page).locator("dl")).to_contain_text(code)
