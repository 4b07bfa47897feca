"""Sinosure's messages of a unified-policy programme (统保) -> what they mean for our objects."""

from collections.abc import Mapping

from hub.contract.meaning import Says
from hub_sinosure import codes

SAYS: Mapping[str, Says] = {
    "BuyerReport/1.0": Says(
        "buyer_report",
        "report_no",
        "answered_at",
        code="result_code",
        codes=codes.BUYER_REPORT,
        dated="answered_at",
        documents={"buyer_report": "报告"},
    ),
    "LadingReport/1.0": Says(
        "lading_report",
        "report_no",
        "provided_at",
        event="provided",
        answers=False,
        dated="provided_at",
        documents={"lading_report": "报告"},
    ),
    "LossReportAnswer/1.0": Says("loss_report", "loss_no", "answered_at", code="status_code", codes=codes.LOSS_REPORT),
}
