"""What a message says about one business object, as a row of facts: enough for most messages of most partners.

    SAYS = {
        "CargoDataCheck/1.0": Says(
            "cargo_application", "application_no", "checked_at", code="result_code", codes=DATA_CHECK
        ),
        "CargoIssued/1.0": Says("cargo_application", "application_no", "issued_at", event="issued"),
    }

A plugin's ``parse`` is then ``return meaning(message, SAYS)``: the fields of our own messages carry the names of the
kinds' fields, so that all but the code and the time is content.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from hub.contract.adapters import Refusal
from hub.contract.message import Attachment, CanonicalEvent, InMessage
from hub.contract.status import StatusTable

PDF = "application/pdf"
TYPE_NOT_DECLARED = "0005"


@dataclass(frozen=True)
class Says:
    """One type of message. Either ``event``, or ``code`` with its table, says what happened."""

    kind: str
    number: str  # the field that holds the object's number
    at: str  # the field that says when it happened
    event: str = ""
    code: str = ""  # the field that holds the partner's code
    codes: StatusTable | None = None
    answers: bool = True  # whether its correlation id names a message that was sent about the same object
    dated: str = ""  # the object's field that keeps this time
    documents: Mapping[str, str] = field(default_factory=dict)  # document kind -> word in the name of its PDF


def meaning(message: InMessage, rows: Mapping[str, Says]) -> Sequence[CanonicalEvent]:
    """The one event of ``message``. Raises UnmappedCode, and Refusal 0005 for a type without a row."""
    canonical = message.canonical
    says = rows.get(f"{canonical.type}/{canonical.version}")
    if says is None:
        raise Refusal(TYPE_NOT_DECLARED, f"{canonical.type}/{canonical.version}")
    body = canonical.body
    row = says.codes[body[says.code]] if says.codes is not None else None
    event = CanonicalEvent(
        kind=says.kind,
        number=body[says.number],
        event=row.event if row is not None else says.event,
        occurred_at=body[says.at],
        content=_content(body, says),
        answers=canonical.correlation_id if says.answers else None,
        text=row.text if row is not None else None,
        documents=_documents(canonical.attachments, says.documents),
    )
    return [event]


def _content(body: Mapping[str, Any], says: Says) -> dict[str, Any]:
    kept = {name: value for name, value in body.items() if name not in (says.at, says.code)}
    return kept | ({says.dated: body[says.at]} if says.dated else {})


def _documents(files: Sequence[Attachment], wanted: Mapping[str, str]) -> dict[str, Attachment]:
    """Each PDF under the first kind whose word stands in its name; of two alike the first counts."""
    found: dict[str, Attachment] = {}
    for file in files:
        kind = next((kind for kind, word in wanted.items() if word in file.name), None)
        if kind is not None and file.media_type == PDF:
            found.setdefault(kind, file)
    return found
