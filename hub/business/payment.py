"""Online payment (在线交费, spec.md 13): the legal person signs a tri-party agreement, the operator pays under it by
order. Messages MSG-PAYAGR-01..03 and MSG-PAY-01..04; manual S3:192-292, 527-545, 577-615.

An order is one instruction to one bank, for good: what failed is paid by a new order, what is unclear by none. Nothing
but the bank's own word makes it a success, and a success may be followed by a reversal (退票) days later.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from hashlib import sha256
from typing import Any

from hub.business.lifecycle import (
    Action,
    Actor,
    By,
    Effect,
    EventType,
    Field,
    Hold,
    Kind,
    Line,
    Next,
    Patience,
    Sends,
    State,
    Track,
    Transition,
)
from hub.business.numbers import NumberFormat
from hub.business.posting import Posting
from hub.business.roles import LEGAL_PERSON, OPERATORS
from hub.contract.money import Money
from hub.contract.text import Text

MESSAGES = {
    "PaymentAgreementRequest/1.0": "MSG-PAYAGR-01",  # MSG-PAYAGR-02 is the bank's signed answer to it
    "PaymentAgreementResult/1.0": "MSG-PAYAGR-03",
    "PaymentOrder/1.0": "MSG-PAY-01",
    "PaymentResult/1.0": "MSG-PAY-02",
    "PaymentNotice/1.0": "MSG-PAY-03",
    "StatementQuery/1.0": "MSG-PAY-04",
    "Statement/1.0": "MSG-PAY-04",
}

LIVE = frozenset({"CREATED", "SENT", "UNKNOWN", "SUCCEEDED"})
"""States of an order that forbid a second one for the same bill (PAY-REC-05)."""

ASKED = (
    "request_no", "bank_name", "enterprise_name", "tax_no", "payer_account", "payee_name", "payee_account",
    "text_version", "text_hash",
)  # fmt: skip
ORDERED = (
    "order_no", "agreement_no", "payer_name", "payer_account", "payee_name", "payee_account", "amount", "currency",
    "purpose", "item",
)  # fmt: skip


def may_pay(states: Iterable[str]) -> bool:
    """Whether a bill whose orders are in these states may be paid by another one."""
    return LIVE.isdisjoint(states)


def totals(items: Iterable[Mapping[str, Any]]) -> dict[str, Money]:
    """Currency -> sum of the items in it; orders of several currencies are several orders."""
    found: dict[str, Money] = {}
    for item in items:
        paid = Money(item["amount"], item["currency"])
        found[paid.currency] = found[paid.currency] + paid if paid.currency in found else paid
    return found


def subtotals(items: Iterable[Mapping[str, Any]], by: str) -> dict[tuple[str, str], Money]:
    """(value of the column ``by``, currency) -> sum: what the page shows below merged items."""
    groups: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for item in items:
        groups[item[by]].append(item)
    return {(name, currency): sum_ for name, rows in groups.items() for currency, sum_ in totals(rows).items()}


def agreement_request(content: Mapping[str, Any], actor: Actor, now: datetime) -> dict[str, Any]:
    """Body of PaymentAgreementRequest."""
    return _body(content, ASKED, actor) | {"requested_at": now}


def order(content: Mapping[str, Any], actor: Actor, now: datetime) -> dict[str, Any]:
    """Body of PaymentOrder."""
    return _body(content, ORDERED, actor) | {"ordered_at": now}


def _body(content: Mapping[str, Any], names: Iterable[str], actor: Actor) -> dict[str, Any]:
    body = {name: content[name] for name in names if content.get(name) not in (None, "")}
    return body | ({"signer_certificate_serial": actor.certificate} if actor.certificate else {})


def account_of(enterprise: str, partner: str, content: Mapping[str, Any]) -> list[str]:
    """What an agreement is about (PAY-AGR-19), in a form that names no account."""
    account, payee = content["payer_account"], content["payee_name"]
    return [f"agreement:{sha256(f'{enterprise}:{partner}:{account}:{payee}'.encode()).hexdigest()}"]


def bills_of(enterprise: str, partner: str, content: Mapping[str, Any]) -> list[str]:  # noqa: ARG001
    """The bills that an order pays, whichever bank it goes to."""
    return [f"bill:{enterprise}:{row['business_no']}" for row in content.get("item") or ()]


def in_transit(enterprise: str, content: Mapping[str, Any]) -> list[Posting]:
    """Asked for and not confirmed: nobody's money is gone yet, as far as anybody knows."""
    return [_posting("transit", enterprise, row) for row in content["item"]]


def paid(enterprise: str, content: Mapping[str, Any]) -> list[Posting]:
    """Each bill's part of what the bank says it has paid."""
    return [_posting("bill", f"{enterprise}:{row['business_no']}", row, enterprise) for row in content["item"]]


