"""One lane per business object: first in, first out, and what blocks one lane blocks no other."""

import random
import threading
from collections import defaultdict
from datetime import timedelta

import pytest
from sqlalchemy import insert, text

from hub.delivery import failpoints, lanes
from hub.delivery.dispatcher import Dispatcher
from hub.delivery.transport import Transport
from hub.store import prepared, tables
from hub.store.engine import reading, writing
from tests.plans import STEPS, explain

LEASE = timedelta(seconds=60)


def claim(world, partner="acme"):
    return lanes.claim(world.engine, partners=[partner], now=world.clock.now(), lease=LEASE, gate=is_open)


def is_open(_connection, _claim):
    """A gate that is never closed."""


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


def test_a_claim_says_whether_more_is_due(world):
    owner = world.object()
    world.queue(owner), world.queue(owner), world.queue()

    claims = [claim(world), claim(world)]

    assert [bool(held.more) for held in claims] == [
        True,
        True,
    ]  # the second of the first lane comes when its head is done


def test_a_claim_of_all_that_is_due_says_so_unless_its_end_may_release_its_lane(world):
    world.queue()
    world.partner.faults.append("busy")

    first = claim(world)
    dispatcher(world).dispatch(first)
    world.later(minutes=2)

    assert [bool(first.more), bool(claim(world).more)] == [False, True]


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


def test_a_dead_workers_claim_of_an_overdue_message_can_be_claimed_again(world):
    """It was never to be sent, so nothing was begun and nobody has to wonder."""
    message = world.queue()
    world.later(days=4)
    assert claim(world).begun is False
    assert claim(world) is None

    world.later(seconds=61)
    dispatcher(world).recover()

    assert world.state(message) == "QUEUED"
    assert claim(world).message_id == message


def test_crash_is_unknown(world):
    """A dead worker that had begun to send: nobody knows, so it is asked about and never sent again."""
    message = world.queue()
    claim(world)

    world.later(seconds=61)
    dispatcher(world).recover()

    assert world.state(message) == "UNKNOWN"
    assert [sent.state for sent, _ in world.settled] == ["UNKNOWN"]
    world.worker().run_once()
    assert world.partner.arrivals == []


def test_a_claim_and_its_attempt_are_one_commit(world):
    message = world.queue()
    world.fail("delivery.before_claim_commit=raise@1")

    with pytest.raises(Exception, match="before_claim_commit"):
        claim(world)

    assert (world.row(message).fence, world.state(message), world.rows(tables.attempt)) == (0, "QUEUED", [])
    held = claim(world)
    assert [(row.message_id, row.fence) for row in world.rows(tables.attempt)] == [(message, held.fence)]


def test_a_slow_worker_that_ends_while_it_is_being_taken_over_has_the_last_word(world, monkeypatch):
    """Its lease is over, it is seen as stranded, and only then the outcome is committed: that is what is known."""
    message = world.queue()
    held = claim(world)
    look = lanes.stranded

    def slow(connection, now):
        seen = look(connection, now)
        world.later(minutes=-2)
        dispatcher(world).dispatch(held)
        return seen

    monkeypatch.setattr(lanes, "stranded", slow)
    world.later(minutes=2)
    dispatcher(world).recover()

    assert world.state(message) == "ACKED"
    assert [sent.state for sent, _ in world.settled] == ["ACKED"]


def test_a_worker_that_was_stopped_before_it_sent_sends_nothing(world, monkeypatch):
    """While it stood still another one took over, asked, was told "never seen" and sent: now it wakes."""
    message = world.queue()
    hit = failpoints.hit

    def stopped(name):
        if name == "delivery.after_claim_commit" and not world.partner.arrivals:
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


def test_a_claim_that_was_taken_over_sends_nothing(world):
    message = world.queue()
    held = claim(world)
    world.later(seconds=61)
    dispatcher(world).recover()

    dispatcher(world).dispatch(held)

    assert world.partner.arrivals == []
    assert world.state(message) == "UNKNOWN"
    assert [row.outcome for row in world.rows(tables.attempt)] == ["unknown"]


def test_a_question_whose_claim_was_taken_over_is_not_asked(world):
    world.queue()
    claim(world)
    world.later(seconds=61)
    dispatcher(world).recover()
    world.later(minutes=2)
    held = claim(world)
    world.later(seconds=61)
    other = claim(world)

    with writing(world.engine) as connection:
        asked = [lanes.begin_query(connection, one, world.clock.now()) for one in (held, other)]

    assert asked == [False, True]


def test_where_the_gate_is_closed_everything_of_that_capability_waits(world):
    messages = [world.queue() for _ in range(3)]
    opens = world.clock.now() + timedelta(minutes=5)

    def closed(_connection, _claim):
        return opens

    held = lanes.claim(world.engine, partners=["acme"], now=world.clock.now(), lease=LEASE, gate=closed)

    assert held is None
    assert {world.row(message).not_before for message in messages} == {opens}
    assert {(world.state(message), world.row(message).fence) for message in messages} == {("QUEUED", 0)}


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


def ran(world, monkeypatch, *verbs):
    """The statements of a claim that begin so, with what they are given."""
    seen = []
    execute = prepared.execute

    def noting(connection, ready, values):
        seen.append((ready, values))
        return execute(connection, ready, values)

    monkeypatch.setattr(prepared, "execute", noting)
    claim(world)
    return [(ready, values) for ready, values in seen if ready.sql.startswith(verbs)]


def test_the_poll_reads_only_the_partial_index_of_what_waits(long_history, monkeypatch):
    """Whatever lies behind: 100,000 finished messages are not even looked at."""
    world = long_history
    world.queue()
    polls = ran(world, monkeypatch, "SELECT", "WITH")

    with reading(world.engine) as connection:
        plans = [explain(connection, ready, values) for ready, values in polls]

    assert len(plans) == 2
    plan = "\n".join(str(row) for rows in plans for row in rows)
    assert "ix_outbox_due" in plan
    assert "SCAN outbox" not in plan
    assert "Seq Scan on outbox " not in plan


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_a_claim_fills_no_table_of_its_own(world, monkeypatch):
    """SQLite opens one for a condition with IN, and again for each partial index that has it."""
    world.queue()
    writes = ran(world, monkeypatch, "UPDATE", "INSERT")
    with reading(world.engine) as connection:
        steps = {step[1] for ready, values in writes for step in explain(connection, ready, values, STEPS)}

    assert "OpenWrite" in steps
    assert "OpenEphemeral" not in steps
