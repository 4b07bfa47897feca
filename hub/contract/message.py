"""Messages on their way: what the core hands an adapter, and what it gets back. All frozen, all keyword-only."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from hub.contract.text import Text


@dataclass(frozen=True, kw_only=True)
class Attachment:
    """A file that travels inside a message, known by its digest."""

    name: str
    media_type: str
    sha256: str  # lower-case hex of ``content``
    content: bytes = field(repr=False)
    summary: str | None = None  # what the sender says that it is
    remark: str | None = None

    @property
    def size(self) -> int:
        """Octets."""
        return len(self.content)


@dataclass(frozen=True, kw_only=True)
class ActorSignature:
    """The card's signature over the payload that the user saw before he entered the PIN."""

    payload: str  # the exact text that was signed (JSON, see hub.cards.challenge)
    algorithm: str  # e.g. "rsa-sha256"
    value: bytes = field(repr=False)
    certificate: bytes = field(repr=False)  # DER


NO_ENTERPRISE = "0" * 18
"""``enterprise`` of a message that names none: a bank's, say. What it means is then found by its number alone."""


@dataclass(frozen=True, kw_only=True)
class CanonicalMessage:
    """One business message in the hub's own terms: envelope values and the body as the XSD's typed dict.

    Body values are str, int, bool, Decimal, date, datetime (aware, UTC), dict, list or absent; never None.
    """

    type: str  # "PolicyConfirmation", the body's root element
    version: str  # "1.0"
    message_id: str  # uuid4 text; the submission id, the same on every retry
    sender: str
    receiver: str
    enterprise: str  # USCC
    business_key: str  # application no., policy no., ...
    sequence: int  # per business object, counted by the sender
    created_at: datetime
    body: Mapping[str, Any]
    correlation_id: str | None = None  # message id that this one answers
    attachments: tuple[Attachment, ...] = ()
    actor_signature: ActorSignature | None = None


@dataclass(frozen=True, kw_only=True)
class OutMessage:
    """Final bytes for the wire. Once built they are never built again: a retry sends these."""

    content: bytes = field(repr=False)
    content_type: str = "application/xml; charset=utf-8"
    path: str = ""  # appended to the partner's address
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Raw:
    """Bytes as they came: from the partner's POST, from its answer, or from a poll."""

    content: bytes = field(repr=False)
    headers: Mapping[str, str] = field(default_factory=dict)
    status: int = 200  # HTTP status, for answers
    received_at: datetime


@dataclass(frozen=True, kw_only=True)
class InMessage:
    """A partner's message after limits, signature and schema: everything here comes from the verified bytes."""

    partner: str
    canonical: CanonicalMessage
    digest: str  # sha256 hex of the raw bytes
    signer: str  # serial of the certificate that signed it, hex


@dataclass(frozen=True, kw_only=True)
class CanonicalEvent:
    """What a partner's message means for one business object.

    ``event`` is one of the kind's events that a partner may cause; ``content`` holds only fields that the kind
    declares. The core checks both, so an adapter cannot invent either.
    """

    kind: str  # "micro_application"
    number: str  # the object's business number
    event: str  # "approved"
    occurred_at: datetime  # the partner's time, UTC
    content: Mapping[str, Any] = field(default_factory=dict)
    keys: Mapping[str, str] = field(default_factory=dict)  # further numbers to find the object by
    answers: str | None = None  # message id of the submission that this answers
    text: Text | None = None  # the partner's wording, shown in the timeline
    documents: Mapping[str, Attachment] = field(default_factory=dict)  # document kind -> file


INTRODUCTION, ARTICLE, DIGEST = "introduction", "article", "digest"
"""What stands before the colon in the key of a PartnerContent: a product, an article's number, a month (yyyy-mm)."""


@dataclass(frozen=True, kw_only=True)
class PartnerContent:
    """What a partner publishes for everybody: an introduction, an article. A version is kept for ever."""

    key: str  # "introduction:XWXBY", "article:<number>"
    version: str
    body: Mapping[str, Any]  # JSON values; keys ending in ``_html`` are sanitised by the core
    documents: tuple[Attachment, ...] = ()  # of an article


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What the hub answers a partner: the stored, signed receipt says this and nothing else."""

    code: str  # a row of hub.contract.receipt.RECEIPT_CODES, "0000" is accepted
    text: str
    detail: str = ""
