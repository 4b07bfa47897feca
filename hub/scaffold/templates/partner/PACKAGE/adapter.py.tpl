"""What the core calls. Pure: bytes, time and keys come from the core; what is not understood is UNKNOWN."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from importlib.resources import files

from hub.contract.adapters import Context, Refusal
from hub.contract.capability import CapabilitySheet
from hub.contract.message import (
    CanonicalEvent,
    CanonicalMessage,
    InMessage,
    OutMessage,
    PartnerContent,
    Raw,
    Verdict,
)
from hub.contract.outcome import Outcome, OutcomeClass
from hub.contract.status import StatusTable, UnmappedCode
from hub.xml.catalogue import default_catalogue
from hub.xml.dialect import BY_STATUS, NO_ENTERPRISE, CanonicalDialect, digest
from $package import codes, wire
from $package.messages import BY_TYPE, MEANINGS, Message, at, put

PARTNER = "$partner"
VERSION = "1.0"
IDS = uuid.uuid5(uuid.NAMESPACE_DNS, "$distribution")
FRESH = timedelta(minutes=15)  # how old "never seen it" may be, because it allows a resend
TYPE_NOT_DECLARED = "0005"
HAVE_IT = frozenset({OutcomeClass.ACCEPTED, OutcomeClass.DONE})


@dataclass(frozen=True, kw_only=True)
class Adapter:
    """The partner, as the core sees it: hub.contract.adapters.PartnerAdapter."""

    sheet: CapabilitySheet
    statuses: Sequence[StatusTable] = field(default=codes.TABLES)

    def build(self, message: CanonicalMessage, ctx: Context) -> OutMessage:
        """Raises Refusal 0002 when ``message`` breaks its XSD, 0004 for a character that the encoding lacks, 0005."""
        row = _row(message.type)
        return OutMessage(content=wire.pack(row, row.write(message.body), ctx.signer))

    def parse_response(self, raw: Raw, sent: CanonicalMessage, ctx: Context) -> Outcome:
        """Only a signed answer that carries the reference and a code of the status table says anything."""
        outcome = self._answer(raw, sent, _row(sent.type), ctx)
        if outcome.kind is OutcomeClass.NOT_SENT:  # belongs into the answer to a query
            return replace(outcome, kind=OutcomeClass.UNKNOWN, detail="not found, yet answered")
        return outcome

    def query(self, sent: CanonicalMessage, ctx: Context) -> OutMessage:
        """The question about ``sent``, under its own reference. Raises Refusal 0005 where there is none."""
        asked, row = _row(sent.type), _row(_row(sent.type).query)
        values = wire.example(row)
        put(values, row.reference, at(asked.write(sent.body), asked.reference))
        if row.moment:
            put(values, row.moment, ctx.now.isoformat())
        return OutMessage(content=wire.pack(row, values, ctx.signer))

    def parse_query(self, raw: Raw, sent: CanonicalMessage, ctx: Context) -> Outcome:
        """As :meth:`parse_response`; "never seen it" counts only while the partner's answer is fresh."""
        return self._answer(raw, sent, _row(_row(sent.type).query), ctx)

    def open(self, raw: Raw, ctx: Context) -> InMessage:
        """Limits, signature, schema, in this order. Raises Refusal."""
        opened = wire.unpack(raw.content, ctx.trusted, ctx.now)
        row = opened.message
        if not self.sheet.receives(f"{row.type}/{VERSION}"):
            raise Refusal(TYPE_NOT_DECLARED, f"{row.type} is not declared for {self.sheet.partner}")
        number = str(at(opened.values, row.reference) or opened.digest[:32])
        canonical = CanonicalMessage(
            type=row.type,
            version=VERSION,
            message_id=str(uuid.uuid5(IDS, f"{self.sheet.partner} {opened.digest}")),
            sender=self.sheet.partner,
            receiver=ctx.hub,
            enterprise=NO_ENTERPRISE,  # say here which element names the enterprise
            business_key=number,
            sequence=1,
            created_at=_moment(at(opened.values, row.moment)) or ctx.now,
            body=row.read(opened.values),
        )
        return InMessage(
            partner=self.sheet.partner, canonical=canonical, digest=digest(raw.content), signer=opened.serial
        )

    def parse(self, message: InMessage, ctx: Context) -> Sequence[CanonicalEvent | PartnerContent]:  # noqa: ARG002
        """What ``message`` means for our objects. Raises UnmappedCode: the core parks what nobody has mapped yet."""
        canonical = message.canonical
        row = _row(canonical.type)
        code = at(row.write(canonical.body), row.status)
        if row.status:
            codes.STATUS[str(code)]
        if canonical.type not in MEANINGS:
            raise UnmappedCode(f"{canonical.type}: no row in MEANINGS", str(code or ""))
        return MEANINGS[canonical.type](canonical)

    def receipt(self, raw: Raw, message: InMessage | None, verdict: Verdict, ctx: Context) -> OutMessage:
        """The hub's own signed Receipt, until the partner says what it wants to read."""
        own = CanonicalDialect(catalogue=default_catalogue(), sheet=self.sheet)
        return own.receipt(raw, message, verdict, ctx)

    def _answer(self, raw: Raw, sent: CanonicalMessage, asked: Message, ctx: Context) -> Outcome:
        """What the answer to ``asked`` says about ``sent``."""
        try:
            opened = wire.unpack(raw.content, ctx.trusted, ctx.now)
        except Refusal as refusal:
            kind = BY_STATUS.get(raw.status, OutcomeClass.UNKNOWN)
            return Outcome(kind=kind, detail=f"HTTP {raw.status}, no answer: {refusal.code}", answer=raw.content)
        row, first = opened.message, _row(sent.type)
        expected = at(first.write(sent.body), first.reference)
        if row.type != asked.answer or expected is None or at(opened.values, row.reference) != expected:
            return Outcome(kind=OutcomeClass.UNKNOWN, detail="not the answer to this message", answer=raw.content)
        code = str(at(opened.values, row.status))
        said_at = _moment(at(opened.values, row.moment))
        try:
            status = codes.STATUS[code]
        except UnmappedCode as unmapped:
            return Outcome(kind=OutcomeClass.UNKNOWN, code=code, detail=str(unmapped), answer=raw.content)
        kind = codes.outcome(status.event)
        stale = kind is OutcomeClass.NOT_SENT and (said_at is None or abs(ctx.now - said_at) > FRESH)
        if stale or (kind in HAVE_IT and not 200 <= raw.status < 300):
            kind = OutcomeClass.UNKNOWN
        return Outcome(kind=kind, code=code, text=status.text, occurred_at=said_at, answer=raw.content)


def sheet() -> CapabilitySheet:
    """The capability sheet of this distribution."""
    return CapabilitySheet.parse(files("$package").joinpath("capability.toml").read_text(encoding="utf-8"))


def make_adapter() -> Adapter:
    """The adapter."""
    return Adapter(sheet=sheet())


def _row(name: str) -> Message:
    if name not in BY_TYPE:
        raise Refusal(TYPE_NOT_DECLARED, f"{name or 'a query'} is none of the partner's messages")
    return BY_TYPE[name]


def _moment(text: object) -> datetime | None:
    """A time of the partner that names its zone; any other is not believed."""
    try:
        moment = datetime.fromisoformat(str(text))
    except ValueError:
        return None
    return moment if moment.tzinfo is not None else None
