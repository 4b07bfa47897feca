"""What the core calls. Yunfan speaks the hub's own XML, so all but the meaning of a message is CanonicalDialect's."""

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files

from hub.contract.adapters import Context
from hub.contract.capability import CapabilitySheet
from hub.contract.meaning import meaning
from hub.contract.message import CanonicalEvent, InMessage
from hub.contract.status import StatusTable
from hub.xml.catalogue import default_catalogue
from hub.xml.dialect import CanonicalDialect
from hub_cargo_yunfan import codes, messages

PARTNER = "yunfan"


@dataclass(frozen=True, kw_only=True)
class YunfanAdapter(CanonicalDialect):
    """Yunfan, as the core sees it: hub.contract.adapters.InsurerAdapter."""

    statuses: Sequence[StatusTable] = codes.TABLES

    def parse(self, message: InMessage, ctx: Context) -> Sequence[CanonicalEvent]:  # noqa: ARG002
        """What ``message`` means for our objects. Raises UnmappedCode, and Refusal 0005 for a type without a row."""
        return meaning(message, messages.SAYS)


def sheet() -> CapabilitySheet:
    """The capability sheet of this distribution."""
    return CapabilitySheet.parse(files("hub_cargo_yunfan").joinpath("capability.toml").read_text(encoding="utf-8"))


def yunfan() -> YunfanAdapter:
    """The adapter with the hub's own schemas."""
    return YunfanAdapter(catalogue=default_catalogue(), sheet=sheet())
