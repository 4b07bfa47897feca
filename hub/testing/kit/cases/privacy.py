"""Canaries: values that only a message may hold are planted, and looked for in everything that people read."""

import io
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import replace

from hub.contract.adapters import Refusal
from hub.contract.message import CanonicalMessage
from hub.contract.outcome import Outcome, OutcomeClass
from hub.testing.kit.case import bronze, expect, silver
from hub.testing.kit.keys import keys
from hub.testing.kit.subject import Partner, raw
from hub.xml.codec import Shape

SHORTEST = 4  # a shorter value is found everywhere
OUR_OWN = "signxml"  # the hub's library tells its debug log what it signs; no plugin can help that


def _canaries(partner: Partner, message: CanonicalMessage) -> set[str]:
    """The enterprise, and the values of all fields that the XSD marks as personal."""
    shape = partner.schema(f"{message.type}/{message.version}").shape
    return {message.enterprise, *_personal(shape, dict(message.body))}


def _personal(shape: Shape, body: object) -> Iterator[str]:
    if isinstance(body, dict):
        for child in shape.children:
            if child.key in body:
                yield from _personal(child, body[child.key])
    elif shape.personal:
        yield from (str(value) for value in (body if isinstance(body, list) else [body]) if len(str(value)) >= SHORTEST)


def _clean(said: str, canaries: set[str], where: str) -> None:
    for canary in canaries:
        expect(canary not in said, f"{where} shows a value that only the message may hold")


@bronze
def an_outcome_shows_operators_nothing_personal(partner: Partner) -> None:
    """Neither detail, code nor reference of an outcome holds the enterprise or a personal value."""
    for sample in partner.sent:
        sent, digest = partner.built(sample)
        canaries = _canaries(partner, sent)
        answers = [
            partner.receipt(sent, digest, code, text="拒绝")
            for code, kind in partner.voice.codes.items()
            if kind is not OutcomeClass.NOT_SENT
        ]
        answers += [partner.receipt(sent, "0" * 64, partner.yes)]
        answers += [raw(partner.adapter.build(sent, partner.ctx()).content)]
        answers += [raw(b"<html>", status=502), partner.receipt(sent, digest, partner.yes, signer=keys().stranger)]
        for answer in answers:
            _shown(partner.read(sent, digest, answer), canaries, sample.name)


@bronze
def an_answer_to_a_question_shows_nothing_personal(partner: Partner) -> None:
    """The same holds for what parse_query gives."""
    for sample in partner.asked_about:
        for seen, code in ((True, partner.yes), (False, partner.never_seen)):
            outcome = partner.asked(sample.message, seen=seen, code=code)
            _shown(outcome, _canaries(partner, sample.message), sample.name)


def _shown(outcome: Outcome, canaries: set[str], name: str) -> None:
    _clean(f"{outcome.detail} {outcome.code} {outcome.partner_ref}", canaries, f"{name}: an outcome")
    _clean(repr(replace(outcome, text=None)), canaries, f"{name}: the repr of an outcome")


@bronze
def a_refusal_shows_nothing_personal(partner: Partner) -> None:
    """What the door says about a message that it refuses does not repeat personal values."""
    for sample in partner.incoming:
        canaries = _canaries(partner, sample.message)
        whole = partner.wire(sample.message).content
        for content in (whole[: len(whole) // 2], whole.replace(b"2026", b"2025"), whole + whole):
            try:
                partner.adapter.open(raw(content), partner.ctx())
            except Refusal as refusal:
                _clean(f"{refusal} {refusal.detail}", canaries, f"{sample.name}: a refusal")


@silver
def a_message_that_cannot_be_built_is_refused_without_its_values(partner: Partner) -> None:
    """The refusal of build names the field and the rule; the value stays out of its text."""
    for sample in partner.sent:
        canaries = _canaries(partner, sample.message)
        try:
            partner.adapter.build(replace(sample.message, body={**sample.message.body, "kit": 1}), partner.ctx())
        except Refusal as refusal:
            _clean(f"{refusal} {refusal.detail}", canaries, f"{sample.name}: the refusal")


@bronze
def nothing_is_printed_or_logged(partner: Partner) -> None:
    """The adapter writes no personal value to the log, to standard output or to standard error."""
    for sample in partner.sent:
        said = _listened(lambda sample=sample: _handle(partner, sample.message))  # type: ignore[misc]
        _clean(said, _canaries(partner, sample.message), f"{sample.name}: the log")
    for sample in partner.incoming if partner.receives else ():
        said = _listened(lambda sample=sample: partner.take(sample.message))  # type: ignore[misc]
        _clean(said, _canaries(partner, sample.message), f"{sample.name}: the log")


@bronze
def the_key_and_the_settings_are_not_shown(partner: Partner) -> None:
    """The repr of the adapter holds no key; the adapter keeps none between two calls."""
    sample = partner.sent[0]
    _handle(partner, sample.message)
    expect("PRIVATE KEY" not in repr(vars(partner.adapter)), "the adapter keeps a key")
    expect(keys().hub not in vars(partner.adapter).values(), "the adapter keeps the signer")


def _handle(partner: Partner, sent: CanonicalMessage) -> None:
    partner.adapter.build(sent, partner.ctx())
    for answer in (partner.receipt(sent, "0" * 64, partner.yes), raw(b"<html>", status=502)):
        partner.adapter.parse_response(answer, sent, partner.ctx(sent_digest="0" * 64))


def _listened(act: Callable[[], object]) -> str:
    """Everything that is printed or logged meanwhile."""
    heard = io.StringIO()
    with redirect_stdout(heard), redirect_stderr(heard), _ear(heard):
        act()
    return heard.getvalue()


@contextmanager
def _ear(heard: io.StringIO) -> Iterator[None]:
    root, handler = logging.getLogger(), logging.StreamHandler(heard)
    handler.addFilter(lambda record: not record.name.startswith(OUR_OWN))
    before = root.level
    root.addHandler(handler)
    root.setLevel(logging.NOTSET)
    try:
        yield
    finally:
        root.setLevel(before)
        root.removeHandler(handler)
