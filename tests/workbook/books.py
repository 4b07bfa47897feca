"""Workbooks as people, and attackers, make them."""

import io
import zipfile
from collections.abc import Callable, Sequence
from typing import Any

from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet


def book(*rows: Sequence[Any], change: Callable[[Worksheet], None] | None = None) -> bytes:
    """A workbook with these rows; ``change`` does to its sheet what else a person does."""
    made = Workbook()
    sheet = made.worksheets[0]
    for row in rows:
        sheet.append(row)
    if change:
        change(sheet)
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def with_part(content: bytes, name: str, data: bytes) -> bytes:
    """The same workbook with one part more, or another one."""
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as before,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as after,
    ):
        for part in before.infolist():
            if part.filename != name:
                after.writestr(part, before.read(part))
        after.writestr(name, data)
    return out.getvalue()


def part(content: bytes, name: str) -> bytes:
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        return packed.read(name)


def many_parts(count: int) -> bytes:
    out = io.BytesIO(book(["号"], ["a"]))
    with zipfile.ZipFile(out, "a") as packed:
        for number in range(count):
            packed.writestr(f"xl/media/{number}.bin", b"")
    return out.getvalue()
