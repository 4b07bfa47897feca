"""Shanhe's codes -> our events, in its own wording; what is below zero is bad. No row: the message is parked."""

from hub.contract.status import StatusRow, StatusTable
from hub.contract.text import Text

APPOINTMENT = StatusTable(
    "CargoAppointmentStatus.StatusCode",
    (
        StatusRow("10", "accepted", Text("已受理", "Accepted")),
        StatusRow("20", "succeeded", Text("预约成功待签约", "Made, to be signed")),
        StatusRow("-20", "failed", Text("不予受理", "Not taken up")),
    ),
)
"""Of an appointment."""

AGREEMENT = StatusTable(
    "CargoAgreement.StatusCode",
    (
        StatusRow("1", "validated", Text("在保协议", "In force")),
        StatusRow("-1", "invalidated", Text("终止协议", "Ended")),
    ),
)
"""Of an agreement, each time that it is told."""

DATA_CHECK = StatusTable(
    "CargoDataCheck.ResultCode",
    (
        StatusRow("120", "data_check_passed", Text("入库成功", "Stored")),
        StatusRow("-120", "data_check_failed", Text("入库失败", "Not stored")),
    ),
)
"""Of an application's data."""

UNDERWRITING = StatusTable(
    "CargoUnderwriting.ResultCode",
    (
        StatusRow("300", "underwriting_pending", Text("待核保", "To be underwritten")),
        StatusRow("310", "manual_review", Text("人工核保中", "With an underwriter")),
        StatusRow("-300", "underwriting_failed", Text("自核不通过", "Refused by the machine")),
        StatusRow("-399", "declined", Text("核保拒绝", "Refused")),
    ),
)
"""Of an application under review."""

CANCELLATION = StatusTable(
    "CargoCancellationResult.ResultCode",
    (
        StatusRow("800", "cancelled", Text("撤单成功", "Withdrawn")),
        StatusRow("-800", "cancel_refused", Text("撤单失败", "Not withdrawn")),
    ),
)
"""Of a request to cancel."""

POLICY = StatusTable(
    "CargoPolicy.StatusCode",
    (
        StatusRow("900", "effective", Text("保单正式生效", "In force")),
        StatusRow("-900", "terminated", Text("保单退保", "Surrendered")),
    ),
)
"""Of a policy, each time that it is told."""

DUTY_AUTHORISATION = StatusTable(
    "DutyAuthorisationResult.ResultCode",
    (
        StatusRow("610", "authorised", Text("授权生效", "In force")),
        StatusRow("-610", "failed", Text("授权退回", "Returned")),
    ),
)
"""Of a credit authorisation."""

DUTY_LIMIT = StatusTable(
    "DutyLimitResult.ResultCode",
    (
        StatusRow("500", "succeeded", Text("批复通过", "Granted")),
        StatusRow("-500", "failed", Text("批复不通过", "Not granted")),
        StatusRow("-590", "ended", Text("额度冻结", "Frozen")),
    ),
)
"""Of an application for a limit, and of a limit that ends."""

DUTY_TOP_UP = StatusTable(
    "DutyTopUpResult.ResultCode",
    (
        StatusRow("520", "succeeded", Text("追加通过", "Granted")),
        StatusRow("-520", "failed", Text("追加不通过", "Not granted")),
    ),
)
"""Of a top-up."""

DUTY_UNDERWRITING = StatusTable(
    "DutyUnderwriting.ResultCode",
    (
        StatusRow("320", "underwriting_pending", Text("入库成功待核保", "Stored, to be underwritten")),
        StatusRow("-320", "data_check_failed", Text("入库失败", "Not stored")),
        StatusRow("330", "premium_due", Text("核保通过待缴费", "Accepted, premium due")),
        StatusRow("-330", "underwriting_failed", Text("核保拒绝", "Refused")),
    ),
)
"""Of a duty application, from its data to the premium."""

DUTY_POLICY = StatusTable(
    "DutyPolicy.StatusCode",
    (
        StatusRow("910", "effective", Text("保函生效", "In force")),
        StatusRow("-910", "claimed", Text("海关索付", "Claimed by customs")),
        StatusRow("920", "settled", Text("保函解除", "Released")),
        StatusRow("-990", "cancelled", Text("保函注销", "Cancelled")),
    ),
)
"""Of a duty guarantee policy, each time that it is told."""

SHARED_CLAIM = StatusTable(
    "SharedClaim.StatusCode",
    (
        StatusRow("700", "reported", Text("报案受理", "Report taken")),
        StatusRow("710", "assessing", Text("定损中", "Being assessed")),
        StatusRow("790", "settled", Text("赔付完成", "Paid")),
        StatusRow("-790", "rejected", Text("拒赔", "Not paid")),
        StatusRow("799", "closed", Text("结案", "Closed")),
    ),
)
"""Of a claim under any policy."""

TABLES = (
    APPOINTMENT,
    AGREEMENT,
    DATA_CHECK,
    UNDERWRITING,
    CANCELLATION,
    POLICY,
    DUTY_AUTHORISATION,
    DUTY_LIMIT,
    DUTY_TOP_UP,
    DUTY_UNDERWRITING,
    DUTY_POLICY,
    SHARED_CLAIM,
)
