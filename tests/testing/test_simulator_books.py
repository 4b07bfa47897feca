"""The partner's books: one commit or none, lanes in order, faults used up by one."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from hub.testing.simulator.books import Books, Entry

NOW = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)
LATER = NOW + timedelta(seconds=10)


@pytest.fixture
def books() -> Iterator[Books]:
    opened = Books()
    yield opened
    opened.close()


def row(lane: str, message_id: str, **more: Any) -> dict[str, Any]:
    kept = {"message_id": message_id, "type": "T", "version": "1.0", "enterprise": "E", "business_key": lane}
    return {**kept, "lane": lane, "content": message_id.encode(), "fault": "", **more}


def test_what_raises_leaves_nothing(books):
    def fail() -> None:
        with books.writing():
            books.write(Entry(kind="k", number="1", enterprise="E", state="A"))
            books.plan(NOW, "step", "lane", {})
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    with books.writing():
        assert books.listing()["entries"] == books.listing()["agenda"] == []


def test_steps_are_taken_in_the_order_of_their_time_and_once(books):
    with books.writing():
        books.plan(LATER, "second", "a", {"n": 2})
        books.plan(NOW, "first", "a", {"n": 1})
        books.plan(LATER + timedelta(days=1), "third", "a", {})
        taken = [books.take_due(LATER) for _ in range(3)]

    assert [None if due is None else (due.step, due.args) for due in taken] == [
        ("first", {"n": 1}),
        ("second", {"n": 2}),
        None,
    ]


def test_a_lane_waits_behind_its_first_message_and_others_do_not(books):
    with books.writing():
        for lane, message_id in (("a", "a1"), ("a", "a2"), ("b", "b1")):
            books.queue(NOW, row(lane, message_id))
        first = books.head(NOW)
        books.again(first, LATER, "busy", heard=False)
        other = books.head(NOW)
        books.sent(other, "SENT", "ok")
        nothing = books.head(NOW)
        again = books.head(LATER)

    assert (first.message_id, other.message_id, nothing, again.message_id) == ("a1", "b1", None, "a1")
    assert again.tries == 1


def test_nothing_is_due_for_a_message_behind_another_one(books):
    with books.writing():
        books.queue(NOW, row("a", "a1"))
        books.queue(NOW, row("a", "a2"))
        books.again(books.head(NOW), LATER, "busy", heard=False)

        assert books.next_moment() == LATER


def test_a_held_message_goes_after_the_one_that_overtakes_it(books):
    with books.writing():
        books.queue(LATER, row("a", "a1", state="HELD"))
        books.queue(NOW, row("a", "a2"))
        first = books.head(LATER)
        books.sent(first, "SENT", "ok")
        second = books.head(LATER)

    assert (first.message_id, second.message_id) == ("a2", "a1")


def test_what_was_to_be_sent_first_is_over_once_it_was_heard(books):
    with books.writing():
        books.queue(NOW, row("a", "a1", first=b"spoilt"))
        unheard = books.head(NOW)
        books.again(unheard, NOW, "nothing heard", heard=False)
        still = books.head(NOW)
        books.again(still, NOW, "refused", heard=True)
        after = books.head(NOW)

    assert (unheard.first, still.first, after.first) == (b"spoilt", b"spoilt", None)


@pytest.mark.parametrize(
    ("armed", "asked", "fires"),
    [
        ({}, ("push", "T", "a"), True),
        ({"types": ["T"]}, ("push", "T", "a"), True),
        ({"types": ["U"]}, ("push", "T", "a"), False),
        ({"lane": "a"}, ("push", "T", "a"), True),
        ({"lane": "b"}, ("push", "T", "a"), False),
        ({}, ("answer", "T", "a"), False),
    ],
)
def test_a_fault_fires_for_its_side_types_and_lane(armed, asked, fires, books):
    with books.writing():
        books.arm("reset", "push", **armed)

        assert books.fire(*asked) == ("reset" if fires else "")


def test_a_fault_is_used_up(books):
    with books.writing():
        books.arm("one", "push", times=2)
        books.arm("two", "push")

        assert [books.fire("push", "T", "a") for _ in range(4)] == ["one", "one", "two", ""]


def test_counters_count_by_name(books):
    with books.writing():
        assert [books.count("a"), books.count("a"), books.count("b")] == [1, 2, 1]
