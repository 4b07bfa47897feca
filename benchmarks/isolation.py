"""What one partner's ill plugin costs the others: the p95 of Sinosure's messages in while the plugin of another insurer
raises, waits for ever, computes for ever, grows or dies, beside the same load while it behaves.
Short rounds take turns, and each is compared with the one beside it: what else the machine does falls on both. Shown is
the middle of these ratios, between the lowest and the highest. The first row compares good behaviour with itself: how
far it is from 1 is the machine's doing, and nothing smaller than that can be seen in the other rows.

    python -m benchmarks.isolation --rounds 8 --messages 120
"""

import argparse
import http.client
import json
import logging
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks import world
from benchmarks.hub_side import create, hub_settings
from benchmarks.process import serve
from benchmarks.world import INSURER, Folder
from hub import runtime as runtimes
from hub.config import DeliverySettings, PartnerSettings, Settings, WebSettings
from hub.crypto.keys import KeySigner
from hub.services import health
from hub.testing import unruly
from hub.xml.catalogue import default_catalogue
from hub.xml.dialect import seal
from web.app import create_app

PACE = 0.05  # seconds between two messages of one good connection
CONNECTIONS = 2
ILL = 10  # messages a second of the ill partner
SECONDS = 2.0  # what a call of a plugin may take here, so that a round sees it overrun and what follows
TIMEOUT = 30.0
USUAL = "behaves"
MIDDLE, SLOWEST = 9, -1  # of the twentieths: p50 and p95


@dataclass(frozen=True)
class Case:
    """What the ill plugin's ``parse`` does, and where it runs."""

    way: str
    isolate: bool

    @property
    def usual(self) -> "Case":
        """The same, behaving."""
        return replace(self, way=USUAL)

    def __str__(self) -> str:
        return f"{self.way}, {'own process' if self.isolate else 'in the hub'}"


CASES = (
    Case(USUAL, isolate=False),
    *(Case(way, isolate=False) for way in ("raise", "sleep")),
    *(Case(way, isolate=True) for way in ("raise", "hang", "grow", "die")),
)


def application(folder: Folder, database: str, case: Case) -> Any:
    """The portal with both insurers."""
    certificate = (folder.certificate(INSURER),)
    ill = PartnerSettings(certificates=certificate, isolate=case.isolate, settings={"parse": case.way})
    settings = Settings(
        home=folder.path,
        hub=hub_settings(folder, database),
        web=WebSettings(secret=folder.secret, worker=False),
        delivery=DeliverySettings(plugin_seconds=SECONDS),
        partners={INSURER: PartnerSettings(certificates=certificate), unruly.PARTNER: ill},
    )
    runtime = runtimes.start(settings, extra={"insurer_unruly": unruly})
    runtimes.prepare(runtime)
    health.watched(runtime).__enter__()
    return create_app(runtime)


def measured(folder: Folder, good: Sequence[bytes], ill: Sequence[bytes], case: Case) -> list[float]:
    """Seconds that each good message took, while the ill partner sends too."""
    with tempfile.TemporaryDirectory() as place:
        database = f"sqlite:///{place}/hub.db"
        create(database)
        command = [sys.executable, "-m", "benchmarks.isolation", "--serve", str(folder.path), database]
        command += [case.way, str(int(case.isolate))]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stdin=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            port = int(json.loads(process.stdout.readline())["port"])
            over = threading.Event()
            rival = threading.Thread(target=_rival, args=(port, ill, over))
            rival.start()
            time.sleep(0.5)
            found = _load(port, good)
            over.set()
            rival.join()
            process.kill()
    return found


def _load(port: int, messages: Sequence[bytes]) -> list[float]:
    took: list[float] = []

    def work(mine: Sequence[bytes]) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=TIMEOUT)
        for content in mine:
            began = time.perf_counter()
            connection.request("POST", f"/partners/{INSURER}/messages", content, {"Content-Type": "application/xml"})
            answer = connection.getresponse()
            answer.read()
            if answer.status != 200:
                raise AssertionError(answer.status)
            took.append(time.perf_counter() - began)
            time.sleep(max(PACE - (time.perf_counter() - began), 0))

    threads = [threading.Thread(target=work, args=(messages[n::CONNECTIONS],)) for n in range(CONNECTIONS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if len(took) != len(messages):
        raise AssertionError(f"{len(took)} of {len(messages)} messages were taken")
    return took


def _rival(port: int, messages: Sequence[bytes], over: threading.Event) -> None:
    """The ill partner: it sends at its pace and does not wait for answers."""

    def send(content: bytes) -> None:
        with suppress(OSError, http.client.HTTPException):
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=SECONDS * 2)
            connection.request("POST", f"/partners/{unruly.PARTNER}/messages", content)
            connection.getresponse().read()

    for content in messages:
        if over.wait(1 / ILL):
            return
        threading.Thread(target=send, args=(content,), daemon=True).start()


def shown(rounds: Sequence[Sequence[float]]) -> str:
    """p50 and p95 of a round, milliseconds: the middle of all rounds."""
    return ", ".join(
        f"{statistics.median(statistics.quantiles(took, n=20)[place] for took in rounds) * 1000:.1f}"
        for place in (MIDDLE, SLOWEST)
    )


def ratios(sick: Sequence[Sequence[float]], well: Sequence[Sequence[float]], place: int) -> str:
    """Each round against the one beside it: the middle ratio (the lowest to the highest)."""
    pairs = zip(sick, well, strict=True)
    found = sorted(statistics.quantiles(a, n=20)[place] / statistics.quantiles(b, n=20)[place] for a, b in pairs)
    return f"{statistics.median(found):.2f} ({found[0]:.2f} to {found[-1]:.2f})"


def run(rounds: int, count: int) -> None:
    """Measure and print a table."""
    with tempfile.TemporaryDirectory() as place:
        folder = world.prepare(Path(place), count)
        good = folder.offers()
        key = KeySigner.from_pem(folder.key(INSURER).read_bytes(), folder.certificate(INSURER).read_bytes())
        offers = (replace(world.offer(n, datetime.now(UTC), 5_000), sender=unruly.PARTNER) for n in range(ILL * 60))
        ill = [seal(default_catalogue(), offer, key) for offer in offers]
        print("| the other partner's plugin | p50, p95 ms | while it behaves | ratio p50 | ratio p95 |")
        print("|---|---|---|---|---|")
        for case in CASES:
            sick: list[list[float]] = []
            well: list[list[float]] = []
            for n in range(rounds):
                for found, each in ((sick, case), (well, case.usual))[:: -1 if n % 2 else 1]:
                    found.append(measured(folder, good, ill, each))
            compared = f"{ratios(sick, well, MIDDLE)} | {ratios(sick, well, SLOWEST)}"
            print(f"| {case} | {shown(sick)} | {shown(well)} | {compared} |", flush=True)


def main() -> None:
    """From the command line."""
    if sys.argv[1:2] == ["--serve"]:
        folder, database, way, isolate = sys.argv[2:]
        logging.disable(logging.CRITICAL)
        print(
            json.dumps(serve(application(Folder(Path(folder)), database, Case(way, isolate=isolate == "1")))),
            flush=True,
        )
        sys.stdin.read()
        os._exit(0)
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=8)
    parser.add_argument("--messages", type=int, default=120)
    options = parser.parse_args()
    run(options.rounds, options.messages)


if __name__ == "__main__":
    main()
