"""Who gets in at the card agent's door, over real HTTP."""

import json
import logging
import socket

import pytest

from hub.cards.agent.policy import BODY_LIMIT

from .conftest import ORIGIN, PIN, Desk, Page

CALLS = [
    ("GET", "/hello"),
    ("POST", "/pair"),
    ("GET", "/cards"),
    ("POST", "/sign"),
    ("POST", "/leave"),
    ("OPTIONS", "/sign"),
]


@pytest.mark.parametrize(("method", "path"), CALLS)
@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:{port}", "127.0.0.1", "127.0.0.1:1", "[::1]:{port}", None]
)
def test_a_name_pointed_at_this_pc_is_not_this_pc(agent: Desk, method: str, path: str, host: str | None) -> None:
    name = host.format(port=agent.port) if host else None
    status, answer, headers = agent.page().call(method, path, {}, Host=name)
    assert (status, answer["fault"]) == (421, "HOST")
    assert "Access-Control-Allow-Origin" not in headers


def test_localhost_is_this_pc(agent: Desk) -> None:
    status, answer, _ = Page(port=agent.port).call("GET", "/hello", Host=f"localhost:{agent.port}")
    assert (status, answer["agent"]) == (200, "swhub")


@pytest.mark.parametrize(("method", "path"), CALLS)
@pytest.mark.parametrize(
    "origin", ["https://evil.example", "http://hub.example", "https://hub.example.evil.example", "null", "*", "", None]
)
def test_a_site_that_is_not_on_the_list_gets_nothing(agent: Desk, method: str, path: str, origin: str | None) -> None:
    status, answer, headers = agent.page().call(method, path, {}, Origin=origin)
    assert (status, answer["fault"]) == (403, "ORIGIN")
    assert "Access-Control-Allow-Origin" not in headers


@pytest.mark.parametrize(("method", "path"), CALLS[:-1])
def test_a_call_without_the_agents_header_is_refused(agent: Desk, method: str, path: str) -> None:
    status, answer, _ = agent.page().call(method, path, {}, X_SWHub_Agent=None)
    assert (status, answer["fault"]) == (403, "HEADER")


def test_the_preflight_names_the_site_and_never_everybody(agent: Desk) -> None:
    status, _, headers = Page(port=agent.port).call(
        "OPTIONS", "/sign", Access_Control_Request_Private_Network="true", X_SWHub_Agent=None
    )
    assert (status, headers["Access-Control-Allow-Origin"]) == (204, ORIGIN)
    assert headers["Access-Control-Allow-Private-Network"] == "true"
    assert "x-swhub-agent" in headers["Access-Control-Allow-Headers"]


def test_a_refusal_can_be_read_by_the_site_itself(agent: Desk) -> None:
    status, answer, headers = Page(port=agent.port).call("GET", "/cards")
    assert (status, answer["fault"], headers["Access-Control-Allow-Origin"]) == (401, "UNPAIRED", ORIGIN)
    assert answer["zh"] != answer["en"]


@pytest.mark.parametrize("path", ["/cards", "/sign", "/leave"])
def test_a_session_of_one_site_is_no_session_of_another(agent: Desk, path: str) -> None:
    page = agent.page()
    stranger = Page(port=agent.port, origin="http://127.0.0.1:8080", session=page.session)
    status, answer, _ = stranger.call("GET" if path == "/cards" else "POST", path, {})
    assert (status, answer["fault"]) == (401, "UNPAIRED")


def test_a_site_that_leaves_ends_all_its_sessions_and_no_other_sites(desk_of_cards: Desk) -> None:
    before_a_reload, page = desk_of_cards.page(), desk_of_cards.page()
    other = desk_of_cards.page("http://127.0.0.1:8080")
    status, told, _ = page.call("POST", "/leave")
    assert (status, told) == (200, {})
    assert [one.call("GET", "/cards")[0] for one in (before_a_reload, page, other)] == [401, 401, 200]


def test_who_has_left_cannot_leave_again_and_pairs_anew(desk_of_cards: Desk) -> None:
    page = desk_of_cards.page()
    page.call("POST", "/leave")
    status, answer, _ = page.call("POST", "/leave")
    assert (status, answer["fault"]) == (401, "UNPAIRED")
    assert desk_of_cards.page().call("GET", "/cards")[0] == 200


