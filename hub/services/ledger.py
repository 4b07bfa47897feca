"""The double-entry ledger: money, and limits that are counted in money, moved between named accounts, to the cent.

A posting moves one amount from the account in its ``credit`` to the account in its ``debit``, so every transaction
balances by its shape. The database holds the rest (:mod:`hub.store.tables`): amounts are positive, both sides have one
currency, no account falls below its lowest balance. A key is booked once: the same cause again changes nothing.

What a partner says has happened is booked whatever is left: what a limit lacks for it is lent by the account beyond
it, is named, and is paid back by the first that comes in.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from sqlalchemy import Connection, bindparam, func, insert, or_, select, union_all, update

from hub.business.posting import LIMIT, Posting
from hub.contract.money import Money
from hub.contract.text import Text
from hub.errors import NotAllowed
from hub.store.prepared import Prepared
from hub.store.rows import ensure, insert_new
from hub.store.tables import ledger_account, ledger_posting, ledger_transaction

BEYOND = "beyond:"  # the account that lends to a limit
TOO_LITTLE = Text("余额或额度不足", "The balance or limit is too small for this")
_account = (ledger_account.c.name == bindparam("named"), ledger_account.c.currency == bindparam("coin"))
_after = ledger_account.c.balance + bindparam("cents")
HELD = Prepared(select(ledger_account.c.balance).where(*_account))
LOCKED = Prepared(select(ledger_account.c.balance).where(*_account).with_for_update())
MOVE = Prepared(
    update(ledger_account)
    .where(*_account, or_(ledger_account.c.lowest.is_(None), _after >= ledger_account.c.lowest))
    .values(balance=_after)
)
_sides = union_all(
    select(ledger_posting.c.debit.label("name"), ledger_posting.c.currency, ledger_posting.c.cents),
    select(ledger_posting.c.credit, ledger_posting.c.currency, -ledger_posting.c.cents),
).subquery()
SUMS = select(_sides.c.name, _sides.c.currency, func.sum(_sides.c.cents)).group_by(_sides.c.name, _sides.c.currency)
ACCOUNTS = select(ledger_account).order_by(ledger_account.c.name)


def open_account(connection: Connection, name: str, currency: str, *, lowest: Money | None = None) -> None:
    """An account with nothing in it; once there, its lowest balance stays as it was opened."""
    floor = None if lowest is None else lowest.cents()
    row = {"name": name, "currency": currency, "balance": 0, "lowest": floor}
    ensure(connection, ledger_account, row)


def post(connection: Connection, key: str, postings: Sequence[Posting], now: datetime, *, fact: bool = False) -> bool:
    """Book ``postings`` under ``key``, all or none; False when they were booked before. Accounts are opened at need.

    :param fact: it has happened already; a limit that is too small for it is lent the rest.

    Raises NotAllowed when an account would fall below its lowest balance, ValueError when ``key`` stands for others or
    nothing is posted. The caller's transaction is to be rolled back then.
    """
    if not postings:
        raise ValueError(f"{key}: nothing to post")
    if not insert_new(connection, ledger_transaction, {"key": key, "at": now}):
        if booked(connection, key)[: len(postings)] != list(postings):
            raise ValueError(f"{key} was booked with other postings")
        return False
    whole = [*postings, *_loans(connection, _moves(postings), fact=fact)]
    for (name, currency), cents in sorted(_moves(whole).items()):  # sorted: two transactions lock in one order
        open_account(connection, name, currency)
        _move(connection, name, currency, cents)
    rows = [
        {
            "key": key,
            "place": place,
            "debit": posting.debit,
            "credit": posting.credit,
            "currency": posting.money.currency,
            "cents": posting.money.cents(),
        }
        for place, posting in enumerate(whole)
    ]
    connection.execute(insert(ledger_posting), rows)
    return True


def _moves(postings: Sequence[Posting]) -> dict[tuple[str, str], int]:
    """Cents by account and currency."""
    moves: dict[tuple[str, str], int] = defaultdict(int)
    for posting in postings:
        moves[posting.debit, posting.money.currency] += posting.money.cents()
        moves[posting.credit, posting.money.currency] -= posting.money.cents()
    return moves


def _loans(connection: Connection, moves: Mapping[tuple[str, str], int], *, fact: bool) -> Iterator[Posting]:
    """What each limit among ``moves`` has to borrow for them, or can pay back. Raises NotAllowed."""
    for (name, currency), cents in sorted(moves.items()):
        if not name.startswith(LIMIT):
            continue
        open_account(connection, name, currency, lowest=Money.from_cents(0, currency))
        left = LOCKED.first(connection, {"named": name, "coin": currency}).balance
        owed = lacking(connection, name, currency).cents()
        more = max(0, owed - left - cents) - owed
        if more > 0 and not fact:
            raise NotAllowed(TOO_LITTLE)
        if more:
            loan = Posting(name, BEYOND + name, Money.from_cents(abs(more), currency))
            yield loan if more > 0 else loan.reversed()


def lacking(connection: Connection, name: str, currency: str) -> Money:
    """What the limit ``name`` lacks for all that has happened."""
    lent = balance(connection, BEYOND + name, currency)
    return Money.from_cents(-lent.cents(), currency)


def _move(connection: Connection, name: str, currency: str, cents: int) -> None:
    if MOVE.change(connection, {"named": name, "coin": currency, "cents": cents}) != 1:
        raise NotAllowed(TOO_LITTLE)


def booked(connection: Connection, key: str) -> list[Posting]:
    """The postings of ``key``, in their order; none when it was never booked."""
    table = ledger_posting
    rows = connection.execute(select(table).where(table.c.key == key).order_by(table.c.place))
    return [Posting(row.debit, row.credit, Money.from_cents(row.cents, row.currency)) for row in rows]


def balance(connection: Connection, name: str, currency: str) -> Money:
    """What the account ``name`` holds: debits less credits; nothing for an account that was never opened."""
    found = HELD.first(connection, {"named": name, "coin": currency})
    return Money.from_cents(0 if found is None else found.balance, currency)


def faults(connection: Connection) -> Iterator[tuple[str, str]]:
    """(account, what is wrong) for every balance that is not the sum of its postings. For checks, not for requests."""
    summed = {(name, currency): int(cents) for name, currency, cents in connection.execute(SUMS)}
    for row in connection.execute(ACCOUNTS):
        if row.balance != (expected := summed.get((row.name, row.currency), 0)):
            yield row.name, f"holds {row.balance} cents {row.currency}, its postings say {expected}"
