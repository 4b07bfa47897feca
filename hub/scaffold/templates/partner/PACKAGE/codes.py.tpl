"""The partner's codes -> what they mean, in its own wording. A code without a row says nothing: there is no default."""

from hub.contract.outcome import OutcomeClass as O
from hub.contract.status import AnswerRow, AnswerTable, ${status_row}StatusTable
from hub.contract.text import Text

ANSWERS = AnswerTable(
    "$partner.answer",
    ($answer_rows),
)
"""Outcomes: $outcomes."""

${status_tables}TABLES: tuple[StatusTable, ...] = ($status_names)
"""Codes of what the partner sends by itself: StatusTable("Message.Field", (StatusRow(code, event, text), ...))."""

# To map a code: move its line into the table above as AnswerRow(code, O.<OUTCOME>, text). Until then an answer with it
# is UNKNOWN: never sent again before somebody has asked.
UNMAPPED: tuple[tuple[str, Text], ...] = ($unmapped_rows)
