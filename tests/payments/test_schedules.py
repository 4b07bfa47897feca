"""Lives of payments, one seed each: at most one debit per bill, and no word against the bank's books."""

from collections import Counter
from pathlib import Path

import pytest
from sqlalchemy import Engine

from demo import world
from tests.payments import schedules

BANKS = [
    code
    for code in world.offering("payment")
    if code != schedules.INSURER and world.simulated()[code].sheet.kind == "bank"
]
OPERATIONS = 50


@pytest.mark.parametrize("bank", BANKS)
def test_lives_of_payments_keep_every_promise(tmp_path: Path, bank: str) -> None:
    with schedules.theatre(tmp_path, "sqlite:///swhub.db", bank) as made:
        played = {seed: schedules.play(made, seed, OPERATIONS) for seed in range(8)}

    assert {seed: found.breaches for seed, found in played.items() if found.breaches} == {}
    ends = sum((found.ends for found in played.values()), Counter[str]())
    assert ends["SUCCEEDED"]
    assert ends["FAILED"] + ends["REFUNDED"]


@pytest.mark.postgres
def test_lives_of_payments_on_postgresql(postgres_engine: Engine, tmp_path: Path) -> None:
    address = postgres_engine.url.render_as_string(hide_password=False)
    with schedules.theatre(tmp_path, address, BANKS[0]) as made:
        played = {seed: schedules.play(made, seed, OPERATIONS) for seed in range(3)}

    assert {seed: found.breaches for seed, found in played.items() if found.breaches} == {}


def test_a_seed_says_all_that_happens(tmp_path: Path) -> None:
    with schedules.theatre(tmp_path, "sqlite:///swhub.db", BANKS[0]) as made:
        once, again = (schedules.play(made, 20261121, 30) for _ in range(2))

    assert once == again
