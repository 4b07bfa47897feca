"""The bank's codes. A code without a row means nothing to us.

resultcode SUC0000 says that the bank has understood; REQSTS, where the order stands; RTNFLG, how it ended, and only
where REQSTS is FIN. The codes of seven places other than SUC0000 are this example's own.
"""

from hub.contract.outcome import OutcomeClass as O
from hub.contract.status import AnswerRow, AnswerTable, StatusRow, StatusTable
from hub.contract.text import Text

UNDERSTOOD, FINAL = "SUC0000", "FIN"

ORDER = (
    ("BNK", "bank_working", O.ACCEPTED, Text("银行处理中", "Being handled by the bank")),
    ("WRF", "bank_working", O.ACCEPTED, Text("银行处理中，等待返回", "Being handled, the answer is awaited")),
    ("OPR", "bank_working", O.ACCEPTED, Text("数据接收中", "Being received")),
    ("NTE", "bank_working", O.ACCEPTED, Text("终审完毕", "Approved by the enterprise")),
    ("AUT", "awaiting_approver", O.ACCEPTED, Text("等待审批", "Waiting for the enterprise's approver")),
    ("FIN-S", "succeeded", O.DONE, Text("银行支付成功", "Paid")),
    ("FIN-F", "failed", O.REFUSED_BUSINESS, Text("银行支付失败", "Not paid")),
    ("FIN-R", "failed", O.REFUSED_BUSINESS, Text("企业审批否决", "Refused by the enterprise's approver")),
    ("FIN-D", "failed", O.REFUSED_BUSINESS, Text("企业过期不审批", "Not approved in time")),
    ("FIN-C", "failed", O.REFUSED_BUSINESS, Text("企业撤销", "Cancelled by the enterprise")),
    ("FIN-U", "bank_working", O.ACCEPTED, Text("银行挂账", "Debited and held by the bank")),
    ("FIN-B", "reversed", O.REFUSED_BUSINESS, Text("银行支付被退票", "Paid, and returned since")),
    ("FIN-T", "reversed", O.REFUSED_BUSINESS, Text("退款", "Refunded")),
)
"""Code of an order, what it means to a payment, what an answer with it says about the order, the bank's words."""

ANSWERS = AnswerTable(
    "answers",
    (
        *(AnswerRow(f"{UNDERSTOOD}-{code}", outcome, text) for code, _, outcome, text in ORDER),
        AnswerRow("BUS0001", O.REFUSED_BUSINESS, Text("业务被拒绝", "Refused")),
        AnswerRow("BUS0002", O.REFUSED_BUSINESS, Text("业务参考号重复", "This yurref was used with another content")),
        AnswerRow("FMT0001", O.REFUSED_FORM, Text("报文格式错误", "The document is malformed")),
        AnswerRow("QRY0001", O.NOT_SENT, Text("无此业务", "No such order")),
    ),
)
"""resultcode, and below SUC0000 the order's code: direct answers to orders and questions."""

PAYMENT = StatusTable("PaymentResult.StatusCode", tuple(StatusRow(code, event, text) for code, event, _, text in ORDER))
"""Of a payment."""

AGREEMENT = StatusTable(
    "PaymentAgreementResult.StatusCode",
    (
        StatusRow("BNK", "processing", Text("签约处理中", "In hand")),
        StatusRow("FIN-S", "signed", Text("签约成功", "Signed")),
        StatusRow("FIN-F", "sign_failed", Text("签约失败", "Not signed")),
    ),
)
"""Of an agreement."""

TABLES = (PAYMENT, AGREEMENT)
