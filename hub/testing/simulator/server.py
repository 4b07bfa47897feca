"""A partner as an HTTP server of its own: ``POST /messages`` for the hub; ``POST /control`` and ``GET /books`` for
whoever sits at this machine.
"""

import json
import logging
import secrets
import socket
import struct
import threading
import time
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, field, fields, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from hub.clock import Clock, SystemClock
from hub.contract.adapters import Signer
from hub.contract.message import Raw
from hub.crypto.keys import KeySigner
from hub.testing.simulator import controls, inward, outward
from hub.testing.simulator.books import Books
from hub.testing.simulator.desk import ControlError, Desk, Scenario, Speech
from hub.testing.simulator.faults import MENU, Answer, expired_twin
from hub.testing.simulator.post import HttpPost
from hub.testing.simulator.rules import load

log = logging.getLogger(__name__)

LARGEST = 100_000_000  # octets of one request: no sheet allows more
LOOPBACK = frozenset({"127.0.0.1", "::1"})
LOCAL_NAMES = frozenset({"127.0.0.1", "localhost", "[::1]"})
LINGER_NOT = struct.pack("ii", 1, 0)  # close() then resets the connection


class OptionError(ValueError):
    """An option is missing, unknown or of another type; the message names it."""


@dataclass(frozen=True, kw_only=True)
class Options:
    """How to run a partner. Paths are PEM files."""

    key: Path = field(metadata={"help": "the partner's signing key"})
    certificate: Path = field(metadata={"help": "its certificate, the one that the hub has pinned"})
    hub_certificate: Path = field(metadata={"help": "the hub's certificates: active and next"})
    hub: str = field(default="", metadata={"help": "the hub's door; http://127.0.0.1:8080/partners/<code>/messages"})
    hub_code: str = field(default="swhub", metadata={"help": "the hub's code as sender and receiver"})
    host: str = field(default="127.0.0.1", metadata={"help": "address to listen on"})
    port: int = field(default=0, metadata={"help": "port to listen on; 0 lets the system pick one"})
    seed: str = field(default="", metadata={"help": "makes numbers, ids and faults repeatable; drawn when not given"})
    speed: float = field(default=1.0, metadata={"help": "planned delays are divided by this"})
    late: float = field(default=35.0, metadata={"help": "seconds that outlast the hub's read_timeout"})
    timeout: float = field(default=30.0, metadata={"help": "seconds to wait for the hub's answer"})
    rules: Path | None = field(default=None, metadata={"help": "TOML file with [[rule]] rows that come first"})
    books: Path | None = field(default=None, metadata={"help": "SQLite file of the books; in memory when not given"})
    mix: Mapping[str, float] = field(default_factory=dict, metadata={"help": "fault -> share of messages"})

    @classmethod
    def read(cls, values: Mapping[str, Any]) -> "Options":
        """From texts or TOML values. Raises OptionError."""
        known = {row.name: row for row in fields(cls)}
        unknown = sorted(set(values) - set(known))
        if unknown:
            raise OptionError(f"{unknown[0]}: unknown option; known are {', '.join(known)}")
        needed = [
            name
            for name, row in known.items()
            if row.default is MISSING and row.default_factory is MISSING and name not in values
        ]
        if needed:
            raise OptionError(f"{needed[0]}: this option is required: {known[needed[0]].metadata['help']}")
        made = cls(**{name: _typed(name, known[name].type, value) for name, value in values.items()})
        strange = sorted(set(made.mix) - set(MENU))
        if strange:
            raise OptionError(f"mix: {strange[0]!r} is none of {', '.join(MENU)}")
        if made.speed <= 0:
            raise OptionError("speed: must be more than 0")
        return made


def _typed(name: str, kind: Any, value: Any) -> Any:
    if value is None:
        return None
    try:
        if kind == Mapping[str, float]:
            return {str(fault): float(share) for fault, share in dict(value).items()}
        if kind == Path | None:
            return Path(value)
        return kind(value)
    except (TypeError, ValueError) as error:
        raise OptionError(f"{name}: {value!r} is not {getattr(kind, '__name__', kind)}") from error


