"""广东 2024, as the legal person does it: read, seal, sign, authorise, submit; then the signed documents, looked at by
another program (manual S1:32-103).
"""

import subprocess
from collections.abc import Iterator
from pathlib import Path
from shutil import which

import pytest
from playwright.sync_api import Locator, Page, expect
from sqlalchemy import select

from hub import config
from hub.services import blobs
from hub.store import tables
from hub.store.engine import open_engine, reading
from tests.browser.conftest import Demo, enter, give_pin, running
from tests.browser.test_journey import GOOD, open_offer, panel

pytestmark = pytest.mark.browser


@pytest.fixture
def guangdong(tmp_path: Path) -> Iterator[Demo]:
    """The demo as that portal."""
    with running(tmp_path / "home", "guangdong-2024") as demo:
        yield demo


def press(page: Page, button: str, pin: str) -> None:
    """A button that the card answers."""
    with page.expect_popup() as window:
        panel(page).get_by_role("button", name=button).first.click()
    give_pin(window.value, pin)


def stage(page: Page, name: str) -> Locator:
    """On to the present stage of 授权网上协议."""
    link = panel(page).locator("a[data-primary]", has_text=name)
    link.click()
    expect(link).to_have_count(0)
    return panel(page).locator("form[data-entry]")


def signed_files(demo: Demo, *kinds: str) -> dict[str, bytes]:
    """The newest document of each kind."""
    engine = open_engine(config.load(demo.home / "swhub.toml", {}).database_url())
    table = tables.document
    try:
        with reading(engine) as connection:
            rows = connection.execute(select(table).where(table.c.kind.in_(kinds)).order_by(table.c.created_at)).all()
            return {row.kind: blobs.load(connection, row.digest) for row in rows}
    finally:
        engine.dispose()


def test_from_the_offer_to_the_application_that_is_authorised(guangdong: Demo, page: Page, tmp_path: Path) -> None:
    enter(page, guangdong, "softcard:DEMO-2")
    open_offer(page)
    for name, value in (GOOD | {"contact_email": "trade@example.cn"}).items():
        panel(page).locator(f"[name={name}]").fill(value)
    tick = panel(page).locator("[name=declaration_accepted]")
    tick.click()
    close = page.locator("#pdf-dialog [data-close]")
    expect(close).to_be_disabled()
    expect(close).to_be_enabled()
    close.click()
    expect(tick).to_be_checked()
    press(page, "确认投保", guangdong.pin)

    form = stage(page, "制章")
    form.locator("[name=operator_name]").fill("王小明")
    press(page, "保存印章并生成协议", guangdong.pin)
    form = stage(page, "协议签署")
    form.locator("[name=seal_no]").select_option(index=1)
    form.locator("[name=accepted]").check()
    press(page, "同意", guangdong.pin)
    form = stage(page, "企业数据授权")
    form.locator("[name=seal_no]").select_option(index=1)
    form.locator("[name=accepted]").check()
    press(page, "授权", guangdong.pin)
    press(page, "确定", guangdong.pin)

    expect(page.get_by_text("投保申请提交成功")).to_be_visible()
    page.locator("#menu").get_by_text("签约管理").last.click()
    expect(panel(page).get_by_text("签约完成").first).to_be_visible()
    files = signed_files(guangdong, "agreement", "authorisation")
    assert [signatures(tmp_path, files[kind]) for kind in ("agreement", "authorisation")] == [2, 1]


def signatures(folder: Path, content: bytes) -> int:
    """How many valid signatures pdfsig finds in a file."""
    if which("pdfsig") is None:
        pytest.skip("pdfsig is not installed")
    path = folder / "signed.pdf"
    path.write_bytes(content)
    said = subprocess.run(["pdfsig", "-nocert", path], capture_output=True, text=True, timeout=60, check=False).stdout
    return said.count("Signature is Valid.")
