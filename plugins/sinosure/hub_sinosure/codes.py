"""Sinosure's codes -> our events, in its own wording. A code without a row parks the message; there is no default."""

from hub.contract.status import StatusRow, StatusTable
from hub.contract.text import Text

REVIEW = StatusTable(
    "ReviewResult.ResultCode",
    (
        StatusRow("10", "approved", Text("审核通过", "Review passed")),
        StatusRow("20", "returned", Text("退回修改", "Returned for correction")),
        StatusRow("30", "rejected", Text("审核不通过", "Review not passed")),
        StatusRow("40", "withdrawn", Text("同意撤回", "Withdrawal agreed")),
        StatusRow("41", "withdrawal_refused", Text("不同意撤回", "Withdrawal not agreed")),
    ),
)
"""Of an application under review."""

ISSUED = StatusTable(
    "PolicyIssued.StatusCode",
    (
        StatusRow("0", "issued", Text("已签发未生效", "Issued, not yet in force")),
        StatusRow("1", "effective", Text("生效", "In force")),
    ),
)
"""Of a policy when it is sent; a policy that comes into force later is sent again, with code 1."""

APPLICATION_CHANGE = StatusTable(
    "PolicyChange.StatusCode(ApplicationNo)",
    (StatusRow("90", "recalled", Text("待确认保单已撤销", "Offer recalled")),),
)
"""Of an application, by PolicyChange."""

POLICY_CHANGE = StatusTable(
    "PolicyChange.StatusCode(PolicyNo)",
    (StatusRow("91", "terminated", Text("保单终止", "Policy terminated")),),
)
"""Of a policy, by PolicyChange."""

CLAIM_REVIEW = StatusTable(
    "ClaimReceipt.StatusCode",
    (
        StatusRow("10", "review_begun", Text("审核中", "Under review")),
        StatusRow("20", "returned", Text("退回", "Returned")),
        StatusRow("30", "supplement_required", Text("请补充材料", "Further material needed")),
        StatusRow("40", "accepted", Text("受理", "Accepted")),
        StatusRow("50", "declined", Text("拒赔", "Declined")),
        StatusRow("60", "withdrawn", Text("同意撤回索赔", "Withdrawal agreed")),
        StatusRow("61", "withdrawal_refused", Text("不同意撤回索赔", "Withdrawal not agreed")),
    ),
)
"""Of a claim under review."""

CLAIM_PROGRESS = StatusTable(
    "ClaimProgress.StatusCode",
    (
        StatusRow("70", "paid", Text("已赔付", "Paid")),
        StatusRow("80", "closed", Text("结案", "Closed")),
    ),
)
"""Of a claim after the review."""

AGREEMENT = StatusTable(
    "AgreementEnded.StatusCode",
    (
        StatusRow("20", "refused", Text("未签署", "Not signed")),
        StatusRow("90", "terminated", Text("协议终止", "Agreement terminated")),
    ),
)
"""Of a service agreement, by AgreementEnded."""

OFFLINE = StatusTable(
    "OfflinePolicy.StatusCode",
    (
        StatusRow("0", "issued", Text("已签发未生效", "Issued, not yet in force")),
        StatusRow("1", "collected_offline", Text("线下领取，生效", "Collected off line, in force")),
    ),
)
"""Of a policy that was collected off line; sent again with code 1 when it comes into force."""

BUYER_REPORT = StatusTable(
    "BuyerReport.ResultCode",
    (
        StatusRow("10", "provided", Text("报告已出具", "Report enclosed")),
        StatusRow("20", "rejected", Text("未能出具报告", "No report could be made")),
    ),
)
"""Of a request for a credit report on a buyer."""

LOSS_REPORT = StatusTable(
    "LossReportAnswer.StatusCode",
    (
        StatusRow("10", "acknowledged", Text("已受理", "Taken up")),
        StatusRow("80", "closed", Text("结案", "Closed")),
    ),
)
"""Of a loss report."""

TABLES = (
    REVIEW,
    ISSUED,
    APPLICATION_CHANGE,
    POLICY_CHANGE,
    CLAIM_REVIEW,
    CLAIM_PROGRESS,
    AGREEMENT,
    OFFLINE,
    BUYER_REPORT,
    LOSS_REPORT,
)
