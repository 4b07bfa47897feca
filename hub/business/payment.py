"""Online payment (在线交费, spec.md 13): the legal person signs a tri-party agreement, the operator pays under it by
order. Messages MSG-PAYAGR-01..03 and MSG-PAY-01..04; manual S3:192-292, 527-545, 577-615.

An order is one instruction to one bank, for good: what failed is paid by a new order, what is unclear by none. Nothing
but the bank's own word makes it a success, and a success may be followed by a reversal (退票) days later.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from hub.business.acts import Action, Actor, Drawn, Linked, Links, Sends, Tell
from hub.business.kind import PARTNER, PAYABLE, RETURNED, Effect, Field, Hold, Kind, Line, Patience, Print
from hub.business.numbers import NumberFormat
from hub.business.payment_terms import CLAUSES, DIGEST, TITLE, VERSION
from hub.business.posting import Posting
from hub.business.roles import LEGAL_PERSON, OPERATORS
from hub.business.states import By, EventType, Next, State, Track, Transition
from hub.contract.money import Money
from hub.contract.text import Text

MESSAGES = {
    "PaymentAgreementRequest/1.0": "MSG-PAYAGR-01",  # MSG-PAYAGR-02 is the bank's signed answer to it
    "PaymentAgreementResult/1.0": "MSG-PAYAGR-03",
    "PaymentOrder/1.0": "MSG-PAY-01",
    "PaymentResult/1.0": "MSG-PAY-02",
    "PaymentNotice/1.0": "MSG-PAY-03",
    "PaymentReversal/1.0": "MSG-PAY-03",
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
    "purpose",
)  # fmt: skip
ITEM = ("business_no", "amount", "currency")
PAID = ("order_no", "amount", "currency", "bank_serial")


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
    return _body(content, ORDERED, actor) | {"item": _items(content), "ordered_at": now}


def notice(content: Mapping[str, Any], actor: Actor, now: datetime) -> dict[str, Any]:  # noqa: ARG001
    """Body of PaymentNotice: the insurer learns that its bills are paid."""
    return {name: content[name] for name in PAID} | {"item": _items(content), "paid_at": now}


def reversal(content: Mapping[str, Any], actor: Actor, now: datetime) -> dict[str, Any]:  # noqa: ARG001
    """Body of PaymentReversal: what the insurer was told is paid has been returned (退票)."""
    return {name: content[name] for name in PAID} | {"item": _items(content), "reversed_at": now}


def _items(content: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [{name: row[name] for name in ITEM} for row in content["item"]]


def _body(content: Mapping[str, Any], names: Iterable[str], actor: Actor) -> dict[str, Any]:
    body = {name: content[name] for name in names if content.get(name) not in (None, "")}
    return body | ({"signer_certificate_serial": actor.certificate} if actor.certificate else {})


NO_PAYEE = Text("请选择收款企业", "Choose the payee")
NO_AGREEMENT = Text("请选择已签约成功的付款银行", "Choose a bank whose agreement is signed")
OTHER_PAYEE = Text("该协议的收款企业不是这些保单的保险机构", "This agreement is with another payee than the bills")
NO_BILL = Text("请至少选择一笔待缴费业务", "Choose at least one bill")
NOT_DUE = Text("不是待缴费状态，请刷新后重新选择", "is not due: refresh and choose again")
FREE = Text("应缴金额为零，无需支付，如有疑问请联系保险机构", "asks for nothing: ask the insurer")
MIXED = Text("一次只能支付同一保险机构、同一币制的业务", "One payment has one insurer and one currency")
TOO_MANY = Text("一次最多支付50笔", "50 bills at most in one payment")
MOST = 50  # items of PaymentOrder, by its schema


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


def order_drawn(content: Mapping[str, Any], links: Links, bank: Linked, now: datetime) -> Drawn:  # noqa: ARG001
    """What an order says: the parties by its agreement, the amounts by its bills. Nothing of that is typed."""
    agreement = links["agreement"].get(str(content.get("agreement")))
    if agreement is None or agreement.state != "SIGNED" or agreement.partner != bank.partner:
        return {}, {"agreement": NO_AGREEMENT}
    ids = list(dict.fromkeys(row["bill"] for row in content.get("item") or ()))
    bills = [links["item.bill"].get(bill_id) for bill_id in ids]
    wrong = _wrong(bills)
    if wrong:
        return {}, {"item": wrong}
    items = [_item(bill) for bill in bills if bill is not None]
    held = agreement.content
    if any(bill.partner != held["payee"] for bill in bills if bill is not None):
        return {}, {"agreement": OTHER_PAYEE}
    (sum_,) = totals(items).values()
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


def _wrong(bills: Sequence[Linked | None]) -> Text | None:
    if not bills or any(bill is None for bill in bills):
        return NO_BILL
    if len(bills) > MOST:
        return TOO_MANY
    for bill in bills:
        if bill is not None and (why := _unpayable(bill)):
            return Text(f"{bill.number} {why.zh}", f"{bill.number} {why.en}")
    found = {(bill.partner, due(bill).currency) for bill in bills if bill is not None}
    return MIXED if len(found) > 1 else None


def _unpayable(bill: Linked) -> Text | None:
    if not is_due(bill):
        return NOT_DUE
    return None if due(bill).amount > 0 else FREE


def is_due(bill: Linked) -> bool:
    """Whether the enterprise owes it now."""
    return bill.payable is not None and bill.state in bill.payable.states


def due(bill: Linked) -> Money:
    """What a bill asks for, as its own kind's fields say."""
    if bill.payable is None:
        raise ValueError(f"{bill.number} is no bill")
    return Money(bill.content[bill.payable.amount], bill.content[bill.payable.currency])


