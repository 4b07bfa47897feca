"""A bank's side: accounts, one debit for each instruction, agreements, a statement that adds up, returned payments.

What happens to an order, its purpose decides (RULES), or a control. The bank's day may be another than ours (``date``):
test environments run on a date of their own. How a bank speaks, and its codes, are in its plugin.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from hub.contract.adapters import MagicValue
from hub.contract.convert import CHINA
from hub.contract.message import CanonicalMessage
from hub.contract.text import Text
from hub.testing.simulator.books import Entry
from hub.testing.simulator.desk import ControlError, Desk, Reply, Scenario
from hub.testing.simulator.lookup import known, named
from hub.testing.simulator.rules import Plan, Rule
from hub.xml.own import OwnDialect

ORDER, AGREEMENT, LINE, BOOKS = "order", "agreement", "line", "books"
NOBODY = "-"  # the enterprise of what belongs to the bank
OPENING: Mapping[str, int] = {"6222000000000001": 100_000_000, "6222000000000002": 5_000}
"""Account -> balance in fen when the bank opens."""
SETTLES, RETURNS, DECIDES = 2.0, 60.0, 2.0  # seconds
TAKEN, WORKING, PAID, FAILED, RETURNED, NEVER_SEEN, UNCLEAR, GIVEN, CLASH = (
    "taken", "working", "paid", "failed", "returned", "never_seen", "unclear", "given", "clash",
)  # fmt: skip
EVENT = {WORKING: "bank_working", PAID: "succeeded", FAILED: "failed", RETURNED: "reversed"}
SHORT, NO_ACCOUNT = "账户余额不足", "账户不存在"
CURRENCY = "CNY"

PAY, SIGN = "PaymentOrder", "PaymentAgreementRequest"
RULES = (
    Rule(name="work", type=PAY, plan="work", fields=("purpose",), contains="处理中"),
    Rule(name="approve", type=PAY, plan="approve", fields=("purpose",), contains="待审批"),
    Rule(name="refuse", type=PAY, plan="refuse", fields=("purpose",), contains="拒绝"),
    Rule(name="return", type=PAY, plan="return", fields=("purpose",), contains="退票"),
    Rule(name="unclear", type=PAY, plan="unclear", fields=("purpose",), contains="未知代码"),
    Rule(name="silent", type=PAY, plan="silent", fields=("purpose",), contains="沉默"),
    Rule(name="late", type=PAY, plan="pay", fields=("purpose",), contains="超时", fault="late_success"),
    Rule(name="reset", type=PAY, plan="pay", fields=("purpose",), contains="断线", fault="reset"),
    Rule(name="gateway", type=PAY, plan="pay", fields=("purpose",), contains="网关", fault="html_502"),
    Rule(name="twice", type=PAY, plan="pay", fields=("purpose",), contains="重复", fault="duplicate"),
    Rule(name="pay", type=PAY, plan="pay"),
    Rule(name="sign refused", type=SIGN, plan="refuse", fields=("payee_name",), contains="拒签"),
    Rule(name="sign", type=SIGN, plan="sign"),
    Rule(name="query", type="PaymentQuery", plan="answer"),
    Rule(name="agreement query", type="AgreementQuery", plan="answer"),
    Rule(name="statement", type="StatementQuery", plan="answer"),
)
PLANS: Mapping[str, Plan] = {
    "pay": Plan(text=Text("付款成功", "paid")),
    "work": Plan(text=Text("先答复处理中，随后付款成功", "in progress at first, then paid")),
    "approve": Plan(text=Text("待企业在银行审批", "waits for the enterprise's approver at the bank")),
    "refuse": Plan(text=Text("银行拒绝", "the bank refuses")),
    "return": Plan(text=Text("付款成功，一分钟后退票", "paid, and returned a minute later")),
    "unclear": Plan(
        text=Text("答复一个平台不认识的代码，款已付出", "answers with a code that the hub does not know, and pays")
    ),
    "silent": Plan(text=Text("付款成功但不通知", "paid without a word: only a query tells")),
    "sign": Plan(text=Text("签约成功", "signed")),
    "answer": Plan(text=Text("当即答复", "answered at once")),
}
ACCOUNTS = tuple(
    MagicValue(
        type=SIGN,
        fields=("payer_account",),
        text=account,
        then=Text(f"账户余额 {Decimal(fen).scaleb(-2):,} 元", f"holds {Decimal(fen).scaleb(-2):,} yuan"),
    )
    for account, fen in OPENING.items()
)


@dataclass(frozen=True, kw_only=True)
class Bank:
    """One bank. ``answers``: what it can answer directly -> its code; the words of its notices are ``statuses``.

    "clash" (this serial, with another content) only a bank needs that knows instructions by the order's own number.
    """

    adapter: OwnDialect = field(repr=False)
    answers: Mapping[str, str]

    def scenario(self) -> Scenario:
        """Everything that the simulated bank does."""
        handlers = {PAY: self.pay, SIGN: self.sign, "StatementQuery": self.state}
        handlers |= {"PaymentQuery": self.asked, "AgreementQuery": self.asked}
        here = {row.type for row in self.adapter.messages}
        return Scenario(
            rules=tuple(rule for rule in RULES if rule.type in here),
            plans=PLANS,
            handlers={type: handler for type, handler in handlers.items() if type in here},
            steps={"settle": self.settle, "give_back": self.give_back, "decide": self.decide},
            controls={"balance": balance, "approve": self.approve, "return": self.give_back_now, "date": shift},
            questions=frozenset({"PaymentQuery", "AgreementQuery", "StatementQuery"}),
            held=ACCOUNTS if SIGN in here else (),
        )

    def pay(self, desk: Desk, message: CanonicalMessage, rule: Rule) -> Reply:
        """PaymentOrder: taken, which says nothing about the money; the serial has one debit at most."""
        body = message.body
        serial = str(self.adapter.reference(message))
        data = {
            "order_no": body["order_no"],
            "message_id": message.message_id,
            "payer": body["payer_account"],
            "fen": int(body["amount"] * 100),
            "currency": body["currency"],
            "bank_serial": desk.number("B"),
            "plan": rule.plan,
        }
        known = desk.books.entry(ORDER, serial)
        if known is not None:  # the serial under another message id: no second debit, and no failure of the first
            same = all(known.data[name] == data[name] for name in ("payer", "fen", "currency"))
            return self._answer(desk, message, serial, TAKEN if same else CLASH, partner_ref=known.data["bank_serial"])
        order = Entry(kind=ORDER, number=serial, enterprise=message.enterprise, state=WORKING, data=data)
        desk.books.write(order)
        if rule.plan in ("work", "approve"):
            self._tell(desk, order, "awaiting_approver" if rule.plan == "approve" else EVENT[WORKING])
        if rule.plan != "approve":
            desk.later("settle", SETTLES * rule.slower, serial)
        said = UNCLEAR if rule.plan == "unclear" else TAKEN
        return self._answer(desk, message, serial, said, partner_ref=data["bank_serial"])

    def settle(self, desk: Desk, lane: str, args: Mapping[str, Any]) -> None:  # noqa: ARG002
        """Debited, or refused for want of money; an order that was settled stays so."""
        order = known(desk, ORDER, lane)
        if order.state != WORKING:
            return
        plan = order.data["plan"]
        why = "银行拒绝" if plan == "refuse" else _obstacle(desk, order.data)
        order = replace(order, state=FAILED if why else PAID)
        desk.books.write(order)
        if not why:
            _book(desk, order, "DEBIT")
        if plan == "return" and not why:
            desk.later("give_back", RETURNS, lane)
        if plan != "silent":
            self._tell(desk, order, EVENT[order.state], reason=why)

    def give_back(self, desk: Desk, lane: str, args: Mapping[str, Any]) -> None:  # noqa: ARG002
        """退票: what was paid comes back, as a booking of its own."""
        order = known(desk, ORDER, lane)
        if order.state != PAID:
            return
        order = replace(order, state=RETURNED)
        desk.books.write(order)
        _book(desk, order, "CREDIT")
        self._tell(desk, order, EVENT[RETURNED], reason="收款账号户名不符")

    def asked(self, desk: Desk, message: CanonicalMessage, rule: Rule) -> Reply:  # noqa: ARG002
        """A query: what the books say of this serial."""
        serial = str(message.body["reference"])
        kind = ORDER if message.type == "PaymentQuery" else AGREEMENT
        entry = desk.books.entry(kind, serial)
        if entry is None:
            return self._answer(desk, message, serial, NEVER_SEEN)
        return self._answer(desk, message, serial, entry.state, partner_ref=entry.data["bank_serial"])

    def sign(self, desk: Desk, message: CanonicalMessage, rule: Rule) -> Reply:
        """PaymentAgreementRequest: taken; decided later."""
        serial = str(self.adapter.reference(message))
        data = {
            "request_no": message.body["request_no"],
            "message_id": message.message_id,
            "bank_serial": desk.number("A"),
            "plan": rule.plan,
        }
        desk.books.write(Entry(kind=AGREEMENT, number=serial, enterprise=message.enterprise, state=WORKING, data=data))
        desk.later("decide", DECIDES, serial)
        return self._answer(desk, message, serial, TAKEN, partner_ref=data["bank_serial"])

    def decide(self, desk: Desk, lane: str, args: Mapping[str, Any]) -> None:  # noqa: ARG002
        """The agreement gets its number, or is refused."""
        signed = known(desk, AGREEMENT, lane)
        refused = signed.data["plan"] == "refuse"
        desk.books.write(replace(signed, state=FAILED if refused else PAID))
        today = _today(desk)
        more = {"reason": "企业信息与开户信息不一致"} if refused else {
            "agreement_no": signed.data["bank_serial"],
            "signed_on": today,
            "expiry_date": today + timedelta(days=365),
        }  # fmt: skip
        body = {"request_no": signed.data["request_no"], **more, "decided_at": desk.clock.now()}
        self._say(desk, "PaymentAgreementResult", signed, "sign_failed" if refused else "signed", body)

    def state(self, desk: Desk, message: CanonicalMessage, rule: Rule) -> Reply:  # noqa: ARG002
        """StatementQuery: what was booked on that day of the bank, and the balance after all of it."""
        account, day = message.body["account_no"], message.body["day"]
        serial = str(self.adapter.reference(message))
        if account not in OPENING:
            return self._answer(desk, message, serial, FAILED)
        entries = [
            {
                "reference": row.data["message_id"],
                "partner_ref": row.number,
                "direction": row.state,
                "amount": _yuan(row.data["fen"]),
                "booked_at": datetime.fromisoformat(row.data["booked_at"]),
            }
            for row in _lines(desk, account)
            if _day(row) == day
        ]
        closing = OPENING[account] + sum(_signed(row) for row in _lines(desk, account) if _day(row) <= day)
        said = {"account_no": account, "day": day, "currency": CURRENCY, "closing_balance": _yuan(closing)}
        return self._answer(desk, message, serial, GIVEN, **said, **({"entry": entries} if entries else {}))

    def approve(self, desk: Desk, wanted: Mapping[str, Any]) -> Mapping[str, Any]:
        """``{"serial"}``: the enterprise's approver has agreed at the bank."""
        order = named(desk, ORDER, wanted, "serial", frozenset({WORKING}))
        desk.later("settle", 0.0, order.number)
        return {}

    def give_back_now(self, desk: Desk, wanted: Mapping[str, Any]) -> Mapping[str, Any]:
        """``{"serial"}``: a payment that was made is returned."""
        order = named(desk, ORDER, wanted, "serial", frozenset({PAID}))
        self.give_back(desk, order.number, {})
        return {}

    def _tell(self, desk: Desk, order: Entry, event: str, *, reason: str = "") -> None:
        """PaymentResult, pushed."""
        body = {
            "order_no": order.data["order_no"],
            "amount": _yuan(order.data["fen"]),
            "currency": order.data["currency"],
            "bank_serial": order.data["bank_serial"],
            "decided_at": desk.clock.now(),
        }
        self._say(desk, "PaymentResult", order, event, body | ({"reason": reason} if reason else {}))

    def _say(self, desk: Desk, type: str, about: Entry, event: str, body: Mapping[str, Any]) -> None:
        row = next(row for table in self.adapter.statuses if table.name.startswith(f"{type}.") for row in table
                   if row.event == event)  # fmt: skip
        said = {**body, "status_code": row.code}
        desk.tell(type, about.number, about.enterprise, said, answers=about.data["message_id"])

    def _answer(self, desk: Desk, message: CanonicalMessage, serial: str, said: str, **more: Any) -> Reply:
        """The direct answer, with as much as its table has a row for."""
        row = self.adapter.row(self.adapter.row(message.type).answer)
        body = {"reference": serial, "code": self.answers[said], "at": desk.clock.now(), **more}
        return desk.reply(
            message, row.type, {name: v for name, v in body.items() if row.layout.names(name)}, row.version
        )


