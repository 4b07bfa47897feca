"""Seeded schedules: applications, answers, policies, their ends, the insurer's figures; told late, twice, in disorder.

Whatever the order, nothing is taken twice; once all is told, the hub's rest is the insurer's less what is on the way.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from random import Random

from sqlalchemy import Engine

from tests.limits.limit import Limit, yuan

ENDS = ("settled", "cancelled", "expired")


@dataclass
class Insurer:
    """Its own books: it counts an amount with the policy and releases it at its end. What it says is queued."""

    limit: Limit
    total: Decimal
    used: Decimal = Decimal("0.00")
    second: int = 0
    told: list[Callable[[], None]] = field(default_factory=list)

    def state(self, application: str = "") -> None:
        """Queue the figures of this moment."""
        self.second += 1
        total, used, second = self.total, self.used, self.second
        self.told.append(lambda: self.limit.change(total, used, second, application))

    def issue(self, application: str, amount: Decimal) -> None:
        """Queue the policy and what it does to the limit."""
        self.used += amount
        self.told.append(lambda: self.limit.policy(application, "effective"))
        self.state(application)

    def end(self, application: str, amount: Decimal, how: str) -> None:
        """Queue the end of a policy and what it gives back."""
        self.used -= amount
        self.told.append(lambda: self.limit.policy(application, how))
        self.state(application)

    def grow(self, more: Decimal) -> None:
        """A top-up."""
        self.total += more
        self.state()


def run(engine: Engine, dice: Random, steps: int = 12) -> list[str]:
    """One schedule. Breaches."""
    limit = Limit(engine)
    insurer = Insurer(limit, yuan(dice.randrange(10**6, 10**8)))
    limit.grant(insurer.total)
    living: dict[str, Decimal] = {}  # issued
    waiting: dict[str, Decimal] = {}  # on the way
    wrong: list[str] = []
    for step in range(steps):
        _act(limit, insurer, dice, living, waiting, f"{limit.number}{step}")
        while insurer.told and dice.random() < 0.6:
            _tell(insurer, dice)
            wrong += limit.breaches()
    while insurer.told:
        _tell(insurer, dice)
        wrong += limit.breaches()
    rest, reserved = insurer.total - insurer.used, sum(waiting.values(), Decimal("0.00"))
    held = limit.account("limit") - limit.lacking()
    if held != rest - reserved or limit.account("reserved") != reserved or limit.account("used") != insurer.used:
        wrong.append(f"{held} left of {rest}, {reserved} reserved, {limit.account('used')} of {insurer.used} used")
    return wrong


def _act(
    limit: Limit, insurer: Insurer, dice: Random, living: dict[str, Decimal], waiting: dict[str, Decimal], new: str
) -> None:
    chance = dice.random()
    if chance < 0.4 or not waiting:
        amount = yuan(dice.randrange(1, int(insurer.total * 100) // 3))
        if limit.apply(new, amount):
            waiting[new] = amount
    elif chance < 0.5:
        failed = dice.choice(sorted(waiting))
        limit.say(failed, "underwriting_failed")
        del waiting[failed]
    elif chance < 0.75:
        issued = dice.choice(sorted(waiting))
        living[issued] = waiting.pop(issued)
        insurer.issue(issued, living[issued])
    elif chance < 0.85 and living:
        over = dice.choice(sorted(living))
        insurer.end(over, living.pop(over), dice.choice(ENDS))
    else:
        insurer.grow(yuan(dice.randrange(1, 10**6)))


def _tell(insurer: Insurer, dice: Random) -> None:
    """One of the next messages, perhaps twice. The end of a policy waits for the policy, as the hub makes it wait."""
    place = dice.randrange(min(3, len(insurer.told)))
    said = insurer.told[place]
    try:
        said()
    except KeyError:
        return
    if dice.random() < 0.3:
        said()
    del insurer.told[place]
