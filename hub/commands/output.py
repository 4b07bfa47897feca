"""What commands print: aligned tables for people, JSON for machines, times in Asia/Shanghai."""

import dataclasses
import json
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import Enum
from typing import Any
from zoneinfo import ZoneInfo

import click

from hub.contract.text import Text

SHANGHAI = ZoneInfo("Asia/Shanghai")
Row = Mapping[str, Any]


def show(rows: Sequence[Row], columns: Mapping[str, str], *, as_json: bool, none: str) -> None:
    """Print ``rows``: with ``as_json`` whole, else the ``columns`` (key -> heading) aligned, or ``none``."""
    if as_json:
        click.echo(to_json(rows))
        return
    if not rows:
        click.echo(none)
        return
    cells = [[*columns.values()], *([cell(row[key]) for key in columns] for row in rows)]
    widths = [max(width(line[column]) for line in cells) for column in range(len(columns))]
    for line in cells:
        padded = (text + " " * (widths[column] - width(text)) for column, text in enumerate(line))
        click.echo("  ".join(padded).rstrip())


def plain(row: Any) -> dict[str, Any]:
    """A frozen row as a dict, in the order of its fields."""
    return {field.name: getattr(row, field.name) for field in dataclasses.fields(row)}


def cell(value: Any) -> str:
    """A value in a table."""
    if value is None or value == "":
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return local(value)
    if isinstance(value, (list, tuple)):
        return ", ".join(cell(part) for part in value) or "-"
    return str(value)


def local(at: datetime) -> str:
    """A time as people in China read it."""
    return at.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M:%S")


def to_json(value: Any) -> str:
    """Readable JSON; times with the offset of Asia/Shanghai."""
    return json.dumps(value, default=_machine, ensure_ascii=False, indent=2)


def _machine(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(SHANGHAI).isoformat(timespec="milliseconds")
    if isinstance(value, Text):
        return {"zh": value.zh, "en": value.en}
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    raise TypeError(f"{type(value).__name__} in JSON")


def width(text: str) -> int:
    """Columns on a terminal: a Chinese character takes two, a combining mark none."""
    return sum(
        0 if unicodedata.combining(sign) else 2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text
    )
