"""Loss reports (报案, spec SZ-16, SZ-20, SM-SZ-LOSS): what is overdue, or in danger, is told to the insurer at once and
may become a claim later. Message MSG-SZ-05; manual S4:57. Amounts are US dollars, as in a claim.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from hub.business import sending
from hub.business.acts import Action, Actor, Sends
from hub.business.claim import EVIDENCE, MATERIAL
from hub.business.claim_rules import NO_POLICY, OVER_INVOICE
from hub.business.kind import Derived, Field, Kind
from hub.business.numbers import SHANGHAI, NumberFormat
from hub.business.programme import FIELD
from hub.business.roles import CARD_HOLDERS
from hub.business.states import By, EventType, Next, State, Track
from hub.contract.text import Text

OVERDUE = "OVERDUE"
RISKS: Mapping[str, Text] = {
    OVERDUE: Text("逾期未收", "Payment is overdue"),
    "BUYER": Text("买方风险异动", "The buyer's risk has changed"),
    "COUNTRY": Text("国家风险异动", "The country's risk has changed"),
}
"""SZ-20."""

REPORTED = (
    "loss_no", "policy_no", "programme", "enterprise_name", "buyer_code", "buyer_name_en", "buyer_country", "invoices",
    "total_usd", "risk", "loss_text", "contact_name", "contact_phone",
)  # fmt: skip
AMOUNTS = ("invoice_amount_usd", "received_amount_usd")
NOT_DUE = Text(
    "尚未到期；如买方或其所在国风险异动，请选择相应原因", "Not due yet: choose a change of risk as the reason"
)
TWICE = Text("发票号与前面的行重复", "The same invoice stands further up")


def report(content: Mapping[str, Any], actor: Actor, now: datetime) -> dict[str, Any]:  # noqa: ARG001
    """Body of LossReport."""
    return sending.filled(content, REPORTED) | {"submitted_at": now}


def submission(content: Mapping[str, Any], actor: Actor, now: datetime) -> dict[str, Any]:  # noqa: ARG001
    """The time."""
    return {"submitted_at": now}


def faults(content: Mapping[str, Any], linked: Mapping[str, Mapping[str, Any]], now: datetime) -> dict[str, Text]:
    """Control -> what the user reads; empty when the report may be made."""
    found = {} if "policy_no" in linked else {"policy_no": NO_POLICY}
    seen: set[str] = set()
    for place, row in enumerate(content.get("invoices") or ()):
        if row["invoice_no"] in seen:
            found[f"invoices-{place}-invoice_no"] = TWICE
        seen.add(row["invoice_no"])
        if row["received_amount_usd"] > row["invoice_amount_usd"]:
            found[f"invoices-{place}-received_amount_usd"] = OVER_INVOICE
        if content["risk"] == OVERDUE and row["due_on"] >= now.astimezone(SHANGHAI).date():
            found[f"invoices-{place}-due_on"] = NOT_DUE
    return found


def total(invoices: Sequence[Mapping[str, Any]]) -> Decimal | None:
    """What is still open; None while a line lacks an amount."""
    if any(row.get(name) is None for row in invoices for name in AMOUNTS):
        return None
    return sum((row["invoice_amount_usd"] - row["received_amount_usd"] for row in invoices), Decimal(0))


LOSS_REPORT = Kind(
    code="loss_report",
    label=Text("报案", "Loss report"),
    number="loss_no",
    title="buyer_name_en",
    numbers=NumberFormat(prefix="BA", digits=8),
    fields=(
        Field("loss_no", Text("报案编号", "Loss report no."), key=True),
        Field("policy_no", Text("保险单号", "Policy no."), key=True),
        FIELD,
        Field("enterprise_name", Text("企业名称", "Enterprise")),
        Field("buyer_code", Text("买方代码", "Buyer code"), key=True),
        Field("buyer_name_en", Text("买方英文名称", "Buyer's English name")),
        Field("buyer_country", Text("买方所属国家（地区）", "Buyer's country or region")),
        Field(
            "invoices",
            Text("发票", "Invoices"),
            list,
            rows=(
                Field("invoice_no", Text("发票号", "Invoice no."), key=True),
                Field("due_on", Text("应收款日", "Due on"), date),
                Field("invoice_amount_usd", Text("发票金额（美元）", "Invoice amount (USD)"), Decimal),
                Field("received_amount_usd", Text("已收汇金额（美元）", "Received (USD)"), Decimal),
            ),
        ),
        Field("total_usd", Text("未收汇金额合计（美元）", "Sum still open (USD)"), Decimal),
        Field("risk", Text("报案原因", "Reason"), choices=RISKS),
        Field("loss_text", Text("情况说明", "What happened")),
        Field("contact_name", Text("联系人", "Contact"), personal=True),
        Field("contact_phone", Text("联系电话", "Telephone"), personal=True),
        Field("submitted_at", Text("报案时间", "Reported"), datetime),
        Field("case_no", Text("保险公司案件号", "The insurer's case no."), key=True),
        Field("advice", Text("处理意见", "The insurer's advice")),
        Field("manager_name", Text("客户经理", "Account manager"), personal=True),
        Field("manager_phone", Text("客户经理电话", "Account manager's telephone"), personal=True),
        Field("claim_no", Text("索赔申请号", "Claim no."), key=True),
    ),
    derived=(Derived("total_usd", ("invoices",), total),),
    events=(
        sending.BEGUN,
        *sending.SENT,
        EventType("acknowledged", By.PARTNER, Text("保险公司已受理报案", "Taken up by the insurer")),
        EventType("converted", By.SYSTEM, Text("企业就此提交索赔申请", "Became a claim"), phase="end"),
        EventType("closed", By.PARTNER, Text("保险公司结案", "Closed by the insurer"), phase="end"),
        sending.DELETED,
    ),
    tracks=(
        Track(
            name="state",
            label=Text("报案状态", "Status"),
            states=(
                *sending.states(
                    Text("报案", "Loss report"),
                    Text("已报案", "Reported"),
                    Text("等待保险公司受理，可转为索赔申请", "The insurer takes it up; it may become a claim"),
                ),
                State(
                    "ACKNOWLEDGED",
                    Text("已受理", "Taken up"),
                    "running",
                    Next.ENTERPRISE,
                    hint=Text("请按处理意见减损，可转为索赔申请", "Follow the advice; it may become a claim"),
                    notice=Text("保险公司已受理报案", "The insurer has taken up a loss report"),
                ),
                State("CONVERTED", Text("已转索赔", "Became a claim"), "done", Next.NOBODY),
                State(
                    "CLOSED",
                    Text("结案", "Closed"),
                    "ended",
                    Next.NOBODY,
                    notice=Text("报案已结案", "A loss report was closed"),
                ),
            ),
            transitions=(
                *sending.moves(),
                *sending.answers("acknowledged", "ACKNOWLEDGED", *sending.AWAITED),
                *sending.answers("converted", "CONVERTED", *sending.AWAITED, "ACKNOWLEDGED", "CONVERTED"),
                *sending.answers("closed", "CLOSED", *sending.AWAITED, "ACKNOWLEDGED"),
            ),
        ),
    ),
    documents={MATERIAL: Text("证明材料", "Evidence")},
    actions=(
        Action(
            name="submit",
            label=Text("提交报案", "Report the loss"),
            event="submitted",
            roles=CARD_HOLDERS,
            form="loss_report",
            primary=True,
            signed=True,
            adds=submission,
            faults=faults,
            encloses=(EVIDENCE,),
            sends=Sends(type="LossReport", version="1.0", capability="programme.loss_report", compose=report),
            waiting=sending.WAITING,
            done=sending.RECEIVED,
        ),
        replace(sending.DELETE, roles=CARD_HOLDERS),
    ),
    links={"policy_no": "policy", "claim_no": "claim"},
)
