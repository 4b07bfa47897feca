"""``script/payments``: the long run, of schedules or of amounts, by several processes, on either database."""

import argparse
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from tests.crash import stores
from tests.payments import amounts, schedules
from tests.payments.duties import DutyLife
from tests.payments.theatre import theatre

HELP = "Plays seeded lives, or sends random amounts everywhere. Exit code 1 when a promise broke."
LIVES = {kind.name: kind for kind in (schedules.Life, DutyLife)}
TOLD = 100  # schedules between two lines of progress
MEMORY = Path("/dev/shm")  # where there is one: nothing here has to outlast the machine


def main(arguments: Sequence[str]) -> int:
    """Run what was asked for; 1 when something broke."""
    options = parse(arguments)
    began = time.monotonic()
    run = try_amounts if options.amounts else play
    with addresses(options) as found, ProcessPoolExecutor(options.processes) as pool:
        done = list(pool.map(partial(run, options), range(options.processes), found))
    total = sum((row for row, _ in done), Counter[str]())
    broken = sum(row for _, row in done)
    seconds = time.monotonic() - began
    print("\n".join(summary(total)))
    print(f"{options.database}, from seed {options.first}: {broken} broken, {seconds:.0f} s", flush=True)
    return int(broken > 0)


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    """The options."""
    parser = argparse.ArgumentParser(prog="script/payments", description=HELP)
    parser.add_argument("--life", choices=LIVES, default="payments", help="what is lived through (payments)")
    parser.add_argument("--schedules", type=int, default=100, help="so many seeds (100)")
    parser.add_argument("--operations", type=int, default=100, help="operations of each (100)")
    parser.add_argument("--first", type=int, default=0, help="the first seed (0)")
    parser.add_argument("--bank", default="iso20022", help="code of an installed bank (iso20022)")
    parser.add_argument(
        "--database", choices=("sqlite", "postgres"), default="sqlite", help="where it is kept (sqlite)"
    )
    parser.add_argument("--processes", type=int, default=1, help="at once, each with a store of its own (1)")
    parser.add_argument("--amounts", type=int, default=0, help="instead: so many random amounts")
    parser.add_argument(
        "--carriers", nargs="*", default=(), help="of amounts: through these alone, store and ledger, say"
    )
    return parser.parse_args(arguments)


@contextmanager
def addresses(options: argparse.Namespace) -> Iterator[list[str]]:
    """An empty store for each process."""
    if options.database == "sqlite":
        yield [stores.sqlite()] * options.processes
        return
    with stores.server() as server:
        fresh = stores.postgres(server)
        yield [fresh() for _ in range(options.processes)]


def play(options: argparse.Namespace, process: int, address: str) -> tuple[Counter[str], int]:
    """One process's part of the seeds: what became of them, how many broke; each of these is named."""
    found, broken = Counter[str](), 0
    seeds = range(options.first + process, options.first + options.schedules, options.processes)
    began = time.monotonic()
    with home() as place, theatre(place, address, options.bank) as made:
        for number, seed in enumerate(seeds, start=1):
            played = schedules.play(made, seed, options.operations, LIVES[options.life])
            found += Counter({f"end {state}": times for state, times in played.ends.items()})
            found += played.happened + Counter(schedule=1)
            broken += bool(played.breaches)
            for breach in played.breaches:
                print(f"seed {seed}: {breach}", flush=True)
            if number % TOLD == 0:
                each = (time.monotonic() - began) / number
                left = each * (len(seeds) - number) / 60
                print(f"process {process}: {number} schedules, {each:.2f} s each, {left:.0f} min left", flush=True)
    return found, broken


@contextmanager
def home() -> Iterator[Path]:
    """A folder for a store, in memory where possible; gone at the end."""
    with tempfile.TemporaryDirectory(prefix="swhub-payments-", dir=MEMORY if MEMORY.is_dir() else None) as folder:
        yield Path(folder)


def summary(total: Counter[str]) -> Iterator[str]:
    """A line for each sort of what happened, its first word: how often altogether, and how often what."""
    sorts: dict[str, Counter[str]] = {}
    for what, times in total.items():
        sort, _, which = what.partition(" ")
        sorts.setdefault(sort, Counter())[which] += times
    for sort, found in sorted(sorts.items()):
        whole = found.pop("", 0) or found.total()
        yield f"{sort} {whole}: {', '.join(f'{which} {found[which]}' for which in sorted(found))}".rstrip(": ")


def try_amounts(options: argparse.Namespace, process: int, address: str) -> tuple[Counter[str], int]:
    """One process's part of the amounts: how many each carrier brought back, and how often it was wrong."""
    with home() as place:
        number, seed = options.amounts // options.processes, options.first + process
        toured = amounts.tour(place, address, number, seed=seed, only=options.carriers)
    for line in toured.wrong[:20]:
        print(line, flush=True)
    return toured.carried, len(toured.wrong)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
