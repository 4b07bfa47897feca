"""kill -9 at every fail point: nothing acknowledged is lost, nothing unknown is sent again, the commands are true.

One kill at each point: on PostgreSQL where the databases differ most, else on SQLite; ``script/crash`` does all of them
on both, again and again.
"""

from collections.abc import Callable
from random import Random

import pytest

from hub.delivery import failpoints
from tests.crash.house import House
from tests.crash.scenarios import SCENARIOS, Round, partner_of

ON_POSTGRES = (
    "delivery.after_claim_commit",
    "delivery.before_settle_commit",
    "delivery.before_recover_commit",
    "resolver.receipt",
    "decisions.before_confirm_commit",
    "poller.after_message",
    "inbound.after_commit",
)
CASES = [
    *(("sqlite", point) for point in SCENARIOS if point not in ON_POSTGRES),
    *(pytest.param("postgres", point, marks=pytest.mark.postgres) for point in ON_POSTGRES),
]


def test_every_fail_point_has_a_scenario() -> None:
    assert set(SCENARIOS) == set(failpoints.POINTS)


@pytest.mark.parametrize(("database", "point"), CASES)
def test_killed_there_the_hub_keeps_its_promises(
    house: Callable[[str, str], House], street: dict, database: str, point: str
) -> None:
    partner = partner_of(point)
    dice = Random(point)
    try:
        SCENARIOS[point][0](Round(house=house(database, partner), point=point, n=dice.randint(1, 2), dice=dice))
    except BaseException:
        street.pop((database, partner), None)  # the next one gets a house of its own
        raise
