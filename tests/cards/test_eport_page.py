"""A page, the agent, its window and the simulated E-Port control: four programs, real Chromium, real WebSocket."""

import json
import multiprocessing
from collections.abc import Iterator
from pathlib import Path

import pytest
from hub_card_eport.simulator import run
from playwright.sync_api import Browser, Page

from hub.cards.agent.calls import AgentSettings
from hub.cards.agent.lane import Source
from hub.cards.agent.server import AgentServer
from hub.cards.trust import verify

from .conftest import NOW, Pki, decode
from .test_card_agent_page import Stage, wait

pytestmark = pytest.mark.browser
PIN = "canary-eport-2207"
TRIES = 3
SIGN = """payload => { window.signed = window.agent.sign(payload, "", window.agent.card.token).then(JSON.stringify,
  (fault) => JSON.stringify({ fault: fault.fault })); }"""


@pytest.fixture
def control(tmp_path: Path, pki: Pki) -> Iterator[str]:
    """The address of a control with the operator's card in it."""
    (tmp_path / "key.pem").write_bytes(pki.operator.key)
    (tmp_path / "card.pem").write_bytes(pki.operator.certificate)
    options = {"port": 0, "key": str(tmp_path / "key.pem"), "certificate": str(tmp_path / "card.pem"), "pin": PIN}
    options |= {"tries": TRIES, "address_file": str(tmp_path / "address")}
    process = multiprocessing.get_context("spawn").Process(target=run, args=(options,), daemon=True)
    process.start()
    while process.is_alive() and not (tmp_path / "address").exists():
        process.join(0.02)
    yield (tmp_path / "address").read_text()
    process.kill()
    process.join()


class EportStage(Stage):
    """The stage with the control instead of soft cards, and PINs in the agent's window, as is the default."""

    def settings_for(self, control: str) -> AgentSettings:
        source = Source(name="card_eport", module="hub_card_eport", settings={"address": control})
        return AgentSettings(**vars(self.settings) | {"pin": "window", "sources": [source]})


@pytest.fixture
def stage(tmp_path: Path, pki: Pki, browser: Browser, control: str) -> Iterator[EportStage]:
    stage = EportStage(tmp_path, pki, browser)
    server = AgentServer(stage.settings_for(control), stage.clock)
    old = stage.servers.pop()
    old.shutdown()
    old.server_close()
    stage.start_agent(server)
    yield stage
    for context in browser.contexts:
        context.close()
    stage.close()


def sign(page: Page, payload: str) -> Page:
    """Ask for a signature; returns the agent's window."""
    with page.expect_popup() as popup:
        page.evaluate(SIGN, payload)
    window: Page = popup.value
    window.wait_for_selector("#pin")
    return window


def give(window: Page, pin: str) -> None:
    window.fill("#pin", pin)
    window.press("#pin", "Enter")


def test_the_hub_believes_what_was_signed_in_the_window(stage: EportStage) -> None:
    page, payload = stage.open(), stage.login()
    wait(page, "CARD_PRESENT")
    seen: list[str] = []
    page.on("request", lambda request: seen.append(request.url + (request.post_data or "")))

    window = sign(page, payload)
    shown = window.inner_text("main")
    give(window, PIN)

    signed = json.loads(page.evaluate("() => window.signed"))
    signature, certificate = decode(signed["signature"]), decode(signed["certificate"])
    card = verify(payload, signed["algorithm"], signature, certificate, stage.pki.trust, NOW)
    assert (card.role, stage.origin in shown) == ("OP", True)
    assert not any(PIN in text for text in seen)


def test_the_control_counts_a_wrong_pin_and_the_window_asks_before_the_last(stage: EportStage) -> None:
    page = stage.open()
    wait(page, "CARD_PRESENT")
    window = sign(page, stage.login())
    for left in (2, 1):
        give(window, "wrong")
        window.wait_for_selector(f"#said:has-text('还可尝试 {left} 次')")
        stage.clock.seconds += 60
    assert (window.is_visible("#last"), window.is_disabled("#ok")) == (True, True)

    window.check("#last-tick")
    give(window, "wrong")
    window.wait_for_selector("#end:has-text('卡已锁定')")

    assert json.loads(page.evaluate("() => window.signed")) == {"fault": "PIN_LOCKED"}


def test_a_cancelled_window_signs_nothing(stage: EportStage) -> None:
    page = stage.open()
    wait(page, "CARD_PRESENT")
    sign(page, stage.login()).click("#cancel")
    assert json.loads(page.evaluate("() => window.signed")) == {"fault": "CANCELLED"}
