"""Customs-duty guarantee insurance (关税保证保险, spec.md 14.3-14.4): an application under a limit, its premium, the
policy that customs takes for a guarantee, and its end. Manual S3:753-881; MSG-DG-07..09.

An application takes its amount from the limit when it is submitted: reserved until the policy, used from then on, until
the insurer's own figures contain it (``counted``) or nothing is guaranteed any more. So the limit holds in any order of
the insurer's messages, and never twice.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from hub.business import premiums, sending
from hub.business.acts import Action, Actor, Payable, Sends
from hub.business.cargo_case import INVOICE, INVOICE_FIELDS, INVOICE_TYPES
from hub.business.customs import OFFICES, USES, insured
from hub.business.duty_limit import CURRENCY, LIMIT_NO, NOT_GRANTED, OTHER_LIMIT, taken
from hub.business.kind import RETURNED, Derived, Effect, Field, Kind, Room
from hub.business.numbers import SHANGHAI, NumberFormat
from hub.business.posting import Posting
from hub.business.roles import OPERATORS
from hub.business.states import By, EventType, Next, State, Track, Transition
from hub.contract.money import Money
from hub.contract.text import Text

SENT = (
    "application_no", "apply_no", "limit_no", "enterprise_name", "insured_name", "customs_code", "guarantee_use",
    "customs_office", "declaration_office", "declarations", "guarantee_amount", "rate_percent", "premium",
    "start_date", "end_date", *INVOICE, "remark",
)  # fmt: skip
"""What goes to the insurer under its own name, where it was filled in."""
OVER_LIMIT = Text("保险金额超过剩余额度", "More than is left of the limit")
OUTSIDE = Text("保险期间须在额度有效期内", "The period has to lie within the limit's")


def application(content: Mapping[str, Any], actor: Actor, now: datetime) -> dict[str, Any]:
    """Body of DutyApplication; without an invoice its block stays here."""
    dropped = INVOICE_FIELDS if content["invoice_type"] == "NONE" else ()
    body = {name: content[name] for name in SENT if name not in dropped and content.get(name) not in (None, "", [])}
    return body | {"applied_at": now} | actor.signer


def insured_name(registered: str, declared: str) -> str:
    """Whom the guarantee is given to, as messages name it."""
    return insured(registered, declared).zh


def premium(amount: Decimal, rate_percent: Decimal) -> Decimal:
    """For reference: the amount times the limit's rate, half up to the cent (C-60)."""
    return Money(amount, CURRENCY).times(rate_percent / 100).amount


def faults(content: Mapping[str, Any], linked: Mapping[str, Mapping[str, Any]], now: datetime) -> Mapping[str, Text]:
    """What the limit does not allow (DG-INS-05): it is granted, not expired, and by the ledger large enough."""
    limit = linked.get("apply_no")
    if limit is None or limit["state"] != "SUCCEEDED":
        return {"apply_no": NOT_GRANTED}
    today, last = now.astimezone(SHANGHAI).date(), limit.get("expiry_date")
    if last is not None and last < today:
        return {"apply_no": NOT_GRANTED}
    left = content["limit_left"]
    wrong = {} if limit["limit_no"] == content["limit_no"] else {"limit_no": OTHER_LIMIT}
    if content["guarantee_amount"] > left:
        wrong["guarantee_amount"] = Text(f"{OVER_LIMIT.zh} {left:,.2f}", f"{OVER_LIMIT.en}: {left:,.2f}")
    if last is not None and content["start_date"] > last:
        wrong["start_date"] = OUTSIDE
    return wrong | twice(content.get("declarations") or ())


def twice(declarations: Sequence[Mapping[str, Any]]) -> dict[str, Text]:
    """Control -> which declaration stands further up already."""
    wrong, seen = {}, dict[str, int]()
    for place, row in enumerate(declarations):
        number = row["declaration_no"]
        if number in seen:
            line = seen[number] + 1
            wrong[f"declarations-{place}-declaration_no"] = Text(
                f"报关单号{number}与第{line}行重复", f"{number} stands in row {line} already"
            )
        seen.setdefault(number, place)
    return wrong


def reserved(enterprise: str, content: Mapping[str, Any]) -> list[Posting]:  # noqa: ARG001
    """On the way: nobody else may have it. What is only owed still, after the guarantee's end, takes nothing."""
    return [] if content.get("counted") or content.get("released") else taken("reserved", content)


