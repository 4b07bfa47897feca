"""What we answer the partner, and what any order of its messages comes to."""

import hashlib
from collections import defaultdict
from itertools import permutations

from hub.business import KINDS
from hub.business.lifecycle import Event, project
from hub.business.states import CONFLICT
from hub.contract.message import CanonicalEvent, InMessage, Verdict
from hub.contract.receipt import ACCEPTED, RECEIPT_CODES
from hub.testing.kit.case import Exempt, bronze, expect, gold, silver
from hub.testing.kit.subject import Partner, raw

MOST = 5  # messages of one object in one permutation; with a duplicate that is 720 orders


def _verdict(code: str) -> Verdict:
    return Verdict(code=code, text=str(RECEIPT_CODES[code]))


@bronze
def a_receipt_is_signed_and_about_exactly_these_bytes(partner: Partner) -> None:
    """The partner verifies our receipt and reads its message's id, the digest of its bytes and our code."""
    for sample in partner.one_of_each:
        wire = partner.wire(sample.message)
        opened = partner.adapter.open(wire, partner.ctx())
        for code in (ACCEPTED, "2006"):
            heard = _heard(partner, partner.adapter.receipt(wire, opened, _verdict(code), partner.ctx()).content)
            expected = {sample.message.message_id, hashlib.sha256(wire.content).hexdigest(), code}
            expect(expected <= heard, f"{sample.name}: the receipt lacks {sorted(expected - heard)}")


@bronze
def what_cannot_be_read_is_answered_too(partner: Partner) -> None:
    """Octets that could not be opened get a signed receipt with their digest and the code of the refusal."""
    wire = raw(b"<broken")
    heard = _heard(partner, partner.adapter.receipt(wire, None, _verdict("0001"), partner.ctx()).content)
    expected = {hashlib.sha256(wire.content).hexdigest(), "0001"}
    expect(expected <= heard, f"the receipt lacks {sorted(expected - heard)}")


@silver
def every_code_can_be_said(partner: Partner) -> None:
    """A receipt can be made for every row of RECEIPT_CODES."""
    wire = partner.wire(partner.incoming[0].message)
    opened = partner.adapter.open(wire, partner.ctx())
    for code in RECEIPT_CODES:
        heard = _heard(partner, partner.adapter.receipt(wire, opened, _verdict(code), partner.ctx()).content)
        expect(code in heard, f"{code} cannot be said")


@silver
def the_same_verdict_is_the_same_receipt(partner: Partner) -> None:
    """Made twice, our answer to the same bytes is the same to the octet."""
    wire = partner.wire(partner.incoming[0].message)
    opened = partner.adapter.open(wire, partner.ctx())
    once, again = (partner.adapter.receipt(wire, opened, _verdict(ACCEPTED), partner.ctx()) for _ in range(2))
    expect(once == again, "two receipts differ")


@gold
def every_order_of_the_partners_messages_ends_the_same(partner: Partner) -> None:
    """Every order of up to five messages, one of them twice, leads each object to one state and one content."""
    for kind, told in _told(partner).items():
        messages = [opened for opened, _ in told][:MOST]
        wanted = _end(kind, told[:MOST])
        for order in permutations([*messages, messages[0]]):
            said = [
                (message, part)
                for message in order
                for part in partner.adapter.parse(message, partner.ctx())
                if isinstance(part, CanonicalEvent) and part.kind == kind
            ]
            names = [message.canonical.type for message in order]
            expect(_end(kind, said) == wanted, f"{kind}: another end in the order {names}")


def _end(kind: str, said: list[tuple[InMessage, CanonicalEvent]]) -> str:
    """State and content that these events lead to, as a text to compare."""
    events = [
        Event(part.event, message.canonical.message_id, 1, part.occurred_at, part.content) for message, part in said
    ]
    end = project(KINDS[kind], events)
    return repr((sorted(end.states.items()), sorted(end.content.items(), key=repr)))


@gold
def two_answers_that_contradict_each_other_are_a_conflict(partner: Partner) -> None:
    """Two different decisions about one submission wait for an operator; neither wins."""
    tried = 0
    for kind, told in _told(partner).items():
        decided = [part for _, part in told if KINDS[kind].event(part.event).decision is not None]
        for one in decided:
            for other in decided:
                same = KINDS[kind].event(one.event).decision == KINDS[kind].event(other.event).decision
                if one.event >= other.event or not same:
                    continue
                events = [Event(part.event, part.event, 1, part.occurred_at, part.content) for part in (one, other)]
                states = project(KINDS[kind], events).states.values()
                expect(CONFLICT in states, f"{kind}: {one.event} and {other.event} end in {sorted(map(str, states))}")
                tried += 1
    if not tried:
        raise Exempt("no two answers of this partner can contradict each other")


def _heard(partner: Partner, content: bytes) -> set[str]:
    """The values that the partner reads in our receipt: the ear's own schema, not its sheet, says what it is."""
    message = partner.voice.hear_receipt(content)
    return set(map(str, message.body.values()))


def _told(partner: Partner) -> dict[str, list[tuple[InMessage, CanonicalEvent]]]:
    """Kind -> (opened message, event), one for each event that the partner can say."""
    found: dict[str, dict[str, tuple[InMessage, CanonicalEvent]]] = defaultdict(dict)
    for sample in partner.incoming:
        opened = partner.open(sample.message)
        for part in partner.adapter.parse(opened, partner.ctx()):
            if isinstance(part, CanonicalEvent):
                found[part.kind].setdefault(part.event, (opened, part))
    if not found:
        raise Exempt("no message of this partner moves an object")
    return {kind: list(events.values()) for kind, events in found.items()}
