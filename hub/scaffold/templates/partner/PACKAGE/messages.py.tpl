"""The partner's messages <-> ours, as tables that are walked both ways (hub.xml.layout).

The left column is our side. As written it is called as the partner's: put the paths of the hub's message there, with
its ``type`` in MESSAGES, as soon as the line of business has one. The third column says how the value is written
(hub.contract.convert). In answers and queries the left column is one of ``reference``, ``code``, ``text``,
``partner_ref``, ``at``.
"""

from collections.abc import Callable, Mapping, Sequence

${converters}from hub.contract.message import CanonicalEvent, CanonicalMessage, InMessage, PartnerContent
from hub.contract.status import UnmappedCode
from hub.xml.layout import $row_kinds
from hub.xml.own import Message

$layouts
MESSAGES = (
$message_rows)
"""Every message of the partner's XSDs."""

Meaning = Sequence[CanonicalEvent | PartnerContent]
MEANINGS: Mapping[str, Callable[[CanonicalMessage], Meaning]] = {}
"""Type of a message that the partner sends by itself -> what it means for our objects.

$meanings_hint
A message is declared in capability.toml together with its row here; what is not declared is refused at the door."""


def meaning(message: InMessage) -> Meaning:
    """What ``message`` means. Raises UnmappedCode where nobody has said it yet: the core parks the message."""
    canonical = message.canonical
    if canonical.type not in MEANINGS:
        raise UnmappedCode(f"{canonical.type}: no row in MEANINGS", "")
    return MEANINGS[canonical.type](canonical)
