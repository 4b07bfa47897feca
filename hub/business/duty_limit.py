"""The limit of a customs-duty guarantee (额度, spec.md 14.2): applied for, granted, topped up, and its history as the
insurer tells it. Manual S3:682-751; MSG-DG-03..06.

The insurer's figures win: what it says of total and used stands on the books as it says. The hub adds only what the
insurer cannot have counted yet: applications on the way (:mod:`hub.business.duty_application`). What an application may
take is what is left on the account ``limit:<application no.>``, which never falls below nothing.
"""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from hub.business import sending
from hub.business.acts import Action, Actor, Need, Sends
from hub.business.customs import OFFICES, USES
from hub.business.enclosures import Enclosure
from hub.business.kind import Derived, Effect, Field, Kind
from hub.business.numbers import NumberFormat
from hub.business.posting import LIMIT as ACCOUNT
from hub.business.posting import Posting
from hub.business.roles import OPERATORS
from hub.business.states import By, EventType, Next, State, Track, Transition
from hub.contract.money import Money
from hub.contract.text import Text

CURRENCY = "CNY"
APPLIED = (
    "apply_no", "enterprise_name", "contact_name", "contact_phone", "legal_person", "customs_code", "customs_office",
    "applied_amount", "guarantee_use", "remark",
)  # fmt: skip
TOPPED_UP = ("top_up_no", "apply_no", "limit_no", "top_up_amount", "remark")
FIGURES = ("limit_no", "total_amount", "used_amount", "remaining_amount", "rate_percent", "effective_date",
           "expiry_date")  # fmt: skip
"""What a change of a limit says (DG-LMT-13), and what the limit shows from then on."""
OTHER_LIMIT = Text("额度编号与申请编号不符", "Not the number of this limit")
NOT_GRANTED = Text("该额度不是“成功”状态，不能办理", "Only under a limit that was granted")


def limit_application(content: Mapping[str, Any], actor: Actor, now: datetime) -> dict[str, Any]:  # noqa: ARG001
    """Body of DutyLimitApplication."""
    return sending.filled(content, APPLIED) | {"applied_at": now}


def top_up(content: Mapping[str, Any], actor: Actor, now: datetime) -> dict[str, Any]:  # noqa: ARG001
    """Body of DutyTopUp."""
    return sending.filled(content, TOPPED_UP) | {"applied_at": now}


def figures(enterprise: str, content: Mapping[str, Any]) -> list[Posting]:  # noqa: ARG001
    """A limit on the books: what was granted, less what the insurer says is used."""
    number, total, used = (content.get(name) for name in ("apply_no", "total_amount", "used_amount"))
    rows = ((f"{ACCOUNT}{number}", f"granted:{number}", total), (f"used:{number}", f"{ACCOUNT}{number}", used))
    return [Posting(debit, credit, Money(amount, CURRENCY)) for debit, credit, amount in rows if amount]


def taken(account: str, content: Mapping[str, Any]) -> list[Posting]:
    """The amount of an application, taken from its limit."""
    number = content["apply_no"]
    return [Posting(f"{account}:{number}", f"{ACCOUNT}{number}", Money(content["guarantee_amount"], CURRENCY))]


def deviation(total: Decimal, used: Decimal, remaining: Decimal) -> Decimal:
    """How far 剩余 is from 总额 − 已使用; nothing in a row that holds (DG-LMT-14)."""
    return remaining - (total - used)


def holds(content: Mapping[str, Any]) -> bool:
    """Whether a change of a limit may be believed: the arithmetic holds, and no more is used than there is."""
    return bool(content["deviation"] == 0 and content["used_amount"] <= content["total_amount"])


def topping_up(
    content: Mapping[str, Any],
    linked: Mapping[str, Mapping[str, Any]],
    now: datetime,  # noqa: ARG001
) -> Mapping[str, Text]:
    """A limit is topped up while it is granted (DG-LMT-10)."""
    limit = linked.get("apply_no")
    if limit is None or limit["state"] != "SUCCEEDED":
        return {"apply_no": NOT_GRANTED}
    return {} if limit["limit_no"] == content["limit_no"] else {"limit_no": OTHER_LIMIT}


LIMIT_NO = Field("limit_no", Text("额度编号", "Limit no."), key=True)
SHOWN = (
    LIMIT_NO,
    Field("total_amount", Text("总额度(元)", "Limit (CNY)"), Decimal),
    Field("used_amount", Text("已使用额度(元)", "Used (CNY)"), Decimal),
    Field("remaining_amount", Text("剩余额度(元)", "Left (CNY)"), Decimal),
    Field("rate_percent", Text("费率(%)", "Rate (%)"), Decimal),
    Field("effective_date", Text("额度生效日期", "From"), date, key=True),
    Field("expiry_date", Text("额度失效日期", "Until"), date),
)

