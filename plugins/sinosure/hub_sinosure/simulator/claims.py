"""What the simulated insurer does with claims and buyers; its own states per object.

claim  REGISTERED -> REVIEWING -> RETURNED | SUPPLEMENT | ACCEPTED | DECLINED; ACCEPTED -> PAID -> CLOSED; or WITHDRAWN
buyer  NEW -> CODED
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from hub.contract.message import CanonicalMessage
from hub.testing.simulator.books import Entry
from hub.testing.simulator.desk import Desk, Reply
from hub.testing.simulator.lookup import NO_SUCH, NOT_NOW, TAKEN, known, named, own
from hub.testing.simulator.rules import Rule
from hub_sinosure.simulator.rules import PLANS, SILENT

ZONE = ZoneInfo("Asia/Shanghai")
CLAIM, BUYER = "claim", "buyer"
MANAGER = {"manager_name": "仿真客户经理", "manager_phone": "010-00000000"}
BEGUN, RETURNED, SUPPLEMENT, ACCEPTED, DECLINED, WITHDRAWN, KEPT = "10", "20", "30", "40", "50", "60", "61"
PAID, CLOSED = "70", "80"
STATES = {RETURNED: "RETURNED", SUPPLEMENT: "SUPPLEMENT", ACCEPTED: "ACCEPTED", DECLINED: "DECLINED"}
CLAIMABLE = frozenset({"RETURNED", "WITHDRAWN"})
CONTRARY = {ACCEPTED: DECLINED, DECLINED: ACCEPTED, RETURNED: ACCEPTED}
RATIO, LIMIT = Decimal("0.8"), Decimal("150000.00")  # S4:45; paid is min(loss x ratio, limit), S4:65
PAGE = 20

BUYERS = tuple(
    {"buyer_code": f"MF{100001 + place}", "name_en": f"EXAMPLE BUYER {place + 1:02} {form}", "country": country,
     "address_en": f"{place + 1} Example Street"}
    for place, (country, form) in enumerate(
        [("DNK", "A/S"), ("USA", "INC"), ("DEU", "GMBH"), ("FRA", "SARL"), ("GBR", "LTD")] * 9
    )
)  # fmt: skip
"""The insurer's list of foreign buyers, made up."""


# what comes from the hub


def claimed(desk: Desk, message: CanonicalMessage, rule: Rule) -> Reply:
    """ClaimSubmission, new or again after a return: the review begins a little later."""
    number = message.body["claim_no"]
    before = own(desk, CLAIM, number, message.enterprise)
    if (before is None and desk.books.entry(CLAIM, number)) or (before and before.state not in CLAIMABLE):
        return NOT_NOW
    data = {"plan": rule.plan, "answers": message.message_id, "loss": str(message.body["total_usd"])}
    desk.books.write(Entry(kind=CLAIM, number=number, enterprise=message.enterprise, state="REGISTERED", data=data))
    if rule.plan != SILENT:
        desk.later("begin_claim", PLANS[rule.plan].seconds * rule.slower, number)
    return TAKEN


def supplemented(desk: Desk, message: CanonicalMessage, rule: Rule) -> Reply:  # noqa: ARG001
    """ClaimSupplement: the review goes on, and ends well."""
    claim = own(desk, CLAIM, message.body["claim_no"], message.enterprise)
    if claim is None:
        return NO_SUCH
    if claim.state != "SUPPLEMENT":
        return NOT_NOW
    data = {**claim.data, "plan": "accept_claim", "answers": message.message_id}
    desk.books.write(replace(claim, state="REVIEWING", data=data))
    desk.later("decide_claim", PLANS["accept_claim"].seconds, claim.number)
    return TAKEN


def withdrawal_requested(desk: Desk, message: CanonicalMessage, rule: Rule) -> Reply:  # noqa: ARG001
    """ClaimWithdrawal: agreed until the review begins."""
    claim = own(desk, CLAIM, message.body["claim_no"], message.enterprise)
    if claim is None:
        return NO_SUCH
    desk.later("answer_claim_withdrawal", 1.0, claim.number, answers=message.message_id)
    return TAKEN


def registered(desk: Desk, message: CanonicalMessage, rule: Rule) -> Reply:
    """NewBuyer: coded a little later, or by hand."""
    number = message.body["buyer_no"]
    if desk.books.entry(BUYER, number) is not None:
        return NOT_NOW
    data = {"answers": message.message_id}
    desk.books.write(Entry(kind=BUYER, number=number, enterprise=message.enterprise, state="NEW", data=data))
    if rule.plan != SILENT:
        desk.later("code_buyer", PLANS[rule.plan].seconds * rule.slower, number)
    return TAKEN


def searched(desk: Desk, message: CanonicalMessage, rule: Rule) -> Reply:  # noqa: ARG001
    """BuyerQuery: a page of the list; case does not matter in a name."""
    asked = message.body
    found = [
        row
        for row in BUYERS
        if asked.get("name_en", "").upper() in row["name_en"]
        and asked.get("country", row["country"]) == row["country"]
        and asked.get("buyer_code", row["buyer_code"]) == row["buyer_code"]
    ]
    page = asked["page"]
    rows = found[(page - 1) * PAGE : page * PAGE]
    body = {"page": page, "total": len(found)} | ({"buyers": rows} if rows else {})
    return desk.reply(message, "BuyerList", body)


