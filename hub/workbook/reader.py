"""A stranger's workbook (.xlsx, ISO/IEC 29500) as plain cells.

It is judged by its directory before it is opened. Formulas are never worked out, and what a person would take for
another value than Excel holds (a number of twenty digits, a formula's result) is told apart, not guessed.
"""

import io
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

from openpyxl import load_workbook
from openpyxl.utils.datetime import from_excel

from hub.contract.text import Text

OCTETS = 5 * 1024 * 1024  # of a workbook (spec CI-CLM-26)
PARTS = 200  # files within it
UNPACKED = 20_000_000  # octets of all of them
RATIO = 100  # how much a part above SMALL may shrink; 2,000 equal rows shrink seventeen times
SMALL = 1_000_000
SCANNED = 20_000  # rows that are looked at, blank ones too
HEADINGS = 100  # columns that are looked at
EXACT = 10**15  # Excel keeps fifteen digits of a number, and no more

PACKED, OLD = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
MARKS = (b"<!DOCTYPE", b"<!ENTITY")

NOT_XLSX = Text("请上传 .xlsx 格式的工作簿", "Upload a workbook in the form .xlsx")
OLD_OR_LOCKED = Text(
    "不支持旧版 .xls 或加密的工作簿，请去除密码并另存为 .xlsx 后上传",
    "An old .xls or an encrypted workbook is not taken: save it as .xlsx without a password",
)
TOO_LARGE = Text("工作簿不能超过 5M，请拆分后上传", "A workbook has at most 5 MB: split it")
EXPLODES = Text(
    "工作簿解压后过大，请删除空白行和图片后重新保存", "Too large when unpacked: remove blank rows and images"
)
MACROS = Text("工作簿含有宏，请另存为不含宏的 .xlsx 后上传", "The workbook has macros: save it as .xlsx without them")
DAMAGED = Text("工作簿已损坏或无法读取，请重新保存后上传", "The workbook is damaged: save it anew")
MERGED = Text("工作簿含有合并单元格，请取消合并后重新上传", "The workbook has merged cells: split them")
NO_SHEET = Text("没有找到填写页，请使用下载的模板，不要改动第一行", "No sheet has the template's first row")
TOO_LONG = Text(
    f"工作表超过{SCANNED}行（含空白行），请删除多余的行", f"The sheet has more than {SCANNED} rows, blank ones counted"
)


class Unfit(Exception):
    """The workbook is not taken; ``text`` says why and what to do."""

    def __init__(self, text: Text) -> None:
        super().__init__(text.en)
        self.text = text


class Hostile(Unfit):
    """It would do harm, were it opened."""


ODD: Mapping[str, "Kind"] = {"f": "formula", "e": "error"}  # openpyxl's letter of what is no value
Kind = Literal["text", "number", "day", "flag", "formula", "error", "rounded"]


@dataclass(frozen=True)
class Cell:
    """What stands in a cell: numbers in plain digits, days as YYYY-MM-DD. ``rounded``: more digits than Excel keeps."""

    text: str = ""
    kind: Kind = "text"


@dataclass(frozen=True, kw_only=True)
class Table:
    """A sheet: its headings, and its rows that are not blank with the numbers that Excel shows beside them."""

    headings: Sequence[str]
    rows: Sequence[tuple[int, Sequence[Cell]]]
    old_calendar: bool  # days count from 1904


def read(content: bytes, known: Callable[[str], bool]) -> Table:
    """The first visible sheet that has a ``known`` heading. Raises Unfit."""
    _guard(content)
    try:
        book = load_workbook(io.BytesIO(content), read_only=True, keep_links=False)
        sheets = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]
        for sheet in sheets:
            found = _headings(sheet)
            if any(map(known, found)):
                return Table(
                    headings=found,
                    rows=list(_rows(sheet, len(found))),
                    old_calendar=book.epoch.year == 1904,
                )
    except Unfit:
        raise
    except Exception:  # openpyxl has no error of its own: whatever a broken file makes it raise says the same
        raise Unfit(DAMAGED) from None
    raise Unfit(NO_SHEET)