@dataclass(frozen=True, kw_only=True)
class Keys:
    """The keys of one partner, and the hub's certificates; reading them takes a tenth of a second."""

    signer: Signer
    stale: Signer  # the same key under an expired certificate
    trusted: tuple[bytes, ...]

    @classmethod
    def read(cls, options: Options) -> "Keys":
        """Raises OptionError naming the file that cannot be read."""
        try:
            key, certificate = options.key.read_bytes(), options.certificate.read_bytes()
            hub = x509.load_pem_x509_certificates(options.hub_certificate.read_bytes())
            signer, stale = KeySigner.from_pem(key, certificate), expired_twin(key, certificate)
        except (OSError, ValueError) as error:
            raise OptionError(f"key, certificate, hub_certificate: {error}") from error
        return cls(signer=signer, stale=stale, trusted=tuple(found.public_bytes(Encoding.DER) for found in hub))


def make_desk(code: str, scenario: Scenario, speech: Speech, options: Options, keys: Keys, clock: Clock) -> Desk:
    """A desk with its own books. Raises RuleError for a rules file, sqlite3.Error for books that cannot be opened."""
    rules = load(options.rules, scenario.rules) if options.rules is not None else scenario.rules
    return Desk(
        scenario=replace(scenario, rules=rules),
        speech=speech,
        code=code,
        hub=options.hub_code,
        signer=keys.signer,
        stale=keys.stale,
        trusted=keys.trusted,
        books=Books(options.books or ":memory:"),
        clock=clock,
        post=HttpPost(options.hub or f"http://127.0.0.1:8080/partners/{code}/messages", clock, options.timeout),
        seed=options.seed or secrets.token_hex(8),
        speed=options.speed,
        late=options.late,
        mix=options.mix,
    )


class Simulator:
    """A desk behind HTTP, with the thread that does what is due. A context manager."""

    def __init__(self, desk: Desk, host: str = "127.0.0.1", port: int = 0) -> None:
        """Listens from here on. Raises OSError when the port is taken."""
        self.desk = desk
        self._server = _Server((host, port), _Handler)
        self._server.desk = desk
        self._news = threading.Event()
        desk.wake = self._news.set
        self._threads = [
            threading.Thread(
                target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, name=f"{desk.code}-http"
            ),
            threading.Thread(target=self._work, name=f"{desk.code}-desk"),
        ]

    @property
    def address(self) -> str:
        """``http://127.0.0.1:40321``."""
        host, port = self._server.server_address[:2]
        return f"http://{host!s}:{port}"

    def __enter__(self) -> "Simulator":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.stopping.set()
        self._news.set()
        self._server.shutdown()
        self._server.hang_up()
        self._server.server_close()
        for thread in self._threads:
            thread.join()
        self.desk.books.close()

    def _work(self) -> None:
        while not self._server.stopping.is_set():
            self._news.clear()
            outward.turn(self.desk)
            self._news.wait(outward.idle(self.desk))


def serve(code: str, scenario: Scenario, speech: Speech, options: Options) -> None:
    """Run until KeyboardInterrupt, and say on standard output where it listens."""
    desk = make_desk(code, scenario, speech, options, Keys.read(options), SystemClock())
    with Simulator(desk, options.host, options.port) as simulator:
        print(f"{code}: {simulator.address}/messages, seed {desk.seed}", flush=True)
        threading.Event().wait()


