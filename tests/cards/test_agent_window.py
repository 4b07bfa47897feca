"""The agent's own window over real HTTP: who may call it, what it shows, one try for one click, how an errand ends."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from hub_card_softcard import desk
from hub_card_softcard.cardfile import set_tries

from hub.cards.agent.errands import LIFE
from hub.cards.agent.lane import Job, Lane
from hub.cards.agent.policy import PLACES
from hub.cards.agent.window import FILES, HEADERS
from hub.cards.challenge import Purpose, make_binding
from hub.cards.trust import verify

from .conftest import NOW, ORIGIN, PIN, Desk, Page, decode


class Window:
    """The agent's window, as the browser runs it: its own Origin, no token."""

    def __init__(self, agent: Desk, errand: str) -> None:
        self._page = Page(port=agent.port, origin=f"http://127.0.0.1:{agent.port}")
        self._errand = errand

    def call(self, path: str, **more: Any) -> tuple[int, dict[str, Any]]:
        status, answer, _ = self._page.call("POST", path, {"errand": self._errand} | more)
        return status, answer


@pytest.fixture
def strict(desk_of_cards: Desk, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """The agent as it is by default: PINs in its own window only."""
    monkeypatch.setattr(desk_of_cards.server.agent, "pin", "window")
    return desk_of_cards


def leave(agent: Desk, page: Page, payload: str | None = None) -> str:
    body = {"token": "softcard:LP1", "payload": payload or agent.login()}
    status, answer, _ = page.call("POST", "/sign", body)
    assert status == 200, answer
    return str(answer["errand"])


def wait(page: Page, errand: str) -> tuple[int, dict[str, Any]]:
    status, answer, _ = page.call("POST", "/wait", {"errand": errand})
    return status, answer


def test_a_pin_from_a_page_is_refused_and_costs_no_try(strict: Desk) -> None:
    status, answer = strict.page().sign(strict.login(), pin="wrong")
    assert (status, answer["fault"], strict.tries()) == (403, "PIN_PLACE", 6)


def test_a_signature_given_in_the_window_reaches_the_page_that_waits(strict: Desk) -> None:
    page, payload = strict.page(), strict.login()
    errand = leave(strict, page, payload)
    brought: list[tuple[int, dict[str, Any]]] = []
    waiting = threading.Thread(target=lambda: brought.append(wait(page, errand)))
    waiting.start()

    status, told = Window(strict, errand).call("/confirm", pin=PIN)

    waiting.join()
    assert (status, told) == (200, {})
    signed = brought[0][1]
    card = verify(
        payload, signed["algorithm"], decode(signed["signature"]), decode(signed["certificate"]), strict.pki.trust, NOW
    )
    assert card.holder == "张三"


def test_the_window_shows_the_payloads_own_words(strict: Desk) -> None:
    common = {"origin": ORIGIN, "nonce": "n", "number": "PAY-1", "receiver": "演示银行", "digest": "ab" * 32}
    payload = make_binding(Purpose.PAYMENT, now=NOW, matter="保险费 1,000.00 人民币", **common)
    _, shown = Window(strict, leave(strict, strict.page(), payload)).call("/errand")
    assert (shown["title"]["zh"], shown["origin"]) == ("签署支付指令", ORIGIN)
    assert (shown["facts"]["number"], shown["facts"]["receiver"]) == ("PAY-1", "演示银行")
    assert shown["facts"]["digest"] == "ABAB ABAB … ABAB"
    assert shown["card"]["label"] == "演示 法人卡"


@pytest.mark.parametrize("path", ["/errand", "/confirm", "/cancel"])
@pytest.mark.parametrize("origin", [ORIGIN, "https://evil.example", "null", None])
def test_no_site_can_make_the_windows_calls_not_even_the_hubs(strict: Desk, path: str, origin: str | None) -> None:
    page = strict.page()
    errand = leave(strict, page)
    status, answer, headers = page.call("POST", path, {"errand": errand, "pin": PIN}, Origin=origin)
    assert (status, answer["fault"], strict.tries()) == (403, "ORIGIN", 6)
    assert "Access-Control-Allow-Origin" not in headers


@pytest.mark.parametrize("path", ["/sign", "/wait", "/withdraw", "/leave"])
def test_the_window_cannot_make_a_pages_calls(strict: Desk, path: str) -> None:
    assert Window(strict, "x").call(path)[1]["fault"] == "ORIGIN"


def test_another_site_cannot_fetch_the_signature(strict: Desk) -> None:
    errand = leave(strict, strict.page())
    Window(strict, errand).call("/confirm", pin=PIN)
    assert wait(strict.page("http://127.0.0.1:8080"), errand)[1]["fault"] == "ERRAND_OVER"


def test_a_signature_is_handed_out_once(strict: Desk) -> None:
    page = strict.page()
    errand = leave(strict, page)
    Window(strict, errand).call("/confirm", pin=PIN)
    assert [wait(page, errand)[0] for _ in range(2)] == [200, 410]


def test_a_wrong_pin_leaves_the_window_open_for_another_try(strict: Desk) -> None:
    page = strict.page()
    window = Window(strict, leave(strict, page))
    status, answer = window.call("/confirm", pin="wrong")
    strict.clock.move(timedelta(seconds=2))
    assert (status, answer["tries_left"], window.call("/confirm", pin=PIN)[0]) == (422, 5, 200)


def test_the_last_try_needs_its_own_word_in_the_window_too(strict: Desk) -> None:
    set_tries(strict.slot / "LP1.card", 1)
    page = strict.page()
    errand = leave(strict, page)
    window = Window(strict, errand)
    asked = window.call("/confirm", pin="wrong")[1]["fault"], strict.tries()
    locked = window.call("/confirm", pin="wrong", final_try_confirmed=True)[1]["fault"]
    assert (asked, locked) == (("FINAL_TRY", 1), "PIN_LOCKED")
    assert wait(page, errand)[1]["fault"] == "PIN_LOCKED"


def test_a_closed_window_cancels(strict: Desk) -> None:
    page = strict.page()
    errand = leave(strict, page)
    window = Window(strict, errand)
    window.call("/cancel")
    assert window.call("/confirm", pin=PIN)[1]["fault"] == "ERRAND_OVER"
    assert wait(page, errand)[1]["fault"] == "CANCELLED"


@pytest.fixture
def waiting(strict: Desk) -> tuple[Desk, Page, str]:
    page = strict.page()
    return strict, page, leave(strict, page)


@pytest.mark.parametrize("way", ["withdrawn", "left", "replaced", "too late", "unknown"])
def test_what_is_over_is_not_signed(waiting: tuple[Desk, Page, str], way: str) -> None:
    agent, page, errand = waiting
    match way:
        case "withdrawn":
            page.call("POST", "/withdraw", {"errand": errand})
        case "left":
            page.call("POST", "/leave")
        case "replaced":
            leave(agent, page)
        case "too late":
            agent.clock.move(timedelta(seconds=LIFE))
        case "unknown":
            errand = "x"
    status, answer = Window(agent, errand).call("/confirm", pin="wrong")
    assert (status, answer["fault"], agent.tries()) == (410, "ERRAND_OVER", 6)


def test_another_site_cannot_withdraw(strict: Desk) -> None:
    errand = leave(strict, strict.page())
    strict.page("http://127.0.0.1:8080").call("POST", "/withdraw", {"errand": errand})
    assert Window(strict, errand).call("/confirm", pin=PIN)[0] == 200


def test_a_page_that_waits_while_its_user_logs_out_is_told_that_it_is_over(strict: Desk) -> None:
    page = strict.page()
    errand = leave(strict, page)
    brought: list[tuple[int, dict[str, Any]]] = []
    waiting = threading.Thread(target=lambda: brought.append(wait(page, errand)))
    waiting.start()

    page.call("POST", "/leave")

    waiting.join()
    assert (brought[0][0], brought[0][1]["fault"]) == (410, "ERRAND_OVER")


@pytest.mark.parametrize("place", PLACES)
def test_a_try_that_still_queues_for_its_card_when_the_user_logs_out_is_not_made(
    strict: Desk, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    page, turn = strict.page(), Lane.turn
    window = Window(strict, leave(strict, page))

    @contextmanager
    def long_turn(lane: Lane) -> Iterator[Lane]:
        page.call("POST", "/leave")
        with turn(lane):
            yield lane

    monkeypatch.setattr(strict.server.agent, "pin", place)
    monkeypatch.setattr(Lane, "turn", long_turn)
    wrong = "wrong"
    status, answer = window.call("/confirm", pin=wrong) if place == "window" else page.sign(strict.login(), pin=wrong)
    assert (status, answer["fault"], strict.tries()) == (410, "ERRAND_OVER", 6)


@pytest.mark.parametrize("call", ["/leave", "/withdraw"])
def test_a_signature_that_comes_after_the_user_has_gone_is_told_as_over(
    strict: Desk, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    page, ask = strict.page(), Lane.ask
    errand = leave(strict, page)

    def gone_meanwhile(lane: Lane, job: Job) -> Any:
        signed = ask(lane, job)
        page.call("POST", call, {"errand": errand})
        return signed

    monkeypatch.setattr(Lane, "ask", gone_meanwhile)
    status, answer = Window(strict, errand).call("/confirm", pin=PIN)
    assert (status, answer["fault"]) == (410, "ERRAND_OVER")


def test_two_clicks_at_once_are_one_try(strict: Desk) -> None:
    window = Window(strict, leave(strict, strict.page()))
    strict.faults('["*"]\nat = "open"\nhang = 1\n')
    said: list[int] = []
    clicks = [threading.Thread(target=lambda: said.append(window.call("/confirm", pin=PIN)[0])) for _ in range(2)]
    for click in clicks:
        click.start()
    for click in clicks:
        click.join()
    assert sorted(said) == [200, 503]


def test_a_pulled_card_is_told_in_the_window(strict: Desk) -> None:
    window = Window(strict, leave(strict, strict.page()))
    desk.remove(strict.slot, "LP1")
    assert window.call("/errand")[1]["card"] is None
    assert window.call("/confirm", pin=PIN)[1]["fault"] == "NO_CARD"


@pytest.mark.parametrize("path", FILES)
def test_the_window_cannot_be_framed_scripted_or_kept(agent: Desk, path: str) -> None:
    status, _, headers = Page(port=agent.port, origin=None).fetch(path)
    assert status == 200
    assert {name: headers[name] for name in HEADERS} == dict(HEADERS)
    assert (headers["Cache-Control"], headers["Access-Control-Allow-Origin"]) == ("no-store", None)


def test_a_name_pointed_at_this_pc_gets_no_window(agent: Desk) -> None:
    assert Page(port=agent.port, origin=None).fetch("/window", Host="evil.example")[0] == 421


def test_no_answer_and_no_line_of_the_log_holds_the_pin(strict: Desk, caplog: pytest.LogCaptureFixture) -> None:
    page = strict.page()
    errand = leave(strict, page)
    window = Window(strict, errand)
    with caplog.at_level(0):
        answers = [window.call("/confirm", pin=PIN + "x"), window.call("/confirm", pin=PIN), window.call("/errand")]
        strict.clock.move(timedelta(seconds=2))
        answers += [window.call("/confirm", pin=PIN), wait(page, errand)]
    assert PIN not in f"{answers} {caplog.text}"
    assert errand not in caplog.text
    assert PIN not in repr(vars(strict.server.agent.errands))
