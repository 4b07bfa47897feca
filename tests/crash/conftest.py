"""Houses that tests share: a hub outlives many crashes, and that is the point."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.crash import stores
from tests.crash.house import House, Keys


class Street(dict[tuple[str, str], House]):
    """Houses, and what closes them."""

    def __init__(self, stack: ExitStack) -> None:
        self.stack = stack


@pytest.fixture(scope="session")
def keys() -> Keys:
    """The insurer's key."""
    return Keys.make()


@pytest.fixture
def fresh(request: pytest.FixtureRequest) -> Callable[[str], str]:
    """The address of an empty store on the database of that name."""

    def make(database: str) -> str:
        return (
            stores.sqlite() if database == "sqlite" else stores.postgres(request.getfixturevalue("postgres_server"))()
        )

    return make


@pytest.fixture(scope="module")
def street() -> Iterator["Street"]:
    """The houses of one file, by database and partner; closed at its end."""
    with ExitStack() as stack:
        yield Street(stack)


@pytest.fixture
def house(
    street: Street, fresh: Callable[[str], str], keys: Keys, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[str, str], House]:
    """A house on a database with a partner, its door open; the same one until something in it breaks."""

    def get(database: str, partner: str) -> House:
        if (database, partner) not in street:
            home: Path = tmp_path_factory.mktemp(f"{database}-{partner}") / "home"
            made = House(home, fresh(database), keys, partner=partner)
            street[database, partner] = street.stack.enter_context(made.open())
        found = street[database, partner]
        found.start("door")
        return found

    return get