LIMIT = Kind(
    code="duty_limit",
    label=Text("额度申请", "Limit"),
    number="apply_no",
    title="limit_no",
    numbers=NumberFormat(prefix="ED", digits=8),
    fields=(
        Field("apply_no", Text("申请编号", "Application no."), key=True),
        Field("enterprise_name", Text("企业名称", "Enterprise")),
        Field("contact_name", Text("企业联系人", "Contact"), personal=True),
        Field("contact_phone", Text("联系人电话", "Contact phone"), personal=True),
        Field("legal_person", Text("法人名称", "Legal representative"), personal=True),
        Field("customs_code", Text("海关十位", "Customs registration code")),
        Field("customs_office", Text("注册海关", "Customs of registration"), choices=OFFICES),
        Field("applied_amount", Text("申请额度(元)", "Limit applied for (CNY)"), Decimal),
        Field("guarantee_use", Text("使用类型", "Use"), choices=USES),
        Field("remark", Text("备注", "Remark")),
        *SHOWN,
        Field("decided_on", Text("审批日期", "Decided on"), date, key=True),
        Field("changed_at", Text("变更时间", "Changed"), datetime),
        Field("applied_at", Text("申请时间", "Applied"), datetime, key=True),
        Field("reason", Text("保险公司意见", "The insurer's words")),
    ),
    events=(
        sending.BEGUN,
        *sending.SENT,
        EventType("failed", By.PARTNER, Text("额度申请失败", "Limit refused"), decision="limit"),
        EventType("succeeded", By.PARTNER, Text("额度申请成功", "Limit granted"), decision="limit", series="figures"),
        EventType("changed", By.SYSTEM, Text("保险公司变更额度", "Changed by the insurer"), series="figures"),
        EventType("ended", By.PARTNER, Text("保险公司终止额度", "Ended by the insurer"), series="figures"),
        EventType("expired", By.SYSTEM, Text("额度到期", "Expired"), series="figures"),
        sending.DELETED,
    ),
    tracks=(
        Track(
            name="state",
            label=Text("状态", "Status"),
            states=(
                *sending.states(
                    Text("额度申请", "Application for a limit"),
                    Text("申请中", "Applied for"),
                    Text("等待保险公司审批", "The insurer decides"),
                ),
                State(
                    "SUCCEEDED",
                    Text("成功", "Granted"),
                    "done",
                    Next.NOBODY,
                    hint=Text("可据此投保", "You may apply under it"),
                    notice=Text("额度申请成功，可以投保关税保证保险", "A limit was granted: you may apply under it"),
                ),
                State(
                    "FAILED",
                    Text("失败", "Refused"),
                    "failed",
                    Next.ENTERPRISE,
                    hint=Text("可重新申请", "You may apply again"),
                    notice=Text("额度申请失败", "A limit was refused"),
                ),
                State(
                    "EXPIRED",
                    Text("已过期", "Expired"),
                    "ended",
                    Next.ENTERPRISE,
                    hint=Text("可重新申请", "You may apply again"),
                    notice=Text("额度已过期，请重新申请", "A limit has expired: please apply again"),
                ),
            ),
            transitions=(
                *sending.moves("FAILED", "EXPIRED"),
                *sending.answers("failed", "FAILED", *sending.AWAITED),
                *sending.answers("succeeded", "SUCCEEDED", *sending.AWAITED, "EXPIRED"),
                Transition("SUCCEEDED", "changed", "SUCCEEDED"),
                Transition("EXPIRED", "changed", "EXPIRED"),  # it is drawn on no more, but what ends is given back
                Transition("SUCCEEDED", "ended", "EXPIRED"),
                Transition("SUCCEEDED", "expired", "EXPIRED"),
            ),
        ),
    ),
    actions=(
        Action(
            name="submit",
            label=Text("额度申请", "Apply"),
            event="submitted",
            roles=OPERATORS,
            form="duty_limit",
            adds=sending.submission,
            encloses=(Enclosure(code="attachment"),),
            primary=True,
            needs=(
                Need(
                    "duty_authorisation",
                    frozenset({"AUTHORISED"}),
                    Text(
                        "请先在“企业征信”向保险机构签署征信授权书",
                        "Sign a credit authorisation for the insurer first",
                    ),
                ),
            ),
            sends=Sends(type="DutyLimitApplication", version="1.0", capability="duty.limit", compose=limit_application),
            waiting=sending.WAITING,
            done=sending.RECEIVED,
        ),
        sending.DELETE,
    ),
    documents={"attachment": Text("附件", "Enclosed file")},
    ends=("expiry_date", "expired"),
    books=dict.fromkeys(("SUBMITTED", "SEND_FAILED", "FAILED", "SUCCEEDED", "EXPIRED"), figures),
)

