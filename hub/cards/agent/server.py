"""The agent's HTTP side: ``GET /hello``, ``POST /pair``, ``GET /cards``, ``POST /sign`` on 127.0.0.1."""

import base64
import json
import logging
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from cryptography import x509

from hub import __version__
from hub.cards import challenge
from hub.cards.agent.drivers import Drivers, discover
from hub.cards.agent.lane import CALL_LIMIT, Source
from hub.cards.agent.pairing import Pairing
from hub.cards.agent.policy import (
    BODY_LIMIT,
    HEADER,
    PIN_LIMIT,
    AgentRefused,
    Request,
    check_host,
    check_origin,
    read_body,
    read_text,
)
from hub.cards.refusal import CardRefused
from hub.clock import Clock, SystemClock
from hub.contract.card import CardIdentity

ADDRESS = "127.0.0.1"
PORT = 21232
LENGTH = re.compile(r"[0-9]{1,9}")
IDLE = 10  # seconds a client may take to send its request
log = logging.getLogger("swhub.card_agent")


@dataclass(frozen=True, kw_only=True)
class AgentSettings:
    """The agent's configuration."""

    origins: Sequence[str]  # the hub's sites, as the browser writes them: https://hub.example
    hub_certificate: Path  # PEM; its key signs the pairing tickets
    drivers: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)  # by entry point: {"card_softcard": {...}}
    port: int = PORT
    call_limit: float = CALL_LIMIT
    sources: Sequence[Source] | None = None  # instead of the installed plugins


@dataclass(frozen=True, kw_only=True)
class Reply:
    """One HTTP answer."""

    status: int = 200
    body: Mapping[str, Any] | None = field(default=None, repr=False)
    headers: Mapping[str, str] = field(default_factory=dict)


class Agent:
    """The agent without its socket: a request in, a reply out."""

    def __init__(self, settings: AgentSettings, clock: Clock) -> None:
        certificate = x509.load_pem_x509_certificate(settings.hub_certificate.read_bytes())
        sources = discover(settings.drivers) if settings.sources is None else settings.sources
        self.origins = frozenset(settings.origins)
        self.port = settings.port
        self.clock = clock
        self.pairing = Pairing(certificate)
        self.drivers = Drivers(sources, clock, call_limit=settings.call_limit)

    def answer(self, request: Request) -> Reply:
        """The reply; every refusal leaves one line in the log, without PIN or payload."""
        headers: Mapping[str, str] = {}
        try:
            check_host(request, self.port)
            origin = check_origin(request, self.origins)
            headers = {"Access-Control-Allow-Origin": origin, "Vary": "Origin"}
            reply = self._serve(request, origin)
        except AgentRefused as refused:
            audit(request, refused)
            reply = refusal(refused)
        except Exception as error:  # nothing of it may reach page or log but its type
            audit(request, AgentRefused("INTERNAL"), type(error).__name__)
            reply = refusal(AgentRefused("INTERNAL"))
        return replace(reply, headers={**headers, **reply.headers})

    def _serve(self, request: Request, origin: str) -> Reply:
        if request.method == "OPTIONS":
            return preflight(request)
        if HEADER not in request.headers:
            raise AgentRefused("HEADER")
        route = ROUTES.get((request.method, request.path))
        if route is None:
            raise AgentRefused("NOT_FOUND")
        if route.paired:
            self.pairing.check(request.headers.get("authorization", ""), origin, self.clock.now())
        return Reply(body=route.serve(self, request, origin))

    def hello(self) -> dict[str, Any]:
        """That the agent is there; nothing about cards."""
        return {"agent": "swhub", "version": __version__}

    def pair(self, request: Request, origin: str) -> dict[str, Any]:
        """A session token for a ticket of the hub."""
        return {"session": self.pairing.pair(read_body(request), origin, self.clock.now())}

    def cards(self) -> dict[str, Any]:
        """The cards plugged in."""
        return {"cards": [show(card.token, card.identity) for card in self.drivers.cards()]}

    def sign(self, request: Request, origin: str) -> dict[str, Any]:
        """A signature over a typed payload for the caller's own site."""
        body = read_body(request)
        token, pin = read_text(body, "token", 200), read_text(body, "pin", PIN_LIMIT)
        text = read_text(body, "payload", challenge.LIMIT)
        try:
            payload = challenge.parse(text)
        except CardRefused:
            raise AgentRefused("PAYLOAD") from None
        if payload.origin_hash != challenge.hash_text(origin):
            raise AgentRefused("PAYLOAD_ORIGIN")
        data = challenge.frame(text)
        confirmed = body.get("final_try_confirmed") is True
        signed = self.drivers.sign(token, pin, data, final_try_confirmed=confirmed)
        log.info(
            "signed purpose=%s payload=%s card=%s origin=%s",
            payload.purpose.value,
            sha256(data).hexdigest(),
            token,
            origin,
        )
        return {
            "algorithm": signed.card.algorithm,
            "signature": base64.b64encode(signed.signature).decode(),
            "certificate": base64.b64encode(signed.card.certificate).decode(),
        }


