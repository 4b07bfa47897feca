"""The insurer's messages -> what they mean for our objects. Pure; one function per message type, found by table."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from hub.contract.adapters import Refusal
from hub.contract.message import Attachment, CanonicalEvent, CanonicalMessage, InMessage, PartnerContent
from hub.contract.text import Text
from $package import codes

APPLICATION, POLICY = "micro_application", "policy"
OFFER_DOCUMENT, POLICY_DOCUMENT = "offer", "policy"
PDF = "application/pdf"
TYPE_NOT_DECLARED = "0005"

OFFERED = (
    "application_no", "enterprise_name", "org_code", "product", "product_name", "programme", "renewal",
    "previous_policy_no", "contact_phone", "contact_email", "declaration_version", "declaration_text", "valid_until",
)  # fmt: skip
REVIEWED = ("policy_no", "reason", "reviewer_name", "reviewer_phone")
ISSUED = (
    "policy_no", "application_no", "enterprise_name", "org_code", "product_name", "programme", "policy_type",
    "effective_date", "expiry_date",
)  # fmt: skip
"""Fields that are taken over under their own names."""

Meaning = Sequence[CanonicalEvent | PartnerContent]


def meaning(message: InMessage) -> Meaning:
    """What ``message`` means. Raises UnmappedCode, and Refusal 0005 for a type without a row in MEANINGS."""
    canonical = message.canonical
    read = MEANINGS.get(f"{canonical.type}/{canonical.version}")
    if read is None:
        raise Refusal(TYPE_NOT_DECLARED, f"{canonical.type}/{canonical.version}")
    return read(canonical)


def offer(message: CanonicalMessage) -> Meaning:
    """PolicyOffer: an offer waits for the enterprise. Has no time of its own: the message's counts."""
    body = message.body
    year = {"programme_year": str(body["programme_year"])} if "programme_year" in body else {}
    event = CanonicalEvent(
        kind=APPLICATION,
        number=body["application_no"],
        event="offered",
        occurred_at=message.created_at,
        content=_taken(body, OFFERED) | _org_code(message) | year,
        documents=_document(OFFER_DOCUMENT, message),
    )
    return [event]


def review_result(message: CanonicalMessage) -> Meaning:
    """ReviewResult: the review's result; its correlation id names the confirmation that it answers."""
    body = message.body
    row = codes.REVIEW[body["result_code"]]
    event = CanonicalEvent(
        kind=APPLICATION,
        number=body["application_no"],
        event=row.event,
        occurred_at=body["reviewed_at"],
        content=_taken(body, REVIEWED),
        answers=message.correlation_id,
        text=Text(body.get("result_text", row.text.zh), row.text.en),
    )
    return [event]


def issued(message: CanonicalMessage) -> Meaning:
    """PolicyIssued: the policy with its documents, in force or not yet."""
    body = message.body
    row = codes.ISSUED[body["status_code"]]
    amount = body.get("insured_amount")
    insured = {"insured_amount": amount["amount"], "insured_currency": amount["currency"]} if amount else {}
    event = CanonicalEvent(
        kind=POLICY,
        number=body["policy_no"],
        event=row.event,
        occurred_at=body["issued_at"],
        content=_taken(body, ISSUED) | _org_code(message) | insured,
        text=row.text,
        documents=_document(POLICY_DOCUMENT, message),
    )
    return [event]


def receipt_confirmed(message: CanonicalMessage) -> Meaning:
    """ReceiptConfirmed: the insurer has the enterprise's acknowledgement."""
    body = message.body
    event = CanonicalEvent(
        kind=POLICY,
        number=body["policy_no"],
        event="receipt_confirmed",
        occurred_at=body["confirmed_at"],
        answers=message.correlation_id,
    )
    return [event]


MEANINGS: Mapping[str, Callable[[CanonicalMessage], Meaning]] = {
    "PolicyOffer/1.0": offer,
    "ReviewResult/1.0": review_result,
    "PolicyIssued/1.0": issued,
    "ReceiptConfirmed/1.0": receipt_confirmed,
}


def _taken(body: Mapping[str, Any], names: Sequence[str]) -> dict[str, Any]:
    return {name: body[name] for name in names if name in body}


def _org_code(message: CanonicalMessage) -> dict[str, Any]:
    """As sent, else characters 9 to 17 of the USCC."""
    return {"org_code": message.body.get("org_code", message.enterprise[8:17])}


def _document(kind: str, message: CanonicalMessage) -> dict[str, Attachment]:
    """The message's first PDF."""
    found = next((file for file in message.attachments if file.media_type == PDF), None)
    return {} if found is None else {kind: found}
