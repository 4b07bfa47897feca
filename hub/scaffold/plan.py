"""Which files a new plugin has, and what stands in them. Pure."""

import re
from collections.abc import Mapping, Sequence
from importlib import resources

from hub.business import KINDS
from hub.business.states import By
from hub.contract.text import Text
from hub.scaffold import codelist, partner
from hub.scaffold import pack as pack_module
from hub.scaffold.codelist import Code
from hub.scaffold.names import Names, ScaffoldError
from hub.scaffold.pack import Pack
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

EXAMPLE_OUTCOMES = (
    Code(code="0000", text=Text("交易成功", "Done"), event="done"),
    Code(code="0001", text=Text("已受理，处理中", "Accepted, in progress"), event="accepted"),
    Code(code="1001", text=Text("余额不足", "Not enough money"), event="refused_business"),
    Code(code="1002", text=Text("账户不存在", "No such account"), event="refused_business"),
    Code(code="1003", text=Text("流水号重复", "This serial was used before"), event="refused_business"),
    Code(code="2001", text=Text("报文格式错误", "The message is malformed"), event="refused_form"),
    Code(code="3001", text=Text("系统繁忙", "Busy"), event="throttled"),
    Code(code="4001", text=Text("企业未开通", "Not enrolled"), event="partner_config"),
    Code(code="9000", text=Text("结果未明，请查询", "Unclear: ask"), event="unknown"),
    Code(code="9404", text=Text("查无此交易", "Never seen"), event="not_sent"),
    Code(code="9999", text=Text("其他", "Other")),
)
"""The toy partner's codes; the last one shows what an unmapped code looks like."""

EXAMPLE_RESULTS = (
    Code(code="0000", text=Text("已付款", "Paid"), event="succeeded"),
    Code(code="0001", text=Text("银行处理中", "In progress"), event="bank_working"),
    Code(code="1001", text=Text("余额不足", "Not enough money"), event="failed"),
    Code(code="5001", text=Text("已退票", "Returned"), event="reversed"),
)
"""What the toy bank tells about a payment by itself."""

BANK_NOTES = """
## The small bank

The simulated bank has books: accounts, one debit for each serial however often it comes, agreements, and a statement
that adds up to the balance (`{"do": "balance", "account": "..."}`). What the hub calls `StatementQuery`, `Statement`
and `PaymentResult` the bank calls `StatementRequest`, `StatementAnswer` and `PaymentNotice`. In test mode these values
decide what happens:

| value | what the bank does |
| --- | --- |
| account `62220000000001` | has 1,000,000.00 yuan |
| account `62220000000002` | has 50.00 yuan |
| any other account | refused: 1002 |
| an amount that ends in `.01` | in progress (0001), paid half a minute later |
| an amount that ends in `.02` | refused: 1001 |
| an amount that ends in `.03` | unclear (9000), and paid: only the query tells |
"""
"""README of the toy bank; a test of the plugin compares it with the simulator."""


def files(names: Names, pack: Pack | None, status: Sequence[Code]) -> Files:
    """Everything that is written for this partner. Raises ScaffoldError."""
    if names.kind == "card":
        return card(names, given=pack is not None or bool(status))
    if names.kind == "insurer" and pack is None:
        return insurer(names, status)
    events = partner_events() if names.kind == "insurer" else ()
    if pack is not None:
        return partner.files(names, pack, status, events)
    if names.kind == "bank" and not status:
        told = partner.code_table(EXAMPLE_RESULTS, [code.event for code in EXAMPLE_RESULTS])
        notes = f"{BANK_NOTES}\nCodes of a PaymentNotice:\n\n{told}\n"
        toy = partner.files(names, example("bank"), EXAMPLE_OUTCOMES, (), notes, EXAMPLE_RESULTS)
        return toy | render("bank", names.values())
    return partner.files(names, example(names.kind), status or EXAMPLE_OUTCOMES, events)


def card(names: Names, *, given: bool) -> Files:
    """A card driver. Raises ScaffoldError when it is ``given`` what only partners have."""
    if given:
        raise ScaffoldError(
            Text(
                "读卡器插件没有报文和代码表，请去掉 --xsd、--status", "a card speaks no XML: without --xsd and --status"
            )
        )
    return render("common", names.values()) | render("card", names.values())


def example(kind: str) -> Pack:
    """The toy partner's XSD, for who has none yet."""
    name = f"{kind}.xsd"
    text = (resources.files("hub.scaffold") / "templates" / "examples" / name).read_text(encoding="utf-8")
    return pack_module.pack({name: text})


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
        "code_table": partner.code_table([*review, *issued, *left], (*REVIEW_EVENTS, *ISSUED_EVENTS)),
        "unmapped_count": str(len(left)),
    }
    return render("common", values) | render("insurer", values)


def partner_events() -> frozenset[str]:
    """The events of today's kinds that a partner may cause."""
    return frozenset(event.name for kind in KINDS.values() for event in kind.events if event.by is By.PARTNER)
