"""What the agent answers, without its socket: ROUTES for the hub's pages, and those of its own window."""

import base64
import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from cryptography import x509

from hub import __version__
from hub.cards import challenge
from hub.cards.agent import window
from hub.cards.agent.drivers import Drivers, discover
from hub.cards.agent.errands import Errands, Wish
from hub.cards.agent.lane import CALL_LIMIT, Source
from hub.cards.agent.pairings import Pairings
from hub.cards.agent.policy import (
    HEADER,
    PIN_LIMIT,
    PLACES,
    AgentRefused,
    Request,
    check_host,
    check_origin,
    read_body,
    read_text,
)
from hub.cards.agent.sessions import Session, Sessions
from hub.cards.challenge import Purpose
from hub.cards.refusal import CardRefused
from hub.clock import Clock
from hub.contract.card import CardFault, CardIdentity
from hub.contract.text import Text

PORT = 21232
BEIJING = ZoneInfo("Asia/Shanghai")
ENDING = ("PIN_LOCKED", "CERT_EXPIRED", "WRONG_CARD", "ALGORITHM", "SIGNATURE")  # another try would change nothing
ALLOW = Text("允许此网站使用读卡程序？", "Allow this site to use the card agent?")
log = logging.getLogger("swhub.card_agent")


@dataclass(frozen=True, kw_only=True)
class AgentSettings:
    """The agent's configuration."""

    origins: Sequence[str]  # the hub's sites, as the browser writes them: https://hub.example
    hub_certificate: Path  # PEM; its key signs the pairing tickets
    pairings: Path  # the file with the sites that the holder has allowed
    drivers: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)  # by entry point: {"card_softcard": {...}}
    port: int = PORT
    pin: str = PLACES[0]  # "page" needs the hub's profile to allow it too
    call_limit: float = CALL_LIMIT
    sources: Sequence[Source] | None = None  # instead of the installed plugins


@dataclass(frozen=True, kw_only=True)
class Reply:
    """One HTTP answer."""

    status: int = 200
    body: Mapping[str, Any] | None = field(default=None, repr=False)
    headers: Mapping[str, str] = field(default_factory=dict)
    file: tuple[bytes, str] | None = field(default=None, repr=False)  # instead of a body: content and media type


