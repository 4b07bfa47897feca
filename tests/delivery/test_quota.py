"""Messages per minute: each sender has a bucket of its own, and there is room for so many of them."""

import pytest

from hub.delivery import quota
from hub.delivery.quota import Quota


def test_who_has_used_a_minutes_worth_waits_for_its_share_of_the_next():
    two = Quota(per_minute=2)
    taken = [two.take("sinosure", at) for at in (0.0, 0.0, 0.0, 29.0, 31.0)]
    assert taken == [True, True, False, False, True]


def test_one_sender_takes_nothing_from_another():
    one = Quota(per_minute=1)
    one.take("198.51.100.1", 0.0)
    assert one.take("198.51.100.2", 0.0)


def test_where_room_ends_only_the_sender_unused_for_longest_begins_anew(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(quota, "MOST", 3)
    one = Quota(per_minute=1)
    for sender in ("a", "b", "c", "a", "d"):  # b has not come for longest when d does
        one.take(sender, 0.0)
    assert [one.take(sender, 0.0) for sender in ("a", "c", "d", "b")] == [False, False, False, True]
