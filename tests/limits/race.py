"""Many threads, one limit: what is accepted is exactly what fits (P10)."""

from concurrent.futures import ThreadPoolExecutor
from random import Random

from sqlalchemy import Engine

from tests.limits.limit import Limit, yuan

THREADS = 64


def race(engine: Engine, dice: Random, threads: ThreadPoolExecutor) -> list[str]:
    """One round: a new limit, some of it used, and an application of the same amount from every thread. Breaches."""
    total = dice.randrange(1, 10**9)
    used = dice.randrange(0, total)
    amount = dice.choice((1, total - used, total, dice.randrange(1, total + 1), max(1, (total - used) // 40)))
    limit = Limit(engine)
    limit.grant(yuan(total))
    limit.change(yuan(total), yuan(used), 1)
    accepted = list(threads.map(lambda number: limit.apply(f"{limit.number}{number}", yuan(amount)), range(THREADS)))
    wanted = min(THREADS, (total - used) // amount)
    wrong = [] if sum(accepted) == wanted else [f"{sum(accepted)} of {wanted} accepted: {amount} of {total - used}"]
    return wrong + limit.breaches()
