"""One limit in a store, and what an enterprise and its insurer do to it, as recorded events."""

import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, Engine, select

from hub.business import KINDS
from hub.business.kind import derive
from hub.contract.money import Money
from hub.errors import NotAllowed
from hub.services import ledger, record
from hub.services.events import NewEvent
from hub.store import tables
from hub.store.engine import reading, writing
from hub.store.rows import insert_new

NOW = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)
USCC, INSURER = "91110000MA00EXAM1X", "yunfan"


@dataclass
class Limit:
    """A limit that was applied for; ``number`` is the hub's."""

    engine: Engine
    number: str = field(default_factory=lambda: uuid.uuid4().hex[:16])

    def __post_init__(self) -> None:
        with writing(self.engine) as connection:
            insert_new(connection, tables.enterprise, {"uscc": USCC, "name": USCC, "created_at": NOW})
            self._event(connection, "duty_limit", self.number, "begun", apply_no=self.number)
            self._event(connection, "duty_limit", self.number, "submitted")

    def grant(self, total: Decimal) -> None:
        """The insurer's decision, and the first row of the history."""
        with writing(self.engine) as connection:
            self._event(connection, "duty_limit", self.number, "succeeded", total_amount=total)
        self.change(total, Decimal("0.00"), 0)

    def change(
        self, total: Decimal, used: Decimal, second: int, application: str = "", remaining: Decimal | None = None
    ) -> None:
        """What the insurer says of the limit at that second."""
        said = {
            "apply_no": self.number,
            "limit_no": self.number,
            "total_amount": total,
            "used_amount": used,
            "remaining_amount": total - used if remaining is None else remaining,
            "changed_at": NOW + timedelta(seconds=second),
            **({"application_no": application} if application else {}),
        }
        said |= derive(KINDS["duty_limit_change"], said)
        number = f"{self.number}/{second}/{total}/{used}"
        with writing(self.engine) as connection:
            self._event(connection, "duty_limit_change", number, "stated", **said)

    def end(self) -> None:
        """The insurer ends the limit."""
        with writing(self.engine) as connection:
            self._event(connection, "duty_limit", self.number, "ended", at=NOW + timedelta(days=1))

    def apply(self, number: str, amount: Decimal) -> bool:
        """Whether the enterprise's application was accepted."""
        try:
            with writing(self.engine) as connection:
                content = {"application_no": number, "apply_no": self.number, "guarantee_amount": amount}
                self._event(connection, "duty_application", number, "begun", **content)
                self._event(connection, "duty_application", number, "submitted")
        except NotAllowed:
            return False
        return True

    def say(self, number: str, event: str) -> None:
        """The insurer's word about an application."""
        with writing(self.engine) as connection:
            self._event(connection, "duty_application", number, event)

    def policy(self, number: str, event: str) -> None:
        """The insurer's word about an application's policy. Raises KeyError for the end of none."""
        with writing(self.engine) as connection:
            self._event(connection, "duty_policy", f"P{number}", event, application_no=number)

    def state(self, number: str) -> str:
        """Of an application."""
        table = tables.business_object
        with reading(self.engine) as connection:
            return str(connection.execute(select(table.c.state).where(table.c.number == number)).scalar_one())

    def shown(self) -> dict[str, Any]:
        """What the limit says of itself."""
        with writing(self.engine) as connection:
            found = record.lock(connection, kind="duty_limit", partner=INSURER, number=self.number)
        assert found is not None
        return {**found.content, "state": found.states["state"]}

    def rows(self) -> int:
        """How many rows its history has."""
        table = tables.object_key
        wanted = select(table.c.object_id).where(table.c.name == "apply_no", table.c.value == self.number)
        changes = select(tables.business_object.c.id).where(tables.business_object.c.kind == "duty_limit_change")
        with reading(self.engine) as connection:
            return len(connection.execute(wanted.where(table.c.object_id.in_(changes))).all())

    def account(self, name: str) -> Decimal:
        """What the account ``name`` of this limit holds."""
        with reading(self.engine) as connection:
            return ledger.balance(connection, f"{name}:{self.number}", "CNY").amount

    def lacking(self) -> Decimal:
        """What was lent to it."""
        with reading(self.engine) as connection:
            return ledger.lacking(connection, f"limit:{self.number}", "CNY").amount

    def breaches(self) -> list[str]:
        """Whatever the books must never say (I5)."""
        with reading(self.engine) as connection:
            found = [f"{name} {text}" for name, text in ledger.faults(connection)]
        left, reserved, used = (self.account(name) for name in ("limit", "reserved", "used"))
        granted, lent = -self.account("granted"), self.lacking()
        if min(left, reserved, used, lent) < 0:
            found.append(f"below nothing: {left} left, {reserved} reserved, {used} used, {lent} lent")
        if left - lent + reserved + used != granted:
            found.append(f"{left} left - {lent} lent + {reserved} reserved + {used} used is not {granted}")
        return found

    def _event(
        self, connection: Connection, kind: str, number: str, name: str, at: datetime = NOW, **content: Any
    ) -> None:
        found = record.lock(connection, kind=kind, partner=INSURER, number=number)
        submission = None if found is None else max(found.submission, 1)
        new = NewEvent(name=name, identity=uuid.uuid4().hex, occurred_at=at, content=content, submission=submission)
        if found is not None:
            record.record(connection, found, new, NOW)
            return
        if not KINDS[kind].starts(name):
            raise KeyError(number)
        begun = {"kind": KINDS[kind], "enterprise": USCC, "partner": INSURER, "number": number}
        record.create(connection, **begun, new=new, now=NOW)


def yuan(cents: int) -> Decimal:
    """Cents as an amount."""
    return Money.from_cents(cents, "CNY").amount
