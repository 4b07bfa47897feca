"""The next-move board: at every step of a policy's way it names the right owner, and it names silence."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from hub.business.states import Next
from hub.services import board
from hub.services.board import Board, Move
from hub.store import tables
from hub.store.engine import reading, writing
from tests.services.conftest import OTHER, USCC, World
from tests.services.test_actions import outbox, perform


def read(world: World, enterprise: str = USCC, each: int = 10) -> Board:
    with reading(world.runtime.engine) as connection:
        return board.read(connection, world.runtime.registry, enterprise, world.clock.now(), each=each)


def moves(world: World, turn: Next) -> list[Move]:
    return list(read(world).moves[turn])


def deliver(world: World, state: str) -> None:
    """As the worker leaves the message of the only object."""
    with writing(world.runtime.engine) as connection:
        connection.execute(update(tables.business_object).values(delivery=state))


def submitted(world: World) -> None:
    world.push(world.offer())
    perform(world, world.actor("PW"))


def test_an_offer_is_the_enterprises_turn_until_its_last_day_is_over(world: World) -> None:
    world.push(world.offer())

    [move] = moves(world, Next.ENTERPRISE)
    assert move.obj.number == "XW2026-1"
    assert move.until == move.obj.due_at
    assert not move.silent


def test_while_its_message_has_no_answer_it_is_the_hubs_turn(world: World) -> None:
    submitted(world)
    for state in ("QUEUED", "SENDING", "RETRYING", "UNKNOWN"):
        deliver(world, state)
        assert read(world).numbers == {Next.ENTERPRISE: 0, Next.HUB: 1, Next.PARTNER: 0}, state


def test_a_delivered_message_is_the_partners_turn_until_its_promise(world: World) -> None:
    submitted(world)
    deliver(world, "ACKED")

    [move] = moves(world, Next.PARTNER)
    assert move.until == move.obj.since + timedelta(hours=4)  # receipt_sla of micro_policy.confirm
    assert not move.silent


def test_a_broken_promise_names_the_partners_last_message(world: World) -> None:
    submitted(world)
    deliver(world, "ACKED")
    world.clock.move(timedelta(hours=3))
    world.push(world.offer("XW2026-2"))
    heard = world.clock.now()
    world.clock.move(timedelta(hours=1))

    [move] = moves(world, Next.PARTNER)
    assert (move.silent, move.heard) == (True, heard)


def test_contradictory_answers_are_the_hubs_turn(world: World) -> None:
    submitted(world)
    [sent] = outbox(world)
    deliver(world, "ACKED")
    world.push(world.review("10", sent.message_id, policy_no="P-1"))
    world.push(world.review("30", sent.message_id))

    [move] = moves(world, Next.HUB)
    assert move.obj.states["state"] == "CONFLICT"


def test_what_is_done_is_nobodys_turn(world: World) -> None:
    world.push(world.policy())
    before = read(world).numbers[Next.ENTERPRISE]
    with writing(world.runtime.engine) as connection:
        connection.execute(update(tables.business_object).values(ack_state="RECEIVED"))

    assert (before, read(world).open) == (1, 0)


def test_an_approved_application_is_the_insurers_turn_until_its_policy_comes(world: World) -> None:
    submitted(world)
    [sent] = outbox(world)
    deliver(world, "ACKED")
    world.push(world.review("10", sent.message_id, policy_no="P-1"))
    approved = read(world).numbers[Next.PARTNER]
    world.push(world.policy())

    assert (approved, read(world).numbers) == (1, {Next.ENTERPRISE: 1, Next.HUB: 0, Next.PARTNER: 0})


def test_who_waits_longest_stands_first_and_the_number_tells_of_the_others(world: World) -> None:
    for number in range(5):
        world.push(world.offer(f"N{number}"))
        world.clock.move(timedelta(seconds=1))

    found = read(world, each=2)
    assert [move.obj.number for move in found.moves[Next.ENTERPRISE]] == ["N0", "N1"]
    assert found.numbers[Next.ENTERPRISE] == 5


def test_beyond_two_hundred_of_one_state_the_number_is_a_lower_bound(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(3):
        world.push(world.offer(f"N{number}"))
    before = read(world)
    monkeypatch.setattr(board, "COUNTED", 3)

    assert (before.capped, read(world).capped) == (False, True)


def test_another_enterprise_sees_nothing_of_it(world: World) -> None:
    world.push(world.offer())

    assert read(world, OTHER).open == 0
