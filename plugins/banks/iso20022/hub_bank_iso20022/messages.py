"""Our messages <-> ISO 20022, as tables that are walked both ways (hub.xml.layout); which answers which.

Payments and their results are pain.001 and pain.002; what became of a payment and the statement are asked for with
camt.060 and come as pain.002 and camt.053 (a camt.052 cannot say that there is no such payment); an agreement is a
mandate (pain.009, pain.012). MsgId is the hub's message id without hyphens, the same on every retry: the bank
recognises an instruction by it. What the standard has no element for is supplementary data.
"""

from collections.abc import Mapping

from hub.contract.convert import BASE64, DATE10, ID32, ISO, YUAN, day, pairs
from hub.contract.meaning import Says
from hub.xml.codec import snake
from hub.xml.layout import Fixed, Layout, Left, Part, Row, Rows, Signed
from hub.xml.own import Message
from hub_bank_iso20022 import codes

NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:"
REFERENCE = "reference"


def document(name: str, *rows: Part) -> Layout:
    """A Document of one ISO message."""
    return Layout(f"{{{NAMESPACE}{name}}}Document", rows, {"": f"{NAMESPACE}{name}"})


def head(root: str) -> tuple[Part, Part]:
    """GrpHdr of a message that is one of its own."""
    return Row("header.message_id", f"{root}/GrpHdr/MsgId", ID32), Row(
        "header.created_at", f"{root}/GrpHdr/CreDtTm", ISO
    )


def answer(root: str) -> tuple[Part, Part]:
    """GrpHdr of an answer."""
    return Row("header.message_id", f"{root}/GrpHdr/MsgId", ID32), Row("at", f"{root}/GrpHdr/CreDtTm", ISO)


TRANSFER = "CstmrCdtTrfInitn"
PAYMENT = f"{TRANSFER}/PmtInf"
CREDIT = f"{PAYMENT}/CdtTrfTxInf"
STATUS = "CstmrPmtStsRpt"
GROUP, SINGLE = f"{STATUS}/OrgnlGrpInfAndSts", f"{STATUS}/OrgnlPmtInfAndSts"
TRANSACTION = f"{SINGLE}/TxInfAndSts"
ASKED, OWNER = "AcctRptgReq/RptgReq", "AcctRptgReq/RptgReq/AcctOwnr/Pty/Id/OrgId/Othr/Id"
BOOK = "BkToCstmrStmt"
STATEMENT, CLOSING = f"{BOOK}/Stmt", f"{BOOK}/Stmt/Bal[Tp/CdOrPrtry/Cd=CLBD]"
MANDATE = "MndtInitnReq/Mndt"
ACCEPTED, ORIGINAL = "MndtAccptncRpt/UndrlygAccptncDtls", "MndtAccptncRpt/UndrlygAccptncDtls/OrgnlMndt/OrgnlMndt"
BESIDE = "SplmtryData/Envlp/Hub"  # what the standard has no element for
NOT_PROVIDED = "NOTPROVIDED"  # the standard's word where it requires what nobody knows
BEGINS, ENDS = day("a day's begin", "%Y-%m-%dT00:00:00+08:00"), day("a day's end", "%Y-%m-%dT23:59:59+08:00")
SIDE = pairs("a direction", {"DEBIT": "DBIT", "CREDIT": "CRDT"})


def card(root: str) -> tuple[Part, ...]:
    """What the enterprise's card signed, as supplementary data."""
    way = f"{root}/{BESIDE}"
    return (
        Row("signer_certificate_serial", f"{way}/CertSrlNb"),
        Row("actor_signature.payload", f"{way}/Pyld"),
        Row("actor_signature.algorithm", f"{way}/Algo"),
        Row("actor_signature.value", f"{way}/Val", BASE64),
        Row("actor_signature.certificate", f"{way}/Cert", BASE64),
    )


def receipt(original: str) -> Layout:
    """pain.002 about a whole message: whether it was taken, and nothing about the money."""
    return document(
        "pain.002.001.10",
        *answer(STATUS),
        Row(REFERENCE, f"{GROUP}/OrgnlMsgId", ID32),
        Fixed(f"{GROUP}/OrgnlMsgNmId", original),
        Row("code", f"{GROUP}/GrpSts"),
        Row("text", f"{GROUP}/StsRsnInf/AddtlInf"),
    )


