"""One live payment per bill, the books behind it, and what it does to the bill: on both databases."""

import uuid
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, func, insert, select

from hub.business import KINDS
from hub.business.states import CONFLICT, DECIDED
from hub.contract.money import Money
from hub.errors import NotAllowed
from hub.services import calendar, ledger, record
from hub.services.events import NewEvent
from hub.services.shapes import BusinessObject
from hub.store import tables
from hub.store.engine import reading, writing
from hub.store.rows import insert_new
from tests.services.conftest import World

NOW = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)
USCC, OTHER = "91110000MA00EXAM1X", "91310000MA00OTHE2Y"
BANK = "somebank"
NOTHING = Money(Decimal(0), "CNY")
WORDS = ("delivered", "undelivered", "unanswered", "succeeded", "failed", "reversed")


@pytest.fixture
def store(engine: Engine) -> Engine:
    """A store with two enterprises, each with an issued application of the same number."""
    with writing(engine) as connection:
        for uscc in (USCC, OTHER):
            connection.execute(insert(tables.enterprise), {"uscc": uscc, "name": uscc, "created_at": NOW})
            began = create(connection, "cargo_application", "TB1", uscc, partner=f"insurer-{uscc[:4]}")
            say(connection, began, "submitted", submission=1)
            say(connection, began, "issued", {"premium_due": Decimal("120.50"), "premium_currency": "CNY"})
    return engine


def id_of(number: str, uscc: str = USCC) -> str:
    """The id of the bill with this number."""
    return uuid.uuid5(uuid.NAMESPACE_OID, number + uscc).hex


def create(connection: Any, kind: str, number: str, uscc: str = USCC, partner: str = BANK) -> BusinessObject:
    new = NewEvent(name="begun", identity="begun", occurred_at=NOW)
    made = record.create(
        connection,
        kind=KINDS[kind],
        enterprise=uscc,
        partner=partner,
        number=number,
        new=new,
        now=NOW,
        object_id=id_of(number, uscc),
    )
    assert made is not None
    return made.obj


def say(
    connection: Any,
    obj: BusinessObject,
    name: str,
    content: dict[str, Any] | None = None,
    *,
    submission: int | None = None,
    after: int = 0,
) -> BusinessObject:
    """An event on the object, ``after`` so many seconds."""
    now = NOW + timedelta(seconds=after)
    new = NewEvent(name=name, identity=uuid.uuid4().hex, occurred_at=now, content=content or {}, submission=submission)
    return record.record(connection, record.lock_id(connection, obj.id), new, now).obj


def row(number: str, uscc: str = USCC) -> dict[str, Any]:
    return {"bill": id_of(number, uscc), "business_no": number, "amount": Decimal("120.50"), "currency": "CNY"}


def order(engine: Engine, number: str, *bills: str, uscc: str = USCC) -> BusinessObject:
    """An order for 120.50 yuan per bill, handed in."""
    item = [row(bill, uscc) for bill in bills]
    with writing(engine) as connection:
        return say(
            connection, create(connection, "payment_order", number, uscc), "ordered", {"item": item}, submission=1
        )


def words(engine: Engine, obj: BusinessObject, *said: str) -> str:
    """The state after these words, a second apart."""
    for no, name in enumerate(said, start=1):
        with writing(engine) as connection:
            obj = say(connection, obj, name, after=no)
    return str(obj.states["state"])


def bill(engine: Engine, number: str = "TB1") -> str:
    table = tables.business_object
    with reading(engine) as connection:
        wanted = select(table.c.state).where(table.c.number == number, table.c.enterprise == USCC)
        return str(connection.execute(wanted).scalar_one())


def balances(engine: Engine) -> dict[str, Money]:
    with reading(engine) as connection:
        assert list(ledger.faults(connection)) == []
        names = connection.execute(select(tables.ledger_account.c.name)).scalars()
        found = {name: ledger.balance(connection, name, "CNY") for name in names}
    return {name: money for name, money in found.items() if money != NOTHING}


