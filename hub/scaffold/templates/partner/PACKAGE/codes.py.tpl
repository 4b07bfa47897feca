"""The partner's codes -> what they mean, in its own wording. A code without a row says nothing: there is no default."""

from collections.abc import Mapping

from hub.contract.outcome import OutcomeClass
from hub.contract.status import StatusRow, StatusTable
from hub.contract.text import Text

STATUS = StatusTable(
    "$partner.status",
    ($status_rows),
)
"""Events: $status_events."""

TABLES = (STATUS,)

# To map a code: move its line into the table above as StatusRow(code, event, text). Until then an answer with it is
# UNKNOWN (never sent again before somebody has asked), and a message with it is parked: an operator sees the code.
UNMAPPED: tuple[tuple[str, Text], ...] = ($unmapped_rows)

OUTCOMES: Mapping[str, OutcomeClass] = {kind.value: kind for kind in OutcomeClass}


def outcome(event: str) -> OutcomeClass:
    """What a code says about the sending: an outcome by name; a business event means that the partner has it."""
    return OUTCOMES.get(event, OutcomeClass.ACCEPTED)
