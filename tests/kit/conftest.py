"""The two reference plugins as the kit sees them."""

from pathlib import Path

import pytest

from hub.testing.kit.find import subjects
from hub.testing.kit.subject import Card, Partner


@pytest.fixture(scope="session")
def sinosure() -> Partner:
    (found,) = subjects("sinosure", Path())
    assert isinstance(found, Partner)
    return found


@pytest.fixture
def softcard(tmp_path: Path) -> Card:
    (found,) = subjects("card_softcard", tmp_path)
    assert isinstance(found, Card)
    return found
