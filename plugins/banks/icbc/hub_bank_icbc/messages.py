"""Our messages <-> the bank's documents, as tables that are walked both ways (hub.xml.layout); which answers which.

fSeqno is the hub's message id without hyphens, the same on every retry: the bank recognises a package by it. iSeqno is
the order's number. Amounts are whole cents (分); texts are limited in octets of GBK, and what GBK lacks is refused.
"""

from collections.abc import Mapping

from hub.contract.convert import BASE64, DATE8, FEN, ID32, STAMP14, STAMP17, pairs, text
from hub.contract.meaning import Says
from hub.xml.codec import snake
from hub.xml.layout import Fixed, Layout, Levels, Part, Row, Rows
from hub.xml.own import Message
from hub_bank_icbc import codes

REFERENCE = "reference"
NAME, NOTE, REASON, NUMBER = text(60), text(100), text(200), text(64, "ascii")
CURRENCY = pairs("a currency", {"CNY": "001", "GBP": "012", "HKD": "013", "USD": "014", "JPY": "027", "EUR": "038"})
SIDE = pairs("a direction", {"DEBIT": "1", "CREDIT": "2"})
LINE = "eb/out/rd/Result"


def document(code: str, *rows: Part) -> Layout:
    """A document of one transaction code."""
    return Layout("CMS", (Fixed("eb/pub/TransCode", code), Fixed("eb/pub/BankCode", "102"), *rows))


HEAD = (Row("header.created_at", "eb/pub/TranTime", STAMP17), Row("header.message_id", "eb/pub/fSeqno", ID32))
"""Of a message that is one of its own."""
ORDERED = Row("header.created_at", "eb/in/SignTime", STAMP17)
TOLD = Row("header.created_at", "eb/out/SignTime", STAMP17)


def answer(code: str, level: str, *rows: Part) -> Layout:
    """What the bank answers at once: whether it has understood, and below 0 the code at ``level``."""
    levels = Levels("code", (("eb/pub/RetCode", codes.UNDERSTOOD), (level, "")))
    return document(code, Row(REFERENCE, "eb/pub/fSeqno", ID32), levels, *rows, Row("at", "eb/out/SignTime", STAMP17))


def receipt(code: str) -> Layout:
    """The answer to an instruction."""
    return answer(code, LINE, Row("text", "eb/out/rd/InstrRetMsg"), Row("partner_ref", "eb/out/rd/OrderNo"))


CARD = (
    Row("signer_certificate_serial", "eb/in/Card/SerialNo"),
    Row("actor_signature.payload", "eb/in/Card/Payload"),
    Row("actor_signature.algorithm", "eb/in/Card/Algorithm"),
    Row("actor_signature.value", "eb/in/Card/Value", BASE64),
    Row("actor_signature.certificate", "eb/in/Card/Cert", BASE64),
)
"""What the enterprise's card signed."""

