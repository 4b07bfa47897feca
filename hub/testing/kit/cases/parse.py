"""What the partner sends: understood exactly, or refused as a whole; never half believed."""

import re
from dataclasses import replace
from datetime import timedelta
from random import Random

from hub.business import KINDS
from hub.business.content import check_content
from hub.business.states import By
from hub.contract.adapters import Refusal
from hub.contract.message import CanonicalMessage, PartnerContent, Raw
from hub.testing.kit.case import Exempt, bronze, expect, gold, silver
from hub.testing.kit.keys import keys
from hub.testing.kit.samples import NOW, envelope
from hub.testing.kit.subject import Partner, raw
from hub.xml.dialect import seal

UNREADABLE, NOT_DECLARED, UNSIGNED, OTHER_SENDER, OTHER_RECEIVER = "0001", "0005", "1001", "1004", "2001"
SECURITY = ("1001", "1002", "1003")
DOCTYPE = b'<!DOCTYPE m [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
FILE = b'<!DOCTYPE m [<!ENTITY a SYSTEM "file:///etc/hostname">]>'
STRIDE = 53  # between the places of a cut, besides each tag's
THOROUGH = 400  # random messages


@bronze
def every_declared_message_is_understood(partner: Partner) -> None:
    """Each sample is opened, is the message that was sent, and means at least one thing."""
    for sample in partner.incoming:
        opened = partner.open(sample.message)
        expect(partner.voice.same(opened.canonical, sample.message), f"{sample.name}: opened as something else")
        expect(opened.partner == partner.adapter.sheet.partner, f"{sample.name}: of partner {opened.partner!r}")
        expect(partner.adapter.parse(opened, partner.ctx()), f"{sample.name}: means nothing")


@bronze
def every_event_is_one_that_a_partner_may_cause(partner: Partner) -> None:
    """Kind, event, documents and every field of the content are declared, and of the declared type."""
    for sample in partner.incoming:
        for event in partner.events(sample):
            kind = KINDS.get(event.kind)
            if kind is None:
                raise LookupError(f"{sample.name}: no kind {event.kind!r}")
            check_content(kind, event.content)
            by = {row.name: row.by for row in kind.events}.get(event.event)
            expect(by is By.PARTNER, f"{sample.name}: {event.event} is not an event of {kind.code} by a partner")
            expect(set(event.documents) <= set(kind.documents), f"{sample.name}: undeclared documents")


@bronze
def an_event_is_about_a_number_of_its_message(partner: Partner) -> None:
    """The number of the event is the value of the message's field that the kind calls its number."""
    for sample in partner.incoming:
        for event in partner.events(sample):
            kind = KINDS[event.kind]
            said = sample.message.body.get(kind.number, sample.message.business_key)
            expect(event.number == said, f"{sample.name}: {event.number!r}, while {kind.number} is {said!r}")


@bronze
def an_event_keeps_the_values_of_its_message(partner: Partner) -> None:
    """A field that event and message both have carries the same value in both."""
    for sample in partner.incoming:
        said = sample.message.body
        for event in partner.events(sample):
            for name, value in event.content.items():
                same = (
                    name not in said or isinstance(said[name], dict) or value == said[name] or value == str(said[name])
                )
                expect(same, f"{sample.name}: {name} is {value!r}, the message says {said.get(name)!r}")


@silver
def an_event_leaves_out_nothing_that_its_kind_has_a_place_for(partner: Partner) -> None:
    """A value of the message whose name and type the kind declares is in the content of the event."""
    for sample in partner.incoming:
        said = sample.message.body
        for event in partner.events(sample):
            kind = KINDS[event.kind]
            places = {row.name for row in kind.fields if row.name in said and type(said[row.name]) is row.type}
            lost = sorted(places - set(event.content) - {kind.number})
            expect(not lost, f"{sample.name}: {lost} got lost")


