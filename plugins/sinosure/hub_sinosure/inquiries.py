"""Sinosure's answers to inquiries (投保咨询) -> what they mean for our objects. Pure."""

from collections.abc import Callable, Mapping, Sequence

from hub.contract.message import CanonicalEvent, CanonicalMessage, PartnerContent

INQUIRY = "inquiry"
ANSWERED = ("answer_text", "answered_by", "answer_phone", "answered_at")
"""Fields that are taken over under their own names. The message has no code: any answer is an answer."""


def answer(message: CanonicalMessage) -> Sequence[CanonicalEvent | PartnerContent]:
    """MSG-INQ-02: Sinosure's answer, or whom to call."""
    body = message.body
    event = CanonicalEvent(
        kind=INQUIRY,
        number=body["inquiry_no"],
        event="answered",
        occurred_at=body["answered_at"],
        content={name: body[name] for name in ANSWERED if name in body},
        answers=message.correlation_id,
    )
    return [event]


MEANINGS: Mapping[str, Callable[[CanonicalMessage], Sequence[CanonicalEvent | PartnerContent]]] = {
    "InquiryAnswer/1.0": answer,
}
