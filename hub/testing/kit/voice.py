"""The partner's side of the conversation, as the kit speaks it: :class:`Voice`.

A partner that speaks the hub's own XML gets :class:`CanonicalVoice`. One with a dialect of its own puts a
``make_voice(adapter)`` into its ``tests/kit_samples.py``.
"""

import uuid
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Protocol

from hub.contract.adapters import Context, PartnerAdapter, Signer
from hub.contract.capability import Capability
from hub.contract.message import CanonicalMessage, Raw
from hub.contract.receipt import RECEIPT_CODES
from hub.testing.kit.keys import HUB, keys
from hub.testing.kit.samples import IDS, NOW, USCC
from hub.testing.simulator.canonical import other_side
from hub.xml.catalogue import Catalogue
from hub.xml.dialect import CanonicalDialect, seal


class Voice(Protocol):
    """What the kit has to be able to say and hear in a partner's place. Codes are rows of RECEIPT_CODES."""

    def say(self, message: CanonicalMessage, signer: Signer) -> bytes:
        """The partner's message as it would push it."""
        ...

    def hear(self, content: bytes) -> CanonicalMessage:
        """What the hub sent, verified as the partner verifies it. Raises Refusal."""
        ...

    def hear_receipt(self, content: bytes) -> CanonicalMessage:
        """The receipt that the hub gave, verified as the partner verifies it. Raises Refusal."""
        ...

    def receipt(self, sent: CanonicalMessage, digest: str, code: str, *, text: str, signer: Signer) -> bytes:
        """The partner's signed receipt for the bytes with this digest."""
        ...

    def answer(self, sent: CanonicalMessage, *, seen: bool, code: str | None, signer: Signer, at: datetime) -> bytes:
        """The partner's signed answer to the question about ``sent``, as of ``at``."""
        ...


@dataclass(frozen=True, kw_only=True)
class CanonicalVoice:
    """A partner that speaks the hub's own XML."""

    partner: str
    catalogue: Catalogue = field(repr=False)
    ear: CanonicalDialect = field(repr=False)

    def say(self, message: CanonicalMessage, signer: Signer) -> bytes:
        """Sealed as it stands."""
        return seal(self.catalogue, message, signer)

    def hear(self, content: bytes) -> CanonicalMessage:
        """Opened with the other side of the sheet: a message that is not declared is refused."""
        return self._heard(self.ear, content)

    def hear_receipt(self, content: bytes) -> CanonicalMessage:
        """Opened with an ear that takes receipts only."""
        only = {"kit.receipt": Capability(name="kit.receipt", receives=("Receipt/1.0",))}
        return self._heard(replace(self.ear, sheet=replace(self.ear.sheet, capabilities=only)), content)

    def _heard(self, ear: CanonicalDialect, content: bytes) -> CanonicalMessage:
        ctx = Context(now=NOW, hub=self.partner, signer=keys().partner, trusted=(keys().hub.certificate,))
        return ear.open(Raw(content=content, received_at=NOW), ctx).canonical

    def receipt(self, sent: CanonicalMessage, digest: str, code: str, *, text: str, signer: Signer) -> bytes:
        """A Receipt."""
        said = {"request_digest": digest, "code": code, "text": text, "received_at": NOW}
        return self._about(sent, "Receipt", said, signer, NOW)

    def answer(self, sent: CanonicalMessage, *, seen: bool, code: str | None, signer: Signer, at: datetime) -> bytes:
        """A StatusAnswer."""
        said: dict[str, Any] = {"seen": seen}
        if code is not None:
            said |= {"code": code, "text": str(RECEIPT_CODES.get(code, code))}
        return self._about(sent, "StatusAnswer", said, signer, at)

    def _about(self, sent: CanonicalMessage, type: str, said: dict[str, Any], signer: Signer, at: datetime) -> bytes:
        about = CanonicalMessage(
            type=type,
            version="1.0",
            message_id=str(uuid.uuid5(IDS, f"{type} {sent.message_id} {said}")),
            sender=self.partner,
            receiver=HUB,
            enterprise=USCC,
            business_key=sent.business_key,
            sequence=1,
            created_at=at,
            body={"request_id": sent.message_id, **said},
            correlation_id=sent.message_id,
        )
        return self.say(about, signer)


def canonical_voice(adapter: PartnerAdapter) -> CanonicalVoice:
    """The other side of an adapter that is a CanonicalDialect."""
    if not isinstance(adapter, CanonicalDialect):
        raise TypeError(f"{adapter.sheet.partner} has a dialect of its own: kit_samples.py needs make_voice(adapter)")
    ear = replace(other_side(adapter.sheet, HUB), catalogue=adapter.catalogue, limits=adapter.limits)
    return CanonicalVoice(partner=adapter.sheet.partner, catalogue=adapter.catalogue, ear=ear)
