"""A plugin that hangs, raises, grows or dies is its own partner's trouble, is named, and is not called in between."""

import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace

import pytest
from sqlalchemy import select

from hub.contract.adapters import Refusal
from hub.contract.message import Raw
from hub.delivery import receiver
from hub.errors import Unavailable
from hub.guard import guard as guards
from hub.guard.fault import FaultKind, PluginFailed
from hub.guard.guarded import Guards
from hub.services import health, operations, watch
from hub.store import tables
from hub.store.engine import reading
from hub.testing import unruly
from tests.services.conftest import World

Make = Callable[..., World]


def push(world: World, **more: str) -> receiver.Answer:
    """An offer of the unruly insurer."""
    message = replace(world.offer(), sender=unruly.PARTNER, **more)
    raw = Raw(content=world.seal(message), received_at=world.clock.now())
    return receiver.receive(world.runtime, unruly.PARTNER, raw, "127.0.0.1")


def push_aside(world: World, count: int) -> list[threading.Thread]:
    """Messages of the unruly insurer in threads of their own; comes back when the plugin has them."""

    def run() -> None:
        with suppress(Unavailable):
            push(world)

    threads = [threading.Thread(target=run, daemon=True) for _ in range(count)]
    for thread in threads:
        thread.start()
    until(lambda: held(world) > 0)
    return threads


def held(world: World) -> int:
    """How many threads the unruly plugin has."""
    guard = world.runtime.guards.all().get(unruly.PARTNER)
    return guard.in_flight() if guard is not None else 0


def until(condition: Callable[[], bool], seconds: float = 20.0) -> None:
    """Wait for ``condition``."""
    ends = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < ends, "it did not happen"
        time.sleep(0.01)


def known_faults(world: World) -> list[tuple[str, str, str, FaultKind, int]]:
    with reading(world.runtime.engine) as connection:
        rows = health.faults(connection, unruly.PARTNER)
    return [(row.plugin, row.version, row.call, row.fault, row.count) for row in rows]


def open_alerts(world: World) -> list[str]:
    with reading(world.runtime.engine) as connection:
        return [row.key for row in watch.alerts(connection)]


def test_a_hanging_plugin_never_holds_more_than_its_places(unruly_world: Make) -> None:
    world = unruly_world(parse="sleep")
    places = world.runtime.settings.web.threads // 2

    push_aside(world, places * 3)
    until(lambda: world.runtime.guards.away(unruly.PARTNER) is not None)

    assert held(world) == places
    assert world.push(world.offer()).code == "0000"


def test_who_calls_a_plugin_that_hangs_is_told_at_once_and_the_partner_comes_again(unruly_world: Make) -> None:
    world = unruly_world(parse="sleep")
    push_aside(world, 1)
    until(lambda: world.runtime.guards.away(unruly.PARTNER) is not None)

    with pytest.raises(Unavailable):
        push(world)

    assert "parse has not ended" in str(world.runtime.guards.away(unruly.PARTNER))
    with reading(world.runtime.engine) as connection:
        assert connection.execute(select(tables.inbox)).all() == []


def test_a_hanging_call_is_named_with_its_version_once_and_the_alert_ends_when_it_works_again(
    unruly_world: Make, caplog: pytest.LogCaptureFixture
) -> None:
    world = unruly_world(parse="sleep")
    [thread] = push_aside(world, 1)
    until(lambda: world.runtime.guards.away(unruly.PARTNER) is not None)

    health.report(world.runtime)
    health.report(world.runtime)

    assert known_faults(world) == [("unruly", "1.2.3", "parse", FaultKind.HUNG, 1)]
    assert open_alerts(world) == ["plugin:unruly"]
    assert len([row for row in caplog.messages if "unruly 1.2.3: parse" in row]) == 1

    unruly.RELEASE.set()
    until(lambda: world.runtime.guards.away(unruly.PARTNER) is None)
    push(world)
    health.report(world.runtime)
    assert open_alerts(world) == []
    thread.join(5)


def test_a_process_that_starts_anew_ends_an_alert_only_when_the_call_works_that_went_wrong(unruly_world: Make) -> None:
    world = unruly_world(parse="raise")
    push(world)
    health.report(world.runtime)
    anew = replace(world.runtime, guards=Guards())
    anew.adapter(unruly.PARTNER)
    guard = anew.guards.all()[unruly.PARTNER]

    guard.call("open", lambda: None)
    health.report(anew)
    before = open_alerts(world)
    guard.call("parse", lambda: None)
    health.report(anew)

    assert (before, open_alerts(world)) == (["plugin:unruly"], [])


