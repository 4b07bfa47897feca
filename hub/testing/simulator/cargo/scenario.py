"""What a simulated cargo insurer does with each message, later, and when asked by hand; its own states per object.

appointment  what it last said: ACCEPTED -> SUCCEEDED | FAILED
agreement    VALIDATED | INVALIDATED
application  RECEIVED, then what it last said: DATA_CHECK_PASSED, ..., ISSUED -> PAID; CANCELLED
policy       EFFECTIVE -> TERMINATED
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from hub.contract.message import CanonicalMessage
from hub.contract.money import Money
from hub.contract.status import StatusTable
from hub.testing.simulator.books import Entry
from hub.testing.simulator.canonical import answer_status
from hub.testing.simulator.cargo import papers
from hub.testing.simulator.cargo.rules import PLANS, RULES
from hub.testing.simulator.desk import ControlError, Desk, Reply, Scenario
from hub.testing.simulator.lookup import NO_SUCH, NOT_NOW, TAKEN, known, named, own, text
from hub.testing.simulator.rules import Rule

ZONE = ZoneInfo("Asia/Shanghai")
APPOINTMENT, AGREEMENT, APPLICATION, POLICY = "appointment", "agreement", "application", "policy"
AGAIN = frozenset({"DATA_CHECK_FAILED", "DECLINED"})  # an application may be sent again
OPEN = frozenset({"RECEIVED", "DATA_CHECK_PASSED", "UNDERWRITING_PENDING", "MANUAL_REVIEW", "UNDERWRITING_FAILED"})
DUES: Mapping[str, tuple[str, str]] = {
    APPLICATION: ("ISSUED", "put_in_force"),
    "duty_application": ("PREMIUM_DUE", "issue_duty"),
}
"""What an insurer's desks ask premiums for -> its state while they are due, and what follows when they are paid."""
UNHEARD_OF = "X99"  # a code that no table has
DAYS_TO_PAY, DAYS_AT_SEA = 15, 60
CONTRARY = {
    "succeeded": "failed",
    "failed": "succeeded",
    "data_check_passed": "data_check_failed",
    "data_check_failed": "data_check_passed",
    "underwriting_failed": "declined",
    "declined": "underwriting_failed",
    "cancelled": "cancel_refused",
    "cancel_refused": "cancelled",
}
CODE_FIELDS = ("status_code", "result_code")
CHECK = ("CargoDataCheck", "checked_at")
DECISION = ("CargoUnderwriting", "decided_at")
SAID_BY: Mapping[str, tuple[str, str]] = {
    "data_check_passed": CHECK,
    "data_check_failed": CHECK,
    "underwriting_pending": DECISION,
    "manual_review": DECISION,
    "underwriting_failed": DECISION,
    "declined": DECISION,
    "unheard_of": DECISION,
}
"""What is said about an application -> the message that says it, and the field of its time."""

COVERAGES: Sequence[Mapping[str, Any]] = (
    {"code": "ALL", "name": "海洋货物运输一切险", "main": True, "rate_permille": "0.5"},
    {"code": "STRIKES", "name": "罢工险", "main": False, "rate_permille": "0.05"},
    {"code": "WAR", "name": "战争险", "main": False, "rate_permille": "0.1"},
)
GOODS: Sequence[Mapping[str, Any]] = (
    {"category": "机电、音像设备及其零件、附件", "code": "84-85", "excluded": False},
    {"category": "纺织原料及纺织制品", "code": "50-63", "excluded": False},
    {"category": "活动物;动物产品", "code": "01-05", "excluded": True},
)
TERMS = (
    {"name": "启运通知", "content": "被保险人应在货物启运前完成投保。"},
    {"name": "免赔约定", "content": "每次事故绝对免赔额为损失金额的5%。"},
)
PRODUCT, PRODUCT_NAME = "HYHW", "海洋货物运输保险"


