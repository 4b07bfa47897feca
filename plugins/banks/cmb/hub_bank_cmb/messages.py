"""Our messages <-> the bank's documents, as tables that are walked both ways (hub.xml.layout); which answers which.

yurref is the number of the order: the bank recognises an order by it. reqid is the hub's message id without hyphens.
Amounts have two decimals; names are limited to Z(62), octets of GBK, and what GBK lacks is refused. Lists stand in the
order of their names, as in the JSON (wire.py).
"""

from collections.abc import Mapping

from hub.contract.convert import BASE64, DATE8, ID32, STAMP14, YUAN, pairs, text
from hub.contract.meaning import Says
from hub.xml.codec import snake
from hub.xml.layout import Fixed, Layout, Levels, Part, Row, Rows
from hub.xml.own import Message
from hub_bank_cmb import codes

REFERENCE, KEY = "reference", "header.business_key"
NAME, NUMBER = text(62), text(64, "ascii")
CURRENCY = pairs("a currency", {"CNY": "10", "HKD": "21", "USD": "32", "EUR": "35", "GBP": "43", "JPY": "65"})
SIDE = pairs("a direction", {"DEBIT": "D", "CREDIT": "C"})


def document(side: str, code: str, *rows: Part) -> Layout:
    """A document of one function."""
    return Layout(side, (Fixed("head/funcode", code), Row("header.message_id", "head/reqid", ID32), *rows))


def levels(record: str) -> Levels:
    """Whether the bank has understood, and below SUC0000 where the order in ``record`` stands."""
    stands = ((f"{record}/reqsts", codes.FINAL), (f"{record}/rtnflg", ""))
    return Levels("code", (("head/resultcode", codes.UNDERSTOOD), *stands))


def receipt(code: str, record: str) -> Layout:
    """The answer to an order, or to the question about one."""
    return Layout(
        "response",
        (
            Fixed("head/funcode", code),
            levels(record),
            Row(REFERENCE, f"{record}/yurref", NUMBER),
            Row("partner_ref", f"{record}/reqnbr"),
            Row("text", f"{record}/errtxt"),
        ),
    )


def told(code: str, record: str, *rows: Part) -> Layout:
    """What the bank says by itself about an order."""
    stands = Levels("status_code", ((f"{record}/reqsts", codes.FINAL), (f"{record}/rtnflg", "")))
    return document(
        "response",
        code,
        Row("header.correlation_id", "head/orgreqid", ID32),
        stands,
        Row("reason", f"{record}/rtnnar"),
        Row("decided_at", f"{record}/oprtim", STAMP14),
        *rows,
    )


CARD = (
    Row("signer_certificate_serial", "body/bb1crdinx1/crdsrl"),
    Row("actor_signature.payload", "body/bb1crdinx1/crdpld"),
    Row("actor_signature.algorithm", "body/bb1crdinx1/crdalg"),
    Row("actor_signature.value", "body/bb1crdinx1/crdval", BASE64),
    Row("actor_signature.certificate", "body/bb1crdinx1/crdcer", BASE64),
)
"""What the enterprise's card signed."""

