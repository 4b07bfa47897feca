"""One partner's plugin is nobody else's trouble: it ends, raises what it may, keeps nothing and opens nothing."""

import socket
import tracemalloc
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from random import Random
from typing import NoReturn
from unittest.mock import patch

from hub.contract.message import CanonicalMessage, Raw
from hub.contract.outcome import Outcome, OutcomeClass
from hub.testing.kit.case import Broken, bronze, expect, gold, silver
from hub.testing.kit.subject import Partner, raw

NOISE = 80  # answers in disorder
STATUSES = (200, 201, 204, 302, 400, 401, 403, 404, 409, 422, 429, 500, 502, 503, 504)
HEADERS = ("", "-1", "soon", "99999999999999999999", "Fri, 99 Nov 2026", "١٢")
GROWTH = 256 * 1024  # octets of Python objects that a hundred messages may leave behind
REPEATS = 100


def _noise(partner: Partner, sent: CanonicalMessage, digest: str) -> Iterator[Raw]:
    """Answers as no partner should give them: noise, spoilt receipts, odd headers."""
    dice = Random("answers")
    whole = partner.receipt(sent, digest, partner.yes).content
    for no in range(NOISE):
        at = dice.randrange(len(whole))
        content = dice.choice((dice.randbytes(dice.randrange(80)), whole[:at] + dice.randbytes(3) + whole[at:]))
        yield raw(content, status=STATUSES[no % len(STATUSES)], Retry_After=HEADERS[no % len(HEADERS)])
    for content in (b"<a/>", b"\xff\xfe<", b"<?xml version='1.0' encoding='x'?><a/>", b"{}", b"\x00" * 50):
        for status in STATUSES:
            yield raw(content, status=status)


@bronze
def parse_response_is_total(partner: Partner) -> None:
    """Whatever comes back, parse_response gives an Outcome and raises nothing."""
    sent, digest = partner.built(partner.sent[0])
    for answer in _noise(partner, sent, digest):
        try:
            outcome = partner.read(sent, digest, answer)
        except Exception as error:
            raise Broken(f"HTTP {answer.status}: parse_response raised {type(error).__name__}") from error
        total = isinstance(outcome, Outcome) and isinstance(outcome.kind, OutcomeClass)
        expect(total, f"HTTP {answer.status}: {outcome!r} is no Outcome")
        taken = outcome.kind in (OutcomeClass.ACCEPTED, OutcomeClass.DONE)
        expect(not taken, f"HTTP {answer.status}: noise was taken as {outcome.kind.name}")


@bronze
def parse_query_is_total(partner: Partner) -> None:
    """Whatever comes back, parse_query gives an Outcome, raises nothing, and allows no resend."""
    sent, digest = partner.built(partner.asked_about[0])
    for answer in _noise(partner, sent, digest):
        try:
            outcome = partner.adapter.parse_query(answer, sent, partner.ctx())
        except Exception as error:
            raise Broken(f"HTTP {answer.status}: parse_query raised {type(error).__name__}") from error
        expect(isinstance(outcome, Outcome), f"HTTP {answer.status}: {outcome!r} is no Outcome")
        expect(outcome.kind is OutcomeClass.UNKNOWN, f"HTTP {answer.status}: noise was {outcome.kind.name}")


@silver
def an_adapter_keeps_nothing_between_two_calls(partner: Partner) -> None:
    """After handling messages the adapter holds the same values as before."""
    before = dict(vars(partner.adapter))
    _work(partner)
    after = dict(vars(partner.adapter))
    changed = sorted(name for name in before.keys() | after.keys() if before.get(name) != after.get(name))
    expect(not changed, f"the adapter changed {changed}")


@silver
def an_adapter_opens_no_connection(partner: Partner) -> None:
    """While it builds, opens and parses, nothing connects to anywhere."""
    with patch.object(socket.socket, "connect", _forbidden), patch.object(socket, "getaddrinfo", _forbidden):
        _work(partner)


@silver
def an_adapter_opens_no_file_for_writing(partner: Partner) -> None:
    """While it builds, opens and parses, it reads and writes no file of its own."""
    with patch("builtins.open", _forbidden):
        _work(partner)


@gold
def two_messages_at_once_never_mix(partner: Partner) -> None:
    """Eight threads at once open, understand and build the same as one after the other."""
    expected = [list(partner.take(sample.message)) for sample in partner.incoming]
    wires = [partner.wire(sample.message) for sample in partner.incoming]

    def take(no: int) -> bool:
        at = no % len(wires)
        opened = partner.adapter.open(wires[at], partner.ctx())
        return list(partner.adapter.parse(opened, partner.ctx())) == expected[at]

    with ThreadPoolExecutor(8) as pool:
        expect(all(pool.map(take, range(200))), "a message meant something else beside another one")


@gold
def a_hundred_messages_leave_nothing_behind(partner: Partner) -> None:
    """A hundred messages, and the Python objects of the process have not grown."""
    _work(partner)
    wire = partner.wire(partner.incoming[0].message)
    tracemalloc.start()
    try:
        _open(partner, wire, 10)
        before, _ = tracemalloc.get_traced_memory()
        _open(partner, wire, REPEATS)
        after, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    expect(after - before < GROWTH, f"{REPEATS} messages left {(after - before) // 1024} KB behind")


def _open(partner: Partner, wire: Raw, times: int) -> None:
    for _ in range(times):
        partner.adapter.parse(partner.adapter.open(wire, partner.ctx()), partner.ctx())


def _work(partner: Partner) -> None:
    """Something of everything."""
    for sample in partner.incoming if partner.receives else ():
        partner.take(sample.message)
    for sample in partner.sent:
        sent, digest = partner.built(sample)
        partner.read(sent, digest, partner.receipt(sent, digest, partner.yes))
        partner.read(sent, digest, raw(b"<html>", status=502))


def _forbidden(*_: object, **__: object) -> NoReturn:
    raise Broken("an adapter is pure: no network, no disk")
