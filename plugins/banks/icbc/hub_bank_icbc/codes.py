"""The bank's codes. A code without a row means nothing to us.

RetCode 0 says that the bank has understood; what became of the instruction is the line's code (0-11). 7 is good; 6, 8
and 11 are bad; the others are on their way. 12 and the codes with a letter are this example's own.
"""

from hub.contract.outcome import OutcomeClass as O
from hub.contract.status import AnswerRow, AnswerTable, StatusRow, StatusTable
from hub.contract.text import Text

UNDERSTOOD = "0"

LINE = (
    ("0", "bank_working", O.ACCEPTED, Text("提交成功，等待银行处理", "Handed in, waiting for the bank")),
    ("1", "bank_working", O.ACCEPTED, Text("授权成功，等待银行处理", "Authorised, waiting for the bank")),
    ("2", "awaiting_approver", O.ACCEPTED, Text("等待授权", "Waiting for authorisation")),
    ("3", "awaiting_approver", O.ACCEPTED, Text("等待二次授权", "Waiting for the second authorisation")),
    ("4", "bank_working", O.ACCEPTED, Text("等待银行答复", "Waiting for the bank's answer")),
    ("5", "bank_working", O.ACCEPTED, Text("主机返回待处理", "Returned by the host, to be handled")),
    ("6", "failed", O.REFUSED_BUSINESS, Text("被银行拒绝", "Refused by the bank")),
    ("7", "succeeded", O.DONE, Text("处理成功", "Done")),
    ("8", "failed", O.REFUSED_BUSINESS, Text("指令被拒绝授权", "Authorisation refused")),
    ("9", "bank_working", O.ACCEPTED, Text("银行正在处理", "Being handled by the bank")),
    ("10", "bank_working", O.ACCEPTED, Text("预约指令", "Scheduled")),
    ("11", "failed", O.REFUSED_BUSINESS, Text("预约取消", "Schedule cancelled")),
    ("12", "reversed", O.REFUSED_BUSINESS, Text("已退票", "Paid, and returned since")),
)
"""Code of a line, what it means to a payment, what an answer with it says about the instruction, the bank's words."""

ANSWERS = AnswerTable(
    "answers",
    (
        *(AnswerRow(f"{UNDERSTOOD}-{code}", outcome, text) for code, _, outcome, text in LINE),
        AnswerRow("B0001", O.REFUSED_BUSINESS, Text("交易被拒绝", "Refused")),
        AnswerRow("B0002", O.REFUSED_FORM, Text("报文格式错误", "The document is malformed")),
        AnswerRow("B0003", O.NOT_SENT, Text("指令包不存在", "No such package of instructions")),
    ),
)
"""RetCode, and below 0 the line's code: direct answers to instructions and questions."""

PAYMENT = StatusTable("PaymentResult.StatusCode", tuple(StatusRow(code, event, text) for code, event, _, text in LINE))
"""Of a payment."""

AGREEMENT = StatusTable(
    "PaymentAgreementResult.StatusCode",
    (
        StatusRow("0", "processing", Text("签约处理中", "In hand")),
        StatusRow("7", "signed", Text("签约成功", "Signed")),
        StatusRow("6", "sign_failed", Text("签约失败", "Not signed")),
    ),
)
"""Of an agreement."""

TABLES = (PAYMENT, AGREEMENT)
