"""A table as comma-separated text (RFC 4180), in UTF-8 or, as Chinese Excel saves it, in GB18030."""

import csv
import io
from collections.abc import Callable

from hub.contract.text import Text
from hub.workbook.reader import NO_SHEET, OCTETS, SCANNED, TOO_LARGE, TOO_LONG, Cell, Table, Unfit

ENCODINGS = ("utf-8-sig", "gb18030")
NOT_TEXT = Text("请上传 .xlsx 或 .csv 格式的文件", "Upload a file of the form .xlsx or .csv")


def read(content: bytes, known: Callable[[str], bool]) -> Table:
    """Its rows that are not blank, numbered as a spreadsheet would. Raises Unfit."""
    if len(content) > OCTETS:
        raise Unfit(TOO_LARGE)
    try:
        rows = list(csv.reader(io.StringIO(_text(content), newline=""), strict=True))
    except csv.Error:
        raise Unfit(NOT_TEXT) from None
    if len(rows) > SCANNED:
        raise Unfit(TOO_LONG)
    headings = [cell.strip().rstrip("*").strip() for cell in rows[0]] if rows else []
    if not any(map(known, headings)):
        raise Unfit(NO_SHEET)
    cells = ((number, [Cell(cell.strip()) for cell in row]) for number, row in enumerate(rows[1:], 2))
    filled = [(number, row) for number, row in cells if any(cell.text for cell in row)]
    return Table(headings=headings, rows=filled, old_calendar=False)


def _text(content: bytes) -> str:
    """Raises Unfit."""
    for encoding in ENCODINGS:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise Unfit(NOT_TEXT)