@dataclass(frozen=True, kw_only=True)
class CargoInsurer:
    """One insurer: its name on paper, the first letters of its numbers, and its codes."""

    issuer: str
    prefix: str
    tables: Sequence[StatusTable]

    def scenario(self) -> Scenario:
        """Everything that it does."""
        return Scenario(
            rules=RULES,
            plans=PLANS,
            handlers={
                "CargoAppointment": self.appointed,
                "CargoApplication": self.applied,
                "CargoCancellation": self.cancellation_requested,
                "PaymentAgreementCopy": self.copied,
                "PaymentNotice": self.notified,
                "PaymentReversal": self.reversed,
                "StatusQuery": answer_status,
            },
            steps={
                "answer_appointment": self.answer_appointment,
                "answer": self.answer,
                "answer_cancellation": self.answer_cancellation,
                "put_in_force": self.put_in_force,
            },
            controls={
                "agree": self.agree,
                "withdraw_agreement": self.withdraw_agreement,
                "decide": self.decide,
                "paid": self.paid,
                "terminate": self.terminate,
            },
            opposite=self.opposite,
        )

    def code(self, type: str, event: str) -> str:
        """Its code for ``event`` in a message of ``type``."""
        tables = (table for table in self.tables if table.name.startswith(f"{type}."))
        return next((row.code for table in tables for row in table if row.event == event), UNHEARD_OF)

    # what comes from the hub

    def appointed(self, desk: Desk, message: CanonicalMessage, rule: Rule) -> Reply:
        """CargoAppointment: handled step by step."""
        number = message.body["appointment_no"]
        known = desk.books.entry(APPOINTMENT, number)
        if known is not None:
            return NOT_NOW
        data = {"plan": rule.plan, "answers": message.message_id, "slower": rule.slower}
        desk.books.write(Entry(kind=APPOINTMENT, number=number, enterprise=message.enterprise, state="NEW", data=data))
        self._next(desk, "answer_appointment", number, data, 0)
        return TAKEN

    def applied(self, desk: Desk, message: CanonicalMessage, rule: Rule) -> Reply:
        """CargoApplication, new or again: compared with its agreement, then underwritten."""
        number = message.body["application_no"]
        known = desk.books.entry(APPLICATION, number)
        if known is not None and (known.enterprise != message.enterprise or known.state not in AGAIN):
            return NOT_NOW
        data = {
            "plan": rule.plan,
            "slower": rule.slower,
            "answers": message.message_id,
            "proposal_no": known.data["proposal_no"] if known else desk.number(f"{self.prefix}T"),
            "applied": _stored(message.body),
            "faults": faults(desk, message),
        }
        entry = Entry(kind=APPLICATION, number=number, enterprise=message.enterprise, state="RECEIVED", data=data)
        desk.books.write(entry)
        self._next(desk, "answer", number, data, 0)
        return TAKEN

    def cancellation_requested(self, desk: Desk, message: CanonicalMessage, rule: Rule) -> Reply:
        """CargoCancellation: answered a little later."""
        application = own(desk, APPLICATION, message.body["application_no"], message.enterprise)
        if application is None:
            return NO_SUCH
        seconds = PLANS[application.data["plan"]].seconds * rule.slower
        desk.later("answer_cancellation", seconds, application.number, answers=message.message_id)
        return TAKEN

    def copied(self, desk: Desk, message: CanonicalMessage, rule: Rule) -> Reply:  # noqa: ARG002
        """PaymentAgreementCopy: the clerk reads in the books which bank will pay for whom."""
        return TAKEN

    def notified(self, desk: Desk, message: CanonicalMessage, rule: Rule) -> Reply:  # noqa: ARG002
        """PaymentNotice: what is paid in full comes into force, or stays so; its own figure counts, not ours."""
        for item in message.body["item"]:
            bills = [own(desk, kind, item["business_no"], message.enterprise) for kind in DUES]
            bill = next(filter(None, bills), None)
            if bill is None:
                return NO_SUCH
            state, step = DUES[bill.kind]
            if bill.state == state and item["amount"] == Decimal(bill.data["premium_due"]):
                desk.books.write(replace(bill, state="PAID"))
                desk.later(step, 0.0, bill.number)
            elif "returned" in bill.data and item["amount"] == Decimal(bill.data["premium_due"]):
                kept = {name: value for name, value in bill.data.items() if name != "returned"}
                desk.books.write(replace(bill, data=kept))
        return TAKEN

    def reversed(self, desk: Desk, message: CanonicalMessage, rule: Rule) -> Reply:  # noqa: ARG002
        """PaymentReversal: what is in force stays so; the clerk reads in the books that its premium is owed again."""
        for item in message.body["item"]:
            bills = [own(desk, kind, item["business_no"], message.enterprise) for kind in DUES]
            bill = next(filter(None, bills), None)
            if bill is None:
                return NO_SUCH
            desk.books.write(replace(bill, data={**bill.data, "returned": message.body["order_no"]}))
        return TAKEN

    # what it does when the time has come

    def answer_appointment(self, desk: Desk, number: str, args: Mapping[str, Any]) -> None:
        """The next word about an appointment."""
        appointment = known(desk, APPOINTMENT, number)
        plan = PLANS[appointment.data["plan"]]
        event = plan.events[args["no"]]
        desk.books.write(replace(appointment, state=event.upper()))
        reason = {"reason": plan.reason} if plan.reason and event == plan.events[-1] else {}
        code = self.code("CargoAppointmentStatus", event)
        body = {"appointment_no": number, "status_code": code, **reason, "changed_at": desk.clock.now()}
        answers = appointment.data["answers"]
        desk.tell("CargoAppointmentStatus", number, appointment.enterprise, body, answers=answers)
        self._next(desk, "answer_appointment", number, appointment.data, args["no"] + 1)

    def answer(self, desk: Desk, number: str, args: Mapping[str, Any]) -> None:
        """The next word about an application; what its agreement does not allow is returned at once."""
        application = known(desk, APPLICATION, number)
        data, plan = application.data, PLANS[application.data["plan"]]
        event = "data_check_failed" if data["faults"] else plan.events[args["no"]]
        desk.books.write(replace(application, state=event.upper()))
        if event == "issued":
            return self._issue(desk, application)
        type, at = SAID_BY[event]
        reason = {"reason": plan.reason} if plan.reason and event == plan.events[-1] else {}
        found = {"fault": data["faults"]} if data["faults"] and type == CHECK[0] else {}
        body = {
            "application_no": number,
            "proposal_no": data["proposal_no"],
            "result_code": self.code(type, event),
            **found,
            **reason,
            at: desk.clock.now(),
        }
        desk.tell(type, number, application.enterprise, body, answers=data["answers"])
        if not data["faults"]:
            self._next(desk, "answer", number, data, args["no"] + 1)
        return None

    def answer_cancellation(self, desk: Desk, number: str, args: Mapping[str, Any]) -> None:
        """Agreed while the underwriting goes on, unless the plan says no."""
        application = known(desk, APPLICATION, number)
        agreed = application.state in OPEN and PLANS[application.data["plan"]].cancels
        if agreed:
            desk.books.cancel("answer", number)
            desk.books.write(replace(application, state="CANCELLED"))
        reason = {} if agreed else {"reason": "核保已受理，不能撤销。"}
        code = self.code("CargoCancellationResult", "cancelled" if agreed else "cancel_refused")
        body = {"application_no": number, "result_code": code, **reason, "answered_at": desk.clock.now()}
        desk.tell("CargoCancellationResult", number, application.enterprise, body, answers=args["answers"])

    def put_in_force(self, desk: Desk, number: str, args: Mapping[str, Any]) -> None:  # noqa: ARG002
        """The policy of a paid application goes out, with its paper."""
        application = known(desk, APPLICATION, number)
        applied, now = application.data["applied"], desk.clock.now()
        start = date.fromisoformat(applied["departure_date"])
        body = {
            "policy_no": application.data["policy_no"],
            "application_no": number,
            "agreement_no": applied["agreement_no"],
            "status_code": self.code("CargoPolicy", "effective"),
            **{name: applied[name] for name in ("product_name", "enterprise_name", "insured_name", "currency")},
            "effective_date": start,
            "expiry_date": start + timedelta(days=DAYS_AT_SEA),
            "insured_amount": Decimal(applied["insured_amount"]),
            "premium": Decimal(application.data["premium_due"]),
            "premium_currency": applied["currency"],
            "stated_at": now,
        }
        policy = Entry(kind=POLICY, number=body["policy_no"], enterprise=application.enterprise, state="EFFECTIVE",
                       data={"body": _stored(body)})  # fmt: skip
        desk.books.write(policy)
        paper = papers.e_policy(body, applied, application.enterprise, self.issuer, now)
        desk.tell("CargoPolicy", policy.number, policy.enterprise, body, lane=number, attachments=(paper,))

    # what is done by hand

    def agree(self, desk: Desk, wanted: Mapping[str, Any]) -> Mapping[str, Any]:
        """``{"uscc", "enterprise_name"}`` and as wished agreement_no, days: the agreement signed offline goes out."""
        uscc, name = (text(wanted, key) for key in ("uscc", "enterprise_name"))
        days = wanted.get("days", 365)
        if len(uscc) != 18 or not isinstance(days, int):
            raise ControlError("uscc: 18 characters; days: a whole number")
        number = str(wanted.get("agreement_no") or desk.number(f"{self.prefix}X"))
        today = desk.clock.now().astimezone(ZONE).date()
        data = {
            "enterprise_name": name,
            "start_date": today.isoformat(),
            "end_date": (today + timedelta(days=days)).isoformat(),
            "max_markup_percent": "30",
            "voyage_limit": "8000000.00",
        }
        entry = Entry(kind=AGREEMENT, number=number, enterprise=uscc, state="VALIDATED", data=data)
        desk.books.write(entry)
        return {"agreement_no": number, "message_id": self._state_agreement(desk, entry, "validated", {})}

    def withdraw_agreement(self, desk: Desk, wanted: Mapping[str, Any]) -> Mapping[str, Any]:
        """``{"agreement_no", "reason"}``: the agreement is no longer valid."""
        entry = named(desk, AGREEMENT, wanted, "agreement_no", frozenset({"VALIDATED"}))
        desk.books.write(replace(entry, state="INVALIDATED"))
        return {"message_id": self._state_agreement(desk, entry, "invalidated", {"reason": text(wanted, "reason")})}

    def decide(self, desk: Desk, wanted: Mapping[str, Any]) -> Mapping[str, Any]:
        """``{"application_no", "event"}``: the next word is this one, now; ``issued`` or one of SAID_BY."""
        application = named(desk, APPLICATION, wanted, "application_no", OPEN)
        event = text(wanted, "event")
        plan = next((name for name, plan in PLANS.items() if event in plan.events), None)
        if plan is None or event not in (*SAID_BY, "issued"):
            raise ControlError(f"event: must be one of {', '.join((*SAID_BY, 'issued'))}")
        desk.books.cancel("answer", application.number)
        desk.books.write(replace(application, data={**application.data, "plan": plan, "faults": []}))
        desk.later("answer", 0.0, application.number, no=PLANS[plan].events.index(event))
        return {"plan": plan}

    def paid(self, desk: Desk, wanted: Mapping[str, Any]) -> Mapping[str, Any]:
        """``{"application_no"}``: the premium has arrived, and the policy comes into force."""
        application = named(desk, APPLICATION, wanted, "application_no", frozenset({"ISSUED"}))
        self._paid(desk, application)
        return {"policy_no": application.data["policy_no"]}

    def terminate(self, desk: Desk, wanted: Mapping[str, Any]) -> Mapping[str, Any]:
        """``{"policy_no", "reason"}``: the policy ends."""
        policy = named(desk, POLICY, wanted, "policy_no", frozenset({"EFFECTIVE"}))
        desk.books.write(replace(policy, state="TERMINATED"))
        said = _restored(policy.data["body"])
        code = self.code("CargoPolicy", "terminated")
        body = {**said, "status_code": code, "reason": text(wanted, "reason"), "stated_at": desk.clock.now()}
        return {"message_id": desk.tell("CargoPolicy", policy.number, policy.enterprise, body)}

    def opposite(self, message: CanonicalMessage) -> Mapping[str, Any] | None:
        """The body that contradicts ``message``: the other result, or another last day."""
        body = message.body
        if message.type == "CargoPolicy":
            return {**body, "expiry_date": body["expiry_date"] - timedelta(days=1)}
        for field in CODE_FIELDS:
            for event, other in CONTRARY.items():
                if field in body and body[field] == self.code(message.type, event):
                    return {**body, field: self.code(message.type, other)}
        return None

    # what several of them need

    def _paid(self, desk: Desk, application: Entry) -> None:
        desk.books.write(replace(application, state="PAID"))
        desk.later("put_in_force", 0.0, application.number)

    def _next(self, desk: Desk, step: str, number: str, data: Mapping[str, Any], no: int) -> None:
        plan = PLANS[data["plan"]]
        if no < len(plan.events):
            desk.later(step, plan.seconds * data["slower"], number, no=no)

    def _issue(self, desk: Desk, application: Entry) -> None:
        applied, now = application.data["applied"], desk.clock.now()
        due = premium_due(applied)
        number = desk.number(f"{self.prefix}P")
        data = {**application.data, "policy_no": number, "premium_due": str(due.amount)}
        desk.books.write(replace(application, state="ISSUED", data=data))
        body = {
            "application_no": application.number,
            "proposal_no": data["proposal_no"],
            "policy_no": number,
            "premium_due": due.amount,
            "premium_currency": due.currency,
            "due_date": now.astimezone(ZONE).date() + timedelta(days=DAYS_TO_PAY),
            "issued_at": now,
        }
        desk.tell("CargoIssued", application.number, application.enterprise, body, answers=data["answers"])

    def _state_agreement(self, desk: Desk, entry: Entry, event: str, more: Mapping[str, Any]) -> str:
        data = entry.data
        body = {
            "agreement_no": entry.number,
            "status_code": self.code("CargoAgreement", event),
            "product": PRODUCT,
            "product_name": PRODUCT_NAME,
            "enterprise_name": data["enterprise_name"],
            "insured_name": data["enterprise_name"],
            "start_date": date.fromisoformat(data["start_date"]),
            "end_date": date.fromisoformat(data["end_date"]),
            "currency": "CNY",
            "rate_permille": Decimal(COVERAGES[0]["rate_permille"]),
            "max_markup_percent": Decimal(data["max_markup_percent"]),
            "voyage_limit": Decimal(data["voyage_limit"]),
            "deductible": "每次事故绝对免赔额为损失金额的5%",
            "special_term": [dict(row) for row in TERMS],
            "coverage": [{**row, "rate_permille": Decimal(row["rate_permille"])} for row in COVERAGES],
            "goods": [dict(row) for row in GOODS],
            **more,
            "stated_at": desk.clock.now(),
        }
        return desk.tell("CargoAgreement", entry.number, entry.enterprise, body)


