"""A payment order (在线支付, spec.md 13.2): one instruction to one bank, for good. Messages MSG-PAY-01..04; manual
S3:527-545, 577-615.

What failed is paid by a new order, what is unclear by none. Nothing but the bank's own word makes it a success, and a
success may be followed by a reversal (退票) days later.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from hub.business import payment_bills, sending
from hub.business.acts import Action, Actor, Drawn, Linked, Links, Sends, Tell
from hub.business.kind import PAYABLE, RETURNED, Effect, Field, Hold, Kind, Patience
from hub.business.numbers import NumberFormat
from hub.business.posting import Posting
from hub.business.roles import OPERATORS
from hub.business.states import CONFLICT, By, EventType, Next, State, Track, Transition
from hub.contract.money import Money
from hub.contract.text import Text

LIVE = frozenset({"CREATED", "SENT", "UNKNOWN", "SUCCEEDED"})
"""States of an order that forbid a second one for the same bill (PAY-REC-05)."""
SETTLING = frozenset({"SUCCEEDED", CONFLICT})
"""States of another order in which one that is returned leaves the bill as it is: paid by that one, as far as known."""
ORDERED = (
    "order_no", "agreement_no", "payer_name", "payer_account", "payee_name", "payee_account", "amount", "currency",
    "purpose",
)  # fmt: skip
ITEM = ("business_no", "amount", "currency")
PAID = ("order_no", "amount", "currency", "bank_serial")
NO_AGREEMENT = Text("请选择已签约成功的付款银行", "Choose a bank whose agreement is signed")
OTHER_PAYEE = Text("该协议的收款企业不是这些保单的保险机构", "This agreement is with another payee than the bills")


def may_pay(states: Iterable[str]) -> bool:
    """Whether a bill whose orders are in these states may be paid by another one."""
    return LIVE.isdisjoint(states)


def order(content: Mapping[str, Any], actor: Actor, now: datetime) -> dict[str, Any]:
    """Body of PaymentOrder."""
    return sending.filled(content, ORDERED) | {"item": _items(content), "ordered_at": now} | actor.signer


def ordering(content: Mapping[str, Any], actor: Actor, now: datetime) -> dict[str, Any]:  # noqa: ARG001
    """When the instruction was given (PAY-REC-02)."""
    return {"ordered_at": now}


def notice(content: Mapping[str, Any], actor: Actor, now: datetime) -> dict[str, Any]:  # noqa: ARG001
    """Body of PaymentNotice: the insurer learns that its bills are paid."""
    return {name: content[name] for name in PAID} | {"item": _items(content), "paid_at": now}


def reversal(content: Mapping[str, Any], actor: Actor, now: datetime) -> dict[str, Any]:  # noqa: ARG001
    """Body of PaymentReversal: what the insurer was told is paid has been returned (退票)."""
    return {name: content[name] for name in PAID} | {"item": _items(content), "reversed_at": now}


def _items(content: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [{name: row[name] for name in ITEM} for row in content["item"]]


def order_drawn(content: Mapping[str, Any], links: Links, bank: Linked, now: datetime) -> Drawn:  # noqa: ARG001
    """What an order says: the parties by its agreement, the amounts by its bills. Nothing of that is typed."""
    agreement = links["agreement"].get(str(content.get("agreement")))
    if agreement is None or agreement.state != "SIGNED" or agreement.partner != bank.partner:
        return {}, {"agreement": NO_AGREEMENT}
    ids = list(dict.fromkeys(row["bill"] for row in content.get("item") or ()))
    bills = [links["item.bill"].get(bill_id) for bill_id in ids]
    wrong = payment_bills.wrong(bills)
    if wrong:
        return {}, {"item": wrong}
    items = [payment_bills.item(bill) for bill in bills if bill is not None]
    held = agreement.content
    if any(bill.partner != held["payee"] for bill in bills if bill is not None):
        return {}, {"agreement": OTHER_PAYEE}
    (sum_,) = payment_bills.totals(items).values()
    return {
        "agreement_no": held["agreement_no"],
        "bank_name": held["bank_name"],
        "payer_name": held["enterprise_name"],
        "payer_account": held["payer_account"],
        "payee": held["payee"],
        "payee_name": held["payee_name"],
        "payee_account": held["payee_account"],
        "amount": sum_.amount,
        "currency": sum_.currency,
        "item": items,
    }, {}


def matter(content: Mapping[str, Any]) -> str:
    """What the payer's card signs, in words."""
    more = f"，共{len(content['item'])}笔" if len(content["item"]) > 1 else ""
    return f"向{content['payee_name']}支付 {content['amount']:,.2f} {content['currency']}{more}"