def day_of(number: int, *, old_calendar: bool) -> date | None:
    """The day that Excel means by a whole number, or None where it would not be of this century."""
    epoch = datetime(1904, 1, 1) if old_calendar else datetime(1899, 12, 30)  # noqa: DTZ001
    if not 0 < number < 100_000:
        return None
    found = from_excel(number, epoch)
    return found.date() if isinstance(found, datetime) and 2000 <= found.year < 2100 else None


def _guard(content: bytes) -> None:
    """Judge it before openpyxl opens it. Raises Unfit."""
    if len(content) > OCTETS:
        raise Unfit(TOO_LARGE)
    if content.startswith(OLD):
        raise Unfit(OLD_OR_LOCKED)
    if not content.startswith(PACKED):
        raise Unfit(NOT_XLSX)
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            _judge(packed)
    except (zipfile.BadZipFile, ValueError, NotImplementedError, RuntimeError, OSError, EOFError):
        raise Unfit(DAMAGED) from None


def _judge(packed: zipfile.ZipFile) -> None:
    """zipfile unpacks no more of a part than its directory says, so the directory's sizes hold. Raises Unfit."""
    parts = packed.infolist()
    if len(parts) > PARTS or sum(part.file_size for part in parts) > UNPACKED:
        raise Hostile(EXPLODES)
    if any(part.file_size > SMALL and part.file_size > RATIO * part.compress_size for part in parts):
        raise Hostile(EXPLODES)
    names = {part.filename for part in parts}
    if "xl/workbook.xml" not in names:
        raise Unfit(NOT_XLSX)
    if any(name.lower().endswith("vbaproject.bin") for name in names):
        raise Hostile(MACROS)
    for part in parts:
        if not part.filename.endswith((".xml", ".rels")):
            continue
        text = packed.read(part)
        if any(mark in text for mark in MARKS):
            raise Hostile(DAMAGED)
        if part.filename.startswith("xl/worksheets/") and b"<mergeCell " in text:
            raise Unfit(MERGED)


def _headings(sheet: Any) -> list[str]:
    first = next(sheet.iter_rows(min_row=1, max_row=1, max_col=HEADINGS), ())
    found = [str(cell.value or "").strip().rstrip("*").strip() for cell in first]
    while found and not found[-1]:
        found.pop()
    return found


def _rows(sheet: Any, width: int) -> Iterator[tuple[int, Sequence[Cell]]]:
    """Raises Unfit."""
    for number, row in enumerate(sheet.iter_rows(min_row=2, max_row=SCANNED + 2, max_col=width), 2):
        if number > SCANNED + 1:
            raise Unfit(TOO_LONG)
        cells = [_cell(cell) for cell in row]
        if any(cell.text for cell in cells):
            yield number, cells


def _cell(cell: Any) -> Cell:
    value = cell.value
    if cell.data_type in ODD:
        return Cell(str(value), ODD[cell.data_type])
    if isinstance(value, bool):
        return Cell("yes" if value else "no", "flag")
    if isinstance(value, date):
        return Cell(value.strftime("%Y-%m-%d"), "day")
    if isinstance(value, int | float):
        return _number(value, cell.number_format)
    return Cell("" if value is None else str(value).strip())


def _number(value: float, shown: str) -> Cell:
    """In plain digits; one that is shown with leading zeros (a number format of zeros) keeps them."""
    if abs(value) >= EXACT:
        return Cell(f"{value:.0f}", "rounded")
    text = f"{value:.15g}"
    if "e" in text:
        text = f"{value:.15f}".rstrip("0").rstrip(".")
    return Cell(text.zfill(len(shown)) if shown.strip("0") == "" else text, "number")
