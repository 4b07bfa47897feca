"""What the core calls. Tables in, behaviour out: all but the meaning of a message is hub.xml.own.OwnDialect's."""

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from hub.contract.adapters import Context
from hub.contract.capability import CapabilitySheet
from hub.contract.message import CanonicalEvent, InMessage, PartnerContent
from hub.xml.catalogue import default_catalogue
from hub.xml.own import OwnDialect
from $package import codes, messages

PARTNER = "$partner"
ENCODING = "$encoding"  # as declared in the XSDs: check it against the partner's specification


@dataclass(frozen=True, kw_only=True)
class Adapter(OwnDialect):
    """The partner, as the core sees it: hub.contract.adapters.PartnerAdapter."""

    def parse(self, message: InMessage, ctx: Context) -> Sequence[CanonicalEvent | PartnerContent]:  # noqa: ARG002
        """What ``message`` means for our objects. Raises UnmappedCode: the core parks what nobody has mapped yet."""
        return messages.meaning(message)


def sheet() -> CapabilitySheet:
    """The capability sheet of this distribution."""
    return CapabilitySheet.parse(files("$package").joinpath("capability.toml").read_text(encoding="utf-8"))


def make_adapter() -> Adapter:
    """The adapter. A partner that signs otherwise than with a parcel gets a ``carrier=`` (hub.xml.carriers)."""
    return Adapter(
        catalogue=default_catalogue(),
        sheet=sheet(),
        messages=messages.MESSAGES,
        answers=codes.ANSWERS,
        statuses=codes.TABLES,
        schemas=Path(str(files("$package"))) / "schemas",
        encoding=ENCODING,
    )
