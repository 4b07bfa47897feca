"""One way to each fail point: how the hub is brought there, killed there, and what follows.

A round has three parts: the victim is started with the point armed and driven until it is dead; the tables are
checked as they lie; then everything is started again, goes on to the end of the journey, and is checked once more.
"""

import itertools
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from random import Random

from hub.store import tables
from tests.crash.house import KILLED, OPERATORS, Broken, House

LOST = ("lost_after", "lost_before", "reset", "gateway", "empty", "garbage")


@dataclass(frozen=True, kw_only=True)
class Round:
    """One kill at one point: the ``n``-th time it is reached, in a house that has seen others."""

    house: House
    point: str
    n: int
    dice: Random

    def armed(self, n: int | None = None) -> str:
        """For SWHUB_FAILPOINTS."""
        return f"{self.point}=kill@{n or self.n}"

    def dead(self, name: str) -> None:
        """The victim died at the point. Raises Broken when it never got there."""
        if not self.house.died(name):
            raise Broken(f"{self.point} was not reached for the {self.n}. time")

    def lies(self, number: str) -> None:
        """What the crash left is consistent, and the commands say it as it is."""
        self.house.check(settled=False)
        self.house.check_words(number)

    def mends(self, *numbers: str) -> None:
        """A fresh worker takes over, and the journey goes on to its end."""
        self.house.lease_over()
        if not self.house.lives("worker"):
            self.house.start("worker")
        self.house.settle()
        self.house.finish(numbers)
        self.house.check(settled=True)
        self.house.kill("worker")


def sending(a: Round) -> None:
    """A worker sends ``n`` messages and more; it dies at the ``n``-th."""
    numbers = a.house.confirmed(a.n)
    a.house.start("worker", a.armed())
    a.dead("worker")
    a.lies(numbers[0])
    a.mends(*numbers)


def sending_twice(a: Round) -> None:
    """The same, and the worker that takes over dies at the same point again."""
    numbers = a.house.confirmed(2)
    a.house.start("worker", a.armed(1))
    a.dead("worker")
    a.house.lease_over()
    a.house.start("worker", a.armed(1))
    a.house.wait(lambda: not a.house.lives("worker"), f"{a.point} again", step=5.0)
    a.dead("worker")
    a.lies(numbers[0])
    a.mends(*numbers)


def claiming(a: Round) -> None:
    """Messages come one after the other, so that none is claimed with another's outcome; it dies at the ``n``-th."""
    a.house.start("worker", a.armed())
    numbers: list[str] = []
    while len(numbers) < a.n:
        numbers += a.house.confirmed(1)
        a.house.wait(partial(_over, a.house, numbers[-1]), "the message is sent")
    a.dead("worker")
    a.lies(numbers[0])
    a.mends(*numbers)


def _over(house: House, number: str) -> bool:
    return not house.lives("worker") or house.sent(number)[-1].state == "ACKED"


def deferring(a: Round) -> None:
    """The insurer does not know us; the circuit opens, and the next message is put off."""
    first = a.house.confirmed(1)
    a.house.insurer.faults.append("stranger")
    a.house.start("worker")
    a.house.wait(lambda: a.house.sent(first[0])[-1].state == "RETRYING", "the insurer refuses us")
    a.house.kill("worker")
    second = a.house.confirmed(2)
    a.house.start("worker", a.armed(1))
    a.dead("worker")
    a.lies(second[0])
    a.mends(*first, *second)


def recovering(a: Round) -> None:
    """A worker dies while it sends; the next one dies while it takes over."""
    numbers = a.house.confirmed(2)
    before = a.dice.choice(["delivery.after_claim_commit", "transport.after_request"])
    a.house.start("worker", f"{before}=kill@1")
    if not a.house.died("worker"):
        raise Broken(f"{before} was not reached")
    a.house.lease_over()
    a.house.start("worker", a.armed(1))
    a.dead("worker")
    a.lies(numbers[0])
    a.mends(*numbers)


