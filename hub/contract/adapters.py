"""What a plugin's objects must be able to do. Adapters are pure and stateless: no network, no disk, no clock but
``ctx.now``, no secrets but what ``ctx`` holds. Transport, storage, retry and keys belong to the core.

An adapter of a partner that speaks the hub's own XML gets all of this from ``hub.xml.dialect.CanonicalDialect`` and
adds only ``parse``. A partner with a dialect of its own writes the other methods too.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol, runtime_checkable

from hub.contract.capability import CapabilitySheet
from hub.contract.message import (
    CanonicalEvent,
    CanonicalMessage,
    InMessage,
    OutMessage,
    PartnerContent,
    Raw,
    Verdict,
)
from hub.contract.outcome import Outcome
from hub.contract.status import StatusTable
from hub.contract.suites import CLASSIC, USER_ID
from hub.contract.text import Text


class Refusal(Exception):
    """An incoming message is refused. ``code`` is a row of ``hub.contract.receipt.RECEIPT_CODES``.

    Nothing of the message was believed; the door answers with a signed receipt that carries the code.
    """

    def __init__(self, code: str, detail: str = "", *, explanation: Sequence[Mapping[str, str]] = ()) -> None:
        super().__init__(f"{code}: {detail}")
        self.code = code
        self.detail = detail
        self.explanation = tuple(explanation)  # rows path/zh/en, for schema errors


class Signer(Protocol):
    """The hub's signing key, loaded once for the life of the process."""

    algorithm: str  # one of hub.contract.suites
    certificate: bytes  # DER

    def sign(self, data: bytes, user_id: bytes = USER_ID) -> bytes:
        """The signature value over ``data``; ``user_id`` is whom SM2 binds into it, and nothing to the other suites."""
        ...


@dataclass(frozen=True, kw_only=True)
class Context:
    """What an adapter may know besides the message."""

    now: datetime  # UTC
    hub: str  # our own code as sender
    signer: Signer = field(repr=False)
    trusted: Sequence[bytes] = field(default=(), repr=False)  # the partner's pinned certificates, DER
    suites: Sequence[str] = CLASSIC  # that the partner may sign with
    settings: Mapping[str, Any] = field(default_factory=dict, repr=False)  # this partner's part of the configuration
    sent_digest: str = ""  # sha256 hex of the bytes sent, in parse_response and parse_query


@runtime_checkable
class PartnerAdapter(Protocol):
    """One partner: an insurer, a bank or a source of trade data."""

    sheet: CapabilitySheet
    statuses: Sequence[StatusTable]

    def build(self, message: CanonicalMessage, ctx: Context) -> OutMessage:
        """The final, signed bytes of ``message``. Raises Refusal("0002", ...) when the message breaks the schema."""
        ...

    def parse_response(self, raw: Raw, sent: CanonicalMessage, ctx: Context) -> Outcome:
        """What the partner's answer to ``sent`` means. Total: an answer it cannot read is UNKNOWN."""
        ...

    def query(self, sent: CanonicalMessage, ctx: Context) -> OutMessage:
        """The question "did you get ``sent``, and what became of it?". Only called when the sheet declares it."""
        ...

    def parse_query(self, raw: Raw, sent: CanonicalMessage, ctx: Context) -> Outcome:
        """The answer to :meth:`query`: ACCEPTED, DONE, REFUSED_*, NOT_SENT ("never seen it") or UNKNOWN."""
        ...

    def open(self, raw: Raw, ctx: Context) -> InMessage:
        """Limits, signature, schema, in this order. Raises Refusal; believes nothing but the verified bytes."""
        ...

    def parse(self, message: InMessage, ctx: Context) -> Sequence[CanonicalEvent | PartnerContent]:
        """What ``message`` means for our objects. Raises UnmappedCode for a code without a row."""
        ...

    def receipt(self, raw: Raw, message: InMessage | None, verdict: Verdict, ctx: Context) -> OutMessage:
        """The signed answer to an incoming message; ``message`` is None when it could not be opened."""
        ...


@runtime_checkable
class InsurerAdapter(PartnerAdapter, Protocol):
    """An insurer."""


@runtime_checkable
class BankAdapter(PartnerAdapter, Protocol):
    """A bank."""


@runtime_checkable
class TradeDataSource(PartnerAdapter, Protocol):
    """A source of customs declarations, transport documents and certificates of origin; also an AnsweringAdapter."""


@runtime_checkable
class AnsweringAdapter(Protocol):
    """A partner that answers a question on the same connection: a look-up changes nothing, so asking again is harmless.
    Optional, besides PartnerAdapter; the sheet names the answers (``answer``).
    """

    def parse_answer(self, raw: Raw, sent: CanonicalMessage, ctx: Context) -> CanonicalMessage:
        """The answer to the question ``sent``. Raises Refusal for anything but the partner's signed answer to it."""
        ...


@runtime_checkable
class PollingAdapter(Protocol):
    """A partner that is asked for news instead of pushing it. Optional, besides PartnerAdapter."""

    def poll(self, cursor: str, ctx: Context) -> OutMessage:
        """The question "what is new since ``cursor``?"."""
        ...

    def parse_poll(self, raw: Raw, cursor: str, ctx: Context) -> tuple[Sequence[Raw], str]:
        """The messages in the answer, each to go through :meth:`PartnerAdapter.open`, and the next cursor."""
        ...


@runtime_checkable
class WireAdapter(Protocol):
    """A partner that needs another transport than an HTTPS POST. Optional, besides PartnerAdapter."""

    def send(self, message: OutMessage, address: str, connect_timeout: float, read_timeout: float) -> Raw:
        """Send and wait for the answer. Raises hub.contract.transport.NotSent or AnswerLost, nothing else."""
        ...


@dataclass(frozen=True, kw_only=True)
class MagicValue:
    """A published value that makes the simulated partner do something: ``text`` in one of the body's ``fields``."""

    type: str  # of the message that brings it
    fields: tuple[str, ...]  # the hub's names; the first is where it is best typed
    text: str
    then: Text  # what the partner does


@dataclass(frozen=True, kw_only=True)
class SimulatorSpec:
    """The partner's side of the conversation, for ``swhub simulate <partner>`` and for test mode.

    ``run`` blocks; its options are in the plugin's README. Test mode hands it ``key``, ``certificate``,
    ``hub_certificate``, ``hub``, ``hub_code``, ``port``, ``books`` and ``late``.
    """

    partner: str
    run: Callable[[Mapping[str, Any]], None] = field(repr=False)
    magic: Sequence[MagicValue] = ()  # shown to users and operators in test mode