def used(enterprise: str, content: Mapping[str, Any]) -> list[Posting]:  # noqa: ARG001
    """Guaranteed, and not yet among what the insurer says is used."""
    return [] if content.get("counted") else taken("used", content)


DUE = "PAYMENT_PENDING"
UNPAID, PAYABLE = premiums.unpaid(DUE), premiums.payable(DUE)
RESERVING = ("SUBMITTED", "UNDERWRITING_PENDING", *PAYABLE, "PAYING", "REPAYING", "PAID")
CHECKING = sending.AWAITED
UNDERWRITING = (*CHECKING, "UNDERWRITING_PENDING")
ANSWERS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "data_check_failed": ("DATA_CHECK_FAILED", CHECKING),
    "underwriting_pending": ("UNDERWRITING_PENDING", CHECKING),
    "underwriting_failed": ("UNDERWRITING_FAILED", UNDERWRITING),
    "premium_due": (DUE, UNDERWRITING),
    "policy_issued": ("ISSUED", (*UNDERWRITING, *UNPAID, "PAYING", "PAID")),
}
"""Answer -> state, and the states before it: an answer that overtook others counts at once (X-04)."""

GUARANTEED = (
    Field("customs_code", Text("海关十位", "Customs registration code")),
    Field("customs_office", Text("注册海关", "Customs of registration"), choices=OFFICES),
    Field("declaration_office", Text("申报地海关", "Customs of declaration"), choices=OFFICES),
    Field(
        "declarations",
        Text("报关单", "Customs declarations"),
        list,
        rows=(Field("declaration_no", Text("报关单号", "Declaration no."), key=True),),
    ),
    Field("rate_percent", Text("费率(%)", "Rate (%)"), Decimal),
)
"""What an application says and its policy is read with (DG-POL-02)."""

