"""Yunfan's codes -> our events, in its own wording. A code without a row parks the message; there is no default."""

from hub.contract.status import StatusRow, StatusTable
from hub.contract.text import Text

APPOINTMENT = StatusTable(
    "CargoAppointmentStatus.StatusCode",
    (
        StatusRow("A1", "accepted", Text("预约已接收，客户经理将与您联系", "Accepted; an account manager will call")),
        StatusRow("A2", "succeeded", Text("预约成功，请办理线下签约", "Made; please sign offline")),
        StatusRow("A9", "failed", Text("预约未受理", "Not taken up")),
    ),
)
"""Of an appointment."""

AGREEMENT = StatusTable(
    "CargoAgreement.StatusCode",
    (
        StatusRow("1", "validated", Text("协议有效", "In force")),
        StatusRow("0", "invalidated", Text("协议失效", "Not in force")),
    ),
)
"""Of an agreement, each time that it is sent."""

DATA_CHECK = StatusTable(
    "CargoDataCheck.ResultCode",
    (
        StatusRow("D0", "data_check_passed", Text("数据校验通过", "Data check passed")),
        StatusRow("D1", "data_check_failed", Text("数据校验不通过", "Data check not passed")),
    ),
)
"""Of an application's data."""

UNDERWRITING = StatusTable(
    "CargoUnderwriting.ResultCode",
    (
        StatusRow("U0", "underwriting_pending", Text("已进入核保队列", "In the underwriters' queue")),
        StatusRow("U1", "manual_review", Text("转人工核保", "Referred to an underwriter")),
        StatusRow("U2", "underwriting_failed", Text("自动核保不通过", "Not passed by automatic underwriting")),
        StatusRow("U9", "declined", Text("不予承保", "Declined")),
    ),
)
"""Of an application under review."""

CANCELLATION = StatusTable(
    "CargoCancellationResult.ResultCode",
    (
        StatusRow("C0", "cancelled", Text("同意撤单", "Cancellation agreed")),
        StatusRow("C1", "cancel_refused", Text("不同意撤单", "Cancellation not agreed")),
    ),
)
"""Of a request to cancel."""

POLICY = StatusTable(
    "CargoPolicy.StatusCode",
    (
        StatusRow("P1", "effective", Text("保单生效", "In force")),
        StatusRow("P9", "terminated", Text("保单注销", "Cancelled")),
    ),
)
"""Of a policy, each time that it is sent."""

DUTY_AUTHORISATION = StatusTable(
    "DutyAuthorisationResult.ResultCode",
    (
        StatusRow("Q1", "authorised", Text("授权书已备案", "Authorisation registered")),
        StatusRow("Q9", "failed", Text("授权书无效", "Authorisation not valid")),
    ),
)
"""Of a credit authorisation."""

DUTY_LIMIT = StatusTable(
    "DutyLimitResult.ResultCode",
    (
        StatusRow("E1", "succeeded", Text("额度批复", "Limit granted")),
        StatusRow("E9", "failed", Text("额度不予批复", "Limit not granted")),
        StatusRow("E7", "ended", Text("额度终止", "Limit ended")),
    ),
)
"""Of an application for a limit, and of a limit that ends."""

DUTY_TOP_UP = StatusTable(
    "DutyTopUpResult.ResultCode",
    (
        StatusRow("T1", "succeeded", Text("追加批复", "Top-up granted")),
        StatusRow("T9", "failed", Text("追加不予批复", "Top-up not granted")),
    ),
)
"""Of a top-up."""

DUTY_UNDERWRITING = StatusTable(
    "DutyUnderwriting.ResultCode",
    (
        StatusRow("G0", "underwriting_pending", Text("资料齐全，进入核保", "Data complete, underwriting")),
        StatusRow("G1", "data_check_failed", Text("资料有误", "Data not correct")),
        StatusRow("G2", "premium_due", Text("同意承保，请缴费", "Accepted, please pay")),
        StatusRow("G9", "underwriting_failed", Text("不予承保", "Not accepted")),
    ),
)
"""Of a duty application, from its data to the premium."""

DUTY_POLICY = StatusTable(
    "DutyPolicy.StatusCode",
    (
        StatusRow("P1", "effective", Text("保单生效", "In force")),
        StatusRow("P3", "claimed", Text("海关索赔", "Claimed by customs")),
        StatusRow("P5", "settled", Text("担保解除", "Guarantee released")),
        StatusRow("P9", "cancelled", Text("保单注销", "Cancelled")),
    ),
)
"""Of a duty guarantee policy, each time that it is told."""

SHARED_CLAIM = StatusTable(
    "SharedClaim.StatusCode",
    (
        StatusRow("L1", "reported", Text("已受理报案", "Report taken")),
        StatusRow("L2", "assessing", Text("查勘定损中", "Being assessed")),
        StatusRow("L3", "settled", Text("赔款已支付", "Paid")),
        StatusRow("L4", "rejected", Text("不予赔付", "Not paid")),
        StatusRow("L9", "closed", Text("案件关闭", "Closed")),
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
