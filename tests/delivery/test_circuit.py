"""A partner that cannot be reached is left alone and probed; one alert opens, one closes."""

from datetime import timedelta

import pytest

from hub.contract.capability import Hours
from hub.delivery import circuit
from hub.store import tables
from hub.store.engine import writing


def state(world, partner="acme"):
    (row,) = world.rows(tables.circuit, tables.circuit.c.partner == partner)
    return row


def outage(world, count=5, partner=None):
    for _ in range(count):
        world.queue(partner=partner)
    (partner or world.partner).faults.extend(["down"] * count)
    world.worker().run_once()


def test_the_fifth_message_in_a_row_that_is_not_sent_opens_the_circuit(world):
    outage(world, 4)
    assert state(world).state == "closed"

    outage(world, 1)

    assert state(world).state == "open"


def test_one_open_one_close(world):
    outage(world, 8)
    for _ in range(20):
        world.partner.faults.append("down")
        world.later(hours=1)
        world.worker().run_once()
    assert world.alerts() == ["circuit:acme:policy.confirm"]
    assert [row.count for row in world.rows(tables.alert)] == [1]
    world.partner.faults.clear()

    for _ in range(3):
        world.later(hours=2)
        world.worker().run_once()

    assert world.alerts() == []
    assert world.alerts(opened=False) == ["circuit:acme:policy.confirm"]
    assert (state(world).state, state(world).failures) == ("closed", 0)


def test_an_open_circuit_sends_nothing_and_costs_no_attempt(world):
    outage(world, 5)
    later = world.queue()

    world.worker().run_once()

    row = world.row(later)
    assert (row.state, row.attempts) == ("QUEUED", 0)
    assert row.not_before == state(world).probe_at


def test_a_half_open_circuit_lets_one_message_through(world):
    outage(world, 6)
    world.clock.at = state(world).probe_at
    now, lease = world.clock.now(), timedelta(seconds=60)
    with writing(world.engine) as connection:
        first = circuit.wait_until(connection, "acme", "policy.confirm", None, now, lease)
        second = circuit.wait_until(connection, "acme", "policy.confirm", None, now, lease)

    assert first is None
    assert second == now + lease  # until then the probe has come back, or its worker is dead


def test_an_answer_of_any_kind_starts_the_count_again(world):
    outage(world, 4)
    world.queue()
    world.partner.faults.append("refused")
    world.worker().run_once()

    outage(world, 4)

    assert state(world).state == "closed"


def test_one_partners_outage_does_not_touch_another(build_world, partner):
    sick, well = partner("sick"), partner("well")
    world = build_world(sick, well)
    outage(world, 6, sick)

    message = world.queue(partner=well)
    world.worker().run_once()

    assert world.state(message) == "ACKED"
    assert world.alerts() == ["circuit:sick:policy.confirm"]


def test_when_every_partner_fails_we_suspect_ourselves(build_world, partner):
    one, other = partner("one"), partner("other")
    world = build_world(one, other)
    outage(world, 5, one)
    assert circuit.EVERYBODY not in world.alerts()

    outage(world, 5, other)
    assert circuit.EVERYBODY in world.alerts()

    one.faults.clear()
    world.later(hours=2)
    world.worker().run_once()
    assert circuit.EVERYBODY not in world.alerts()


def test_rejected_credentials_pause_the_partner_for_an_hour_with_an_alert(world):
    first, second = world.queue(), world.queue()
    world.partner.faults.append("stranger")

    world.worker().run_once()

    assert world.state(first) == "RETRYING"
    assert world.row(first).not_before == world.clock.now() + timedelta(hours=1)
    assert (world.state(second), world.row(second).attempts) == ("QUEUED", 0)
    assert world.alerts() == ["circuit:acme:policy.confirm"]
    world.later(hours=1)
    world.worker().run_once()
    assert (world.state(first), world.alerts()) == ("ACKED", [])


def test_a_throttled_partner_is_left_alone_for_as_long_as_it_asks(world):
    messages = [world.queue() for _ in range(3)]
    world.partner.retry_after = 900.0
    world.partner.faults.append("busy")
    worker = world.worker()

    worker.run_once()
    assert world.partner.arrivals == []
    world.later(seconds=899)
    worker.run_once()
    assert world.partner.arrivals == []
    world.later(seconds=1)
    worker.run_once()

    assert sorted(world.partner.arrivals) == sorted(messages)
    assert state(world).state == "closed"


@pytest.mark.parametrize("limit", [1, 3])
def test_no_more_messages_a_minute_than_the_partner_declares(build_world, partner, limit):
    world = build_world(partner(per_minute=limit))
    for _ in range(limit * 2 + 1):
        world.queue()
    worker = world.worker()
    counts = []

    for _ in range(3):
        worker.run_once()
        counts.append(len(world.partner.arrivals))
        world.later(minutes=1)

    assert counts == [limit, limit * 2, limit * 2 + 1]


def test_a_minute_that_is_full_does_not_undo_the_answer_with_which_the_next_message_was_to_be_claimed(
    build_world, partner
):
    world = build_world(partner(per_minute=1))
    first, second = world.queue(), world.queue()

    world.worker().run_once()

    assert [world.state(message) for message in (first, second)] == ["ACKED", "QUEUED"]
    assert [(row.message_id, row.outcome) for row in world.rows(tables.attempt)] == [(first, "accepted")]


def test_a_partner_that_closed_meanwhile_gets_nothing_before_it_opens(build_world, partner):
    world = build_world(partner(hours=Hours.parse("Asia/Shanghai Mon-Fri 08:00-10:00")))
    message = world.queue()
    world.later(hours=1)  # ten o'clock on a Friday

    world.worker().run_once()

    row = world.row(message)
    assert (row.state, row.attempts) == ("QUEUED", 0)
    assert row.not_before == world.clock.now() + timedelta(days=2, hours=22)


def test_a_message_that_cannot_go_before_its_deadline_is_a_dead_letter_with_an_owner(world):
    message = world.queue()
    world.partner.faults.extend(["down"] * 1000)
    worker = world.worker()

    for _ in range(80):
        world.later(hours=1)
        worker.run_once()

    row = world.row(message)
    assert (row.state, row.owner) == ("DEAD", "operator")
    assert "not delivered by" in row.reason
    assert f"outbox:{message}" in world.alerts()
    sent, outcome = world.settled[-1]
    assert (sent.state, outcome.code) == ("DEAD", "deadline")


def test_what_waits_behind_an_unknown_head_is_buried_at_its_own_deadline(world):
    owner = world.object()
    head, behind = world.queue(owner), world.queue(owner)
    world.partner.faults.append("lost-after")
    world.partner.questions.extend(["pending"] * 50)
    world.worker().run_once()

    world.later(days=4)
    world.worker().run_once()

    assert (world.state(head), world.state(behind)) == ("UNKNOWN", "DEAD")
