"""What the simulated partners share: the other side of their dialects, and StatusQuery."""

from dataclasses import dataclass, fields, replace

from hub.contract.adapters import Context
from hub.contract.capability import CapabilitySheet
from hub.contract.message import CanonicalMessage, InMessage, OutMessage, Raw, Verdict
from hub.contract.outcome import Outcome
from hub.contract.receipt import NOT_SEEN, RECEIPT_CODES
from hub.testing.simulator.desk import Desk, Reply
from hub.testing.simulator.rules import Rule
from hub.xml.catalogue import default_catalogue
from hub.xml.dialect import CanonicalDialect
from hub.xml.own import OwnDialect
from hub.xml.reader import DEFAULT, Limits
from hub.xml.translated import Translated


def turned(sheet: CapabilitySheet, hub: str) -> CapabilitySheet:
    """The sheet as the partner sees it: what the hub sends is received, and the reverse."""
    swapped = {
        name: replace(capability, sends=capability.receives, receives=capability.sends)
        for name, capability in sheet.capabilities.items()
    }
    return replace(sheet, partner=hub, capabilities=swapped)


def roomy(sheet: CapabilitySheet) -> Limits:
    """What the partner takes at once: as much as its sheet lets the hub send, files included."""
    most = max((row.total_mb for row in sheet.capabilities.values()), default=0) * 1_000_000
    return replace(DEFAULT, bytes=max(DEFAULT.bytes, most))


def other_side(sheet: CapabilitySheet, hub: str) -> CanonicalDialect:
    """The other side of a partner that speaks the hub's own XML."""
    return CanonicalDialect(catalogue=default_catalogue(), sheet=turned(sheet, hub), limits=roomy(sheet))


def mirrored(adapter: CanonicalDialect, hub: str) -> CanonicalDialect:
    """The other side of ``adapter``, in its words but without a method of its own: a plugin must not judge itself."""
    kind = Translated if isinstance(adapter, Translated) else CanonicalDialect
    plain = kind(**{row.name: getattr(adapter, row.name) for row in fields(kind)})
    return replace(plain, sheet=turned(adapter.sheet, hub), limits=roomy(adapter.sheet))


@dataclass(frozen=True)
class OwnSpeech:
    """The partner's side of an OwnDialect; what the hub answers to a push is the hub's own Receipt."""

    own: OwnDialect
    ear: CanonicalDialect

    def build(self, message: CanonicalMessage, ctx: Context) -> OutMessage:
        """In the partner's XML."""
        return self.own.build(message, ctx)

    def open(self, raw: Raw, ctx: Context) -> InMessage:
        """Raises Refusal."""
        return self.own.open(raw, ctx)

    def parse_response(self, raw: Raw, sent: CanonicalMessage, ctx: Context) -> Outcome:
        """The hub's Receipt."""
        return self.ear.parse_response(raw, sent, ctx)

    def receipt(self, raw: Raw, message: InMessage | None, verdict: Verdict, ctx: Context) -> OutMessage:
        """A signed refusal of what could not be read."""
        return self.ear.receipt(raw, message, verdict, ctx)


def own_side(dialect: OwnDialect, hub: str) -> OwnSpeech:
    """The other side of a partner with XML of its own: the same tables, walked the other way."""
    sheet = turned(dialect.sheet, hub)
    heard = replace(dialect, sheet=sheet, limits=roomy(sheet))
    return OwnSpeech(heard, CanonicalDialect(catalogue=dialect.catalogue, sheet=sheet))


def answer_status(desk: Desk, message: CanonicalMessage, rule: Rule) -> Reply:  # noqa: ARG001
    """StatusQuery: "did you get it?", from the books alone."""
    asked = message.body["request_id"]
    known = desk.books.received(asked)
    if known is None:
        body = {"seen": False, "code": NOT_SEEN, "text": str(RECEIPT_CODES[NOT_SEEN])}
        return desk.reply(message, "StatusAnswer", {"request_id": asked, **body})
    said = {"text": known.said} if known.said else {}
    body = {"request_id": asked, "seen": True, "code": known.code, "received_at": known.received_at, **said}
    return desk.reply(message, "StatusAnswer", body)


STATUS_RULE = Rule(name="status", type="StatusQuery", plan="answer")
"""For the rules of every partner that answers StatusQuery with :func:`answer_status`."""