def bills_of(enterprise: str, partner: str, content: Mapping[str, Any]) -> list[str]:  # noqa: ARG001
    """The bills that an order pays, whichever bank it goes to."""
    return [f"bill:{row['bill']}" for row in content.get("item") or ()]


def in_transit(enterprise: str, content: Mapping[str, Any]) -> list[Posting]:
    """Asked for and not confirmed: nobody's money is gone yet, as far as anybody knows."""
    return [_posting(f"transit:{enterprise}", enterprise, row) for row in content["item"]]


def paid(enterprise: str, content: Mapping[str, Any]) -> list[Posting]:
    """Each bill's part of what the bank says it has paid."""
    return [_posting(f"bill:{row['bill']}", enterprise, row) for row in content["item"]]


def _posting(account: str, payer: str, item: Mapping[str, Any]) -> Posting:
    return Posting(account, f"payer:{payer}", Money(item["amount"], item["currency"]))


SILENCE = timedelta(minutes=10)
"""After so long without a word the result is unclear and the bank is asked (PAY-REC-05)."""
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
        Field("agreement", Text("付款银行协议", "Agreement")),
        Field("agreement_no", Text("协议编号", "Agreement no."), key=True),
        Field("bank_name", Text("银行名称", "Bank"), key=True, names="partner"),
        Field("payer_name", Text("付款企业", "Payer")),
        Field("payer_account", Text("付款账号", "Payer's account"), personal=True, secret=True),
        Field("payee", Text("保险机构", "Insurer"), key=True),
        Field("payee_name", Text("保险机构名称", "Insurer"), key=True, names="partner"),
        Field("payee_account", Text("收款账号", "Payee's account")),
        Field("amount", Text("交费金额", "Amount"), Decimal, ours=True),
        Field("currency", Text("币制", "Currency"), ours=True),
        Field("purpose", Text("用途", "Purpose")),
        Field(
            "item",
            Text("交费明细", "Items"),
            list,
            rows=(
                Field("bill", Text("业务记录", "Record"), key=True, inner=True),
                Field("business", Text("业务类型", "Kind of business"), key=True, names="kind"),
                Field(
                    "business_no",
                    Text("保单/投保单号", "Policy or application no."),
                    key=True,
                    via=("policy_no", "application_no"),
                ),
                Field("amount", Text("金额", "Amount"), Decimal),
                Field("currency", Text("币制", "Currency")),
            ),
        ),
        Field("ordered_at", Text("交费日期", "Paid on"), datetime, key=True),
        Field("bank_serial", Text("银行流水号", "Bank's serial"), key=True),
        Field("notice_no", Text("交费通知报文号", "Notice to the insurer"), inner=True),
        Field("reversal_no", Text("退票通知报文号", "Notice of the return"), inner=True),
        Field("reason", Text("银行回执", "The bank's words")),
    ),
    events=(
        EventType("begun", By.ENTERPRISE, Text("企业生成支付单", "Begun by the enterprise"), phase="start"),
        EventType("ordered", By.ENTERPRISE, Text("企业提交支付请求", "Payment requested by the enterprise")),
        EventType("delivered", By.SYSTEM, Text("银行已受理支付请求", "The bank has taken the request")),
        EventType("undelivered", By.SYSTEM, Text("支付请求未被受理", "The bank did not take the request")),
        EventType("unanswered", By.SYSTEM, Text("银行未在时限内答复", "No word of the bank in time")),
        EventType("asked_again", By.SYSTEM, Text("再次向银行查询支付结果", "The bank was asked again")),
        EventType("bank_working", By.PARTNER, Text("银行处理中", "Being handled by the bank")),
        EventType(
            "awaiting_approver", By.PARTNER, Text("等待企业在银行端审批", "Your approver has to act at the bank")
        ),
        EventType("succeeded", By.PARTNER, Text("银行确认支付成功", "Paid, says the bank"), decision="payment"),
        EventType("failed", By.PARTNER, Text("银行确认支付失败", "Not paid, says the bank"), decision="payment"),
        EventType("notified", By.SYSTEM, Text("向保险机构发出交费通知", "The insurer is being told")),
        EventType("notice_delivered", By.SYSTEM, Text("保险机构已收到交费通知", "The insurer has been told")),
        EventType("notice_undelivered", By.SYSTEM, Text("交费通知未送达保险机构", "The insurer could not be told")),
        EventType("reversal_notified", By.SYSTEM, Text("向保险机构发出退票通知", "The insurer is being told of it")),
        EventType("reversal_delivered", By.SYSTEM, Text("保险机构已收到退票通知", "The insurer knows of the return")),
        EventType(
            "reversal_undelivered",
            By.SYSTEM,
            Text("退票通知未送达保险机构", "The insurer could not be told of the return"),
        ),
        EventType("reversed", By.PARTNER, Text("银行退票", "Returned by the bank"), phase="end"),
        EventType("deleted", By.ENTERPRISE, Text("企业删除", "Deleted by the enterprise"), phase="end"),
    ),
    tracks=(
        Track(
            name="state",
            label=Text("交费状态", "Status"),
            states=(
                State("CREATED", Text("待发送", "To be sent"), "draft", Next.ENTERPRISE, hidden=True),
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
                    Next.NOBODY,  # the bill is the enterprise's turn again
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
                    Next.NOBODY,
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
            stepup=True,
            adds=ordering,
            draws=order_drawn,
            purpose="PAYMENT",
            matter=matter,
            question=Text("是否立即支付?", "Pay now?"),
            sends=Sends(
                type="PaymentOrder",
                version="1.0",
                capability="payment.pay",
                compose=order,
                done="succeeded",
                reference="bank_serial",
            ),
            awaits=frozenset({"SENT", "UNKNOWN"}),
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
    links={"agreement": "payment_agreement", "item.bill": PAYABLE},
    effects=(
        Effect("SENT", "item.bill", "payment_ordered"),
        Effect("FAILED", "item.bill", "payment_failed", unless=LIVE | {CONFLICT}),
        Effect("SUCCEEDED", "item.bill", "paid", sets={RETURNED.name: None}),
        Effect("REFUNDED", "item.bill", "payment_returned", sets={RETURNED.name: True}, unless=SETTLING),
    ),
    holds=(
        Hold(
            LIVE,
            bills_of,
            Text("该保单已支付或正在支付，请勿重复支付", "This bill is paid or being paid: do not pay it again"),
        ),
    ),
    books={"SENT": in_transit, "UNKNOWN": in_transit, "SUCCEEDED": paid},
    patience=(
        Patience("SENT", SILENCE, "unanswered"),
        Patience("UNKNOWN", SILENCE, "asked_again", again=True),
    ),
    tells=(
        Tell(
            states=frozenset({"SUCCEEDED"}),
            to="payee",
            sends=Sends(
                type="PaymentNotice",
                version="1.0",
                capability="payment.notice",
                compose=notice,
                taken="notice_delivered",
                failed="notice_undelivered",
            ),
            told="notified",
            kept="notice_no",
        ),
        Tell(
            states=frozenset({"REFUNDED"}),
            after="notice_no",
            to="payee",
            sends=Sends(
                type="PaymentReversal",
                version="1.0",
                capability="payment.notice",
                compose=reversal,
                taken="reversal_delivered",
                failed="reversal_undelivered",
            ),
            told="reversal_notified",
            kept="reversal_no",
        ),
    ),
)
