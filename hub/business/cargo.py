"""Cargo insurance (货物运输保险, spec.md 12): an appointment (预约) leads to an open-cover agreement that is signed
offline; under it the enterprise applies for each voyage, pays and gets a policy. MSG-CG-01..10; manual S3:296-575.

The application, which has the most to say, is a file of its own: hub/business/cargo_application.py.
"""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from hub.business import premiums, sending
from hub.business.acts import Action, Actor, Sends
from hub.business.cargo_application import APPLICATION
from hub.business.cargo_case import TERM
from hub.business.kind import Effect, Field, Kind, Line
from hub.business.numbers import NumberFormat
from hub.business.roles import OPERATORS
from hub.business.states import By, EventType, Next, State, Track, Transition
from hub.contract.text import Text

MESSAGES = {
    "CargoAppointment/1.0": "MSG-CG-01",
    "CargoAppointmentStatus/1.0": "MSG-CG-02",
    "CargoAgreement/1.0": "MSG-CG-03",
    "CargoApplication/1.0": "MSG-CG-04",
    "CargoDataCheck/1.0": "MSG-CG-05",
    "CargoUnderwriting/1.0": "MSG-CG-06",
    "CargoIssued/1.0": "MSG-CG-07",
    "CargoCancellation/1.0": "MSG-CG-08",
    "CargoCancellationResult/1.0": "MSG-CG-09",
    "CargoPolicy/1.0": "MSG-CG-10",
}

TRANSPORT_MODES: Mapping[str, Text] = {
    "2": Text("水路运输", "By water"),
    "3": Text("铁路运输", "By rail"),
    "4": Text("公路运输", "By road"),
    "5": Text("航空运输", "By air"),
    "6": Text("邮件运输", "By mail"),
    "9": Text("其他运输", "Otherwise"),
}
"""The customs' 运输方式 without the codes that are regimes and no vehicles."""

APPOINTED = (
    "appointment_no", "enterprise_name", "contact_name", "contact_phone", "contact_email", "transport_mode",
    "goods_category", "trade_countries", "yearly_value", "yearly_currency", "remark",
)  # fmt: skip


def appointment(content: Mapping[str, Any], actor: Actor, now: datetime) -> dict[str, Any]:  # noqa: ARG001
    """Body of CargoAppointment."""
    return sending.filled(content, APPOINTED) | {"appointed_at": now}