def test_a_ticket_cannot_be_used_twice(agent: Desk) -> None:
    ticket = agent.ticket()
    page = Page(port=agent.port)
    assert page.call("POST", "/pair", ticket)[0] == 200
    status, answer, _ = page.call("POST", "/pair", ticket)
    assert (status, answer["fault"]) == (403, "TICKET_USED")


def test_hello_tells_nothing_about_cards(agent: Desk) -> None:
    _, answer, headers = Page(port=agent.port).call("GET", "/hello")
    assert answer.keys() == {"agent", "version"}
    assert headers["Cache-Control"] == "no-store"
    assert "Python" not in headers["Server"]


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", None])
def test_a_form_post_is_no_json(agent: Desk, kind: str | None) -> None:
    status, answer, _ = agent.page().call("POST", "/sign", {}, Content_Type=kind)
    assert (status, answer["fault"]) == (415, "MEDIA")


@pytest.mark.parametrize("raw", [b"", b"{", b"[]", b"\xff", b"[" * 9000, b'{"token":"x","pin":"","payload":"y"}'])
def test_a_malformed_body_is_refused(agent: Desk, raw: bytes) -> None:
    status, answer, _ = agent.page().call("POST", "/sign", raw=raw)
    assert (status, answer["fault"]) == (400, "MALFORMED")


def test_a_large_body_is_refused(agent: Desk) -> None:
    status, answer, _ = agent.page().call("POST", "/sign", raw=b" " * (BODY_LIMIT + 1))
    assert (status, answer["fault"]) == (413, "SIZE")


def test_an_unknown_path_is_refused(agent: Desk) -> None:
    status, answer, _ = agent.page().call("GET", "/../etc/passwd")
    assert (status, answer["fault"]) == (404, "NOT_FOUND")


def test_every_refusal_leaves_one_line_that_repeats_nothing_of_the_body_or_a_strange_path(
    agent: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    page = agent.page()
    caplog.clear()
    with caplog.at_level(logging.DEBUG):
        page.call("POST", f"/{PIN}", {"pin": PIN})
        page.call("POST", "/sign", {"pin": PIN, "token": PIN, "payload": PIN})
        page.call("POST", "/sign", {"pin": PIN}, Origin="https://evil.example")
    assert [record.getMessage().split()[1] for record in caplog.records] == [
        "fault=NOT_FOUND",
        "fault=PAYLOAD",
        "fault=ORIGIN",
    ]
    assert PIN not in caplog.text


def test_the_agent_listens_on_this_pc_only(agent: Desk) -> None:
    assert agent.server.server_address[0] == "127.0.0.1"


def shout(agent: Desk, *lines: str) -> dict[str, object]:
    """Send a POST to /sign with exactly these header lines; the answer's JSON."""
    with socket.create_connection(("127.0.0.1", agent.port), timeout=30) as wire:
        wire.sendall("\r\n".join(["POST /sign HTTP/1.1", *lines, "", ""]).encode())
        answer: dict[str, object] = json.loads(wire.makefile("rb").read().split(b"\r\n\r\n", 1)[1])
        return answer


def test_a_header_that_comes_twice_counts_as_none(agent: Desk) -> None:
    host, origin = f"Host: 127.0.0.1:{agent.port}", f"Origin: {ORIGIN}"
    assert shout(agent, host, "Host: evil.example", origin)["fault"] == "HOST"
    assert shout(agent, host, origin, "Origin: https://evil.example")["fault"] == "ORIGIN"


@pytest.mark.parametrize("length", ["Content-Length: abc", "Content-Length: -1", "Transfer-Encoding: chunked"])
def test_a_body_without_a_plain_length_is_malformed(agent: Desk, length: str) -> None:
    session = f"Authorization: Bearer {agent.page().session}"
    usual = [f"Host: 127.0.0.1:{agent.port}", f"Origin: {ORIGIN}", "X-SWHub-Agent: 1", "Content-Type: application/json"]
    assert shout(agent, *usual, session, length)["fault"] == "MALFORMED"