LAYOUTS: Mapping[str, Layout] = {
    "PaymentOrder": document(
        "request",
        "BB1PAYOP",
        *CARD,
        Rows(
            "item",
            "body/bb1paydtx1",
            (
                Row("business_no", "busnbr", NUMBER),
                Row("currency", "ccynbr", CURRENCY),
                Row("amount", "trsamt", YUAN),
            ),
        ),
        Row("order_no", "body/bb1payopx1/yurref", NUMBER, also=KEY),
        Row("agreement_no", "body/bb1payopx1/agrnbr", NUMBER),
        Row("ordered_at", "body/bb1payopx1/ordtim", STAMP14),
        Row("payer_account", "body/bb1payopx1/dbtacc"),
        Row("payer_name", "body/bb1payopx1/dbtnam", NAME),
        Row("payee_account", "body/bb1payopx1/crtacc"),
        Row("payee_name", "body/bb1payopx1/crtnam", NAME),
        Row("currency", "body/bb1payopx1/ccynbr", CURRENCY),
        Row("amount", "body/bb1payopx1/trsamt", YUAN),
        Row("purpose", "body/bb1payopx1/nusage", NAME),
    ),
    "PaymentReceipt": receipt("BB1PAYOP", "body/bb1payopz1"),
    "PaymentResult": told(
        "NTEPAYOP",
        "body/ntepayopz1",
        Row("order_no", "body/ntepayopz1/yurref", NUMBER),
        Row("bank_serial", "body/ntepayopz1/reqnbr"),
        Row("currency", "body/ntepayopz1/ccynbr", CURRENCY),
        Row("amount", "body/ntepayopz1/trsamt", YUAN),
    ),
    "PaymentQuery": document("request", "BB1PAYQR", Row(REFERENCE, "body/bb1payqrx1/yurref", NUMBER)),
    "PaymentQueryAnswer": receipt("BB1PAYQR", "body/bb1payqrz1"),
    "StatementQuery": document(
        "request",
        "NTQTSINF",
        Row("account_no", "body/ntqtsinfx1/accnbr"),
        Row("day", "body/ntqtsinfx1/bgndat", DATE8),
        Row("day", "body/ntqtsinfx1/enddat", DATE8),
    ),
    "Statement": Layout(
        "response",
        (
            Fixed("head/funcode", "NTQTSINF"),
            Row(REFERENCE, "head/reqid", ID32),
            levels("body/ntqacsumz1"),
            Row("account_no", "body/ntqacsumz1/accnbr"),
            Row("day", "body/ntqacsumz1/trsdat", DATE8),
            Row("currency", "body/ntqacsumz1/ccynbr", CURRENCY),
            Row("opening_balance", "body/ntqacsumz1/bgnbal", YUAN),
            Row("closing_balance", "body/ntqacsumz1/endbal", YUAN),
            Rows(
                "entry",
                "body/ntqtsinfz1",
                (
                    Row("partner_ref", "refnbr"),
                    Row("reference", "reqid", ID32),
                    Row("direction", "amtcdr", SIDE),
                    Row("amount", "trsamt", YUAN),
                    Row("balance", "trsblv", YUAN),
                    Row("booked_at", "etytim", STAMP14),
                    Row("purpose", "naryur"),
                ),
            ),
        ),
    ),
    "PaymentAgreementRequest": document(
        "request",
        "AGRSGNOP",
        Row("request_no", "body/agrsgnopx1/yurref", NUMBER, also=KEY),
        Row("requested_at", "body/agrsgnopx1/ordtim", STAMP14),
        Row("enterprise_name", "body/agrsgnopx1/corpnm", NAME),
        Row("tax_no", "body/agrsgnopx1/taxnbr"),
        Row("payer_account", "body/agrsgnopx1/dbtacc"),
        Row("bank_name", "body/agrsgnopx1/dbtbnk", NAME),
        Row("payee_name", "body/agrsgnopx1/crtnam", NAME),
        Row("payee_account", "body/agrsgnopx1/crtacc"),
        Row("text_version", "body/agrsgnopx1/txtver"),
        Row("text_hash", "body/agrsgnopx1/txthsh"),
        *CARD,
    ),
    "AgreementReceipt": receipt("AGRSGNOP", "body/agrsgnopz1"),
    "PaymentAgreementResult": told(
        "NTEAGROP",
        "body/nteagropz1",
        Row("request_no", "body/nteagropz1/yurref", NUMBER),
        Row("agreement_no", "body/nteagropz1/agrnbr"),
        Row("signed_on", "body/nteagropz1/bgndat", DATE8),
        Row("expiry_date", "body/nteagropz1/enddat", DATE8),
    ),
}
ANSWERED: Mapping[str, tuple[str, str, str]] = {
    "PaymentOrder": ("PaymentReceipt", "PaymentQuery", KEY),
    "PaymentQuery": ("PaymentQueryAnswer", "", REFERENCE),
    "StatementQuery": ("Statement", "", "header.message_id"),
    "PaymentAgreementRequest": ("AgreementReceipt", "", KEY),
}
"""Message -> the one that answers it, the one that asks what became of it, our path of what its answer repeats."""

MESSAGES = tuple(
    Message(
        type=type,
        schema=f"{snake(type)}.xsd",
        layout=layout,
        sample=snake(type),
        answer=answer,
        query=query,
        reference=reference,
    )
    for type, layout in LAYOUTS.items()
    for answer, query, reference in [ANSWERED.get(type, ("", "", "header.message_id"))]
)
"""Every message of the bank."""

SAYS: Mapping[str, Says] = {
    "PaymentResult/1.0": Says("payment_order", "order_no", "decided_at", code="status_code", codes=codes.PAYMENT),
    "PaymentAgreementResult/1.0": Says(
        "payment_agreement", "request_no", "decided_at", code="status_code", codes=codes.AGREEMENT
    ),
}
