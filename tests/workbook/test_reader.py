"""A stranger's workbook: every cell says what it is, and what would do harm is never opened."""

from datetime import date, datetime
from typing import Any

import pytest

from hub.workbook import reader
from hub.workbook.reader import Cell, Hostile, Unfit
from tests.workbook.books import book, many_parts, part, with_part

MORNING = datetime(2026, 1, 2, 8, 30)  # noqa: DTZ001  a workbook knows no zones
SHEET = "xl/worksheets/sheet1.xml"


def known(heading: str) -> bool:
    return heading in ("号", "值")


def read(content: bytes) -> list[tuple[int, list[Cell]]]:
    return [(number, list(cells)) for number, cells in reader.read(content, known).rows]


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        ("00123", Cell("00123")),
        ("  a b ", Cell("a b")),
        (12345678, Cell("12345678", "number")),
        (0.1 + 0.2, Cell("0.3", "number")),
        (1000.10, Cell("1000.1", "number")),
        (0.0000001, Cell("0.0000001", "number")),
        (223320250001234567, Cell("223320250001234560", "rounded")),
        (MORNING, Cell("2026-01-02", "day")),
        (date(2026, 1, 2), Cell("2026-01-02", "day")),
        (True, Cell("yes", "flag")),
        ("=A1+1", Cell("=A1+1", "formula")),
        ("#N/A", Cell("#N/A", "error")),
    ],
)
def test_a_cell_says_what_stands_in_it_and_what_kind_it_is(value: Any, cell: Cell) -> None:
    ((_, (_, found)),) = read(book(["号", "值"], ["1", value]))

    if cell.kind == "rounded":
        assert (found.kind, len(found.text)) == ("rounded", 18)
    else:
        assert found == cell


def test_a_text_that_looks_like_a_formula_is_a_text() -> None:
    def quote(sheet: Any) -> None:
        sheet["A2"] = "=1+1"
        sheet["A2"].data_type = "s"

    assert read(book(["号"], [""], change=quote)) == [(2, [Cell("=1+1")])]


def test_a_number_that_is_shown_with_leading_zeros_keeps_them() -> None:
    def zeros(sheet: Any) -> None:
        sheet["A2"].number_format = "00000000"

    assert read(book(["号"], [1234567], change=zeros)) == [(2, [Cell("01234567", "number")])]


def test_rows_keep_the_numbers_that_excel_shows_and_blank_ones_are_none() -> None:
    def tail(sheet: Any) -> None:
        sheet["A5"] = "b"
        sheet["A900"].number_format = "@"

    assert read(book(["号*"], ["a"], [None], change=tail)) == [(2, [Cell("a")]), (5, [Cell("b")])]


def test_the_sheet_with_the_headings_is_found_among_others() -> None:
    def second(sheet: Any) -> None:
        more = sheet.parent.create_sheet("填写", 1)
        more.append(["号"])
        more.append(["a"])

    assert read(book(["说明"], ["x"], change=second)) == [(2, [Cell("a")])]


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (b"", reader.NOT_XLSX),
        (b"<script>alert(1)</script>", reader.NOT_XLSX),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, reader.OLD_OR_LOCKED),
        (b"PK\x03\x04 and then nothing", reader.DAMAGED),
        (book(["甲", "乙"], [1, 2]), reader.NO_SHEET),
        (book(["号"], ["a"], change=lambda sheet: sheet.merge_cells("A2:B3")), reader.MERGED),
        (book(["号"], ["a"], change=lambda sheet: sheet.cell(reader.SCANNED + 9, 1, "z")), reader.TOO_LONG),
        (with_part(book(["号"]), SHEET, b"<worksheet><sheetData><row"), reader.DAMAGED),
        (b"PK\x03\x04" + b"\0" * reader.OCTETS, reader.TOO_LARGE),
    ],
    ids=lambda value: value.en[:24] if hasattr(value, "en") else None,
)
def test_what_is_no_workbook_to_read_is_refused_with_what_to_do(content: bytes, text: Any) -> None:
    with pytest.raises(Unfit) as refused:
        reader.read(content, known)

    assert refused.value.text == text


def entity(content: bytes) -> bytes:
    lol = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    return part(content, SHEET).replace(b"<worksheet", lol + b"<worksheet", 1)


@pytest.mark.parametrize(
    "content",
    [
        with_part(book(["号"], ["a"]), "xl/media/bomb.bin", b"\0" * 15_000_000),
        with_part(book(["号"], ["a"]), "xl/media/bomb.bin", bytes(range(256)) * 80_000),
        with_part(book(["号"], ["a"]), "xl/vbaProject.bin", b"macro"),
        with_part(book(["号"], ["a"]), SHEET, entity(book(["号"], ["a"]))),
        many_parts(reader.PARTS),
    ],
    ids=["ratio", "unpacked", "macros", "entities", "parts"],
)
def test_what_would_do_harm_is_refused_before_it_is_opened(content: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader, "load_workbook", lambda *_, **__: pytest.fail("opened"))

    with pytest.raises(Hostile):
        reader.read(content, known)


@pytest.mark.parametrize(
    ("number", "old_calendar", "found"),
    [(46024, False, date(2026, 1, 2)), (44562, True, date(2026, 1, 2)), (1, False, None), (99_999, False, None)],
)
def test_a_number_of_excels_calendar_is_a_day_of_this_century(
    number: int, old_calendar: bool, found: date | None
) -> None:
    assert reader.day_of(number, old_calendar=old_calendar) == found
