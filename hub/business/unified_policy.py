"""The unified-policy programme as a line (统保, spec.md 16): the confirmed list goes to the insurer, who offers; a
company with its policy asks for reports on buyers and reports losses. MSG-SZ-02..06; manual S4.

Rules are in programme.py, the list itself (MSG-SZ-01, which comes as a workbook) in eligibility.py, reports in files of
their own.
"""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from hub.business.acts import Actor, Sends, Tell
from hub.business.buyer_report import BUYER_REPORT
from hub.business.kind import Field, Kind, Line
from hub.business.lading_report import LADING_REPORT
from hub.business.loss_report import LOSS_REPORT
from hub.business.numbers import NumberFormat
from hub.business.programme import FIELD
from hub.business.states import By, EventType, Next, State, Track, Transition
from hub.contract.text import Text

MESSAGES = {
    "EligibleCompanies/1.0": "MSG-SZ-02",
    "BuyerReportRequest/1.0": "MSG-SZ-03",
    "BuyerReport/1.0": "MSG-SZ-03",
    "LadingReport/1.0": "MSG-SZ-04",
    "LossReport/1.0": "MSG-SZ-05",
    "LossReportAnswer/1.0": "MSG-SZ-05",
    "OfflinePolicy/1.0": "MSG-SZ-06",
}
"""The digest of a month, MSG-SZ-04 too, is RiskDigest of the line risk_info."""

CAPABILITY = "programme.list"
AT_ONCE = 2000  # companies of one message
TOLD = ("list_no", "programme", "programme_year", "base_year", "cover_from", "cover_to", "confirmed_at", "company")


def confirmed(content: Mapping[str, Any], actor: Actor, now: datetime) -> dict[str, Any]:  # noqa: ARG001
    """Body of EligibleCompanies."""
    return {name: content[name] for name in TOLD}


LIST_NUMBERS = NumberFormat(prefix="MD", digits=4)
ELIGIBLE_LIST = Kind(
    code="eligible_list",
    label=Text("可领取保单企业名单", "Companies that may collect"),
    number="list_no",
    title="list_no",
    fields=(
        Field("list_no", Text("名单编号", "List no."), key=True),
        FIELD,
        Field("programme_year", Text("政策年度", "Year of the programme"), int),
        Field("base_year", Text("出口额所属年度", "Year whose exports count"), int),
        Field("cover_from", Text("保险期间起", "Cover from"), date),
        Field("cover_to", Text("保险期间止", "Cover until"), date),
        Field("confirmed_at", Text("确认时间", "Confirmed"), datetime),
        Field("insurer", Text("保险机构", "Insurer")),
        Field(
            "company",
            Text("企业", "Companies"),
            list,
            rows=(
                Field("uscc", Text("统一社会信用代码", "Unified social credit code")),
                Field("name", Text("企业名称", "Company")),
                Field("exports_usd", Text("年度出口额（美元）", "Exports of the year (USD)"), Decimal),
            ),
        ),
        Field("message_no", Text("报文号", "Message"), inner=True),
    ),
    events=(
        EventType("confirmed", By.OPERATOR, Text("名单已确认", "Confirmed"), phase="start"),
        EventType("told", By.SYSTEM, Text("向保险机构发送名单", "The insurer is being told")),
        EventType("delivered", By.SYSTEM, Text("保险机构已签收名单", "Received and signed for by the insurer")),
        EventType("undelivered", By.SYSTEM, Text("名单未送达保险机构", "The insurer could not be told")),
    ),
    tracks=(
        Track(
            name="state",
            label=Text("发送状态", "Sending"),
            states=(
                State("CONFIRMED", Text("待发送", "To be sent"), "running", Next.HUB),
                State("SENT", Text("发送中", "Being sent"), "running", Next.HUB),
                State("DELIVERED", Text("保险机构已签收", "Received"), "done", Next.NOBODY),
                State("SEND_FAILED", Text("未送达", "Not delivered"), "failed", Next.HUB),
            ),
            transitions=(
                Transition(None, "confirmed", "CONFIRMED"),
                Transition("CONFIRMED", "told", "SENT"),
                Transition("SENT", "undelivered", "SEND_FAILED"),
                Transition("SENT", "delivered", "DELIVERED"),
                Transition("SEND_FAILED", "delivered", "DELIVERED"),
            ),
        ),
    ),
    tells=(
        Tell(
            states=frozenset({"CONFIRMED"}),
            to="insurer",
            sends=Sends(type="EligibleCompanies", version="1.0", capability=CAPABILITY, compose=confirmed),
            told="told",
            kept="message_no",
        ),
    ),
)
"""What was confirmed at once, for one insurer. It belongs to no enterprise."""

LINE = Line(
    code="unified_policy",
    label=Text("统保政策", "Unified policy"),
    kinds=(ELIGIBLE_LIST, LOSS_REPORT, BUYER_REPORT, LADING_REPORT),
    messages=MESSAGES,
)
