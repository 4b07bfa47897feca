"""What the faults of one partner cost another: the p95 from an order to its partner's answer, committed, while the
other partner's simulator fails with one message in a hundred, beside the same load while it does not. The measured
partner is well on both sides: its own faults would move its p95 far more than the other's ever could.

    python -m benchmarks.faults banks --rounds 8 --orders 100
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
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from benchmarks import world
from benchmarks.hub_side import ACTOR, create, hub_settings, unlimited
from benchmarks.isolation import MIDDLE, SLOWEST, ratios, shown
from benchmarks.process import serve
from benchmarks.world import HUB, USCC, Folder
from hub import runtime as runtimes
from hub.business import KINDS
from hub.config import DeliverySettings, PartnerSettings, Settings, WebSettings
from hub.contract.hooks import hookimpl
from hub.contract.message import Raw
from hub.contract.outcome import Outcome
from hub.delivery import receiver
from hub.delivery.outbox import Sent
from hub.delivery.receiver import Answer
from hub.delivery.worker import Worker
from hub.runtime import Runtime
from hub.services import act_content, outgoing, record, results
from hub.services.events import NewEvent
from hub.store.engine import writing
from hub.testing.simulator.bank import OPENING
from hub.testing.simulator.cargo import examples
from hub.testing.simulator.faults import ANSWER, MENU
from web.app import create_app

SHARE = 0.01  # of the answers to the hub that go wrong
MIX = {name: SHARE / sum(ANSWER in fault.sides for fault in MENU.values()) for name in MENU}
PACE = 0.1  # seconds between two orders to one partner
PATIENCE = 3.0  # the hub's read_timeout here, so that a round is short; what is late comes a second after
LAST = 15.0  # seconds to wait for the last outcome; an order that has none by then (a circuit is open) took as long
PAYER = next(iter(OPENING))


def payment(bank: str, number: str) -> dict[str, Any]:
    """A payment order; the bill is no one's."""
    amount = {"amount": Decimal("1.00"), "currency": "CNY"}
    return {
        "order_no": number, "agreement_no": "A-1", "bank_name": bank, "payer_name": world.FIRM, "payer_account": PAYER,
        "payee_name": "示例保险公司", "payee_account": "6222000000009001", "purpose": "保费", **amount,
        "item": [{"bill": number, "business_no": f"P-{number}", **amount}],
    }  # fmt: skip


def shipment(insurer: str, number: str) -> dict[str, Any]:  # noqa: ARG001
    """An application for cargo insurance, with all its blocks."""
    held = {field.name for field in KINDS["cargo_application"].fields}
    known = {name: value for name, value in examples.APPLICATION.items() if name in held}
    return known | {"application_no": number}


@dataclass(frozen=True, kw_only=True)
class Order:
    """What is handed in at two partners of one sort."""

    partners: tuple[str, str]
    kind: str
    action: str
    content: Callable[[str, str], dict[str, Any]]  # partner, number -> the object's


ORDERS: Mapping[str, Order] = {
    "banks": Order(partners=("iso20022", "icbc"), kind="payment_order", action="pay", content=payment),
    "insurers": Order(partners=("yunfan", "shanhe"), kind="cargo_application", action="submit", content=shipment),
}


