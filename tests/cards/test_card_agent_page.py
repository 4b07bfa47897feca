"""The browser module against the real agent, in a real browser: every state of SM-CARD a page can meet."""

import json
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar

import pytest
from hub_card_softcard import desk
from hub_card_softcard.cardfile import set_tries
from playwright.sync_api import Browser, Page

from hub.cards import challenge
from hub.cards.agent.calls import AgentSettings
from hub.cards.agent.lane import Source
from hub.cards.agent.server import AgentServer
from hub.cards.tickets import make_ticket
from hub.cards.trust import verify
from hub.clock import MovableClock
from hub.testing.pki import KeySigner

from .conftest import NOW, PIN, Pki, allowed, decode, make_cards
from .conftest import Page as Caller

SCRIPT = Path(__file__).parents[2] / "web" / "static" / "js" / "card_agent.js"
TEXTS = {"PIN_ERROR": "密码错误，还可尝试 {tries_left} 次", "NO_CARD": "未检测到卡"}
HTML = """<!doctype html><html lang="zh"><head><meta name="card-fingerprint" content="{fingerprint}"></head>
<body data-ticket-url="/ticket" data-agent-url="http://127.0.0.1:{agent}" data-pin="page">
<template id="card-texts">{texts}</template>
<script type="module" src="/page.js"></script></body></html>"""
PAGE_JS = """import { CardAgent } from "/card_agent.js";
window.states = [];
document.addEventListener("card:state", ({ detail }) => window.states.push(detail));
window.agent = new CardAgent();
window.agent.start();"""

pytestmark = [
    pytest.mark.browser,
]


class Site(BaseHTTPRequestHandler):
    """A hub of three files and a ticket."""

    files: ClassVar[dict[str, tuple[str, Callable[[], str]]]] = {}
    csp: ClassVar[str] = ""

    def do_GET(self) -> None:
        kind, make = self.files.get(self.path.partition("?")[0], ("text/plain", lambda: ""))
        body = make().encode()
        self.send_response(200)
        self.send_header("Content-Type", f"{kind}; charset=utf-8")
        self.send_header("Content-Security-Policy", self.csp)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        pass


class Stage:
    """A site, an agent that knows it, a slot with two cards, and a browser."""

    def __init__(self, folder: Path, pki: Pki, browser: Browser) -> None:
        self.pki, self.browser, self.slot = pki, browser, folder / "slot"
        self.clock = MovableClock(at=NOW)
        self.fingerprint = ""
        self.site = ThreadingHTTPServer(("127.0.0.1", 0), Site)
        self.origin = f"http://127.0.0.1:{self.site.server_address[1]}"
        (folder / "hub.pem").write_bytes(pki.hub.certificate)
        source = Source(name="card_softcard", module="hub_card_softcard", settings={"slot": str(self.slot)})
        self.settings = AgentSettings(
            origins=[self.origin],
            hub_certificate=folder / "hub.pem",
            pairings=allowed(folder / "pairings.json", self.origin),
            port=0,
            call_limit=5,
            pin="page",
            sources=[source],
        )
        Site.files = {
            "/": ("text/html", self._html),
            "/page.js": ("text/javascript", lambda: PAGE_JS),
            "/card_agent.js": ("text/javascript", SCRIPT.read_text),
            "/ticket": ("application/json", self._ticket),
        }
        self.servers: list[Any] = []
        self._start(self.site)
        self.start_agent(AgentServer(self.settings, self.clock))

    def start_agent(self, agent: AgentServer) -> None:
        self.agent = agent
        Site.csp = f"default-src 'none'; script-src 'self'; connect-src 'self' {self.agent_url}"
        self._start(agent)

    def _start(self, server: Any) -> None:
        self.servers.append(server)
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}).start()

    @property
    def agent_url(self) -> str:
        return f"http://127.0.0.1:{self.agent.agent.port}"

    def _html(self) -> str:
        port = self.agent.agent.port
        return HTML.format(fingerprint=self.fingerprint, agent=port, texts=json.dumps(TEXTS))

    def _ticket(self) -> str:
        return json.dumps(make_ticket(KeySigner(self.pki.hub), self.origin, self.clock.now()))

    def open(self) -> Page:
        page = self.browser.new_page()
        page.goto(f"{self.origin}/")
        return page

    def login(self) -> str:
        return challenge.make_login(self.origin, challenge.new_nonce(), NOW)

    def close(self) -> None:
        for server in self.servers:
            server.shutdown()
            server.server_close()


