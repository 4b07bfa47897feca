"""Polled partners: the cursor moves only when everything before it is committed."""

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from hub.contract.message import OutMessage, Raw
from hub.contract.transport import AnswerLost
from hub.delivery.poller import Poller
from hub.delivery.transport import Transport
from hub.store import tables


@dataclass
class Mailbox:
    """A partner that keeps numbered letters, given out two at a time."""

    sheet: object
    statuses: tuple = ()
    letters: list[str] = field(default_factory=list)
    lost: int = 0
    polls: int = 0
    during: Callable[[], object] | None = None  # called while anything is on the wire

    def poll(self, cursor, ctx):
        return OutMessage(content=(cursor or "0").encode())

    def parse_poll(self, raw, cursor, ctx):
        start = int(cursor or "0")
        page = json.loads(raw.content)
        rows = [Raw(content=letter.encode(), received_at=ctx.now) for letter in page]
        return rows, str(start + len(page))

    def send(self, message, address, connect_timeout, read_timeout):
        self.polls += 1
        if self.during is not None:
            self.during()
        if self.lost:
            self.lost -= 1
            raise AnswerLost("cut")
        start = int(message.content)
        return Raw(content=json.dumps(self.letters[start : start + 2]).encode(), received_at=None)


@pytest.fixture
def mailbox(partner):
    made = Mailbox(partner().sheet, letters=["a", "b", "c", "d", "e"])
    for name in ("build", "parse_response", "query", "parse_query", "open", "parse", "receipt"):
        setattr(made, name, None)
    return made


@pytest.fixture
def post(build_world, mailbox):
    return build_world(mailbox)


def cursor(world):
    (row,) = world.rows(tables.poll_cursor)
    return row.cursor


def test_everything_new_is_taken_in_order_and_the_cursor_follows(post):
    taken = []

    post.worker(receive=lambda partner, raw: taken.append((partner, raw.content.decode()))).run_once()

    assert taken == [("acme", letter) for letter in "abcde"]
    assert cursor(post) == "5"


def test_the_partner_is_not_asked_again_before_its_interval_is_over(post):
    worker = post.worker(receive=lambda partner, raw: None)
    worker.run_once()
    polls = post.partner.polls
    post.later(seconds=50)
    worker.run_once()
    assert post.partner.polls == polls

    post.later(seconds=10)
    post.partner.letters.append("f")
    worker.run_once()

    assert cursor(post) == "6"


def test_a_letter_that_cannot_be_committed_holds_the_cursor(post):
    taken = []
    sick = ["b"]

    def receive(partner, raw):
        if raw.content.decode() in sick:
            raise RuntimeError("no room")
        taken.append(raw.content.decode())

    worker = post.worker(receive=receive)
    worker.run_once()
    assert (cursor(post), taken, post.alerts()) == ("", ["a"], ["poll:acme"])

    sick.clear()
    post.later(minutes=1)
    worker.run_once()

    assert (cursor(post), taken, post.alerts()) == ("5", ["a", "a", "b", "c", "d", "e"], [])


def test_a_lost_answer_is_asked_for_again_later(post):
    post.partner.lost = 1
    taken = []
    worker = post.worker(receive=lambda partner, raw: taken.append(raw))
    worker.run_once()
    assert (taken, post.alerts()) == ([], ["poll:acme"])

    post.later(minutes=1)
    worker.run_once()

    assert (len(taken), post.alerts()) == (5, [])


def test_only_one_of_two_processes_polls_and_a_dead_ones_lease_ends(post):
    transport = Transport(post.runtime.settings, post.clock)
    taken = []
    pollers = [
        Poller(runtime=post.runtime, transport=transport, receive=lambda partner, raw: taken.append(raw))
        for _ in range(2)
    ]
    post.fail("poller.after_lease_commit=raise@1")
    with pytest.raises(Exception, match="after_lease_commit"):
        pollers[0].poll("acme")

    assert pollers[1].poll("acme") is None
    post.later(seconds=61)
    assert pollers[1].poll("acme") == 2


def test_a_crash_between_two_letters_loses_none(post):
    taken = []
    post.fail("poller.before_cursor_commit=raise@2")
    worker = post.worker(receive=lambda partner, raw: taken.append(raw.content.decode()))
    with pytest.raises(Exception, match="before_cursor_commit"):
        worker.run_once()
    assert cursor(post) == "2"

    post.later(minutes=2)
    post.worker(receive=lambda partner, raw: taken.append(raw.content.decode())).run_once()

    assert list(dict.fromkeys(taken)) == ["a", "b", "c", "d", "e"]
    assert cursor(post) == "5"


def test_a_poll_that_hangs_counts_as_one_of_its_partners_senders(build_world, partner, mailbox):
    other = partner("other")
    world = build_world(mailbox, other, senders=2, sweep=0.05)
    flying, landed, sent = threading.Event(), threading.Event(), threading.Event()
    mailbox.during = lambda: (flying.set(), landed.wait(20))
    other.during = lambda _message: sent.set()
    world.queue(partner=mailbox)
    worker = world.worker(receive=lambda _partner, _raw: None)
    worker.start()
    try:
        assert flying.wait(20)
        world.queue(partner=other)
        assert sent.wait(20)
        assert mailbox.polls == 1  # the message to it waits: the other half of the senders is the others'
    finally:
        landed.set()
        worker.stop()