def yuan(text: str) -> Money:
    return Money(Decimal(text), "CNY")


@pytest.mark.parametrize(
    ("said", "state", "books"),
    [
        ((), "PAYING", {f"transit:{USCC}": "120.50", f"payer:{USCC}": "-120.50"}),
        (("unanswered",), "PAYING", {f"transit:{USCC}": "120.50", f"payer:{USCC}": "-120.50"}),
        (("failed",), "PAY_FAILED", {}),
        (("succeeded",), "PAID", {f"bill:{id_of('TB1')}": "120.50", f"payer:{USCC}": "-120.50"}),
        (("unanswered", "succeeded"), "PAID", {f"bill:{id_of('TB1')}": "120.50", f"payer:{USCC}": "-120.50"}),
        (("succeeded", "reversed"), "PREMIUM_RETURNED", {}),
    ],
)
def test_the_bill_and_the_books_follow_the_order(
    store: Engine, said: Sequence[str], state: str, books: dict[str, str]
) -> None:
    words(store, order(store, "JF1", "TB1"), *said)

    assert bill(store) == state
    assert balances(store) == {name: yuan(amount) for name, amount in books.items()}


def test_an_answer_that_is_contradicted_takes_nothing_back_from_the_bill_and_leaves_no_claim_on_the_books(
    store: Engine,
) -> None:
    paid = order(store, "JF1", "TB1")

    assert words(store, paid, "succeeded", "failed") == CONFLICT
    assert (bill(store), balances(store)) == ("PAID", {})


def test_the_persons_decision_is_booked_and_told_to_the_bill(store: Engine) -> None:
    paid = order(store, "JF1", "TB1")
    words(store, paid, "succeeded", "failed")

    with writing(store) as connection:
        say(connection, paid, DECIDED, {"decision": "payment", "keep": "failed"}, after=9)

    assert (bill(store), balances(store)) == ("PAY_FAILED", {})


@pytest.mark.parametrize("said", [(), ("unanswered",), ("succeeded",), ("succeeded", "failed")])
def test_a_bill_that_is_being_paid_unclear_paid_or_disputed_is_not_paid_again(
    store: Engine, said: Sequence[str]
) -> None:
    words(store, order(store, "JF1", "TB1"), *said)

    with pytest.raises(NotAllowed, match="do not pay it again"):
        order(store, "JF2", "TB1", "TB2")

    with reading(store) as connection:
        assert connection.execute(select(func.count()).select_from(tables.hold)).scalar_one() == 1


@pytest.mark.parametrize("said", [("failed",), ("undelivered",), ("succeeded", "reversed")])
def test_a_bill_whose_payment_failed_or_was_returned_is_paid_again(store: Engine, said: Sequence[str]) -> None:
    words(store, order(store, "JF1", "TB1"), *said)

    words(store, order(store, "JF2", "TB1"), "succeeded")

    assert bill(store) == "PAID"


def test_a_clock_that_is_set_back_does_not_turn_a_bill_back(store: Engine) -> None:
    first = order(store, "JF1", "TB1")
    with writing(store) as connection:
        say(connection, first, "failed", after=3600)

    words(store, order(store, "JF2", "TB1"), "succeeded")

    assert bill(store) == "PAID"


def test_another_enterprises_bill_of_the_same_number_is_another_bill(store: Engine) -> None:
    order(store, "JF1", "TB1")

    assert order(store, "JF2", "TB1", uscc=OTHER).states["state"] == "SENT"


def test_merged_bills_are_paid_or_not_together(store: Engine) -> None:
    words(store, order(store, "JF1", "TB1", "TB2"), "succeeded")

    assert balances(store) == {
        f"bill:{id_of('TB1')}": yuan("120.50"),
        f"bill:{id_of('TB2')}": yuan("120.50"),
        f"payer:{USCC}": yuan("-241.00"),
    }


