"""Where a PIN might stay in a running demo: store, logs, files, command lines, environments, addresses (P19).

Two canaries: one that is wrong for the demo's first card, and one that is right for a card of its own.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hub_card_softcard import desk

from demo.world import IN_CONTROL
from hub.testing import pki
from tests.conftest import NO_CLICK_BEFORE_THE_SCRIPTS

WRONG, RIGHT = "canary-wrong-50417", "canary-right-83162"
STRANGER = "示例陌生卡"  # its authority is nobody the demo believes, so that the hub refuses what it signed
SOON = 20_000  # milliseconds
pytestmark = [pytest.mark.browser, pytest.mark.filterwarnings("ignore::ResourceWarning")]


@pytest.fixture
def home(running: tuple[Path, str]) -> Iterator[Path]:
    """The running demo, with one more card in its slot."""
    folder, now = running[0], datetime.now(UTC)
    card = pki.issue_card(
        pki.make_authority("Nobody", now), enterprise=STRANGER, holder=STRANGER, org_code="DEM00001", role="OP", now=now
    )
    desk.make(folder / "cards", serial="Z-1", label=STRANGER, key=card.key, certificate=card.certificate, pin=RIGHT)
    yield folder
    desk.remove(folder / "cards", "Z-1")


def everywhere(home: Path, pids: list[int]) -> Iterator[tuple[str, bytes]]:
    """(place, bytes) of all that the demo's programs have left or show."""
    for path in home.rglob("*"):
        if path.is_file():
            yield str(path.relative_to(home)), path.read_bytes()
    for pid in pids:
        for name in ("cmdline", "environ"):
            try:
                yield f"{pid}/{name}", Path(f"/proc/{pid}/{name}").read_bytes()
            except (PermissionError, FileNotFoundError):  # only root may look into the agent
                continue


def family(pid: int) -> list[int]:
    """A process and all below it."""
    below = [path.read_text() for path in Path(f"/proc/{pid}/task").glob("*/children")]
    return [pid, *(one for text in below for child in text.split() for one in family(int(child)))]


def type_pin(page: Any, label: str, pin: str) -> Any:
    """Ask to log in with the card and type ``pin`` into the agent's window, which is returned."""
    page.goto("/login")
    page.wait_for_selector("#card-chip[data-state=CARD_PRESENT]")
    page.locator("#login-card option", has_text=label).first.wait_for(state="attached")
    page.select_option("#login-card", label=page.locator("#login-card option", has_text=label).first.inner_text())
    with page.expect_popup() as window:
        page.get_by_role("button", name="登录").click()
    window.value.fill("#pin", pin)
    window.value.press("#pin", "Enter")
    return window.value


def test_no_pin_right_or_wrong_stays_anywhere_in_the_demo(home: Path, state: dict[str, Any], browser: Any) -> None:
    context = browser.new_context(base_url=state["portal"], locale="zh-CN")
    context.add_init_script(NO_CLICK_BEFORE_THE_SCRIPTS)
    context.set_default_timeout(SOON)
    page, asked = context.new_page(), []
    context.on("request", lambda request: asked.append((request.url, request.post_data or "")))

    window = type_pin(page, state["cards"][0]["label"], WRONG)
    window.get_by_text("密码错误").wait_for()
    window.click("#cancel")
    window = type_pin(page, IN_CONTROL.holder, WRONG)  # goes on to the control, over its WebSocket
    window.get_by_text("密码错误").wait_for()
    window.click("#cancel")
    with type_pin(page, STRANGER, RIGHT).expect_event("close"):  # says that it is done, and closes by itself
        page.get_by_text("卡证书不是由受信任的机构签发").first.wait_for()
    context.close()

    pids = [pid for program in state["pids"].values() for pid in family(program)]
    places = list(everywhere(home, pids))
    assert [place for place, content in places for pin in (WRONG, RIGHT) if pin.encode() in content] == []
    assert {place.partition("/")[0] for place, _ in places} >= {"logs", "cards", "pki", str(pids[0])}
    carried = {url for url, body in asked if WRONG in url + body or RIGHT in url + body}
    assert carried == {f"{state['agent']}/confirm"}  # in the body of the agent's own window, and in no other request
