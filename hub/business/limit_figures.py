"""What an insurer has told of a limit against the hub's books (DG-LMT-14, 16): each difference has a name. Pure.

Its changes are its statement: each says total, used and left, and names the application that it counts or releases. So
what it says is used has to be the sum of the guarantees here that it has counted, and each line that spoils the sum can
be named: one that is not counted, one that it has not given back, a change that contradicts itself.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from hub.business.duty_limit import holds
from hub.business.reconciliation import Difference

NOTHING = Decimal("0.00")


@dataclass(frozen=True, kw_only=True)
class Guarantee:
    """An application whose policy was issued, under the limit that is compared."""

    application_no: str
    object_id: str
    amount: Decimal
    counted: bool  # a change of the insurer has named it
    ended: bool


@dataclass(frozen=True, kw_only=True)
class Books:
    """The limit's accounts: what was granted, what is left, and what it was lent beyond that."""

    granted: Decimal
    left: Decimal
    lent: Decimal


def compare(
    changes: Sequence[Mapping[str, Any]],
    guarantees: Sequence[Guarantee],
    books: Books,
    reserved: Decimal,
    object_id: str = "",
) -> list[Difference]:
    """Every difference between the insurer's ``changes``, latest last, and what the hub has.

    :param reserved: the amounts of the applications on the way, which the insurer cannot have counted.
    """
    return [
        *_contradictions(changes),
        *(row for guarantee in guarantees for row in _counted(guarantee, changes)),
        *_sums(changes, guarantees, books, reserved, object_id),
    ]


def _contradictions(changes: Sequence[Mapping[str, Any]]) -> Iterator[Difference]:
    for row in changes:
        if not holds(row):
            ours = row["total_amount"] - row["used_amount"]
            yield _about("figures", row["change_no"], ours, row["remaining_amount"], booked_at=row["changed_at"])


def _counted(row: Guarantee, changes: Sequence[Mapping[str, Any]]) -> Iterator[Difference]:
    told = sum(1 for change in changes if change.get("application_no") == row.application_no and holds(change))
    if not row.counted and not row.ended:
        yield _about("uncounted", row.application_no, row.amount, NOTHING, object_id=row.object_id)
    if row.ended and told == 1:
        yield _about("unreleased", row.application_no, NOTHING, row.amount, object_id=row.object_id)


def _sums(
    changes: Sequence[Mapping[str, Any]],
    guarantees: Sequence[Guarantee],
    books: Books,
    reserved: Decimal,
    object_id: str,
) -> Iterator[Difference]:
    latest = next((row for row in reversed(changes) if holds(row)), None)
    if latest is None:
        return
    mine = _sum(row for row in guarantees if row.counted and not row.ended)
    if latest["used_amount"] != mine:
        yield _about("used", latest["limit_no"], mine, latest["used_amount"], object_id=object_id)
    if latest["total_amount"] != books.granted:
        yield _about("granted", latest["limit_no"], books.granted, latest["total_amount"], object_id=object_id)
    open_ = _sum(row for row in guarantees if not row.counted and not row.ended)
    wanted = latest["total_amount"] - latest["used_amount"] - open_ - reserved
    if books.left - books.lent != wanted:
        yield _about("left", latest["limit_no"], books.left - books.lent, wanted, object_id=object_id)


def _sum(rows: Iterator[Guarantee]) -> Decimal:
    return sum((row.amount for row in rows), NOTHING)


def _about(
    name: str,
    reference: str,
    ours: Decimal,
    theirs: Decimal,
    *,
    object_id: str = "",
    booked_at: datetime | None = None,
) -> Difference:
    return Difference(
        name=name, reference=reference, object_id=object_id, ours=ours, theirs=theirs, booked_at=booked_at
    )
