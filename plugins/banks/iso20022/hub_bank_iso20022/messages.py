"""Our messages <-> ISO 20022, as tables that are walked both ways (hub.xml.layout); which answers which.

Payments and their results are pain.001 and pain.002, what became of a payment and the statement are asked for with
camt.060 and come as camt.052 and camt.053, an agreement is a mandate (pain.009, pain.012). MsgId is the hub's message
id without hyphens, the same on every retry: the bank recognises an instruction by it.
"""

from collections.abc import Mapping

from hub.contract.convert import BASE64, DATE10, ID32, ISO, YUAN, pairs
from hub.contract.meaning import Says
from hub.xml.codec import snake
from hub.xml.layout import Fixed, Layout, Part, Row, Rows
from hub.xml.own import Message
from hub_bank_iso20022 import codes

NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:"
REFERENCE = "reference"


def document(name: str, *rows: Part) -> Layout:
    """A Document of one ISO message."""
    return Layout(f"{{{NAMESPACE}{name}}}Document", rows, {"": f"{NAMESPACE}{name}"})


def head(root: str) -> tuple[Part, Part]:
    """GrpHdr of a message that is one of the hub's own."""
    return Row("header.message_id", f"{root}/GrpHdr/MsgId", ID32), Row(
        "header.created_at", f"{root}/GrpHdr/CreDtTm", ISO
    )


TRANSFER = "CstmrCdtTrfInitn"
PAYMENT = f"{TRANSFER}/PmtInf"
CREDIT = f"{PAYMENT}/CdtTrfTxInf"
STATUS = "CstmrPmtStsRpt"
GROUP, SINGLE = f"{STATUS}/OrgnlGrpInfAndSts", f"{STATUS}/OrgnlPmtInfAndSts"
ASKED = "AcctRptgReq/RptgReq"
REPORT, STATEMENT = "BkToCstmrAcctRpt", "BkToCstmrStmt"
MANDATE, ACCEPTED = "MndtInitnReq/Mndt", "MndtAccptncRpt/UndrlygAccptncDtls"


def card(root: str) -> tuple[Part, ...]:
    """What the enterprise's card signed, as supplementary data."""
    way = f"{root}/SplmtryData/Envlp/CardSgntr"
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
        Row("at", f"{STATUS}/GrpHdr/CreDtTm", ISO),
        Row(REFERENCE, f"{GROUP}/OrgnlMsgId", ID32),
        Fixed(f"{GROUP}/OrgnlMsgNmId", original),
        Row("code", f"{GROUP}/GrpSts"),
        Row("text", f"{GROUP}/StsRsnInf/AddtlInf"),
        Row("partner_ref", f"{SINGLE}/OrgnlPmtInfId"),
    )


