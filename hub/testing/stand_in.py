"""A hub of one partner, in memory, over real HTTP: in the place of the real one, for tests of simulators and plugins.

Its door opens messages with the partner's adapter, keeps the first bytes of each message id, and answers as the real
door does; :meth:`StandIn.send` and :meth:`StandIn.ask` are one attempt each, without any retry.
"""

import hashlib
import http.client
import threading
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any

import urllib3

from hub.clock import Clock
from hub.contract.adapters import Context, PartnerAdapter, PollingAdapter, Refusal, Signer
from hub.contract.message import CanonicalMessage, InMessage, OutMessage, Raw, Verdict
from hub.contract.outcome import Outcome, OutcomeClass
from hub.contract.receipt import ACCEPTED, RECEIPT_CODES
from hub.contract.transport import AnswerLost

STATUS = {"0": 422, "1": 403, "2": 409, "3": 503}
SAME_ID = "2002"
IDS = uuid.UUID("0b7e3d0e-53c1-4a52-9c0b-5f6a2f0c7d11")


class StandIn:
    """A context manager; what came in is in ``taken`` (messages kept), ``copies`` and ``refused`` (codes)."""

    def __init__(
        self, adapter: PartnerAdapter, signer: Signer, trusted: Sequence[bytes], clock: Clock, code: str = "swhub"
    ) -> None:
        self.adapter = adapter
        self.code = code
        self.taken: list[InMessage] = []
        self.copies: list[str] = []  # message ids that came again, byte for byte
        self.refused: list[str] = []
        self.heard: list[bytes] = []  # everything, as it came
        self.cursor = ""  # how far a partner that is polled was read
        self.deaf = False  # answers 503 and keeps nothing
        self._made = 0
        self._clock = clock
        self._context = Context(now=clock.now(), hub=code, signer=signer, trusted=trusted)
        self._answers: dict[str, tuple[str, bytes]] = {}
        self._lock = threading.Lock()
        self._pool = urllib3.PoolManager(retries=False)
        self._server = _Door(("127.0.0.1", 0), _Handler)
        self._server.hub = self
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02})

    @property
    def address(self) -> str:
        """Where the partner posts."""
        return f"http://127.0.0.1:{self._server.server_address[1]}/partners/{self.adapter.sheet.partner}/messages"

    def __enter__(self) -> "StandIn":
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
        self._pool.clear()

    def context(self) -> Context:
        """What the adapter may know now."""
        return replace(self._context, now=self._clock.now())

    def message(
        self, type: str, business_key: str, enterprise: str, body: Mapping[str, Any], version: str = "1.0"
    ) -> CanonicalMessage:
        """A message of the hub; its id comes from its place in the conversation, so that a run can be repeated."""
        self._made += 1
        return CanonicalMessage(
            type=type,
            version=version,
            message_id=str(uuid.uuid5(IDS, f"{type}/{self._made}")),
            sender=self.code,
            receiver=self.adapter.sheet.partner,
            enterprise=enterprise,
            business_key=business_key,
            sequence=1,
            created_at=self._clock.now(),
            body=body,
        )

    def send(self, address: str, message: CanonicalMessage, timeout: float = 10.0) -> Outcome:
        """Build ``message`` and send it once."""
        out = self.adapter.build(message, self.context())
        return self.deliver(address, message, out, timeout)

    def deliver(self, address: str, message: CanonicalMessage, out: OutMessage, timeout: float = 10.0) -> Outcome:
        """Send these bytes once. What the network does is UNKNOWN."""
        try:
            raw = self.post(address, out.content, timeout)
        except AnswerLost as lost:
            return Outcome(kind=OutcomeClass.UNKNOWN, detail=str(lost))
        return self.adapter.parse_response(raw, message, self._about(out))

    def ask(self, address: str, message: CanonicalMessage, timeout: float = 10.0) -> Outcome:
        """Ask what became of ``message``."""
        out = self.adapter.query(message, self.context())
        try:
            raw = self.post(address, out.content, timeout)
        except AnswerLost as lost:
            return Outcome(kind=OutcomeClass.UNKNOWN, detail=str(lost))
        return self.adapter.parse_query(raw, message, self._about(out))

    def poll(self, address: str, timeout: float = 10.0) -> int:
        """Ask a polled partner for news, once; returns how many documents came. Raises AnswerLost and Refusal."""
        if not isinstance(self.adapter, PollingAdapter):
            raise TypeError(f"{self.adapter.sheet.partner} cannot be polled")
        ctx = self.context()
        question = self.adapter.poll(self.cursor, ctx)
        raw = self.post(address + question.path, question.content, timeout)
        documents, self.cursor = self.adapter.parse_poll(raw, self.cursor, ctx)
        for document in documents:
            self.take(document)
        return len(documents)

    def post(self, address: str, content: bytes, timeout: float = 10.0) -> Raw:
        """One POST. Raises AnswerLost for whatever the network does."""
        try:
            answer = self._pool.request("POST", address, body=content, timeout=timeout, redirect=False)
        except (urllib3.exceptions.HTTPError, http.client.HTTPException) as error:
            raise AnswerLost(f"{type(error).__name__}: {error}") from error
        return Raw(content=answer.data, headers=answer.headers, status=answer.status, received_at=self._clock.now())

    def take(self, raw: Raw) -> tuple[int, bytes]:
        """One message of the partner: HTTP status and receipt."""
        self.heard.append(raw.content)
        if self.deaf:
            return 503, b""
        ctx = self.context()
        try:
            message = self.adapter.open(raw, ctx)
        except Refusal as refusal:
            self.refused.append(refusal.code)
            return self._receipt(raw, None, refusal.code, ctx)
        with self._lock:
            known = self._answers.get(message.canonical.message_id)
            if known is not None and known[0] == message.digest:
                self.copies.append(message.canonical.message_id)
                return 200, known[1]
            if known is not None:
                self.refused.append(SAME_ID)
                return self._receipt(raw, message, SAME_ID, ctx)
            status, answer = self._receipt(raw, message, ACCEPTED, ctx)
            self._answers[message.canonical.message_id] = (message.digest, answer)
            self.taken.append(message)
        return status, answer

    def _receipt(self, raw: Raw, message: InMessage | None, code: str, ctx: Context) -> tuple[int, bytes]:
        verdict = Verdict(code=code, text=str(RECEIPT_CODES[code]))
        status = 200 if code == ACCEPTED else STATUS[code[0]]
        return status, self.adapter.receipt(raw, message, verdict, ctx).content

    def _about(self, out: OutMessage) -> Context:
        return replace(self.context(), sent_digest=hashlib.sha256(out.content).hexdigest())

    def now(self) -> datetime:
        """The stand-in's time."""
        return self._clock.now()


class _Door(ThreadingHTTPServer):
    daemon_threads = False
    hub: StandIn


class _Handler(BaseHTTPRequestHandler):
    server: _Door

    def do_POST(self) -> None:
        content = self.rfile.read(int(self.headers["Content-Length"]))
        raw = Raw(content=content, headers=dict(self.headers), received_at=self.server.hub.now())
        status, answer = self.server.hub.take(raw)
        self.send_response(status)
        self.send_header("Content-Type", "application/xml; charset=utf-8")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing: tests read ``taken``."""
