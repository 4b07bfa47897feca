"""What nobody meets on a good day: a dead order, a bank that denies what it acknowledged, two orders of one bill."""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

import pytest
from sqlalchemy import select

from hub.business.payment_order import ORDER
from hub.contract.message import CanonicalEvent
from hub.delivery import decisions
from hub.errors import InvalidInput, NotAllowed
from hub.services import calendar, evidence, record
from hub.services.events import NewEvent
from hub.store import tables
from hub.store.engine import reading, writing
from tests.payments.schedules import Life
from tests.payments.theatre import theatre


@dataclass
class Bad(Life):
    """A life whose bank can name amounts of its own."""

    paid: Decimal | None = None  # what it says to have paid

    def _adapter(self) -> Any:
        real, life = super()._adapter(), self

        class Naming(type(real)):  # type: ignore[misc]
            def parse(self, *about: Any) -> list[CanonicalEvent]:
                said = super().parse(*about)
                return (
                    [replace(row, content={**row.content, "amount": life.paid}) for row in said] if life.paid else said
                )

        return Naming(**{row.name: getattr(real, row.name) for row in fields(real)})

    def pay(self, bill: int = 0) -> str:
        """The order's id."""
        order = uuid.uuid4().hex
        wanted = {"agreement": self.agreement, "item": [{"bill": self.bills[bill]}], "purpose": "x"}
        self.act(ORDER.code, order, "pay", wanted, self.theatre.bank)
        return order

    def pass_hours(self, hours: int) -> None:
        for _ in range(hours):
            self.work()
            self.calendar()
            self.clock.move(timedelta(hours=1))
            evidence.seal_all(self.runtime)

    def say(self, order: str, event: str, **content: Any) -> None:
        """The bank's word."""
        self.clock.move(timedelta(minutes=1))
        with writing(self.theatre.engine) as connection:
            said = NewEvent(name=event, identity=event, occurred_at=self.clock.now(), content=content, source="bank")
            record.record(connection, record.lock_id(connection, order), said, self.clock.now())

    def state(self, object_id: str) -> str:
        table = tables.business_object
        with reading(self.theatre.engine) as connection:
            return str(connection.execute(select(table.c.state).where(table.c.id == object_id)).scalar_one())

    def message(self, order: str) -> Any:
        with reading(self.theatre.engine) as connection:
            return connection.execute(select(tables.outbox).where(tables.outbox.c.object_id == order)).one()


@pytest.fixture
def life(tmp_path: Path) -> Iterator[Bad]:
    with theatre(tmp_path, f"sqlite:///{tmp_path}/hub.db", "iso20022") as made:
        life = Bad(made, Random("bad days"), 0)
        life.begin()
        yield life


def test_an_order_that_died_and_gave_its_bill_back_is_not_sent_again(life: Bad) -> None:
    life.down = life.theatre.bank
    order = life.pay()
    life.pass_hours(80)
    dead = life.message(order)
    assert (dead.state, life.state(order)) == ("DEAD", "FAILED")

    with writing(life.theatre.engine) as connection, pytest.raises(NotAllowed, match="begins it again"):
        decisions.propose(connection, f"outbox:{dead.message_id}", "resend", "back", "", "ann", life.clock.now())


@pytest.mark.parametrize("first", ["undelivered", "failed"])
def test_two_orders_of_a_bill_both_have_it_and_a_third_is_refused_when_one_fails(life: Bad, first: str) -> None:
    life.down = life.theatre.bank
    early = life.pay()
    life.say(early, first)
    late = life.pay()
    life.say(early, "succeeded", bank_serial="S1")
    life.say(late, "failed")

    with pytest.raises(InvalidInput) as refused:
        life.pay()
    assert "is not due" in refused.value.fields["item"].en


def test_what_a_bank_acknowledged_and_then_denies_is_neither_sent_again_nor_failed(life: Bad) -> None:
    order = life.pay()
    life.work()
    life.denies = True

    life.pass_hours(80)

    with reading(life.theatre.engine) as connection:
        sent = select(tables.attempt.c.no).where(
            tables.attempt.c.message_id == life.message(order).message_id, tables.attempt.c.purpose == "send"
        )
        assert len(connection.execute(sent).all()) == 1
    assert (life.message(order).state, life.state(order)) == ("UNKNOWN", "UNKNOWN")


def test_one_broken_object_does_not_stop_what_is_due_on_others(life: Bad) -> None:
    broken, other = life.pay(0), life.pay(1)
    life.work()
    life.say(broken, "succeeded", bank_serial="sealed:1:0001:AAAA")  # looks sealed, and nobody can open it
    life.clock.move(timedelta(minutes=30))

    calendar.run(life.runtime)

    with reading(life.theatre.engine) as connection:
        alerts = set(connection.execute(select(tables.alert.c.key).where(tables.alert.c.closed_at.is_(None))).scalars())
    assert life.state(other) == "UNKNOWN"
    assert f"due:{broken}" in alerts


def test_a_bank_that_says_another_amount_than_ours_is_not_believed(life: Bad) -> None:
    life.paid = Decimal("5.00")
    order = life.pay()
    life.work()
    life.clock.move(timedelta(seconds=5))

    life.turn()

    with reading(life.theatre.engine) as connection:
        wanted = select(tables.inbox.c.reason).where(tables.inbox.c.state == "PARKED")
        parked = connection.execute(wanted).scalars().all()
    assert life.state(order) == "SENT"
    assert [reason[:28] for reason in parked] == ["plugin fault: amount: 5.00 i"]
