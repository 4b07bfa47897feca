"""Numbers that the hub gives."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
from sqlalchemy import Engine

from hub.business.numbers import NumberFormat
from hub.services.numbering import next_number
from hub.store.engine import writing

NOW = datetime(2026, 11, 20, 17, 0, tzinfo=UTC)  # already the 21st in Shanghai


def test_a_number_carries_the_day_in_shanghai(engine: Engine) -> None:
    with writing(engine) as connection:
        assert next_number(connection, NumberFormat(prefix="SP"), NOW) == "SP20261121000000000001"


def test_numbers_given_at_once_are_gapless_and_different(engine: Engine) -> None:
    def take(_: int) -> str:
        with writing(engine) as connection:
            return next_number(connection, NumberFormat(digits=4), NOW)

    with ThreadPoolExecutor(8) as threads:
        numbers = sorted(threads.map(take, range(40)))

    assert numbers == [f"20261121{number:04d}" for number in range(1, 41)]


def test_a_number_of_a_transaction_that_failed_is_given_again(engine: Engine) -> None:
    form = NumberFormat(digits=4)

    def fail() -> None:
        with writing(engine) as connection:
            next_number(connection, form, NOW)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()

    with writing(engine) as connection:
        assert next_number(connection, form, NOW).endswith("0001")


def test_a_sequence_that_is_used_up_says_so(engine: Engine) -> None:
    form = NumberFormat(digits=1)
    with writing(engine) as connection:
        for _ in range(9):
            next_number(connection, form, NOW)

        with pytest.raises(OverflowError, match="no number of 1 digits"):
            next_number(connection, form, NOW)
