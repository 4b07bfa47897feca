"""Measure the hub beside the reference.

    python -m benchmarks.run in|out|pages|import|report|all [--database sqlite|postgres|both] [--rounds 3] ...

Loopback only; everything lies in a temporary folder that is removed; every process ends with this one.
"""

import argparse
import json
import os
import platform
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks import hub_side, load, pages, reference, world
from benchmarks.process import Process
from benchmarks.world import HUB, INSURER, LOAD, SERVER, Folder, Run
from hub.contract.adapters import Refusal
from hub.testing import pki
from hub.xml.reader import read
from hub.xml.signature import verify

SIDES = ("reference", "hub")
WARM_UP = 100
TURN = {"postgres": 100}
"""Messages of one side before it is the other's turn; else a whole round. What else the machine does comes and goes
within seconds. Not on SQLite: who waits for the writer's lock sleeps, and every turn of the reference ends with that.
"""
DOOR = f"/partners/{INSURER}/messages"
Measure = Callable[[str, int, int], Run]  # side, number of the first message, how many


def main() -> None:
    """Measure what is asked for, print it, and write it to ``--json``."""
    asked = _arguments()
    os.sched_setaffinity(0, {LOAD})
    databases = ("sqlite", "postgres") if asked.database == "both" else (asked.database,)
    works = {"in": measure_in, "out": measure_out, "pages": measure_pages, **STEPPED}
    found: dict[str, Any] = {"machine": machine(), "messages": asked.messages, "rounds": asked.rounds}
    print(found["machine"])
    for name in works if asked.what == "all" else (asked.what,):
        for database in databases:
            with tempfile.TemporaryDirectory(prefix="swhub-benchmark-") as path, ExitStack() as stack:
                found[f"{name} {database}"] = works[name](asked, database, Path(path), stack)
            show(f"{name}, {database}", found[f"{name} {database}"])
    if asked.json:
        asked.json.write_text(json.dumps(found, indent=2), encoding="utf-8")


def measure_in(asked: argparse.Namespace, database: str, path: Path, stack: ExitStack) -> dict[str, Any]:
    """HTTP door to committed effect and signed receipt."""
    total = WARM_UP + asked.rounds * asked.messages
    folder = world.prepare(path, total, octets=asked.octets, algorithm=asked.algorithm)
    urls = stack.enter_context(world.stores(database, path, ("hub", "reference", "check")))
    reference.check(folder, urls["check"])
    _create(folder, urls)
    offers = folder.offers()
    processes = {side: stack.enter_context(_process(f"{side}-in", folder, urls[side])) for side in SIDES}
    started = {side: process.started + _first(process, offers[0]) for side, process in processes.items()}

    def measure(side: str, first: int, count: int) -> Run:
        process = processes[side]
        before = process.ask()["cpu"]
        run, receipts = load.post(process.ready["port"], DOOR, offers[first : first + count])
        cpu = process.ask()["cpu"] - before
        check_receipt(folder, receipts[-1])
        return Run(run.seconds, run.latencies, cpu)

    found = rounds(asked, measure, database)
    if hub_side.count(urls["hub"]) != total:
        raise AssertionError("the hub has not stored every message")
    memory = {side: process.ask()["memory"] for side, process in processes.items()}
    return found | {"octets": len(offers[0]), "memory_mb": memory, "first_answer_s": started}


def measure_out(asked: argparse.Namespace, database: str, path: Path, stack: ExitStack) -> dict[str, Any]:
    """Submit to the partner's signed receipt, committed."""
    total = WARM_UP + asked.rounds * asked.messages
    folder = world.prepare(path, total, algorithm=asked.algorithm)
    urls = stack.enter_context(world.stores(database, path, SIDES))
    _create(folder, urls)
    sink = stack.enter_context(_process("partner", folder, core=LOAD))
    address = f"http://127.0.0.1:{sink.ready['port']}/messages"
    processes = {side: stack.enter_context(_process(f"{side}-out", folder, urls[side], address)) for side in SIDES}

    def measure(side: str, first: int, count: int) -> Run:
        process = processes[side]
        before = process.ask(first=0, count=0)["cpu"]
        answer = process.ask(first=first, count=count)
        return Run(answer["seconds"], answer["latencies"], answer["cpu"] - before)

    found = rounds(asked, measure, database)
    if (hub_side.submitted(urls["hub"]), reference.submitted(urls["reference"])) != (total, total):
        raise AssertionError("not every message is committed with its receipt")
    return found


def measure_pages(asked: argparse.Namespace, database: str, path: Path, stack: ExitStack) -> dict[str, Any]:
    """The portal's pages on one core."""
    folder = world.prepare(path, 1)
    url = stack.enter_context(world.stores(database, path, ("pages",)))["pages"]
    pages.seed(url, asked.rows)
    process = stack.enter_context(_process("pages", folder, url))
    return {"rows": asked.rows, **process.ask(rows=asked.rows, count=asked.requests)}


def measure_import(asked: argparse.Namespace, database: str, path: Path, stack: ExitStack) -> dict[str, Any]:
    """Shipments of a claim from a workbook, step by step."""
    return _stepped("import", asked.lines, asked, database, path, stack)


def measure_report(asked: argparse.Namespace, database: str, path: Path, stack: ExitStack) -> dict[str, Any]:
    """The shipment report of a claim."""
    return _stepped("report", asked.shipments, asked, database, path, stack)


STEPPED = {"import": measure_import, "report": measure_report}


