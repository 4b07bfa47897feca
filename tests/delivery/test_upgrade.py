"""A plugin's next version: what was queued under the old one goes out, and what it can do no more is never sent."""

from dataclasses import replace

from sqlalchemy import select

from hub import registry
from hub.services import operations
from hub.store import tables
from hub.store.engine import reading


def upgraded(world, partner, without=()):
    """The same hub after a restart with the plugin's next version, which lacks some capabilities."""
    following = partner()
    kept = {name: row for name, row in following.sheet.capabilities.items() if name not in without}
    following.sheet = replace(following.sheet, capabilities=kept)
    world.runtime = replace(world.runtime, registry=registry.of([following]))
    return following


def test_what_was_queued_under_the_old_version_goes_out_under_the_new_one_to_the_octet(build_world, partner):
    world = build_world(partner())
    message = world.queue()
    with reading(world.engine) as connection:
        content = connection.execute(select(tables.outbox_raw.c.content)).scalar_one()
    following = upgraded(world, partner)

    world.worker().run_once()

    assert world.state(message) == "ACKED"
    assert following.contents == {message: content}


def test_a_capability_that_is_gone_makes_a_dead_letter_that_names_it_and_nothing_is_sent(build_world, partner):
    world = build_world(partner())
    message = world.queue()
    following = upgraded(world, partner, without=("policy.confirm",))

    world.worker().run_once()

    assert following.arrivals == []
    with reading(world.engine) as connection:
        [row] = operations.stuck(connection)
    assert (row.message_id, row.state) == (message, "DEAD")
    assert row.reason == "the installed plugin does not declare policy.confirm"


def test_a_question_that_is_gone_leaves_the_message_unknown_for_a_person(build_world, partner):
    world = build_world(partner())
    message = world.queue()
    world.partner.faults.append("lost-before")
    world.worker().run_once()
    following = upgraded(world, partner, without=("policy.confirm", "policy.query"))
    world.clock.move(world.partner.sheet["policy.confirm"].receipt_sla)

    world.worker().run_once()

    assert world.state(message) == "UNKNOWN"
    assert following.arrivals == []