class Customer:
    """The hub with its worker, with orders for both; how long each took until its first outcome was committed."""

    def __init__(self, runtime: Runtime, order: Order) -> None:
        self._worker = Worker(runtime, self._settle, self._receive)
        self._order = order
        self._runtime = replace(runtime, wake=self._worker.wake)
        self._numbers: dict[str, str] = {}  # message id -> order number
        self._began: dict[str, float] = {}
        self._took: dict[str, float] = {}
        if runtime.registry.manager is not None:
            runtime.registry.manager.register(self, name="benchmark")

    def serve(self, count: int) -> dict[str, list[float]]:
        """Seconds of each order, by partner."""
        orders = {partner: [self._begin(partner, n) for n in range(count)] for partner in self._order.partners}
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
        return {partner: [self._took.get(number, LAST) for number, _ in mine] for partner, mine in orders.items()}

    def _begin(self, partner: str, n: int) -> tuple[str, str]:
        """Number and id of an order that is filled in."""
        number, now = f"FT-{partner}-{n:06}", self._runtime.clock.now()
        kind, content = KINDS[self._order.kind], self._order.content(partner, number)
        new = NewEvent(name="begun", identity="begun", occurred_at=now, content=content)
        with writing(self._runtime.engine) as connection:
            made = record.create(
                connection, kind=kind, enterprise=USCC, partner=partner, number=number, new=new, now=now
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
        """As the page's button does, without the agreements and bills that an order is drawn from."""
        runtime, now = self._runtime, self._runtime.clock.now()
        action = KINDS[self._order.kind].action(self._order.action)
        assert action.sends is not None
        with writing(runtime.engine) as connection:
            obj = record.lock_id(connection, id)
            done = NewEvent(name=action.event, identity=action.event, occurred_at=now, submission=1, actor=ACTOR)
            recorded = record.record(connection, obj, done, now, delivery="QUEUED")
            body = act_content.body(recorded.obj, action, {}, ACTOR, now)
            message = outgoing.compose(runtime, recorded.obj, action.sends, obj.partner, body)
            outgoing.queue(runtime, connection, recorded, action.sends, outgoing.build(runtime, message))
        runtime.wake(obj.partner)

    def _receive(self, partner: str, raw: Raw) -> Answer:
        return receiver.receive(self._runtime, partner, raw, None)

    def _settle(self, connection: Connection, sent: Sent, outcome: Outcome, now: datetime) -> None:
        self._numbers[sent.message_id] = sent.business_key
        results.settle(connection, sent, outcome, now)

    @hookimpl
    def message_sent(self, message_id: str) -> None:
        """What any plugin may observe: an exchange has ended and its outcome is committed."""
        number = self._numbers[message_id]
        self._took.setdefault(number, time.perf_counter() - self._began[number])


def open_hub(folder: Folder, database: str, addresses: Mapping[str, str]) -> Runtime:
    """The hub with both partners; only their limits per minute are out of the way."""
    settings = Settings(
        home=folder.path,
        hub=hub_settings(folder, database),
        web=WebSettings(secret=folder.secret, worker=False),
        delivery=DeliverySettings(read_timeout=PATIENCE),
        partners={
            partner: PartnerSettings(address=address, certificates=(folder.certificate(partner),))
            for partner, address in addresses.items()
        },
    )
    made = runtimes.start(settings)
    partners = {**made.registry.partners, **{code: unlimited(made.registry.partners[code]) for code in addresses}}
    return replace(made, registry=replace(made.registry, partners=partners))


def measured(folder: Folder, sort: str, count: int, seed: int, faulty: frozenset[str]) -> dict[str, list[float]]:
    """Seconds of each order, by partner, while those in ``faulty`` fail now and then. No bank debits an order twice."""
    with tempfile.TemporaryDirectory() as place, ExitStack() as stack:
        database, port = f"sqlite:///{place}/hub.db", _free()
        create(database)
        played = {
            partner: stack.enter_context(_played(folder, Path(place), partner, port, f"{seed}", partner in faulty))
            for partner in ORDERS[sort].partners
        }
        command = [sys.executable, "-m", "benchmarks.faults", sort, "--serve", str(count), "--folder", str(folder.path)]
        command += ["--database", database, "--port", str(port), "--addresses", json.dumps(played)]
        ended = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
        for address in played.values():
            _check_books(address)
        found: dict[str, list[float]] = json.loads(ended.stdout)
        return found


@contextmanager
def _played(folder: Folder, place: Path, partner: str, hub: int, seed: str, faulty: bool) -> Iterator[str]:
    """One partner's simulator in a process of its own; its address."""
    given = {
        "key": folder.key(partner), "certificate": folder.certificate(partner),
        "hub_certificate": folder.certificate(HUB),
        "hub": f"http://127.0.0.1:{hub}/partners/{partner}/messages", "seed": seed, "late": PATIENCE + 1,
    }  # fmt: skip
    options = place / f"{partner}.toml"
    lines = [f"{name} = {json.dumps(value, default=str)}" for name, value in given.items()]
    mix = [f"{name} = {share}" for name, share in MIX.items()] if faulty else []
    options.write_text("\n".join([*lines, "[mix]", *mix]), encoding="utf-8")
    command = [str(Path(sys.executable).with_name("swhub")), "simulate", partner, "--options", str(options)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline().partition(" ")[2].partition(",")[0]
        finally:
            process.send_signal(signal.SIGTERM)


def _check_books(address: str) -> None:
    """Raises AssertionError for an order that a bank has debited twice."""
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


def run(sort: str, rounds: int, count: int) -> None:
    """Measure and print a table."""
    partners = ORDERS[sort].partners
    with tempfile.TemporaryDirectory() as place:
        folder = world.prepare(Path(place), 0, partners=partners)
        well: frozenset[str] = frozenset()
        cases = (well, *(frozenset({partner}) for partner in partners))
        found: dict[tuple[frozenset[str], str], list[list[float]]] = {
            (case, partner): [] for case in cases for partner in partners
        }
        for n in range(rounds):
            for case in cases[n % len(cases) :] + cases[: n % len(cases)]:
                for partner, took in measured(folder, sort, count, n, case).items():
                    found[case, partner].append(took)
        print("| partner | p50, p95 ms beside a failing one | beside one that does not fail | ratio p50 | ratio p95 |")
        print("|---|---|---|---|---|")
        for partner in partners:
            beside, alone = found[frozenset(partners) - {partner}, partner], found[well, partner]
            compared = f"{ratios(beside, alone, MIDDLE)} | {ratios(beside, alone, SLOWEST)}"
            print(f"| {partner} | {shown(beside)} | {shown(alone)} | {compared} |")


def main() -> None:
    """From the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n\n")[0])
    parser.add_argument("sort", choices=ORDERS, help="who is measured")
    parser.add_argument("--rounds", type=int, default=8)
    parser.add_argument("--orders", type=int, default=100, help="to each partner, in a round")
    for name in ("serve", "folder", "database", "port", "addresses"):
        parser.add_argument(f"--{name}", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.serve is None:
        return run(options.sort, options.rounds, options.orders)
    logging.disable(logging.CRITICAL)
    runtime = open_hub(Folder(Path(options.folder)), options.database, json.loads(options.addresses))
    runtimes.prepare(runtime)
    serve(create_app(runtime), int(options.port))
    customer = Customer(runtime, ORDERS[options.sort])
    print(json.dumps(customer.serve(int(options.serve))), flush=True)
    os._exit(0)  # the door's threads wait for work


if __name__ == "__main__":
    main()
