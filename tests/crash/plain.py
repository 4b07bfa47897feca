"""An insurer in the same process, for schedules by the thousand: a plain dialect without XML or real signatures.

Everything else is the hub as it is. What the partner knows is in the same books as in the house of processes.
"""

import pickle
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import Any

from hub_sinosure import codes, messages
from hub_sinosure.adapter import sheet

from hub.clock import Clock
from hub.contract.adapters import Context, Refusal
from hub.contract.capability import CapabilitySheet, Idempotency
from hub.contract.message import CanonicalMessage, InMessage, OutMessage, Raw, Verdict
from hub.contract.outcome import Outcome, OutcomeClass
from hub.contract.receipt import ACCEPTED, NOT_SEEN
from hub.contract.transport import AnswerLost, NotSent
from hub.testing.invariants import Books, Heard

BUSY, NO = "3001", "2003"
BY_CODE = {
    ACCEPTED: OutcomeClass.ACCEPTED,
    NOT_SEEN: OutcomeClass.NOT_SENT,
    BUSY: OutcomeClass.THROTTLED,
    NO: OutcomeClass.REFUSED_BUSINESS,
    "403": OutcomeClass.PARTNER_CONFIG,
}
FAULTS = (
    *("down", "lost_before", "lost_after", "wrong", "garbage", "gateway", "empty", "reset", "slow", "wire"),
    *("busy", "no", "stranger"),
)
"""down: not reached. lost_*, reset, gateway, empty, garbage: no answer that says anything; slow: the request arrives
later; wrong: the receipt of other bytes; wire: the transport breaks its word after the partner took it.
"""
UNTAKEN = {"lost_before": None, "busy": BUSY, "stranger": "403"}  # faults without an effect -> what is said


def seal(value: Any) -> bytes:
    """Bytes under a digest that stands for a signature."""
    content = pickle.dumps(value)
    return sha256(content).hexdigest().encode() + content


def unseal(content: bytes) -> Any:
    """Raises Refusal when a bit is wrong."""
    if sha256(content[64:]).hexdigest().encode() != content[:64]:
        raise Refusal("1001")
    return pickle.loads(content[64:])


@dataclass
class Plain:
    """Adapter, wire and partner in one. ``faults`` is used up one per message."""

    clock: Clock
    sheet: CapabilitySheet
    statuses: Any = codes.TABLES
    books: Books = field(default_factory=lambda: Books(partner="sinosure"))
    faults: deque[str] = field(default_factory=deque)
    silent: int = 0  # questions that get no answer
    refusals: dict[str, str] = field(default_factory=dict)  # what it said no to
    slow: list[tuple[str, bytes]] = field(default_factory=list)  # on its way since long

    # as the hub's adapter

    def build(self, message: CanonicalMessage, ctx: Context) -> OutMessage:
        return OutMessage(content=seal(message))

    def query(self, sent: CanonicalMessage, ctx: Context) -> OutMessage:
        return OutMessage(content=seal(("query", sent.message_id)))

    def parse_response(self, raw: Raw, sent: CanonicalMessage, ctx: Context) -> Outcome:
        try:
            digest, code = unseal(raw.content)
        except Refusal:
            return Outcome(kind=OutcomeClass.UNKNOWN, detail=f"HTTP {raw.status}, no receipt")
        if digest != ctx.sent_digest:
            return Outcome(kind=OutcomeClass.UNKNOWN, detail="the receipt is for other bytes")
        return Outcome(kind=BY_CODE[code], code=code)

    def parse_query(self, raw: Raw, sent: CanonicalMessage, ctx: Context) -> Outcome:
        about, code = unseal(raw.content)
        if about != sent.message_id:
            return Outcome(kind=OutcomeClass.UNKNOWN, detail="the answer is about another message")
        return Outcome(kind=BY_CODE[code], code=code)

    def open(self, raw: Raw, ctx: Context) -> InMessage:
        message = unseal(raw.content)
        digest = sha256(raw.content).hexdigest()
        return InMessage(partner=self.sheet.partner, canonical=message, digest=digest, signer="1")

    def parse(self, message: InMessage, ctx: Context) -> Sequence[Any]:
        return messages.meaning(message)

    def receipt(self, raw: Raw, message: InMessage | None, verdict: Verdict, ctx: Context) -> OutMessage:
        return OutMessage(content=seal((sha256(raw.content).hexdigest(), verdict.code)))

    # as the wire and the partner behind it

    def send(self, out: OutMessage, address: str, connect_timeout: float, read_timeout: float) -> Raw:
        said = unseal(out.content)
        if isinstance(said, tuple):
            return self._asked(said[1], out.content)
        fault = self.faults.popleft() if self.faults else ""
        if fault == "down":
            raise NotSent("connection refused")
        if fault == "slow":
            self.slow.append((said.message_id, out.content))
        elif fault in UNTAKEN:
            self._hear(said.message_id, out.content, UNTAKEN[fault])
        elif said.message_id in self.refusals or (fault == "no" and said.message_id not in self.books.held):
            self.refusals[said.message_id] = NO
            self._hear(said.message_id, out.content, NO)
        else:
            self._take(said.message_id, out.content, None if fault else ACCEPTED)
        return self._answer(out.content, fault)

    def arrive(self) -> None:
        """What was slow arrives now; nobody waits for the answer."""
        late, self.slow = self.slow, []
        for message_id, content in late:
            if message_id in self.refusals:
                self._hear(message_id, content, NO, late=True)
            else:
                self._take(message_id, content, None, late=True)

    def _take(self, message_id: str, content: bytes, said: str | None, *, late: bool = False) -> None:
        if self.books.held.setdefault(message_id, content) != content:
            raise AssertionError(f"{message_id} came with other bytes")
        self._hear(message_id, content, said, late=late)

    def _hear(self, message_id: str, content: bytes, said: str | None, *, late: bool = False) -> None:
        self.books.heard.append(Heard(message_id=message_id, content=content, said=said, late=late))

    def _answer(self, content: bytes, fault: str) -> Raw:
        if fault in ("lost_before", "lost_after", "reset", "slow"):
            raise AnswerLost(fault)
        if fault == "wire":
            raise RuntimeError("a plugin's defect")
        code = UNTAKEN.get(fault) or (NO if unseal(content).message_id in self.refusals else ACCEPTED)
        good = seal((sha256(content).hexdigest(), code))
        spoilt = {
            "garbage": good[: len(good) // 2],
            "empty": b"",
            "gateway": b"<html>502</html>",
            "wrong": seal((sha256(b"other").hexdigest(), ACCEPTED)),
        }
        return Raw(content=spoilt.get(fault, good), status=502 if fault == "gateway" else 200, received_at=self._now())

    def _asked(self, message_id: str, content: bytes) -> Raw:
        code = self.refusals.get(message_id, ACCEPTED if message_id in self.books.held else NOT_SEEN)
        silent = self.silent > 0
        self.silent -= silent
        row = Heard(message_id=message_id, content=content, question=True, said=None if silent else code)
        self.books.heard.append(row)
        if silent:
            raise AnswerLost("silent")
        return Raw(content=seal((message_id, code)), received_at=self._now())

    def _now(self) -> Any:
        return self.clock.now()


def plain(clock: Clock, idempotency: Idempotency) -> Plain:
    """Sinosure's capabilities, deduping or not."""
    real = sheet()
    capabilities = {name: replace(row, idempotency=idempotency) for name, row in real.capabilities.items()}
    return Plain(clock, replace(real, capabilities=capabilities))
