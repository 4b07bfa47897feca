"""What an answer means. "You said received, so you have it": nothing but the partner's own signed word says so."""

import re

from hub.contract.outcome import Outcome, OutcomeClass
from hub.testing.kit.case import Exempt, bronze, expect, silver
from hub.testing.kit.keys import keys
from hub.testing.kit.subject import Partner, raw

O = OutcomeClass  # noqa: E741
HAS_IT = (O.ACCEPTED, O.DONE)
REFUSES = (O.REFUSED_BUSINESS, O.REFUSED_FORM)
HTML = b"<!DOCTYPE html><html><body><h1>502 Bad Gateway</h1></body></html>"
SAYS_NOTHING = {
    "an HTML page with 502": raw(HTML, status=502),
    "an HTML page with 200": raw(HTML),
    "an empty 200": raw(b""),
    "an empty 204": raw(b"", status=204),
    "a blank 200": raw(b"\n"),
    "OK in plain text": raw(b"OK"),
    "a JSON success": raw(b'{"code": "0000", "success": true}'),
    "a gateway's 503": raw(b"Service Unavailable", status=503),
    "500": raw(b"", status=500),
    "504": raw(b"", status=504),
    "404": raw(b"", status=404),
    "400": raw(b"Bad Request", status=400),
    "409": raw(b"", status=409),
    "a redirect": raw(b"", status=302, Location="http://127.0.0.1/"),
}
"""Answers that nobody signed: they never say whether the partner has the message."""
PLAIN = {401: O.PARTNER_CONFIG, 403: O.PARTNER_CONFIG, 429: O.THROTTLED}
UNHEARD_OF = ("9999", "0999", "7000")
DIGEST_OF_OTHERS = "0" * 64
UNAVAILABLE = 503


def _other(text: bytes) -> bytes:
    """The text with its first sign changed."""
    return (b"1" if text[:1] != b"1" else b"2") + text[1:]


def _is(outcome: Outcome, wanted: tuple[OutcomeClass, ...], about: str) -> None:
    expect(outcome.kind in wanted, f"{about}: {outcome.kind.name}, not {' or '.join(row.name for row in wanted)}")


@bronze
def a_signed_acceptance_says_that_the_partner_has_it(partner: Partner) -> None:
    """The partner's signed receipt for exactly these bytes is ACCEPTED, or DONE."""
    for sample in partner.sent:
        sent, digest = partner.built(sample)
        _is(partner.read(sent, digest, partner.receipt(sent, digest, partner.yes)), HAS_IT, sample.name)


@bronze
def an_answer_that_nobody_signed_is_unknown(partner: Partner) -> None:
    """A gateway's page, an empty 200, a 500 or a redirect say nothing: UNKNOWN; a 503 only what the sheet declares."""
    for sample in partner.sent:
        sent, digest = partner.built(sample)
        busy = partner.adapter.sheet.busy_503(f"{sent.type}/{sent.version}")
        for name, answer in SAYS_NOTHING.items():
            wanted = O.THROTTLED if busy and answer.status == UNAVAILABLE else O.UNKNOWN
            _is(partner.read(sent, digest, answer), (wanted,), f"{sample.name}: {name}")


@bronze
def a_plain_status_says_what_it_may_say(partner: Partner) -> None:
    """Without a signed word 401 and 403 are PARTNER_CONFIG and 429 is THROTTLED."""
    sent, digest = partner.built(partner.sent[0])
    for status, wanted in PLAIN.items():
        _is(partner.read(sent, digest, raw(b"", status=status)), (wanted,), f"HTTP {status}")


@bronze
def an_answer_that_is_cut_off_is_unknown(partner: Partner) -> None:
    """A receipt cut at any boundary is UNKNOWN, however much of it says accepted."""
    sent, digest = partner.built(partner.sent[0])
    whole = partner.receipt(sent, digest, partner.yes).content
    for place in sorted({found.start() for found in re.finditer(rb"[<>]", whole)} | set(range(0, len(whole) - 2, 101))):
        _is(partner.read(sent, digest, raw(whole[:place])), (O.UNKNOWN,), f"cut at octet {place}")


@bronze
def a_receipt_that_nobody_may_believe_is_unknown(partner: Partner) -> None:
    """A receipt signed by a stranger or with an expired certificate is UNKNOWN."""
    for sample in partner.sent:
        sent, digest = partner.built(sample)
        for signer in (keys().stranger, keys().expired):
            _is(
                partner.read(sent, digest, partner.receipt(sent, digest, partner.yes, signer=signer)),
                (O.UNKNOWN,),
                sample.name,
            )


@bronze
def a_receipt_with_a_changed_value_is_unknown(partner: Partner) -> None:
    """A refusal that was turned into an acceptance on the way is UNKNOWN."""
    sent, digest = partner.built(partner.sent[0])
    no, yes = partner.code(*REFUSES), partner.yes
    whole = partner.receipt(sent, digest, no).content
    for found in re.finditer(rb">([0-9A-Za-z+/:.-]{2,})</", whole):
        for other in (yes.encode() if found[1] == no.encode() else b"", _other(found[1])):
            changed = whole[: found.start(1)] + other + whole[found.end(1) :]
            _is(partner.read(sent, digest, raw(changed)), (O.UNKNOWN,), f"a changed {found[1][:20]!r}")