APPOINTMENT = Kind(
    code="cargo_appointment",
    label=Text("货运险预约", "Cargo appointment"),
    number="appointment_no",
    title="enterprise_name",
    numbers=NumberFormat(prefix="YY", digits=8),
    fields=(
        Field("appointment_no", Text("预约编号", "Appointment no."), key=True),
        Field("enterprise_name", Text("企业名称", "Enterprise")),
        Field("contact_name", Text("联系人", "Contact"), personal=True),
        Field("contact_phone", Text("联系人电话", "Contact phone"), personal=True),
        Field("contact_email", Text("联系人邮箱", "Contact e-mail"), personal=True),
        Field("transport_mode", Text("主要运输方式", "Main mode of transport"), choices=TRANSPORT_MODES),
        Field("goods_category", Text("主要货物类别", "Main goods")),
        Field("trade_countries", Text("主要贸易国家/地区", "Main trading countries")),
        Field(
            "yearly_value",
            Text("预计年进出口货值", "Expected yearly value of goods"),
            Decimal,
            currency="yearly_currency",
        ),
        Field("yearly_currency", Text("币制", "Currency")),
        Field("remark", Text("备注", "Remark")),
        Field("applied_at", Text("申请日期", "Applied"), datetime, key=True),
        Field("reason", Text("保险公司意见", "The insurer's words")),
    ),
    events=(
        EventType("begun", By.ENTERPRISE, Text("企业新建预约", "Begun by the enterprise"), phase="start"),
        EventType("submitted", By.ENTERPRISE, Text("企业提交预约", "Submitted by the enterprise")),
        EventType("delivered", By.SYSTEM, Text("保险公司已签收", "Received and signed for by the insurer")),
        EventType("undelivered", By.SYSTEM, Text("发送未成功", "Could not be delivered")),
        EventType("accepted", By.PARTNER, Text("保险公司已接收预约", "Accepted for handling by the insurer")),
        EventType("succeeded", By.PARTNER, Text("预约成功", "Appointment made"), decision="appointment"),
        EventType("failed", By.PARTNER, Text("预约失败", "Appointment refused"), decision="appointment"),
        EventType("deleted", By.ENTERPRISE, Text("企业删除预约", "Deleted by the enterprise"), phase="end"),
    ),
    tracks=(
        Track(
            name="state",
            label=Text("预约状态", "Status"),
            states=(
                State("DRAFT", Text("暂存", "Draft"), "draft", Next.ENTERPRISE),
                State("DELETED", Text("已删除", "Deleted"), "ended", Next.NOBODY, hidden=True),
                State(
                    "SUBMITTED",
                    Text("已提交", "Submitted"),
                    "running",
                    Next.PARTNER,
                    hint=Text("等待保险公司接收", "The insurer has to accept it"),
                ),
                State(
                    "SEND_FAILED",
                    Text("发送失败", "Not delivered"),
                    "failed",
                    Next.ENTERPRISE,
                    hint=Text("未送达保险公司，可再次预约", "Not delivered; you may submit again"),
                    notice=Text("货运险预约未送达保险公司", "A cargo appointment could not be delivered"),
                ),
                State(
                    "ACCEPTED_BY_INSURER",
                    Text("已接收", "Accepted"),
                    "running",
                    Next.PARTNER,
                    hint=Text("保险公司将与您联系", "The insurer will contact you"),
                ),
                State(
                    "SUCCEEDED",
                    Text("预约成功", "Appointment made"),
                    "done",
                    Next.NOBODY,
                    hint=Text("请与保险公司线下签署货运险协议", "Sign the agreement with the insurer, offline"),
                    notice=Text(
                        "货运险预约成功，请与保险公司线下签约", "Cargo appointment made: sign the agreement offline"
                    ),
                ),
                State(
                    "FAILED",
                    Text("预约失败", "Appointment refused"),
                    "failed",
                    Next.NOBODY,
                    notice=Text("货运险预约失败", "A cargo appointment was refused"),
                ),
            ),
            transitions=(
                Transition(None, "begun", "DRAFT"),
                Transition("DRAFT", "deleted", "DELETED"),
                Transition("DRAFT", "submitted", "SUBMITTED"),
                Transition("SEND_FAILED", "submitted", "SUBMITTED"),
                Transition("SUBMITTED", "undelivered", "SEND_FAILED"),
                Transition("SUBMITTED", "accepted", "ACCEPTED_BY_INSURER"),
                Transition("SEND_FAILED", "accepted", "ACCEPTED_BY_INSURER"),
                *(
                    Transition(source, event, target)
                    for source in ("SUBMITTED", "SEND_FAILED", "ACCEPTED_BY_INSURER")
                    for event, target in (("succeeded", "SUCCEEDED"), ("failed", "FAILED"))
                ),
            ),
        ),
    ),
    actions=(
        Action(
            name="submit",
            label=Text("预约", "Make the appointment"),
            event="submitted",
            roles=OPERATORS,
            form="cargo_appointment",
            adds=sending.submission,
            primary=True,
            sends=Sends(type="CargoAppointment", version="1.0", capability="cargo.appoint", compose=appointment),
            waiting=Text(
                "预约已提交，等待保险公司确认收到",
                "Appointment handed in; waiting for the insurer to confirm it arrived",
            ),
            done=Text("保险公司已收到预约", "The insurer has received the appointment"),
        ),
        Action(
            name="delete",
            label=Text("删除", "Delete"),
            event="deleted",
            roles=OPERATORS,
            question=Text("是否删除该预约？", "Delete this appointment?"),
            done=Text("预约已删除", "Appointment deleted"),
            opens=False,
        ),
    ),
)

