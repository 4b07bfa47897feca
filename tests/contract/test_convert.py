"""Converters are exact both ways, or refuse; what they say shows no value."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.contract import convert as c

NOW = datetime(2026, 11, 20, 1, 2, 3, tzinfo=UTC)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
CURRENCY = c.pairs("a currency of the bank", {"CNY": "01", "USD": "14"})
PER_MILLE = c.scaled("a rate in per mille", 1000)
ID = "7f2504e0-4f89-41d3-9a0c-0305e82c33aa"


@pytest.mark.parametrize(
    ("by", "value", "text"),
    [
        (c.FEN, Decimal("14723.01"), "1472301"),
        (c.FEN, Decimal("0.01"), "1"),
        (c.YUAN, Decimal("1.5"), "1.50"),
        (c.DECIMAL, Decimal("1E+3"), "1000"),
        (PER_MILLE, Decimal("0.0005"), "0.5"),
        (c.INT, 7, "7"),
        (c.YES_NO, True, "Y"),
        (c.ONE_ZERO, False, "0"),
        (CURRENCY, "USD", "14"),
        (c.DATE8, date(2026, 1, 2), "20260102"),
        (c.DATE10, date(2026, 1, 2), "2026-01-02"),
        (c.STAMP14, NOW, "20261120090203"),
        (c.STAMP17, NOW, "20261120090203000"),
        (c.STAMP19, NOW, "2026-11-20 09:02:03"),
        (c.LOCAL, NOW, "2026-11-20T09:02:03"),
        (c.ISO, NOW, "2026-11-20T01:02:03+00:00"),
        (c.ID32, ID, ID.replace("-", "")),
        (c.text(6), "中文ab", "中文ab"),
    ],
)
def test_a_value_is_written_as_the_partner_wants_it_and_comes_back(by: c.Convert, value: Any, text: str) -> None:
    assert by.write(value) == text
    assert by.read(text) == value


@pytest.mark.parametrize(
    ("by", "value"),
    [
        (c.FEN, Decimal("0.001")),
        (c.FEN, Decimal("NaN")),
        (c.FEN, 1.5),
        (c.FEN, 100),
        (c.YUAN, Decimal("1.005")),
        (c.INT, True),
        (c.DATE8, NOW),
        (c.STAMP14, NOW.replace(tzinfo=None)),
        (c.ID32, "no uuid"),
        (CURRENCY, "EUR"),
        (c.text(6), "中文abc"),
        (c.text(6), "𠮷"),
    ],
)
def test_what_cannot_be_written_without_loss_is_refused(by: c.Convert, value: Any) -> None:
    with pytest.raises(ValueError, match=r"^(is not of the type|cannot be written as)"):
        by.write(value)


@pytest.mark.parametrize(
    ("by", "text"),
    [
        (c.FEN, "14723.01"),
        (c.FEN, "1,472"),
        (c.INT, "١٢"),
        (c.DECIMAL, "1e3"),
        (c.YES_NO, "y"),
        (CURRENCY, "02"),
        (c.DATE8, "20260230"),
        (c.DATE10, "2026-1-2"),
        (c.STAMP14, "20261120 90203"),
        (c.ISO, "2026-11-20T09:00:00"),
        (c.ID32, "0"),
    ],
)
def test_a_text_that_says_something_else_is_refused_without_being_repeated(by: c.Convert, text: str) -> None:
    with pytest.raises(ValueError, match=r"^is not ") as refused:
        by.read(text)
    assert text not in str(refused.value)


def test_two_codes_of_ours_are_never_one_of_the_partners() -> None:
    with pytest.raises(ValueError, match="two codes"):
        c.pairs("a code", {"A": "1", "B": "1"})


@given(st.decimals(min_value="-9999999999999.99", max_value="9999999999999.99", places=2))
def test_every_amount_survives_cents_and_yuan(amount: Decimal) -> None:
    assert c.FEN.read(c.FEN.write(amount)) == c.YUAN.read(c.YUAN.write(amount)) == amount


@given(st.integers(700_000_000_000_000, 7_000_000_000_000_000).map(lambda n: EPOCH + timedelta(microseconds=n)))
def test_a_time_loses_no_more_than_its_fraction(moment: datetime) -> None:
    back = c.STAMP17.read(c.STAMP17.write(moment))

    assert back == moment.replace(microsecond=moment.microsecond // 1000 * 1000)
    assert c.STAMP14.read(c.STAMP14.write(moment)) == moment.replace(microsecond=0)