def faults(desk: Desk, message: CanonicalMessage) -> list[dict[str, str]]:
    """What the agreement does not allow, as rows of Fault."""
    body = message.body
    agreement = desk.books.entry(AGREEMENT, body["agreement_no"])
    if agreement is None or agreement.enterprise != message.enterprise or agreement.state != "VALIDATED":
        return [{"field": "协议编号", "words": "没有有效的协议。"}]
    data = agreement.data
    excluded = {row["category"] for row in GOODS if row["excluded"]}
    rules = (
        ("加成比例", "超过协议约定的上限。", body["markup_percent"] > Decimal(data["max_markup_percent"])),
        ("保险金额", "超过单次运输限额。", body["insured_amount"] > Decimal(data["voyage_limit"])),
        ("货物大类", "属于协议除外的货物。", body["goods_category"] in excluded),
        (
            "起运日期",
            "不在协议期间内。",
            not data["start_date"] <= body["departure_date"].isoformat() <= data["end_date"],
        ),
    )
    return [{"field": field, "words": words} for field, words, broken in rules if broken]


def premium_due(applied: Mapping[str, Any]) -> Money:
    """The insurer's own figure: the main rate and that of each further cover, of the insured amount."""
    chosen = {"ALL": True, "STRIKES": applied.get("strikes_cover"), "WAR": applied.get("war_cover")}
    rate = sum((Decimal(row["rate_permille"]) for row in COVERAGES if chosen[row["code"]]), Decimal())
    return Money(Decimal(applied["insured_amount"]), applied["currency"]).times(rate / 1000)


DATES, AMOUNTS = ("effective_date", "expiry_date"), ("insured_amount", "premium")


def _stored(body: Mapping[str, Any]) -> dict[str, Any]:
    """A body as JSON values: dates, times and amounts as texts."""
    return {name: str(value) if isinstance(value, Decimal | date | datetime) else value for name, value in body.items()}


def _restored(stored: Mapping[str, Any]) -> dict[str, Any]:
    """The body of CargoPolicy from :func:`_stored`, without its time."""
    kept = {name: value for name, value in stored.items() if name != "stated_at"}
    dates = {name: date.fromisoformat(kept[name]) for name in DATES}
    return kept | dates | {name: Decimal(kept[name]) for name in AMOUNTS}