AGREEMENT = Kind(
    code="cargo_agreement",
    label=Text("货物运输险协议", "Cargo agreement"),
    number="agreement_no",
    title="product_name",
    fields=(
        Field("agreement_no", Text("协议编号", "Agreement no."), key=True),
        Field("enterprise_name", Text("投保人", "Applicant")),
        Field("insured_name", Text("被保险人", "Insured")),
        Field("product", Text("险种代码", "Product code")),
        Field("product_name", Text("险种", "Product"), key=True),
        Field("start_date", Text("起始日期", "From"), date, key=True),
        Field("end_date", Text("终止日期", "Until"), date),
        Field("currency", Text("币制", "Currency")),
        Field("rate_permille", Text("基本费率(‰)", "Basic rate (‰)"), Decimal),
        Field("max_markup_percent", Text("加成比例上限(%)", "Highest mark-up (%)"), Decimal),
        Field("voyage_limit", Text("单次运输限额", "Limit per voyage"), Decimal, currency="currency"),
        Field("deductible", Text("免赔", "Deductible")),
        Field("special_term", Text("特殊约定信息", "Special terms"), list, rows=TERM),
        Field(
            "coverage",
            Text("险别信息", "Coverages"),
            list,
            rows=(
                Field("code", Text("险别代码", "Code")),
                Field("name", Text("险别名称", "Coverage")),
                Field("main", Text("主险", "Main cover"), bool),
                Field("rate_permille", Text("费率(‰)", "Rate (‰)"), Decimal),
            ),
        ),
        Field(
            "goods",
            Text("货物类别信息", "Goods categories"),
            list,
            rows=(
                Field("category", Text("货物大类", "Category")),
                Field("code", Text("货物细类", "Goods code")),
                Field("excluded", Text("除外", "Excluded"), bool),
                Field("rate_permille", Text("费率(‰)", "Rate (‰)"), Decimal),
            ),
        ),
        Field("reason", Text("原因", "Reason")),
    ),
    events=(
        EventType("validated", By.PARTNER, Text("协议有效", "In force"), phase="start", series="validity"),
        EventType("invalidated", By.PARTNER, Text("协议无效", "No longer in force"), phase="start", series="validity"),
        EventType("expired", By.SYSTEM, Text("协议到期", "Ended by its date"), phase="start", series="validity"),
    ),
    tracks=(
        Track(
            name="state",
            label=Text("协议状态", "Status"),
            states=(
                State(
                    "VALID",
                    Text("有效", "Valid"),
                    "done",
                    Next.NOBODY,
                    hint=Text("可据此投保", "You may apply under it"),
                    notice=Text("货运险协议已生效，可以投保", "A cargo agreement is valid: you may apply under it"),
                ),
                State("INVALID", Text("无效", "Invalid"), "ended", Next.NOBODY),
            ),
            transitions=(
                *(Transition(source, "validated", "VALID") for source in (None, "VALID", "INVALID")),
                *(Transition(source, "invalidated", "INVALID") for source in (None, "VALID", "INVALID")),
                Transition("VALID", "expired", "INVALID"),
            ),
        ),
    ),
    ends=("end_date", "expired"),
)

POLICY = Kind(
    code="cargo_policy",
    label=Text("货物运输险保单", "Cargo policy"),
    number="policy_no",
    title="product_name",
    fields=(
        Field("policy_no", Text("保单号", "Policy no."), key=True),
        Field("application_no", Text("投保单号", "Application no."), key=True),
        Field("agreement_no", Text("协议编号", "Agreement no."), key=True),
        Field("product_name", Text("险种", "Product")),
        Field("enterprise_name", Text("投保人", "Applicant")),
        Field("insured_name", Text("被保险人", "Insured")),
        Field("effective_date", Text("起保日期", "From"), date, key=True),
        Field("expiry_date", Text("终保日期", "Until"), date),
        Field("insured_amount", Text("保险金额", "Insured amount"), Decimal, currency="currency"),
        Field("currency", Text("币制", "Currency")),
        Field("premium", Text("保费", "Premium"), Decimal, currency="premium_currency"),
        Field("premium_currency", Text("保费币制", "Currency of the premium")),
        Field("reason", Text("原因", "Reason")),
    ),
    events=(
        EventType("effective", By.PARTNER, Text("保单正式生效", "In force"), phase="start"),
        EventType("terminated", By.PARTNER, Text("保险公司注销保单", "Cancelled by the insurer"), phase="end"),
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
                    notice=Text("货运险保单已正式生效", "A cargo policy is in force"),
                ),
                State("EXPIRED", Text("到期", "Expired"), "ended", Next.NOBODY),
                State(
                    "CANCELLED",
                    Text("退保/注销", "Cancelled"),
                    "ended",
                    Next.NOBODY,
                    notice=Text("货运险保单已注销", "A cargo policy was cancelled"),
                ),
            ),
            transitions=(
                Transition(None, "effective", "EFFECTIVE"),
                Transition("EFFECTIVE", "terminated", "CANCELLED"),
                Transition("EFFECTIVE", "expired", "EXPIRED"),
            ),
        ),
    ),
    documents={
        "policy": Text("电子保单", "E-policy"),
        **premiums.PAPERS,
    },
    links={"application_no": "cargo_application", "agreement_no": "cargo_agreement"},
    ends=("expiry_date", "expired"),
    effects=(
        Effect("EFFECTIVE", "application_no", "policy_effective"),
        Effect("CANCELLED", "application_no", "policy_terminated"),
    ),
)

LINE = Line(
    code="cargo",
    label=Text("货物运输保险", "Cargo insurance"),
    kinds=(APPOINTMENT, AGREEMENT, APPLICATION, POLICY),
    messages=MESSAGES,
)
