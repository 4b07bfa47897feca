"""Status tables: a partner's code -> our event, in the partner's own wording. Total by construction.

A code that is not in the table raises :class:`UnmappedCode`: the core parks the message, changes no state, and
shows the code in the operator's inbox. There is no default row. An :class:`AnswerTable` is the same for the codes of
the partner's direct answers: what an answer says about the sending.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Generic, Protocol, TypeVar

from hub.contract.outcome import OutcomeClass
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
class AnswerRow:
    """One code of the partner's direct answers, what it says about the sending, and the partner's wording."""

    code: str
    outcome: OutcomeClass  # NOT_SENT ("never seen it") counts in the answer to a query only
    text: Text


class _Coded(Protocol):
    @property
    def code(self) -> str: ...


R = TypeVar("R", bound=_Coded)


@dataclass(frozen=True)
class CodeTable(Generic[R]):
    """The codes of one field, one row each."""

    name: str
    rows: tuple[R, ...]
    _by_code: Mapping[str, R] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Raises ValueError when a code stands twice."""
        by_code = {row.code: row for row in self.rows}
        if len(by_code) != len(self.rows):
            raise ValueError(f"{self.name}: a code stands twice")
        object.__setattr__(self, "_by_code", by_code)

    def __getitem__(self, code: str) -> R:
        """The row of ``code``; raises UnmappedCode."""
        try:
            return self._by_code[code]
        except KeyError:
            raise UnmappedCode(self.name, code) from None

    def __iter__(self) -> Iterator[R]:
        return iter(self.rows)


class StatusTable(CodeTable[StatusRow]):
    """Codes that are events. ``name`` is ``Message.Field``, or ``Message.Field(OtherField)`` where the code means
    something else beside another field; a field is called as in the hub's message, or as the partner writes it.
    """


class AnswerTable(CodeTable[AnswerRow]):
    """Codes of the partner's direct answers."""
