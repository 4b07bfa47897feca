"""``script/payments``: the long run, of schedules or of amounts."""

import argparse
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from tests.payments import amounts, schedules

HELP = "Plays seeded lives of payments, or sends random amounts everywhere. Exit code 1 when a promise broke."


def main(arguments: Sequence[str]) -> int:
    """Run what was asked for; 1 when something broke."""
    options = parse(arguments)
    home = Path(tempfile.mkdtemp(prefix="swhub-payments-"))
    return run_amounts(options, home) if options.amounts else run_schedules(options, home)


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    """The options."""
    parser = argparse.ArgumentParser(prog="script/payments", description=HELP)
    parser.add_argument("--schedules", type=int, default=100, help="so many seeds (100)")
    parser.add_argument("--operations", type=int, default=100, help="operations of each (100)")
    parser.add_argument("--first", type=int, default=0, help="the first seed (0)")
    parser.add_argument("--bank", default="iso20022", help="code of an installed bank (iso20022)")
    parser.add_argument("--database", default="sqlite:///swhub.db", help="SQLAlchemy address of an empty store")
    parser.add_argument("--amounts", type=int, default=0, help="instead: so many random amounts")
    return parser.parse_args(arguments)


def run_schedules(options: argparse.Namespace, home: Path) -> int:
    """Each life with its seed; what broke is named with it."""
    ends: Counter[str] = Counter()
    broken, crashes, began = 0, 0, time.monotonic()
    with schedules.theatre(home, options.database, options.bank) as made:
        for seed in range(options.first, options.first + options.schedules):
            played = schedules.play(made, seed, options.operations)
            ends += played.ends
            crashes += played.crashes
            broken += bool(played.breaches)
            for breach in played.breaches:
                print(f"seed {seed}: {breach}", flush=True)
    seconds = time.monotonic() - began
    print(
        f"{options.schedules} schedules, {sum(ends.values())} orders {dict(ends)}, {crashes} crashes, {seconds:.0f} s"
    )
    return int(broken > 0)


def run_amounts(options: argparse.Namespace, home: Path) -> int:
    """Every amount through every carrier; the wrong ones are printed."""
    began = time.monotonic()
    wrong = amounts.tour(home, options.database, options.amounts, seed=options.first)
    for line in wrong[:20]:
        print(line)
    print(f"{options.amounts} amounts, {len(wrong)} wrong, {time.monotonic() - began:.0f} s")
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
