"""The insurer's codes -> our events, in its own wording. A code without a row parks the message: no default."""

from hub.contract.status import StatusRow, StatusTable
from hub.contract.text import Text

REVIEW = StatusTable(
    "ReviewResult.ResultCode",
    ($review_rows),
)
"""Of an application under review. Events: $review_events."""

ISSUED = StatusTable(
    "PolicyIssued.StatusCode",
    ($issued_rows),
)
"""Of a policy when it is sent. Events: $issued_events."""

TABLES = (REVIEW, ISSUED)

# To map a code: move its line into a table above as StatusRow(code, event, text). Until then the hub acknowledges the
# message, parks it, changes no state, and an operator sees the code.
UNMAPPED: tuple[tuple[str, Text], ...] = ($unmapped_rows)
