"""The partner's side of the conversation, as the kit speaks it: :class:`Voice`.

A partner that speaks the hub's own XML gets :class:`CanonicalVoice`, one whose adapter is an
:class:`~hub.xml.own.OwnDialect` the same tables in the other direction, :class:`OwnVoice`. Who writes an adapter by
hand puts a ``make_voice(adapter)`` into ``tests/kit_samples.py``.
"""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Protocol

from hub.contract.adapters import Context, PartnerAdapter, Refusal, Signer
from hub.contract.capability import Capability
from hub.contract.message import CanonicalMessage, Raw
from hub.contract.outcome import OutcomeClass
from hub.contract.receipt import ACCEPTED, NOT_SEEN, RECEIPT_CODES
from hub.testing.kit.case import Exempt
from hub.testing.kit.keys import HUB, keys
from hub.testing.kit.samples import IDS, NOW, USCC, Unsampled
from hub.testing.simulator.canonical import mirrored, turned
from hub.xml.carriers import ENVELOPE, header_of
from hub.xml.catalogue import Catalogue
from hub.xml.codec import CodecError
from hub.xml.dialect import CanonicalDialect
from hub.xml.layout import HEADER
from hub.xml.own import Message, OwnDialect, OwnSchema
from hub.xml.reader import read


class Voice(Protocol):
    """What the kit has to be able to say and hear in a partner's place."""

    @property
    def codes(self) -> Mapping[str, OutcomeClass]:
        """The codes of the partner's answers; NOT_SENT is "never seen it"."""
        ...

    @property
    def carries(self) -> frozenset[str]:
        """The rows of CARRIED that the partner's messages have a place for."""
        ...

    def same(self, heard: CanonicalMessage, meant: CanonicalMessage) -> bool:
        """Whether this is what was meant, as far as the partner's messages can carry it."""
        ...

    def identity(self, message: CanonicalMessage) -> str:
        """What the partner recognises a repeated message by."""
        ...

    def is_about(self, question: CanonicalMessage, sent: CanonicalMessage) -> bool:
        """Whether the partner can tell that this question is about ``sent``."""
        ...

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


CARRIED = frozenset({*ENVELOPE, "attachments", "request_digest"})
"""What a message may carry besides its body."""
CLASSES = {
    "0": OutcomeClass.REFUSED_FORM,
    "1": OutcomeClass.REFUSED_FORM,
    "2": OutcomeClass.REFUSED_BUSINESS,
    "3": OutcomeClass.THROTTLED,
}
RECEIPTS = {code: CLASSES[code[0]] for code in RECEIPT_CODES} | {
    ACCEPTED: OutcomeClass.ACCEPTED,
    NOT_SEEN: OutcomeClass.NOT_SENT,
}
"""What the hub's own codes say."""


class Unsayable(Exempt):
    """The partner's messages have no place for such a sentence."""


@dataclass(frozen=True, kw_only=True)
class CanonicalVoice:
    """A partner that speaks the hub's own XML."""

    partner: str
    catalogue: Catalogue = field(repr=False)
    ear: CanonicalDialect = field(repr=False)
    codes: Mapping[str, OutcomeClass] = field(default_factory=lambda: RECEIPTS)
    carries: frozenset[str] = CARRIED

    def same(self, heard: CanonicalMessage, meant: CanonicalMessage) -> bool:
        """Equal."""
        return heard == meant

    def identity(self, message: CanonicalMessage) -> str:
        """The message id."""
        return message.message_id

    def is_about(self, question: CanonicalMessage, sent: CanonicalMessage) -> bool:
        """A StatusQuery names the message id."""
        return sent.message_id in map(str, question.body.values())

    def say(self, message: CanonicalMessage, signer: Signer) -> bytes:
        """Sealed as it stands, in the partner's XML."""
        return self.ear.sealed(message, signer)

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


