"""The running demo - web, worker, simulated insurer, card agent, each a process of its own - and Chromium before it."""

import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import pytest
from hub_card_softcard import desk
from playwright.sync_api import Browser, Page, expect

from tests.conftest import NO_CLICK_BEFORE_THE_SCRIPTS

ROOT = Path(__file__).parents[2]
SIZE = {"width": 1366, "height": 768}
OWN = re.compile(r"http://127\.0\.0\.1:|blob:|data:|chrome")
PATIENCE = 15_000  # ms until something must have appeared


@dataclass(frozen=True)
class Demo:
    """A running demo."""

    portal: str
    home: Path
    pin: str
    partners: dict[str, str]

    def control(self, **wanted: Any) -> dict[str, Any]:
        """Ask the simulated credit insurer for something."""
        return self.ask("sinosure", **wanted)

    def ask(self, partner: str, **wanted: Any) -> dict[str, Any]:
        """Ask a simulated partner for something."""
        request = Request(
            f"{self.partners[partner]}/control", json.dumps(wanted).encode(), {"Content-Type": "application/json"}
        )
        with urlopen(request, timeout=10) as answer:
            found: dict[str, Any] = json.loads(answer.read())
            return found

    def pull(self, serial: str) -> None:
        """Take a card out of the reader."""
        desk.remove(self.home / "cards", serial)

    def plug(self, serial: str) -> None:
        """Put it back."""
        desk.insert(self.home / "cards", serial)


@contextmanager
def running(home: Path, profile: str = "standard") -> Iterator[Demo]:
    """A demo, started as script/demo starts it, on any free ports and with partners that think quickly."""
    command = [sys.executable, "-m", "demo", "--home", str(home), "--port", "0", "--profile", profile, "--speed", "4"]
    started = subprocess.run([*command, "--keep"], cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
    assert started.returncode == 0, started.stdout + started.stderr
    state = json.loads((home / "demo.json").read_text(encoding="utf-8"))
    try:
        yield Demo(state["portal"], home, state["cards"][0]["pin"], state["partners"])
    finally:
        subprocess.run([*command, "--stop"], cwd=ROOT, capture_output=True, timeout=60, check=False)


@pytest.fixture(scope="package")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """The demo that the tests share."""
    with running(tmp_path_factory.mktemp("demo") / "home") as started:
        yield started


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A fresh browser profile; fails when the page logs an error or asks a foreign host."""
    context = browser.new_context(viewport=SIZE, locale="zh-CN", reduced_motion="reduce")
    context.add_init_script(NO_CLICK_BEFORE_THE_SCRIPTS)
    context.set_default_timeout(PATIENCE)
    expect.set_options(timeout=PATIENCE)
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda line: errors.append(line.text) if line.type == "error" and expected(line.text) else None)
    page.on("request", lambda request: None if OWN.match(request.url) else errors.append(request.url))
    yield page
    context.close()
    assert errors == []


def give_pin(window: Page, pin: str) -> None:
    """Type the PIN in the card agent's own window, as a person does."""
    window.locator("#pin").fill(pin)
    window.locator("#pin").press("Enter")


def enter(page: Page, demo: Demo, token: str) -> Page:
    """From the portal's address to the home page, with the card ``token``."""
    page.goto(demo.portal)
    expect(page.locator("#card-chip")).to_have_attribute("data-state", "CARD_PRESENT")
    page.locator("select").first.select_option(value=token)
    with page.expect_popup() as window:
        page.get_by_role("button", name="登录").click()
    give_pin(window.value, demo.pin)
    expect(page.get_by_role("heading", name="首页")).to_be_visible()
    return page


@contextmanager
def in_english(page: Page) -> Iterator[None]:
    """The pages in English, as their user chooses. The account keeps its language, and others use it after us."""
    page.get_by_role("button", name="English").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    yield
    page.get_by_role("button", name="简").click()
    expect(page.locator("html")).to_have_attribute("lang", "zh-CN")


def expected(text: str) -> bool:
    """Chromium logs every refused request; refusals are part of these tests."""
    return "Failed to load resource" not in text


@pytest.fixture
def login(demo: Demo, page: Page) -> Callable[..., Page]:
    """Log in with a card, as a person does."""

    return lambda serial="DEMO-1": enter(page, demo, f"softcard:{serial}")
