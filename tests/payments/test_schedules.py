"""Lives, one seed each: at most one debit per bill, no limit taken twice, and no word against the partners' books."""

from collections import Counter
from pathlib import Path

import pytest
from sqlalchemy import Engine

from demo import world
from tests.payments import schedules
from tests.payments.duties import DutyLife
from tests.payments.theatre import theatre

BANKS = [code for code in world.offering("payment") if world.simulated()[code].sheet.kind == "bank"]
OPERATIONS = 50


@pytest.mark.parametrize("bank", BANKS)
def test_lives_of_payments_keep_every_promise(tmp_path: Path, bank: str) -> None:
    with theatre(tmp_path, "sqlite:///swhub.db", bank) as made:
        played = {seed: schedules.play(made, seed, OPERATIONS) for seed in range(8)}

    assert {seed: found.breaches for seed, found in played.items() if found.breaches} == {}
    ends = sum((found.ends for found in played.values()), Counter[str]())
    assert ends["SUCCEEDED"]
    assert ends["FAILED"] + ends["REFUNDED"]


def test_lives_of_duty_guarantees_keep_every_promise(tmp_path: Path) -> None:
    with theatre(tmp_path, "sqlite:///swhub.db", BANKS[0]) as made:
        played = {seed: schedules.play(made, seed, 100, DutyLife) for seed in range(6)}

    assert {seed: found.breaches for seed, found in played.items() if found.breaches} == {}
    ends = sum((found.ends for found in played.values()), Counter[str]())
    assert ends["application ISSUED"]
    assert ends["application RELEASED"]
    assert ends["application UNDERWRITING_FAILED"] + ends["application DATA_CHECK_FAILED"]


@pytest.mark.postgres
def test_lives_on_postgresql(postgres_engine: Engine, tmp_path: Path) -> None:
    address = postgres_engine.url.render_as_string(hide_password=False)
    with theatre(tmp_path, address, BANKS[0]) as made:
        played = [schedules.play(made, 1, OPERATIONS, kind) for kind in (schedules.Life, DutyLife)]

    assert [found.breaches for found in played] == [[], []]


@pytest.mark.parametrize("kind", [schedules.Life, DutyLife], ids=lambda kind: kind.name)
def test_a_seed_says_all_that_happens(tmp_path: Path, kind: type[schedules.Life]) -> None:
    with theatre(tmp_path, "sqlite:///swhub.db", BANKS[0]) as made:
        once, again = (schedules.play(made, 20261121, 30, kind) for _ in range(2))

    assert once == again
