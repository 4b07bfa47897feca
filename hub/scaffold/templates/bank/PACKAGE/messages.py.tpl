"""The bank's messages <-> ours, as tables that are walked both ways (hub.xml.layout).

The serial of an instruction is the hub's message id without hyphens: the same on every retry. Amounts are yuan with two
decimals on our side and whole cents (分) on the bank's. In answers and queries the left column is one of ``reference``,
``code``, ``text``, ``partner_ref``, ``at``; a statement adds what the hub's ``Statement`` has.
"""

from collections.abc import Mapping, Sequence

from hub.contract.convert import DATE10, FEN, ID32, ISO, pairs
from hub.contract.meaning import Says
from hub.contract.meaning import meaning as says
from hub.contract.message import CanonicalEvent, InMessage
from hub.xml.layout import Layout, Row, Rows
from hub.xml.own import Message
from $package import codes

SERIAL = Row("header.message_id", "Reference", ID32)
REFERENCE = Row("reference", "Reference", ID32)
ANSWER = (
    REFERENCE,
    Row("code", "Code"),
    Row("text", "Text"),
    Row("partner_ref", "BankSerial"),
    Row("at", "AnsweredAt", ISO),
)
PAYMENT = (
    SERIAL,
    Row("order_no", "OrderNo"),
    Row("agreement_no", "AgreementNo"),
    Row("payer_account", "PayerAccount"),
    Row("payer_name", "PayerName"),
    Row("payee_account", "PayeeAccount"),
    Row("payee_name", "PayeeName"),
    Row("amount", "AmountFen", FEN),
    Row("purpose", "Purpose"),
    Rows("items", "Item", (Row("business_no", "BusinessNo"), Row("amount", "AmountFen", FEN))),
)
LINE = (
    REFERENCE,
    Row("partner_ref", "BankSerial"),
    Row("direction", "Side", pairs("a side", {"DEBIT": "D", "CREDIT": "C"})),
    Row("amount", "AmountFen", FEN),
    Row("booked_at", "BookedAt", ISO),
)
STATEMENT = (
    *ANSWER,
    Row("account_no", "Account"),
    Row("day", "Day", DATE10),
    Row("currency", "Currency"),
    Row("closing_balance", "BalanceFen", FEN),
    Rows("entry", "Line", LINE),
)
AGREEMENT = (
    SERIAL,
    Row("payer_account", "PayerAccount"),
    Row("payer_name", "PayerName"),
    Row("tax_no", "TaxNo"),
    Row("payee_name", "PayeeName"),
    Row("text_version", "TextVersion"),
)
NOTICE = (
    Row("header.correlation_id", "Reference", ID32),
    Row("order_no", "OrderNo"),
    Row("status_code", "Code"),
    Row("reason", "Text"),
    Row("bank_serial", "BankSerial"),
    Row("amount", "AmountFen", FEN),
    Row("currency", "Currency"),
    Row("decided_at", "HappenedAt", ISO),
)
LAYOUTS: Mapping[str, Layout] = {
    "PaymentRequest": Layout("PaymentRequest", PAYMENT),
    "PaymentAnswer": Layout("PaymentAnswer", ANSWER),
    "PaymentQuery": Layout("PaymentQuery", (REFERENCE,)),
    "PaymentQueryAnswer": Layout("PaymentQueryAnswer", ANSWER),
    "StatementQuery": Layout("StatementRequest", (SERIAL, Row("account_no", "Account"), Row("day", "Day", DATE10))),
    "Statement": Layout("StatementAnswer", STATEMENT),
    "AgreementRequest": Layout("AgreementRequest", AGREEMENT),
    "AgreementAnswer": Layout("AgreementAnswer", ANSWER),
    "AgreementQuery": Layout("AgreementQuery", (REFERENCE,)),
    "AgreementQueryAnswer": Layout("AgreementQueryAnswer", ANSWER),
    "PaymentResult": Layout("PaymentNotice", NOTICE),
}
ANSWERED: Mapping[str, tuple[str, str]] = {
    "PaymentRequest": ("PaymentAnswer", "PaymentQuery"),
    "PaymentQuery": ("PaymentQueryAnswer", ""),
    "StatementQuery": ("Statement", ""),
    "AgreementRequest": ("AgreementAnswer", "AgreementQuery"),
    "AgreementQuery": ("AgreementQueryAnswer", ""),
}
"""Message -> the one that answers it, the one that asks what became of it."""


def _sample(tag: str) -> str:
    """``PaymentRequest`` -> ``payment_request``."""
    return "".join(f"_{sign.lower()}" if sign.isupper() else sign for sign in tag).lstrip("_")


MESSAGES = tuple(
    Message(
        type=type,
        schema="bank.xsd",
        layout=layout,
        sample=_sample(layout.tag),
        answer=ANSWERED.get(type, ("", ""))[0],
        query=ANSWERED.get(type, ("", ""))[1],
    )
    for type, layout in LAYOUTS.items()
)
"""Every message of the bank's XSD."""

MEANINGS: Mapping[str, Says] = {
    "PaymentResult/1.0": Says("payment_order", "order_no", "decided_at", code="status_code", codes=codes.RESULTS),
}
"""Type of a message that the bank sends by itself -> what it means for our objects.

A message is declared in capability.toml together with its row here; what is not declared is refused at the door."""


def meaning(message: InMessage) -> Sequence[CanonicalEvent]:
    """What ``message`` means. Raises UnmappedCode for a code without a row: the core parks the message."""
    return says(message, MEANINGS)
