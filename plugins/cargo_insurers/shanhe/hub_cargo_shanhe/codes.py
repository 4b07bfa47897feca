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

TABLES = (APPOINTMENT, AGREEMENT, DATA_CHECK, UNDERWRITING, CANCELLATION, POLICY)