def test_a_bank_that_paid_after_all_is_believed_and_an_operator_called(store: Engine) -> None:
    first = order(store, "JF1", "TB1")
    words(store, first, "undelivered")
    order(store, "JF2", "TB1")

    assert words(store, first, "succeeded") == "SUCCEEDED"
    with reading(store) as connection:
        assert connection.execute(select(tables.alert.c.key)).scalars().all() == [f"held twice:bill:{id_of('TB1')}"]


def test_threads_that_pay_one_bill_make_one_instruction(store: Engine) -> None:
    def pay(number: int) -> bool:
        try:
            order(store, f"JF{number}", "TB1")
        except NotAllowed:
            return False
        return True

    with ThreadPoolExecutor(64) as threads:
        assert list(threads.map(pay, range(64))).count(True) == 1


@given(st.lists(st.sampled_from(WORDS), max_size=7))
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_a_bank_says_the_books_say_what_the_screen_says(store: Engine, said: list[str]) -> None:
    number = uuid.uuid4().hex[:12]
    state = words(store, order(store, number, f"B{number}"), *said)

    held = f"bill:{id_of(f'B{number}')}"
    with reading(store) as connection:
        assert ledger.balance(connection, held, "CNY") == (yuan("120.50") if state == "SUCCEEDED" else NOTHING)
        assert list(ledger.faults(connection)) == []
        taken = connection.execute(select(tables.hold.c.name).where(tables.hold.c.name == held)).first()
        assert (taken is None) == (state in {"FAILED", "REFUNDED"})


def facts(states: Sequence[str]) -> set[str]:
    """Where the bill may stand, by the states of its orders."""
    if "SUCCEEDED" in states:
        return {"PAID"}
    if "REFUNDED" in states:
        return {"PREMIUM_RETURNED", "REPAYING"}
    return {"PAYING"} if {"SENT", "UNKNOWN"} & {*states} else {"PAY_FAILED"}


@given(st.lists(st.tuples(st.integers(0, 2), st.sampled_from(("undelivered", *WORDS[2:]))), max_size=8))
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_bill_says_paid_as_long_as_any_of_its_orders_has_paid_it(store: Engine, told: list[tuple[int, str]]) -> None:
    number = uuid.uuid4().hex[:12]
    with writing(store) as connection:
        due = create(connection, "cargo_application", number, partner="insurer-9111")
        say(connection, due, "submitted", submission=1)
        say(connection, due, "issued", {"premium_due": Decimal("120.50"), "premium_currency": "CNY"})
    orders: dict[int, BusinessObject] = {}
    states: dict[int, str] = {}

    for place, word in told:
        if place not in orders:
            try:
                orders[place] = order(store, f"{number}-{place}", number)
            except NotAllowed:  # another one is under way, or has paid
                continue
        states[place] = words(store, orders[place], word)
        if CONFLICT in states.values():
            return
        assert bill(store, number) in facts([*states.values()])


def test_an_order_that_fails_after_an_earlier_one_has_paid_after_all_leaves_the_bill_paid(store: Engine) -> None:
    first = order(store, "JF1", "TB1")
    words(store, first, "undelivered")
    second = order(store, "JF2", "TB1")
    words(store, first, "succeeded")

    words(store, second, "failed")

    assert bill(store) == "PAID"


@pytest.mark.parametrize(("minutes", "state"), [(9, "SENT"), (10, "UNKNOWN")])
def test_ten_minutes_of_silence_make_the_result_unclear(world: World, minutes: int, state: str) -> None:
    content = {"item": [row("TB1")]}
    with writing(world.runtime.engine) as connection:
        new = NewEvent(name="ordered", identity="ordered", occurred_at=world.clock.now(), submission=1, content=content)
        insert_new(connection, tables.enterprise, {"uscc": USCC, "name": USCC, "created_at": NOW})
        record.record(connection, create(connection, "payment_order", "JF1"), new, world.clock.now())

    world.clock.move(timedelta(minutes=minutes))
    calendar.run(world.runtime)

    with reading(world.runtime.engine) as connection:
        found = connection.execute(select(tables.business_object.c.state)).scalar_one()
    assert found == state
