"""What the faults of one bank cost the other: the p95 from a payment order to the bank's answer, committed, while the
other bank's simulator fails with one message in a hundred, beside the same load while it does not. Its own faults the
measured bank has on both sides.

    python -m benchmarks.faults --rounds 8 --orders 100
"""

import argparse
import http.client
import json
import logging
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from pathlib import Path

from sqlalchemy import Connection

from benchmarks import world
from benchmarks.hub_side import ACTOR, create, hub_settings, unlimited
from benchmarks.isolation import MIDDLE, SLOWEST, ratios, shown
from benchmarks.process import serve
from benchmarks.world import HUB, USCC, Folder
from hub import runtime as runtimes
from hub.business import KINDS, payment
from hub.config import DeliverySettings, PartnerSettings, Settings, WebSettings
from hub.contract.hooks import hookimpl
from hub.contract.message import CanonicalMessage
from hub.contract.outcome import Outcome
from hub.delivery import outbox
from hub.delivery.outbox import Sent
from hub.delivery.worker import Worker
from hub.runtime import Runtime
from hub.services import outgoing, record, results
from hub.services.record import NewEvent
from hub.store.engine import writing
from hub.testing.simulator.bank import OPENING
from hub.testing.simulator.faults import ANSWER, MENU
from web.app import create_app

BANKS = ("iso20022", "icbc")
SHARE = 0.01  # of the answers to the hub that go wrong
MIX = {name: SHARE / sum(ANSWER in fault.sides for fault in MENU.values()) for name in MENU}
PACE = 0.25  # seconds between two orders to one bank
PATIENCE = 3.0  # the hub's read_timeout here, so that a round is short; what is late comes a second after
LAST = 15.0  # seconds to wait for the last outcome; an order that has none by then (a circuit is open) took as long
PAYER = next(iter(OPENING))
KIND = "payment_order"


class Payer:
    """The hub with its worker, paying at both banks; how long each order took until its first outcome was committed."""

    def __init__(self, runtime: Runtime) -> None:
        self._worker = Worker(runtime, self._settle)
        self._runtime = replace(runtime, wake=self._worker.wake)
        self._numbers: dict[str, str] = {}  # message id -> order number
        self._began: dict[str, float] = {}
        self._took: dict[str, float] = {}
        if runtime.registry.manager is not None:
            runtime.registry.manager.register(self, name="benchmark")

    def pay(self, count: int) -> dict[str, list[float]]:
        """Seconds of each order, by bank."""
        orders = {bank: [self._order(bank, n) for n in range(count)] for bank in BANKS}
        self._worker.start()
        threads = [threading.Thread(target=self._submit, args=(mine,)) for mine in orders.values()]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        ends = time.monotonic() + LAST
        while len(self._took) < len(self._began) and time.monotonic() < ends:
            time.sleep(0.05)
        self._worker.stop()
        return {bank: [self._took.get(number, LAST) for number, _ in mine] for bank, mine in orders.items()}

    def _order(self, bank: str, n: int) -> tuple[str, str]:
        """Number and id of an order that waits to be sent."""
        number, now = f"JF-{bank}-{n:06}", self._runtime.clock.now()
        amount = {"amount": Decimal("1.00"), "currency": "CNY"}
        content = {
            "order_no": number, "agreement_no": "A-1", "bank_name": bank, "payer_name": world.FIRM,
            "payer_account": PAYER, "payee_name": "示例保险公司", "payee_account": "6222000000009001",
            "purpose": "保费", **amount, "item": [{"bill": number, "business_no": f"P-{bank}-{n}", **amount}],
        }  # fmt: skip
        new = NewEvent(name="begun", identity="begun", occurred_at=now, content=content)
        with writing(self._runtime.engine) as connection:
            made = record.create(
                connection, kind=KINDS[KIND], enterprise=USCC, partner=bank, number=number, new=new, now=now
            )
        assert made is not None
        return number, made.obj.id

    def _submit(self, orders: list[tuple[str, str]]) -> None:
        """At the pace, whatever becomes of the orders before."""
        start = time.monotonic()
        for place, (number, id) in enumerate(orders):
            time.sleep(max(start + place * PACE - time.monotonic(), 0))
            self._began[number] = time.perf_counter()
            self._hand_in(id)

    def _hand_in(self, id: str) -> None:
        """As the page's button does, without the bill and the agreement that it draws the order from."""
        runtime, now = self._runtime, self._runtime.clock.now()
        with writing(runtime.engine) as connection:
            obj = record.lock_id(connection, id)
            ordered = NewEvent(name="ordered", identity="ordered", occurred_at=now, submission=1, actor=ACTOR)
            obj = record.record(connection, obj, ordered, now, delivery="QUEUED").obj
            message = CanonicalMessage(
                type="PaymentOrder", version="1.0", message_id=str(uuid.uuid4()), sender=HUB, receiver=obj.partner,
                enterprise=USCC, business_key=obj.number, sequence=1, created_at=now,
                body=payment.order(obj.content, ACTOR, now),
            )  # fmt: skip
            built = outgoing.build(runtime, message)
            outbox.enqueue(
                connection,
                message=message,
                out=built.out,
                digest=built.digest,
                object_id=id,
                capability=runtime.registry.capability(obj.partner, "payment.pay"),
                submission=1,
                now=now,
                trace=id,
            )
        runtime.wake(obj.partner)

    def _settle(self, connection: Connection, sent: Sent, outcome: Outcome, now: datetime) -> None:
        self._numbers[sent.message_id] = sent.business_key
        results.settle(connection, sent, outcome, now)

    @hookimpl
    def message_sent(self, message_id: str) -> None:
        """What any plugin may observe: an exchange has ended and its outcome is committed."""
        number = self._numbers[message_id]
        self._took.setdefault(number, time.perf_counter() - self._began[number])