class _Server(ThreadingHTTPServer):
    """Knows its open connections, so that it can hang up, and which of them are to be reset."""

    daemon_threads = False
    request_queue_size = 128
    desk: Desk

    def __init__(self, *args: Any) -> None:
        self.stopping = threading.Event()
        self.connections: set[Any] = set()
        self.resets: set[Any] = set()
        super().__init__(*args)

    def process_request(self, request: Any, client_address: Any) -> None:
        self.connections.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        self.connections.discard(request)
        if request in self.resets:
            self.resets.discard(request)
            return self.close_request(request)
        return super().shutdown_request(request)

    def hang_up(self) -> None:
        for request in list(self.connections):
            try:
                request.shutdown(socket.SHUT_RDWR)
            except OSError:  # the other side was faster
                log.debug("already closed")

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ARG002
        log.exception("request of %s", client_address)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # head and body are two writes
    server: _Server

    def do_POST(self) -> None:
        length = self.headers.get("Content-Length", "")
        if not (length.isascii() and length.isdigit()) or int(length) > LARGEST:
            return self._say(413 if length.isdigit() else 411, {"error": f"Content-Length up to {LARGEST} is required"})
        content = self.rfile.read(int(length))
        if self.path == "/messages":
            now = self.server.desk.clock.now()
            return self._give(
                inward.receive(self.server.desk, Raw(content=content, headers=dict(self.headers), received_at=now))
            )
        counter = self.server.desk.scenario.counter
        if self.path == "/messages/poll" and counter is not None:
            now = self.server.desk.clock.now()
            raw = Raw(content=content, headers=dict(self.headers), received_at=now)
            return self._give(inward.collect(self.server.desk, counter, raw))
        if self.path == "/control" and self._local():
            return self._control(content)
        return self._say(404, {"error": "POST /messages, POST /control (JSON, from this machine), GET /books"})

    def do_GET(self) -> None:
        if self.path == "/books" and self._local():
            return self._say(200, self.server.desk.listing())
        return self._say(404, {"error": "GET /books, from this machine"})

    def _control(self, content: bytes) -> None:
        if self.headers.get_content_type() != "application/json":
            return self._say(415, {"error": "Content-Type: application/json"})
        try:
            wanted = json.loads(content)
            if not isinstance(wanted, dict):
                raise ControlError('a JSON object is required, such as {"do": "advance"}')
            return self._say(200, controls.control(self.server.desk, wanted))
        except ValueError as error:  # a ControlError, or no JSON
            return self._say(400, {"error": str(error)})

    def _local(self) -> bool:
        """From this machine, and addressed to it by name: a page in a browser cannot point its own name here."""
        name = self.headers.get("Host", "").rsplit(":", 1)[0]
        return self.client_address[0] in LOOPBACK and name in LOCAL_NAMES

    def _say(self, status: int, value: Mapping[str, Any]) -> None:
        text = json.dumps(value, ensure_ascii=False, default=str)
        if status >= 400:
            self.close_connection = True  # the body may not have been read
        self._give(Answer(status=status, content=text.encode(), content_type="application/json; charset=utf-8"))

    def _give(self, answer: Answer) -> None:
        try:
            GIVING[answer.manner](self, answer)
        except OSError:  # whoever asked is gone
            self.close_connection = True

    def head(self, answer: Answer) -> None:
        """Status line and headers, of the whole answer whatever part of it follows."""
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Type", answer.content_type)
        self.send_header("Content-Length", str(len(answer.content)))
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:
        log.debug(format, *args)


def _whole(handler: _Handler, answer: Answer) -> None:
    handler.server.stopping.wait(answer.seconds)
    handler.head(answer)
    handler.wfile.write(answer.content)


def _drip(handler: _Handler, answer: Answer) -> None:
    handler.close_connection = True
    handler.head(answer)
    began = time.monotonic()
    for place in range(len(answer.content)):
        due = began + answer.seconds * place / len(answer.content)
        if handler.server.stopping.wait(max(due - time.monotonic(), 0.0)):
            return
        handler.wfile.write(answer.content[place : place + 1])


def _nothing(handler: _Handler, answer: Answer) -> None:
    handler.close_connection = True
    handler.server.stopping.wait(answer.seconds)


def _reset(handler: _Handler, answer: Answer) -> None:
    handler.close_connection = True
    handler.head(answer)
    handler.wfile.write(answer.content[: len(answer.content) // 2])
    handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, LINGER_NOT)
    handler.server.resets.add(handler.connection)


GIVING = {"whole": _whole, "drip": _drip, "nothing": _nothing, "reset": _reset}
"""How an answer travels."""
