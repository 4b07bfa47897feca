"""The main job, as its user does it, against the running demo."""

import hashlib
import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Demo, give_pin, in_english

pytestmark = pytest.mark.browser
CHINESE = re.compile("[一-鿿]")
LABELS = "h1, h2, th:not([scope=row]), label, legend, button, [role=tab]"
SHOWN = "#panels > [role=tabpanel]:not([hidden])"
HIDDEN = "a list is wider than its place"
GOOD = {"contact_name": "王小明", "contact_mobile": "13800000000", "contact_email": "trade.dept@example.cn"}


def panel(page: Page) -> Page:
    """The open tab's content."""
    return page.locator("#panels > [role=tabpanel]:visible")  # type: ignore[return-value]


def open_menu(page: Page, name: str) -> None:
    """The link of the menu, in its group or alone, and the page behind it."""
    own = re.compile(rf"^\s*{name}\s*\d*\s*$")
    link = page.locator("#menu a", has_text=own)
    expect(page.locator("html")).to_have_attribute("data-ready", "")  # the view's own group is open by then
    if not link.is_visible():
        page.locator("#menu details").filter(has=page.locator("a", has_text=own)).locator("summary").click()
    link.click()
    expect(panel(page).get_by_role("heading", level=1)).to_contain_text(name)


def open_tab(page: Page, menu: str, name: str) -> None:
    """One of the tabs of a page."""
    open_menu(page, menu)
    panel(page).get_by_role("tab", name=re.compile(rf"^{name}(\s*\d.*)?$")).click()
    expect(panel(page).get_by_role("tab", selected=True)).to_contain_text(name)


def open_offer(page: Page) -> str:
    """From the menu to the entry page of the first offer; returns its number."""
    open_menu(page, "投保申请")
    row = panel(page).locator("table tbody tr", has=page.locator("a", has_text="查看待确认保单")).first
    number = row.locator("th, td").first.inner_text().strip()
    row.locator("a", has_text="查看待确认保单").click()
    expect(page.get_by_role("heading", name="小微信保易投保")).to_be_visible()
    return number


def fill(page: Page, **values: str) -> None:
    for name, value in (GOOD | values).items():
        panel(page).locator(f"[name={name}]").fill(value)
    panel(page).locator("[name=declaration_accepted]").check()


def confirm(page: Page) -> None:
    panel(page).get_by_role("button", name="确认投保").click()


def sign(page: Page, pin: str) -> None:
    """确认投保, and the PIN in the card agent's window."""
    with page.expect_popup() as window:
        confirm(page)
    give_pin(window.value, pin)


def open_policies(page: Page) -> None:
    open_tab(page, "投保申请", "保险单")
    expect(panel(page).get_by_text("收悉状态").first).to_be_visible()


def test_an_offer_becomes_an_acknowledged_policy(demo: Demo, login: Callable[..., Page]) -> None:
    page = login()
    number = open_offer(page)
    fill(page)
    sign(page, demo.pin)
    expect(page.get_by_text("投保申请提交成功")).to_be_visible()

    page.wait_for_timeout(5000)  # the insurer reviews and issues
    open_policies(page)
    row = panel(page).locator("table tbody tr").first
    expect(row.get_by_text("待收悉")).to_be_visible()
    row.get_by_text(re.compile("^收悉$")).click()
    expect(page.get_by_text("保险公司已收到收悉")).to_be_visible()
    page.wait_for_timeout(3000)
    open_policies(page)
    expect(panel(page).locator("table tbody tr").first.get_by_text("已收悉")).to_be_visible()

    panel(page).locator("button.tag").first.click()
    expect(page.locator("#view-dialog")).to_contain_text("保单生效")
    assert number.startswith("XW")


def test_the_pin_never_reaches_the_hub(demo: Demo, page: Page, login: Callable[..., Page]) -> None:
    seen: list[str] = []
    page.on(
        "request",
        lambda request: seen.append(request.post_data or "") if request.url.startswith(demo.portal) else None,
    )

    login()

    assert seen
    assert not any(demo.pin in body for body in seen)


def test_a_wrong_pin_says_how_many_tries_are_left_and_empties_the_field(demo: Demo, page: Page) -> None:
    page.goto(demo.portal)
    expect(page.locator("#card-chip")).to_have_attribute("data-state", "CARD_PRESENT")
    page.locator("select").first.select_option(value="softcard:SAMPLE-2")
    with page.expect_popup() as window:
        page.get_by_role("button", name="登录").click()
    pin = window.value.locator("#pin")

    give_pin(window.value, "000111")

    expect(window.value.get_by_text(re.compile(r"还可尝试 \d 次")).first).to_be_visible()
    expect(pin).to_have_value("")
    expect(pin).to_be_focused()


def test_a_card_that_is_bound_to_nobody_is_refused_in_plain_words(demo: Demo, page: Page) -> None:
    page.goto(demo.portal)
    expect(page.locator("#card-chip")).to_have_attribute("data-state", "CARD_PRESENT")
    page.locator("select").first.select_option(value="softcard:DEMO-3")

    with page.expect_popup() as window:
        page.get_by_role("button", name="登录").click()
    give_pin(window.value, demo.pin)

    expect(page.get_by_text("此卡未绑定账号").first).to_be_visible()


