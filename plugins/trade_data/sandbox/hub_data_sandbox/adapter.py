"""What the core calls. The source speaks the hub's own XML and sends nothing unasked: all is CanonicalDialect's."""

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files

from hub.contract.adapters import Context, Refusal
from hub.contract.capability import CapabilitySheet
from hub.contract.message import CanonicalEvent, InMessage, PartnerContent
from hub.contract.status import StatusTable
from hub.xml.catalogue import default_catalogue
from hub.xml.dialect import TYPE_NOT_DECLARED, CanonicalDialect

PARTNER = "sandbox-data"


@dataclass(frozen=True, kw_only=True)
class SandboxAdapter(CanonicalDialect):
    """The source, as the core sees it: hub.contract.adapters.TradeDataSource."""

    statuses: Sequence[StatusTable] = ()  # its codes are the hub's own: an XSD lists them

    def parse(self, message: InMessage, ctx: Context) -> Sequence[CanonicalEvent | PartnerContent]:  # noqa: ARG002
        """Raises Refusal 0005: nothing may come unasked."""
        raise Refusal(TYPE_NOT_DECLARED, message.canonical.type)


def sheet() -> CapabilitySheet:
    """The capability sheet of this distribution."""
    return CapabilitySheet.parse(files("hub_data_sandbox").joinpath("capability.toml").read_text(encoding="utf-8"))


def sandbox() -> SandboxAdapter:
    """The adapter with the hub's own schemas."""
    return SandboxAdapter(catalogue=default_catalogue(), sheet=sheet())
