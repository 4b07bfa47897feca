"""A thousand amounts come back to the cent; script/payments --amounts tries a million."""

from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import Engine

from hub.contract.money import LARGEST
from tests.payments import amounts


def test_amounts_come_back_from_everything_that_carries_money(tmp_path: Path) -> None:
    assert amounts.tour(tmp_path, "sqlite:///swhub.db", 1000, seed=1).wrong == []


@pytest.mark.postgres
def test_amounts_come_back_from_postgresql(postgres_engine: Engine, tmp_path: Path) -> None:
    address = postgres_engine.url.render_as_string(hide_password=False)

    assert amounts.tour(tmp_path, address, 200, seed=2).wrong == []


@pytest.mark.parametrize("carry", amounts.CARRIERS.values(), ids=amounts.CARRIERS)
def test_the_largest_and_the_smallest_amount_come_back(carry: amounts.Carrier) -> None:
    edges = [LARGEST, Decimal("0.01"), Decimal("0.10"), Decimal("1.00"), Decimal("9007199254740.93")]

    assert carry(edges) == edges
