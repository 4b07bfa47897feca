"""深圳 2022 (manual S4), from the authority's list to a claim: confirmed, offered, insured, a report, a loss."""

import secrets
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import insert, update

from demo.world import SAMPLE
from hub import config
from hub.services import accounts, nonces
from hub.store import tables
from hub.store.engine import open_engine, writing
from tests.browser.conftest import Demo, enter, in_english, running
from tests.browser.test_cargo import button, choose, row
from tests.browser.test_claim import choose_buyer, wait_for, with_card
from tests.browser.test_journey import confirm, fill, open_menu, panel

pytestmark = pytest.mark.browser
LIST = f"统一社会信用代码,企业名称,年度出口额（美元）,年度\n{SAMPLE.uscc},{SAMPLE.name},8000000.00,2021\n"
BUYER = "EXAMPLE BUYER 07 INC"
INVOICE = {"invoice_no": "INV-7", "invoice_amount_usd": "30000.00", "received_amount_usd": "10000.00"}


@pytest.fixture
def shenzhen(tmp_path: Path) -> Iterator[Demo]:
    """The demo as that portal."""
    with running(tmp_path / "home", "shenzhen-2022") as demo:
        yield demo


def days_pass(demo: Demo) -> str:
    """The time for objections is over; a session of the operator, begun meanwhile."""
    engine, now, token = open_engine(config.load(demo.home / "swhub.toml", {}).database_url()), datetime.now(UTC), ""
    try:
        with writing(engine) as connection:
            connection.execute(update(tables.eligible).values(until=(now - timedelta(days=2)).date()))
            account = accounts.add_account(connection, enterprise=None, name="运营", role="ADM", now=now)
            token = secrets.token_urlsafe(16)
            session = {"token_hash": nonces.digest(token), "account": account, "created_at": now, "seen_at": now}
            connection.execute(insert(tables.login_session), session)
    finally:
        engine.dispose()
    return token


def press(page: Page, name: str) -> None:
    panel(page).get_by_role("button", name=name, exact=True).click()


def as_operator(page: Page, demo: Demo) -> None:
    page.context.clear_cookies()
    page.context.add_cookies([{"name": "swhub", "value": days_pass(demo), "url": demo.portal}])
    page.goto(f"{demo.portal}/operations/programme")


def confirm_list(page: Page, demo: Demo) -> None:
    """Imported, published, confirmed when the time for objections is over."""
    as_operator(page, demo)
    file = {"name": "list.csv", "mimeType": "text/csv", "buffer": LIST.encode()}
    panel(page).locator("input[type=file]").set_input_files(file)  # type: ignore[arg-type]
    press(page, "上传并检查")
    press(page, "导入全部 1 行")
    tomorrow = (datetime.now(UTC) + timedelta(days=2)).date().isoformat()
    panel(page).locator("[name=until]").fill(tomorrow)
    press(page, "公示")
    expect(panel(page)).to_contain_text("公示中 1")
    as_operator(page, demo)
    press(page, "确认名单")
    expect(panel(page)).to_contain_text("已确认 1")
    expect(panel(page)).to_contain_text("MD")


def collect(page: Page, demo: Demo) -> None:
    """The newest offer is the programme's."""
    open_menu(page, "投保申请")
    offers = panel(page).get_by_role("link", name="查看待确认保单")
    for _ in range(20):
        if offers.count() == 2:
            break
        page.wait_for_timeout(500)
        panel(page).locator("[data-refresh]").click()
    offers.first.click()
    fill(page)
    with_card(page, demo, lambda: confirm(page))
    expect(page.get_by_text("投保申请提交成功")).to_be_visible()


def begin(page: Page, name: str, link: str) -> None:
    """From the policy of the programme, which is in force by now."""
    open_menu(page, name)
    wait_for(page, "生效", link)
    row(page, "生效", link).get_by_role("link", name=link).click()


def name_buyer(page: Page) -> None:
    """By hand, as one does whose buyer is in no list."""
    panel(page).locator("[name=buyer_name_en]").fill(BUYER)
    choose(page, "buyer_country", "丹麦")


def report_loss(page: Page) -> None:
    today = page.evaluate("new Date(Date.now() - 864e5).toLocaleDateString('sv-SE', {timeZone: 'Asia/Shanghai'})")
    for name, value in (INVOICE | {"due_on": today}).items():
        panel(page).locator(f"[name=invoices-0-{name}]").fill(value)
    panel(page).locator("[name=risk][value=OVERDUE]").check()
    panel(page).locator("[name=loss_text]").fill("买方逾期未付款。")
    panel(page).locator("[name=contact_name]").fill("王小明")
    panel(page).locator("[name=contact_phone]").fill("13800000000")


def submit(page: Page, demo: Demo, name: str) -> None:
    with_card(page, demo, lambda: button(page, name))
    expect(panel(page).get_by_text("保险公司已收到")).to_be_visible()


def test_from_the_list_to_the_claim(shenzhen: Demo, page: Page) -> None:
    confirm_list(page, shenzhen)
    page.context.clear_cookies()
    enter(page, shenzhen, "softcard:SAMPLE-2")
    collect(page, shenzhen)

    begin(page, "海外买家资信报告", "调取资信报告")
    name_buyer(page)
    submit(page, shenzhen, "提交申请")
    shenzhen.control(do="lading_report", uscc=SAMPLE.uscc, enterprise_name=SAMPLE.name, programme="shenzhen-2022")
    begin(page, "报案", "报案")
    choose_buyer(page)
    report_loss(page)
    submit(page, shenzhen, "提交报案")
    open_menu(page, "海外买家资信报告")
    wait_for(page, "已出具", "EXAMPLE BUYER 07")
    open_menu(page, "海外买家提单报告")
    wait_for(page, "已推送", "海外买家提单报告")
    open_menu(page, "统保政策")
    expect(panel(page)).to_contain_text("保障中")
    expect(panel(page)).to_contain_text("免费 3 个，已使用 1 个")
    with in_english(page):
        open_menu(page, "Unified policy")
        expect(panel(page)).to_contain_text("3 free of charge, 1 taken")
        open_menu(page, "Loss reports")
        wait_for(page, "Taken up", "EXAMPLE BUYER 07")
        row(page, "Taken up", "EXAMPLE BUYER 07").get_by_role("link", name="Turn into a claim").click()

        expect(page.get_by_role("heading", name="Claim", level=1)).to_be_visible()
        expect(panel(page).locator("[name=buyer_name_en]")).to_have_value(BUYER)
        expect(panel(page)).to_contain_text("INV-7")
        expect(panel(page)).to_contain_text("Expected payment (USD). The wording of the policy prevails")
