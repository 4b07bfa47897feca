"""What a simulated insurer does at its duty desk; its own states per object.

authorisation  NEW -> AUTHORISED | FAILED; REVOKED
limit          NEW -> SUCCEEDED | FAILED; with the figures that its changes tell
top-up         NEW -> SUCCEEDED | FAILED
application    NEW, then what it last said -> PREMIUM_DUE -> ISSUED
policy         EFFECTIVE -> CLAIMED | SETTLED | CANCELLED
claim          what it last said
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from hub.contract.message import Attachment, CanonicalMessage
from hub.contract.money import Money
from hub.contract.status import StatusTable
from hub.testing.simulator.books import Entry
from hub.testing.simulator.desk import ControlError, Desk, Reply, Scenario
from hub.testing.simulator.duty import papers, rules
from hub.testing.simulator.duty.rules import PLANS, RULES
from hub.testing.simulator.lookup import NO_SUCH, NOT_NOW, TAKEN, known, named, text
from hub.testing.simulator.rules import Rule

ZONE = ZoneInfo("Asia/Shanghai")
LIMIT, APPLICATION, POLICY, CLAIM = "duty_limit", "duty_application", "duty_policy", "shared_claim"
AUTHORISATION, TOP_UP = "duty_authorisation", "duty_top_up"
TAKES: Mapping[str, tuple[str, str, str]] = {
    rules.AUTHORISATION: (AUTHORISATION, "authorisation_no", "DutyAuthorisationResult"),
    rules.LIMIT: (LIMIT, "apply_no", "DutyLimitResult"),
    rules.TOP_UP: (TOP_UP, "top_up_no", "DutyTopUpResult"),
    rules.APPLICATION: (APPLICATION, "application_no", "DutyUnderwriting"),
}
"""What comes -> what it is about, its number, the message that answers."""
AGAIN = frozenset({"FAILED", "SUCCEEDED", "DATA_CHECK_FAILED", "PREMIUM_DUE"})  # may be sent again
RATE = Decimal("2.30")  # per cent
DAYS, YEAR = 15, timedelta(days=365)
TOO_LITTLE = "保险金额超过剩余额度。"
UNHEARD_OF = "X99"  # a code that no table has


@dataclass(frozen=True, kw_only=True)
class DutyInsurer:
    """One insurer: its name on paper, the first letters of its numbers, and its codes."""

    issuer: str
    prefix: str
    tables: Sequence[StatusTable]

    def scenario(self) -> Scenario:
        """Everything that it does at this desk."""
        return Scenario(
            rules=RULES,
            plans=PLANS,
            handlers={
                **{type: partial(self.taken, *row) for type, row in TAKES.items()},
                rules.REVOCATION: self.revoked,
            },
            steps={"answer_duty": self.answer, "issue_duty": self.issue},
            controls={
                "duty_paid": self.paid,
                "change_limit": self.change,
                "settle": partial(self.end, "settled"),
                "cancel_duty": partial(self.end, "cancelled"),
                "claim_duty": self.claimed,
                "tell_claim": self.tell_claim,
            },
        )

    def code(self, type: str, event: str) -> str:
        """Its code for ``event`` in a message of ``type``."""
        tables = (table for table in self.tables if table.name.startswith(f"{type}."))
        return next((row.code for table in tables for row in table if row.event == event), UNHEARD_OF)

    # what comes from the hub

    def taken(self, kind: str, field: str, answer: str, desk: Desk, message: CanonicalMessage, rule: Rule) -> Reply:
        """An application of any kind: handled step by step."""
        number = message.body[field]
        former = desk.books.entry(kind, number)
        if former is not None and (former.enterprise != message.enterprise or former.state not in AGAIN):
            return NOT_NOW
        data = {
            **(former.data if former else {}),
            "plan": rule.plan,
            "slower": rule.slower,
            "answers": message.message_id,
            "field": field,
            "type": answer,
            "applied": {name: value if isinstance(value, list) else str(value) for name, value in message.body.items()},
        }
        desk.books.write(Entry(kind=kind, number=number, enterprise=message.enterprise, state="NEW", data=data))
        self._next(desk, kind, number, data, 0)
        return TAKEN

    def revoked(self, desk: Desk, message: CanonicalMessage, rule: Rule) -> Reply:  # noqa: ARG002
        """DutyRevocation."""
        entry = desk.books.entry(AUTHORISATION, message.body["authorisation_no"])
        if entry is None or entry.enterprise != message.enterprise:
            return NO_SUCH
        desk.books.write(replace(entry, state="REVOKED"))
        return TAKEN

    # what it does when the time has come

    def answer(self, desk: Desk, number: str, args: Mapping[str, Any]) -> None:
        """The next word; an application that the limit is too small for goes no further."""
        entry = known(desk, args["kind"], number)
        data, plan = entry.data, PLANS[entry.data["plan"]]
        event, reason = plan.events[args["no"]], plan.reason
        short = entry.kind == APPLICATION and self._left(desk, entry) < Decimal(data["applied"]["guarantee_amount"])
        if short:
            event, reason = ("underwriting_failed" if args["no"] else "data_check_failed"), TOO_LITTLE
        entry = replace(entry, state=event.upper(), data={**data, **self._said(desk, entry, event)})
        desk.books.write(entry)
        body = {
            data["field"]: number,
            "result_code": self.code(data["type"], event),
            **self._more(desk, entry, event),
            **({"reason": reason} if reason and (short or event == plan.events[-1]) else {}),
            "decided_at": desk.clock.now(),
        }
        files = self._files(desk, entry) if event == "premium_due" else ()
        desk.tell(data["type"], number, entry.enterprise, body, answers=data["answers"], attachments=files)
        if event == "succeeded":
            self._figures(desk, entry)
        if not short:
            self._next(desk, entry.kind, number, data, args["no"] + 1)

    def issue(self, desk: Desk, number: str, args: Mapping[str, Any]) -> None:  # noqa: ARG002
        """The policy of a paid application, with its paper, and what it does to the limit."""
        application = known(desk, APPLICATION, number)
        applied, now = application.data["applied"], desk.clock.now()
        said = {
            "policy_no": desk.number(f"{self.prefix}GP"),
            "record_no": desk.number("DB"),
            "premium": application.data["premium_due"],
        }
        body = {
            "policy_no": said["policy_no"],
            "application_no": number,
            "limit_no": applied["limit_no"],
            "status_code": self.code("DutyPolicy", "effective"),
            "record_no": said["record_no"],
            "enterprise_name": applied["enterprise_name"],
            "guarantee_use": applied["guarantee_use"],
            "guarantee_amount": Decimal(applied["guarantee_amount"]),
            "effective_date": date.fromisoformat(applied["start_date"]),
            "expiry_date": date.fromisoformat(applied["end_date"]),
            "premium": Decimal(said["premium"]),
            "stated_at": now,
        }
        desk.books.write(replace(application, state="ISSUED"))
        policy = Entry(kind=POLICY, number=said["policy_no"], enterprise=application.enterprise, state="EFFECTIVE",
                       data={"application_no": number, "guarantee_amount": applied["guarantee_amount"]})  # fmt: skip
        desk.books.write(policy)
        more = {**said, "premium_due": said["premium"]}
        paper = papers.paper(
            "关税保证保险保单", "电子保单.pdf", applied, more, application.enterprise, self.issuer, now
        )
        desk.tell("DutyPolicy", policy.number, policy.enterprise, body, lane=number, attachments=(paper,))
        self._count(desk, application, Decimal(applied["guarantee_amount"]))

    # what is done by hand

    def paid(self, desk: Desk, wanted: Mapping[str, Any]) -> Mapping[str, Any]:
        """``{"application_no"}``: the premium has arrived, and the policy is issued."""
        application = named(desk, APPLICATION, wanted, "application_no", frozenset({"PREMIUM_DUE"}))
        desk.books.write(replace(application, state="PAID"))
        desk.later("issue_duty", 0.0, application.number)
        return {"application_no": application.number}

    def change(self, desk: Desk, wanted: Mapping[str, Any]) -> Mapping[str, Any]:
        """``{"apply_no", "total"}``: the limit is another one from now on."""
        limit = named(desk, LIMIT, wanted, "apply_no", frozenset({"SUCCEEDED"}))
        return {"message_id": self._change(desk, limit, {"total": text(wanted, "total")})}

    def end(self, event: str, desk: Desk, wanted: Mapping[str, Any]) -> Mapping[str, Any]:
        """``{"policy_no", "reason"}``: the guarantee ends, and the limit has it back."""
        policy = named(desk, POLICY, wanted, "policy_no", frozenset({"EFFECTIVE", "CLAIMED"}))
        said = self._state(desk, policy, event, {"reason": text(wanted, "reason")})
        self._count(desk, known(desk, APPLICATION, policy.data["application_no"]), -_amount(policy))
        return said

    def claimed(self, desk: Desk, wanted: Mapping[str, Any]) -> Mapping[str, Any]:
        """``{"policy_no", "amount"}``: customs has claimed, and the insurer has paid."""
        policy = named(desk, POLICY, wanted, "policy_no", frozenset({"EFFECTIVE"}))
        return self._state(
            desk, policy, "claimed", {"claimed_amount": Money.parse(text(wanted, "amount"), "CNY").amount}
        )

    def tell_claim(self, desk: Desk, wanted: Mapping[str, Any]) -> Mapping[str, Any]:
        """``{"uscc", "policy_no", "product", "event"}`` and as wished claim_no, amount: MSG-SHCLM-01."""
        uscc, policy_no, product, event = (text(wanted, key) for key in ("uscc", "policy_no", "product", "event"))
        if product not in ("CARGO", "DUTY", "CREDIT"):
            raise ControlError("product: CARGO, DUTY or CREDIT")
        number = str(wanted.get("claim_no") or desk.number(f"{self.prefix}C"))
        today = desk.clock.now().astimezone(ZONE).date()
        amount = Money.parse(str(wanted.get("amount", "0")), "CNY").amount
        paid = {"paid_amount": amount, "paid_on": today} if event == "settled" else {}
        body = {
            "claim_no": number,
            "policy_no": policy_no,
            "product": product,
            "status_code": self.code("SharedClaim", event),
            "loss_date": today,
            "reported_on": today,
            "estimated_amount": amount,
            "currency": "CNY",
            **paid,
            "stated_at": desk.clock.now(),
        }
        desk.books.write(Entry(kind=CLAIM, number=number, enterprise=uscc, state=event.upper(), data={}))
        return {"claim_no": number, "message_id": desk.tell("SharedClaim", number, uscc, body)}

    # what several of them need

    def _next(self, desk: Desk, kind: str, number: str, data: Mapping[str, Any], no: int) -> None:
        plan = PLANS[data["plan"]]
        if no < len(plan.events):
            desk.later("answer_duty", plan.seconds * data["slower"], number, no=no, kind=kind)

    def _said(self, desk: Desk, entry: Entry, event: str) -> Mapping[str, Any]:
        """What the books keep of the insurer's decision."""
        applied = entry.data["applied"]
        if entry.kind == LIMIT and event == "succeeded":
            total = entry.data.get("total", applied["applied_amount"])
            today = desk.clock.now().astimezone(ZONE).date()
            return {
                "limit_no": desk.number(f"{self.prefix}E"),
                "total": total,
                "used": entry.data.get("used", "0.00"),
                "effective_date": today.isoformat(),
                "expiry_date": (today + YEAR).isoformat(),
            }
        if entry.kind == APPLICATION:
            due = Money(Decimal(applied["guarantee_amount"]), "CNY").times(RATE / 100).amount
            kept = entry.data.get("proposal_no") or desk.number(f"{self.prefix}GT")
            return {"proposal_no": kept, "premium_due": str(due)}
        return {}

    def _more(self, desk: Desk, entry: Entry, event: str) -> Mapping[str, Any]:
        """What the answer says besides its code."""
        data, today = entry.data, desk.clock.now().astimezone(ZONE).date()
        if entry.kind == AUTHORISATION and event == "authorised":
            return {"valid_until": date.fromisoformat(data["applied"]["valid_until"])}
        if entry.kind == LIMIT:
            granted = {"total_amount": Decimal(data["total"]), **_terms(data)} if event == "succeeded" else {}
            return {**granted, "decided_on": today}
        if entry.kind == APPLICATION:
            due = {"premium_due": Decimal(data["premium_due"]), "premium_currency": "CNY",
                   "due_date": today + timedelta(days=DAYS)} if event == "premium_due" else {}  # fmt: skip
            return {"proposal_no": data["proposal_no"], **due}
        return {}

    def _files(self, desk: Desk, application: Entry) -> tuple[Attachment, ...]:
        said = {name: application.data[name] for name in ("proposal_no", "premium_due")}
        applied, now = application.data["applied"], desk.clock.now()
        whose = (application.enterprise, self.issuer, now)
        return (papers.paper("关税保证保险投保单", "电子投保单.pdf", applied, said, *whose),)

    def _figures(self, desk: Desk, entry: Entry) -> None:
        """A granted limit tells its figures; a granted top-up raises them."""
        if entry.kind == LIMIT:
            self._change(desk, entry, {})
        if entry.kind == TOP_UP:
            applied = entry.data["applied"]
            limit = known(desk, LIMIT, applied["apply_no"])
            self._change(desk, limit, {"total": str(Decimal(limit.data["total"]) + Decimal(applied["top_up_amount"]))})

    def _count(self, desk: Desk, application: Entry, amount: Decimal) -> None:
        limit = known(desk, LIMIT, application.data["applied"]["apply_no"])
        self._change(desk, limit, {"used": str(Decimal(limit.data["used"]) + amount)}, application.number)

    def _change(self, desk: Desk, limit: Entry, changed: Mapping[str, str], application: str = "") -> str:
        """DutyLimitChange with the figures as they are now."""
        data = {**limit.data, **changed}
        desk.books.write(replace(limit, data=data))
        total, used = Decimal(data["total"]), Decimal(data["used"])
        body = {
            "apply_no": limit.number,
            **_terms(data),
            "total_amount": total,
            "used_amount": used,
            "remaining_amount": total - used,
            **({"application_no": application} if application else {}),
            "changed_at": desk.clock.now(),
        }
        return desk.tell("DutyLimitChange", limit.number, limit.enterprise, body)

    def _state(self, desk: Desk, policy: Entry, event: str, more: Mapping[str, Any]) -> Mapping[str, Any]:
        desk.books.write(replace(policy, state=event.upper()))
        body = {
            "policy_no": policy.number,
            "application_no": policy.data["application_no"],
            "status_code": self.code("DutyPolicy", event),
            **more,
            "stated_at": desk.clock.now(),
        }
        return {"message_id": desk.tell("DutyPolicy", policy.number, policy.enterprise, body)}

    def _left(self, desk: Desk, application: Entry) -> Decimal:
        """What is left of the application's limit; nothing where it has none."""
        limit = desk.books.entry(LIMIT, application.data["applied"]["apply_no"])
        granted = limit is not None and limit.state == "SUCCEEDED" and limit.enterprise == application.enterprise
        return Decimal(limit.data["total"]) - Decimal(limit.data["used"]) if limit and granted else Decimal(0)


def _terms(data: Mapping[str, Any]) -> dict[str, Any]:
    """What a limit says besides its figures."""
    days = {name: date.fromisoformat(data[name]) for name in ("effective_date", "expiry_date")}
    return {"limit_no": data["limit_no"], "rate_percent": RATE, **days}


def _amount(policy: Entry) -> Decimal:
    return Decimal(policy.data["guarantee_amount"])
