"""Random lives of a hub, one seed each: whatever happens in whatever order, the invariants hold and all settles."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.crash import schedules
from tests.crash.schedules import Theatre

OPERATIONS = 60


@pytest.fixture(scope="module")
def sqlite_theatre(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Theatre]:
    with schedules.theatre(tmp_path_factory.mktemp("plays"), "sqlite:///swhub.db") as made:
        yield made


@pytest.mark.parametrize("first", range(0, 140, 20))
def test_twenty_schedules_keep_every_invariant(sqlite_theatre: Theatre, first: int) -> None:
    played = {seed: schedules.play(sqlite_theatre, seed, OPERATIONS) for seed in range(first, first + 20)}

    assert {seed: found.breaches for seed, found in played.items() if found.breaches} == {}


@pytest.mark.postgres
def test_schedules_on_postgresql(fresh: Callable[[str], str], tmp_path: Path) -> None:
    with schedules.theatre(tmp_path, fresh("postgres")) as made:
        played = {seed: schedules.play(made, seed, OPERATIONS) for seed in range(10)}

    assert {seed: found.breaches for seed, found in played.items() if found.breaches} == {}


def test_a_seed_says_all_that_happens(sqlite_theatre: Theatre) -> None:
    once, again = (schedules.play(sqlite_theatre, 20261120, OPERATIONS) for _ in range(2))

    assert once == again


def test_the_schedules_do_crash(sqlite_theatre: Theatre) -> None:
    played = [schedules.play(sqlite_theatre, seed, OPERATIONS) for seed in range(200, 210)]

    assert {point.split(".")[0] for found in played for point in found.crashes} >= {"inbound", "outbox", "delivery"}
