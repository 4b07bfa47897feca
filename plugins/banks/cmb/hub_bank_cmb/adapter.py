"""What the core calls. Tables in, behaviour out: all but the meaning of a message is hub.xml.own.OwnDialect's."""

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from hub.contract.adapters import Context
from hub.contract.capability import CapabilitySheet
from hub.contract.meaning import meaning
from hub.contract.message import CanonicalEvent, InMessage
from hub.xml.catalogue import default_catalogue
from hub.xml.own import OwnDialect
from hub_bank_cmb import codes, messages
from hub_bank_cmb.wire import JsonCarrier

PARTNER = "cmb"


@dataclass(frozen=True, kw_only=True)
class CmbAdapter(OwnDialect):
    """The bank, as the core sees it: hub.contract.adapters.BankAdapter."""

    def parse(self, message: InMessage, ctx: Context) -> Sequence[CanonicalEvent]:  # noqa: ARG002
        """What ``message`` means for our objects. Raises UnmappedCode, and Refusal 0005 for a type without a row."""
        return meaning(message, messages.SAYS)


def sheet() -> CapabilitySheet:
    """The capability sheet of this distribution."""
    return CapabilitySheet.parse(files("hub_bank_cmb").joinpath("capability.toml").read_text(encoding="utf-8"))


def cmb() -> CmbAdapter:
    """The adapter: documents that travel as JSON."""
    return CmbAdapter(
        catalogue=default_catalogue(),
        sheet=sheet(),
        messages=messages.MESSAGES,
        answers=codes.ANSWERS,
        statuses=codes.TABLES,
        schemas=Path(str(files("hub_bank_cmb"))) / "schemas",
        carrier=JsonCarrier(),
    )
