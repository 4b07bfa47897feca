"""PDFs from typst templates: archival (PDF/A-2a), tagged (PDF/UA-1), the same bytes for the same input.

Data goes in as one JSON text and reaches the page as text only, never as markup. Fonts come from the package; a glyph
that they lack is an error, because plain PDF would silently print a box in the place of somebody's name.
"""

import json
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo

import typst

from hub.contract.text import Text
from hub.errors import HubError

FOLDER = Path(__file__).parent
FONTS = FOLDER / "fonts"  # filled by script/frontend
TEMPLATES = FOLDER / "templates"
ZONE = ZoneInfo("Asia/Shanghai")
Format = Literal["pdf", "svg"]
LOCK = threading.Lock()  # one compiler, one document at a time: 20 ms each


class NotPrintable(HubError):
    """The document cannot be made."""

    zh = "单证无法生成"


def render(template: str, data: Mapping[str, Any], *, now: datetime) -> bytes:
    """The PDF of ``templates/<template>.typ``, whose head says what it reads from ``data``.

    Dates, datetimes (shown in Asia/Shanghai) and Decimals (shown with separators) may stand in ``data`` as they are.
    ``now`` is the document's date. Raises NotPrintable: no fonts, a missing glyph, a missing value, any warning.
    """
    return _compile(template, data, now, "pdf", ["a-2a", "ua-1"])


@dataclass(frozen=True)
class Drawing:
    """One picture in two forms, with the same strokes."""

    pdf: bytes  # a page of the picture's own size
    svg: bytes


def draw(template: str, data: Mapping[str, Any], *, now: datetime) -> Drawing:
    """The picture of ``templates/<template>.typ``. Raises NotPrintable."""
    pdf = _compile(template, data, now, "pdf", ["a-2b"])  # first: it is the one that misses a glyph
    return Drawing(pdf, _compile(template, data, now, "svg", []))


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where something stands in a document: points from the upper left of a page (the first is 1)."""

    name: str
    page: int
    left: float
    top: float


def places(template: str, data: Mapping[str, Any], *, now: datetime) -> list[Place]:
    """What the template has marked with ``place-of`` (see sheet.typ). Raises NotPrintable."""
    try:
        found = typst.query(
            TEMPLATES / f"{template}.typ",
            "<place>",
            field="value",
            root=TEMPLATES,
            font_paths=fonts(FONTS),
            sys_inputs=_inputs(data, now),
        )
    except typst.TypstError as error:
        raise NotPrintable(_because(template, error.message)) from error
    return [Place(**row) for row in json.loads(found)]


def _compile(template: str, data: Mapping[str, Any], now: datetime, format: Format, standards: Any) -> bytes:
    with LOCK:
        try:
            made, warnings = compiler().compile_with_warnings(
                input=TEMPLATES / f"{template}.typ",
                format=format,
                sys_inputs=_inputs(data, now),
                pdf_standards=standards,  # without them a missing glyph is not even a warning
                timestamp=now.replace(microsecond=0),  # PDF dates have whole seconds
            )
        except typst.TypstError as error:
            raise NotPrintable(_because(template, error.message)) from error
    if warnings or not isinstance(made, bytes):
        raise NotPrintable(_because(template, "; ".join(warning.message for warning in warnings)))
    return made


def _inputs(data: Mapping[str, Any], now: datetime) -> dict[str, str]:
    return {"data": json.dumps(data, default=show, ensure_ascii=False), "now": show(now)}


@cache
def compiler() -> typst.Compiler:
    """The one compiler. Raises NotPrintable without fonts."""
    return typst.Compiler(root=TEMPLATES, font_paths=fonts(FONTS))


@cache
def fonts(folder: Path) -> typst.Fonts:
    """The fonts in ``folder`` and no others. Raises NotPrintable when there are none."""
    found = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[folder])
    if not found.families():
        raise NotPrintable(Text("缺少中文字体，请运行 script/frontend", "There is no font: run script/frontend"))
    return found


def show(value: object) -> str:
    """A date, time or amount as it is printed (spec UI-27)."""
    if isinstance(value, datetime):
        return value.astimezone(ZONE).strftime("%Y-%m-%d %H:%M:%S")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return f"{value:,f}"
    raise TypeError(f"{type(value).__name__} cannot be printed")


def _because(template: str, reason: str) -> Text:
    return Text(f"单证 {template} 无法生成：{reason}", f"The document {template} cannot be made: {reason}")
