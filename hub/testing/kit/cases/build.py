"""What the hub sends: the partner reads exactly what was meant, from bytes that never differ."""

from copy import deepcopy
from dataclasses import replace
from datetime import timedelta
from typing import Any

from hub.contract.adapters import Refusal
from hub.contract.message import CanonicalMessage
from hub.testing.kit.case import Broken, Exempt, bronze, expect, gold, silver
from hub.testing.kit.keys import keys
from hub.testing.kit.samples import NOW
from hub.testing.kit.subject import Partner

INVALID = "0002"
RARE = "㐀𠮷龦·①"  # extensions A and B, the last of the BMP block, a name's middle dot


@bronze
def the_partner_reads_what_was_meant(partner: Partner) -> None:
    """The partner verifies the bytes and reads every value of the message, and its id, unchanged."""
    for sample in partner.sent:
        heard = partner.voice.hear(partner.adapter.build(sample.message, partner.ctx()).content)
        expect(partner.voice.same(heard, sample.message), f"{sample.name}: the partner reads something else")


@bronze
def the_same_message_is_the_same_bytes(partner: Partner) -> None:
    """Building twice gives the same bytes, and the same address and headers."""
    for sample in partner.sent:
        once, again = (partner.adapter.build(sample.message, partner.ctx()) for _ in range(2))
        expect(once == again, f"{sample.name}: two builds differ")


@bronze
def building_changes_nothing(partner: Partner) -> None:
    """The message handed in is the same afterwards."""
    for sample in partner.sent:
        before = deepcopy(sample.message)
        partner.adapter.build(sample.message, partner.ctx())
        expect(sample.message == before, f"{sample.name}: build changed its argument")


@bronze
def the_bytes_are_signed_with_the_key_of_the_context(partner: Partner) -> None:
    """Signed with another key, the partner does not believe the bytes."""
    sample = partner.sent[0]
    out = partner.adapter.build(sample.message, partner.ctx(signer=keys().stranger))
    try:
        partner.voice.hear(out.content)
    except Refusal:
        return
    raise Broken(f"{sample.name}: believed under any key")


@bronze
def a_message_without_a_required_field_is_refused(partner: Partner) -> None:
    """build raises Refusal 0002 when a required field is missing, before anything is sent."""
    for sample in partner.sent:
        for required in partner.required(sample.message):
            short = {key: value for key, value in sample.message.body.items() if key != required}
            _refuses(partner, sample.message, short, f"{sample.name} without {required}")


@bronze
def a_field_that_the_schema_does_not_have_is_refused(partner: Partner) -> None:
    """build raises Refusal 0002 for a field that is not in the schema, instead of leaving it out."""
    for sample in partner.sent:
        more = {**sample.message.body, "kit_undeclared": "x"}
        _refuses(partner, sample.message, more, f"{sample.name} with an undeclared field")


@silver
def a_value_of_another_type_is_refused(partner: Partner) -> None:
    """build raises Refusal 0002 for a value that is not of the field's type, instead of converting it."""
    for sample in partner.sent:
        key = next(iter(sample.message.body))
        other = {**sample.message.body, key: object()}
        _refuses(partner, sample.message, other, f"{sample.name} with an object as {key}")


@silver
def rare_characters_arrive(partner: Partner) -> None:
    """Characters of rare names, beyond the basic plane too, reach the partner unchanged."""
    tried = 0
    for sample in partner.sent:
        for part in partner.schema(f"{sample.message.type}/{sample.message.version}").shape.children:
            if part.kind != "str" or part.key not in sample.message.body:
                continue
            message = replace(sample.message, body={**sample.message.body, part.key: RARE})
            try:
                out = partner.adapter.build(message, partner.ctx())
            except Refusal:  # the field takes no free text
                continue
            heard = partner.voice.hear(out.content)
            expect(heard.body[part.key] == RARE, f"{sample.name}: {part.name} arrives as {heard.body[part.key]!r}")
            tried += 1
    if not tried:
        raise Exempt("no message has a field for free text")


@bronze
def a_question_names_the_message_it_is_about(partner: Partner) -> None:
    """query gives signed bytes from which the partner reads the id of the message asked about."""
    for sample in partner.asked_about:
        heard = partner.voice.hear(partner.adapter.query(sample.message, partner.ctx()).content)
        expect(partner.voice.is_about(heard, sample.message), f"{sample.name}: asked about another one")


@gold
def a_question_a_minute_later_is_another_message(partner: Partner) -> None:
    """Two questions have two ids, so that no partner answers the second from its memory of the first."""
    partner.must_carry("message_id")
    sample = partner.asked_about[0]
    ids = {
        partner.voice.hear(partner.adapter.query(sample.message, partner.ctx(now)).content).message_id
        for now in (NOW, NOW + timedelta(minutes=1))
    }
    expect(len(ids) == 2, "both questions have one id")


def _refuses(partner: Partner, message: CanonicalMessage, body: dict[str, Any], name: str) -> None:
    try:
        partner.adapter.build(replace(message, body=body), partner.ctx())
    except Refusal as refusal:
        expect(refusal.code == INVALID, f"{name}: refused with {refusal.code}, not {INVALID}")
        return
    raise Broken(f"{name}: built all the same")
