"""``script/limits``: the long run, on both databases."""

import argparse
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from random import Random

from hub.store.engine import open_engine
from hub.store.migrate import upgrade
from tests.crash import stores
from tests.limits import race, schedules


def main(arguments: Sequence[str]) -> int:
    """Race and schedule on each database; 1 when a promise broke."""
    parser = argparse.ArgumentParser(prog="script/limits", description="Limits under races and disorder. Long.")
    parser.add_argument("--rounds", type=int, default=1000, help="races of 64 threads, and schedules (1000)")
    parser.add_argument("--seed", type=int, default=1, help="the same seed makes the same choices (1)")
    options = parser.parse_args(arguments)
    broken = 0
    with stores.server() as server, tempfile.TemporaryDirectory(prefix="swhub-limits-") as home:
        for name, address in (
            ("sqlite", f"sqlite:///{Path(home) / 'swhub.db'}"),
            ("postgres", stores.postgres(server)()),
        ):
            broken += run(name, address, options.rounds, options.seed)
    return 1 if broken else 0


def run(name: str, address: str, rounds: int, seed: int) -> int:
    """All rounds on one database; the number of breaches."""
    engine = open_engine(address)
    upgrade(engine)
    began = time.monotonic()
    breaches: list[str] = []
    with ThreadPoolExecutor(race.THREADS) as threads:
        for no in range(rounds):
            breaches += [f"race {no}: {row}" for row in race.race(engine, Random(f"{seed}/race/{no}"), threads)]
    for no in range(rounds):
        breaches += [f"schedule {no}: {row}" for row in schedules.run(engine, Random(f"{seed}/schedule/{no}"))]
    engine.dispose()
    print(
        f"{name}: {rounds} races of {race.THREADS} threads and {rounds} schedules, "
        f"{len(breaches)} breaches, {time.monotonic() - began:.0f} s",
        *breaches,
        sep="\n  ",
        flush=True,
    )
    return len(breaches)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
