"""The partner's messages <-> ours. Pure; one row per message in MESSAGES, two small functions each.

``write`` turns our values into the partner's, ``read`` the partner's into ours. As written they change nothing but
amounts in cents (分), which are yuan with two decimals on our side. Values are keyed by the partner's element names;
``@name`` is an attribute, ``$$`` the text of an element with attributes.
"""

from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from hub.contract.message import CanonicalEvent, CanonicalMessage, PartnerContent
from hub.contract.money import Money

Values = Mapping[str, Any]
Path = tuple[str, ...]
CURRENCY = "CNY"


@dataclass(frozen=True, kw_only=True)
class Message:
    """One message of the partner. Paths that are empty are not known: what depends on them is UNKNOWN."""

    type: str  # as in capability.toml
    tag: str  # the root element
    schema: str  # file in schemas/
    sample: str  # file in schemas/samples/, without .xml
    write: Callable[[Values], dict[str, Any]]
    read: Callable[[Values], dict[str, Any]]
    answer: str = ""  # type of the message that answers it
    query: str = ""  # type of the message that asks what became of it
    reference: Path = ()  # the number that an answer repeats
    status: Path = ()  # the partner's code
    moment: Path = ()  # when the partner wrote it


def at(values: Values, path: Path) -> Any:
    """The value at ``path``; None where there is none."""
    found: Any = values if path else None
    for name in path:
        found = found.get(name) if isinstance(found, Mapping) else None
    return found


def put(values: dict[str, Any], path: Path, value: Any) -> None:
    """Write ``value`` at ``path`` where the group that holds it is there."""
    group = at(values, path[:-1]) if path[1:] else values
    if path and isinstance(group, dict):
        group[path[-1]] = value


def in_cents(values: Values, paths: Sequence[Path]) -> dict[str, Any]:
    """A copy with the amounts at ``paths`` in whole cents; a value that is no amount stays, for the XSD to refuse."""
    made = deepcopy(dict(values))
    for path in paths:
        amount = at(made, path)
        if isinstance(amount, Decimal):
            put(made, path, Money(amount, CURRENCY).cents())
    return made


def in_yuan(values: Values, paths: Sequence[Path]) -> dict[str, Any]:
    """A copy with the amounts at ``paths`` in yuan."""
    made = deepcopy(dict(values))
    for path in paths:
        cents = at(made, path)
        if isinstance(cents, int):
            put(made, path, Money.from_cents(cents, CURRENCY).amount)
    return made

$message_functions


MESSAGES = (
$message_rows)
"""Every message of the partner's XSDs."""

BY_TYPE = {message.type: message for message in MESSAGES}

MEANINGS: Mapping[str, Callable[[CanonicalMessage], Sequence[CanonicalEvent | PartnerContent]]] = {}
"""Type of a message that the partner sends by itself -> what it means for our objects.

$meanings_hint
A message without a row is acknowledged and parked, and an operator sees it: nothing is lost, nothing is guessed."""
