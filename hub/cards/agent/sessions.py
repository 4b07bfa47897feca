"""A page's session with the agent: a ticket signed by the hub for the page's site buys a token of that site."""

import secrets
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256

from cryptography import x509

from hub.cards.agent.policy import AgentRefused
from hub.cards.refusal import CardRefused
from hub.cards.tickets import SKEW, read_ticket

LIFE = timedelta(hours=12)
SESSIONS = 64  # the oldest one makes room


@dataclass(frozen=True, kw_only=True)
class Session:
    """Who holds a token."""

    origin: str
    expires_at: datetime
    over: threading.Event = field(default_factory=threading.Event)  # the site has left: nothing more is signed for it


class Sessions:
    """The agent's sessions and the tickets it has seen. In memory: after a restart the page simply pairs again."""

    def __init__(self, hub_certificate: x509.Certificate) -> None:
        self._hub = hub_certificate
        self._lock = threading.Lock()
        self._used: dict[str, datetime] = {}  # nonce -> end of its ticket
        self._sessions: dict[str, Session] = {}  # digest of the token -> session, oldest first

    def redeem(self, body: Mapping[str, object], origin: str, now: datetime) -> None:
        """Use up the ticket in ``body``. Raises AgentRefused: TICKET, TICKET_EXPIRED, TICKET_USED."""
        try:
            ticket = read_ticket(body, self._hub, now)
        except CardRefused as refused:
            raise AgentRefused("TICKET_EXPIRED" if refused.code == "stale" else "TICKET") from None
        if ticket.origin != origin:
            raise AgentRefused("TICKET")
        with self._lock:
            self._used = {nonce: end for nonce, end in self._used.items() if now <= end + SKEW}
            if ticket.nonce in self._used:
                raise AgentRefused("TICKET_USED")
            self._used[ticket.nonce] = ticket.expires_at

    def open(self, origin: str, now: datetime) -> str:
        """A new token for the site."""
        token = secrets.token_urlsafe(32)
        with self._lock:
            while len(self._sessions) >= SESSIONS:
                del self._sessions[next(iter(self._sessions))]
            self._sessions[_digest(token)] = Session(origin=origin, expires_at=now + LIFE)
        return token

    def check(self, authorization: str, origin: str, now: datetime) -> Session:
        """The session, when the header holds a living token of this very site. Raises AgentRefused("UNPAIRED")."""
        scheme, _, token = authorization.partition(" ")
        session = self._sessions.get(_digest(token))
        if scheme != "Bearer" or session is None or session.origin != origin or now >= session.expires_at:
            raise AgentRefused("UNPAIRED")
        return session

    def close(self, origin: str) -> None:
        """End all of the site's: pages that were reloaded have left tokens behind."""
        with self._lock:
            for digest in [digest for digest, session in self._sessions.items() if session.origin == origin]:
                self._sessions.pop(digest).over.set()


def _digest(token: str) -> str:
    return sha256(token.encode("utf-8", "replace")).hexdigest()