APPLICATION = Kind(
    code="duty_application",
    label=Text("关税保证保险投保单", "Duty guarantee application"),
    number="application_no",
    title="limit_no",
    numbers=NumberFormat(prefix="GS", digits=8),
    fields=(
        Field("application_no", Text("投保单号", "Application no."), key=True),
        Field("apply_no", Text("额度申请编号", "Limit's application no."), key=True),
        LIMIT_NO,
        Field("limit_left", Text("剩余额度(元)", "Left of the limit (CNY)"), Decimal),
        Field("proposal_no", Text("保险公司受理号", "Insurer's reference"), key=True),
        Field("enterprise_name", Text("投保人(纳税义务人)", "Applicant (duty payer)")),
        Field("insured_name", Text("被保险人", "Insured"), names="customs"),
        Field("guarantee_use", Text("使用类型", "Use"), key=True, choices=USES),
        *GUARANTEED,
        Field("guarantee_amount", Text("保险金额(元)", "Guaranteed amount (CNY)"), Decimal),
        Field("start_date", Text("保险期间起", "From"), date, key=True),
        Field("end_date", Text("保险期间止", "Until"), date),
        Field("premium", Text("保费(参考)", "Premium (for reference)"), Decimal),
        Field("invoice_type", Text("发票类型", "Kind of invoice"), choices=INVOICE_TYPES),
        Field("invoice_title", Text("发票抬头", "Invoice title")),
        Field("invoice_tax_no", Text("企业税号", "Tax no.")),
        Field("invoice_address", Text("企业地址", "Address on the invoice")),
        Field("invoice_email", Text("联系人邮箱", "E-mail for the invoice"), personal=True),
        Field("invoice_phone", Text("联系人电话", "Phone for the invoice"), personal=True),
        Field("invoice_bank", Text("开户银行", "Bank")),
        Field("invoice_account", Text("银行账号", "Bank account"), personal=True),
        Field("remark", Text("备注", "Remark")),
        Field("premium_due", Text("应缴保费", "Premium due"), Decimal, currency="premium_currency"),
        Field("premium_currency", Text("保费币制", "Currency of the premium")),
        Field("due_date", Text("缴费截止日期", "Premium due by"), date),
        RETURNED,
        Field("counted", Text("已计入保险公司已使用额度", "Contained in the insurer's figures"), bool),
        Field("applied_at", Text("投保时间", "Applied"), datetime, key=True),
        Field("released", Text("担保已结束", "The guarantee has ended"), bool),
        Field("reason", Text("保险公司意见", "The insurer's words")),
    ),
    events=(
        sending.BEGUN,
        *sending.SENT,
        EventType("data_check_failed", By.PARTNER, Text("数据审核失败", "Data check failed"), decision="data_check"),
        EventType(
            "underwriting_pending", By.PARTNER, Text("数据审核成功，待核保", "Data check passed"), decision="data_check"
        ),
        EventType("underwriting_failed", By.PARTNER, Text("核保失败", "Underwriting failed"), decision="underwriting"),
        EventType(
            "premium_due", By.PARTNER, Text("核保成功，待缴费", "Accepted; premium due"), decision="underwriting"
        ),
        *premiums.EVENTS,
        EventType("policy_issued", By.SYSTEM, Text("保险公司出单", "The policy was issued"), phase="end"),
        EventType("counted", By.SYSTEM, Text("保险公司已计入已使用额度", "Counted by the insurer"), phase="end"),
        EventType("released", By.SYSTEM, Text("担保结束，额度恢复", "The guarantee has ended"), phase="end"),
        EventType("policy_cancelled", By.SYSTEM, Text("保险公司注销保单", "The policy was cancelled"), phase="end"),
        sending.DELETED,
    ),
    tracks=(
        Track(
            name="state",
            label=Text("状态", "Status"),
            states=(
                *sending.states(
                    Text("关税险投保单", "Duty guarantee application"),
                    Text("已提交", "Submitted"),
                    Text("等待数据审核", "The insurer checks the data"),
                ),
                State(
                    "DATA_CHECK_FAILED",
                    Text("数据审核失败", "Data check failed"),
                    "action",
                    Next.ENTERPRISE,
                    hint=Text("请修改后重新投保", "Correct it and apply again"),
                    notice=Text("关税险投保单数据审核失败，请修改", "A duty application needs correction"),
                ),
                State(
                    "UNDERWRITING_PENDING",
                    Text("待核保", "Awaiting underwriting"),
                    "running",
                    Next.PARTNER,
                    hint=Text("保险公司核保", "The insurer underwrites"),
                ),
                State(
                    "UNDERWRITING_FAILED",
                    Text("核保失败", "Underwriting failed"),
                    "failed",
                    Next.NOBODY,
                    hint=Text("额度已恢复", "The limit is restored"),
                    notice=Text("关税险投保单核保失败", "A duty application was declined"),
                ),
                State(
                    DUE,
                    Text("核保成功待缴费", "Accepted, premium due"),
                    "action",
                    Next.ENTERPRISE,
                    hint=Text("请缴纳保费", "Pay the premium"),
                    notice=Text("关税险核保成功，请缴费", "A duty application was accepted: please pay the premium"),
                ),
                *premiums.states(
                    Text("关税险", "duty"),
                    failed=Text("请重新支付或重新投保", "Pay again, or apply again"),
                    paid=Text("等待保险公司出单", "The insurer issues the policy"),
                ),
                State("ISSUED", Text("已出单", "Issued"), "done", Next.NOBODY),
                State("RELEASED", Text("担保已结束", "Guarantee ended"), "ended", Next.NOBODY),
            ),
            transitions=(
                *sending.moves("DATA_CHECK_FAILED", "PAY_FAILED"),
                *(
                    Transition(source, event, target)
                    for event, (target, sources) in ANSWERS.items()
                    for source in sources
                ),
                *premiums.moves(DUE, "policy_issued", "counted", "released"),
                Transition("ISSUED", "counted", "ISSUED"),
                Transition("ISSUED", "released", "RELEASED"),
                *sending.answers("policy_cancelled", "RELEASED", "ISSUED", *premiums.UNSETTLED),
            ),
        ),
    ),
    actions=(
        Action(
            name="submit",
            label=Text("提交", "Submit"),
            event="submitted",
            roles=OPERATORS,
            form="duty_application",
            primary=True,
            signed=True,
            adds=sending.submission,
            faults=faults,
            sends=Sends(type="DutyApplication", version="1.0", capability="duty.apply", compose=application),
            waiting=sending.WAITING,
            done=sending.RECEIVED,
        ),
        sending.DELETE,
    ),
    documents={"application": Text("电子投保单", "E-application")},
    derived=(
        Derived("insured_name", ("customs_office", "declaration_office"), insured_name),
        Derived("premium", ("guarantee_amount", "rate_percent"), premium),
    ),
    room=Room("limit_left", "apply_no", CURRENCY),
    links={"apply_no": "duty_limit"},
    payable=Payable(states=frozenset(PAYABLE), amount="premium_due", currency="premium_currency", due="due_date"),
    books=dict.fromkeys(RESERVING, reserved) | {"ISSUED": used},
)