def test_a_plugin_that_hangs_over_a_parked_message_holds_no_lock_of_the_store(unruly_world: Make) -> None:
    world = unruly_world(parse="raise")
    push(world)
    with reading(world.runtime.engine) as connection:
        [parked] = operations.stuck(connection)
    world.runtime.settings.partners[unruly.PARTNER].settings["parse"] = "sleep"  # type: ignore[index]

    replay = threading.Thread(target=operations.replay_parked, args=(world.runtime, unruly.PARTNER, parked.message_id))
    replay.start()
    until(lambda: held(world) == 1)

    assert world.push(world.offer()).code == "0000"
    assert replay.is_alive()
    unruly.RELEASE.set()
    replay.join(5)


def test_a_raising_plugin_is_counted_and_its_message_is_kept_and_parked(unruly_world: Make) -> None:
    world = unruly_world(parse="raise")

    answers = [push(world).code for _ in range(3)]
    health.report(world.runtime)

    assert answers == ["0000"] * 3
    assert known_faults(world) == [("unruly", "1.2.3", "parse", FaultKind.RAISED, 3)]
    with reading(world.runtime.engine) as connection:
        assert {row.state for row in operations.stuck(connection)} == {"PARKED"}


@pytest.mark.parametrize(
    ("way", "fault"), [("hang", FaultKind.HUNG), ("grow", FaultKind.GREW), ("die", FaultKind.DIED)]
)
def test_a_process_of_its_own_is_ended_and_nobody_elses_thread_with_it(
    unruly_world: Make, way: str, fault: FaultKind
) -> None:
    world = unruly_world(isolate=True, parse=way, **({} if way == "hang" else {"seconds": 30.0}))

    answer = push(world)
    health.report(world.runtime)

    assert answer.code == "0000"  # kept and parked: the partner's message is not lost with the process
    assert known_faults(world) == [("unruly", "1.2.3", "parse", fault, 1)]
    assert "paused" in str(world.runtime.guards.away(unruly.PARTNER))
    assert world.push(world.offer()).code == "0000"


def test_after_the_pause_a_fresh_process_answers(unruly_world: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guards, "PAUSE", 0.0)
    world = unruly_world(isolate=True, parse="die")
    push(world)
    settings = world.runtime.settings
    well = replace(settings.partners[unruly.PARTNER], settings={})
    world.runtime = replace(
        world.runtime, settings=replace(settings, partners={**settings.partners, unruly.PARTNER: well})
    )

    push(world)
    health.report(world.runtime)

    with reading(world.runtime.engine) as connection:
        assert connection.execute(select(tables.inbox.c.state)).scalars().all() == ["PARKED", "APPLIED"]
    assert open_alerts(world) == []


def test_in_its_own_process_a_plugin_signs_opens_and_refuses_as_here(unruly_world: Make) -> None:
    here, there = unruly_world(), unruly_world(isolate=True)
    message = replace(here.offer(), sender=unruly.PARTNER)
    raw = Raw(content=here.seal(message), received_at=here.clock.now())

    def opened(world: World) -> object:
        return world.runtime.adapter(unruly.PARTNER).open(raw, world.runtime.context(unruly.PARTNER))

    def refusal(world: World) -> tuple[str, str, object]:
        adapter, ctx = world.runtime.adapter(unruly.PARTNER), world.runtime.context(unruly.PARTNER)
        with pytest.raises(Refusal) as refused:
            adapter.open(replace(raw, content=b"<a/>"), ctx)
        return refused.value.code, refused.value.detail, refused.value.explanation

    assert opened(there) == opened(here)
    assert refusal(there) == refusal(here)
    assert push(there).code == "0000"  # its receipt is signed with the hub's key, which never left


def test_what_is_no_value_of_the_contract_is_not_taken_from_a_process(unruly_world: Make) -> None:
    world = unruly_world(isolate=True, parse="foreign")
    adapter, ctx = world.runtime.adapter(unruly.PARTNER), world.runtime.context(unruly.PARTNER)
    message = replace(world.offer(), sender=unruly.PARTNER)
    opened = adapter.open(Raw(content=world.seal(message), received_at=world.clock.now()), ctx)

    with pytest.raises(PluginFailed, match=r"threading\.Barrier is no value of the contract"):
        adapter.parse(opened, ctx)