LAYOUTS: Mapping[str, Layout] = {
    "PaymentOrder": document(
        "pain.001.001.09",
        *head(TRANSFER),
        Fixed(f"{TRANSFER}/GrpHdr/NbOfTxs", "1"),
        Row("payer_name", f"{TRANSFER}/GrpHdr/InitgPty/Nm"),
        Row("order_no", f"{PAYMENT}/PmtInfId"),
        Fixed(f"{PAYMENT}/PmtMtd", "TRF"),
        Row("agreement_no", f"{PAYMENT}/PmtTpInf/LclInstrm/Prtry"),
        Row("ordered_at", f"{PAYMENT}/ReqdExctnDt/DtTm", ISO),
        Row("payer_name", f"{PAYMENT}/Dbtr/Nm"),
        Row("payer_account", f"{PAYMENT}/DbtrAcct/Id/Othr/Id"),
        Fixed(f"{PAYMENT}/DbtrAgt/FinInstnId/Othr/Id", NOT_PROVIDED, filled=True),
        Row("header.message_id", f"{CREDIT}/PmtId/InstrId", ID32),
        Row("order_no", f"{CREDIT}/PmtId/EndToEndId"),
        Row("amount", f"{CREDIT}/Amt/InstdAmt", YUAN),
        Row("currency", f"{CREDIT}/Amt/InstdAmt/@Ccy"),
        Row("payee_name", f"{CREDIT}/Cdtr/Nm"),
        Row("payee_account", f"{CREDIT}/CdtrAcct/Id/Othr/Id"),
        Row("purpose", f"{CREDIT}/RmtInf/Ustrd"),
        Rows(
            "item",
            f"{CREDIT}/RmtInf/Strd",
            (
                Row("business_no", "RfrdDocInf/Nb"),
                Row("amount", "RfrdDocAmt/RmtdAmt", YUAN),
                Row("currency", "RfrdDocAmt/RmtdAmt/@Ccy"),
            ),
        ),
        *card(TRANSFER),
    ),
    "PaymentReceipt": receipt("pain.001.001.09"),
    "PaymentResult": document(
        "pain.002.001.10",
        *head(STATUS),
        Row("header.correlation_id", f"{GROUP}/OrgnlMsgId", ID32),
        Fixed(f"{GROUP}/OrgnlMsgNmId", "pain.001.001.09"),
        Row("order_no", f"{SINGLE}/OrgnlPmtInfId"),
        Row("status_code", f"{TRANSACTION}/TxSts"),
        Row("reason", f"{TRANSACTION}/StsRsnInf/AddtlInf"),
        Row("decided_at", f"{TRANSACTION}/AccptncDtTm", ISO),
        Row("bank_serial", f"{TRANSACTION}/AcctSvcrRef"),
        Row("amount", f"{TRANSACTION}/OrgnlTxRef/Amt/InstdAmt", YUAN),
        Row("currency", f"{TRANSACTION}/OrgnlTxRef/Amt/InstdAmt/@Ccy"),
    ),
    "PaymentQuery": document(
        "camt.060.001.05",
        *head("AcctRptgReq"),
        Row(REFERENCE, f"{ASKED}/Id", ID32),
        Fixed(f"{ASKED}/ReqdMsgNmId", "pain.002.001.10"),
        Row("header.enterprise", OWNER),
    ),
    "PaymentQueryAnswer": document(
        "pain.002.001.10",
        *answer(STATUS),
        Row(REFERENCE, f"{GROUP}/OrgnlMsgId", ID32),
        Fixed(f"{GROUP}/OrgnlMsgNmId", "pain.001.001.09"),
        Fixed(f"{SINGLE}/OrgnlPmtInfId", NOT_PROVIDED, filled=True),
        Row(REFERENCE, f"{TRANSACTION}/OrgnlInstrId", ID32),
        Row("code", f"{TRANSACTION}/TxSts"),
        Row("text", f"{TRANSACTION}/StsRsnInf/AddtlInf"),
        Row("partner_ref", f"{TRANSACTION}/AcctSvcrRef"),
    ),
    "StatementQuery": document(
        "camt.060.001.05",
        *head("AcctRptgReq"),
        Fixed(f"{ASKED}/ReqdMsgNmId", "camt.053.001.08"),
        Row("account_no", f"{ASKED}/Acct/Id/Othr/Id"),
        Row("header.enterprise", OWNER),
        Row("day", f"{ASKED}/RptgPrd/FrToDt/FrDt", DATE10),
        Row("day", f"{ASKED}/RptgPrd/FrToDt/ToDt", DATE10),
        Fixed(f"{ASKED}/RptgPrd/Tp", "ALLL"),
    ),
    "Statement": document(
        "camt.053.001.08",
        *answer(BOOK),
        Row(REFERENCE, f"{BOOK}/GrpHdr/OrgnlBizQry/MsgId", ID32),
        Row("code", f"{BOOK}/GrpHdr/AddtlInf"),
        Row("account_no", f"{STATEMENT}/Id"),
        Row("day", f"{STATEMENT}/FrToDt/FrDtTm", BEGINS),
        Row("day", f"{STATEMENT}/FrToDt/ToDtTm", ENDS),
        Row("account_no", f"{STATEMENT}/Acct/Id/Othr/Id"),
        Row("currency", f"{STATEMENT}/Acct/Ccy"),
        Row("currency", f"{CLOSING}/Amt/@Ccy"),
        Signed("closing_balance", f"{CLOSING}/Amt/.", f"{CLOSING}/CdtDbtInd", ("CRDT", "DBIT"), YUAN),
        Row("day", f"{CLOSING}/Dt/Dt", DATE10),
        Rows(
            "entry",
            f"{STATEMENT}/Ntry",
            (
                Row("amount", "Amt", YUAN),
                Fixed("Amt/@Ccy", "CNY", filled=True),  # the account's own says Acct/Ccy
                Row("direction", "CdtDbtInd", SIDE),
                Fixed("Sts/Cd", "BOOK", filled=True),  # there are no others in a camt.053
                Row("booked_at", "BookgDt/DtTm", ISO),
                Row("partner_ref", "AcctSvcrRef"),
                Fixed("BkTxCd/Prtry/Cd", "PMNT", filled=True),
                Row("reference", "NtryDtls/TxDtls/Refs/MsgId", ID32),
                Row("purpose", "AddtlNtryInf"),
                Left("balance", "the standard has balances of days only"),
            ),
        ),
        Left("opening_balance", "a camt.053 may say it (OPBD), and nobody asks"),
    ),
    "PaymentAgreementRequest": document(
        "pain.009.001.06",
        *head("MndtInitnReq"),
        Row("request_no", f"{MANDATE}/MndtReqId"),
        Row("text_version", f"{MANDATE}/Tp/LclInstrm/Prtry"),
        Fixed(f"{MANDATE}/TrckgInd", "false", filled=True),
        Row("payee_name", f"{MANDATE}/Cdtr/Nm"),
        Row("payee_account", f"{MANDATE}/CdtrAcct/Id/Othr/Id"),
        Row("enterprise_name", f"{MANDATE}/Dbtr/Nm"),
        Row("tax_no", f"{MANDATE}/Dbtr/Id/OrgId/Othr/Id"),
        Row("payer_account", f"{MANDATE}/DbtrAcct/Id/Othr/Id"),
        Row("bank_name", f"{MANDATE}/DbtrAgt/FinInstnId/Nm"),
        Row("requested_at", f"MndtInitnReq/{BESIDE}/ReqdAt", ISO),
        Row("text_hash", f"MndtInitnReq/{BESIDE}/TxtHash"),
        *card("MndtInitnReq"),
    ),
    "AgreementReceipt": receipt("pain.009.001.06"),
    "PaymentAgreementResult": document(
        "pain.012.001.06",
        *head("MndtAccptncRpt"),
        Row("header.correlation_id", f"{ACCEPTED}/OrgnlMsgInf/MsgId", ID32),
        Fixed(f"{ACCEPTED}/OrgnlMsgInf/MsgNmId", "pain.009.001.06"),
        Row("status_code", f"{ACCEPTED}/AccptncRslt/Accptd"),
        Row("reason", f"{ACCEPTED}/AccptncRslt/AddtlRjctRsnInf"),
        Row("agreement_no", f"{ORIGINAL}/MndtId"),
        Row("request_no", f"{ORIGINAL}/MndtReqId"),
        Fixed(f"{ORIGINAL}/Ocrncs/SeqTp", "RCUR", filled=True),
        Row("signed_on", f"{ORIGINAL}/Ocrncs/Drtn/FrDt", DATE10),
        Row("expiry_date", f"{ORIGINAL}/Ocrncs/Drtn/ToDt", DATE10),
        Fixed(f"{ORIGINAL}/TrckgInd", "false", filled=True),
        Fixed(f"{ORIGINAL}/Cdtr/Nm", NOT_PROVIDED, filled=True),
        Fixed(f"{ORIGINAL}/Dbtr/Nm", NOT_PROVIDED, filled=True),
        Fixed(f"{ORIGINAL}/DbtrAgt/FinInstnId/Othr/Id", NOT_PROVIDED, filled=True),
        Row("decided_at", f"MndtAccptncRpt/{BESIDE}/DcddAt", ISO),
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
