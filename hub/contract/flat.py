"""Records without markup, as tables walked both ways: columns of fixed width in octets, or values with separators."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hub.contract.convert import TEXT, Convert


@dataclass(frozen=True)
class Cell:
    """One column: the key on our side, and how the partner writes it."""

    ours: str
    width: int = 0  # octets; 0 where separators stand between the columns
    by: Convert = TEXT
    right: bool = False  # numbers stand at the right
    fill: str = " "  # one ASCII character


@dataclass(frozen=True, kw_only=True)
class Record:
    """The columns of one line. A value that is absent is an empty column, and the reverse."""

    cells: Sequence[Cell]
    encoding: str = "gbk"
    separator: str = ""  # between the columns, instead of widths

    def write(self, values: Mapping[str, Any]) -> bytes:
        """One line without its end. Raises ValueError naming the column and the rule."""
        unknown = set(values) - {cell.ours for cell in self.cells}
        if unknown:
            raise ValueError(f"{sorted(unknown)[0]}: there is no such column")
        return self.separator.encode(self.encoding).join(self._column(cell, values) for cell in self.cells)

    def read(self, line: bytes) -> dict[str, Any]:
        """The values of one line without its end. Raises ValueError naming the column and the rule."""
        made = {}
        for cell, octets in zip(self.cells, self._columns(line), strict=True):
            try:
                padded = octets.decode(self.encoding)
                text = padded.lstrip(cell.fill) if cell.right else padded.rstrip(cell.fill)
                if text or (cell.fill == "0" and padded):  # nothing but zeros is zero
                    made[cell.ours] = cell.by.read(text or "0")
            except ValueError as error:
                raise ValueError(f"{cell.ours}: {_rule(error, self.encoding)}") from None
        return made

    def _column(self, cell: Cell, values: Mapping[str, Any]) -> bytes:
        try:
            text = cell.by.write(values[cell.ours]) if cell.ours in values else ""
            octets = text.encode(self.encoding)
        except ValueError as error:
            raise ValueError(f"{cell.ours}: {_rule(error, self.encoding)}") from None
        if self.separator:
            if self.separator in text or not text.isprintable():
                raise ValueError(f"{cell.ours}: holds a separator or the end of a line")
            return octets
        if len(octets) > cell.width:
            raise ValueError(f"{cell.ours}: longer than {cell.width} octets")
        fill = cell.fill.encode("ascii")
        return octets.rjust(cell.width, fill) if cell.right else octets.ljust(cell.width, fill)

    def _columns(self, line: bytes) -> Sequence[bytes]:
        if self.separator:  # decoded first: the second octet of a Chinese character may look like a separator
            try:
                found = [part.encode(self.encoding) for part in line.decode(self.encoding).split(self.separator)]
            except UnicodeError:
                raise ValueError(f"the line is not {self.encoding}") from None
        else:
            ends = [sum(cell.width for cell in self.cells[: no + 1]) for no in range(len(self.cells))]
            found = [line[end - cell.width : end] for cell, end in zip(self.cells, ends, strict=True)]
            if len(line) != ends[-1]:
                raise ValueError(f"{len(line)} octets instead of {ends[-1]}")
        if len(found) != len(self.cells):
            raise ValueError(f"{len(found)} columns instead of {len(self.cells)}")
        return found


def _rule(error: ValueError, encoding: str) -> str:
    return f"holds a character that {encoding} does not have" if isinstance(error, UnicodeError) else str(error)
