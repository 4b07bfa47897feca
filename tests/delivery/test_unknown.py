"""The unknown-outcome firewall: no path sends a message again whose outcome nobody knows."""

from datetime import timedelta

import pytest

from hub.contract.capability import Idempotency
from hub.delivery import decisions, resolver
from hub.errors import NotAllowed
from hub.store import tables
from hub.store.engine import writing


def unknown(world, fault="lost-after"):
    """A message that the partner may or may not have."""
    message = world.queue()
    world.partner.faults.append(fault)
    world.worker().run_once()
    assert world.state(message) == "UNKNOWN"
    world.partner.questions.extend(["pending"] * 20)
    return message


@pytest.mark.parametrize("fault", ["lost-before", "lost-after", "garbage", "wire"])
def test_an_unknown_message_is_never_sent_again_by_sweep_or_time(world, fault):
    message = unknown(world, fault)
    arrivals = list(world.partner.arrivals)

    for _ in range(12):
        world.later(hours=30)
        world.worker().run_once()

    assert world.state(message) == "UNKNOWN"
    assert world.partner.arrivals == arrivals
    assert len(world.partner.asked) == 12


def test_one_person_alone_cannot_send_it_again(world):
    message = unknown(world)
    with writing(world.engine) as connection:
        made = decisions.propose(
            connection, f"outbox:{message}", "not_delivered", "statement", "file 1", "ann", world.clock.now()
        )

    with pytest.raises(NotAllowed):
        decisions.confirm(world.engine, made, actor="ann", now=world.clock.now(), settle=world.settle)

    world.worker().run_once()
    assert world.state(message) == "UNKNOWN"
    assert world.partner.effects[message] == 1


def test_questions_follow_the_schedule_and_an_operator_is_called_when_it_ends(world):
    message = unknown(world)
    waits = []
    for _ in range(7):
        row = world.row(message)
        waits.append(row.not_before - world.clock.now())
        world.clock.at = row.not_before
        world.worker().run_once()

    minutes = [wait / timedelta(minutes=1) for wait in waits]
    assert minutes == [1, 5, 15, 60, 240, 1440, 1440]
    assert world.row(message).owner == "operator"
    assert world.alerts() == [f"outbox:{message}"]


def test_a_partner_that_was_down_is_asked_within_a_quarter_of_an_hour_once_it_is_back(world):
    message = unknown(world)
    world.partner.questions.clear()
    world.partner.questions.extend(["down"] * 50)
    for _ in range(40):
        world.later(minutes=15)
        world.worker().run_once()

    assert world.row(message).not_before - world.clock.now() <= timedelta(minutes=15)
    assert world.row(message).queries == 0


@pytest.mark.parametrize(("word", "state"), [("accepted", "ACKED"), ("done", "ACKED"), ("refused", "REFUSED")])
def test_the_partners_answer_to_a_question_settles_it(world, word, state):
    message = unknown(world)
    world.partner.questions.clear()
    world.partner.questions.append(word)

    world.later(minutes=1)
    world.worker().run_once()

    assert world.state(message) == state
    assert [sent.state for sent, _ in world.settled] == ["UNKNOWN", state]
    assert [row.purpose for row in world.rows(tables.attempt)] == ["send", "query"]
    assert world.alerts() == []


@pytest.mark.parametrize("idempotency", [Idempotency.KEY, Idempotency.NATURAL])
def test_never_seen_lets_the_same_bytes_go_again_when_the_partner_dedupes(build_world, partner, idempotency):
    world = build_world(partner(idempotency=idempotency))
    message = unknown(world, "lost-before")
    world.partner.questions.clear()

    world.later(minutes=1)
    world.worker().run_once()

    assert world.state(message) == "ACKED"
    assert world.partner.effects == {message: 1}


def test_never_seen_must_be_said_twice_by_a_partner_that_does_not_dedupe(build_world, partner):
    world = build_world(partner(idempotency=Idempotency.NONE))
    message = unknown(world, "lost-before")
    world.partner.questions.clear()
    world.later(minutes=1)
    world.worker().run_once()
    assert world.state(message) == "UNKNOWN"

    world.later(minutes=5)
    world.worker().run_once()

    assert world.state(message) == "ACKED"
    assert world.partner.effects == {message: 1}


