"""When to try again: bounds, hours and deadlines, for any outcome, time and dice."""

import ast
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import hub.delivery
from hub.contract.capability import Capability, Hours
from hub.contract.outcome import OutcomeClass
from hub.delivery.retry import FIRST, LONGEST, backoff, next_query, next_try

times = st.datetimes(datetime(2026, 1, 1), datetime(2028, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
dice = st.floats(0, 1, exclude_max=True).map(lambda number: lambda: number)
again = st.sampled_from([OutcomeClass.NOT_SENT, OutcomeClass.THROTTLED, OutcomeClass.PARTNER_CONFIG])
OFFICE = Hours.parse("Asia/Shanghai Mon-Sat 08:30-20:00")


@given(attempt=st.integers(1, 10_000), random=dice)
def test_a_wait_lies_between_ten_seconds_and_an_hour(attempt, random):
    assert FIRST <= backoff(attempt, random) <= LONGEST


@given(
    kind=again, attempt=st.integers(1, 50), now=times, random=dice, span=st.integers(0, 72),
    after=st.none() | st.floats(-10, 1e15), office=st.booleans(),
)  # fmt: skip
def test_a_retry_is_in_the_future_before_the_deadline_and_while_the_partner_is_open(
    kind, attempt, now, random, span, after, office
):
    deadline = now + timedelta(hours=span)
    capability = Capability(name="x", hours=OFFICE if office else None)

    at = next_try(
        kind, attempt=attempt, now=now, deadline=deadline, capability=capability, random=random, retry_after=after
    )

    if at is None:
        return
    assert now + FIRST <= at < deadline
    assert not office or OFFICE.next_open(at) == at
    assert after is None or at >= now + timedelta(seconds=min(max(after, 0), 86_400))


@given(now=times, random=dice)
def test_a_message_that_cannot_be_retried_in_time_is_given_up(now, random):
    at = next_try(
        OutcomeClass.NOT_SENT, attempt=1, now=now, deadline=now + FIRST, capability=Capability(name="x"), random=random
    )

    assert at is None


@given(queries=st.integers(0, 1000), now=times)
def test_a_question_is_put_off_a_minute_at_least_and_a_day_at_most(queries, now):
    wait = next_query(queries=queries, answered=True, now=now) - now
    assert timedelta(minutes=1) <= wait <= timedelta(days=1)


def test_waits_spread_over_the_whole_range():
    """Full jitter: no herd when a partner comes back."""
    waits = [backoff(20, lambda n=n: n / 100).total_seconds() for n in range(100)]

    assert waits == sorted(waits)
    assert max(waits[i + 1] - waits[i] for i in range(99)) < 40


def test_single_scheduler():
    """Only the dispatcher asks when to retry, and only this module computes a wait: no retry times a retry."""
    callers = {"next_try": set(), "backoff": set(), "sleep": set(), "Retry": set()}
    for path in Path(hub.delivery.__path__[0]).glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            name = node.func if isinstance(node, ast.Call) else None
            word = name.id if isinstance(name, ast.Name) else name.attr if isinstance(name, ast.Attribute) else None
            if word in callers:
                callers[word].add(path.name)

    assert callers == {
        "next_try": {"dispatcher.py"}, "backoff": {"retry.py", "circuit.py"}, "sleep": set(), "Retry": set(),
    }  # fmt: skip


@pytest.mark.parametrize("hours", [6, 24])
def test_a_long_outage_costs_few_attempts_two_alerts_and_loses_nothing(world, hours):
    messages = [world.queue() for _ in range(10)]
    world.partner.faults.extend(["down"] * 10_000)
    worker = world.worker()
    for _ in range(hours * 12):
        worker.run_once()
        world.later(minutes=5)
    attempts = sum(world.row(message).attempts for message in messages)
    world.partner.faults.clear()
    for _ in range(14):
        worker.run_once()
        world.later(minutes=5)

    assert {world.state(message) for message in messages} == {"ACKED"}
    assert world.partner.effects == dict.fromkeys(messages, 1)
    assert attempts <= 2 * hours + 20  # probes, half an hour apart on average, however many messages wait
    assert world.alerts(opened=True) == []
    assert world.alerts(opened=False) == ["circuit:acme:policy.confirm"]
