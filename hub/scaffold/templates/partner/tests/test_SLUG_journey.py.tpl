"""Requests and answers over real HTTP with real signatures: each code, each query, and what the network does."""

from datetime import timedelta

import pytest

from hub.contract.outcome import OutcomeClass
from $package import codes
from $package.simulator.scenario import ADAPTER, CODES, QUERIES, REQUESTS

MAPPED = {row.code: row.outcome for row in codes.ANSWERS}
UNKNOWN, NOT_SENT = OutcomeClass.UNKNOWN, OutcomeClass.NOT_SENT
ASKED = [row for row in REQUESTS if row.query]
SENT = [row for row in REQUESTS if row.type not in QUERIES]


def understood(row) -> bool:
    """Whether messages.py says where the reference and the code stand."""
    answer = ADAPTER.row(row.answer).layout
    return bool(row.reference and answer.names("reference") and answer.names("code"))


@pytest.mark.parametrize("row", SENT, ids=lambda row: row.sample)
@pytest.mark.parametrize("code", CODES)
def test_each_code_of_an_answer_is_its_outcome_and_an_unmapped_one_is_unknown(code, row, world):
    world.control(do="say", code=code)

    outcome = world.hub.send(world.address, world.request(row))

    meant = MAPPED.get(code, UNKNOWN) if understood(row) else UNKNOWN
    assert outcome.kind is (UNKNOWN if meant is NOT_SENT else meant)
    assert outcome.code in (code, None)


@pytest.mark.parametrize("row", ASKED, ids=lambda row: row.sample)
def test_what_became_of_a_request_can_be_asked(row, world):
    message = world.request(row)
    before = world.hub.ask(world.address, message)
    sent = world.hub.send(world.address, message)
    after = world.hub.ask(world.address, message)

    assert before.kind in (NOT_SENT, UNKNOWN)
    assert (after.kind, after.code) == (sent.kind, sent.code)


@pytest.mark.parametrize("row", ASKED, ids=lambda row: row.sample)
def test_never_seen_is_not_believed_when_it_is_old(row, world):
    message = world.request(row)
    out = world.hub.adapter.query(message, world.hub.context())
    raw = world.hub.post(world.address, out.content)
    world.clock.move(timedelta(hours=1))

    assert world.hub.adapter.parse_query(raw, message, world.hub.context()).kind is UNKNOWN


@pytest.mark.parametrize("fault", ["reset", "truncated", "wrong_signature", "html_502", "empty_200"])
@pytest.mark.parametrize("row", SENT, ids=lambda row: row.sample)
def test_an_answer_that_cannot_be_read_is_unknown(row, fault, world):
    world.control(do="fault", fault=fault)

    assert world.hub.send(world.address, world.request(row)).kind is UNKNOWN


@pytest.mark.parametrize("row", SENT, ids=lambda row: row.sample)
def test_the_same_bytes_again_get_the_same_answer(row, world):
    message = world.request(row)
    out = world.hub.adapter.build(message, world.hub.context())

    first = world.hub.post(world.address, out.content)
    again = world.hub.post(world.address, out.content)

    assert (first.status, first.content) == (again.status, again.content)
