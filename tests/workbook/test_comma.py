"""Comma-separated text as people save it."""

import pytest

from hub.workbook import comma, reader
from hub.workbook.reader import Cell, Unfit


def known(heading: str) -> bool:
    return heading == "号"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_rows_keep_their_numbers_and_their_leading_zeros(encoding: str) -> None:
    table = comma.read('号*,名\r\n001,"甲,乙"\r\n,\r\n2,丙\r\n'.encode(encoding), known)

    assert list(table.headings) == ["号", "名"]
    assert list(table.rows) == [(2, [Cell("001"), Cell("甲,乙")]), (4, [Cell("2"), Cell("丙")])]


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (b"", reader.NO_SHEET),
        ("名,年\n".encode(), reader.NO_SHEET),
        (b"\xff\xfe\x00\x01", comma.NOT_TEXT),
        ('号\n"never closed'.encode(), comma.NOT_TEXT),
        (b"a" * (reader.OCTETS + 1), reader.TOO_LARGE),
        ("号\n".encode() + b"1\n" * reader.SCANNED, reader.TOO_LONG),
    ],
)
def test_what_is_no_table_is_refused(content: bytes, text: object) -> None:
    with pytest.raises(Unfit) as refused:
        comma.read(content, known)

    assert refused.value.text == text
