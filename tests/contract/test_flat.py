"""Records of fixed width and with separators, in a Chinese encoding."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.contract.convert import FEN, INT
from hub.contract.flat import Cell, Record

FIXED = Record(
    cells=(Cell("serial", 6), Cell("name", 10), Cell("amount", 8, FEN, right=True, fill="0"), Cell("lines", 3, INT))
)
PIPED = Record(cells=(Cell("serial"), Cell("name"), Cell("amount", by=FEN)), separator="|")
VALUES = {"serial": "A1", "name": "某公司", "amount": Decimal("12.30"), "lines": 2}


def test_a_record_of_fixed_width_counts_octets_and_comes_back() -> None:
    line = FIXED.write(VALUES)

    assert line == "A1    某公司    000012302  ".encode("gbk")
    assert FIXED.read(line) == VALUES


def test_a_record_with_separators_comes_back_and_keeps_empty_columns() -> None:
    line = PIPED.write({"serial": "A1", "amount": Decimal("0.05")})

    assert line == b"A1||5"
    assert PIPED.read(line) == {"serial": "A1", "amount": Decimal("0.05")}


def test_nothing_but_zeros_is_zero() -> None:
    assert FIXED.read(FIXED.write({**VALUES, "amount": Decimal("0.00")}))["amount"] == 0


@pytest.mark.parametrize(
    ("record", "values", "rule"),
    [
        (FIXED, {"name": "六个汉字太长"}, "name: longer than 10 octets"),
        (FIXED, {"name": "𠮷"}, "name: holds a character that gbk does not have"),
        (FIXED, {"other": "x"}, "other: there is no such column"),
        (PIPED, {"name": "a|b"}, "name: holds a separator"),
        (PIPED, {"name": "a\nb"}, "name: holds a separator"),
        (PIPED, {"amount": Decimal("0.001")}, "amount: cannot be written as whole cents"),
    ],
)
def test_what_a_record_cannot_carry_is_refused_naming_the_column(
    record: Record, values: dict[str, Any], rule: str
) -> None:
    with pytest.raises(ValueError, match=rule):
        record.write(values)


@pytest.mark.parametrize(
    ("record", "line", "rule"),
    [
        (FIXED, b"short", "5 octets instead of 27"),
        (PIPED, b"a|b", "2 columns instead of 3"),
        (PIPED, b"a|\xff|1", "the line is not gbk"),
        (PIPED, b"a|b|1.5", "amount: is not whole cents"),
    ],
)
def test_a_line_that_is_no_record_is_refused_naming_the_rule(record: Record, line: bytes, rule: str) -> None:
    with pytest.raises(ValueError, match=rule):
        record.read(line)


@given(st.text(alphabet="中文公司abc123丨", min_size=1, max_size=5))
def test_every_name_comes_back_from_both_kinds(name: str) -> None:
    for record in (FIXED, PIPED):
        assert record.read(record.write({"name": name}))["name"] == name
