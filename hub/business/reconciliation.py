"""What a bank's statement says against what the hub says of its orders (PAY-REC-06): each difference has a name, and
so have those of an insurer's figures (:mod:`hub.business.limit_figures`). Pure.

The statement is complete for its day, signed by the bank, and its word counts: what it books for an order settles the
order. An enterprise's account has other bookings too; those name no instruction of the hub and are not its business.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from hub.contract.text import Text

DEBIT, CREDIT = "DEBIT", "CREDIT"

NAMES: Mapping[str, Text] = {
    "paid_unknown": Text("银行已付款，平台未确认", "Paid at the bank, not confirmed here"),
    "returned_unknown": Text("银行已退款，平台未登记", "Returned by the bank, not known here"),
    "not_booked": Text("平台为支付成功，银行无此笔付款", "Paid here, not booked at the bank"),
    "amount": Text("金额不一致", "The amounts differ"),
    "twice": Text("同一指令重复付款", "One instruction was paid twice"),
    "stranger": Text("银行有平台指令号的付款，平台无此指令", "Booked for an instruction that the hub never gave"),
    "balance": Text("对账单余额不平", "The statement does not add up"),
    "figures": Text("保险公司额度数据不平", "The insurer's figures of a limit do not add up"),
    "uncounted": Text("已出单，保险公司未计入已使用额度", "A guarantee that the insurer has not counted"),
    "unreleased": Text("担保已结束，保险公司未恢复额度", "An ended guarantee that still takes from the limit"),
    "used": Text("已使用额度与保单合计不一致", "What is used is not the sum of the guarantees"),
    "granted": Text("总额度不一致", "The limits granted differ"),
    "left": Text("剩余额度与账面不一致", "What is left is not what the books say"),
}
SETTLED: Mapping[str, str] = {"paid_unknown": "succeeded", "returned_unknown": "reversed"}
"""Difference -> the event that it is the bank's word for: recorded, and the difference is no more."""


@dataclass(frozen=True, kw_only=True)
class Instruction:
    """An order as the hub knows it."""

    message_id: str  # the bank's reference
    object_id: str
    order_no: str
    state: str
    amount: Decimal
    paid_today: bool  # the hub was told on the day of the statement that it is paid
    ordered_on: date  # in China: it is booked on that day at the earliest


@dataclass(frozen=True, kw_only=True)
class Difference:
    """One difference: its name, what it is about, both figures."""

    name: str  # of NAMES
    reference: str
    order_no: str = ""
    object_id: str = ""
    ours: Decimal | None = None
    theirs: Decimal | None = None
    partner_ref: str = ""
    booked_at: datetime | None = None


def compare(instructions: Sequence[Instruction], statement: Mapping[str, Any]) -> list[Difference]:
    """Every difference between the hub's instructions and the body of a Statement."""
    known = {row.message_id: row for row in instructions}
    booked: dict[str, dict[str, list[Mapping[str, Any]]]] = defaultdict(lambda: defaultdict(list))
    for entry in statement.get("entry") or ():
        if entry.get("reference"):
            booked[entry["reference"]][entry["direction"]].append(entry)
    found = [row for reference, sides in sorted(booked.items()) for row in _one(known.get(reference), reference, sides)]
    for row in instructions:
        if row.paid_today and not booked[row.message_id][DEBIT]:
            found.append(_about("not_booked", row, row.message_id, ours=row.amount))
    return [*found, *_balance(statement)]


def _one(row: Instruction | None, reference: str, sides: Mapping[str, list[Mapping[str, Any]]]) -> Iterator[Difference]:
    debits, credits = sides.get(DEBIT, []), sides.get(CREDIT, [])
    first = (debits or credits)[0]
    if row is None:
        yield _about("stranger", None, reference, entry=first)
        return
    if len(debits) > 1:
        yield _about("twice", row, reference, ours=row.amount, theirs=sum(entry["amount"] for entry in debits))
    for entry in (*debits, *credits):
        if entry["amount"] != row.amount:
            yield _about("amount", row, reference, ours=row.amount, entry=entry)
    if debits and row.state not in ("SUCCEEDED", "REFUNDED", "CONFLICT"):
        yield _about("paid_unknown", row, reference, ours=row.amount, entry=debits[0])
    if credits and row.state != "REFUNDED":
        yield _about("returned_unknown", row, reference, ours=row.amount, entry=credits[0])


def _balance(statement: Mapping[str, Any]) -> Iterator[Difference]:
    opening, closing = statement.get("opening_balance"), statement.get("closing_balance")
    if opening is None or closing is None:
        return
    sign = {CREDIT: 1, DEBIT: -1}
    moved = sum((sign[row["direction"]] * row["amount"] for row in statement.get("entry") or ()), Decimal(0))
    if opening + moved != closing:
        yield Difference(name="balance", reference="", ours=opening + moved, theirs=closing)


def _about(
    name: str, row: Instruction | None, reference: str, *, entry: Mapping[str, Any] | None = None, **figures: Any
) -> Difference:
    told: dict[str, Any] = {"order_no": row.order_no, "object_id": row.object_id} if row else {}
    if entry is not None:
        told |= {"theirs": entry["amount"], "booked_at": entry["booked_at"]}
        told |= {"partner_ref": entry.get("partner_ref") or ""}
    return Difference(name=name, reference=reference, **{**told, **figures})
