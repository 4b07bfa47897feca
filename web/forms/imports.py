"""Rows of a form by workbook (spec CI-CLM-25..26, ui.md 5.10): the template, what the cells mean, what is wrong where.

Everything comes from the form of the rows itself: headings, required marks, lists to choose from, rules.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from hub.contract.text import Text
from hub.errors import InvalidInput
from hub.workbook import comma, reader, writer
from hub.workbook.reader import Cell, Table, Unfit
from hub.workbook.writer import Column, Page
from web.forms.base import Rows
from web.forms.controls import CHOOSE, DAY

CODES = Text("代码表", "Codes")
NOTES = Text("填写说明", "How to fill it in")
NOTE_HEADINGS = (Text("列", "Column"), Text("是否必填", "Required"), Text("填写要求", "What may stand here"))
YES_NO = {True: Text("必填", "Yes"), False: Text("选填", "No")}
REASON = Text("错误原因", "What is wrong")
SHOW: Mapping[str, Any] = {"amount": "amount", "day": "day"}

FORMULA = Text("不读取公式，请填写结果值", "Formulas are not read: enter the value itself")
FAILED = Text("单元格的值是错误值，请重新填写", "The cell holds an error: enter its value")
ROUNDED = Text(
    "数字超过15位，Excel已改变其末尾数字；请将单元格格式设为文本后重新填写",
    "Excel has rounded a number of more than 15 digits: format the cell as text and enter it again",
)
NOT_TEXT = Text(
    "Excel已将内容识别为日期或逻辑值，请将单元格格式设为文本后重新填写",
    "Excel took this for a date or for true/false: format the cell as text and enter it again",
)
UNREAD: Mapping[str, Text] = {"formula": FORMULA, "error": FAILED, "rounded": ROUNDED}
WRITTEN_DAYS = tuple(
    map(
        re.compile,
        (
            r"(?P<y>[0-9]{4})(?P<sign>[-/.])(?P<m>[0-9]{1,2})(?P=sign)(?P<d>[0-9]{1,2})",
            "(?P<y>[0-9]{4})年(?P<m>[0-9]{1,2})月(?P<d>[0-9]{1,2})日",
            "(?P<y>[0-9]{4})(?P<m>[0-9]{2})(?P<d>[0-9]{2})",
        ),
    )
)
GROUPED = re.compile(r"[0-9]{1,3}(,[0-9]{3})+(\.[0-9]+)?")


RIGHT = 20  # right rows that a page shows; the whole list is a workbook


@dataclass(frozen=True, kw_only=True)
class Line:
    """One row of a workbook."""

    number: int  # as the workbook shows it
    typed: Mapping[str, str]  # as it would have been typed into the form
    values: Mapping[str, Any]  # typed; empty where something is wrong
    faults: Mapping[str, Text] = field(default_factory=dict)  # field -> what is wrong


def template(table: Rows, label: Text, read: Callable[[Text], str]) -> bytes:
    """The workbook to fill in: the rows' own columns, the lists to choose from, and an explanation of each column."""
    columns = _columns(table, read)
    notes = [[column.heading, read(YES_NO[column.required]), column.note] for column in columns]
    return writer.write(
        [
            Page(title=read(label), columns=columns, most=table.most),
            Page(title=read(NOTES), columns=[Column(heading=read(text)) for text in NOTE_HEADINGS], rows=notes),
        ],
        read(CODES),
    )


def report(table: Rows, lines: Sequence[Line], label: Text, read: Callable[[Text], str]) -> bytes:
    """The same workbook with what was read and, behind it, what is wrong: corrected, it can be imported again."""
    columns = [*_columns(table, read), Column(heading=read(REASON))]
    fields = table.form.shown()
    rows = [
        [
            *(cell_text(fields[name], line.typed.get(name, ""), read) for name in fields),
            "；".join(f"{read(fields[name]['label'])}：{read(text)}" for name, text in line.faults.items()),
        ]
        for line in lines
    ]
    return writer.write([Page(title=read(label), columns=columns, rows=rows, most=table.most)], read(CODES))


def parse(table: Rows, content: bytes, *, commas: bool = False) -> list[dict[str, Any]]:
    """The workbook's rows as JSON: ``number``, ``typed`` and ``unread`` (field -> why, zh and en). Raises Unfit.

    ``commas``: a table as comma-separated text is taken too.
    """
    names = {_plain(text): name for name, shown in table.form.shown().items() for text in _both(shown["label"])}
    read = comma.read if commas and not content.startswith((reader.PACKED, reader.OLD)) else reader.read
    found = read(content, lambda heading: _plain(heading) in names)
    places = _places(table, found, names)
    if len(found.rows) > table.most:
        raise Unfit(_too_many(len(found.rows), table.most))
    if not found.rows:
        raise Unfit(Text("工作表中没有数据，请从第二行开始填写", "The sheet is empty: begin in its second row"))
    fields = table.form.shown()
    return [_row(fields, number, cells, places, found) for number, cells in found.rows]


def lines(table: Rows, kept: Sequence[Mapping[str, Any]]) -> list[Line]:
    """What :func:`parse` found, checked row by row with the form's own rules."""
    return [_line(table, row) for row in kept]


@dataclass(frozen=True, kw_only=True)
class Result:
    """What the check page shows."""

    right: Sequence[Line]
    wrong: Sequence[Line]
    columns: Sequence[tuple[str, str]]  # heading and control
    errors: Sequence[tuple[int, str, str, str]]  # number of the row, heading, what was entered, what is wrong
    rows: Sequence[tuple[int, Sequence[str]]]  # the right ones