@bronze
def an_answer_keeps_the_id_of_what_it_answers(partner: Partner) -> None:
    """An event of a message that the sheet declares as an answer names the message of ours that it answers."""
    if not partner.answers:
        raise Exempt("the sheet declares no message as an answer")
    for sample in partner.incoming:
        if f"{sample.message.type}/{sample.message.version}" in partner.answers:
            for event in partner.events(sample):
                expect(event.answers == sample.message.correlation_id, f"{sample.name}: answers {event.answers}")


@silver
def the_documents_of_a_message_reach_its_event(partner: Partner) -> None:
    """A document of an event is a file of its message, unchanged."""
    carried = 0
    for sample in partner.incoming:
        for event in partner.events(sample):
            for name, file in event.documents.items():
                expect(file in sample.message.attachments, f"{sample.name}: document {name} is another file")
                carried += 1
    if not carried:
        raise Exempt("no message brings a document")


@bronze
def the_meaning_does_not_depend_on_the_hour_of_reading(partner: Partner) -> None:
    """Read a day later, the same message means the same, at the same time."""
    for sample in partner.incoming:
        opened = partner.open(sample.message)
        now, later = (partner.adapter.parse(opened, partner.ctx(at)) for at in (NOW, NOW + timedelta(days=1)))
        expect(list(now) == list(later), f"{sample.name}: a day later it means something else")


@bronze
def a_message_cut_off_anywhere_is_refused(partner: Partner) -> None:
    """Cut at every tag's boundary and in between, a message is refused."""
    for sample in partner.one_of_each:
        whole = partner.wire(sample.message).content
        end = len(whole.rstrip()) - 1
        places = {found.start() for found in re.finditer(rb"[<>]", whole)} | set(range(0, end, STRIDE))
        for place in sorted(place for place in places if place <= end):
            expect(partner.refused(raw(whole[:place])), f"{sample.name}: opened when cut at octet {place}")


@bronze
def a_document_type_declaration_is_refused(partner: Partner) -> None:
    """Entities, of its own or of a file, are refused and never expanded."""
    whole = partner.wire(partner.incoming[0].message).content
    start = whole.index(b"?>") + 2 if whole.startswith(b"<?xml") else 0
    for declaration in (DOCTYPE, FILE):
        expect(partner.refused(raw(whole[:start] + declaration + whole[start:])), "a DOCTYPE was taken")


@bronze
def another_encoding_than_declared_is_refused(partner: Partner) -> None:
    """Octets that are not of the declared encoding are refused, and so is an encoding that we do not take."""
    for sample in partner.one_of_each:
        whole = partner.wire(sample.message).content
        text = whole.decode("utf-8" if b"GB" not in whole[:80].upper() else "gb18030")
        plain = re.sub(r"^<\?xml[^>]*\?>", "", text)
        foreign = {
            "UTF-16": plain.encode("utf-16"),
            "ISO-8859-1": b'<?xml version="1.0" encoding="ISO-8859-1"?>' + plain.encode("ascii", "xmlcharrefreplace"),
            "GB18030 as UTF-8": b'<?xml version="1.0" encoding="UTF-8"?>' + f"<!--{plain}-->".encode("gb18030"),
        }
        for name, content in foreign.items():
            expect(partner.refused(raw(content)), f"{sample.name}: {name} was taken")


@bronze
def a_changed_value_is_refused(partner: Partner) -> None:
    """One value changed after signing, anywhere in the message, and it is refused."""
    for sample in partner.one_of_each:
        whole = partner.wire(sample.message).content
        for found in re.finditer(rb">([0-9A-Za-z:.-]{2,64})</", whole):
            at = found.start(1)
            other = b"1" if whole[at : at + 1] != b"1" else b"2"
            changed = whole[:at] + other + whole[at + 1 :]
            expect(partner.refused(raw(changed)), f"{sample.name}: opened with {found[1][:40]!r} changed")


