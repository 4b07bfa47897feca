"""The tri-party agreement under which an enterprise pays online (在线交费签约, spec.md 13.1): the legal person signs,
the bank decides, and the insurer that is to be paid has a copy of what the bank was asked. Messages MSG-PAYAGR-01..03,
document DOC-09; manual S3:192-292.
"""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from hub.business import sending
from hub.business.acts import Action, Actor, Drawn, Linked, Links, Sends, Tell
from hub.business.kind import PARTNER, Field, Hold, Kind, Print
from hub.business.numbers import NumberFormat
from hub.business.payment_terms import CLAUSES, DIGEST, TITLE, VERSION
from hub.business.roles import LEGAL_PERSON
from hub.business.states import By, EventType, Next, State, Track, Transition
from hub.contract.text import Text

ASKED = (
    "request_no", "bank_name", "enterprise_name", "tax_no", "payer_account", "payee_name", "payee_account",
    "text_version", "text_hash",
)  # fmt: skip
NO_PAYEE = Text("请选择收款企业", "Choose the payee")


def agreement_request(content: Mapping[str, Any], actor: Actor, now: datetime) -> dict[str, Any]:
    """Body of PaymentAgreementRequest."""
    return sending.filled(content, ASKED) | {"requested_at": now} | actor.signer


def agreement_copy(content: Mapping[str, Any], actor: Actor, now: datetime) -> dict[str, Any]:  # noqa: ARG001
    """Body of PaymentAgreementCopy: the payee learns what its customer's bank was asked to sign."""
    return sending.filled(content, ASKED) | {"stated_at": now}


def request_drawn(content: Mapping[str, Any], links: Links, bank: Linked, now: datetime) -> Drawn:  # noqa: ARG001
    """What an agreement says beside what was typed: both parties' names, the payee's account, the text."""
    payee = links["payee"].get(str(content.get("payee")))
    if payee is None or not payee.content["account"]:
        return {}, {"payee": NO_PAYEE}
    return {
        "bank_name": bank.name.zh,
        "payee_name": payee.name.zh,
        "payee_account": payee.content["account"],
        "text_version": VERSION,
        "text_hash": DIGEST,
        "copy_no": None,
    }, {}


def printed(content: Mapping[str, Any], enterprise: str) -> dict[str, Any]:
    """The agreement as it was read and signed, as the template reads it (DOC-09)."""
    return {
        "title": TITLE.zh,
        "clauses": list(CLAUSES),
        "version": content["text_version"],
        "digest": content["text_hash"],
        "payer": {
            "name": content["enterprise_name"],
            "uscc": enterprise,
            "tax_no": content["tax_no"],
            "account": content["payer_account"],
        },
        "bank": content["bank_name"],
        "payee": {"name": content["payee_name"], "account": content["payee_account"]},
        **{name: content.get(name) for name in ("agreement_no", "signed_on", "expiry_date")},
    }


def in_these_words(content: Mapping[str, Any]) -> bool:
    """Whether it was requested, and in the words that are printed."""
    return content.get("text_hash") == DIGEST


def account_of(enterprise: str, partner: str, content: Mapping[str, Any]) -> list[str]:
    """What an agreement is about (PAY-AGR-19); the account stands there sealed, the same one always alike."""
    return [f"agreement:{enterprise}:{partner}:{content['payee']}:{content['payer_account']}"]


AGREEMENT_ANSWERS: Mapping[str, str] = {"processing": "PROCESSING", "signed": "SIGNED", "sign_failed": "SIGN_FAILED"}
"""The bank's word -> state."""
AWAITED: Mapping[str, tuple[str, ...]] = {
    "processing": ("REQUESTED", "RECEIVE_FAILED"),
    "signed": ("REQUESTED", "RECEIVE_FAILED", "PROCESSING"),
    "sign_failed": ("REQUESTED", "RECEIVE_FAILED", "PROCESSING"),
}
"""The bank's word -> the states in which it counts: one that overtook the technical receipt counts at once."""