def result(table: Rows, lines: Sequence[Line], read: Callable[[Text], str]) -> Result:
    """The lines as the check page shows them."""
    fields = table.form.shown()
    right, wrong = [line for line in lines if not line.faults], [line for line in lines if line.faults]
    return Result(
        right=right,
        wrong=wrong,
        columns=[(read(shown["label"]), shown["control"]) for shown in fields.values()],
        errors=[
            (line.number, read(fields[name]["label"]), cell_text(fields[name], line.typed[name], read), read(text))
            for line in wrong
            for name, text in line.faults.items()
        ],
        rows=[
            (line.number, [cell_text(shown, line.typed[name], read) or "—" for name, shown in fields.items()])
            for line in right[:RIGHT]
        ],
    )


def cell_text(shown: Mapping[str, Any], typed: str, read: Callable[[Text], str]) -> str:
    """What was typed, as a person reads it."""
    options = shown.get("options", {})
    return read(options[typed]) if typed in options else typed


def _columns(table: Rows, read: Callable[[Text], str]) -> list[Column]:
    return [
        Column(
            heading=read(shown["label"]),
            show=SHOW.get(shown["control"], "text"),
            required=shown["required"],
            options=[read(text) for text in shown.get("options", {}).values()],
            note="；".join(read(text) for text in _rules(shown)),
        )
        for shown in table.form.shown().values()
    ]


def _rules(shown: Mapping[str, Any]) -> Iterator[Text]:
    """What a value must be, in the form's own words."""
    if shown["control"] == "day":
        yield DAY
    if "options" in shown:
        yield CHOOSE
    if "wrong" in shown:
        yield shown["wrong"]
    elif "longest" in shown:
        yield Text(f"最多{shown['longest']}个字", f"At most {shown['longest']} characters")
    if shown.get("hint"):
        yield shown["hint"]


def _places(table: Rows, found: Table, names: Mapping[str, str]) -> dict[str, int]:
    """Field -> column. Raises Unfit for a column that is unknown, there twice, or missing though required."""
    places: dict[str, int] = {}
    for place, heading in enumerate(found.headings):
        name = names.get(_plain(heading))
        if name in places or (name is None and heading and _plain(heading) not in map(_plain, _both(REASON))):
            raise Unfit(Text(f"列“{heading}”未知或重复，请使用模板的列名", f"Column {heading!r} is unknown or doubled"))
        if name:
            places[name] = place
    for name, shown in table.form.shown().items():
        if shown["required"] and name not in places:
            label = shown["label"]
            raise Unfit(Text(f"缺少必填列“{label.zh}”，请使用下载的模板", f"The column {label.en!r} is missing"))
    return places


def _row(
    fields: Mapping[str, Mapping[str, Any]],
    number: int,
    cells: Sequence[Cell],
    places: Mapping[str, int],
    found: Table,
) -> dict[str, Any]:
    typed, unread = {}, {}
    for name, shown in fields.items():
        place = places.get(name)
        cell = cells[place] if place is not None and place < len(cells) else Cell()
        typed[name] = TYPED.get(shown["control"], _text)(cell, shown, found.old_calendar)
        why = UNREAD.get(cell.kind) or (NOT_TEXT if cell.kind in ("day", "flag") and _is_text(shown) else None)
        if why:
            unread[name] = _both(why)
    return {"number": number, "typed": typed, "unread": unread}


def _line(table: Rows, row: Mapping[str, Any]) -> Line:
    unread = {name: Text(*why) for name, why in row["unread"].items()}
    try:
        values = table.form.check(row["typed"])
    except InvalidInput as error:
        return Line(number=row["number"], typed=row["typed"], values={}, faults=error.fields | unread)
    return Line(number=row["number"], typed=row["typed"], values={} if unread else values, faults=unread)


def _is_text(shown: Mapping[str, Any]) -> bool:
    return shown["control"] not in TYPED


def _text(cell: Cell, shown: Mapping[str, Any], old_calendar: bool) -> str:  # noqa: ARG001
    return cell.text


def _day(cell: Cell, shown: Mapping[str, Any], old_calendar: bool) -> str:  # noqa: ARG001
    """Whatever a day is written like, as YYYY-MM-DD; what is none, or could be two, stays and is refused."""
    match = next(filter(None, (pattern.fullmatch(cell.text) for pattern in WRITTEN_DAYS)), None)
    if match:
        return f"{match['y']}-{match['m']:0>2}-{match['d']:0>2}"
    found = reader.day_of(int(cell.text), old_calendar=old_calendar) if re.fullmatch("[0-9]{5}", cell.text) else None
    return date.isoformat(found) if found else cell.text


def _amount(cell: Cell, shown: Mapping[str, Any], old_calendar: bool) -> str:  # noqa: ARG001
    return cell.text.replace(",", "") if GROUPED.fullmatch(cell.text) else cell.text


def _option(cell: Cell, shown: Mapping[str, Any], old_calendar: bool) -> str:  # noqa: ARG001
    """The code, for the code itself or its words in either language."""
    words: dict[str, str] = {
        _plain(word): code for code, text in shown["options"].items() for word in (code, *_both(text))
    }
    return words.get(_plain(cell.text), cell.text)


TYPED: Mapping[str, Callable[[Cell, Mapping[str, Any], bool], str]] = {
    "day": _day,
    "amount": _amount,
    "select": _option,
    "radio": _option,
}
"""Control -> what a cell of it means, as typed."""


def _plain(text: str) -> str:
    """For comparing: full-width and half-width forms, blanks and case do not matter."""
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())


def _both(text: Text) -> tuple[str, str]:
    return text.zh, text.en


def _too_many(found: int, most: int) -> Text:
    return Text(f"共{found}行，最多{most}行，请拆分后分别导入", f"{found} rows, at most {most} are taken: split it")
