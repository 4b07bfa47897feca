"""An offer sent many times at once has one effect and equal answers; the same id with other bytes is parked."""

from collections.abc import Callable

import pytest

from tests.crash import copies
from tests.crash.house import House


@pytest.mark.parametrize("database", ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def test_two_hundred_copies_in_parallel_are_one_message(house: Callable[[str, str], House], database: str) -> None:
    copies.storm(house(database, "sinosure"), 200)
