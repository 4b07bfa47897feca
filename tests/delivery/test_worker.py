"""The worker as it runs: threads, wake-ups, several at once, what time brings, and faults of our own."""

import threading
import time
from datetime import timedelta

import pytest
from sqlalchemy import bindparam, update

from hub.delivery import lanes
from hub.delivery.transport import Transport
from hub.delivery.worker import IN_A_ROW, Job, Worker
from hub.errors import Stale
from hub.guard.fault import PluginAway
from hub.store import tables
from hub.store.prepared import Prepared


def until(condition, seconds=20.0):
    """Wait for ``condition``; a hung worker fails the test and not the run."""
    ends = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < ends, "it did not happen"
        time.sleep(0.005)


def test_a_started_worker_sends_what_is_queued_and_stops_politely(build_world, partner):
    world = build_world(partner(), sweep=0.05)
    worker = world.worker()
    worker.start()
    try:
        messages = [world.queue() for _ in range(10)]
        worker.wake()
        until(lambda: len(world.partner.arrivals) == 10)
    finally:
        drained = worker.stop()

    assert drained
    assert {world.state(message) for message in messages} == {"ACKED"}


def test_stop_waits_for_the_message_in_flight(build_world, partner):
    world = build_world(partner(), sweep=0.05)
    flying, land = threading.Event(), threading.Event()
    world.partner.during = lambda _message: (flying.set(), land.wait(20))
    message = world.queue()
    worker = world.worker()
    worker.start()
    assert flying.wait(20)
    threading.Timer(0.1, land.set).start()

    assert worker.stop()

    assert world.state(message) == "ACKED"


def test_a_wake_up_does_not_wait_for_the_sweep(build_world, partner):
    world = build_world(partner(), sweep=3600.0)
    worker = world.worker()
    worker.start()
    try:
        time.sleep(0.1)
        world.queue()
        worker.wake()
        until(lambda: world.partner.arrivals)
    finally:
        worker.stop()


def test_one_wake_up_is_enough_for_all_that_is_queued_and_for_more_than_one_sender(build_world, partner):
    world = build_world(partner(), senders=4, sweep=3600.0)
    both = threading.Barrier(2)
    world.partner.during = lambda _message: both.wait(20)
    worker = world.worker()
    worker.start()
    try:
        time.sleep(0.1)
        for _ in range(4):
            world.queue()
        worker.wake()
        until(lambda: len(world.partner.arrivals) == 4)
    finally:
        worker.stop()


def test_without_any_wake_up_the_sweep_is_enough(build_world, partner):
    world = build_world(partner(), sweep=0.05)
    worker = world.worker()
    worker.start()
    try:
        time.sleep(0.1)
        world.queue()
        until(lambda: world.partner.arrivals)
    finally:
        worker.stop()


def test_two_workers_share_the_work_and_send_each_message_once(build_world, partner):
    world = build_world(partner(), sweep=0.05)
    owners = [world.object() for _ in range(10)]
    messages = {owner: [world.queue(owner) for _ in range(5)] for owner in owners}
    workers = [Worker(world.runtime, world.settle) for _ in range(2)]
    for worker in workers:
        worker.start()
    try:
        until(lambda: len(world.partner.arrivals) >= 50)
    finally:
        for worker in workers:
            worker.stop()

    assert len(world.partner.arrivals) == 50
    for lane in messages.values():
        assert [message for message in world.partner.arrivals if message in lane] == lane


def test_a_partner_that_hangs_leaves_half_of_the_senders_to_the_others(build_world, partner):
    slow, quick = partner("slow"), partner("quick")
    world = build_world(slow, quick, senders=4, sweep=0.05)
    land = threading.Event()
    flying = []
    slow.during = lambda message: (flying.append(message), land.wait(20))
    for _ in range(8):
        world.queue(partner=slow)
    worker = world.worker()
    worker.start()
    try:
        until(lambda: len(flying) == 2)
        for _ in range(8):
            world.queue(partner=quick)
        until(lambda: len(quick.arrivals) == 8)
        assert len(flying) == 2
    finally:
        land.set()
        worker.stop()


@pytest.mark.parametrize(("fault", "looks"), [("accepted", 2), ("refused", 2), ("lost-after", 3), ("down", 3)])
def test_an_answer_claims_the_next_message_without_a_look_of_its_own(build_world, partner, monkeypatch, fault, looks):
    world = build_world(partner())
    world.partner.faults.append(fault)
    for _ in range(3):
        world.queue()
    looked = []
    claim = lanes.claim
    monkeypatch.setattr(lanes, "claim", lambda *given, **named: looked.append(1) or claim(*given, **named))

    assert world.worker().run_once() == 3

    assert len(looked) == looks  # the last one is in vain