def _stepped(
    role: str, rows: int, asked: argparse.Namespace, database: str, path: Path, stack: ExitStack
) -> dict[str, Any]:
    url = stack.enter_context(world.stores(database, path, (role,)))[role]
    process = stack.enter_context(_process(role, world.prepare(path, 1), url))
    return {"rows": rows, **process.ask(rows=rows, count=asked.rounds)}


def rounds(asked: argparse.Namespace, measure: Measure, database: str) -> dict[str, Any]:
    """Both sides in turn, so that what else the machine does meets both; the side that begins changes."""
    turn = TURN.get(database, asked.messages)
    for side in SIDES:
        measure(side, 0, WARM_UP)
    made: dict[str, list[dict[str, float]]] = {side: [] for side in SIDES}
    for n in range(asked.rounds):
        turns: dict[str, list[Run]] = {side: [] for side in SIDES}
        begin = WARM_UP + n * asked.messages
        for k, first in enumerate(range(begin, begin + asked.messages, turn)):
            for side in SIDES if (n + k) % 2 == 0 else reversed(SIDES):
                turns[side].append(measure(side, first, min(turn, begin + asked.messages - first)))
        for side in SIDES:
            made[side].append(Run.all(turns[side]).figures())
    names = made["hub"][0].keys()
    pairs = list(zip(made["hub"], made["reference"], strict=True))
    ratio = {name: [hub[name] / line[name] for hub, line in pairs] for name in ("per_second", "cpu_ms")}
    return {
        "ratio": {name: {"rounds": values, "median": median(values)} for name, values in ratio.items()},
        **{side: {name: median(row[name] for row in rows) for name in names} for side, rows in made.items()},
        "rounds": made,
    }


def check_receipt(folder: Folder, content: bytes) -> None:
    """Raises Refusal unless the receipt carries the hub's own valid signature."""
    certificate = pki.Identity(algorithm="", key=b"", certificate=folder.certificate(HUB).read_bytes())
    if not verify(read(content), (certificate.der,), datetime.now(UTC)).serial:
        raise Refusal("1001")


def machine() -> str:
    """Where and when this is measured."""
    model = next((row for row in Path("/proc/cpuinfo").read_text().splitlines() if row.startswith("model name")), "")
    cores = f"{len(world.CORES)} cores ({model.partition(': ')[2] or platform.machine()})"
    return f"{datetime.now(UTC):%Y-%m-%d %H:%M}Z, {cores}, Python {platform.python_version()}, load {_load()}"


def show(title: str, found: dict[str, Any]) -> None:
    """Ratios first."""
    print(f"\n{title}")
    if "pages" in found:
        for name, row in found["pages"].items():
            print(f"  {name:<20} p50 {row['p50_ms']:6.1f} ms   p95 {row['p95_ms']:6.1f} ms")
        return
    if "steps" in found:
        for name, times in found["steps"].items():
            print(f"  {name:<22} {median(times):6.2f} s   (slowest {max(times):.2f}, {found['rows']} rows)")
        return
    for name, label in (("per_second", "messages/s, hub / reference"), ("cpu_ms", "CPU, hub / reference")):
        ratio = found["ratio"][name]
        each = " ".join(f"{value:.2f}" for value in ratio["rounds"])
        print(f"  {label:<28} {ratio['median']:.2f}   (rounds {each})")
    for side in SIDES:
        row = found[side]
        print(
            f"  {side:<10} {row['per_second']:6.0f}/s   CPU {row['cpu_ms']:.2f} ms   "
            f"p50 {row['p50_ms']:.1f} ms   p99 {row['p99_ms']:.1f} ms"
        )
    for name in ("memory_mb", "first_answer_s"):
        if name in found:
            print(f"  {name}: " + ", ".join(f"{side} {found[name][side]:.2f}" for side in SIDES))


def _load() -> str:
    return f"{os.getloadavg()[0]:.1f} before"


@contextmanager
def _process(role: str, folder: Folder, database: str = "", address: str = "", core: int = SERVER) -> Iterator[Process]:
    process = Process(role, core, folder, database, address)
    try:
        yield process
    finally:
        process.close()


def _create(folder: Folder, urls: dict[str, str]) -> None:
    hub_side.create(urls["hub"])
    side = reference.Reference(folder, urls["reference"])
    side.create()
    side.store().connection.close()


def _first(process: Process, content: bytes) -> float:
    began = time.perf_counter()
    load.post(process.ready["port"], DOOR, [content])
    return time.perf_counter() - began


def _arguments(given: Sequence[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="The hub beside the straight line; see benchmarks/README.md.")
    parser.add_argument("what", choices=("in", "out", "pages", *STEPPED, "all"))
    parser.add_argument("--database", choices=("sqlite", "postgres", "both"), default="sqlite")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--messages", type=int, default=1000, help="per side and round")
    parser.add_argument("--octets", type=int, default=5_000, help="about the size of an incoming message")
    parser.add_argument("--algorithm", choices=pki.ALGORITHMS, default="ecdsa-sha256")
    parser.add_argument("--rows", type=int, default=100_000, help="of the list whose pages are timed")
    parser.add_argument("--lines", type=int, default=2_000, help="of the workbook that is imported")
    parser.add_argument("--shipments", type=int, default=50, help="of the report that is printed")
    parser.add_argument("--requests", type=int, default=100, help="per page")
    parser.add_argument("--json", type=Path, help="write the figures to this file")
    parser.add_argument("--smoke", action="store_true", help="a few messages of everything: does it still run?")
    asked = parser.parse_args(given)
    if asked.smoke:
        asked.rounds, asked.messages, asked.rows, asked.requests = 1, 20, 500, 3
        asked.lines, asked.shipments = 30, 5
    return asked


if __name__ == "__main__":
    main()
