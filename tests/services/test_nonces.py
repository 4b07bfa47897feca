"""What the store keeps of logins."""

from datetime import timedelta

from sqlalchemy import func, select

from hub.commands import worker
from hub.services import nonces
from hub.store import tables
from hub.store.engine import reading
from tests.services.conftest import World


def test_challenges_that_are_over_are_cleared_and_living_ones_stay(world: World) -> None:
    for _ in range(3):
        nonces.new(world.runtime, "browser")
    world.clock.move(timedelta(minutes=6))
    living = nonces.new(world.runtime, "browser")

    worker.make(world.runtime).run_once()

    with reading(world.runtime.engine) as connection:
        assert connection.execute(select(func.count()).select_from(tables.login_challenge)).scalar_one() == 1
    assert nonces.use(world.runtime, living, "browser")