def _posting(name: str, whose: str, item: Mapping[str, Any], payer: str = "") -> Posting:
    return Posting(f"{name}:{whose}", f"payer:{payer or whose}", Money(item["amount"], item["currency"]))


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
        Field("bank_name", Text("付款银行名称", "Payer's bank"), key=True),
        Field("enterprise_name", Text("企业名称", "Enterprise")),
        Field("tax_no", Text("企业税号", "Tax no.")),
        Field("payer_account", Text("付款账号", "Payer's account"), personal=True),
        Field("payee_name", Text("收款企业名称", "Payee"), key=True),
        Field("payee_account", Text("收款账号", "Payee's account")),
        Field("text_version", Text("协议文本版本", "Version of the agreement's text")),
        Field("text_hash", Text("协议文本摘要", "Digest of the agreement's text")),
        Field("signed_on", Text("签约日期", "Signed on"), date, key=True),
        Field("expiry_date", Text("协议到期日", "Ends on"), date),
        Field("reason", Text("原因", "Reason")),
    ),
    events=(
        EventType("begun", By.ENTERPRISE, Text("企业填写签约信息", "Begun by the enterprise"), phase="start"),
        EventType("requested", By.ENTERPRISE, Text("企业发送签约请求", "Signing requested by the enterprise")),
        EventType("delivered", By.SYSTEM, Text("银行已接收签约请求", "The bank has received the request")),
        EventType("undelivered", By.SYSTEM, Text("银行接收失败", "The bank did not receive the request")),
        EventType("processing", By.PARTNER, Text("银行正在处理", "Being handled by the bank")),
        EventType("signed", By.PARTNER, Text("签约成功", "Signed"), decision="signing"),
        EventType("sign_failed", By.PARTNER, Text("签约失败", "Signing failed"), decision="signing"),
        EventType("deleted", By.ENTERPRISE, Text("企业删除", "Deleted by the enterprise"), phase="end"),
        EventType("terminated", By.PARTNER, Text("协议解约", "Terminated"), phase="end"),
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
            question=Text("是否发送协议签署", "Send the signing?"),
            sends=Sends(
                type="PaymentAgreementRequest", version="1.0", capability="agreement.sign", compose=agreement_request
            ),
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
    ),
    ends=("expiry_date", "expired"),
    holds=(
        Hold(
            frozenset({"REQUESTED", "PROCESSING", "SIGNED"}),
            account_of,
            Text("该账号与该收款企业已有有效协议或签约请求", "This account and payee have an agreement or a request"),
        ),
    ),
)

WAITING = ("SENT", "UNKNOWN", "FAILED")
"""States in which the bank's word counts; FAILED for a bank that did get what we took for undelivered."""