class Agent:
    """The agent without its socket: a request in, a reply out."""

    def __init__(self, settings: AgentSettings, clock: Clock) -> None:
        certificate = x509.load_pem_x509_certificate(settings.hub_certificate.read_bytes())
        sources = discover(settings.drivers) if settings.sources is None else settings.sources
        self.origins = frozenset(settings.origins)
        self.port = settings.port
        self.pin = settings.pin
        self.clock = clock
        self.errands = Errands()
        self.pairings = Pairings(settings.pairings)
        self.sessions = Sessions(certificate)
        self.drivers = Drivers(sources, clock, call_limit=settings.call_limit)

    def answer(self, request: Request) -> Reply:
        """The reply; every refusal leaves one line in the log, without PIN or payload."""
        headers: Mapping[str, str] = {}
        try:
            check_host(request, self.port)
            file = window.read(request.path.partition("?")[0]) if request.method == "GET" else None
            if file is not None:
                return Reply(file=file, headers=window.HEADERS)
            route = ROUTES.get((request.method, request.path))
            if route is not None and route.own:
                origin = check_origin(request, {f"http://{request.headers['host']}"})
            else:
                origin = check_origin(request, self.origins)
                headers = {"Access-Control-Allow-Origin": origin, "Vary": "Origin"}
            reply = self._serve(request, route, origin)
        except AgentRefused as refused:
            audit(request, refused)
            reply = refusal(refused)
        except Exception as error:  # nothing of it may reach page or log but its type
            audit(request, AgentRefused("INTERNAL"), type(error).__name__)
            reply = refusal(AgentRefused("INTERNAL"))
        return replace(reply, headers={**headers, **reply.headers})

    def _serve(self, request: Request, route: "Route | None", origin: str) -> Reply:
        if request.method == "OPTIONS":
            return preflight(request)
        if HEADER not in request.headers:
            raise AgentRefused("HEADER")
        if route is None:
            raise AgentRefused("NOT_FOUND")
        if route.paired:
            self._session(request, origin)
            if origin not in self.pairings.all():
                raise AgentRefused("UNPAIRED")
        return Reply(body=route.serve(self, request, origin))

    def hello(self) -> dict[str, Any]:
        """That the agent is there; nothing about cards."""
        return {"agent": "swhub", "version": __version__}

    def pair(self, request: Request, origin: str) -> dict[str, Any]:
        """A session for a ticket of the hub; where the holder has not allowed the site yet, an errand that asks her."""
        body = read_body(request)
        self.sessions.redeem(body, origin, self.clock.now())
        if origin in self.pairings.all():
            return self._open(origin)
        if body.get("ask") is not True:
            raise AgentRefused("NOT_ALLOWED")
        return {"errand": self.errands.add(origin, None, self.clock.monotonic())}

    def cards(self) -> dict[str, Any]:
        """The cards plugged in."""
        return {"cards": [show(card.token, card.identity) for card in self.drivers.cards()]}

    def sign(self, request: Request, origin: str) -> dict[str, Any]:
        """Leave a typed payload for the user to sign in the window; with a PIN from the page: its signature."""
        body = read_body(request)
        token = read_text(body, "token", 200)
        pin = read_text(body, "pin", PIN_LIMIT) if "pin" in body else None
        if pin is not None and self.pin != "page":
            raise AgentRefused("PIN_PLACE")
        text = read_text(body, "payload", challenge.LIMIT)
        try:
            payload = challenge.parse(text)
        except CardRefused:
            raise AgentRefused("PAYLOAD") from None
        if payload.origin_hash != challenge.hash_text(origin):
            raise AgentRefused("PAYLOAD_ORIGIN")
        wish = Wish(token=token, payload=payload, text=text)
        if pin is None:
            return {"errand": self.errands.add(origin, wish, self.clock.monotonic())}
        last, over = body.get("final_try_confirmed") is True, self._session(request, origin).over
        return self._sign(wish, pin, origin, final_try_confirmed=last, over=over)

    def wait(self, request: Request, origin: str) -> dict[str, Any]:
        """The signature or session that the user has granted in the window, or that her word is still awaited."""
        brought = self.errands.wait(self._errand(request), origin, self.clock.monotonic())
        return {"waiting": True} if brought is None else dict(brought)

    def withdraw(self, request: Request, origin: str) -> dict[str, Any]:
        """The page no longer wants it."""
        errand = self.errands.find(self._errand(request), self.clock.monotonic())
        if errand.origin != origin:
            raise AgentRefused("ERRAND_OVER")
        self.errands.settle(errand, AgentRefused("ERRAND_OVER"))
        return {}

    def leave(self, origin: str) -> dict[str, Any]:
        """The user has logged out: the site's sessions end, and what it has asked for and is not signed yet."""
        self.sessions.close(origin)
        self.errands.drop(origin)
        log.info("left origin=%s", origin)
        return {}

    def show(self, request: Request, _origin: str) -> dict[str, Any]:
        """What the window shows: the site that asks and, for a signature, the payload's own words and the card."""
        errand = self.errands.find(self._errand(request), self.clock.monotonic())
        if errand.wish is None:
            return {"title": words(ALLOW), "origin": errand.origin, "facts": {}, "allow": True}
        payload, token = errand.wish.payload, errand.wish.token
        digest = payload.digest.upper()
        facts = {
            "number": payload.number,
            "matter": payload.matter,
            "document": payload.document,
            "receiver": payload.receiver,
            "digest": digest and f"{digest[:4]} {digest[4:8]} … {digest[-4:]}",
            "issued_at": f"{payload.issued_at.astimezone(BEIJING):%Y-%m-%d %H:%M:%S}",
        }
        cards = {card.token: card.identity for card in self.drivers.cards()}
        return {
            "title": words(challenge.ACTS[payload.purpose].title),
            "origin": errand.origin,
            "facts": {name: value for name, value in facts.items() if value},
            "card": show(token, cards[token]) if token in cards else None,
        }

    def confirm(self, request: Request, _origin: str) -> dict[str, Any]:
        """The user's word in the window: the site is allowed, or one try of the PIN is made for its signature.

        What more tries cannot mend ends the errand.
        """
        errand = self.errands.find(self._errand(request), self.clock.monotonic())
        if errand.wish is None:
            self.pairings.add(errand.origin, self.clock.now())
            log.info("allowed origin=%s", errand.origin)
            self.errands.settle(errand, self._open(errand.origin))
            return {}
        body = read_body(request)
        pin, last = read_text(body, "pin", PIN_LIMIT), body.get("final_try_confirmed") is True
        if not errand.trying.acquire(blocking=False):
            raise AgentRefused("BUSY")
        try:
            signed = self._sign(errand.wish, pin, errand.origin, final_try_confirmed=last, over=errand.over)
        except AgentRefused as refused:
            if refused.fault in ENDING:
                self.errands.settle(errand, refused)
            raise
        finally:
            errand.trying.release()
        if not self.errands.settle(errand, signed):  # the page has gone while the card was signing: nobody gets it
            raise AgentRefused("ERRAND_OVER")
        return {}

    def cancel(self, request: Request, _origin: str) -> dict[str, Any]:
        """The user has refused, or closed the window."""
        errand = self.errands.find(self._errand(request), self.clock.monotonic())
        if errand.wish is None:
            log.warning("not allowed origin=%s", errand.origin)
        self.errands.settle(errand, AgentRefused(CardFault.CANCELLED.name))
        return {}

    def _errand(self, request: Request) -> str:
        return read_text(read_body(request), "errand", 100)

    def _session(self, request: Request, origin: str) -> Session:
        return self.sessions.check(request.headers.get("authorization", ""), origin, self.clock.now())

    def _open(self, origin: str) -> dict[str, Any]:
        """A session token for the site, and where the PIN may be typed."""
        return {"session": self.sessions.open(origin, self.clock.now()), "pin": self.pin}

    def _sign(
        self, wish: Wish, pin: str, origin: str, *, final_try_confirmed: bool, over: threading.Event
    ) -> dict[str, Any]:
        """One try of the PIN, one signature over the payload; for a document, one inside it too."""
        data, purpose = challenge.frame(wish.text), wish.payload.purpose
        document = wish.payload.digest if purpose is Purpose.DOCUMENT else ""
        signed = self.drivers.sign(
            wish.token, pin, data, final_try_confirmed=final_try_confirmed, over=over, document=document
        )
        digest = sha256(data).hexdigest()
        log.info("signed purpose=%s payload=%s card=%s origin=%s", purpose.value, digest, wish.token, origin)
        return {
            "algorithm": signed.card.algorithm,
            "signature": base64.b64encode(signed.signature).decode(),
            "certificate": base64.b64encode(signed.card.certificate).decode(),
        } | ({"document": base64.b64encode(signed.document).decode()} if document else {})