LAYOUTS: Mapping[str, Layout] = {
    "PaymentOrder": document(
        "PAYENT",
        *HEAD,
        ORDERED,
        Fixed("eb/in/TotalNum", "1"),
        Row("agreement_no", "eb/in/AgreeNo", NUMBER),
        Row("order_no", "eb/in/rd/iSeqno", NUMBER),
        Row("ordered_at", "eb/in/rd/OrdTime", STAMP14),
        Row("payer_account", "eb/in/rd/PayAccNo"),
        Row("payer_name", "eb/in/rd/PayAccNameCN", NAME),
        Row("payee_account", "eb/in/rd/RecAccNo"),
        Row("payee_name", "eb/in/rd/RecAccNameCN", NAME),
        Row("currency", "eb/in/rd/CurrType", CURRENCY),
        Row("amount", "eb/in/rd/PayAmt", FEN),
        Row("purpose", "eb/in/rd/PostScript", NOTE),
        Rows(
            "item",
            "eb/in/rd/Det",
            (
                Row("business_no", "BusNo", NUMBER),
                Row("currency", "CurrType", CURRENCY),
                Row("amount", "Amt", FEN),
            ),
        ),
        *CARD,
    ),
    "PaymentReceipt": receipt("PAYENT"),
    "PaymentResult": document(
        "NTCPAY",
        *HEAD,
        TOLD,
        Row("header.correlation_id", "eb/out/qryfSeqno", ID32),
        Row("order_no", "eb/out/rd/iSeqno", NUMBER),
        Row("status_code", LINE),
        Row("reason", "eb/out/rd/InstrRetMsg", REASON),
        Row("bank_serial", "eb/out/rd/OrderNo"),
        Row("currency", "eb/out/rd/CurrType", CURRENCY),
        Row("amount", "eb/out/rd/PayAmt", FEN),
        Row("decided_at", "eb/out/rd/RepTime", STAMP14),
    ),
    "PaymentQuery": document("QPAYENT", *HEAD, Row(REFERENCE, "eb/in/qryfSeqno", ID32)),
    "PaymentQueryAnswer": receipt("QPAYENT"),
    "StatementQuery": document(
        "QHISD",
        *HEAD,
        Row("account_no", "eb/in/AccNo"),
        Row("day", "eb/in/BeginDate", DATE8),
        Row("day", "eb/in/EndDate", DATE8),
    ),
    "Statement": answer(
        "QHISD",
        "eb/out/Result",
        Row("account_no", "eb/out/AccNo"),
        Row("day", "eb/out/BusiDate", DATE8),
        Row("currency", "eb/out/CurrType", CURRENCY),
        Row("opening_balance", "eb/out/BeginBal", FEN),
        Row("closing_balance", "eb/out/EndBal", FEN),
        Rows(
            "entry",
            "eb/out/rd",
            (
                Row("partner_ref", "OrderNo"),
                Row("reference", "fSeqno", ID32),
                Row("direction", "Drcrf", SIDE),
                Row("amount", "Amount", FEN),
                Row("balance", "Balance", FEN),
                Row("booked_at", "BusiTime", STAMP14),
                Row("purpose", "PostScript", REASON),
            ),
        ),
    ),
    "PaymentAgreementRequest": document(
        "SIGNAGR",
        *HEAD,
        ORDERED,
        Row("request_no", "eb/in/ReqNo", NUMBER),
        Row("requested_at", "eb/in/ReqTime", STAMP14),
        Row("enterprise_name", "eb/in/CorpName", NAME),
        Row("tax_no", "eb/in/TaxNo"),
        Row("payer_account", "eb/in/PayAccNo"),
        Row("bank_name", "eb/in/PayBankName", NAME),
        Row("payee_name", "eb/in/RecAccNameCN", NAME),
        Row("payee_account", "eb/in/RecAccNo"),
        Row("text_version", "eb/in/TextVer"),
        Row("text_hash", "eb/in/TextHash"),
        *CARD,
    ),
    "AgreementReceipt": receipt("SIGNAGR"),
    "PaymentAgreementResult": document(
        "NTCAGR",
        *HEAD,
        TOLD,
        Row("header.correlation_id", "eb/out/qryfSeqno", ID32),
        Row("request_no", "eb/out/rd/ReqNo", NUMBER),
        Row("status_code", LINE),
        Row("reason", "eb/out/rd/InstrRetMsg", REASON),
        Row("agreement_no", "eb/out/rd/AgreeNo"),
        Row("signed_on", "eb/out/rd/BeginDate", DATE8),
        Row("expiry_date", "eb/out/rd/EndDate", DATE8),
        Row("decided_at", "eb/out/rd/RepTime", STAMP14),
    ),
}
ANSWERED: Mapping[str, tuple[str, str]] = {
    "PaymentOrder": ("PaymentReceipt", "PaymentQuery"),
    "PaymentQuery": ("PaymentQueryAnswer", ""),
    "StatementQuery": ("Statement", ""),
    "PaymentAgreementRequest": ("AgreementReceipt", ""),
}
"""Message -> the one that answers it, the one that asks what became of it."""

MESSAGES = tuple(
    Message(
        type=type,
        schema=f"{snake(type)}.xsd",
        layout=layout,
        sample=snake(type),
        answer=ANSWERED.get(type, ("", ""))[0],
        query=ANSWERED.get(type, ("", ""))[1],
    )
    for type, layout in LAYOUTS.items()
)
"""Every message of the bank."""

SAYS: Mapping[str, Says] = {
    "PaymentResult/1.0": Says("payment_order", "order_no", "decided_at", code="status_code", codes=codes.PAYMENT),
    "PaymentAgreementResult/1.0": Says(
        "payment_agreement", "request_no", "decided_at", code="status_code", codes=codes.AGREEMENT
    ),
}
