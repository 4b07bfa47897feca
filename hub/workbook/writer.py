"""Workbooks of ours: templates to fill in, lists to take away. Every value is text: nothing in them is worked out."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet


@dataclass(frozen=True, kw_only=True)
class Column:
    """One column that people fill in; a list of ``options`` is offered for choosing."""

    heading: str
    show: Literal["text", "amount", "day"] = "text"
    required: bool = False
    options: Sequence[str] = ()
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class Page:
    """One sheet to write. ``most``: so many rows are to be filled in."""

    title: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[str]] = ()
    most: int = 0


FORMATS = {"text": "@", "amount": "0.00", "day": "yyyy-mm-dd"}
HEAD, INK, RED = PatternFill("solid", fgColor="EAF2FB"), "1B2430", "CF1322"
RUNS = ("=", "+", "-", "@", "\t", "\r")  # what a spreadsheet takes for the beginning of a formula
WIDE = 40  # characters, beyond which a value takes several lines
UNTITLED = str.maketrans("[]:*?/\\", "       ")


def write(pages: Sequence[Page], codes: str) -> bytes:
    """The workbook; lists to choose from stand on a sheet named ``codes``."""
    book = Workbook()
    book.remove(book.worksheets[0])
    offered = [column for page in pages for column in page.columns if column.options and page.most]
    for page in pages:
        sheet = book.create_sheet(page.title.translate(UNTITLED)[:31])
        _fill(sheet, page)
        for place, column in enumerate(page.columns, 1):
            if column in offered:
                _offer(sheet, get_column_letter(place), page.most, column, codes, offered.index(column) + 1)
    if offered:
        columns = [Column(heading=column.heading) for column in offered]
        _fill(book.create_sheet(codes), Page(title=codes, columns=columns, rows=_side_by_side(offered)))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _fill(sheet: Worksheet, page: Page) -> None:
    _put(sheet, 1, [column.heading + ("*" if column.required else "") for column in page.columns])
    for number, row in enumerate(page.rows, 2):
        _put(sheet, number, row)
    for place, column in enumerate(page.columns, 1):
        head = sheet.cell(1, place)
        head.font, head.fill = Font(bold=True, color=RED if column.required else INK), HEAD
        widest = max((len(row[place - 1]) for row in page.rows), default=0)
        shape = sheet.column_dimensions[get_column_letter(place)]
        shape.width = min(max(len(column.heading) * 2 + 4, widest * 1.6, 12), 60)
        if page.most:
            shape.number_format = FORMATS[column.show]
    sheet.freeze_panes = "A2"


def _put(sheet: Worksheet, number: int, values: Sequence[str]) -> None:
    """As text, whatever they begin with: "=1+1" stays what it says even when a person opens the cell and leaves it."""
    for place, value in enumerate(values, 1):
        cell = sheet.cell(number, place, ILLEGAL_CHARACTERS_RE.sub("", value))
        cell.data_type, cell.number_format = "s", "@"
        if len(value) > WIDE:
            cell.alignment = Alignment(wrap_text=True, vertical="top")
        if value[:1] in RUNS:
            cell.quotePrefix = True


def _offer(sheet: Worksheet, letter: str, most: int, column: Column, codes: str, place: int) -> None:
    source = get_column_letter(place)
    rule = DataValidation(
        type="list", formula1=f"'{codes}'!${source}$2:${source}${len(column.options) + 1}", allow_blank=True
    )
    rule.add(f"{letter}2:{letter}{most + 1}")
    sheet.add_data_validation(rule)


def _side_by_side(columns: Sequence[Column]) -> list[list[str]]:
    longest = max(len(column.options) for column in columns)
    return [[column.options[row] if row < len(column.options) else "" for column in columns] for row in range(longest)]
