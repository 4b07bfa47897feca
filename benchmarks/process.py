"""One measured process, on a core of its own: started and asked by ``run``, gone when ``run`` is gone.

    python -m benchmarks.process <role> <core> <folder> <database> [<partner>]

It prints one line of JSON when it is ready, and one for every line that it reads; at the end of its input it ends.
"""

import json
import logging
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from http import HTTPStatus
from pathlib import Path
from typing import Any

from waitress import create_server  # type: ignore[import-untyped]

from benchmarks import hub_side, imports, pages, partner, reference, report
from benchmarks.reference import Reference
from benchmarks.world import Folder, number, timed

THREADS = 8  # of a server, as the hub's default
PORTAL = {"pages": pages.measuring, "import": imports.measuring, "report": report.measuring}
SUBMITTERS = 4  # messages out at once, as the hub's senders


class Process:
    """A measured process, as ``run`` sees it."""

    def __init__(self, role: str, core: int, folder: Folder, database: str = "", address: str = "") -> None:
        self._role = role
        began = time.perf_counter()
        command = [sys.executable, "-m", "benchmarks.process", role, str(core), str(folder.path), database, address]
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[1]
        )
        self.ready: dict[str, Any] = self._line()
        self.started = time.perf_counter() - began

    def ask(self, **question: Any) -> dict[str, Any]:
        """Have it do something; returns its answer, with ``cpu`` (seconds) and ``memory`` (MB, at its highest)."""
        assert self._process.stdin is not None
        print(json.dumps(question), file=self._process.stdin, flush=True)
        return self._line()

    def close(self) -> None:
        """End it."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        try:
            self._process.wait(30)
        except subprocess.TimeoutExpired:
            self._process.kill()
            raise

    def _line(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"{self._role}: ended with {self._process.wait(30)}")
        found: dict[str, Any] = json.loads(line)
        return found


def serve(application: Callable[..., Any], port: int = 0) -> dict[str, Any]:
    """Serve on the loopback, in the background; port 0 is a free one."""
    server = create_server(
        application, host="127.0.0.1", port=port, threads=THREADS, ident="", max_request_body_size=13_000_000
    )
    threading.Thread(target=server.run, daemon=True).start()
    return {"port": server.effective_port}


def submitting(submit: Callable[[str, str], None], address: str) -> Callable[[dict[str, Any]], dict[str, Any]]:
    """Answers ``{"first", "count"}``: submits so many, some at once, and says how long each took."""
    pool = ThreadPoolExecutor(SUBMITTERS)  # for all of them: threads keep their connections

    def one(n: int) -> float:
        return timed(lambda: submit(number(n), address))

    def work(question: dict[str, Any]) -> dict[str, Any]:
        numbers = range(question["first"], question["first"] + question["count"])
        began = time.perf_counter()
        latencies = list(pool.map(one, numbers))
        return {"seconds": time.perf_counter() - began, "latencies": latencies}

    return work


def _peak() -> float:
    """The most memory this process ever had, MB."""
    rows = Path("/proc/self/status").read_text(encoding="utf-8").splitlines()
    return int(next(row for row in rows if row.startswith("VmHWM")).split()[1]) / 1024


def main(arguments: Sequence[str]) -> None:
    """Take one role until the input ends."""
    role, core, path, database, address = arguments
    os.sched_setaffinity(0, {int(core)})
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)  # that clients wait is meant
    folder = Folder(Path(path))
    answer: Callable[[dict[str, Any]], dict[str, Any]] = dict
    ready: dict[str, Any] = {}
    if role == "partner":
        ready = serve(reference.application(partner.answering(folder)))
    elif role == "reference-in":
        ready = serve(reference.application(Reference(folder, database).receive))
    elif role == "hub-in":
        ready = serve(hub_side.application(folder, database))
    elif role == "reference-out":
        side = Reference(folder, database)
        if any(side.receive(content)[0] != HTTPStatus.OK for content in folder.offers()):
            raise AssertionError("the reference has not received what it confirms")
        answer = submitting(side.submit, address)
    elif role == "hub-out":
        answer = submitting(hub_side.Out(folder, database, address).submit, address)
    elif role in PORTAL:
        answer = PORTAL[role](folder, database)
    print(json.dumps(ready), flush=True)
    for line in sys.stdin:
        said = answer(json.loads(line))
        print(json.dumps(said | {"cpu": time.process_time(), "memory": _peak()}), flush=True)
    os._exit(0)  # threads of both sides wait for work


if __name__ == "__main__":
    main(sys.argv[1:])