POLICY = Kind(
    code="duty_policy",
    label=Text("关税保证保险保单", "Duty guarantee policy"),
    number="policy_no",
    title="guarantee_use",
    fields=(
        Field("policy_no", Text("保单编号", "Policy no."), key=True),
        Field("application_no", Text("投保单号", "Application no."), key=True),
        Field("limit_no", Text("额度编号", "Limit no."), key=True),
        Field("record_no", Text("担保备案编号", "Customs' record no."), key=True),
        Field("enterprise_name", Text("投保人", "Applicant")),
        Field("insured_name", Text("被保险人", "Insured"), names="customs"),
        Field("guarantee_use", Text("使用类型", "Use"), key=True, choices=USES),
        Field("guarantee_amount", Text("保险金额(元)", "Guaranteed amount (CNY)"), Decimal),
        Field("effective_date", Text("保险期间起", "From"), date, key=True),
        Field("expiry_date", Text("保险期间止", "Until"), date),
        Field("premium", Text("保费(元)", "Premium (CNY)"), Decimal),
        *GUARANTEED,
        Field("claimed_amount", Text("海关索赔金额(元)", "Claimed by customs (CNY)"), Decimal),
        Field("reason", Text("原因", "Reason")),
    ),
    events=(
        EventType("effective", By.PARTNER, Text("保单生效", "In force"), phase="start"),
        EventType("claimed", By.PARTNER, Text("海关提出索赔", "Customs has claimed"), phase="end"),
        EventType("settled", By.PARTNER, Text("税款缴库，担保解除", "Duties paid, guarantee released"), phase="end"),
        EventType("cancelled", By.PARTNER, Text("保险公司注销保单", "Cancelled by the insurer"), phase="end"),
        EventType("expired", By.SYSTEM, Text("保单到期", "Expired"), phase="end"),
    ),
    tracks=(
        Track(
            name="state",
            label=Text("保单状态", "Policy status"),
            states=(
                State(
                    "EFFECTIVE",
                    Text("生效", "In force"),
                    "done",
                    Next.NOBODY,
                    notice=Text("关税保证保险保单已生效", "A duty guarantee policy is in force"),
                ),
                State(
                    "CLAIMED",
                    Text("已索赔", "Claimed"),
                    "failed",
                    Next.PARTNER,
                    hint=Text("保险公司将向企业追偿", "The insurer will recover it from you"),
                    notice=Text("海关已就关税保证保险提出索赔", "Customs has claimed under a duty guarantee"),
                ),
                State("SETTLED", Text("已解除", "Released"), "ended", Next.NOBODY),
                State("EXPIRED", Text("到期", "Expired"), "ended", Next.NOBODY),
                State(
                    "CANCELLED",
                    Text("注销", "Cancelled"),
                    "ended",
                    Next.NOBODY,
                    notice=Text("关税保证保险保单已注销", "A duty guarantee policy was cancelled"),
                ),
            ),
            transitions=(
                Transition(None, "effective", "EFFECTIVE"),
                Transition("EFFECTIVE", "claimed", "CLAIMED"),
                *sending.answers("settled", "SETTLED", "EFFECTIVE", "CLAIMED", "EXPIRED"),
                Transition("EFFECTIVE", "cancelled", "CANCELLED"),
                Transition("EFFECTIVE", "expired", "EXPIRED"),
            ),
        ),
    ),
    documents={
        "policy": Text("电子保单", "E-policy"),
        **premiums.PAPERS,
    },
    links={"application_no": "duty_application"},
    learned=dict.fromkeys(("insured_name", *(field.name for field in GUARANTEED)), "application_no"),
    ends=("expiry_date", "expired"),
    effects=(
        Effect("EFFECTIVE", "application_no", "policy_issued"),
        *(Effect(state, "application_no", "released", sets={"released": True}) for state in ("SETTLED", "EXPIRED")),
        Effect("CANCELLED", "application_no", "policy_cancelled"),
    ),
)
