"""The bank's codes, ISO 20022 external codes where there are such. A code without a row means nothing to us.

GrpSts says whether the message was taken; only a status of the transaction says anything about the money.
"""

from hub.contract.outcome import OutcomeClass as O
from hub.contract.status import AnswerRow, AnswerTable, StatusRow, StatusTable
from hub.contract.text import Text

ANSWERS = AnswerTable(
    "answers",
    (
        AnswerRow("ACTC", O.ACCEPTED, Text("报文已受理", "Taken; technically correct")),
        AnswerRow("PDNG", O.ACCEPTED, Text("处理中", "Pending")),
        AnswerRow("ACSC", O.DONE, Text("查询完成，已借记", "Settled on the payer's account")),
        AnswerRow("RTRN", O.REFUSED_BUSINESS, Text("已退票", "Paid, and returned since")),  # the money is back
        AnswerRow("GIVN", O.DONE, Text("明细已提供", "The statement is given")),
        AnswerRow("RJCT", O.REFUSED_BUSINESS, Text("银行已拒绝", "Rejected")),
        AnswerRow("FF01", O.REFUSED_FORM, Text("报文格式错误", "Invalid file format")),
        AnswerRow("NFND", O.NOT_SENT, Text("无此指令", "No such instruction")),
    ),
)
"""Direct answers: receipts, queries, statements."""

PAYMENT = StatusTable(
    "PaymentResult.StatusCode",
    (
        StatusRow("ACSC", "succeeded", Text("付款账户已借记", "Settled on the payer's account")),
        StatusRow("ACCC", "succeeded", Text("收款账户已贷记", "Settled on the payee's account")),
        StatusRow("RJCT", "failed", Text("支付已拒绝", "Rejected")),
        StatusRow("PDNG", "bank_working", Text("银行处理中", "Pending")),
        StatusRow("ACSP", "bank_working", Text("清算处理中", "Settlement in process")),
        StatusRow(
            "PATC", "awaiting_approver", Text("待企业复核授权", "More authorisations needed from the enterprise")
        ),
        StatusRow("RTRN", "reversed", Text("已退票", "Returned")),
    ),
)
"""Of a payment. RTRN is this bank's own: pain.002 has no word for a return."""

AGREEMENT = StatusTable(
    "PaymentAgreementResult.StatusCode",
    (
        StatusRow("true", "signed", Text("授权协议已接受", "Mandate accepted")),
        StatusRow("false", "sign_failed", Text("授权协议已拒绝", "Mandate refused")),
    ),
)
"""Of an agreement."""

TABLES = (PAYMENT, AGREEMENT)
