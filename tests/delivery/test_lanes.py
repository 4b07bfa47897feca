"""One lane per business object: first in, first out, and what blocks one lane blocks no other."""

import random
import threading
from collections import defaultdict
from datetime import timedelta

import pytest
from sqlalchemy import event, insert, text

from hub.delivery import failpoints, lanes
from hub.delivery.dispatcher import Dispatcher
from hub.delivery.transport import Transport
from hub.store import tables
from hub.store.engine import reading, writing

LEASE = timedelta(seconds=60)


def claim(world, partner="acme"):
    return lanes.claim(world.engine, partners=[partner], now=world.clock.now(), lease=LEASE)


def dispatcher(world):
    transport = Transport(world.runtime.settings, world.clock)
    return Dispatcher(runtime=world.runtime, transport=transport, settle=world.settle, random=random.Random(1).random)


def test_messages_of_one_object_go_one_after_another(world):
    owner = world.object()
    first, second = world.queue(owner), world.queue(owner)

    held = claim(world)

    assert held.message_id == first
    assert claim(world) is None
    dispatcher(world).dispatch(held)
    assert claim(world).message_id == second


@pytest.mark.parametrize("fault", ["lost-after", "down", "busy"])
def test_a_head_that_is_unknown_or_waiting_blocks_its_own_lane_only(world, fault):
    owner = world.object()
    head, behind, other = world.queue(owner), world.queue(owner), world.queue()
    world.partner.faults.append(fault)

    world.worker().run_once()

    assert world.state(head) in {"UNKNOWN", "RETRYING"}
    assert world.state(behind) == "QUEUED"
    assert world.state(other) == "ACKED"


def test_those_behind_a_resolved_head_go_at_once(world):
    owner = world.object()
    head, behind = world.queue(owner), world.queue(owner)
    world.partner.faults.append("lost-after")
    worker = world.worker()
    worker.run_once()
    assert world.row(behind).not_before > world.clock.now()  # not looked at while the head is asked about

    world.later(minutes=1)
    worker.run_once()

    assert world.partner.arrivals == [head, behind]


def test_a_lower_number_that_was_committed_late_does_not_pass_an_unknown_one(world):
    """Two transactions of one object: the one that numbered first commits last."""
    owner = world.object()
    early, late = world.queue(owner), world.queue(owner)
    with writing(world.engine) as connection:  # as if ``early`` were not committed yet
        connection.execute(text("UPDATE outbox SET state = 'CANCELLED' WHERE message_id = :id"), {"id": early})
    world.partner.faults.append("lost-after")
    worker = world.worker()
    worker.run_once()
    with writing(world.engine) as connection:
        connection.execute(text("UPDATE outbox SET state = 'QUEUED' WHERE message_id = :id"), {"id": early})

    worker.run_once()
    assert (world.state(early), world.state(late)) == ("QUEUED", "UNKNOWN")
    world.later(minutes=1)
    worker.run_once()
    assert (world.state(early), world.state(late)) == ("ACKED", "ACKED")


def test_order_is_kept_under_random_delays_and_outcomes(world):
    """100 messages in 20 lanes, every fault there is: per object, effects come in the order of queueing."""
    dice = random.Random(20261120)
    faults = ["accepted"] * 6 + ["down", "busy", "lost-before", "lost-after", "garbage"]
    queued = defaultdict(list)
    owners = [world.object() for _ in range(20)]
    worker = world.worker()
    for _ in range(5):
        for owner in owners:
            if not any(world.state(message) == "UNKNOWN" for message in queued[owner]):
                queued[owner].append(world.queue(owner))
        world.partner.faults.extend(dice.choices(faults, k=20))
        world.later(seconds=dice.choice([1, 20, 120]))
        worker.run_once()
    world.partner.faults.clear()
    for _ in range(40):
        world.later(minutes=10)
        worker.run_once()

    for messages in queued.values():
        arrived = [message for message in world.partner.arrivals if message in messages]
        assert list(dict.fromkeys(arrived)) == messages
        assert {world.state(message) for message in messages} == {"ACKED"}


def test_a_dead_workers_claim_without_an_attempt_can_be_claimed_again(world):
    message = world.queue()
    assert claim(world) is not None
    assert claim(world) is None

    world.later(seconds=61)
    dispatcher(world).recover()

    assert world.state(message) == "QUEUED"
    assert claim(world).message_id == message


def test_crash_is_unknown(world):
    """A dead worker that had begun to send: nobody knows, so it is asked about and never sent again."""
    message = world.queue()
    held = claim(world)
    with writing(world.engine) as connection:
        assert lanes.begin_attempt(connection, held, "send", world.clock.now())

    world.later(seconds=61)
    dispatcher(world).recover()

    assert world.state(message) == "UNKNOWN"
    assert [sent.state for sent, _ in world.settled] == ["UNKNOWN"]
    world.worker().run_once()
    assert world.partner.arrivals == []