@dataclass(frozen=True, kw_only=True)
class OwnVoice:
    """The other side of an OwnDialect: its tables, walked the other way."""

    own: OwnDialect = field(repr=False)

    @property
    def partner(self) -> str:
        """The partner's code."""
        return self.own.sheet.partner

    @property
    def codes(self) -> Mapping[str, OutcomeClass]:
        """The rows of the answer table."""
        return {row.code: row.outcome for row in self.own.answers}

    @property
    def carries(self) -> frozenset[str]:
        """All of it in a parcel; else what each of the declared messages has a row for."""
        if self.own.carrier.envelope:
            return CARRIED
        rows = [row for row in self.own.messages if row.type not in {other.answer for other in self.own.messages}]
        named = [{name for name in CARRIED if row.layout.names(f"{HEADER}.{name}", name)} for row in rows]
        return frozenset(set.intersection(*named)) if named else frozenset()

    def same(self, heard: CanonicalMessage, meant: CanonicalMessage) -> bool:
        """Equal in every value that has a row."""
        row = self.own.row(meant.type, meant.version)
        kept = row.layout.read(row.layout.write({**meant.body, HEADER: header_of(meant)}))
        kept.pop(HEADER, None)
        beside = [name for name in self.carries if name != "request_digest"]
        return heard.body == kept and all(getattr(heard, name) == getattr(meant, name) for name in beside)

    def identity(self, message: CanonicalMessage) -> str:
        """The value that its answer repeats."""
        return str(self._reference(message))

    def is_about(self, question: CanonicalMessage, sent: CanonicalMessage) -> bool:
        """The question carries the reference."""
        return bool(question.body.get("reference") == self._reference(sent))

    def say(self, message: CanonicalMessage, signer: Signer) -> bytes:
        """As it stands."""
        return self._packed(message, signer, "")

    def hear(self, content: bytes) -> CanonicalMessage:
        """Opened with the other side of the sheet."""
        ear = replace(self.own, sheet=turned(self.own.sheet, HUB))
        return ear.open(Raw(content=content, received_at=NOW), self._ctx(keys().partner)).canonical

    def hear_receipt(self, content: bytes) -> CanonicalMessage:
        """The hub's own Receipt, until the partner wants another."""
        sheet = turned(self.own.sheet, HUB)
        ear = CanonicalDialect(catalogue=self.own.catalogue, sheet=sheet)
        return CanonicalVoice(partner=self.partner, catalogue=self.own.catalogue, ear=ear).hear_receipt(content)

    def receipt(self, sent: CanonicalMessage, digest: str, code: str, *, text: str, signer: Signer) -> bytes:
        """The message that answers ``sent``."""
        return self._answer(self.own.row(sent.type, sent.version), sent, code, text, signer, NOW, digest)

    def answer(self, sent: CanonicalMessage, *, seen: bool, code: str | None, signer: Signer, at: datetime) -> bytes:
        """The message that answers the query about ``sent``; whether it was seen is in the code. Raises Unsayable."""
        if code is None or seen == (self.codes.get(code) is OutcomeClass.NOT_SENT):
            raise Unsayable("whether a message was seen is in the code itself")
        asked = self.own.row(self.own.row(sent.type, sent.version).query)
        return self._answer(asked, sent, code, "", signer, at, "")

    def _answer(
        self, asked: Message, sent: CanonicalMessage, code: str, text: str, signer: Signer, at: datetime, digest: str
    ) -> bytes:
        row = self.own.row(asked.answer)
        said = {"reference": self._reference(sent), "code": code, "text": text, "at": at}
        body = {name: value for name, value in said.items() if value and row.layout.names(name)}
        about = replace(
            sent,
            type=row.type,
            version=row.version,
            message_id=str(uuid.uuid5(IDS, f"{row.type} {sent.message_id} {said}")),
            sender=self.partner,
            receiver=HUB,
            created_at=at,
            body=body,
            correlation_id=sent.message_id,
            attachments=(),
        )
        try:
            return self._packed(about, signer, digest)
        except Refusal as refusal:
            raise Unsayable(f"{row.type} cannot carry this: {refusal.code}") from refusal

    def _packed(self, message: CanonicalMessage, signer: Signer, digest: str) -> bytes:
        return self.own.build(message, replace(self._ctx(signer), sent_digest=digest)).content

    def _ctx(self, signer: Signer) -> Context:
        return Context(now=NOW, hub=self.partner, signer=signer, trusted=(keys().hub.certificate,))

    def _reference(self, message: CanonicalMessage) -> Any:
        return self.own.reference(message)


def golden(schema: OwnSchema, no: int) -> dict[str, Any]:
    """The body of the golden sample of a message, with a reference that no other sample has. Raises Unsampled."""
    dialect, row = schema.dialect, schema.message
    place = dialect.schemas / "samples" / f"{row.sample}.xml"
    if not place.is_file():
        raise Unsampled(f"{row.declared}: neither {place.name} nor BODIES['{row.declared}'] in tests/kit_samples.py")
    made = row.layout.read(read(place.read_bytes()))
    made.pop(HEADER, None)
    *way, last = row.reference.split(".")
    group = made
    for name in way:
        group = group.get(name, {})
    said = group.get(last)
    if not isinstance(said, str):
        return made
    for sign in (f"{no % 10}", chr(ord("A") + no % 26)):
        group[last] = said[:-1] + sign
        try:
            schema.validate(row.layout.write(made))
            return made
        except (Refusal, CodecError):
            group[last] = said
    return made


def voice_of(adapter: PartnerAdapter) -> Voice:
    """The other side of an adapter that is made of tables. Raises TypeError saying what to write for any other."""
    if isinstance(adapter, OwnDialect):
        return OwnVoice(own=adapter)
    if not isinstance(adapter, CanonicalDialect):
        raise TypeError(
            f"{adapter.sheet.partner}: its adapter is neither a CanonicalDialect nor an OwnDialect, so the kit cannot"
            " speak for the partner: write make_voice(adapter) -> hub.testing.kit.voice.Voice in tests/kit_samples.py"
        )
    ear = mirrored(adapter, HUB)
    return CanonicalVoice(partner=adapter.sheet.partner, catalogue=adapter.catalogue, ear=ear)