@dataclass(frozen=True)
class Route:
    """One call of the agent."""

    serve: Callable[[Agent, Request, str], dict[str, Any]]
    paired: bool  # needs a session token


ROUTES: Mapping[tuple[str, str], Route] = {
    ("GET", "/hello"): Route(lambda agent, _request, _origin: agent.hello(), paired=False),
    ("POST", "/pair"): Route(Agent.pair, paired=False),
    ("GET", "/cards"): Route(lambda agent, _request, _origin: agent.cards(), paired=True),
    ("POST", "/sign"): Route(Agent.sign, paired=True),
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


class Handler(BaseHTTPRequestHandler):
    """From the socket to the agent and back."""

    server: "AgentServer"
    server_version, sys_version = "swhub-agent", ""
    timeout = IDLE

    def handle_call(self) -> None:
        """Read at most a small body, so that a refusal is not lost to a reset connection, then answer."""
        length = self.headers.get("Content-Length", "0")
        size = int(length) if LENGTH.fullmatch(length) else 0  # chunks and nonsense read as an empty body
        body = self.rfile.read(min(size, BODY_LIMIT + 1))
        headers = {
            name.lower(): self.headers[name] for name in self.headers if len(self.headers.get_all(name, [])) == 1
        }
        request = Request(method=self.command, path=self.path, headers=headers, body=body)
        self._write(self.server.agent.answer(request))

    do_GET = do_POST = do_OPTIONS = handle_call  # noqa: N815 - names that http.server looks for

    def _write(self, reply: Reply) -> None:
        body = b"" if reply.body is None else json.dumps(reply.body, ensure_ascii=False).encode()
        self.send_response(reply.status)
        for name, value in reply.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Type", "application/json; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-store")
        self.send_header("X-Content-Type-Options", "nosniff")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing: the agent keeps its own log, and a request line may hold anything."""


class AgentServer(ThreadingHTTPServer):
    """Listens on this PC only; ``port`` 0 lets the system choose."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, settings: AgentSettings, clock: Clock) -> None:
        self.agent = Agent(settings, clock)
        super().__init__((ADDRESS, settings.port), Handler)
        self.agent.port = self.server_address[1]

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that went away is no news."""

    def server_close(self) -> None:
        """Stop listening and end the drivers' processes."""
        super().server_close()
        self.agent.drivers.close()


def run(settings: AgentSettings) -> None:
    """Serve until Ctrl-C (``swhub card-agent``)."""
    with AgentServer(settings, SystemClock()) as server:
        log.info("listening on %s:%d for %s", ADDRESS, server.agent.port, ", ".join(sorted(server.agent.origins)))
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            log.info("stopped")
