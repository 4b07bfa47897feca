"""Sinosure's part in the service agreement (签约管理) -> what it means for our objects. Pure."""

from collections.abc import Callable, Mapping, Sequence

from hub.contract.message import CanonicalEvent, CanonicalMessage, PartnerContent
from hub_sinosure import codes
from hub_sinosure.files import pdf

AGREEMENT = "agreement"


def countersigned(message: CanonicalMessage) -> Sequence[CanonicalEvent | PartnerContent]:
    """MSG-AGR-02: the agreement is back with the insurer's seal and signature."""
    body = message.body
    event = CanonicalEvent(
        kind=AGREEMENT,
        number=body["agreement_no"],
        event="countersigned",
        occurred_at=body["countersigned_at"],
        content={"countersigned_at": body["countersigned_at"]},
        answers=message.correlation_id,
        documents=pdf(AGREEMENT, message),
    )
    return [event]


def ended(message: CanonicalMessage) -> Sequence[CanonicalEvent | PartnerContent]:
    """MSG-AGR-03: the insurer does not sign, or ends what it has signed."""
    body = message.body
    row = codes.AGREEMENT[body["status_code"]]
    event = CanonicalEvent(
        kind=AGREEMENT,
        number=body["agreement_no"],
        event=row.event,
        occurred_at=body["changed_at"],
        content={"reason": body["reason"]} if "reason" in body else {},
        answers=message.correlation_id,
        text=row.text,
    )
    return [event]


MEANINGS: Mapping[str, Callable[[CanonicalMessage], Sequence[CanonicalEvent | PartnerContent]]] = {
    "AgreementCountersigned/1.0": countersigned,
    "AgreementEnded/1.0": ended,
}
