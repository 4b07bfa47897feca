"""Which files a new plugin has, and what stands in them. Pure."""

import re
from collections.abc import Mapping, Sequence

from hub.business import KINDS
from hub.business.lifecycle import By
from hub.contract.text import Text
from hub.scaffold import codelist
from hub.scaffold.codelist import Code
from hub.scaffold.names import Names, ScaffoldError
from hub.scaffold.render import render

Files = Mapping[str, str | bytes]

REVIEW_EVENTS = ("approved", "returned", "rejected", "withdrawn", "withdrawal_refused")
ISSUED_EVENTS = ("issued", "effective")
ON_THE_WIRE = re.compile(r"[0-9A-Za-z_\-]{1,8}")  # the type Code of schemas/common/types
EXAMPLE = (
    Code(code="10", text=Text("审核通过", "Review passed"), event="approved"),
    Code(code="20", text=Text("退回修改", "Returned for correction"), event="returned"),
    Code(code="30", text=Text("审核不通过", "Review not passed"), event="rejected"),
)
EXAMPLE_ISSUED = (
    Code(code="0", text=Text("已签发未生效", "Issued, not yet in force"), event="issued"),
    Code(code="1", text=Text("生效", "In force"), event="effective"),
)


def insurer(names: Names, status: Sequence[Code]) -> Files:
    """An insurer that speaks the hub's own XML. Raises ScaffoldError for a code that this XML cannot carry."""
    given = status or EXAMPLE
    long = next((code.code for code in given if not ON_THE_WIRE.fullmatch(code.code)), None)
    if long is not None:
        raise ScaffoldError(
            Text(
                f"代码 {long}：本系统报文的代码为 1 至 8 位字母、数字、_ 或 -；机构有自己的报文时请加 --xsd",
                f"code {long}: the hub's own XML carries 1 to 8 letters, digits, _ or -; with XML of its own use --xsd",
            )
        )
    review = codelist.mapped(given, REVIEW_EVENTS)
    issued = codelist.mapped(given, ISSUED_EVENTS) or list(EXAMPLE_ISSUED)
    left = codelist.unmapped(given, (*REVIEW_EVENTS, *ISSUED_EVENTS))
    approved = next((code.code for code in review if code.event == "approved"), None)
    values = names.values() | {
        "review_rows": codelist.status_rows(review),
        "issued_rows": codelist.status_rows(issued),
        "unmapped_rows": codelist.unmapped_rows(left),
        "review_events": ", ".join(REVIEW_EVENTS),
        "issued_events": ", ".join(ISSUED_EVENTS),
        "review_code": approved or next((code.code for code in (*review, *left)), "10"),
        "issued_code": issued[-1].code,
        "name_zh_xml": names.name.zh,
        "code_table": code_table([*review, *issued, *left], (*REVIEW_EVENTS, *ISSUED_EVENTS)),
        "unmapped_count": str(len(left)),
    }
    return render("common", values) | render("insurer", values)


def partner_events() -> frozenset[str]:
    """The events of today's kinds that a partner may cause."""
    return frozenset(event.name for kind in KINDS.values() for event in kind.events if event.by is By.PARTNER)


def code_table(codes: Sequence[Code], events: Sequence[str]) -> str:
    """The codes as a table for the README."""
    rows = [f"| {_cell(code.code)} | {_cell(code.text.zh)} | {_event(code, events)} |" for code in codes]
    return "\n".join(["| code | the partner says | event |", "| --- | --- | --- |", *rows])


def _event(code: Code, events: Sequence[str]) -> str:
    return code.event if code.event in events else "**unmapped**"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
