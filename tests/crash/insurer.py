"""The insurer on the other side of real HTTP: strict, with books of its own, and faults that are set beforehand.

It takes effect once per message id, answers StatusQuery honestly from its books, signs what it says, and counts a
message of its own as acknowledged only when the hub's signed receipt for exactly these bytes is good.
"""

import base64
import json
import socket
import struct
import threading
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple

import urllib3

from hub.clock import Clock
from hub.contract.adapters import Context, Signer
from hub.contract.capability import CapabilitySheet
from hub.contract.message import CanonicalMessage, InMessage, Raw, Verdict
from hub.contract.outcome import OutcomeClass
from hub.contract.receipt import ACCEPTED, NOT_SEEN, RECEIPT_CODES
from hub.testing.invariants import Books, Heard
from hub.testing.simulator.canonical import other_side
from tests.crash.letters import Writer

HUB = "sw-crash"
PATIENCE = 20.0  # seconds for the hub's answer
RESET = struct.pack("ii", 1, 0)  # close() then resets the connection
NOT_TAKEN = frozenset({"lost_before", "stranger", "busy"})  # faults without an effect; after the others it has one


class Answer(NamedTuple):
    """What goes back over HTTP."""

    status: int
    content: bytes | None  # None: the connection is closed without a word
    cut: bool = False  # reset after half of it