def test_missing_fields_and_a_wrong_address_are_named_beside_the_field(login: Callable[..., Page]) -> None:
    page = login()
    open_offer(page)
    panel(page).locator("[name=contact_email]").fill("name@")

    confirm(page)

    summary = panel(page).locator(".error-summary")
    expect(summary).to_be_focused()
    expect(summary).to_contain_text("主要联系人姓名")
    expect(panel(page).locator("[name=contact_name]")).to_have_attribute("aria-invalid", "true")
    expect(panel(page).locator("[name=contact_email]")).to_have_value("name@")


def test_a_pulled_card_blocks_signing_and_loses_nothing(demo: Demo, login: Callable[..., Page]) -> None:
    page = login("DEMO-2")
    open_offer(page)
    fill(page)
    demo.pull("DEMO-2")
    try:
        expect(page.locator("#banner")).to_be_visible(timeout=20_000)
        assert panel(page).locator("[name=contact_name]").input_value() == GOOD["contact_name"]
    finally:
        demo.plug("DEMO-2")

    expect(page.locator("#card-chip")).to_have_attribute("data-state", "CARD_PRESENT", timeout=20_000)
    assert panel(page).locator("[name=contact_mobile]").input_value() == GOOD["contact_mobile"]


def test_who_logs_out_leaves_the_card_agent_a_token_that_is_worth_nothing(
    demo: Demo, login: Callable[..., Page]
) -> None:
    page = login()
    with page.expect_request(re.compile("/cards$")) as asked:
        page.reload()
    token = asked.value.headers["authorization"]
    headers = {"Authorization": token, "Origin": demo.portal, "X-SWHub-Agent": "1"}
    before = page.request.get(asked.value.url, headers=headers).status

    page.get_by_role("button", name="退出", exact=True).click()

    expect(page.get_by_text("卡介质").first).to_be_visible()
    page.wait_for_timeout(1000)  # nobody waits for the agent
    after = page.request.get(asked.value.url, headers=headers)
    assert (before, after.status, after.json()["fault"]) == (200, 401, "UNPAIRED")


def test_the_pdf_opens_in_the_page_and_downloads_byte_for_byte(login: Callable[..., Page]) -> None:
    page = login()
    open_offer(page)
    link = panel(page).locator("a[data-pdf]").first
    link.click()
    expect(page.locator("#pdf-dialog iframe")).to_have_attribute("title", re.compile("投保单"))
    href = link.get_attribute("href")

    shown = page.request.get(page.url.split("/micro_policy")[0] + str(href))
    with page.expect_download() as download:
        page.locator("#pdf-dialog").get_by_text("下载").click()

    assert shown.headers["content-type"] == "application/pdf"
    kept = download.value.path().read_bytes()
    assert hashlib.sha256(kept).digest() == hashlib.sha256(shown.body()).digest()


def test_a_returned_application_is_corrected_and_sent_again(demo: Demo, login: Callable[..., Page]) -> None:
    demo.control(do="offer", uscc="91000000DEM000014K", enterprise_name="示例进出口有限公司")
    page = login()
    number = open_offer(page)
    fill(page, remark="请退回")
    sign(page, demo.pin)
    expect(page.get_by_text("投保申请提交成功")).to_be_visible()
    page.wait_for_timeout(4000)

    open_menu(page, "投保申请")
    row = panel(page).locator("table tbody tr", has_text=number)

    expect(row.get_by_text("退回修改")).to_be_visible()


def test_every_page_in_english_has_no_chinese_labels_and_hides_no_column(
    demo: Demo, login: Callable[..., Page]
) -> None:
    page = login("SAMPLE-2")

    with in_english(page):
        expect(page.get_by_role("heading", level=1)).to_have_text("Home")
        seen = {address: look(page) for address in addresses(page, demo)}

    assert [(address, text) for address, texts in seen.items() for text in texts if CHINESE.search(text)] == []
    assert [address for address, texts in seen.items() if HIDDEN in texts] == []


def addresses(page: Page, demo: Demo) -> Iterator[str]:
    """Every page of the menu, its tabs, and of each list the first object; open when it is named."""
    for place in links(page, "#menu a"):
        visit(page, demo, place)
        for tab in links(page, f"{SHOWN} [role=tab][href]") or [place]:
            visit(page, demo, tab)
            yield tab
            for first in links(page, f"{SHOWN} table.grid tbody tr:first-child a:text-is('Details')")[:1]:
                visit(page, demo, first)
                yield first


def visit(page: Page, demo: Demo, place: str) -> None:
    answer = page.goto(demo.portal + place, wait_until="domcontentloaded")
    assert answer is not None
    assert answer.ok, place


def links(page: Page, which: str) -> list[str]:
    found: list[str] = page.locator(which).evaluate_all("links => links.map(link => link.getAttribute('href'))")
    return found


def look(page: Page) -> list[str]:
    """Menu, headings, tabs, labels and buttons of a page; and HIDDEN where actions lie over a list's columns."""
    wide = "lists => lists.some(list => list.querySelector('td.ops') && list.scrollWidth > list.clientWidth)"
    hidden = page.locator(f"{SHOWN} .scroll").evaluate_all(wide)
    return page.locator(f"#menu, {SHOWN} :is({LABELS})").all_inner_texts() + [HIDDEN] * hidden


def test_a_foreign_enterprises_page_does_not_exist(demo: Demo, login: Callable[..., Page]) -> None:
    page = login("SAMPLE-1")
    open_menu(page, "投保申请")
    mine = panel(page).locator("table tbody tr a").first.get_attribute("href")
    page.get_by_role("button", name="退出").click()
    login("DEMO-1")

    answer = page.goto(demo.portal + str(mine))

    assert answer is not None
    assert answer.status == 404