def open_hub(folder: Folder, database: str, addresses: Mapping[str, str]) -> Runtime:
    """The hub with both banks; only their limits per minute are out of the way."""
    settings = Settings(
        home=folder.path,
        hub=hub_settings(folder, database),
        web=WebSettings(secret=folder.secret, worker=False),
        delivery=DeliverySettings(read_timeout=PATIENCE),
        partners={
            bank: PartnerSettings(address=address, certificates=(folder.certificate(bank),))
            for bank, address in addresses.items()
        },
    )
    made = runtimes.start(settings)
    partners = {**made.registry.partners, **{bank: unlimited(made.registry.partners[bank]) for bank in BANKS}}
    return replace(made, registry=replace(made.registry, partners=partners))


def measured(folder: Folder, count: int, seed: int, faulty: frozenset[str]) -> dict[str, list[float]]:
    """Seconds of each order, by bank, while the banks in ``faulty`` fail now and then. No order is debited twice."""
    with tempfile.TemporaryDirectory() as place, ExitStack() as stack:
        database, port = f"sqlite:///{place}/hub.db", _free()
        create(database)
        played = {
            bank: stack.enter_context(_played(folder, Path(place), bank, port, f"{seed}", bank in faulty))
            for bank in BANKS
        }
        command = [sys.executable, "-m", "benchmarks.faults", "--pay", str(count), "--folder", str(folder.path)]
        command += ["--database", database, "--port", str(port), "--banks", json.dumps(played)]
        ended = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
        for address in played.values():
            _check_books(address)
        found: dict[str, list[float]] = json.loads(ended.stdout)
        return found


@contextmanager
def _played(folder: Folder, place: Path, bank: str, hub: int, seed: str, faulty: bool) -> Iterator[str]:
    """One bank's simulator in a process of its own; its address."""
    given = {
        "key": folder.key(bank), "certificate": folder.certificate(bank), "hub_certificate": folder.certificate(HUB),
        "hub": f"http://127.0.0.1:{hub}/partners/{bank}/messages", "seed": seed, "late": PATIENCE + 1,
    }  # fmt: skip
    options = place / f"{bank}.toml"
    lines = [f"{name} = {json.dumps(value, default=str)}" for name, value in given.items()]
    mix = [f"{name} = {share}" for name, share in MIX.items()] if faulty else []
    options.write_text("\n".join([*lines, "[mix]", *mix]), encoding="utf-8")
    command = [str(Path(sys.executable).with_name("swhub")), "simulate", bank, "--options", str(options)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline().partition(" ")[2].partition(",")[0]
        finally:
            process.send_signal(signal.SIGTERM)


def _check_books(address: str) -> None:
    """Raises AssertionError for an order that the bank has debited twice."""
    connection = http.client.HTTPConnection(address.removeprefix("http://").partition("/")[0], timeout=10)
    connection.request("GET", "/books")
    entries = json.loads(connection.getresponse().read())["entries"]
    debits = Counter(row["data"]["message_id"] for row in entries if row["kind"] == "line" and row["state"] == "DEBIT")
    twice = [id for id, times in debits.items() if times > 1]
    if twice:
        raise AssertionError(f"{address}: debited twice: {twice}")


def _free() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def run(rounds: int, count: int) -> None:
    """Measure and print a table."""
    with tempfile.TemporaryDirectory() as place:
        folder = world.prepare(Path(place), 0, partners=BANKS)
        both = frozenset(BANKS)
        cases = (both, *(frozenset({bank}) for bank in BANKS))
        found: dict[tuple[frozenset[str], str], list[list[float]]] = {
            (case, bank): [] for case in cases for bank in BANKS
        }
        for n in range(rounds):
            for case in cases[n % len(cases) :] + cases[: n % len(cases)]:
                for bank, took in measured(folder, count, n, case).items():
                    found[case, bank].append(took)
        print("| bank | p50, p95 ms beside a failing bank | beside one that does not fail | ratio p50 | ratio p95 |")
        print("|---|---|---|---|---|")
        for bank in BANKS:
            beside, alone = found[both, bank], found[frozenset({bank}), bank]
            compared = f"{ratios(beside, alone, MIDDLE)} | {ratios(beside, alone, SLOWEST)}"
            print(f"| {bank} | {shown(beside)} | {shown(alone)} | {compared} |")


def main() -> None:
    """From the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n\n")[0])
    parser.add_argument("--rounds", type=int, default=8)
    parser.add_argument("--orders", type=int, default=100, help="to each bank, in a round")
    for name in ("pay", "folder", "database", "port", "banks"):
        parser.add_argument(f"--{name}", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.pay is None:
        return run(options.rounds, options.orders)
    logging.disable(logging.CRITICAL)
    runtime = open_hub(Folder(Path(options.folder)), options.database, json.loads(options.banks))
    runtimes.prepare(runtime)
    serve(create_app(runtime), int(options.port))
    print(json.dumps(Payer(runtime).pay(int(options.pay))), flush=True)
    os._exit(0)  # the door's threads wait for work


if __name__ == "__main__":
    main()
