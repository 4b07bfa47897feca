"""The ledger: exact, balanced, once."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from hub.business.posting import Posting
from hub.contract.money import LARGEST, Money
from hub.errors import NotAllowed
from hub.services import ledger
from hub.store.engine import reading, writing
from hub.store.tables import ledger_account, ledger_posting, ledger_transaction

NOW = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)
NAMES = ("enterprise", "bank", "insurer")
AMOUNTS = st.decimals("0.01", LARGEST, places=2).map(lambda amount: Money(amount, "CNY"))
POSTINGS = st.builds(lambda sides, money: Posting(sides[0], sides[1], money), st.permutations(NAMES), AMOUNTS)


def yuan(text: str) -> Money:
    """An amount in CNY."""
    return Money(Decimal(text), "CNY")


def test_the_largest_amount_comes_back_to_the_cent(engine: Engine) -> None:
    with writing(engine) as connection:
        ledger.post(connection, "order-1", [Posting("insurer", "bank", Money(LARGEST, "CNY"))], NOW)

    with reading(engine) as connection:
        assert ledger.balance(connection, "insurer", "CNY") == yuan("9999999999999.99")
        assert ledger.balance(connection, "bank", "CNY") == yuan("-9999999999999.99")


def test_the_same_key_is_booked_once(engine: Engine) -> None:
    paid = [Posting("insurer", "bank", yuan("120.00"))]
    with writing(engine) as connection:
        ledger.post(connection, "order-1", paid, NOW)

        again = ledger.post(connection, "order-1", paid, NOW)

        assert (again, ledger.balance(connection, "insurer", "CNY")) == (False, yuan("120.00"))


def test_a_key_does_not_stand_for_other_postings(engine: Engine) -> None:
    with writing(engine) as connection:
        ledger.post(connection, "order-1", [Posting("insurer", "bank", yuan("120.00"))], NOW)

        with pytest.raises(ValueError, match="other postings"):
            ledger.post(connection, "order-1", [Posting("insurer", "bank", yuan("120.01"))], NOW)


def test_what_is_reversed_leaves_nothing_and_both_stay_on_the_books(engine: Engine) -> None:
    paid = Posting("insurer", "bank", yuan("120.00"))
    with writing(engine) as connection:
        ledger.post(connection, "order-1", [paid], NOW)

        ledger.post(connection, "order-1:returned", [paid.reversed()], NOW)

        assert ledger.balance(connection, "insurer", "CNY") == yuan("0.00")
        assert ledger.booked(connection, "order-1") == [paid]


@pytest.mark.parametrize("amount", ["0.00", "-0.01"])
def test_a_posting_moves_more_than_nothing(amount: str) -> None:
    with pytest.raises(ValueError, match="more than nothing"):
        Posting("insurer", "bank", yuan(amount))


def test_a_limit_is_used_up_to_its_last_cent_and_no_further(engine: Engine) -> None:
    with writing(engine) as connection:
        ledger.open_account(connection, "free", "CNY", lowest=yuan("0.00"))
        ledger.post(connection, "granted", [Posting("free", "granted", yuan("500.00"))], NOW)
        ledger.post(connection, "used", [Posting("used", "free", yuan("500.00"))], NOW)

    with pytest.raises(NotAllowed), writing(engine) as connection:
        ledger.post(connection, "too much", [Posting("used", "free", yuan("0.01"))], NOW)

    with reading(engine) as connection:
        assert ledger.booked(connection, "too much") == []


def test_threads_that_want_one_limit_never_share_a_cent(engine: Engine) -> None:
    with writing(engine) as connection:
        ledger.open_account(connection, "free", "CNY", lowest=yuan("0.00"))
        ledger.post(connection, "granted", [Posting("free", "granted", yuan("5.00"))], NOW)

    def take(number: int) -> bool:
        try:
            with writing(engine) as connection:
                return ledger.post(connection, f"use-{number}", [Posting("used", "free", yuan("1.00"))], NOW)
        except NotAllowed:
            return False

    with ThreadPoolExecutor(8) as threads:
        taken = list(threads.map(take, range(16)))

    assert taken.count(True) == 5


def test_threads_that_book_one_cause_book_it_once(engine: Engine) -> None:
    def book(_: int) -> bool:
        with writing(engine) as connection:
            return ledger.post(connection, "order-1", [Posting("insurer", "bank", yuan("1.00"))], NOW)

    with ThreadPoolExecutor(8) as threads:
        assert list(threads.map(book, range(16))).count(True) == 1


@pytest.mark.parametrize(
    "row",
    [
        pytest.param({"cents": 0}, id="nothing"),
        pytest.param({"cents": -1}, id="less than nothing"),
        pytest.param({"credit": "insurer"}, id="one account on both sides"),
        pytest.param({"currency": "USD"}, id="a currency that the accounts do not have"),
    ],
)
def test_the_database_itself_refuses_a_posting_of(engine: Engine, row: dict[str, object]) -> None:
    with writing(engine) as connection:
        ledger.post(connection, "order-1", [Posting("insurer", "bank", yuan("1.00"))], NOW)
    whole = {"key": "order-1", "place": 1, "debit": "insurer", "credit": "bank", "currency": "CNY", "cents": 1}

    with pytest.raises(IntegrityError), writing(engine) as connection:
        connection.execute(insert(ledger_posting), whole | row)


def test_the_database_itself_holds_the_lowest_balance(engine: Engine) -> None:
    with writing(engine) as connection:
        ledger.open_account(connection, "free", "CNY", lowest=yuan("0.00"))

    with pytest.raises(IntegrityError), writing(engine) as connection:
        connection.execute(update(ledger_account).values(balance=-1))


def test_a_balance_that_somebody_changed_is_named(engine: Engine) -> None:
    with writing(engine) as connection:
        ledger.post(connection, "order-1", [Posting("insurer", "bank", yuan("1.00"))], NOW)
        connection.execute(update(ledger_account).where(ledger_account.c.name == "bank").values(balance=-99))

        assert list(ledger.faults(connection)) == [("bank", "holds -99 cents CNY, its postings say -100")]


@given(st.lists(st.lists(POSTINGS, min_size=1, max_size=3), max_size=8))
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_is_booked_the_books_balance(engine: Engine, booked: list[list[Posting]]) -> None:
    with writing(engine) as connection:
        for table in (ledger_posting, ledger_transaction, ledger_account):
            connection.execute(table.delete())
        for number, postings in enumerate(booked):
            ledger.post(connection, f"key-{number}", postings, NOW)

        assert list(ledger.faults(connection)) == []
        assert not connection.execute(select(func.sum(ledger_account.c.balance))).scalar()