@bronze
def a_receipt_for_other_bytes_is_unknown(partner: Partner) -> None:
    """A receipt that names another digest is not about what was sent: UNKNOWN."""
    partner.must_carry("request_digest")
    for sample in partner.sent:
        sent, digest = partner.built(sample)
        answer = partner.receipt(sent, DIGEST_OF_OTHERS, partner.yes)
        _is(partner.read(sent, digest, answer), (O.UNKNOWN,), sample.name)


@bronze
def a_receipt_for_another_message_is_unknown(partner: Partner) -> None:
    """A receipt that names another message id is not about this one: UNKNOWN."""
    first, last = partner.sent[0], partner.sent[-1]
    if partner.voice.identity(first.message) == partner.voice.identity(last.message):
        raise Exempt("there is one message only")
    sent, digest = partner.built(first)
    _is(partner.read(sent, digest, partner.receipt(last.message, digest, partner.yes)), (O.UNKNOWN,), first.name)


@bronze
def every_refusal_has_its_class(partner: Partner) -> None:
    """Each code of the partner is read as its class and kept as it came; none but an acceptance is one."""
    for sample in partner.sent:
        sent, digest = partner.built(sample)
        for code, wanted in partner.voice.codes.items():
            if wanted not in (*HAS_IT, O.NOT_SENT):
                outcome = partner.read(sent, digest, partner.receipt(sent, digest, code))
                _is(outcome, (wanted,), f"{sample.name}: receipt {code}")
                expect(outcome.code == code, f"{sample.name}: the partner's code {code} became {outcome.code}")


@bronze
def a_code_that_nobody_knows_is_never_a_success(partner: Partner) -> None:
    """A signed receipt with a code outside the table is never partner.yes, DONE or sent again."""
    sent, digest = partner.built(partner.sent[0])
    for code in sorted(set(UNHEARD_OF) - set(partner.voice.codes)):
        outcome = partner.read(sent, digest, partner.receipt(sent, digest, code))
        _is(outcome, (O.UNKNOWN, O.REFUSED_FORM, O.REFUSED_BUSINESS), f"receipt {code}")


@bronze
def an_answer_is_never_read_as_not_sent(partner: Partner) -> None:
    """After an answer, of whatever kind, NOT_SENT and PLUGIN_FAULT are impossible."""
    sent, digest = partner.built(partner.sent[0])
    answers = dict(SAYS_NOTHING)
    answers |= {f"receipt {code}": partner.receipt(sent, digest, code) for code in partner.voice.codes}
    answers |= {f"HTTP {status}": raw(b"", status=status) for status in PLAIN}
    for name, answer in answers.items():
        kind = partner.read(sent, digest, answer).kind
        expect(kind not in (O.NOT_SENT, O.PLUGIN_FAULT), f"{name}: {kind.name}")


@silver
def an_acceptance_under_an_error_status_is_unknown(partner: Partner) -> None:
    """HTTP 500 with an accepting receipt contradicts itself: UNKNOWN."""
    sent, digest = partner.built(partner.sent[0])
    for status in (400, 500, 502):
        answer = partner.receipt(sent, digest, partner.yes, status=status)
        _is(partner.read(sent, digest, answer), (O.UNKNOWN,), f"HTTP {status}")


@silver
def a_busy_partner_says_when_to_come_again(partner: Partner) -> None:
    """Retry-After is read in seconds and as a date, and a wrong one is no error."""
    sent, digest = partner.built(partner.sent[0])
    for text, seconds in (("120", 120.0), ("Fri, 20 Nov 2026 01:02:00 GMT", 120.0), ("soon", None)):
        outcome = partner.read(sent, digest, raw(b"", status=429, Retry_After=text))
        expect(outcome.retry_after == seconds, f"Retry-After {text!r} became {outcome.retry_after}")


@silver
def a_refusal_has_words_in_both_languages(partner: Partner) -> None:
    """What the user reads about a refusal is there in Chinese and in English."""
    sent, digest = partner.built(partner.sent[0])
    for code in [code for code, kind in partner.voice.codes.items() if kind in REFUSES]:
        text = partner.read(sent, digest, partner.receipt(sent, digest, code, text="原因")).text
        expect(text is not None and text.zh and text.en, f"receipt {code}: no words for the user")


@silver
def the_answer_is_kept_as_evidence(partner: Partner) -> None:
    """The outcome holds the raw answer, to the octet."""
    sent, digest = partner.built(partner.sent[0])
    for answer in (partner.receipt(sent, digest, partner.yes), raw(HTML, status=502)):
        expect(partner.read(sent, digest, answer).answer == answer.content, "the raw answer is not kept")
