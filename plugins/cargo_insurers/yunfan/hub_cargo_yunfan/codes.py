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

TABLES = (APPOINTMENT, AGREEMENT, DATA_CHECK, UNDERWRITING, CANCELLATION, POLICY)