# what the insurer does when the time has come


def begin(desk: Desk, number: str, args: Mapping[str, Any]) -> None:  # noqa: ARG001
    """The review begins; from here on nothing can be withdrawn."""
    claim = known(desk, CLAIM, number)
    if claim.state != "REGISTERED":
        return
    desk.books.write(replace(claim, state="REVIEWING"))
    _receipt(desk, claim, BEGUN, claim.data["answers"])
    desk.later("decide_claim", PLANS[claim.data["plan"]].seconds, number)


def decide(desk: Desk, number: str, args: Mapping[str, Any]) -> None:  # noqa: ARG001
    """As the plan says; what is accepted is paid, and what is paid or declined is closed."""
    claim = known(desk, CLAIM, number)
    if claim.state != "REVIEWING":
        return
    plan = PLANS[claim.data["plan"]]
    desk.books.write(replace(claim, state=STATES.get(plan.result, claim.state)))
    _receipt(desk, claim, plan.result, claim.data["answers"], plan.reason)
    if plan.result == ACCEPTED:
        desk.later("pay_claim", plan.seconds, number)
    if plan.result == DECLINED:
        desk.later("close_claim", plan.seconds, number)


def pay(desk: Desk, number: str, args: Mapping[str, Any]) -> None:  # noqa: ARG001
    """ClaimProgress with the amount."""
    claim = known(desk, CLAIM, number)
    amount = min(Decimal(claim.data["loss"]) * RATIO, LIMIT).quantize(Decimal("0.01"))
    today = desk.clock.now().astimezone(ZONE).date()
    desk.books.write(replace(claim, state="PAID"))
    _progress(desk, claim, PAID, {"paid_amount_usd": amount, "paid_on": today})
    desk.later("close_claim", 1.0, number)


def close(desk: Desk, number: str, args: Mapping[str, Any]) -> None:  # noqa: ARG001
    """ClaimProgress: nothing more follows."""
    claim = known(desk, CLAIM, number)
    desk.books.write(replace(claim, state="CLOSED"))
    _progress(desk, claim, CLOSED, {})


def answer_withdrawal(desk: Desk, number: str, args: Mapping[str, Any]) -> None:
    """Agreed while nobody has begun with it."""
    claim = known(desk, CLAIM, number)
    if claim.state != "REGISTERED":
        return _receipt(desk, claim, KEPT, args["answers"], "审核已经开始。")
    desk.books.cancel("begin_claim", number)
    desk.books.write(replace(claim, state="WITHDRAWN"))
    return _receipt(desk, claim, WITHDRAWN, args["answers"])


def code_buyer(desk: Desk, number: str, args: Mapping[str, Any]) -> None:  # noqa: ARG001
    """BuyerCode, unless it has been given by hand."""
    buyer = known(desk, BUYER, number)
    if buyer.state != "NEW":
        return
    desk.books.write(replace(buyer, state="CODED"))
    body = {"buyer_no": number, "buyer_code": desk.number("B"), "coded_at": desk.clock.now()}
    desk.tell("BuyerCode", number, buyer.enterprise, body, answers=buyer.data["answers"])


# what is done by hand


def code_now(desk: Desk, wanted: Mapping[str, Any]) -> Mapping[str, Any]:
    """``{"buyer_no"}``: the buyer gets its code now."""
    buyer = named(desk, BUYER, wanted, "buyer_no", frozenset({"NEW"}))
    desk.later("code_buyer", 0.0, buyer.number)
    return {}


def opposite(type: str, body: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The body that contradicts a message about a claim or a buyer."""
    if type == "ClaimReceipt" and body["status_code"] in CONTRARY:
        return {**body, "status_code": CONTRARY[body["status_code"]]}
    if type == "ClaimProgress":
        return {**body, "happened_at": body["happened_at"] + timedelta(seconds=1)}
    return {**body, "buyer_code": f"{body['buyer_code']}-2"} if type == "BuyerCode" else None


def _receipt(desk: Desk, claim: Entry, code: str, answers: str, reason: str = "") -> None:
    body = {"claim_no": claim.number, "status_code": code, **MANAGER, "reviewed_at": desk.clock.now()}
    more = {"reason": reason} if reason else {}
    desk.tell("ClaimReceipt", claim.number, claim.enterprise, body | more, answers=answers)


def _progress(desk: Desk, claim: Entry, code: str, more: Mapping[str, Any]) -> None:
    body = {"claim_no": claim.number, "status_code": code, "happened_at": desk.clock.now(), **more}
    desk.tell("ClaimProgress", claim.number, claim.enterprise, body)


HANDLERS = {
    "ClaimSubmission": claimed,
    "ClaimSupplement": supplemented,
    "ClaimWithdrawal": withdrawal_requested,
    "NewBuyer": registered,
    "BuyerQuery": searched,
}
STEPS = {
    "begin_claim": begin,
    "decide_claim": decide,
    "pay_claim": pay,
    "close_claim": close,
    "answer_claim_withdrawal": answer_withdrawal,
    "code_buyer": code_buyer,
}
CONTROLS = {"code_buyer": code_now}
