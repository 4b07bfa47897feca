"""What the store keeps of logins."""

from datetime import timedelta

from sqlalchemy import func, select

from hub.commands import worker
from hub.services import accounts
from hub.store import tables
from hub.store.engine import reading
from tests.services.conftest import World


def test_challenges_that_are_over_are_cleared_and_living_ones_stay(world: World) -> None:
    for _ in range(3):
        accounts.nonce(world.runtime, "browser")
    world.clock.move(timedelta(minutes=6))
    living = accounts.nonce(world.runtime, "browser")

    worker.make(world.runtime).run_once()

    with reading(world.runtime.engine) as connection:
        assert connection.execute(select(func.count()).select_from(tables.login_challenge)).scalar_one() == 1
    assert accounts.use(world.runtime, living, "browser")
