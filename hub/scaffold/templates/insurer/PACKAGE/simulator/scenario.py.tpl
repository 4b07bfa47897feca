"""What the simulated insurer does with each message, later, and when asked by hand; its own states per object.

application  OFFERED -> UNDER_REVIEW -> REVIEWED (and OFFERED again when it is returned)
policy       ISSUED
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from hub.contract.message import CanonicalMessage, Verdict
from hub.contract.receipt import ACCEPTED, RECEIPT_CODES
from hub.testing.simulator.books import Entry
from hub.testing.simulator.canonical import answer_status
from hub.testing.simulator.desk import ControlError, Desk, Reply, Scenario
from hub.testing.simulator.rules import Rule
from $package import codes
from $package.simulator.rules import CONFIRMATION, PLANS, RECEIPT, RULES, SILENT

ZONE = ZoneInfo("Asia/Shanghai")
APPLICATION, POLICY = "application", "policy"
PRODUCT, PRODUCT_NAME = "$product", "$name_zh"
EVENTS = {row.code: row.event for row in codes.REVIEW}
STATES = {"approved": "REVIEWED", "rejected": "REVIEWED", "returned": "OFFERED"}
IN_FORCE = next((row.code for row in codes.ISSUED if row.event == "effective"), next(iter(codes.ISSUED)).code)

TAKEN = Verdict(code=ACCEPTED, text=str(RECEIPT_CODES[ACCEPTED]))
NO_SUCH = Verdict(code="2005", text=str(RECEIPT_CODES["2005"]))
NOT_NOW = Verdict(code="2006", text=str(RECEIPT_CODES["2006"]))


def confirmed(desk: Desk, message: CanonicalMessage, rule: Rule) -> Reply:
    """PolicyConfirmation: the review begins."""
    application = _own(desk, APPLICATION, message.body["application_no"], message.enterprise)
    if application is None:
        return NO_SUCH
    if application.state != "OFFERED":
        return NOT_NOW
    data = {**application.data, "plan": rule.plan, "answers": message.message_id}
    desk.books.write(replace(application, state="UNDER_REVIEW", data=data))
    if rule.plan != SILENT:
        desk.later("review", PLANS[rule.plan].seconds, application.number)
    return TAKEN


def acknowledged(desk: Desk, message: CanonicalMessage, rule: Rule) -> Reply:
    """PolicyReceipt: confirmed a little later."""
    policy = _own(desk, POLICY, message.body["policy_no"], message.enterprise)
    if policy is None:
        return NO_SUCH
    desk.later("confirm_receipt", PLANS[rule.plan].seconds, policy.number, answers=message.message_id)
    return TAKEN


def review(desk: Desk, number: str, args: Mapping[str, Any]) -> None:  # noqa: ARG001
    """The review ends as its plan says; an approved application becomes a policy."""
    application = _known(desk, APPLICATION, number)
    code = PLANS[application.data["plan"]].result
    event = EVENTS.get(code, "")
    policy_no = {"policy_no": desk.number("P")} if event == "approved" else {}
    state = STATES.get(event, application.state)
    desk.books.write(replace(application, state=state, data={**application.data, **policy_no}))
    body = {"application_no": number, "result_code": code, "reviewed_at": desk.clock.now(), **policy_no}
    desk.tell("ReviewResult", number, application.enterprise, body, answers=application.data["answers"])
    if policy_no:
        desk.later("issue", 1.0, number)


def issue(desk: Desk, number: str, args: Mapping[str, Any]) -> None:  # noqa: ARG001
    """The policy goes out."""
    application = _known(desk, APPLICATION, number)
    now = desk.clock.now()
    start = now.astimezone(ZONE).date()
    body = {
        "policy_no": application.data["policy_no"],
        "application_no": number,
        "policy_type": PRODUCT_NAME,
        "product_name": PRODUCT_NAME,
        "enterprise_name": application.data["enterprise_name"],
        "effective_date": start,
        "expiry_date": start + timedelta(days=364),
        "status_code": IN_FORCE,
        "issued_at": now,
    }
    policy = Entry(kind=POLICY, number=body["policy_no"], enterprise=application.enterprise, state="ISSUED", data={})
    desk.books.write(policy)
    desk.tell("PolicyIssued", policy.number, policy.enterprise, body, lane=number)


def confirm_receipt(desk: Desk, number: str, args: Mapping[str, Any]) -> None:
    """ReceiptConfirmed."""
    policy = _known(desk, POLICY, number)
    body = {"policy_no": number, "confirmed_at": desk.clock.now()}
    desk.tell("ReceiptConfirmed", number, policy.enterprise, body, answers=args["answers"])


def offer(desk: Desk, wanted: Mapping[str, Any]) -> Mapping[str, Any]:
    """``{"uscc", "enterprise_name"}``, as wished "application_no": an offer goes out."""
    uscc, name = (str(wanted.get(key, "")) for key in ("uscc", "enterprise_name"))
    if len(uscc) != 18 or not name:
        raise ControlError("uscc: 18 characters, and enterprise_name: a text, are required")
    number = str(wanted.get("application_no") or desk.number("A"))
    if desk.books.entry(APPLICATION, number) is not None:
        raise ControlError(f"application_no: {number} was offered before")
    today = desk.clock.now().astimezone(ZONE).date()
    body = {
        "application_no": number,
        "enterprise_name": name,
        "product": PRODUCT,
        "product_name": PRODUCT_NAME,
        "programme_year": today.year,
        "renewal": False,
        "declaration_version": "1",
        "declaration_text": ["投保人确认以上信息真实无误。"],
        "valid_until": today + timedelta(days=30),
    }
    entry = Entry(kind=APPLICATION, number=number, enterprise=uscc, state="OFFERED", data={"enterprise_name": name})
    desk.books.write(entry)
    return {"application_no": number, "message_id": desk.tell("PolicyOffer", number, uscc, body)}


def opposite(message: CanonicalMessage) -> Mapping[str, Any] | None:
    """The body that contradicts ``message``: another result, another last day, a second later."""
    body = message.body
    if message.type == "ReviewResult":
        other = next((row.code for row in codes.REVIEW if row.code != body["result_code"]), None)
        return {**body, "result_code": other} if other is not None else None
    if message.type == "PolicyIssued":
        return {**body, "expiry_date": body["expiry_date"] - timedelta(days=1)}
    if message.type == "ReceiptConfirmed":
        return {**body, "confirmed_at": body["confirmed_at"] + timedelta(seconds=1)}
    return None


SCENARIO = Scenario(
    rules=RULES,
    plans=PLANS,
    handlers={CONFIRMATION: confirmed, RECEIPT: acknowledged, "StatusQuery": answer_status},
    steps={"review": review, "issue": issue, "confirm_receipt": confirm_receipt},
    controls={"offer": offer},
    opposite=opposite,
)
"""Everything that the simulated insurer does."""


def _own(desk: Desk, kind: str, number: str, enterprise: str) -> Entry | None:
    """The enterprise's own object with this number."""
    entry = desk.books.entry(kind, number)
    return entry if entry is not None and entry.enterprise == enterprise else None


def _known(desk: Desk, kind: str, number: str) -> Entry:
    """An object that must be there, because a step was planned for it. Raises LookupError."""
    entry = desk.books.entry(kind, number)
    if entry is None:
        raise LookupError(f"{kind} {number}")
    return entry
