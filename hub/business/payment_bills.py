"""The bills that are paid online, whatever line of business they come from: what is owed, what may be paid together."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from hub.business.acts import Linked
from hub.contract.money import Money
from hub.contract.text import Text

NO_BILL = Text("请至少选择一笔待缴费业务", "Choose at least one bill")
NOT_DUE = Text("不是待缴费状态，请刷新后重新选择", "is not due: refresh and choose again")
FREE = Text("应缴金额为零，无需支付，如有疑问请联系保险机构", "asks for nothing: ask the insurer")
MIXED = Text("一次只能支付同一保险机构、同一币制的业务", "One payment has one insurer and one currency")
TOO_MANY = Text("一次最多支付50笔", "50 bills at most in one payment")
MOST = 50  # items of PaymentOrder, by its schema


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


def wrong(bills: Sequence[Linked | None]) -> Text | None:
    """Why they cannot be paid by one order, or None."""
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


def item(bill: Linked) -> dict[str, Any]:
    """A bill as an order has it."""
    money = due(bill)
    return {
        "bill": bill.id,
        "business": bill.business.zh if bill.business else "",
        "business_no": bill.number,
        "amount": money.amount,
        "currency": money.currency,
    }