def expiring(a: Round) -> None:
    """No worker for three days: the deadline is over."""
    numbers = a.house.confirmed(2)
    a.house.clock.jump(73 * 3600)
    a.house.start("worker", a.armed(1))
    a.dead("worker")
    a.lies(numbers[0])
    a.mends(*numbers)


def asking(a: Round) -> None:
    """The insurer's answer is lost, and the worker dies around the question."""
    fault = a.dice.choice(LOST)
    numbers = a.house.confirmed(1)
    a.house.insurer.faults.append(fault)
    a.house.start("worker", a.armed(1))
    a.house.wait(lambda: a.house.sent(numbers[0])[-1].state == "UNKNOWN", f"{fault} makes it unknown")
    a.house.clock.jump(61)
    a.dead("worker")
    a.lies(numbers[0])
    a.mends(*numbers)


def answering(a: Round) -> None:
    """A review comes for a message whose receipt was lost; the door dies while it resolves it."""
    numbers = a.house.confirmed(a.n)
    a.house.insurer.faults.extend(["lost_after"] * a.n)
    a.house.start("worker")
    a.house.wait(lambda: all(a.house.sent(number)[-1].state == "UNKNOWN" for number in numbers), "unknown")
    a.house.kill("worker")
    a.house.kill("door")
    a.house.start("door", a.armed())
    for number in numbers:
        review = a.house.insurer.write.review(number, "10", a.house.sent(number)[-1].message_id)
        content = a.house.insurer.seal(review)
        if a.house.insurer.push(review, content) is None:
            a.dead("door")
            a.lies(number)
            a.house.deliver(review, content)
    a.mends(*numbers)


def deciding(a: Round) -> None:
    """The insurer does not answer questions; two persons decide, and a command dies."""
    fault = a.dice.choice(["lost_after", "lost_before"])
    (number,) = a.house.confirmed(1)
    a.house.insurer.faults.append(fault)
    a.house.start("worker")
    a.house.wait(lambda: a.house.sent(number)[-1].state == "UNKNOWN", "unknown")
    a.house.kill("worker")
    (row,) = a.house.sent(number)
    verdict = "delivered" if row.message_id in a.house.insurer.books.held else "not_delivered"
    propose = (
        *("dead-letters", "propose", row.message_id, "--verdict", verdict, "--reason", "电话核实"),
        *("--evidence", "对方台账第12页", "--as", OPERATORS[0]),
    )
    if a.point == "decisions.before_propose_commit":
        known = a.house.count(tables.decision)
        _dies(a, *propose)
        a.lies(number)
        if a.house.count(tables.decision) != known:
            raise Broken("half of a proposal")
    code, said = a.house.command(*propose)
    if code != 0:
        raise Broken(said)
    confirm = ("dead-letters", "confirm", said.strip().splitlines()[-1], "--as", OPERATORS[1])
    if a.point == "decisions.before_propose_commit":
        a.house.command(*confirm)
    else:
        _dies(a, *confirm)
        a.lies(number)
        again, said = a.house.command(*confirm)
        if (again == 0) != (a.point == "decisions.before_confirm_commit"):
            raise Broken(f"confirmed again: {again} {said}")
    a.mends(number)


def _dies(a: Round, *command: str) -> None:
    code, said = a.house.command(*command, armed=a.armed(1))
    if code != KILLED:
        raise Broken(f"{a.point} was not reached: {code} {said}")


def polling(a: Round) -> None:
    """Letters lie in a postbox; the worker dies while it takes them."""
    house = a.house
    numbers = [house.number() for _ in range(a.n + 2)]
    house.insurer.post_letters([house.insurer.write.offer(number) for number in numbers])
    house.start("worker", a.armed())
    house.wait(lambda: not house.lives("worker"), f"{a.point} is reached", step=1.0)
    a.dead("worker")
    a.lies(numbers[0])
    house.lease_over()
    house.start("worker")
    wanted = len(house.insurer.mailbox)
    house.wait(lambda: len(house.insurer.books.acknowledged) >= wanted, "all letters are taken", step=1.0)
    for number in numbers:
        if house.state("micro_application", number) != "PENDING_CONFIRM":
            raise Broken(f"{number} is missing")
    house.check(settled=True)
    house.kill("worker")