@pytest.fixture
def stage(tmp_path: Path, pki: Pki, browser: Browser) -> Iterator[Stage]:
    stage = Stage(tmp_path, pki, browser)
    make_cards(stage.slot, pki)
    yield stage
    for context in browser.contexts:
        context.close()
    stage.close()


def wait(page: Page, state: str) -> dict[str, Any]:
    """The event that brought ``state``."""
    page.wait_for_function("state => window.agent?.state === state", arg=state)
    found: dict[str, Any] = page.evaluate("state => window.states.findLast((one) => one.state === state)", state)
    return found


def poll(page: Page) -> None:
    page.evaluate("() => window.agent.poll()")


def sign(page: Page, payload: str, pin: str = PIN, confirmed: bool = False) -> dict[str, Any]:
    told: dict[str, Any] = page.evaluate(
        """([payload, pin, confirmed]) => window.agent.sign(payload, pin, window.agent.card.token, confirmed)
             .catch((error) => ({ fault: error.fault, message: error.message, left: error.triesLeft }))""",
        [payload, pin, confirmed],
    )
    return told


def test_a_page_pairs_finds_the_card_and_gets_a_signature_the_hub_believes(stage: Stage) -> None:
    page, payload = stage.open(), stage.login()
    card = wait(page, "CARD_PRESENT")["card"]
    page.evaluate("() => window.agent.requirePin()")
    signed = sign(page, payload)
    certificate = decode(signed["certificate"])
    verify(payload, signed["algorithm"], decode(signed["signature"]), certificate, stage.pki.trust, NOW)
    states = page.evaluate("() => window.states.map((one) => one.state)")
    assert states[-4:] == ["CARD_PRESENT", "PIN_REQUIRED", "SIGNING", "CARD_PRESENT"]
    assert card["fingerprint"] == sha256(certificate).hexdigest()


def test_a_wrong_pin_tells_how_many_tries_are_left_in_the_pages_words(stage: Stage) -> None:
    page = stage.open()
    wait(page, "CARD_PRESENT")
    told = sign(page, stage.login(), pin="wrong")
    assert (told["fault"], told["message"], told["left"]) == ("PIN_WRONG", "密码错误", 5)
    assert wait(page, "PIN_ERROR")["text"] == "密码错误，还可尝试 5 次"


def test_a_locked_card_is_told(stage: Stage) -> None:
    set_tries(stage.slot / "LP1.card", 0)
    assert wait(stage.open(), "PIN_LOCKED")["card"]["tries_left"] == 0


def test_the_last_try_asks_first(stage: Stage) -> None:
    set_tries(stage.slot / "LP1.card", 1)
    page = stage.open()
    wait(page, "CARD_PRESENT")
    assert sign(page, stage.login())["fault"] == "FINAL_TRY"
    assert page.evaluate("() => window.agent.state") == "PIN_REQUIRED"
    assert "signature" in sign(page, stage.login(), confirmed=True)


def test_a_pulled_card_is_missed_and_its_return_seen(stage: Stage) -> None:
    page = stage.open()
    wait(page, "CARD_PRESENT")
    for serial in ("LP1", "OP1"):
        desk.remove(stage.slot, serial)
    poll(page)
    assert wait(page, "NO_CARD")["text"] == "未检测到卡"
    desk.insert(stage.slot, "LP1")
    poll(page)
    wait(page, "CARD_PRESENT")


def test_only_the_card_of_the_session_will_do(stage: Stage) -> None:
    stage.fingerprint = sha256(stage.pki.operator.der).hexdigest().upper()
    desk.remove(stage.slot, "LP1")
    page = stage.open()
    assert wait(page, "CARD_PRESENT")["card"]["token"] == "softcard:OP1"
    desk.remove(stage.slot, "OP1")
    desk.insert(stage.slot, "LP1")
    poll(page)
    assert wait(page, "CARD_MISMATCH")["card"]["token"] == "softcard:LP1"


def test_cards_that_lay_beside_the_sessions_own_are_no_mismatch_when_it_is_pulled(stage: Stage) -> None:
    stage.fingerprint = sha256(stage.pki.operator.der).hexdigest().upper()
    page = stage.open()
    wait(page, "CARD_PRESENT")
    desk.remove(stage.slot, "OP1")

    poll(page)

    wait(page, "NO_CARD")


