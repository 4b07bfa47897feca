"""The outbox is written with the business change, refuses what may not go, and moves only along its edges."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from hub.contract.capability import Hours
from hub.contract.message import CanonicalMessage
from hub.delivery import outbox
from hub.errors import NotAllowed
from hub.store import tables
from hub.store.engine import reading, writing


def test_a_message_and_its_bytes_exist_only_with_the_business_change(world):
    class Rollback(Exception):
        pass

    def change():
        with writing(world.engine) as connection:
            world.enqueue(connection, None)
            raise Rollback

    with pytest.raises(Rollback):
        change()

    assert world.rows(tables.outbox) == []
    assert world.rows(tables.outbox_raw) == []


def test_the_envelope_comes_back_as_it_was_sent(world):
    message = world.queue()

    with reading(world.engine) as connection:
        row = connection.execute(select(tables.outbox_raw)).one()
    restored = outbox.restore(row)

    assert isinstance(restored, CanonicalMessage)
    assert (restored.message_id, restored.created_at, restored.correlation_id) == (message, world.clock.now(), None)


def test_nothing_is_queued_behind_an_unresolved_unknown_of_the_same_object(world):
    owner = world.object()
    world.queue(owner)
    world.partner.faults.append("lost-after")
    world.worker().run_once()

    with pytest.raises(NotAllowed) as refused:
        world.queue(owner)

    assert refused.value.text is outbox.UNRESOLVED
    world.queue(world.object())  # another object is free


def test_a_type_the_partner_does_not_declare_is_refused(small_world, partner):
    world = small_world(partner(sends=("Other/1.0",)))

    with pytest.raises(NotAllowed, match=r"Confirm/1\.0 is not declared"):
        world.queue()


def test_a_message_larger_than_the_partner_takes_is_refused(small_world, partner):
    world = small_world(partner(total_mb=0))

    with pytest.raises(NotAllowed, match="0 MB"):
        world.queue()


def test_a_message_waits_for_the_partners_hours_and_its_deadline_counts_from_there(small_world, partner):
    hours = Hours.parse("Asia/Shanghai Mon-Fri 10:00-11:00")
    world = small_world(partner(hours=hours, deadline=timedelta(hours=1)))

    row = world.row(world.queue())

    assert row.not_before == world.clock.now() + timedelta(hours=1)
    assert row.deadline == row.not_before + timedelta(hours=1)


def test_only_what_was_never_attempted_can_be_cancelled(world):
    kept, taken_back = world.queue(), world.queue()
    with writing(world.engine) as connection:
        outbox.cancel(connection, taken_back, world.clock.now())
    world.partner.faults.append("down")
    world.worker().run_once()

    with pytest.raises(NotAllowed), writing(world.engine) as connection:
        outbox.cancel(connection, kept, world.clock.now())

    assert (world.state(taken_back), world.state(kept)) == ("CANCELLED", "RETRYING")
    assert world.partner.arrivals == []


@pytest.mark.parametrize("state", sorted(outbox.EDGES))
def test_a_move_that_is_no_edge_is_refused_before_it_is_tried(state, small_world, partner):
    world = small_world(partner())
    message = world.queue()

    for to in set(outbox.EDGES) - outbox.EDGES[state]:
        with pytest.raises(ValueError, match="no edge"), writing(world.engine) as connection:
            outbox.move(connection, message, before={state}, to=to, now=world.clock.now())

    assert world.state(message) == "QUEUED"


def test_time_alone_never_leads_out_of_unknown():
    assert "RETRYING" not in outbox.EDGES["UNKNOWN"]
    assert "SENDING" not in outbox.EDGES["UNKNOWN"]
    assert outbox.EDGES["ACKED"] == {"UNKNOWN"}  # to be asked about, never to be sent
    assert not outbox.EDGES["REFUSED"] | outbox.EDGES["CANCELLED"]
