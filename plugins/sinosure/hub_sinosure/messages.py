"""Sinosure's messages -> what they mean for our objects. Pure; one function per message type, found by table."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from hub.contract import meaning as facts
from hub.contract.meaning import Says
from hub.contract.message import INTRODUCTION, CanonicalEvent, CanonicalMessage, InMessage, PartnerContent
from hub.contract.status import StatusTable
from hub.contract.text import Text
from hub_sinosure import agreements, articles, claims, codes, inquiries, programme
from hub_sinosure.files import pdf

APPLICATION, POLICY = "micro_application", "policy"
OFFER_DOCUMENT, POLICY_DOCUMENT = "offer", "policy"

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
    """What ``message`` means. Raises UnmappedCode, and Refusal 0005 for a type without a row in MEANINGS or SAYS."""
    canonical = message.canonical
    read = MEANINGS.get(f"{canonical.type}/{canonical.version}")
    return read(canonical) if read is not None else facts.meaning(message, SAYS)


def offer(message: CanonicalMessage) -> Meaning:
    """MSG-POL-01: a policy offer waits for the enterprise. Has no time of its own: the message's counts."""
    body = message.body
    year = {"programme_year": str(body["programme_year"])} if "programme_year" in body else {}
    event = CanonicalEvent(
        kind=APPLICATION,
        number=body["application_no"],
        event="offered",
        occurred_at=message.created_at,
        content=_taken(body, OFFERED) | _org_code(message) | year,
        documents=pdf(OFFER_DOCUMENT, message),
    )
    return [event]


def review_result(message: CanonicalMessage) -> Meaning:
    """MSG-POL-03: the review's result, or the answer to a withdrawal."""
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


def issued(message: CanonicalMessage, table: StatusTable = codes.ISSUED) -> Meaning:
    """MSG-POL-04, MSG-SZ-06: the policy with its documents, in force or not yet. Answers nothing that it has sent."""
    body = message.body
    row = table[body["status_code"]]
    amount = body.get("insured_amount")
    insured = {"insured_amount": amount["amount"], "insured_currency": amount["currency"]} if amount else {}
    event = CanonicalEvent(
        kind=POLICY,
        number=body["policy_no"],
        event=row.event,
        occurred_at=body["issued_at"],
        content=_taken(body, ISSUED) | _org_code(message) | insured,
        text=row.text,
        documents=pdf(POLICY_DOCUMENT, message),
    )
    return [event]


def receipt_confirmed(message: CanonicalMessage) -> Meaning:
    """MSG-POL-06: Sinosure has the enterprise's acknowledgement."""
    body = message.body
    event = CanonicalEvent(
        kind=POLICY,
        number=body["policy_no"],
        event="receipt_confirmed",
        occurred_at=body["confirmed_at"],
        answers=message.correlation_id,
    )
    return [event]


def change(message: CanonicalMessage) -> Meaning:
    """MSG-POL-07: an offer recalled or a policy terminated; which one, the number's element says."""
    body = message.body
    by_policy = "policy_no" in body
    table = codes.POLICY_CHANGE if by_policy else codes.APPLICATION_CHANGE
    row = table[body["status_code"]]
    event = CanonicalEvent(
        kind=POLICY if by_policy else APPLICATION,
        number=body["policy_no"] if by_policy else body["application_no"],
        event=row.event,
        occurred_at=body["changed_at"],
        content=_taken(body, ("reason",)),
        text=row.text,
    )
    return [event]


def introduction(message: CanonicalMessage) -> Meaning:
    """MSG-SVC-01: the description of a product, for everybody."""
    body = message.body
    content = PartnerContent(
        key=f"{INTRODUCTION}:{body['product']}",
        version=body["content_version"],
        body={"zh_html": body["html_zh"], "en_html": body["html_en"]},
    )
    return [content]


MEANINGS: Mapping[str, Callable[[CanonicalMessage], Meaning]] = {
    "PolicyOffer/1.0": offer,
    "ReviewResult/1.0": review_result,
    "PolicyIssued/1.0": issued,
    "OfflinePolicy/1.0": partial(issued, table=codes.OFFLINE),
    "ReceiptConfirmed/1.0": receipt_confirmed,
    "PolicyChange/1.0": change,
    "Introduction/1.0": introduction,
    **inquiries.MEANINGS,
    **articles.MEANINGS,
    **agreements.MEANINGS,
}
SAYS: Mapping[str, Says] = {**claims.SAYS, **programme.SAYS}


def _taken(body: Mapping[str, Any], names: Sequence[str]) -> dict[str, Any]:
    return {name: body[name] for name in names if name in body}


def _org_code(message: CanonicalMessage) -> dict[str, Any]:
    """As sent, else characters 9 to 17 of the USCC (CI-POL-25)."""
    return {"org_code": message.body.get("org_code", message.enterprise[8:17])}
