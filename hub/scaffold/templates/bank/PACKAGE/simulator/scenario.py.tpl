"""A small bank with books of its own: accounts, one debit per serial, agreements, a statement that adds up.

What happens to a payment, its amount decides (MAGIC), or ``{"do": "say", "code": "..."}`` for everything that follows.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from hub.contract.adapters import MagicValue
from hub.contract.convert import CHINA, FEN
from hub.contract.message import CanonicalMessage
from hub.contract.text import Text
from hub.testing.simulator.books import Entry
from hub.testing.simulator.desk import ControlError, Desk, Reply, Scenario
from hub.testing.simulator.rules import Plan, Rule
from $package import codes
from $package.adapter import make_adapter
from $package.messages import MESSAGES

ORDER, ACCOUNT, AGREEMENT, SAID = "order", "account", "agreement", "said"
NOBODY = "-"  # the enterprise of what belongs to none
ADAPTER = make_adapter()
CODES = {row.code: row.text for row in codes.ANSWERS} | dict(codes.UNMAPPED)
"""Code -> what it says."""
REQUESTS = tuple(message for message in MESSAGES if message.answer)
QUERIES = frozenset(message.query for message in MESSAGES if message.query)
PAID, IN_PROGRESS, SHORT_OF_MONEY, NO_ACCOUNT, SERIAL_USED = "0000", "0001", "1001", "1002", "1003"
MALFORMED, UNCLEAR, NEVER_SEEN = "2001", "9000", "9404"
OPENING: Mapping[str, int] = {"62220000000001": 100_000_000, "62220000000002": 5_000}
"""Account -> balance in fen when the bank opens."""
MAGIC: Mapping[str, str] = {".01": IN_PROGRESS, ".02": SHORT_OF_MONEY, ".03": UNCLEAR}
"""How the amount ends -> what the bank answers; IN_PROGRESS is booked half a minute later, UNCLEAR was booked."""
RESULTS = frozenset(row.code for row in codes.RESULTS)
DEBITED = frozenset({PAID, UNCLEAR})
SETTLES_AFTER = 30.0  # seconds


def pay(desk: Desk, message: CanonicalMessage, rule: Rule) -> Reply:
    """PaymentRequest: booked once for its serial, whatever comes again."""
    body = message.body
    serial = ADAPTER.reference(message)
    order = {"amount": int(FEN.write(body["amount"])), "payer": body["payer_account"], "payee": body["payee_account"]}
    named = {"order_no": body["order_no"], "message_id": message.message_id}
    known = desk.books.entry(ORDER, serial)
    if known is not None:
        same = all(known.data[name] == value for name, value in order.items())
        return answer(desk, message, serial, known.state if same else SERIAL_USED, **_number(known))
    if sum(item["amount"] for item in body["items"]) != body["amount"]:
        code = MALFORMED
    else:
        code = _said(desk) or _obstacle(desk, order) or rule.plan
    made = Entry(
        kind=ORDER,
        number=serial,
        enterprise=message.enterprise,
        state=code,
        data=order | named | {"bank_serial": desk.number("B"), "booked_at": ""},
    )
    desk.books.write(_booked(desk, made) if code in DEBITED else made)
    if code == IN_PROGRESS:
        desk.later("settle", SETTLES_AFTER, serial)
    return answer(desk, message, serial, code, **_number(made))


def settle(desk: Desk, lane: str, args: Mapping[str, Any]) -> None:  # noqa: ARG001
    """What was in progress is booked, or refused for want of money; either is told."""
    order = desk.books.entry(ORDER, lane)
    if order is None or order.state != IN_PROGRESS:
        return
    code = _obstacle(desk, order.data) or PAID
    order = replace(order, state=code)
    desk.books.write(_booked(desk, order) if code == PAID else order)
    said = {
        "order_no": order.data["order_no"],
        "status_code": code if code in RESULTS else SHORT_OF_MONEY,
        "bank_serial": order.data["bank_serial"],
        "amount": _yuan(order.data["amount"]),
        "currency": "CNY",
        "decided_at": desk.clock.now(),
    }
    desk.tell("PaymentResult", order.number, order.enterprise, said, answers=order.data["message_id"])


def sign(desk: Desk, message: CanonicalMessage, rule: Rule) -> Reply:
    """AgreementRequest: its number is the answer's reference."""
    serial = ADAPTER.reference(message)
    known = desk.books.entry(AGREEMENT, serial)
    if known is None:
        code = _said(desk) or rule.plan
        data = {"bank_serial": desk.number("A"), "payer": message.body["payer_account"]}
        known = Entry(kind=AGREEMENT, number=serial, enterprise=message.enterprise, state=code, data=data)
        desk.books.write(known)
    return answer(desk, message, serial, known.state, **_number(known))


def asked(desk: Desk, message: CanonicalMessage, rule: Rule) -> Reply:
    """PaymentQuery, AgreementQuery: what became of it, from the books alone."""
    serial = message.body["reference"]
    found = desk.books.entry(rule.plan, serial)
    if found is None:
        return answer(desk, message, serial, NEVER_SEEN)
    return answer(desk, message, serial, found.state, **_number(found))


