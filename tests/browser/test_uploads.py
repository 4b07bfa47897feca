"""A file enclosed with an application while the connection drops, in Chromium against the running demo."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import Demo
from tests.browser.test_cargo import CATEGORY, begin, button, choose, fill, number_of, row, submit
from tests.browser.test_journey import panel

pytestmark = pytest.mark.browser
SCAN = {"name": "装箱单.png", "mimeType": "image/png", "buffer": b"\x89PNG\r\n\x1a\n" + bytes(1_200_000)}


def test_a_file_goes_on_after_a_dropped_connection_and_travels_with_the_application(
    login: Callable[..., Page], demo: Demo
) -> None:
    page = login()
    begin(page, "yunfan")
    fill(page, invoice_no="INV-1", departure_date="2026-12-01", arrival_date="2026-12-20")
    choose(page, "goods_category", CATEGORY)
    sent: list[str] = []

    def drop(route: Route) -> None:
        sent.append(route.request.url.rsplit("/", 1)[1])
        if len(sent) in (2, 3):
            route.abort("connectionreset")
        else:
            route.continue_()

    page.route(re.compile(r"/files/[0-9a-f]{32}/[0-9]+$"), drop)
    files = panel(page).locator("[data-files]")
    files.locator("input[type=file]").set_input_files([SCAN])  # type: ignore[list-item]
    expect(files.locator("[data-uploads]")).to_contain_text("连接中断，将自动续传")
    expect(files.locator("[data-filelist]")).to_contain_text("装箱单.png")
    assert sent == ["0", "524288", "524288", "524288", "1048576"]

    files.locator("input[type=file]").set_input_files(
        [{"name": "说明.pdf", "mimeType": "application/pdf", "buffer": b"<html>"}]
    )
    expect(files.locator("[data-uploads]")).to_contain_text("不支持的文件类型")
    submit(page, demo.pin)
    number_of(page, "yunfan")
    row(page, "云帆").get_by_text("查看明细").click()
    expect(panel(page)).to_contain_text("装箱单.png")


def test_a_file_is_removed_again_and_a_draft_finds_the_others(login: Callable[..., Page]) -> None:
    page = login()
    begin(page, "shanhe")
    files = panel(page).locator("[data-files]")
    other = {**SCAN, "name": "发票.png", "buffer": b"\x89PNG\r\n\x1a\n" + bytes(1000)}
    files.locator("input[type=file]").set_input_files([SCAN, other])  # type: ignore[list-item]
    expect(files.locator("[data-filelist] li")).to_have_count(2)

    files.get_by_role("button", name="删除附件 装箱单.png").click()

    expect(files.locator("[data-filelist] li")).to_have_count(1)
    button(page, "暂存")
    page.reload()
    expect(files.locator("[data-filelist]")).to_contain_text("发票.png")
