"""What waits for the user in the agent's window: one wish of one site, until it is granted or over."""

import secrets
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from hub.cards.agent.policy import AgentRefused
from hub.cards.challenge import Payload

LIFE = 180.0  # seconds the user has; the hub believes a payload for five minutes
WAIT = 20.0  # seconds a waiting page is kept before it asks again
MOST = 16

Outcome = Mapping[str, Any] | AgentRefused


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What a page wants to be signed."""

    token: str  # of the card
    payload: Payload = field(repr=False)
    text: str = field(repr=False)  # the payload as it is signed


@dataclass(kw_only=True)
class Errand:
    """One signature that a page has asked for; without a wish: to be allowed at all."""

    id: str = field(repr=False)  # only the page and the window know it
    origin: str
    wish: Wish | None
    until: float  # monotonic seconds
    outcome: Outcome | None = field(default=None, repr=False)
    over: threading.Event = field(default_factory=threading.Event, repr=False)
    trying: threading.Lock = field(default_factory=threading.Lock, repr=False)


class Errands:
    """The errands of this agent, in memory. A site has one at a time: a new one ends the one before."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: dict[str, Errand] = {}

    def add(self, origin: str, wish: Wish | None, seconds: float) -> str:
        """A new errand; returns its id. Raises AgentRefused("BUSY") when too many wait."""
        errand = Errand(id=secrets.token_urlsafe(32), origin=origin, wish=wish, until=seconds + LIFE)
        with self._lock:
            self._drop(lambda one: one.origin == origin or one.until <= seconds)
            if len(self._known) >= MOST:
                raise AgentRefused("BUSY")
            self._known[errand.id] = errand
        return errand.id

    def find(self, id: str, seconds: float) -> Errand:
        """The errand that still waits for its user. Raises AgentRefused("ERRAND_OVER")."""
        errand = self._known.get(id)
        if errand is None or errand.over.is_set() or errand.until <= seconds:
            raise AgentRefused("ERRAND_OVER")
        return errand

    def settle(self, errand: Errand, outcome: Outcome) -> bool:
        """Say how it ended. The first word counts: whether this was it."""
        with self._lock:
            return _end(errand, outcome)

    def drop(self, origin: str) -> None:
        """The site has left: nothing of it waits any longer."""
        with self._lock:
            self._drop(lambda one: one.origin == origin)

    def wait(self, id: str, origin: str, seconds: float, limit: float = WAIT) -> Mapping[str, Any] | None:
        """What the site's errand brought, once; None while it still waits. Raises AgentRefused: how it failed."""
        errand = self._known.get(id)
        if errand is None or errand.origin != origin:
            raise AgentRefused("ERRAND_OVER")
        if not errand.over.wait(limit) and seconds < errand.until:
            return None
        with self._lock:
            self._known.pop(id, None)
            _end(errand, AgentRefused("ERRAND_OVER"))
        if isinstance(errand.outcome, AgentRefused):
            raise errand.outcome
        return errand.outcome

    def _drop(self, unwanted: Callable[[Errand], bool]) -> None:
        for errand in [one for one in self._known.values() if unwanted(one)]:
            _end(errand, AgentRefused("ERRAND_OVER"))
            del self._known[errand.id]


def _end(errand: Errand, outcome: Outcome) -> bool:
    if errand.over.is_set():
        return False
    errand.outcome = outcome
    errand.over.set()
    return True