LAYOUTS: Mapping[str, Layout] = {
    "PaymentOrder": document(
        "pain.001.001.09",
        *head(TRANSFER),
        Fixed(f"{TRANSFER}/GrpHdr/NbOfTxs", "1"),
        Row("order_no", f"{PAYMENT}/PmtInfId"),
        Fixed(f"{PAYMENT}/PmtMtd", "TRF"),
        Row("agreement_no", f"{PAYMENT}/PmtTpInf/LclInstrm/Prtry"),
        Row("ordered_at", f"{PAYMENT}/ReqdExctnDt/DtTm", ISO),
        Row("payer_name", f"{PAYMENT}/Dbtr/Nm"),
        Row("payer_account", f"{PAYMENT}/DbtrAcct/Id/Othr/Id"),
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
        Fixed(f"{GROUP}/OrgnlMsgNmId", "pain.001.001.09#result"),
        Row("order_no", f"{SINGLE}/OrgnlPmtInfId"),
        Row("status_code", f"{SINGLE}/TxInfAndSts/TxSts"),
        Row("reason", f"{SINGLE}/TxInfAndSts/StsRsnInf/AddtlInf"),
        Row("decided_at", f"{SINGLE}/TxInfAndSts/AccptncDtTm", ISO),
        Row("bank_serial", f"{SINGLE}/TxInfAndSts/AcctSvcrRef"),
        Row("amount", f"{SINGLE}/TxInfAndSts/OrgnlTxRef/Amt/InstdAmt", YUAN),
        Row("currency", f"{SINGLE}/TxInfAndSts/OrgnlTxRef/Amt/Ccy"),
    ),
    "PaymentQuery": document(
        "camt.060.001.05",
        *head("AcctRptgReq"),
        Row(REFERENCE, f"{ASKED}/Id", ID32),
        Fixed(f"{ASKED}/ReqdMsgNmId", "camt.052.001.08"),
    ),
    "PaymentQueryAnswer": document(
        "camt.052.001.08",
        Row("at", f"{REPORT}/GrpHdr/CreDtTm", ISO),
        Row("code", f"{REPORT}/Rpt/Ntry/Sts/Prtry"),
        Row("partner_ref", f"{REPORT}/Rpt/Ntry/AcctSvcrRef"),
        Row(REFERENCE, f"{REPORT}/Rpt/Ntry/NtryDtls/TxDtls/Refs/MsgId", ID32),
        Row("text", f"{REPORT}/Rpt/Ntry/AddtlNtryInf"),
    ),
    "StatementQuery": document(
        "camt.060.001.05",
        *head("AcctRptgReq"),
        Fixed(f"{ASKED}/ReqdMsgNmId", "camt.053.001.08"),
        Row("account_no", f"{ASKED}/Acct/Id/Othr/Id"),
        Row("day", f"{ASKED}/RptgPrd/FrToDt/FrDt", DATE10),
    ),
    "Statement": document(
        "camt.053.001.08",
        Row("at", f"{STATEMENT}/GrpHdr/CreDtTm", ISO),
        Row(REFERENCE, f"{STATEMENT}/GrpHdr/OrgnlBizQry/MsgId", ID32),
        Row("code", f"{STATEMENT}/GrpHdr/AddtlInf"),
        Row("day", f"{STATEMENT}/Stmt/FrToDt/FrDt", DATE10),
        Row("account_no", f"{STATEMENT}/Stmt/Acct/Id/Othr/Id"),
        Row("currency", f"{STATEMENT}/Stmt/Acct/Ccy"),
        Row("opening_balance", f"{STATEMENT}/Stmt/OpngBal", YUAN),
        Row("closing_balance", f"{STATEMENT}/Stmt/ClsgBal", YUAN),
        Rows(
            "entry",
            f"{STATEMENT}/Stmt/Ntry",
            (
                Row("amount", "Amt", YUAN),
                Row("direction", "CdtDbtInd", pairs("a direction", {"DEBIT": "DBIT", "CREDIT": "CRDT"})),
                Row("booked_at", "BookgDt/DtTm", ISO),
                Row("partner_ref", "AcctSvcrRef"),
                Row("reference", "NtryDtls/TxDtls/Refs/MsgId", ID32),
                Row("balance", "NtryDtls/TxDtls/AmtDtls/Bal", YUAN),
                Row("purpose", "AddtlNtryInf"),
            ),
        ),
    ),
    "PaymentAgreementRequest": document(
        "pain.009.001.06",
        *head("MndtInitnReq"),
        Row("request_no", f"{MANDATE}/MndtReqId"),
        Row("text_version", f"{MANDATE}/Tp/LclInstrm/Prtry"),
        Row("requested_at", f"{MANDATE}/Ocrncs/FrToDt/FrDt", ISO),
        Row("payee_name", f"{MANDATE}/Cdtr/Nm"),
        Row("payee_account", f"{MANDATE}/CdtrAcct/Id/Othr/Id"),
        Row("enterprise_name", f"{MANDATE}/Dbtr/Nm"),
        Row("tax_no", f"{MANDATE}/Dbtr/Id/OrgId/Othr/Id"),
        Row("payer_account", f"{MANDATE}/DbtrAcct/Id/Othr/Id"),
        Row("bank_name", f"{MANDATE}/DbtrAgt/FinInstnId/Nm"),
        Row("text_hash", f"{MANDATE}/RfrdDoc/Nb"),
        *card("MndtInitnReq"),
    ),
    "AgreementReceipt": receipt("pain.009.001.06"),
    "PaymentAgreementResult": document(
        "pain.012.001.06",
        *head("MndtAccptncRpt"),
        Row("header.correlation_id", f"{ACCEPTED}/OrgnlMsgInf/MsgId", ID32),
        Row("decided_at", f"{ACCEPTED}/OrgnlMsgInf/CreDtTm", ISO),
        Row("status_code", f"{ACCEPTED}/AccptncRslt/Accptd"),
        Row("reason", f"{ACCEPTED}/AccptncRslt/AddtlRjctRsnInf"),
        Row("agreement_no", f"{ACCEPTED}/OrgnlMndt/OrgnlMndt/MndtId"),
        Row("request_no", f"{ACCEPTED}/OrgnlMndt/OrgnlMndt/MndtReqId"),
        Row("signed_on", f"{ACCEPTED}/OrgnlMndt/OrgnlMndt/Ocrncs/FrToDt/FrDt", DATE10),
        Row("expiry_date", f"{ACCEPTED}/OrgnlMndt/OrgnlMndt/Ocrncs/FrToDt/ToDt", DATE10),
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
        schema=f"{layout.prefixes[''].removeprefix(NAMESPACE)}.xsd",
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
