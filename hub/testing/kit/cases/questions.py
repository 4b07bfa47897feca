"""Questions that are answered on the same connection: only the partner's fresh, signed answer to this one is read."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from hub.contract.adapters import AnsweringAdapter, Refusal
from hub.contract.message import CanonicalMessage, Raw
from hub.contract.outcome import OutcomeClass
from hub.testing.kit.case import Exempt, bronze, expect, silver
from hub.testing.kit.keys import HUB, keys
from hub.testing.kit.samples import NOW, envelope
from hub.testing.kit.subject import Partner, raw
from hub.xml.own import OwnDialect

OLD = timedelta(days=1)
OTHER = "00000000-0000-4000-8000-00000000d0d0"


@bronze
def a_signed_answer_is_read(partner: Partner) -> None:
    """Each declared answer to each question is read as what was said."""
    for sent, answer in _pairs(partner):
        read = _read(partner, sent, _wire(partner, answer))
        expect(read is not None and read.body == partner.short(_declared(answer)), f"{answer.type}: read as another")


@bronze
def an_answer_that_nobody_may_believe_is_refused(partner: Partner) -> None:
    """Signed by a stranger, or no XML at all: refused."""
    for sent, answer in _pairs(partner):
        strange = partner.wire(answer, keys().stranger)
        for content in (strange, raw(b""), raw(b"<html/>", status=502)):
            expect(_read(partner, sent, content) is None, f"{answer.type}: an answer was believed that nobody signed")


@bronze
def an_answer_to_another_question_is_refused(partner: Partner) -> None:
    """Of another enterprise, to another question, or too old: refused."""
    for sent, answer in _pairs(partner):
        expect(_read(partner, replace(sent, message_id=OTHER), _wire(partner, answer)) is None, "believed for another")
        at = {"at": NOW - OLD} if "at" in answer.body else {}
        changes = {"enterprise": replace(answer, enterprise="9" * 18)} if "enterprise" in partner.voice.carries else {}
        changes["time"] = replace(answer, created_at=NOW - OLD, body={**answer.body, **at})
        for name, said in changes.items():
            read = _read(partner, sent, _wire(partner, said))
            expect(read is None, f"{answer.type}: believed with another {name}")


@silver
def an_answer_is_no_message_at_the_door(partner: Partner) -> None:
    """What answers a question is not declared as incoming, and the door refuses it."""
    for _, answer in _pairs(partner):
        expect(partner.refused(_wire(partner, answer)), f"{answer.type}: taken at the door")


def _pairs(partner: Partner) -> Iterator[tuple[CanonicalMessage, CanonicalMessage]]:
    """Each question with each of its answers. Raises Exempt when the sheet declares none."""
    sheet = partner.adapter.sheet
    if not any(row.answers for row in sheet.capabilities.values()):
        raise Exempt("the sheet declares no question that is answered at once")
    for sample in partner.sent:
        for declared in sorted(sheet.answers(f"{sample.message.type}/{sample.message.version}")):
            type, _, version = declared.partition("/")
            said = {**partner.short(declared), **_besides(partner, sample.message, type)}
            made = envelope(type, version, said, sender=sheet.partner, receiver=HUB)
            yield sample.message, replace(made, correlation_id=sample.message.message_id, attachments=())


def _besides(partner: Partner, sent: CanonicalMessage, answer: str) -> Mapping[str, Any]:
    """What an answer in the partner's own XML says beside its content: to which question, and that it is one."""
    if not isinstance(partner.adapter, OwnDialect):
        return {}
    said = {"reference": partner.adapter.reference(sent), "code": partner.code(OutcomeClass.DONE), "at": NOW}
    layout = partner.adapter.row(answer).layout
    return {name: value for name, value in said.items() if layout.names(name)}


def _wire(partner: Partner, answer: CanonicalMessage) -> Raw:
    """The answer on the wire."""
    return partner.wire(answer)


def _declared(message: CanonicalMessage) -> str:
    return f"{message.type}/{message.version}"


def _read(partner: Partner, sent: CanonicalMessage, answer: Raw) -> CanonicalMessage | None:
    """The answer as the adapter reads it; None when it refuses."""
    if not isinstance(partner.adapter, AnsweringAdapter):
        raise TypeError("the sheet declares an answer and the adapter has no parse_answer")
    try:
        return partner.adapter.parse_answer(answer, sent, partner.ctx())
    except Refusal:
        return None
