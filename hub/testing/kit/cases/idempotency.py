"""One instruction, one effect: the same id on every retry, and an honest answer to "did you get it?"."""

import hashlib
from dataclasses import replace
from datetime import timedelta

from hub.contract.adapters import Signer
from hub.contract.message import CanonicalMessage
from hub.contract.outcome import OutcomeClass
from hub.testing.kit.case import Exempt, bronze, expect, silver
from hub.testing.kit.keys import keys
from hub.testing.kit.samples import NOW
from hub.testing.kit.subject import Partner, raw

RESENDS = (OutcomeClass.NOT_SENT, OutcomeClass.THROTTLED)


@bronze
def a_retry_carries_the_same_id(partner: Partner) -> None:
    """Built again an hour later, the message still has the id by which the partner knows it."""
    for sample in partner.sent:
        for now in (NOW, NOW + timedelta(minutes=14)):
            heard = partner.voice.hear(partner.adapter.build(sample.message, partner.ctx(now)).content)
            same = partner.voice.identity(heard) == partner.voice.identity(sample.message)
            expect(same, f"{sample.name}: the partner would take it for another message")


@bronze
def the_digest_is_that_of_the_raw_bytes(partner: Partner) -> None:
    """What a redelivery is recognised by is the SHA-256 of the bytes as they came."""
    for sample in partner.one_of_each:
        wire = partner.wire(sample.message)
        opened = partner.adapter.open(wire, partner.ctx())
        expect(opened.digest == hashlib.sha256(wire.content).hexdigest(), f"{sample.name}: another digest")


@bronze
def the_same_message_twice_means_the_same(partner: Partner) -> None:
    """Opened and understood twice, a message is the same and means the same."""
    for sample in partner.incoming:
        wire = partner.wire(sample.message)
        first, second = (partner.adapter.open(wire, partner.ctx()) for _ in range(2))
        expect(first == second, f"{sample.name}: opened as two things")
        meanings = [list(partner.adapter.parse(opened, partner.ctx())) for opened in (first, second)]
        expect(meanings[0] == meanings[1], f"{sample.name}: means two things")


@bronze
def a_partner_that_has_it_says_so(partner: Partner) -> None:
    """ "Seen, accepted" is ACCEPTED or DONE; "seen, refused" is the refusal."""
    for sample in partner.asked_about:
        kind = partner.asked(sample.message, seen=True, code=partner.yes).kind
        expect(kind in (OutcomeClass.ACCEPTED, OutcomeClass.DONE), f"{sample.name}: {kind.name}")
        for wanted in (OutcomeClass.REFUSED_FORM, OutcomeClass.REFUSED_BUSINESS):
            code = partner.code(wanted)
            kind = partner.asked(sample.message, seen=True, code=code).kind
            expect(kind is wanted, f"{sample.name}: seen with {code} is {kind.name}")


@bronze
def never_seen_allows_a_resend(partner: Partner) -> None:
    """ "Never seen it", signed and fresh, is NOT_SENT: the only answer that allows sending again."""
    for sample in partner.asked_about:
        kind = partner.asked(_settled(partner, sample.message), seen=False, code=partner.never_seen).kind
        expect(kind is OutcomeClass.NOT_SENT, f"{sample.name}: {kind.name}")


@bronze
def never_seen_too_early_allows_nothing(partner: Partner) -> None:
    """Within the partner's own window after a message, "never seen it" is UNKNOWN: it may yet turn up."""
    asked = [row.message for row in partner.asked_about if _settled(partner, row.message) != row.message]
    if not asked:
        raise Exempt("the sheet declares no not_found_after")
    for sent in asked:
        late = _settled(partner, sent)
        early = replace(late, created_at=late.created_at + timedelta(seconds=1))
        kind = partner.asked(early, seen=False, code=partner.never_seen).kind
        expect(kind is OutcomeClass.UNKNOWN, f"{sent.type}: {kind.name}")


@bronze
def an_old_never_seen_allows_nothing(partner: Partner) -> None:
    """ "Never seen it" of yesterday, replayed today, is UNKNOWN."""
    sent = partner.asked_about[0].message
    kind = partner.asked(sent, seen=False, code=partner.never_seen, at=NOW - timedelta(days=1)).kind
    expect(kind is OutcomeClass.UNKNOWN, kind.name)


@bronze
def a_contradictory_answer_allows_nothing(partner: Partner) -> None:
    """ "Never seen, but accepted", "seen, but never seen" and a seen without a code are UNKNOWN."""
    sent = partner.asked_about[0].message
    for seen, code in ((False, partner.yes), (True, partner.never_seen), (True, None)):
        kind = partner.asked(sent, seen=seen, code=code).kind
        expect(kind is OutcomeClass.UNKNOWN, f"seen={seen} code={code}: {kind.name}")


@bronze
def an_unsigned_answer_to_a_question_is_unknown(partner: Partner) -> None:
    """A 404, an empty answer, a stranger's answer or one about another message never allow a resend."""
    first, last = partner.asked_about[0].message, partner.asked_about[-1].message

    def never(sent: CanonicalMessage, signer: Signer) -> bytes:
        return partner.voice.answer(sent, seen=False, code=partner.never_seen, signer=signer, at=NOW)

    told = {
        "404": raw(b"", status=404),
        "an empty 200": raw(b""),
        "429": raw(b"", status=429),
        "a stranger": raw(never(first, keys().stranger)),
        "500": raw(never(first, keys().partner), status=500),
    }
    if partner.voice.identity(first) != partner.voice.identity(last):
        told["another message"] = raw(never(last, keys().partner))
    for name, answer in told.items():
        kind = partner.adapter.parse_query(answer, first, partner.ctx()).kind
        expect(kind is OutcomeClass.UNKNOWN, f"{name}: {kind.name}")


@silver
def another_body_under_the_same_id_has_another_digest(partner: Partner) -> None:
    """The same id with another sequence is another message by its digest, so the core can tell."""
    partner.must_carry("sequence")
    sample = partner.incoming[0]
    other = replace(sample.message, sequence=sample.message.sequence + 1)
    first, second = partner.open(sample.message), partner.open(other)
    expect(first.canonical.message_id == second.canonical.message_id, "the id changed")
    expect(first.digest != second.digest, "two bodies have one digest")


def _settled(partner: Partner, sent: CanonicalMessage) -> CanonicalMessage:
    """The message as it would be when the partner's window after it has just ended."""
    window = partner.adapter.sheet.not_found_after(f"{sent.type}/{sent.version}")
    return replace(sent, created_at=sent.created_at - window)