def test_a_slow_worker_that_begins_while_it_is_being_taken_over_is_not_repeated(world, monkeypatch):
    """Its lease is over, it is seen without an attempt, and only then it begins to send: nobody knows any more."""
    message = world.queue()
    held = claim(world)
    world.later(minutes=2)
    look = lanes.stranded

    def slow(connection, now):
        seen = look(connection, now)
        with writing(world.engine) as other:
            assert lanes.begin_attempt(other, held, "send", now)
        return seen

    monkeypatch.setattr(lanes, "stranded", slow)
    dispatcher(world).recover()

    assert world.state(message) == "UNKNOWN"
    assert claim(world) is None


def test_a_worker_that_was_stopped_before_it_sent_sends_nothing(world, monkeypatch):
    """While it stood still another one took over, asked, was told "never seen" and sent: now it wakes."""
    message = world.queue()
    hit = failpoints.hit

    def stopped(name):
        if name == "delivery.after_attempt_commit" and not world.partner.arrivals:
            world.later(minutes=2)
            world.worker().run_once()
            world.later(minutes=2)
            monkeypatch.setattr(failpoints, "hit", hit)
            world.worker().run_once()

    monkeypatch.setattr(failpoints, "hit", stopped)
    world.worker().run_once()

    assert world.state(message) == "ACKED"
    assert world.partner.arrivals == [message]


def test_a_live_claim_is_not_taken_over(world):
    message = world.queue()
    claim(world)

    world.later(seconds=59)

    assert dispatcher(world).recover() == 0
    assert world.state(message) == "SENDING"


@pytest.mark.parametrize("word", ["accepted", "refused", "down", "lost-after"])
def test_the_old_workers_late_write_is_refused_after_a_takeover(world, word):
    message = world.queue()
    held = claim(world)
    slow = dispatcher(world)
    world.partner.faults.append(word)

    def lose_the_lease(_message_id):
        world.later(seconds=61)
        dispatcher(world).recover()

    world.partner.during = lose_the_lease
    slow.dispatch(held)

    assert world.state(message) == "UNKNOWN"
    assert [sent.state for sent, _ in world.settled] == ["UNKNOWN"]
    (attempt,) = world.rows(tables.attempt)
    assert attempt.outcome == "unknown"


def test_a_claim_that_was_taken_over_cannot_begin_an_attempt(world):
    world.queue()
    held = claim(world)
    world.later(seconds=61)
    dispatcher(world).recover()

    assert dispatcher(world).dispatch(held) is None

    assert world.partner.arrivals == []
    assert world.rows(tables.attempt) == []


def test_two_workers_claim_each_message_once(world):
    messages = {world.queue() for _ in range(60)}
    claimed: list[str] = []
    problems: list[BaseException] = []

    def work():
        try:
            while (held := claim(world)) is not None:
                claimed.append(held.message_id)
        except BaseException as error:
            problems.append(error)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)

    assert problems == []
    assert sorted(claimed) == sorted(messages)


def test_a_failed_claim_statement_leaves_nothing_behind(world):
    message = world.queue()
    world.fail("delivery.before_claim_commit=raise@1")

    with pytest.raises(Exception, match="before_claim_commit"):
        claim(world)

    assert world.row(message).fence == 0
    assert claim(world).message_id == message


@pytest.fixture
def long_history(world):
    """100,000 finished messages, written straight."""
    owner = world.object()
    sample = {
        "object_id": owner, "enterprise": "91440300MA5DA1234X", "partner": "acme", "capability": "policy.confirm",
        "type": "Confirm/1.0", "business_key": "P-1", "submission": 1, "lane": owner, "state": "ACKED", "attempts": 1,
        "fence": 2, "queries": 0, "not_before": world.clock.now(), "deadline": world.clock.now(),
        "created_at": world.clock.now(), "updated_at": world.clock.now(), "trace": "x",
    }  # fmt: skip
    with writing(world.engine) as connection:
        for start in range(0, 100_000, 10_000):
            rows = [sample | {"message_id": str(n), "lane": str(n // 5)} for n in range(start, start + 10_000)]
            connection.execute(insert(tables.outbox), rows)
    if world.engine.dialect.name == "postgresql":
        with world.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("ANALYZE outbox"))
    return world


def test_the_poll_reads_only_the_partial_index_of_what_waits(long_history):
    """Whatever lies behind: 100,000 finished messages are not even looked at."""
    world = long_history
    world.queue()
    seen = []
    event.listen(world.engine, "before_cursor_execute", lambda *call: seen.append((call[2], call[3])))
    claim(world)
    polls = [row for row in seen if row[0].startswith(("SELECT", "WITH"))]

    prefix = "EXPLAIN QUERY PLAN " if world.engine.dialect.name == "sqlite" else "EXPLAIN "
    with reading(world.engine) as connection:
        plans = [connection.exec_driver_sql(prefix + statement, values).all() for statement, values in polls]

    assert len(plans) == 2
    plan = "\n".join(str(row) for rows in plans for row in rows)
    assert "ix_outbox_due" in plan
    assert "SCAN outbox" not in plan
    assert "Seq Scan on outbox " not in plan
