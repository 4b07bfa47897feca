"""What every partner that speaks the hub's own XML shares: the other side of its dialect, and StatusQuery."""

from dataclasses import replace

from hub.contract.capability import CapabilitySheet
from hub.contract.message import CanonicalMessage
from hub.contract.receipt import NOT_SEEN, RECEIPT_CODES
from hub.testing.simulator.desk import Desk, Reply
from hub.testing.simulator.rules import Rule
from hub.xml.catalogue import default_catalogue
from hub.xml.dialect import CanonicalDialect


def other_side(sheet: CapabilitySheet, hub: str) -> CanonicalDialect:
    """The other side of a partner that speaks the hub's own XML: what the hub sends is received, and the reverse."""
    swapped = {
        name: replace(capability, sends=capability.receives, receives=capability.sends)
        for name, capability in sheet.capabilities.items()
    }
    return CanonicalDialect(catalogue=default_catalogue(), sheet=replace(sheet, partner=hub, capabilities=swapped))


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
