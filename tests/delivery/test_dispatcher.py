"""What follows from each outcome of one attempt."""

import pytest

from hub.store import tables


@pytest.mark.parametrize(
    ("fault", "state"),
    [
        ("accepted", "ACKED"),
        ("done", "ACKED"),
        ("refused", "REFUSED"),
        ("malformed", "REFUSED"),
        ("busy", "RETRYING"),
        ("stranger", "RETRYING"),
        ("down", "RETRYING"),
        ("lost-before", "UNKNOWN"),
        ("lost-after", "UNKNOWN"),
        ("garbage", "UNKNOWN"),
        ("wire", "UNKNOWN"),
        ("never", "UNKNOWN"),
    ],
)
def test_each_outcome_leads_to_its_state_and_settles_the_object(world, fault, state):
    message = world.queue()
    world.partner.faults.append(fault)

    world.worker().run_once()

    assert world.state(message) == state
    assert [sent.state for sent, _ in world.settled] == [state]
    (attempt,) = world.rows(tables.attempt)
    assert attempt.finished_at is not None
