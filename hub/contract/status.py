"""Status tables: a partner's code -> our event, in the partner's own wording. Total by construction.

A code that is not in the table raises :class:`UnmappedCode`: the core parks the message, changes no state, and
shows the code in the operator's inbox. There is no default row.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from hub.contract.text import Text


class UnmappedCode(Exception):
    """The partner sent a code that its plugin's status table does not know."""

    def __init__(self, table: str, code: str) -> None:
        super().__init__(f"{table}: no row for code {code!r}")
        self.table = table
        self.code = code


@dataclass(frozen=True)
class StatusRow:
    """One code of the partner, the event it means to us, and the partner's wording."""

    code: str
    event: str
    text: Text


@dataclass(frozen=True)
class StatusTable:
    """The codes of one partner field (``name`` = message.field), one row each."""

    name: str
    rows: tuple[StatusRow, ...]
    _by_code: Mapping[str, StatusRow] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Raises ValueError when a code stands twice."""
        by_code = {row.code: row for row in self.rows}
        if len(by_code) != len(self.rows):
            raise ValueError(f"{self.name}: a code stands twice")
        object.__setattr__(self, "_by_code", by_code)

    def __getitem__(self, code: str) -> StatusRow:
        """The row of ``code``; raises UnmappedCode."""
        try:
            return self._by_code[code]
        except KeyError:
            raise UnmappedCode(self.name, code) from None

    def __iter__(self) -> Iterator[StatusRow]:
        return iter(self.rows)