@bronze
def a_signature_that_nobody_may_believe_is_refused(partner: Partner) -> None:
    """Signed by a stranger, with an expired certificate or not at all: refused, with a security code."""
    for sample in partner.one_of_each:
        for signer in (keys().stranger, keys().expired):
            code = partner.refused(partner.wire(sample.message, signer))
            expect(code in SECURITY, f"{sample.name}: {code} for a signature that is not the partner's")
        whole = partner.wire(sample.message).content
        bare = re.sub(rb"<(\w+:)?Signature\b.*</(\w+:)?Signature>", b"", whole, flags=re.DOTALL)
        if bare != whole:
            expect(partner.refused(raw(bare)), f"{sample.name}: opened without a signature")


@bronze
def another_sender_or_receiver_is_refused(partner: Partner) -> None:
    """A message that names another sender, or is meant for another hub, is refused."""
    partner.must_carry("sender")
    for sample in partner.one_of_each:
        for change, code in ((("sender", "kit-other"), OTHER_SENDER), (("receiver", "kit-other"), OTHER_RECEIVER)):
            said = partner.refused(partner.wire(replace(sample.message, **dict([change]))))  # type: ignore[arg-type]
            expect(said == code, f"{sample.name}: {said} for another {change[0]}, not {code}")


@bronze
def a_message_that_is_not_declared_is_refused(partner: Partner) -> None:
    """Every known message that the sheet does not declare as incoming is refused at the door, signed or not."""
    strangers = sorted(set(partner.known) - set(partner.receives))
    if not strangers:
        raise Exempt("the sheet declares every message there is")
    for declared in strangers:
        type, _, version = declared.partition("/")
        content, sender = partner.short(declared), partner.adapter.sheet.partner
        message = envelope(type, version, content, sender=sender, receiver="swhub")
        if "attachments" not in partner.voice.carries:
            message = replace(message, attachments=())
        said = partner.refused(_said(partner, message))
        # 1001: what the hub may send unsigned, and this partner not; 0001: the hub's own XML, where none is spoken
        expect(said in (NOT_DECLARED, UNSIGNED, UNREADABLE), f"{declared}: {said or 'opened'}, not {NOT_DECLARED}")


def _said(partner: Partner, message: CanonicalMessage) -> Raw:
    """The message in the partner's words, or in the hub's own where the partner has none for it."""
    try:
        return partner.wire(message)
    except Refusal:
        return raw(seal(partner.catalogue, message, keys().partner))


@bronze
def what_is_published_for_everybody_has_a_version(partner: Partner) -> None:
    """Content for everybody has a key, a version and a body of JSON values."""
    found = [
        part for sample in partner.incoming for part in partner.take(sample.message) if isinstance(part, PartnerContent)
    ]
    if not found:
        raise Exempt("the partner publishes nothing")
    for part in found:
        expect(part.key and part.version and part.body, f"{part.key!r}: a key, a version and a body are needed")


@silver
def garbage_is_refused_and_nothing_else_happens(partner: Partner) -> None:
    """Octets in disorder give a Refusal with a code of ours, never another exception."""
    dice = Random("garbage")
    whole = partner.wire(partner.incoming[0].message).content
    for content in (b"", b"\x00", b"<", b"null", b"[]", b"PK\x03\x04", whole[::-1], whole + whole):
        expect(partner.refused(raw(content)), f"{content[:20]!r} was opened")
    for _ in range(60):
        expect(partner.refused(raw(dice.randbytes(dice.randrange(1, 200)))), "noise was opened")


@gold
def a_message_with_any_octet_changed_is_refused_or_the_same(partner: Partner) -> None:
    """A random octet in a random place: refused, or the very same message (a blank, a quote)."""
    dice = Random("octets")
    sample = partner.incoming[0]
    whole = partner.wire(sample.message).content
    for _ in range(THOROUGH):
        at = dice.randrange(len(whole))
        changed = raw(whole[:at] + dice.randbytes(1) + whole[at + 1 :])
        if partner.refused(changed) is None:
            opened = partner.adapter.open(changed, partner.ctx())
            expect(partner.voice.same(opened.canonical, sample.message), f"octet {at} changes the message unnoticed")