@dataclass(frozen=True)
class Route:
    """One call of the agent."""

    serve: Callable[[Agent, Request, str], dict[str, Any]]
    paired: bool  # needs a session token
    own: bool = False  # of the agent's window, which no site may call


ROUTES: Mapping[tuple[str, str], Route] = {
    ("GET", "/hello"): Route(lambda agent, _request, _origin: agent.hello(), paired=False),
    ("POST", "/pair"): Route(Agent.pair, paired=False),
    ("GET", "/cards"): Route(lambda agent, _request, _origin: agent.cards(), paired=True),
    ("POST", "/sign"): Route(Agent.sign, paired=True),
    ("POST", "/wait"): Route(Agent.wait, paired=False),  # whoever knows the errand's id has left it
    ("POST", "/withdraw"): Route(Agent.withdraw, paired=False),
    ("POST", "/leave"): Route(lambda agent, _request, origin: agent.leave(origin), paired=True),
    ("POST", "/errand"): Route(Agent.show, paired=False, own=True),
    ("POST", "/confirm"): Route(Agent.confirm, paired=False, own=True),
    ("POST", "/cancel"): Route(Agent.cancel, paired=False, own=True),
}


def preflight(request: Request) -> Reply:
    """What the browser asks before a call from another site.

    The private-network header is asked for by Chromium before its Local Network Access permission; that permission
    itself needs no header.
    """
    headers = {
        "Access-Control-Allow-Methods": "GET, POST",
        "Access-Control-Allow-Headers": f"authorization, content-type, {HEADER}",
        "Access-Control-Max-Age": "600",
    }
    if request.headers.get("access-control-request-private-network") == "true":
        headers["Access-Control-Allow-Private-Network"] = "true"
    return Reply(status=204, headers=headers)


def refusal(refused: AgentRefused) -> Reply:
    """The answer to what is refused."""
    retry = {"Retry-After": str(refused.retry_after)} if refused.retry_after else {}
    return Reply(status=refused.row.status, body=refused.body(), headers=retry)


def audit(request: Request, refused: AgentRefused, reason: str = "") -> None:
    """One line for one refusal: what, from where, which card; never a body, never a path that is not ours."""
    path = request.path if request.path in {path for _, path in ROUTES} else "?"
    origin, host = (request.headers.get(name, "")[:100] for name in ("origin", "host"))
    log.warning(
        "refused fault=%s reason=%s call=%s %s card=%s origin=%r host=%r",
        refused.fault,
        reason or refused.reason or "-",
        request.method,
        path,
        refused.card or "-",
        origin,
        host,
    )


def words(text: Text) -> dict[str, str]:
    """A text for the window, which knows the language."""
    return {"zh": text.zh, "en": text.en}


def show(token: str, card: CardIdentity) -> dict[str, Any]:
    """A card as the page sees it."""
    return {
        "token": token,
        "label": card.label,
        "certificate": base64.b64encode(card.certificate).decode(),
        "algorithm": card.algorithm,
        "not_after": card.not_after.isoformat(),
        "tries_left": card.tries_left,
        "factory_pin": card.factory_pin,
    }
