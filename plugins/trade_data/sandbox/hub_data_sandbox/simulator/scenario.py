"""What the simulated source knows and whom it tells. In its books a document is FILED, under its party's USCC."""

from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

from hub.contract.message import CanonicalMessage
from hub.contract.text import Text
from hub.testing.simulator.books import Entry
from hub.testing.simulator.desk import ControlError, Desk, Reply, Scenario
from hub.testing.simulator.lookup import text
from hub.testing.simulator.rules import Plan, Rule
from hub_data_sandbox.simulator import papers

ZONE = ZoneInfo("Asia/Shanghai")
DECLARATION, TRANSPORT, CERTIFICATE = "declaration", "transport_document", "certificate"
FOUND, NOT_FOUND, NOT_OWNED, WRONG_TYPE = "FOUND", "NOT_FOUND", "NOT_OWNED", "WRONG_TYPE"
DIRECTION, IMPORT = 8, "1"  # the ninth digit of a declaration's number; a claim is about an export


def declaration(desk: Desk, message: CanonicalMessage, rule: Rule) -> Reply:  # noqa: ARG001
    """DeclarationQuery."""
    number = message.body["declaration_no"]
    result, entry = _looked_up(desk, DECLARATION, number, message.enterprise)
    if result == FOUND and number[DIRECTION] == IMPORT:
        result = WRONG_TYPE
    body = {"declaration_no": number, "result_code": result}
    if result == FOUND and entry is not None:
        body["declaration"] = papers.declaration(entry.enterprise, **_written(desk, entry, "name", "transport_no"))
    return desk.reply(message, "DeclarationData", body)


def transport(desk: Desk, message: CanonicalMessage, rule: Rule) -> Reply:  # noqa: ARG001
    """TransportQuery: the document that is named in the declaration."""
    number = message.body["transport_document_no"]
    result, entry = _looked_up(desk, TRANSPORT, number, message.enterprise)
    body = {"declaration_no": message.body["declaration_no"], "result_code": result}
    if result == FOUND and entry is not None:
        body["transport_document"] = papers.transport_document(transport_no=number, **_written(desk, entry, "name"))
    return desk.reply(message, "TransportData", body)


def origin(desk: Desk, message: CanonicalMessage, rule: Rule) -> Reply:  # noqa: ARG001
    """OriginQuery."""
    number = message.body["certificate_no"]
    result, entry = _looked_up(desk, CERTIFICATE, number, message.enterprise)
    body = {"certificate_no": number, "result_code": result}
    if result == FOUND and entry is not None:
        body["certificate"] = papers.certificate(entry.enterprise, **_written(desk, entry, "name", "invoice_no"))
    return desk.reply(message, "OriginData", body)


def declare(desk: Desk, wanted: Mapping[str, Any]) -> Mapping[str, Any]:
    """``{"uscc", "enterprise_name", "declaration_no"}`` and as wished transport_no: a declaration, with its bill."""
    uscc, name, number = (text(wanted, key) for key in ("uscc", "enterprise_name", "declaration_no"))
    if len(number) != 18 or not number.isdigit():
        raise ControlError(f"declaration_no: {number} is not 18 digits")
    transport_no = str(wanted.get("transport_no") or f"BL{number[-10:]}")
    _file(desk, DECLARATION, number, uscc, name=name, transport_no=transport_no)
    _file(desk, TRANSPORT, transport_no, uscc, name=name)
    return {"declaration_no": number, "transport_no": transport_no}


def certify(desk: Desk, wanted: Mapping[str, Any]) -> Mapping[str, Any]:
    """``{"uscc", "enterprise_name", "certificate_no", "invoice_no"}``: a certificate of origin."""
    keys = ("uscc", "enterprise_name", "certificate_no", "invoice_no")
    uscc, name, number, invoice_no = (text(wanted, key) for key in keys)
    _file(desk, CERTIFICATE, number, uscc, name=name, invoice_no=invoice_no)
    return {"certificate_no": number}


SCENARIO = Scenario(
    rules=(
        Rule(
            name="busy",
            type="DeclarationQuery",
            plan="answer",
            fields=("declaration_no",),
            contains="999999999",
            example="224820260999999999",
            fault="busy_503",
            times=1_000,
        ),
        Rule(
            name="cut",
            type="DeclarationQuery",
            plan="answer",
            fields=("declaration_no",),
            contains="888888888",
            example="224820260888888888",
            fault="reset",
            times=1_000,
        ),
        Rule(name="declaration", type="DeclarationQuery", plan="answer"),
        Rule(name="transport", type="TransportQuery", plan="answer"),
        Rule(name="origin", type="OriginQuery", plan="answer"),
    ),
    plans={"answer": Plan(text=Text("照常答复", "answered as usual"))},
    handlers={"DeclarationQuery": declaration, "TransportQuery": transport, "OriginQuery": origin},
    steps={},
    controls={"declare": declare, "certify": certify},
    questions=frozenset({"DeclarationQuery", "TransportQuery", "OriginQuery"}),
)
"""Everything that the simulated source does."""


def _looked_up(desk: Desk, kind: str, number: str, enterprise: str) -> tuple[str, Entry | None]:
    """What the source says of a number to ``enterprise``, and the document."""
    entry = desk.books.entry(kind, number)
    if entry is None:
        return NOT_FOUND, None
    return (FOUND, entry) if entry.enterprise == enterprise else (NOT_OWNED, None)


def _written(desk: Desk, entry: Entry, *names: str) -> dict[str, Any]:
    """The named values of a document, and today."""
    return {name: entry.data[name] for name in names} | {"today": desk.clock.now().astimezone(ZONE).date()}


def _file(desk: Desk, kind: str, number: str, uscc: str, **data: str) -> None:
    desk.books.write(Entry(kind=kind, number=number, enterprise=uscc, state="FILED", data=data))