def state(desk: Desk, message: CanonicalMessage, rule: Rule) -> Reply:
    """StatementQuery: every debit of the day, and the balance after all of them."""
    account, day = message.body["account_no"], message.body["day"]
    serial = ADAPTER.reference(message)
    if account not in OPENING:
        return answer(desk, message, serial, _said(desk) or NO_ACCOUNT)
    entries = [
        {
            "reference": order.number,
            "partner_ref": order.data["bank_serial"],
            "direction": "DEBIT",
            "amount": _yuan(order.data["amount"]),
            "booked_at": datetime.fromisoformat(order.data["booked_at"]),
        }
        for order in desk.books.entries(ORDER)
        if order.data["payer"] == account and _day(order.data["booked_at"]) == day
    ]
    said = {"account_no": account, "day": day, "currency": "CNY", "closing_balance": _yuan(_balance(desk, account))}
    said |= {"entry": entries} if entries else {}
    return answer(desk, message, serial, _said(desk) or rule.plan, **said)


def answer(desk: Desk, message: CanonicalMessage, serial: str, code: str, **more: Any) -> Reply:
    """The answer to ``message``."""
    row = ADAPTER.row(ADAPTER.row(message.type).answer)
    said = {"reference": serial, "code": code, "at": desk.clock.now(), **more}
    return desk.reply(message, row.type, said, row.version)


def say(desk: Desk, wanted: Mapping[str, Any]) -> Mapping[str, Any]:
    """``{"code"}``: from now on every request is answered with this code."""
    code = wanted.get("code")
    if code not in CODES:
        raise ControlError(f"code: must be one of {', '.join(CODES)}")
    desk.books.write(Entry(kind=SAID, number=SAID, enterprise=NOBODY, state=str(code), data={}))
    return {"code": code}


def balance(desk: Desk, wanted: Mapping[str, Any]) -> Mapping[str, Any]:
    """``{"account"}``: what is on it, in fen."""
    account = str(wanted.get("account"))
    if account not in OPENING:
        raise ControlError(f"account: must be one of {', '.join(OPENING)}")
    return {"fen": _balance(desk, account)}


def _number(entry: Entry) -> Mapping[str, Any]:
    return {"partner_ref": entry.data["bank_serial"]}


def _said(desk: Desk) -> str:
    said = desk.books.entry(SAID, SAID)
    return said.state if said is not None else ""


def _obstacle(desk: Desk, order: Mapping[str, Any]) -> str:
    """Why the bank cannot pay; empty when it can."""
    if order["payer"] not in OPENING:
        return NO_ACCOUNT
    return SHORT_OF_MONEY if _balance(desk, order["payer"]) < order["amount"] else ""


def _booked(desk: Desk, order: Entry) -> Entry:
    """The order with its one debit: the account's balance is always the sum of them."""
    return replace(order, data={**order.data, "booked_at": desk.clock.now().isoformat()})


def _balance(desk: Desk, account: str) -> int:
    booked = [order.data for order in desk.books.entries(ORDER) if order.data["booked_at"]]
    return OPENING[account] - sum(int(order["amount"]) for order in booked if order["payer"] == account)


def _day(booked_at: str) -> date | None:
    """The day in China."""
    return datetime.fromisoformat(booked_at).astimezone(CHINA).date() if booked_at else None


def _yuan(fen: int) -> Decimal:
    return Decimal(fen).scaleb(-2)


FROM_THE_BOOKS = Plan(text=Text("按账簿答复", "Answered from the books"))
RULES = (
    *(
        Rule(name=end, type="PaymentRequest", fields=("amount",), contains=end, example=f"100{end}", plan=code)
        for end, code in MAGIC.items()
    ),
    Rule(name="pay", type="PaymentRequest", plan=PAID),
    Rule(name="sign", type="AgreementRequest", plan=PAID),
    Rule(name="statement", type="StatementQuery", plan=PAID),
    Rule(name="query", type="PaymentQuery", plan=ORDER),
    Rule(name="agreement query", type="AgreementQuery", plan=AGREEMENT),
)
SCENARIO = Scenario(
    rules=RULES,
    plans={code: Plan(text=text) for code, text in CODES.items()} | dict.fromkeys((ORDER, AGREEMENT), FROM_THE_BOOKS),
    handlers={
        "PaymentRequest": pay,
        "AgreementRequest": sign,
        "StatementQuery": state,
        "PaymentQuery": asked,
        "AgreementQuery": asked,
    },
    steps={"settle": settle},
    controls={"say": say, "balance": balance},
    questions=QUERIES,
    held=tuple(
        MagicValue(
            type="AgreementRequest",
            fields=("payer_account",),
            text=account,
            then=Text(f"余额 {_yuan(fen):,} 元", f"Holds {_yuan(fen):,} yuan"),
        )
        for account, fen in OPENING.items()
    ),
)
"""Everything that the simulated bank does."""
