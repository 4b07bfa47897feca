"""The nine outcomes of one attempt to send. There is no tenth, and the core, never the plugin, decides what follows."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum

from hub.contract.text import Text


class OutcomeClass(Enum):
    """What one attempt came to; the comment says whether the partner has the message."""

    NOT_SENT = "not_sent"  # no: DNS, connect refused, TLS, card missing, local schema failure
    THROTTLED = "throttled"  # no: 429, or 503 that the partner declares as "not processed"
    ACCEPTED = "accepted"  # yes: signed receipt, the decision comes later
    DONE = "done"  # yes: the decision is in the answer
    REFUSED_FORM = "refused_form"  # yes: partner says schema or signature is wrong; our defect
    REFUSED_BUSINESS = "refused_business"  # yes: the partner's answer is no
    PARTNER_CONFIG = "partner_config"  # no: credentials, certificate, enrolment
    UNKNOWN = "unknown"  # cannot tell: never send again before somebody has asked
    PLUGIN_FAULT = "plugin_fault"  # the adapter raised; after the first byte the core records UNKNOWN instead


RESOLVED = frozenset(
    {OutcomeClass.ACCEPTED, OutcomeClass.DONE, OutcomeClass.REFUSED_FORM, OutcomeClass.REFUSED_BUSINESS}
)
RETRYABLE = frozenset({OutcomeClass.NOT_SENT, OutcomeClass.THROTTLED})


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """The outcome of one attempt, as the adapter reads it from the partner's answer."""

    kind: OutcomeClass
    partner_ref: str | None = None  # the partner's own number for what it received
    code: str | None = None  # the partner's code, unmapped
    text: Text | None = None  # the partner's reason, for the user
    detail: str = ""  # for operators; no personal data, no secrets
    retry_after: float | None = None  # seconds, only with THROTTLED
    occurred_at: datetime | None = None  # the partner's own time, UTC
    answer: bytes = field(default=b"", repr=False)  # the raw answer, kept as evidence
