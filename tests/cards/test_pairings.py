"""The first time that a site calls: the agent asks its holder once, remembers, and can be told to forget."""

import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from hub.cards.agent.pairings import Pairings
from hub.cli import main

from .conftest import NOW, ORIGIN, Desk, Page
from .test_agent_window import Window, wait


@pytest.fixture
def stranger(desk_of_cards: Desk, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Desk]:
    """The agent as on its first day: it knows the site from its settings, its holder has not been asked."""
    monkeypatch.setattr(desk_of_cards.server.agent, "pairings", Pairings(tmp_path / "kept" / "pairings.json"))
    return desk_of_cards


def pair(agent: Desk, **more: Any) -> tuple[int, dict[str, Any]]:
    status, answer, _ = Page(port=agent.port).call("POST", "/pair", agent.ticket() | more)
    return status, answer


def ask(agent: Desk) -> tuple[str, Window]:
    """Have the holder asked; the errand, and the window that she sees."""
    status, answer = pair(agent, ask=True)
    assert status == 200, answer
    return answer["errand"], Window(agent, answer["errand"])


def test_a_site_that_nobody_allowed_gets_no_session_and_asks_nobody_by_itself(stranger: Desk) -> None:
    status, answer = pair(stranger)
    assert (status, answer["fault"], answer.keys() & {"session", "errand"}) == (403, "NOT_ALLOWED", set())


def test_the_window_names_the_site_and_shows_no_card(stranger: Desk) -> None:
    _, shown = ask(stranger)[1].call("/errand")
    assert shown == {
        "title": {"zh": "允许此网站使用读卡程序？", "en": "Allow this site to use the card agent?"},
        "origin": ORIGIN,
        "facts": {},
        "allow": True,
    }


def test_a_yes_in_the_window_gives_the_waiting_page_its_session(stranger: Desk) -> None:
    errand, window = ask(stranger)

    window.call("/confirm")

    _, brought = wait(Page(port=stranger.port), errand)
    assert Page(port=stranger.port, session=brought["session"]).call("GET", "/cards")[0] == 200


def test_after_a_yes_nobody_is_asked_again(stranger: Desk) -> None:
    ask(stranger)[1].call("/confirm")
    assert ["session" in pair(stranger, **more)[1] for more in ({}, {"ask": True})] == [True, True]


def test_a_no_allows_nothing_and_leaves_a_line(stranger: Desk, caplog: pytest.LogCaptureFixture) -> None:
    errand, window = ask(stranger)
    with caplog.at_level(logging.INFO):
        window.call("/cancel")
    assert wait(Page(port=stranger.port), errand)[1]["fault"] == "CANCELLED"
    assert pair(stranger)[1]["fault"] == "NOT_ALLOWED"
    assert f"not allowed origin={ORIGIN}" in caplog.text


@pytest.mark.parametrize("path", ["/confirm", "/errand"])
@pytest.mark.parametrize("origin", [ORIGIN, "https://evil.example", "null", None])
def test_no_site_can_say_yes_for_the_holder(stranger: Desk, path: str, origin: str | None) -> None:
    errand, _ = ask(stranger)
    status, answer, _ = Page(port=stranger.port).call("POST", path, {"errand": errand}, Origin=origin)
    assert (status, answer["fault"]) == (403, "ORIGIN")
    assert pair(stranger)[1]["fault"] == "NOT_ALLOWED"


def test_a_site_that_is_not_in_the_settings_cannot_even_have_the_holder_asked(stranger: Desk) -> None:
    evil = Page(port=stranger.port, origin="https://evil.example")
    ticket = stranger.ticket("https://evil.example") | {"ask": True}
    assert evil.call("POST", "/pair", ticket)[1]["fault"] == "ORIGIN"


@pytest.mark.parametrize("word", [1, "true", None, []])
def test_only_true_has_the_holder_asked(stranger: Desk, word: object) -> None:
    assert pair(stranger, ask=word)[1]["fault"] == "NOT_ALLOWED"


def test_another_site_cannot_fetch_the_session(stranger: Desk) -> None:
    errand, window = ask(stranger)
    window.call("/confirm")
    assert wait(Page(port=stranger.port, origin="http://127.0.0.1:8080"), errand)[1]["fault"] == "ERRAND_OVER"


@pytest.mark.parametrize(
    "content", ["", "{", "[]", '{"https://hub.example": "yesterday"}', '{"https://hub.example": 1}']
)
def test_a_damaged_file_asks_again(stranger: Desk, tmp_path: Path, content: str) -> None:
    (tmp_path / "kept").mkdir()
    (tmp_path / "kept" / "pairings.json").write_text(content)
    assert pair(stranger)[1]["fault"] == "NOT_ALLOWED"


@pytest.fixture
def settings(stranger: Desk, tmp_path: Path) -> Path:
    """The agent's settings, as its holder hands them to the command."""
    file = tmp_path / "agent.toml"
    file.write_text('pairings = "kept/pairings.json"\n')
    return file


def pairings(settings: Path, *arguments: str) -> str:
    return CliRunner().invoke(main, ["card-agent", "pairings", "--config", str(settings), *arguments]).output


def test_the_command_lists_the_sites_with_the_time_of_the_word(stranger: Desk, settings: Path, tmp_path: Path) -> None:
    Pairings(tmp_path / "kept" / "pairings.json").add(ORIGIN, NOW)
    assert ORIGIN in pairings(settings)
    assert NOW.isoformat()[:4] in pairings(settings)


def test_a_site_that_the_command_removes_loses_its_session_at_once(stranger: Desk, settings: Path) -> None:
    ask(stranger)[1].call("/confirm")
    page = stranger.page()

    pairings(settings, "--remove", ORIGIN)

    assert page.call("GET", "/cards")[1]["fault"] == "UNPAIRED"
    assert "no site is allowed" in pairings(settings)


def test_a_site_that_the_command_allows_is_not_asked_for(stranger: Desk, settings: Path) -> None:
    pairings(settings, "--allow", f"{ORIGIN}/")
    assert "session" in pair(stranger)[1]


def test_a_site_that_is_not_there_cannot_be_removed(settings: Path) -> None:
    assert "is not among the sites" in pairings(settings, "--remove", "https://nobody.example")
