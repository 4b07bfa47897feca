"""广东 2024, as the legal person does it, with each kind of card: read, seal, sign, authorise, submit; then the signed
documents, looked at by another program (manual S1:32-103).
"""

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from shutil import which

import pytest
from asn1crypto import pem
from hub_card_softcard.cardfile import open_key, read_card
from playwright.sync_api import Locator, Page, expect
from sqlalchemy import select

from demo.world import IN_CONTROL
from hub import config
from hub.services import blobs
from hub.store import tables
from hub.store.engine import open_engine, reading
from hub.testing import softhsm
from hub.testing.pki import Identity
from tests.browser.conftest import Demo, enter, give_pin, running
from tests.browser.test_journey import GOOD, open_menu, open_offer, panel

pytestmark = pytest.mark.browser
PROFILE = "guangdong-2024"
LEGAL = "DEMO-2"
CARDS = {"softcard": re.escape(f"softcard:{LEGAL}"), "eport": IN_CONTROL.token, "pkcs11": r"pkcs11:[0-9a-f]+-01"}
"""The legal person's token under each driver. An enterprise goes this way once, so the first two are of two."""


@pytest.fixture(scope="module")
def guangdong(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """The demo as that portal; its agent drives soft cards and the simulated E-Port control."""
    with running(tmp_path_factory.mktemp("guangdong") / "home", PROFILE) as demo:
        yield demo


@pytest.fixture
def with_token(tmp_path: Path) -> Iterator[Demo]:
    """Another one, whose agent drives a SoftHSM token that holds what the soft card holds, and nothing else."""
    try:
        module = softhsm.module_path()
    except softhsm.NoSoftHsm as missing:
        pytest.skip(str(missing))
    with running(tmp_path / "home", PROFILE) as demo:
        conf = softhsm.make_tokens(tmp_path / "softhsm", {LEGAL: (soft_card(demo, LEGAL), demo.pin)})
        with agent_instead(demo, f'[drivers.card_pkcs11]\nmodule = "{module}"\n', {softhsm.CONF: str(conf)}):
            yield demo


@contextmanager
def agent_instead(demo: Demo, drivers: str, environment: dict[str, str]) -> Iterator[None]:
    """End the demo's agent and run one with other drivers in its place."""
    os.kill(json.loads((demo.home / "demo.json").read_text())["pids"]["card-agent"], signal.SIGTERM)
    file, log = demo.home / "other.toml", demo.home / "logs" / "other-agent.log"
    file.write_text((demo.home / "agent.toml").read_text("utf-8").partition("[drivers")[0] + drivers, "utf-8")
    command = [Path(sys.executable).with_name("swhub"), "card-agent", "--config", file]
    with log.open("wb") as said:
        agent = subprocess.Popen(command, env={**os.environ, **environment}, stdout=said, stderr=said)
        try:
            yield
        finally:
            agent.terminate()
            agent.wait()
    assert demo.pin not in log.read_text("utf-8")


def soft_card(demo: Demo, serial: str) -> Identity:
    """What is on a soft card of the demo."""
    path = demo.home / "cards" / f"{serial}.card"
    header = read_card(path).header
    key = pem.armor("PRIVATE KEY", open_key(path, demo.pin))
    certificate = f"-----BEGIN CERTIFICATE-----\n{header.certificate}\n-----END CERTIFICATE-----\n".encode()
    return Identity(algorithm=header.algorithm, key=key, certificate=certificate)


def token(page: Page, demo: Demo, pattern: str) -> str:
    """The card's name under its driver, as the login page offers it."""
    page.goto(demo.portal)
    expect(page.locator("#card-chip")).to_have_attribute("data-state", "CARD_PRESENT")
    offered = [row.get_attribute("value") or "" for row in page.locator("#login-card option").all()]
    return next(value for value in offered if re.fullmatch(pattern, value))


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


@pytest.mark.parametrize(
    ("driver", "portal"),
    [
        ("softcard", "guangdong"),
        ("eport", "guangdong"),
        pytest.param("pkcs11", "with_token", marks=pytest.mark.softhsm),
    ],
)
def test_from_the_offer_to_the_application_that_is_authorised(
    driver: str, portal: str, request: pytest.FixtureRequest, page: Page, tmp_path: Path
) -> None:
    demo: Demo = request.getfixturevalue(portal)
    enter(page, demo, token(page, demo, CARDS[driver]))
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
    press(page, "确认投保", demo.pin)

    form = stage(page, "制章")
    form.locator("[name=operator]").select_option(index=1)
    press(page, "保存印章并生成协议", demo.pin)
    form = stage(page, "协议签署")
    form.locator("[name=seal_no]").select_option(index=1)
    form.locator("[name=accepted]").check()
    press(page, "同意", demo.pin)
    form = stage(page, "企业数据授权")
    form.locator("[name=seal_no]").select_option(index=1)
    form.locator("[name=accepted]").check()
    press(page, "授权", demo.pin)
    press(page, "确定", demo.pin)

    expect(page.get_by_text("投保申请提交成功")).to_be_visible()
    open_menu(page, "签约管理")
    expect(panel(page).get_by_text("签约完成").first).to_be_visible()
    files = signed_files(demo, "agreement", "authorisation")
    assert [signatures(tmp_path, files[kind]) for kind in ("agreement", "authorisation")] == [3, 1]


def signatures(folder: Path, content: bytes) -> int:
    """How many valid signatures pdfsig finds in a file."""
    if which("pdfsig") is None:
        pytest.skip("pdfsig is not installed")
    path = folder / "signed.pdf"
    path.write_bytes(content)
    said = subprocess.run(["pdfsig", "-nocert", path], capture_output=True, text=True, timeout=60, check=False).stdout
    return said.count("Signature is Valid.")