def test_an_expired_card_is_told(stage: Stage) -> None:
    for serial in ("LP1", "OP1"):
        desk.expire(stage.slot, serial, datetime.now(UTC) - timedelta(days=1))
    wait(stage.open(), "CERT_INVALID")


def test_a_missing_agent_is_told_and_its_return_pairs_again(stage: Stage) -> None:
    page = stage.open()
    wait(page, "CARD_PRESENT")
    port = stage.agent.agent.port
    stage.agent.shutdown()
    stage.agent.server_close()
    poll(page)
    wait(page, "AGENT_MISSING")
    stage.servers.remove(stage.agent)
    again = AgentServer(AgentSettings(**vars(stage.settings) | {"port": port}), stage.clock)
    stage.start_agent(again)
    poll(page)
    wait(page, "CARD_PRESENT")


def test_a_site_the_agent_does_not_know_cannot_even_tell_that_it_is_there(stage: Stage) -> None:
    stage.agent.agent.origins = frozenset({"https://hub.example"})
    assert wait(stage.open(), "AGENT_MISSING")["fault"] is None


def test_a_page_whose_user_logs_out_leaves_a_token_that_is_worth_nothing(stage: Stage) -> None:
    page = stage.open()
    wait(page, "CARD_PRESENT")
    with page.expect_request(f"{stage.agent_url}/cards") as asked:
        poll(page)
    token = asked.value.headers["authorization"].removeprefix("Bearer ")

    with page.expect_response(f"{stage.agent_url}/leave"):
        page.evaluate("() => window.agent.leave()")

    status, answer, _ = Caller(port=stage.agent.agent.port, origin=stage.origin, session=token).call("GET", "/cards")
    assert (status, answer["fault"]) == (401, "UNPAIRED")


def test_a_page_that_stays_after_leaving_pairs_again(stage: Stage) -> None:
    page = stage.open()
    wait(page, "CARD_PRESENT")
    page.evaluate("() => window.agent.leave()")
    assert "signature" in sign(page, stage.login())


def test_a_site_that_is_new_to_the_agent_is_allowed_in_its_window(stage: Stage) -> None:
    stage.agent.agent.pairings.remove(stage.origin)
    page = stage.open()
    wait(page, "NOT_ALLOWED")
    with page.expect_popup() as popup:
        page.evaluate("() => { window.allowed = window.agent.allow(); }")

    popup.value.get_by_role("button", name="允许", exact=True).click()

    page.evaluate("() => window.allowed")
    wait(page, "CARD_PRESENT")


def test_a_site_that_is_refused_in_the_window_is_told(stage: Stage) -> None:
    stage.agent.agent.pairings.remove(stage.origin)
    page = stage.open()
    wait(page, "NOT_ALLOWED")
    with page.expect_popup() as popup:
        page.evaluate("() => { window.allowed = window.agent.allow().catch(({ fault }) => fault); }")

    popup.value.get_by_role("button", name="不允许").click()

    assert page.evaluate("() => window.allowed") == "CANCELLED"
    wait(page, "NOT_ALLOWED")


def test_a_browser_that_refuses_local_access_is_told_apart_from_a_missing_agent(stage: Stage) -> None:
    page = stage.browser.new_page()
    page.add_init_script("navigator.permissions.query = async () => ({ state: 'denied' })")
    page.goto(f"{stage.origin}/")
    assert wait(page, "AGENT_BLOCKED")["permission"] == "denied"


def test_a_driver_that_fails_is_named(stage: Stage) -> None:
    (stage.slot / "faults.toml").write_text('["*"]\nat = "list"\nfault = "SILENT"\n')
    assert page_fault(stage.open()) == "SILENT"


def page_fault(page: Page) -> str:
    page.wait_for_function("() => window.states.at(-1)?.fault")
    fault: str = page.evaluate("() => window.states.at(-1).fault")
    return fault


def test_the_pin_goes_to_the_agent_only_and_stays_nowhere(stage: Stage) -> None:
    page = stage.open()
    wait(page, "CARD_PRESENT")
    seen: list[tuple[str, str]] = []
    page.on("request", lambda request: seen.append((request.url, request.post_data or "")))
    sign(page, stage.login())
    assert [url for url, body in seen if PIN in body + url] == [f"{stage.agent_url}/sign"]
    kept = page.evaluate("() => JSON.stringify([window.agent, window.states, {...localStorage}, {...sessionStorage}])")
    assert PIN not in kept