ORDER = Kind(
    code="payment_order",
    label=Text("交费记录", "Payment"),
    number="order_no",
    title="payee_name",
    numbers=NumberFormat(prefix="JF", digits=8),
    fields=(
        Field("order_no", Text("支付流水号", "Payment no."), key=True),
        Field("agreement_no", Text("协议编号", "Agreement no."), key=True),
        Field("bank_name", Text("银行名称", "Bank"), key=True),
        Field("payer_name", Text("付款企业", "Payer")),
        Field("payer_account", Text("付款账号", "Payer's account"), personal=True),
        Field("payee_name", Text("保险机构名称", "Insurer"), key=True),
        Field("payee_account", Text("收款账号", "Payee's account")),
        Field("amount", Text("交费金额", "Amount"), Decimal),
        Field("currency", Text("币制", "Currency")),
        Field("purpose", Text("用途", "Purpose")),
        Field(
            "item",
            Text("交费明细", "Items"),
            list,
            rows=(
                Field("business_no", Text("保单/投保单号", "Policy or application no.")),
                Field("amount", Text("金额", "Amount"), Decimal),
                Field("currency", Text("币制", "Currency")),
            ),
        ),
        Field("bank_serial", Text("银行流水号", "Bank's serial"), key=True),
        Field("reason", Text("银行回执", "The bank's words")),
    ),
    events=(
        EventType("begun", By.ENTERPRISE, Text("企业生成支付单", "Begun by the enterprise"), phase="start"),
        EventType("ordered", By.ENTERPRISE, Text("企业提交支付请求", "Payment requested by the enterprise")),
        EventType("delivered", By.SYSTEM, Text("银行已受理支付请求", "The bank has taken the request")),
        EventType("undelivered", By.SYSTEM, Text("支付请求未被受理", "The bank did not take the request")),
        EventType("unanswered", By.SYSTEM, Text("银行未在时限内答复", "No word of the bank in time")),
        EventType("bank_working", By.PARTNER, Text("银行处理中", "Being handled by the bank")),
        EventType(
            "awaiting_approver", By.PARTNER, Text("等待企业在银行端审批", "Your approver has to act at the bank")
        ),
        EventType("succeeded", By.PARTNER, Text("银行确认支付成功", "Paid, says the bank"), decision="payment"),
        EventType("failed", By.PARTNER, Text("银行确认支付失败", "Not paid, says the bank"), decision="payment"),
        EventType("reversed", By.PARTNER, Text("银行退票", "Returned by the bank"), phase="end"),
        EventType("deleted", By.ENTERPRISE, Text("企业删除", "Deleted by the enterprise"), phase="end"),
    ),
    tracks=(
        Track(
            name="state",
            label=Text("交费状态", "Status"),
            states=(
                State("CREATED", Text("待发送", "To be sent"), "draft", Next.ENTERPRISE),
                State("DELETED", Text("已删除", "Deleted"), "ended", Next.NOBODY, hidden=True),
                State(
                    "SENT",
                    Text("支付中", "Payment under way"),
                    "running",
                    Next.PARTNER,
                    hint=Text("支付请求已提交，等待银行确认", "Handed in; the bank has to confirm it"),
                ),
                State(
                    "UNKNOWN",
                    Text("支付结果待确认", "Result to be confirmed"),
                    "running",
                    Next.PARTNER,
                    hint=Text("正在向银行查询，请勿重复支付", "We are asking the bank; do not pay again"),
                    notice=Text("一笔支付的结果待银行确认", "The bank has yet to confirm a payment"),
                ),
                State(
                    "FAILED",
                    Text("支付失败", "Payment failed"),
                    "failed",
                    Next.ENTERPRISE,
                    hint=Text("可重新支付", "You may pay again"),
                    notice=Text("支付失败", "A payment failed"),
                ),
                State(
                    "SUCCEEDED",
                    Text("支付成功", "Paid"),
                    "done",
                    Next.NOBODY,
                    notice=Text("支付成功", "A payment was made"),
                ),
                State(
                    "REFUNDED",
                    Text("已退款", "Returned"),
                    "failed",
                    Next.ENTERPRISE,
                    hint=Text("银行已退票，可重新支付", "The bank has returned it; you may pay again"),
                    notice=Text("一笔已成功的支付被银行退票", "A payment that was made has been returned"),
                ),
            ),
            transitions=(
                Transition(None, "begun", "CREATED"),
                Transition("CREATED", "deleted", "DELETED"),
                Transition("CREATED", "ordered", "SENT"),
                Transition("SENT", "undelivered", "FAILED"),
                Transition("SENT", "unanswered", "UNKNOWN"),
                *(Transition(source, "succeeded", "SUCCEEDED") for source in WAITING),
                *(Transition(source, "failed", "FAILED") for source in WAITING[:2]),
                *(Transition(source, "reversed", "REFUNDED") for source in ("SUCCEEDED", *WAITING)),
            ),
        ),
    ),
    actions=(
        Action(
            name="pay",
            label=Text("在线支付", "Pay"),
            event="ordered",
            roles=OPERATORS,
            form="payment_order",
            primary=True,
            signed=True,
            question=Text("是否立即支付？", "Pay now?"),
            sends=Sends(type="PaymentOrder", version="1.0", capability="payment.pay", compose=order),
            waiting=Text("支付请求已提交，等待银行确认", "Handed in; the bank has to confirm it"),
            done=Text("银行已受理，等待支付结果", "Taken by the bank; the result follows"),
        ),
        Action(
            name="delete",
            label=Text("删除", "Delete"),
            event="deleted",
            roles=OPERATORS,
            question=Text("是否删除该支付单？", "Delete this payment?"),
            done=Text("支付单已删除", "Payment deleted"),
            opens=False,
        ),
    ),
    links={"item.business_no": "cargo_application"},
    effects=(
        Effect("SENT", "item.business_no", "payment_ordered"),
        Effect("FAILED", "item.business_no", "payment_failed"),
        Effect("SUCCEEDED", "item.business_no", "paid"),
        Effect("REFUNDED", "item.business_no", "payment_failed"),
    ),
    holds=(
        Hold(
            LIVE,
            bills_of,
            Text("该保单已支付或正在支付，请勿重复支付", "This bill is paid or being paid: do not pay it again"),
        ),
    ),
    books={"SENT": in_transit, "UNKNOWN": in_transit, "SUCCEEDED": paid},
    patience=Patience("SENT", timedelta(minutes=10), "unanswered"),
)

LINE = Line(
    code="payment",
    label=Text("在线交费", "Online payment"),
    kinds=(AGREEMENT, ORDER),
    messages=MESSAGES,
)
