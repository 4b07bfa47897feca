"""Test mode alone: one setting, no demo, no simulator started by hand, a user with a password, and Chromium."""

import json
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.request import Request, urlopen

import pytest
from playwright.sync_api import Page, expect

from demo.processes import free_port
from demo.world import DEMO, NAME, PASSWORD
from hub import config, runtime, setup, tested
from hub.clock import SystemClock
from hub.services import accounts, passwords
from hub.store.engine import writing
from tests.browser.conftest import PATIENCE
from tests.browser.test_journey import GOOD, open_menu, open_offer, panel

pytestmark = pytest.mark.browser
LATER = 30  # seconds until the insurer has spoken


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with one partner in test mode, an enterprise and its account."""
    folder = tmp_path_factory.mktemp("tested")
    port = free_port(0)
    web = {"port": port, "origin": f"http://127.0.0.1:{port}"}
    clock = SystemClock()
    setup.make_home(folder, values={"web": web}, partners={"sinosure": {"test_mode": True}}, now=clock.now())
    settings = config.load(folder / setup.FILE, {})
    setup.make_store(settings)
    made = runtime.start(settings, clock=clock)
    with writing(made.engine) as connection:
        accounts.register_enterprise(connection, DEMO.uscc, DEMO.name, clock.now())
        account = accounts.add_account(connection, enterprise=DEMO.uscc, name="示例文员", role="PW", now=clock.now())
        passwords.set_password(connection, account, NAME, PASSWORD, clock.now())
    made.engine.dispose()
    return folder


@pytest.fixture(scope="module")
def serving(home: Path) -> Iterator["subprocess.Popen[str]"]:
    """``swhub serve``, and nothing else."""
    command = [sys.executable, "-m", "hub", "serve", "--home", str(home)]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        assert "test mode, simulated: sinosure" in process.stderr.readline()
        yield process
        process.send_signal(signal.SIGTERM)


def simulator(home: Path) -> int:
    return int((home / tested.FOLDER / "sinosure" / tested.PORT).read_text())


def ask(home: Path, **wanted: str) -> None:
    body = json.dumps(wanted).encode()
    address = f"http://127.0.0.1:{simulator(home)}/control"
    urlopen(Request(address, body, {"Content-Type": "application/json"}), timeout=PATIENCE / 1000).close()


@pytest.mark.usefixtures("serving")
def test_a_magic_value_of_the_panel_makes_the_simulator_return_the_application(home: Path, page: Page) -> None:
    ask(home, do="offer", uscc=DEMO.uscc, enterprise_name=DEMO.name)
    page.goto(config.load(home / setup.FILE, {}).web.origin + "/login?by=password")
    page.locator("[name=name]").fill(NAME)
    page.locator("[name=password]").fill(PASSWORD)
    page.locator("[data-primary]").click()
    expect(page.locator(".test-mode")).to_contain_text("中国出口信用保险公司")
    open_offer(page)
    for name, value in GOOD.items():
        panel(page).locator(f"[name={name}]").fill(value)
    panel(page).locator("[name=declaration_accepted]").check()

    panel(page).locator(".magic summary").click()
    panel(page).locator(".magic").get_by_role("button", name="退回", exact=True).click()
    expect(panel(page).locator("[name=remark]")).to_have_value("退回")
    panel(page).get_by_role("button", name="确认投保").click()

    expect(page.get_by_text("投保申请提交成功")).to_be_visible()
    open_menu(page, "投保申请")
    for _ in range(LATER):
        panel(page).locator("[data-refresh]").click()
        page.wait_for_timeout(1000)
        if panel(page).locator("table.grid tbody").get_by_text("退回修改").count():
            break
    expect(panel(page).locator("table.grid tbody").get_by_text("退回修改").first).to_be_visible()


def test_the_simulator_ends_with_the_hub(home: Path, serving: "subprocess.Popen[str]") -> None:
    serving.send_signal(signal.SIGTERM)
    assert serving.wait(PATIENCE) == 0

    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", simulator(home))) != 0
