"""What every part of the scenario asks of the books, and the short answers it gives."""

from collections.abc import Mapping
from typing import Any

from hub.contract.message import Verdict
from hub.contract.receipt import ACCEPTED, RECEIPT_CODES
from hub.testing.simulator.books import Entry
from hub.testing.simulator.desk import ControlError, Desk

TAKEN = Verdict(code=ACCEPTED, text=str(RECEIPT_CODES[ACCEPTED]))
NO_SUCH = Verdict(code="2005", text="业务号不存在")
NOT_NOW = Verdict(code="2006", text="业务的当前状态不接受该报文")


def own(desk: Desk, kind: str, number: str, enterprise: str) -> Entry | None:
    """The enterprise's own object with this number."""
    entry = desk.books.entry(kind, number)
    return entry if entry is not None and entry.enterprise == enterprise else None


def known(desk: Desk, kind: str, number: str) -> Entry:
    """An object that must be there, because a step was planned for it. Raises LookupError."""
    entry = desk.books.entry(kind, number)
    if entry is None:
        raise LookupError(f"{kind} {number}")
    return entry


def named(desk: Desk, kind: str, wanted: Mapping[str, Any], key: str, states: frozenset[str]) -> Entry:
    """The object that a control names, in a state that allows it. Raises ControlError."""
    entry = desk.books.entry(kind, text(wanted, key))
    if entry is None:
        raise ControlError(f"{key}: {wanted[key]} is not in the books")
    if entry.state not in states:
        raise ControlError(f"{key}: {entry.number} is {entry.state}; it must be {' or '.join(sorted(states))}")
    return entry


def text(wanted: Mapping[str, Any], key: str) -> str:
    """The text that a control is given. Raises ControlError."""
    value = wanted.get(key)
    if not isinstance(value, str) or not value:
        raise ControlError(f"{key}: a text is required")
    return value