def receiving(a: Round) -> None:
    """The insurer sends offers, and the door dies at the ``n``-th."""
    a.house.kill("door")
    a.house.start("door", a.armed())
    numbers = [a.house.number() for _ in range(a.n)]
    for number in numbers:
        offer = a.house.insurer.write.offer(number)
        content = a.house.insurer.seal(offer)
        if a.house.insurer.push(offer, content) is None:
            a.dead("door")
            a.lies(number)
            a.house.deliver(offer, content)
    for number in numbers:
        a.house.perform("micro_application", number, "confirm")
    a.mends(*numbers)


def queueing(a: Round) -> None:
    """A person confirms, and the process dies before the commit: nothing happened, and it may be done again."""
    (number,) = a.house.offered(1)
    if a.house.user("micro_application", number, "confirm", a.armed(1)) != KILLED:
        raise Broken(f"{a.point} was not reached")
    a.lies(number)
    if a.house.sent(number) or a.house.state("micro_application", number) != "PENDING_CONFIRM":
        raise Broken(f"{number}: half of a confirmation")
    a.mends(number)


SCENARIOS: Mapping[str, tuple[Callable[[Round], None], ...]] = {
    "outbox.enqueue": (queueing,),
    "delivery.before_claim_commit": (sending, sending_twice),
    "delivery.after_claim_commit": (claiming, sending_twice),
    "delivery.before_defer_commit": (deferring,),
    "transport.before_connect": (sending, sending_twice),
    "transport.before_first_byte": (sending, sending_twice),
    "transport.after_request": (sending, sending_twice),
    "transport.after_answer": (sending, sending_twice),
    "delivery.before_settle_commit": (sending, sending_twice),
    "delivery.after_settle_commit": (sending,),
    "delivery.before_recover_commit": (recovering,),
    "delivery.after_recover_commit": (recovering,),
    "delivery.before_expire_commit": (expiring,),
    "resolver.before_ask_commit": (asking,),
    "resolver.after_ask_commit": (asking,),
    "resolver.before_settle_commit": (asking,),
    "resolver.after_settle_commit": (asking,),
    "resolver.receipt": (answering,),
    "decisions.before_propose_commit": (deciding,),
    "decisions.before_confirm_commit": (deciding,),
    "decisions.after_confirm_commit": (deciding,),
    "poller.before_lease_commit": (polling,),
    "poller.after_lease_commit": (polling,),
    "poller.after_message": (polling,),
    "poller.before_cursor_commit": (polling,),
    "poller.after_cursor_commit": (polling,),
    "inbound.before_store": (receiving,),
    "inbound.after_insert": (receiving,),
    "inbound.before_commit": (receiving,),
    "inbound.after_commit": (receiving,),
}
"""Fail point -> the ways to it; round ``i`` takes way ``i`` and begins again."""

KILLS = {sending_twice: 2, recovering: 2}  # SIGKILLs in one round; 1 in the others
LARGEST = 3  # n


def partner_of(point: str) -> str:
    """The partner that the point needs."""
    return "postbox" if point.startswith("poller.") else "sinosure"


def run(house: House, point: str, times: int, dice: Random) -> int:
    """``times`` rounds at one point in one house; the number of kills. Raises Broken."""
    house.start("door")
    kills = 0
    for number, way in zip(range(times), itertools.cycle(SCENARIOS[point])):
        way(Round(house=house, point=point, n=number % LARGEST + 1, dice=dice))
        kills += KILLS.get(way, 1)
    return kills
