"""What the core calls. The insurer speaks the hub's own XML: all but the meaning of a message is CanonicalDialect's."""

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files

from hub.contract.adapters import Context
from hub.contract.capability import CapabilitySheet
from hub.contract.message import CanonicalEvent, InMessage, PartnerContent
from hub.contract.status import StatusTable
from hub.xml.catalogue import default_catalogue
from hub.xml.dialect import CanonicalDialect
from $package import codes, messages

PARTNER = "$partner"


@dataclass(frozen=True, kw_only=True)
class Adapter(CanonicalDialect):
    """The insurer, as the core sees it: hub.contract.adapters.InsurerAdapter."""

    statuses: Sequence[StatusTable] = codes.TABLES

    def parse(self, message: InMessage, ctx: Context) -> Sequence[CanonicalEvent | PartnerContent]:  # noqa: ARG002
        """What ``message`` means for our objects. Raises UnmappedCode, and Refusal 0005 for a type without a row."""
        return messages.meaning(message)


def sheet() -> CapabilitySheet:
    """The capability sheet of this distribution."""
    return CapabilitySheet.parse(files("$package").joinpath("capability.toml").read_text(encoding="utf-8"))


def make_adapter() -> Adapter:
    """The adapter with the hub's own schemas."""
    return Adapter(catalogue=default_catalogue(), sheet=sheet())
