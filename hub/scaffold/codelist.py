"""The partner's code list, ``code,text_zh[,text_en][,event]`` as CSV -> rows of a status table; what is not mapped is
kept and marked.
"""

import csv
import io
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from hub.contract.text import Text
from hub.scaffold.names import ScaffoldError

REQUIRED, OPTIONAL = ("code", "text_zh"), ("text_en", "event")
ENCODINGS = ("utf-8-sig", "gb18030")  # what spreadsheets in China write
WIDEST = 120


@dataclass(frozen=True, kw_only=True)
class Code:
    """One code of the partner; ``event`` is empty while nobody has said what it means."""

    code: str
    text: Text
    event: str = ""


def read(path: Path) -> tuple[Code, ...]:
    """The rows of a CSV file. Raises ScaffoldError naming the file, the line and the rule."""
    lines = list(csv.reader(io.StringIO(_text(path))))
    head = [name.strip().lower() for name in lines[0]] if lines else []
    missing = [name for name in REQUIRED if name not in head]
    unknown = [name for name in head if name not in (*REQUIRED, *OPTIONAL)]
    if missing or unknown:
        raise _wrong(path, 1, "列应为 code,text_zh[,text_en][,event]", "the columns are code,text_zh[,text_en][,event]")
    found: dict[str, Code] = {}
    for number, line in enumerate(lines[1:], 2):
        if not any(cell.strip() for cell in line):
            continue
        row = dict(zip(head, (cell.strip() for cell in line), strict=False))
        code, text = row.get("code", ""), row.get("text_zh", "")
        if not code or not text:
            raise _wrong(path, number, "code 和 text_zh 必填", "code and text_zh are required")
        if code in found:
            raise _wrong(path, number, f"代码 {code} 重复", f"code {code} stands twice")
        found[code] = Code(code=code, text=Text(text, row.get("text_en") or text), event=row.get("event", ""))
    if not found:
        raise _wrong(path, 1, "没有代码", "there is no code in it")
    return tuple(found.values())


def mapped(codes: Iterable[Code], events: Sequence[str]) -> list[Code]:
    """The rows whose event is one of ``events``."""
    return [code for code in codes if code.event in events]


def unmapped(codes: Iterable[Code], events: Sequence[str]) -> list[Code]:
    """The rows without an event, or with one that is none of ``events``."""
    return [code for code in codes if code.event not in events]


def status_rows(codes: Sequence[Code]) -> str:
    """The inside of the tuple of a StatusTable, as ruff formats it."""
    return _lines([_call("StatusRow", [quoted(code.code), quoted(code.event)], code.text, 8) for code in codes], 4, 8)


def answer_rows(codes: Sequence[Code], outcomes: Sequence[str]) -> str:
    """The inside of the tuple of an AnswerTable; an event of a business object means that the partner has it."""
    rows = [(code, code.event if code.event in outcomes else "accepted") for code in codes]
    return _lines(
        [_call("AnswerRow", [quoted(code.code), f"O.{kind.upper()}"], code.text, 8) for code, kind in rows], 4, 8
    )


def unmapped_rows(codes: Sequence[Code]) -> str:
    """The inside of the tuple UNMAPPED: (code, text), and what the list said where it said something."""
    return _lines([_call("", [quoted(code.code)], code.text, 4) + _said(code) for code in codes], 0, 44)


def quoted(text: str) -> str:
    """A Python string in double quotes."""
    inner = "".join(sign if sign.isprintable() else f"\\u{ord(sign):04x}" for sign in text)
    return '"' + inner.replace("\\", "\\\\").replace('"', '\\"') + '"'


def width(text: str) -> int:
    """Columns, as ruff counts them: a Chinese character takes two."""
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text)


def _said(code: Code) -> str:
    return f"  # the list says {code.event!r}" if code.event else ""


def _call(name: str, parts: Sequence[str], text: Text, indent: int) -> str:
    """``name(parts, Text(zh, en)),`` on one line or, where it is too long, on several."""
    zh, en = quoted(text.zh), quoted(text.en)
    line = f"{name}({', '.join(parts)}, Text({zh}, {en})),"
    if indent + width(line) <= WIDEST:
        return line
    pad = " " * (indent + 4)
    inner = f"{pad}Text({zh}, {en}),"
    if width(inner) > WIDEST:
        rows = [f"{pad}    {_long(part, indent + 8)}" for part in (zh, en)]
        inner = "\n".join([f"{pad}Text(", *rows, f"{pad}),"])
    return "\n".join([f"{name}(", *(f"{pad}{part}," for part in parts), inner, f"{' ' * indent}),"])


def _long(part: str, indent: int) -> str:
    return f"{part}," if indent + width(part) < WIDEST else f"{part},  # noqa: E501"


def _lines(rows: Sequence[str], indent: int, before: int) -> str:
    """One row per line; a single one stays on the line, after what stands ``before`` it, where it fits."""
    if not rows:
        return ""
    if len(rows) == 1 and not {"\n", "#"} & set(rows[0]) and before + width(rows[0]) < WIDEST:
        return rows[0]
    pad = " " * (indent + 4)
    return "\n" + "".join(f"{pad}{row}\n" for row in rows) + " " * indent


def _text(path: Path) -> str:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ScaffoldError(Text(f"无法读取 {path}：{error.strerror}", f"{path}: {error.strerror}")) from error
    for encoding in ENCODINGS:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise _wrong(path, 1, "编码应为 UTF-8 或 GB18030", "the encoding is neither UTF-8 nor GB18030")


def _wrong(path: Path, line: int, zh: str, en: str) -> ScaffoldError:
    return ScaffoldError(Text(f"{path} 第 {line} 行：{zh}", f"{path}, line {line}: {en}"))