def balance(desk: Desk, wanted: Mapping[str, Any]) -> Mapping[str, Any]:
    """``{"account"}``: what is on it, in fen."""
    account = str(wanted.get("account"))
    if account not in OPENING:
        raise ControlError(f"account: must be one of {', '.join(OPENING)}")
    return {"fen": _balance(desk, account)}


def shift(desk: Desk, wanted: Mapping[str, Any]) -> Mapping[str, Any]:
    """``{"days"}``: from now on the bank's own date is so many days off."""
    days = wanted.get("days")
    if type(days) is not int:
        raise ControlError("days: a whole number")
    desk.books.write(Entry(kind=BOOKS, number=BOOKS, enterprise=NOBODY, state="", data={"days": days}))
    return {"today": _today(desk).isoformat()}


def _book(desk: Desk, order: Entry, direction: str) -> None:
    """One booking of an order in one direction, however often it is asked for."""
    number = f"{order.data['bank_serial']}-{direction[0]}"
    names = ("payer", "fen", "message_id")
    data = {name: order.data[name] for name in names} | {"booked_at": _now(desk).isoformat()}
    desk.books.write(Entry(kind=LINE, number=number, enterprise=order.enterprise, state=direction, data=data))


def _obstacle(desk: Desk, order: Mapping[str, Any]) -> str:
    """Why the bank cannot pay; empty when it can."""
    if order["payer"] not in OPENING:
        return NO_ACCOUNT
    return SHORT if _balance(desk, order["payer"]) < order["fen"] else ""


def _lines(desk: Desk, account: str) -> list[Entry]:
    return [row for row in desk.books.entries(LINE) if row.data["payer"] == account]


def _signed(line: Entry) -> int:
    return int(line.data["fen"]) * (-1 if line.state == "DEBIT" else 1)


def _balance(desk: Desk, account: str) -> int:
    return OPENING[account] + sum(_signed(row) for row in _lines(desk, account))


def _now(desk: Desk) -> datetime:
    """The bank's own time."""
    books = desk.books.entry(BOOKS, BOOKS)
    return desk.clock.now() + timedelta(days=books.data["days"] if books is not None else 0)


def _today(desk: Desk) -> date:
    return _now(desk).astimezone(CHINA).date()


def _day(line: Entry) -> date:
    """The day in China on which it was booked."""
    return datetime.fromisoformat(line.data["booked_at"]).astimezone(CHINA).date()


def _yuan(fen: int) -> Decimal:
    return Decimal(fen).scaleb(-2)
