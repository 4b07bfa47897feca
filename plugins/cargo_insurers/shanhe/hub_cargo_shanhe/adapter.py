"""What the core calls. The conversation is the hub's, the words are Shanhe's (tables.py), and the hub has to ask."""

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files

from hub.contract.adapters import Context
from hub.contract.capability import CapabilitySheet
from hub.contract.meaning import meaning
from hub.contract.message import CanonicalEvent, InMessage, OutMessage, Raw
from hub.contract.status import StatusTable
from hub.xml.catalogue import default_catalogue
from hub.xml.translated import Translated
from hub_cargo_shanhe import codes, messages, tables, wire

PARTNER = "shanhe"


@dataclass(frozen=True, kw_only=True)
class ShanheAdapter(Translated):
    """Shanhe, as the core sees it: hub.contract.adapters.InsurerAdapter and PollingAdapter."""

    statuses: Sequence[StatusTable] = codes.TABLES

    def parse(self, message: InMessage, ctx: Context) -> Sequence[CanonicalEvent]:  # noqa: ARG002
        """What ``message`` means for our objects. Raises UnmappedCode, and Refusal 0005 for a type without a row."""
        return meaning(message, messages.SAYS)

    def poll(self, cursor: str, ctx: Context) -> OutMessage:
        """What is new since the place ``cursor``?"""
        return wire.question(self, cursor, ctx)

    def parse_poll(self, raw: Raw, cursor: str, ctx: Context) -> tuple[Sequence[Raw], str]:
        """The documents in a signed answer, and the next place. Raises Refusal."""
        return wire.news(raw, cursor, ctx)


def sheet() -> CapabilitySheet:
    """The capability sheet of this distribution."""
    return CapabilitySheet.parse(files("hub_cargo_shanhe").joinpath("capability.toml").read_text(encoding="utf-8"))


def shanhe() -> ShanheAdapter:
    """The adapter with Shanhe's tables."""
    return ShanheAdapter(catalogue=default_catalogue(), sheet=sheet(), layouts=tables.LAYOUTS, encoding=tables.ENCODING)