def test_nobody_looks_again_for_a_partner_that_had_nothing_due_until_something_is_queued(
    build_world, partner, monkeypatch
):
    world = build_world(partner(), sweep=3600.0)
    asked = []
    claim = lanes.claim
    monkeypatch.setattr(
        lanes, "claim", lambda *given, **named: asked.append(named["partners"]) or claim(*given, **named)
    )
    worker = world.worker()
    worker.start()
    try:
        until(lambda: len(asked) == world.runtime.settings.delivery.senders)
        for count in (1, 2):
            world.queue()
            worker.wake("acme")
            until(lambda count=count: len(world.partner.arrivals) == count)
    finally:
        worker.stop()

    assert asked.count(["acme"]) == 1 + 2  # before the first message, and for each


def test_no_partner_with_a_backlog_keeps_a_sender_from_the_others(build_world, partner):
    many, one = partner("many"), partner("one")
    world = build_world(many, one, senders=1)
    order = []
    for each in (many, one):
        each.during = order.append
    backlog = [world.queue(partner=many) for _ in range(2 * IN_A_ROW)]
    alone = world.queue(partner=one)

    world.worker().run_once()

    assert sorted(order) == sorted([*backlog, alone])
    assert order.index(alone) <= IN_A_ROW


def test_jobs_run_when_their_time_has_come_and_one_that_fails_stops_no_other(world):
    runs = []

    def broken():
        raise RuntimeError("no")

    jobs = [Job("broken", 10.0, broken), Job("often", 10.0, lambda: runs.append("often"))]
    worker = world.worker(jobs=jobs)
    for _ in range(4):
        worker.run_once()
        world.later(seconds=5)

    assert runs == ["often", "often"]


def test_a_record_that_cannot_take_the_outcome_does_not_lose_it(world):
    """Two tries with the business object, then without it and with an alert: the partner's word stays."""
    message = world.queue()
    world.spoils.extend([RuntimeError("rule"), RuntimeError("rule")])

    world.worker().run_once()

    assert world.state(message) == "ACKED"
    assert world.settled == []
    assert world.alerts() == [f"settle:{message}"]


def test_a_record_that_says_no_only_at_the_commit_does_not_hold_up_the_outcome(world, monkeypatch):
    message = world.queue()
    change = Prepared(update(tables.business_object).where(tables.business_object.c.id == bindparam("changed")))
    nobody = {"changed": "nobody", "title": "甲"}
    monkeypatch.setattr(world, "settle", lambda connection, *_: change.write(connection, nobody, none=Stale()))

    world.worker().run_once()

    assert world.state(message) == "ACKED"
    assert world.alerts() == [f"settle:{message}"]


def test_a_passing_fault_of_the_record_is_tried_again(world):
    message = world.queue()
    world.spoils.append(RuntimeError("deadlock"))

    world.worker().run_once()

    assert world.state(message) == "ACKED"
    assert [sent.state for sent, _ in world.settled] == ["ACKED"]
    assert world.alerts() == []


def test_a_refusal_of_form_is_alarmed_once_as_a_defect_of_ours(world):
    for _ in range(3):
        world.queue()
    world.partner.faults.extend(["malformed"] * 3)

    world.worker().run_once()

    assert world.alerts() == ["form:acme:Confirm/1.0"]
    assert [row.count for row in world.rows(tables.alert)] == [3]


def test_a_partner_that_is_not_plugged_in_holds_its_messages_until_their_deadline(build_world, partner):
    gone = partner("gone", deadline=timedelta(hours=1))
    world = build_world(partner("here"))
    message = world.queue(partner=gone)
    worker = world.worker()
    worker.run_once()
    assert world.state(message) == "QUEUED"

    world.later(hours=2)
    worker.run_once()

    assert world.state(message) == "DEAD"


@pytest.mark.parametrize("point", ["delivery.before_claim_commit", "delivery.after_claim_commit"])
def test_a_worker_thread_survives_what_is_raised_in_it(build_world, partner, point):
    world = build_world(partner(), sweep=0.02)
    world.fail(f"{point}=raise@1")
    first = world.queue()
    worker = world.worker()
    worker.start()
    try:
        second = world.queue()
        until(lambda: second in world.partner.arrivals)
        world.later(seconds=61)
        until(lambda: world.state(first) in {"ACKED", "UNKNOWN"})
    finally:
        worker.stop()


def test_a_partner_whose_plugin_is_away_gets_nothing_and_the_others_are_served(build_world, partner, monkeypatch):
    ill, well = partner("ill"), partner("well")
    world = build_world(well, ill)
    waiting, sent = world.queue(partner=ill), world.queue(partner=well)
    monkeypatch.setattr(world.runtime.guards, "away", lambda code: "hangs" if code == "ill" else None)

    world.worker().run_once()

    assert (world.state(waiting), world.state(sent)) == ("QUEUED", "ACKED")


def test_a_wire_that_was_not_even_asked_is_a_plugin_fault_and_tried_again(build_world, partner, monkeypatch):
    world = build_world(partner())
    message = world.queue()

    def away(*_arguments):
        raise PluginAway("hangs")

    monkeypatch.setattr(Transport, "send", away)
    world.worker().run_once()

    assert world.state(message) == "RETRYING"
