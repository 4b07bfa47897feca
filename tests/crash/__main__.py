"""``script/crash``: the long run."""

import argparse
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from hub.commands.home import end_on_sigterm
from hub.delivery.failpoints import POINTS
from tests.crash import copies, scenarios, schedules, stores
from tests.crash.house import House, Keys, discard
from tests.crash.stores import Fresh

DATABASES = ("sqlite", "postgres")
SECONDS = 2.5  # of one round, measured on two busy cores
HELP = "Kills the hub at every fail point, again and again, and checks what is left. Exit code 1 when a promise broke."


@dataclass
class Tally:
    """One line of the summary."""

    name: str
    database: str
    kills: int = 0
    seconds: float = 0.0
    breaches: list[str] = field(default_factory=list)


def main(arguments: Sequence[str]) -> int:
    """Run what was asked for; 1 when something broke."""
    options = parse(arguments)
    home = options.home or Path(tempfile.mkdtemp(prefix="swhub-crash-"))
    print(f"seed {options.seed}, stores and logs in {home}", flush=True)
    began = time.monotonic()
    with chosen(options.database) as databases:
        if options.schedules:
            tallies = list(run_schedules(options, databases, home))
        elif options.copies:
            tallies = list(run_copies(options, databases, home))
        else:
            tallies = list(run_kills(options, databases, home))
    summary(tallies, time.monotonic() - began)
    return 1 if any(tally.breaches for tally in tallies) else 0


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    """The options."""
    parser = argparse.ArgumentParser(prog="script/crash", description=HELP)
    parser.add_argument("--times", type=int, default=10, help="rounds at each point on each database (10)")
    parser.add_argument("--database", choices=(*DATABASES, "both"), default="both")
    parser.add_argument("--point", action="append", choices=list(POINTS), metavar="POINT", help="only this one")
    parser.add_argument("--seed", type=int, default=1, help="the same seed makes the same choices (1)")
    parser.add_argument("--copies", type=int, default=0, help="instead: so many copies of one offer at once")
    parser.add_argument("--schedules", type=int, default=0, help="instead: so many random schedules in one process")
    parser.add_argument("--operations", type=int, default=60, help="of one schedule (60)")
    parser.add_argument("--home", type=Path, help="folder for stores and logs; what broke is kept there")
    return parser.parse_args(arguments)


@contextmanager
def chosen(which: str) -> Iterator[dict[str, Fresh]]:
    """Makers of empty stores."""
    found: dict[str, Fresh] = {"sqlite": stores.sqlite}
    with ExitStack() as stack:
        if which != "sqlite":
            found["postgres"] = stores.postgres(stack.enter_context(stores.server()))
        yield {name: found[name] for name in DATABASES if which in (name, "both")}


def run_kills(options: argparse.Namespace, databases: dict[str, Fresh], home: Path) -> Iterator[Tally]:
    """Every point on every database, one after the other."""
    points = options.point or list(POINTS)
    total = len(points) * len(databases) * options.times
    print(f"{total} rounds, about {max(total * SECONDS / 60, 1):.0f} minutes", flush=True)
    keys = Keys.make()
    for database, fresh in databases.items():
        for point in points:
            dice = Random(f"{options.seed}/{database}/{point}")
            again = f"--point {point} --database {database} --seed {options.seed} --times {options.times}"

            def rounds(house: House, point: str = point, dice: Random = dice) -> int:
                return scenarios.run(house, point, options.times, dice)

            where = House(home / database / point, fresh(), keys, partner=scenarios.partner_of(point))
            yield in_house(Tally(point, database), where, rounds, again)


def run_copies(options: argparse.Namespace, databases: dict[str, Fresh], home: Path) -> Iterator[Tally]:
    """The same offer, all at once."""
    keys = Keys.make()
    for database, fresh in databases.items():
        again = f"--copies {options.copies} --database {database}"

        def send(house: House) -> int:
            copies.storm(house, options.copies)
            return 0

        tally = Tally(f"{options.copies} copies", database)
        yield in_house(tally, House(home / database / "copies", fresh(), keys), send, again)


def in_house(tally: Tally, house: House, what: Callable[[House], int], again: str) -> Tally:
    """Do ``what`` in a house and note what became of it; a house where something broke stays for whoever looks."""
    began = time.monotonic()
    try:
        with house.open():
            tally.kills = what(house)
        discard(house)
    except AssertionError as broken:
        tally.breaches = str(broken).splitlines() or [type(broken).__name__]
    tally.seconds = time.monotonic() - began
    report(tally, again)
    return tally


def run_schedules(options: argparse.Namespace, databases: dict[str, Fresh], home: Path) -> Iterator[Tally]:
    """Random schedules, one seed each."""
    for database, fresh in databases.items():
        tally, began = Tally(f"{options.schedules} schedules x {options.operations}", database), time.monotonic()
        reached: Counter[str] = Counter()
        with schedules.theatre(home / database, fresh()) as theatre:
            for number in range(options.schedules):
                seed = options.seed + number
                broken = schedules.play(theatre, seed, options.operations)
                tally.kills += broken.crashes.total()
                reached += broken.crashes
                if broken.breaches:
                    tally.breaches.append(f"seed {seed}: {broken.breaches[0]}")
                if number % 500 == 499:
                    print(f"  {number + 1} in {time.monotonic() - began:.0f}s", flush=True)
        tally.seconds = time.monotonic() - began
        print(f"  crashes: {', '.join(f'{point} {count}' for point, count in reached.most_common())}", flush=True)
        report(tally, f"--schedules 1 --operations {options.operations} --database {database} --seed SEED")
        yield tally


def report(tally: Tally, again: str) -> None:
    """One line as soon as it is known; what broke, and how to see it again."""
    word = "ok" if not tally.breaches else "BROKEN"
    print(f"{tally.database:9} {tally.name:36} {tally.kills:4} kills {tally.seconds:7.1f}s  {word}", flush=True)
    for line in tally.breaches[:20]:
        print(f"    {line}", flush=True)
    if tally.breaches:
        print(f"    again: script/crash {again}", flush=True)


def summary(tallies: Sequence[Tally], seconds: float) -> None:
    """The figures."""
    print(f"\n{'':9} {'points':>6} {'kills':>6} {'seconds':>8} {'broken':>7}")
    for database in DATABASES:
        mine = [tally for tally in tallies if tally.database == database]
        if mine:
            kills, took = sum(tally.kills for tally in mine), sum(tally.seconds for tally in mine)
            broken = sum(bool(tally.breaches) for tally in mine)
            print(f"{database:9} {len(mine):6} {kills:6} {took:8.0f} {broken:7}")
    print(f"in {seconds:.0f} seconds", flush=True)


if __name__ == "__main__":
    end_on_sigterm()  # so that stores and programs end with us
    sys.exit(main(sys.argv[1:]))
