"""What the simulated insurer does with each message, later, and when asked by hand; its own states per object.

application  OFFERED -> UNDER_REVIEW -> APPROVED | RETURNED | REJECTED; withdrawn: OFFERED again; recalled: RECALLED
policy       ISSUED -> EFFECTIVE -> TERMINATED
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from hub.contract.message import NO_ENTERPRISE, CanonicalMessage
from hub.documents.pdf import NotPrintable
from hub.testing.simulator.books import Entry
from hub.testing.simulator.canonical import answer_status
from hub.testing.simulator.desk import ControlError, Desk, Reply, Scenario
from hub.testing.simulator.lookup import NO_SUCH, NOT_NOW, TAKEN, known, named, own, text
from hub.testing.simulator.rules import Rule
from hub_sinosure.simulator import agreements, articles, claims, inquiries, papers, policies, programme
from hub_sinosure.simulator.policies import APPLICATION, EFFECTIVE, ISSUED, POLICY, VALID_DAYS
from hub_sinosure.simulator.rules import PLANS, RULES, SILENT

ISSUE_AFTER = 1.0  # seconds
REVIEWER = {"reviewer_name": "仿真审核员", "reviewer_phone": "010-00000000"}
APPROVED, RETURNED, REJECTED, WITHDRAWN, WITHDRAWAL_REFUSED = "10", "20", "30", "40", "41"
RECALLED, TERMINATED = "90", "91"
REVIEWED = {APPROVED: "APPROVED", RETURNED: "RETURNED", REJECTED: "REJECTED"}  # result -> state; others change nothing
CONFIRMABLE = frozenset({"OFFERED", "RETURNED"})
CONTRARY = {APPROVED: REJECTED, RETURNED: APPROVED, REJECTED: APPROVED}


# what comes from the hub


def confirmed(desk: Desk, message: CanonicalMessage, rule: Rule) -> Reply:
    """PolicyConfirmation: the review begins."""
    application = own(desk, APPLICATION, message.body["application_no"], message.enterprise)
    if application is None:
        return NO_SUCH
    if application.state not in CONFIRMABLE:
        return NOT_NOW
    times = application.data["confirmations"] + 1
    data = {**application.data, "confirmations": times, "plan": rule.plan, "answers": message.message_id}
    desk.books.write(replace(application, state="UNDER_REVIEW", data=data))
    if rule.plan != SILENT:
        desk.later("review", PLANS[rule.plan].seconds * rule.slower, application.number)
    return TAKEN


def withdrawal_requested(desk: Desk, message: CanonicalMessage, rule: Rule) -> Reply:
    """WithdrawalRequest: answered by a ReviewResult of its own."""
    application = own(desk, APPLICATION, message.body["application_no"], message.enterprise)
    if application is None:
        return NO_SUCH
    if rule.plan != SILENT:
        seconds = PLANS[rule.plan].seconds * rule.slower
        desk.later("answer_withdrawal", seconds, application.number, answers=message.message_id)
    return TAKEN


def acknowledged(desk: Desk, message: CanonicalMessage, rule: Rule) -> Reply:
    """PolicyReceipt: confirmed a little later."""
    policy = own(desk, POLICY, message.body["policy_no"], message.enterprise)
    if policy is None:
        return NO_SUCH
    if policy.state != "EFFECTIVE":
        return NOT_NOW
    desk.books.write(replace(policy, data={**policy.data, "receipts": policy.data["receipts"] + 1}))
    if rule.plan != SILENT:
        seconds = PLANS[rule.plan].seconds * rule.slower
        desk.later("confirm_receipt", seconds, policy.number, answers=message.message_id)
    return TAKEN


# what the insurer does when the time has come


def review(desk: Desk, number: str, args: Mapping[str, Any]) -> None:  # noqa: ARG001
    """The review ends as its plan says, unless it is over already."""
    application = known(desk, APPLICATION, number)
    if application.state != "UNDER_REVIEW":
        return
    plan = PLANS[application.data["plan"]]
    policy_no = {"policy_no": desk.number("XB")} if plan.result == APPROVED else {}
    reason = {"reason": plan.reason} if plan.reason else {}
    state = REVIEWED.get(plan.result, application.state)
    desk.books.write(replace(application, state=state, data={**application.data, **policy_no}))
    _result(desk, application, plan.result, application.data["answers"], {**reason, **policy_no, **REVIEWER})
    if plan.result == APPROVED:
        desk.later("issue", ISSUE_AFTER, number, status=plan.issued_as)


def issue(desk: Desk, number: str, args: Mapping[str, Any]) -> None:
    """The policy goes out with its documents; one that comes into force later goes out twice."""
    application = known(desk, APPLICATION, number)
    data, status = application.data, args["status"]
    names = ("policy_no", "enterprise_name", "org_code", "programme")
    body = {"application_no": number} | {name: data[name] for name in names if name in data}
    policies.tell_policy(desk, "PolicyIssued", application.enterprise, body, status, data.get("cover", ()), number)
    if status == ISSUED:
        desk.later("issue", PLANS[application.data["plan"]].comes_into_force, number, status=EFFECTIVE)


def answer_withdrawal(desk: Desk, number: str, args: Mapping[str, Any]) -> None:
    """Agreed while the review goes on, else not."""
    application = known(desk, APPLICATION, number)
    if application.state != "UNDER_REVIEW":
        return _result(desk, application, WITHDRAWAL_REFUSED, args["answers"], {"reason": "审核已经结束。"})
    desk.books.cancel("review", number)
    desk.books.write(replace(application, state="OFFERED"))
    return _result(desk, application, WITHDRAWN, args["answers"], {})


def confirm_receipt(desk: Desk, number: str, args: Mapping[str, Any]) -> None:
    """ReceiptConfirmed."""
    policy = known(desk, POLICY, number)
    body = {"policy_no": number, "confirmed_at": desk.clock.now()}
    desk.tell("ReceiptConfirmed", number, policy.enterprise, body, answers=args["answers"])


# what is done by hand


def offer(desk: Desk, wanted: Mapping[str, Any]) -> Mapping[str, Any]:
    """``{"uscc", "enterprise_name"}`` and as wished application_no, contact_phone, contact_email, org_code,
    previous_policy_no, valid_days: an offer goes out.
    """
    uscc, name = (text(wanted, key) for key in ("uscc", "enterprise_name"))
    if len(uscc) != 18:
        raise ControlError(f"uscc: {uscc!r} is not 18 characters long")
    days = wanted.get("valid_days", VALID_DAYS)
    if not isinstance(days, int):
        raise ControlError("valid_days: a whole number is required")
    number = str(wanted.get("application_no") or "")
    if number and desk.books.entry(APPLICATION, number) is not None:
        raise ControlError(f"application_no: {number} was offered before")
    more = {key: text(wanted, key) for key in OFFERABLE if key in wanted}
    try:
        return policies.make_offer(desk, uscc, name, number=number, days=days, more=more)
    except NotPrintable as error:
        raise ControlError(str(error)) from error


def recall(desk: Desk, wanted: Mapping[str, Any]) -> Mapping[str, Any]:
    """``{"application_no", "reason"}``: the offer is taken back."""
    application = named(desk, APPLICATION, wanted, "application_no", CONFIRMABLE)
    return _change(desk, application, "application_no", RECALLED, "RECALLED", wanted)


def terminate(desk: Desk, wanted: Mapping[str, Any]) -> Mapping[str, Any]:
    """``{"policy_no", "reason"}``: the policy ends."""
    policy = named(desk, POLICY, wanted, "policy_no", frozenset({"ISSUED", "EFFECTIVE"}))
    return _change(desk, policy, "policy_no", TERMINATED, "TERMINATED", wanted)


def decide(desk: Desk, wanted: Mapping[str, Any]) -> Mapping[str, Any]:
    """``{"application_no", "plan"}``: the review ends now, whatever the magic value said."""
    application = named(desk, APPLICATION, wanted, "application_no", frozenset({"UNDER_REVIEW"}))
    plan = text(wanted, "plan")
    if plan not in DECISIONS:
        raise ControlError(f"plan: must be one of {', '.join(DECISIONS)}")
    desk.books.cancel("review", application.number)
    desk.books.write(replace(application, data={**application.data, "plan": plan}))
    desk.later("review", 0.0, application.number)
    return {"plan": plan}


def introduce(desk: Desk, wanted: Mapping[str, Any]) -> Mapping[str, Any]:
    """``{}`` or ``{"version"}``: the description of the product goes out."""
    body = {
        "product": papers.PRODUCT,
        "content_version": str(wanted.get("version", papers.INTRODUCTION_VERSION)),
        "html_zh": papers.INTRODUCTION_ZH,
        "html_en": papers.INTRODUCTION_EN,
    }
    return {"message_id": desk.tell("Introduction", papers.PRODUCT, NO_ENTERPRISE, body)}


def opposite(message: CanonicalMessage) -> Mapping[str, Any] | None:
    """The body that contradicts ``message``: the other result, another last day, a second later."""
    body = message.body
    if message.type == "ReviewResult":
        return {**body, "result_code": CONTRARY[body["result_code"]]} if body["result_code"] in CONTRARY else None
    if message.type == "PolicyIssued":
        return {**body, "expiry_date": body["expiry_date"] - timedelta(days=1)}
    if message.type == "ReceiptConfirmed":
        return {**body, "confirmed_at": body["confirmed_at"] + timedelta(seconds=1)}
    if message.type == "InquiryAnswer":
        return inquiries.opposite(body)
    if message.type == "AgreementCountersigned":
        return agreements.opposite(body)
    return claims.opposite(message.type, body) or programme.opposite(message.type, body)


OFFERABLE = ("contact_phone", "contact_email", "org_code", "previous_policy_no")
DECISIONS = tuple(name for name, plan in PLANS.items() if plan.result and not name.endswith(("_claim", "_report")))

SCENARIO = Scenario(
    rules=RULES,
    plans=PLANS,
    handlers={
        "PolicyConfirmation": confirmed,
        "WithdrawalRequest": withdrawal_requested,
        "PolicyReceipt": acknowledged,
        "Inquiry": inquiries.asked,
        "AgreementSigned": agreements.handed_in,
        "DataAuthorisation": agreements.authorised,
        "StatusQuery": answer_status,
        **claims.HANDLERS,
        **programme.HANDLERS,
    },
    steps={
        "review": review,
        "issue": issue,
        "answer_withdrawal": answer_withdrawal,
        "confirm_receipt": confirm_receipt,
        "answer_inquiry": inquiries.answer,
        **claims.STEPS,
        **programme.STEPS,
        "answer_agreement": agreements.answer,
    },
    controls={
        "offer": offer,
        "recall": recall,
        "terminate": terminate,
        "decide": decide,
        "introduce": introduce,
        "answer": inquiries.answer_by_hand,
        **claims.CONTROLS,
        **articles.CONTROLS,
        "terminate_agreement": agreements.terminate,
        **programme.CONTROLS,
    },
    opposite=opposite,
    questions=frozenset({"StatusQuery", "BuyerQuery"}),
)
"""Everything that the simulated Sinosure does."""


def _result(desk: Desk, application: Entry, code: str, answers: str, more: Mapping[str, Any]) -> None:
    """ReviewResult."""
    body = {"application_no": application.number, "result_code": code, "reviewed_at": desk.clock.now(), **more}
    desk.tell("ReviewResult", application.number, application.enterprise, body, answers=answers)


def _change(desk: Desk, entry: Entry, key: str, code: str, state: str, wanted: Mapping[str, Any]) -> Mapping[str, Any]:
    """PolicyChange."""
    desk.books.write(replace(entry, state=state))
    reason = {"reason": text(wanted, "reason")} if "reason" in wanted else {}
    body = {key: entry.number, "status_code": code, "changed_at": desk.clock.now(), **reason}
    return {"message_id": desk.tell("PolicyChange", entry.number, entry.enterprise, body)}
