"""Pairing tickets: signed by the hub, for one site, for a few minutes, for one use; and the sessions that they buy."""

from datetime import timedelta

import pytest

from hub.cards.agent.policy import AgentRefused
from hub.cards.agent.sessions import LIFE, SESSIONS, Sessions
from hub.cards.tickets import LIFE as TICKET_LIFE
from hub.cards.tickets import SKEW, make_ticket
from hub.testing.pki import KeySigner

from .conftest import NOW, ORIGIN, Pki


@pytest.fixture
def sessions(pki: Pki) -> Sessions:
    return Sessions(pki.hub.x509)


def ticket(pki: Pki) -> dict[str, str]:
    return make_ticket(KeySigner(pki.hub), ORIGIN, NOW)


def test_a_session_serves_its_site(sessions: Sessions) -> None:
    session = sessions.open(ORIGIN, NOW)
    sessions.check(f"Bearer {session}", ORIGIN, NOW + LIFE - timedelta(seconds=1))


@pytest.mark.parametrize(
    ("header", "origin", "late"),
    [
        ("Bearer {}", "https://evil.example", timedelta(0)),
        ("Bearer {}", ORIGIN, LIFE),
        ("Basic {}", ORIGIN, timedelta(0)),
        ("Bearer {}x", ORIGIN, timedelta(0)),
        ("Bearer \ud800", ORIGIN, timedelta(0)),
        ("", ORIGIN, timedelta(0)),
    ],
)
def test_a_session_serves_its_own_site_only_and_for_twelve_hours(
    sessions: Sessions, header: str, origin: str, late: timedelta
) -> None:
    session = sessions.open(ORIGIN, NOW)
    with pytest.raises(AgentRefused, match="UNPAIRED"):
        sessions.check(header.format(session), origin, NOW + late)


def test_a_ticket_works_once_as_long_as_it_lives(pki: Pki, sessions: Sessions) -> None:
    used = ticket(pki)
    sessions.redeem(used, ORIGIN, NOW)
    with pytest.raises(AgentRefused, match="TICKET_USED"):
        sessions.redeem(used, ORIGIN, NOW + TICKET_LIFE + SKEW)


def test_a_ticket_ends_after_its_time_and_the_tolerated_drift(pki: Pki, sessions: Sessions) -> None:
    with pytest.raises(AgentRefused, match="TICKET_EXPIRED"):
        sessions.redeem(ticket(pki), ORIGIN, NOW + TICKET_LIFE + SKEW + timedelta(seconds=1))


def test_a_ticket_for_another_site_is_refused(pki: Pki, sessions: Sessions) -> None:
    with pytest.raises(AgentRefused, match="TICKET"):
        sessions.redeem(ticket(pki), "https://evil.example", NOW)


def test_a_ticket_of_another_key_is_refused(pki: Pki, sessions: Sessions) -> None:
    with pytest.raises(AgentRefused, match="TICKET"):
        sessions.redeem(make_ticket(KeySigner(pki.legal), ORIGIN, NOW), ORIGIN, NOW)


def test_a_longer_life_written_into_a_ticket_is_found(pki: Pki, sessions: Sessions) -> None:
    body = ticket(pki)
    body["ticket"] = body["ticket"].replace('"expires_at":"2', '"expires_at":"3')
    with pytest.raises(AgentRefused, match="TICKET"):
        sessions.redeem(body, ORIGIN, NOW)


@pytest.mark.parametrize("body", [{}, {"ticket": 1, "algorithm": 2, "signature": 3}, {"ticket": []}])
def test_anything_else_is_no_ticket(sessions: Sessions, body: dict[str, object]) -> None:
    with pytest.raises(AgentRefused, match="TICKET"):
        sessions.redeem(body, ORIGIN, NOW)


def test_a_signature_that_is_not_base64_is_no_ticket(pki: Pki, sessions: Sessions) -> None:
    with pytest.raises(AgentRefused, match="TICKET"):
        sessions.redeem(ticket(pki) | {"signature": "***"}, ORIGIN, NOW)


def test_the_oldest_session_makes_room(sessions: Sessions) -> None:
    tokens = [sessions.open(ORIGIN, NOW) for _ in range(SESSIONS + 1)]
    sessions.check(f"Bearer {tokens[1]}", ORIGIN, NOW)
    with pytest.raises(AgentRefused, match="UNPAIRED"):
        sessions.check(f"Bearer {tokens[0]}", ORIGIN, NOW)
