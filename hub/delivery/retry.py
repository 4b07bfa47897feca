"""When to try again: the only place that decides it. Pure: the random number and the time are handed in."""

from collections.abc import Callable
from datetime import datetime, timedelta

from hub.contract.capability import Capability
from hub.contract.outcome import OutcomeClass

FIRST = timedelta(seconds=10)  # reliability.md P6
LONGEST = timedelta(hours=1)
ASKED_LONGEST = timedelta(days=1)  # a partner's Retry-After beyond this is taken for this

QUERIES = (
    timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=15),
    timedelta(hours=1), timedelta(hours=4), timedelta(days=1),
)  # fmt: skip
UNANSWERED_LONGEST = timedelta(minutes=15)  # a partner that is back is asked within this

Random = Callable[[], float]
"""A number in [0, 1)."""


def next_try(
    kind: OutcomeClass,
    *,
    attempt: int,
    now: datetime,
    deadline: datetime,
    capability: Capability,
    random: Random,
    retry_after: float | None = None,
) -> datetime | None:
    """When attempt no. ``attempt``, which came to ``kind``, is tried again; None when the deadline comes first.

    Exponential with full jitter between 10 s and 1 h, never before ``retry_after``, and only while the partner is
    open. What is wrong with the partner's configuration is tried again after an hour: somebody has to mend it first.
    """
    wait = LONGEST if kind is OutcomeClass.PARTNER_CONFIG else backoff(attempt, random)
    if retry_after is not None:
        wait = max(wait, asked(retry_after))
    at = now + wait
    if capability.hours is not None:
        at = capability.hours.next_open(at)
    return at if at < deadline else None


def asked(retry_after: float) -> timedelta:
    """The wait a partner asks for, within reason."""
    return timedelta(seconds=min(max(retry_after, 0.0), ASKED_LONGEST.total_seconds()))


def backoff(attempt: int, random: Random) -> timedelta:
    """A wait after ``attempt`` failures, anywhere between the shortest and a ceiling that doubles up to an hour."""
    ceiling: timedelta = min(FIRST * 2 ** min(attempt, 20), LONGEST)
    return FIRST + (ceiling - FIRST) * random()


def next_query(*, queries: int, answered: bool, now: datetime) -> datetime:
    """When to ask about an UNKNOWN message again, after ``queries`` answers that told nothing.

    A question that reached nobody does not count: once the partner is back it is asked within a quarter of an hour.
    """
    wait = QUERIES[min(queries, len(QUERIES) - 1)]
    return now + (wait if answered else min(wait, UNANSWERED_LONGEST))