def test_a_denial_that_a_slow_partner_takes_back_causes_no_second_effect(build_world, partner):
    """It says "never seen" while it is still working, then takes it: the second question finds out."""
    world = build_world(partner(idempotency=Idempotency.NONE))
    message = unknown(world, "lost-before")
    world.partner.questions.clear()
    world.later(minutes=1)
    world.worker().run_once()
    world.partner.effects[message] += 1

    world.later(minutes=5)
    world.worker().run_once()

    assert world.state(message) == "ACKED"
    assert world.partner.effects == {message: 1}


def test_without_a_query_only_a_receipt_or_a_decision_ends_the_wait(build_world, partner):
    world = build_world(partner(query=None, idempotency=Idempotency.NONE))
    message = world.queue()
    world.partner.faults.append("lost-after")
    worker = world.worker()
    worker.run_once()
    for _ in range(10):
        world.later(days=10)
        worker.run_once()

    row = world.row(message)
    assert (row.state, row.owner) == ("UNKNOWN", "operator")
    assert world.partner.asked == []
    assert world.alerts() == [f"outbox:{message}"]


def test_a_late_receipt_resolves_an_unknown_message(world):
    owner = world.object()
    message, behind = world.queue(owner), world.queue(owner)
    world.partner.faults.append("lost-after")
    worker = world.worker()
    worker.run_once()

    with writing(world.engine) as connection:
        assert resolver.on_receipt(connection, message, world.clock.now())
        assert not resolver.on_receipt(connection, message, world.clock.now())

    worker.run_once()
    assert world.state(message) == "ACKED"
    assert world.partner.arrivals == [message, behind]
    assert world.partner.asked == []


@pytest.mark.parametrize("word", ["accepted", "refused", "down", "lost-after", "garbage"])
def test_a_receipt_that_overtakes_the_answer_decides(world, word):
    """The partner's message arrives while its answer is still on the wire: nothing takes it back."""
    message = world.queue()
    world.partner.faults.append(word)

    def receipt(message_id):
        with writing(world.engine) as connection:
            resolver.on_receipt(connection, message_id, world.clock.now())

    world.partner.during = receipt
    world.worker().run_once()

    assert world.state(message) == "ACKED"
    assert world.settled == []
    (attempt,) = world.rows(tables.attempt)
    assert attempt.finished_at is not None


def test_a_receipt_for_what_was_never_sent_changes_nothing(world):
    message = world.queue()

    with writing(world.engine) as connection:
        assert not resolver.on_receipt(connection, message, world.clock.now())
        assert not resolver.on_receipt(connection, "nobody's", world.clock.now())

    assert world.state(message) == "QUEUED"


def test_a_receipt_for_a_message_that_waits_for_its_retry_stops_the_retry(world):
    message = world.queue()
    world.partner.faults.append("busy")
    worker = world.worker()
    worker.run_once()

    with writing(world.engine) as connection:
        assert resolver.on_receipt(connection, message, world.clock.now())

    world.later(hours=2)
    worker.run_once()
    assert world.state(message) == "ACKED"
    assert world.partner.arrivals == []


def test_an_unknown_message_survives_its_deadline(world):
    """No timeout ever turns "being confirmed" into a failure."""
    message = unknown(world)

    world.later(days=30)
    world.worker().run_once()

    assert world.state(message) == "UNKNOWN"


def test_a_question_that_dies_halfway_leaves_the_message_unknown_and_is_asked_again(world):
    message = unknown(world)
    world.partner.questions.clear()
    world.later(minutes=1)
    world.fail("resolver.after_ask_commit=raise@1")
    with pytest.raises(Exception, match="after_ask_commit"):
        world.worker().run_once()
    world.worker().run_once()
    assert (world.state(message), world.partner.asked) == ("UNKNOWN", [])

    world.later(seconds=61)
    world.worker().run_once()

    assert world.state(message) == "ACKED"