TOP_UP = Kind(
    code="duty_top_up",
    label=Text("额度追加", "Top-up"),
    number="top_up_no",
    title="limit_no",
    numbers=NumberFormat(prefix="ZJ", digits=8),
    fields=(
        Field("top_up_no", Text("追加编号", "Top-up no."), key=True),
        Field("apply_no", Text("申请编号", "Limit's application no."), key=True),
        LIMIT_NO,
        Field("top_up_amount", Text("追加额度(元)", "Top-up (CNY)"), Decimal),
        Field("remark", Text("备注", "Remark")),
        Field("applied_at", Text("申请时间", "Applied"), datetime, key=True),
        Field("reason", Text("保险公司意见", "The insurer's words")),
    ),
    events=(
        sending.BEGUN,
        *sending.SENT,
        EventType("succeeded", By.PARTNER, Text("追加成功", "Topped up"), decision="top_up"),
        EventType("failed", By.PARTNER, Text("追加失败", "Top-up refused"), decision="top_up"),
        sending.DELETED,
    ),
    tracks=(
        Track(
            name="state",
            label=Text("追加状态", "Status"),
            states=(
                *sending.states(
                    Text("额度追加", "Top-up of a limit"),
                    Text("追加中", "Applied for"),
                    Text("等待保险公司审批", "The insurer decides"),
                ),
                State(
                    "SUCCEEDED",
                    Text("追加成功", "Topped up"),
                    "done",
                    Next.NOBODY,
                    hint=Text("新额度见额度变更记录", "See the changes of the limit"),
                    notice=Text("额度追加成功", "A limit was topped up"),
                ),
                State(
                    "FAILED",
                    Text("追加失败", "Refused"),
                    "failed",
                    Next.NOBODY,
                    notice=Text("额度追加失败", "A top-up was refused"),
                ),
            ),
            transitions=(
                *sending.moves(),
                *sending.answers("succeeded", "SUCCEEDED", *sending.AWAITED),
                *sending.answers("failed", "FAILED", *sending.AWAITED),
            ),
        ),
    ),
    actions=(
        Action(
            name="submit",
            label=Text("追加", "Top up"),
            event="submitted",
            roles=OPERATORS,
            form="duty_top_up",
            adds=sending.submission,
            primary=True,
            faults=topping_up,
            sends=Sends(type="DutyTopUp", version="1.0", capability="duty.limit", compose=top_up),
            waiting=sending.WAITING,
            done=sending.RECEIVED,
        ),
        sending.DELETE,
    ),
    links={"apply_no": "duty_limit"},
)

CHANGE = Kind(
    code="duty_limit_change",
    label=Text("额度变更记录", "Changes"),
    number="change_no",
    title="limit_no",
    told=("apply_no", "changed_at", "total_amount", "used_amount"),
    dated="changed_at",
    fields=(
        Field("change_no", Text("变更编号", "Change no.")),
        Field("apply_no", Text("申请编号", "Limit's application no."), key=True),
        LIMIT_NO,
        Field("total_amount", Text("新批复(总)额度(元)", "New limit (CNY)"), Decimal),
        Field("used_amount", Text("已使用额度(元)", "Used (CNY)"), Decimal),
        Field("remaining_amount", Text("剩余额度(元)", "Left (CNY)"), Decimal),
        Field("rate_percent", Text("新批复费率(%)", "New rate (%)"), Decimal),
        Field("effective_date", Text("额度生效日期", "From"), date),
        Field("expiry_date", Text("额度失效日期", "Until"), date),
        Field("changed_at", Text("变更时间", "Changed"), datetime),
        Field("application_no", Text("相关投保单号", "Application counted or released"), key=True),
        Field("deviation", Text("核对差额(元)", "Deviation (CNY)"), Decimal),
        Field("reason", Text("变更原因", "Reason")),
    ),
    events=(EventType("stated", By.PARTNER, Text("保险公司告知额度变更", "Told by the insurer"), phase="start"),),
    tracks=(
        Track(
            name="state",
            label=Text("状态", "Status"),
            states=(State("STATED", Text("已记录", "Recorded"), "done", Next.NOBODY),),
            transitions=(Transition(None, "stated", "STATED"),),
        ),
    ),
    derived=(Derived("deviation", ("total_amount", "used_amount", "remaining_amount"), deviation),),
    links={"apply_no": "duty_limit", "application_no": "duty_application"},
    effects=(
        Effect("STATED", "apply_no", "changed", carries=(*FIGURES, "changed_at"), at="changed_at", when=holds),
        Effect("STATED", "application_no", "counted", sets={"counted": True}, when=holds),
    ),
)
"""One row for each change, however often it is told (DG-LMT-15)."""
