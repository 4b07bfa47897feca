"""Online payment (在线交费, spec.md 13): the legal person signs a tri-party agreement, the operator pays under it by
order. Each has a file of its own. MSG-PAYAGR-01..03 and MSG-PAY-01..04; manual S3:192-292, 527-545, 577-615.
"""

from hub.business.kind import Line
from hub.business.payment_agreement import AGREEMENT
from hub.business.payment_order import ORDER
from hub.contract.text import Text

MESSAGES = {
    "PaymentAgreementRequest/1.0": "MSG-PAYAGR-01",  # MSG-PAYAGR-02 is the bank's signed answer to it
    "PaymentAgreementCopy/1.0": "MSG-PAYAGR-01",
    "PaymentAgreementResult/1.0": "MSG-PAYAGR-03",
    "PaymentOrder/1.0": "MSG-PAY-01",
    "PaymentResult/1.0": "MSG-PAY-02",
    "PaymentNotice/1.0": "MSG-PAY-03",
    "PaymentReversal/1.0": "MSG-PAY-03",
    "StatementQuery/1.0": "MSG-PAY-04",
    "Statement/1.0": "MSG-PAY-04",
}

LINE = Line(
    code="payment",
    label=Text("在线交费", "Online payment"),
    kinds=(AGREEMENT, ORDER),
    messages=MESSAGES,
)