class Insurer:
    """One partner. ``faults`` and ``questions`` are used up one per message and per question; empty means well."""

    def __init__(self, sheet: CapabilitySheet, signer: Signer, hub: bytes, clock: Clock, new_id: Any) -> None:
        self.books = Books(partner=sheet.partner)
        self.faults: deque[str] = deque()
        self.questions: deque[str] = deque()  # "silent": the question is heard and not answered
        self.mailbox: list[tuple[CanonicalMessage, bytes]] = []
        self.door = ""  # the hub's
        self.write = Writer(sheet.partner, HUB, new_id, clock.now)
        self._speech = other_side(sheet, HUB)
        self._signer, self._hub, self._clock = signer, hub, clock
        self._lock = threading.Lock()
        self._pool = urllib3.PoolManager(maxsize=40, retries=False)
        self._server: Any = None

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}/"

    @contextmanager
    def open(self) -> Iterator["Insurer"]:
        """Serve until the block ends."""
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.insurer = self
        thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield self
        finally:
            self._server.shutdown()
            self._server.server_close()
            thread.join()
            self._pool.clear()

    # what comes from the hub

    def receive(self, content: bytes, path: str) -> Answer:
        """One request of the hub."""
        if path.startswith("/letters/"):
            return Answer(200, self._letters(int(path.rsplit("/", 1)[1])))
        ctx = self._context()
        raw = Raw(content=content, received_at=self._clock.now())
        message = self._speech.open(raw, ctx)  # the hub never sends what cannot be opened: a Refusal is a failure here
        with self._lock:
            if message.canonical.type == "StatusQuery":
                return self._answer(message, content, ctx)
            return self._take(raw, message, ctx)

    def _take(self, raw: Raw, message: InMessage, ctx: Context) -> Answer:
        message_id = message.canonical.message_id
        fault = self.faults.popleft() if self.faults else ""
        if fault not in NOT_TAKEN and self.books.held.setdefault(message_id, raw.content) != raw.content:
            raise AssertionError(f"{message_id} came with other bytes")
        answer, said = self._say(raw, message, ctx, fault)
        self.books.heard.append(Heard(message_id=message_id, content=raw.content, said=said))
        return answer

    def _say(self, raw: Raw, message: InMessage, ctx: Context, fault: str) -> tuple[Answer, str | None]:
        """The answer, and what the hub can know from it."""
        if fault == "stranger":
            return Answer(403, b"who are you?"), "403"
        if fault == "busy":
            return Answer(503, self._receipt(raw, message, "3001", ctx)), "3001"
        good = self._receipt(raw, message, ACCEPTED, ctx)
        spoilt = {
            "lost_before": Answer(200, None),
            "lost_after": Answer(200, None),
            "gateway": Answer(502, b"<html>502 Bad Gateway</html>"),
            "empty": Answer(200, b""),
            "garbage": Answer(200, good[: len(good) // 2]),
            "reset": Answer(200, good, cut=True),
        }
        return (spoilt[fault], None) if fault else (Answer(200, good), ACCEPTED)

    def _answer(self, message: InMessage, content: bytes, ctx: Context) -> Answer:
        asked = message.canonical.body["request_id"]
        silent = bool(self.questions) and self.questions.popleft() == "silent"
        seen = asked in self.books.held
        code = ACCEPTED if seen else NOT_SEEN
        said = None if silent else code
        self.books.heard.append(Heard(message_id=asked, content=content, question=True, said=said))
        body = {"request_id": asked, "seen": seen, "code": code, "text": str(RECEIPT_CODES[code])}
        answer = self.write.message(
            "StatusAnswer",
            message.canonical.business_key,
            body | ({"received_at": ctx.now} if seen else {}),
            enterprise=message.canonical.enterprise,
            correlation_id=message.canonical.message_id,
        )
        return Answer(200, None if silent else self._speech.build(answer, ctx).content)

    def _letters(self, start: int) -> bytes:
        """The next two letters; what was asked for beyond a letter acknowledges it."""
        with self._lock:
            for message, content in self.mailbox[:start]:
                self.books.acknowledged[message.message_id] = content
            page = self.mailbox[start : start + 2]
        return json.dumps([base64.b64encode(content).decode() for _, content in page]).encode()

    def _receipt(self, raw: Raw, message: InMessage, code: str, ctx: Context) -> bytes:
        return self._speech.receipt(raw, message, Verdict(code=code, text=str(RECEIPT_CODES[code])), ctx).content

    # what goes to the hub

    def seal(self, message: CanonicalMessage) -> bytes:
        """Final bytes."""
        return self._speech.build(message, self._context()).content

    def post(self, content: bytes) -> Raw | None:
        """One POST to the hub's door; None when nothing was heard."""
        try:
            answer = self._pool.request("POST", self.door, body=content, timeout=PATIENCE, redirect=False)
        except urllib3.exceptions.HTTPError:
            return None
        return Raw(content=answer.data, headers=answer.headers, status=answer.status, received_at=self._clock.now())

    def push(self, message: CanonicalMessage, content: bytes) -> str | None:
        """Send once: the code of the hub's good receipt, None when there is none."""
        raw = self.post(content)
        if raw is None or raw.status >= 500:
            return None
        digest = sha256(content).hexdigest()
        outcome = self._speech.parse_response(raw, message, self._context(digest))
        if outcome.code is None:
            raise AssertionError(f"the door answered {raw.status} without a good receipt: {outcome.detail}")
        with self._lock:
            if outcome.kind is OutcomeClass.ACCEPTED:
                self.books.acknowledged[message.message_id] = content
            elif outcome.code == "2002":
                self.books.conflicts[message.message_id, digest] = content
            else:
                self.books.refused[digest] += 1
        return outcome.code

    def post_letters(self, messages: Sequence[CanonicalMessage]) -> None:
        """Into the postbox, to be asked for."""
        with self._lock:
            self.mailbox += [(message, self.seal(message)) for message in messages]

    def _context(self, digest: str = "") -> Context:
        return Context(
            now=self._clock.now(),
            hub=self.books.partner,
            signer=self._signer,
            trusted=[self._hub],
            sent_digest=digest,
        )


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128
    insurer: Insurer


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Server

    def do_POST(self) -> None:
        length = int(self.headers["Content-Length"])
        content = self.rfile.read(length)
        if len(content) < length:  # the hub was killed before it had said all: that is no request
            self.close_connection = True
            return
        answer = self.server.insurer.receive(content, self.path)
        if answer.content is None:
            self.close_connection = True
            return
        self.send_response(answer.status)
        self.send_header("Content-Length", str(len(answer.content)))
        self.end_headers()
        self.wfile.write(answer.content[: len(answer.content) // 2] if answer.cut else answer.content)
        if answer.cut:
            self.close_connection = True
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
            self.connection.close()

    def handle_one_request(self) -> None:
        try:
            super().handle_one_request()
        except OSError:  # the hub was killed while we answered
            self.close_connection = True

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing: the books say it."""