AGREEMENT = Kind(
    code="payment_agreement",
    label=Text("在线交费三方协议", "Payment agreement"),
    number="request_no",
    title="bank_name",
    numbers=NumberFormat(prefix="QY", digits=8),
    fields=(
        Field("request_no", Text("签约编号", "Request no."), key=True),
        Field("agreement_no", Text("协议编号", "Agreement no."), key=True),
        Field("bank_name", Text("付款银行名称", "Payer's bank"), key=True, names="partner"),
        Field("enterprise_name", Text("企业名称", "Enterprise")),
        Field("tax_no", Text("企业税号", "Tax no.")),
        Field("payer_account", Text("付款账号", "Payer's account"), personal=True, secret=True),
        Field("payee", Text("收款企业", "Payee"), key=True),
        Field("payee_name", Text("收款企业名称", "Payee"), key=True, names="partner"),
        Field("payee_account", Text("收款账号", "Payee's account")),
        Field("text_version", Text("协议文本版本", "Version of the agreement's text")),
        Field("text_hash", Text("协议文本摘要", "Digest of the agreement's text")),
        Field("signed_on", Text("签约日期", "Signed on"), date, key=True),
        Field("expiry_date", Text("协议到期日", "Ends on"), date),
        Field("reason", Text("原因", "Reason")),
        Field("copy_no", Text("签约请求副本报文号", "Copy of the request"), inner=True),
    ),
    events=(
        EventType("begun", By.ENTERPRISE, Text("企业填写签约信息", "Begun by the enterprise"), phase="start"),
        EventType("requested", By.ENTERPRISE, Text("企业发送签约请求", "Signing requested by the enterprise")),
        EventType("delivered", By.SYSTEM, Text("银行已接收签约请求", "The bank has received the request")),
        EventType("undelivered", By.SYSTEM, Text("银行接收失败", "The bank did not receive the request")),
        EventType("processing", By.PARTNER, Text("银行正在处理", "Being handled by the bank")),
        EventType("signed", By.PARTNER, Text("签约成功", "Signed"), decision="signing"),
        EventType("sign_failed", By.PARTNER, Text("签约失败", "Signing failed"), decision="signing"),
        EventType("copied", By.SYSTEM, Text("向保险机构发出签约请求副本", "The insurer is being sent a copy")),
        EventType("copy_delivered", By.SYSTEM, Text("保险机构已收到签约请求副本", "The insurer has the copy")),
        EventType(
            "copy_undelivered", By.SYSTEM, Text("签约请求副本未送达保险机构", "The insurer could not be sent it")
        ),
        EventType("deleted", By.ENTERPRISE, Text("企业删除", "Deleted by the enterprise"), phase="end"),
        EventType("terminated", By.PARTNER, Text("协议解约", "Terminated"), phase="end"),
        EventType("ended", By.ENTERPRISE, Text("企业停用协议", "Ended by the enterprise"), phase="end"),
        EventType("expired", By.SYSTEM, Text("协议到期", "Expired"), phase="end"),
    ),
    tracks=(
        Track(
            name="state",
            label=Text("协议状态", "Status"),
            states=(
                State("DRAFT", Text("草稿", "Draft"), "draft", Next.ENTERPRISE),
                State("DELETED", Text("已删除", "Deleted"), "ended", Next.NOBODY, hidden=True),
                State(
                    "REQUESTED",
                    Text("签约中", "Signing"),
                    "running",
                    Next.PARTNER,
                    hint=Text("签约请求已发送，等待银行接收", "Sent; the bank has to receive it"),
                ),
                State(
                    "RECEIVE_FAILED",
                    Text("接收失败", "Not received"),
                    "failed",
                    Next.ENTERPRISE,
                    hint=Text("可重新签署", "You may sign again"),
                    notice=Text("三方协议签约请求接收失败", "The request for a payment agreement was not received"),
                ),
                State(
                    "PROCESSING",
                    Text("签约处理中", "In hand at the bank"),
                    "running",
                    Next.PARTNER,
                    hint=Text("等待银行签约结果", "Waiting for the bank's result"),
                ),
                State(
                    "SIGN_FAILED",
                    Text("签约失败", "Signing failed"),
                    "failed",
                    Next.ENTERPRISE,
                    hint=Text("请核对后重新签署", "Check it and sign again"),
                    notice=Text("三方协议签约失败", "A payment agreement could not be signed"),
                ),
                State(
                    "SIGNED",
                    Text("签约成功", "Signed"),
                    "done",
                    Next.NOBODY,
                    hint=Text("操作员卡可在线交费", "Operator cards can pay online"),
                    notice=Text("三方协议签约成功，可以在线交费", "A payment agreement is signed: you can pay online"),
                ),
                State(
                    "TERMINATED",
                    Text("已解约", "Terminated"),
                    "ended",
                    Next.NOBODY,
                    notice=Text("三方协议已解约", "A payment agreement was terminated"),
                ),
                State("EXPIRED", Text("已过期", "Expired"), "ended", Next.NOBODY),
            ),
            transitions=(
                Transition(None, "begun", "DRAFT"),
                Transition("DRAFT", "deleted", "DELETED"),
                *(
                    Transition(source, "requested", "REQUESTED")
                    for source in ("DRAFT", "RECEIVE_FAILED", "SIGN_FAILED")
                ),
                Transition("REQUESTED", "delivered", "PROCESSING"),
                Transition("REQUESTED", "undelivered", "RECEIVE_FAILED"),
                *(
                    Transition(source, event, target)
                    for event, target in AGREEMENT_ANSWERS.items()
                    for source in AWAITED[event]
                ),
                Transition("SIGNED", "terminated", "TERMINATED"),
                Transition("SIGNED", "ended", "TERMINATED"),
                Transition("SIGNED", "expired", "EXPIRED"),
            ),
        ),
    ),
    actions=(
        Action(
            name="sign",
            label=Text("协议签署", "Sign the agreement"),
            event="requested",
            roles=LEGAL_PERSON,
            form="payment_agreement",
            primary=True,
            signed=True,
            stepup=True,
            draws=request_drawn,
            purpose="AGREEMENT",
            question=Text("是否发送协议签署", "Send the signing?"),
            sends=Sends(
                type="PaymentAgreementRequest",
                version="1.0",
                capability="agreement.sign",
                compose=agreement_request,
                done="signed",
                reference="agreement_no",
            ),
            awaits=frozenset({"REQUESTED"}),
            waiting=Text("签约请求发送成功", "The signing request was sent"),
            done=Text("银行已接收签约请求", "The bank has received the request"),
        ),
        Action(
            name="delete",
            label=Text("删除", "Delete"),
            event="deleted",
            roles=LEGAL_PERSON,
            question=Text("是否删除该签约信息？", "Delete this request?"),
            done=Text("签约信息已删除", "Request deleted"),
            opens=False,
        ),
        Action(
            name="end",
            label=Text("解约", "End"),
            event="ended",
            roles=LEGAL_PERSON,
            question=Text(
                "解约后单一窗口不再按此协议付款；银行端的协议请同时到银行办理解除。是否解约？",
                "The hub will no longer pay under this agreement; end it at the bank too. End it?",
            ),
            done=Text("协议已解约", "Agreement ended"),
            opens=False,
        ),
    ),
    tells=(
        Tell(
            states=frozenset({"PROCESSING", "SIGNED"}),
            to="payee",
            sends=Sends(
                type="PaymentAgreementCopy",
                version="1.0",
                capability="payment.notice",
                compose=agreement_copy,
                taken="copy_delivered",
                failed="copy_undelivered",
            ),
            told="copied",
            kept="copy_no",
        ),
    ),
    prints={"agreement": Print(TITLE, "payment_agreement", printed, in_these_words)},
    links={"payee": PARTNER},
    ends=("expiry_date", "expired"),
    holds=(
        Hold(
            frozenset({"REQUESTED", "PROCESSING", "SIGNED"}),
            account_of,
            Text("该账号与该收款企业已有有效协议或签约请求", "This account and payee have an agreement or a request"),
        ),
    ),
)