def _item(bill: Linked) -> dict[str, Any]:
    money = due(bill)
    return {
        "bill": bill.id,
        "business": bill.business.zh if bill.business else "",
        "business_no": bill.number,
        "amount": money.amount,
        "currency": money.currency,
    }


def matter(content: Mapping[str, Any]) -> str:
    """What the payer's card signs, in words."""
    more = f"，共{len(content['item'])}笔" if len(content["item"]) > 1 else ""
    return f"向{content['payee_name']}支付 {content['amount']:,.2f} {content['currency']}{more}"


def account_of(enterprise: str, partner: str, content: Mapping[str, Any]) -> list[str]:
    """What an agreement is about (PAY-AGR-19); the account stands there sealed, the same one always alike."""
    return [f"agreement:{enterprise}:{partner}:{content['payee']}:{content['payer_account']}"]


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
        Field("amount", Text("交费金额", "Amount"), Decimal),
        Field("currency", Text("币制", "Currency")),
        Field("purpose", Text("用途", "Purpose")),
        Field(
            "item",
            Text("交费明细", "Items"),
            list,
            rows=(
                Field("bill", Text("业务记录", "Record"), inner=True),
                Field("business", Text("业务类型", "Kind of business"), names="kind"),
                Field("business_no", Text("保单/投保单号", "Policy or application no."), key=True),
                Field("amount", Text("金额", "Amount"), Decimal),
                Field("currency", Text("币制", "Currency")),
            ),
        ),
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
            stepup=True,
            draws=order_drawn,
            purpose="PAYMENT",
            matter=matter,
            question=Text("是否立即支付？", "Pay now?"),
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
        Effect("FAILED", "item.bill", "payment_failed"),
        Effect("SUCCEEDED", "item.bill", "paid", sets={RETURNED.name: None}),
        Effect("REFUNDED", "item.bill", "payment_returned", sets={RETURNED.name: True}),
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
            state="SUCCEEDED",
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
            state="REFUNDED",
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

LINE = Line(
    code="payment",
    label=Text("在线交费", "Online payment"),
    kinds=(AGREEMENT, ORDER),
    messages=MESSAGES,
)
