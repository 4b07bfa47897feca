"""One hub in a folder of its own: its processes, its insurer, its clock, and what is checked about it."""

import json
import re
import shutil
import socket
import time
import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import load_pem_x509_certificate
from sqlalchemy import Row, select

from hub import config, runtime, setup
from hub.contract.message import CanonicalMessage
from hub.delivery.lanes import NEVER
from hub.services import accounts, evidence
from hub.services.objects import Tenant
from hub.store import tables
from hub.store.engine import reading, writing
from hub.testing import invariants, pki
from tests.crash import program
from tests.crash.insurer import HUB, Insurer
from tests.crash.letters import FIRM, USCC, VALUES
from tests.crash.program import ShiftedClock

HOST = "127.0.0.1"
PATIENCE = 60.0  # seconds for anything; the machine may be busy
BUSY = 3.0  # seconds after which a lease is left to end: longer than an exchange may take
KILLED = -9
DELIVERY = {"senders": 2, "connect_timeout": 1.0, "read_timeout": 1.5, "lease": 12.0, "sweep": 0.02}
OPERATORS = ("值班甲", "值班乙")


class Broken(AssertionError):
    """The hub did not do what it promises."""


@dataclass(frozen=True)
class Keys:
    """The insurer's key, made once for all houses."""

    identity: pki.Identity

    @classmethod
    def make(cls) -> "Keys":
        now = datetime.now(UTC) - timedelta(days=1)
        authority = pki.make_authority("harness", now)
        return cls(pki.issue_partner(authority, "insurer", now, algorithm="ecdsa-sha256", days=36500))


class House:
    """A hub that may be killed."""

    def __init__(self, home: Path, database: str, keys: Keys, *, partner: str = "sinosure") -> None:
        """Makes the folder and the store. ``database`` is an address; its tables are made here."""
        self.home, self.partner = home, partner
        self.clock = ShiftedClock(home)
        home.mkdir(parents=True)
        self._extra = {"insurer_postbox": _postbox()} if partner == "postbox" else {}
        self._keys, self._database = keys, database
        self._port = _free_port()
        self._processes: dict[str, Any] = {}
        self._last = 0

    @contextmanager
    def open(self) -> Iterator["House"]:
        """With the insurer's server running; at the end every process is gone."""
        (self.home / "insurer.pem").write_bytes(self._keys.identity.certificate)
        sheet = runtime.registry.build(self._extra).partner(self.partner).sheet
        signer = pki.KeySigner(self._keys.identity)
        setup.make_home(self.home, values={"hub": {"code": HUB}}, partners={}, now=datetime.now(UTC))
        hub = load_pem_x509_certificate((self.home / setup.CERTIFICATE).read_bytes()).public_bytes(Encoding.DER)
        self.insurer = Insurer(sheet, signer, hub, self.clock, uuid.uuid4)
        with self.insurer.open():
            self._configure()
            try:
                yield self
            finally:
                for name in list(self._processes):
                    self.kill(name)
                self.runtime.engine.dispose()

    def _configure(self) -> None:
        address = f"http://{HOST}:{self._port}"
        values = {
            "hub": {"code": HUB, "database": self._database},
            "web": {"port": self._port, "origin": address, "worker": False},
            "delivery": DELIVERY,
        }
        partner = {"address": self.insurer.address, "certificates": ["insurer.pem"]}
        partner |= {"poll": 1.0} if self.partner == "postbox" else {}
        file = self.home / setup.FILE
        file.write_text(setup.template(values, {self.partner: partner}), encoding="utf-8")
        settings = config.load(file, {})
        setup.make_store(settings)
        self.runtime = runtime.start(settings, clock=self.clock, extra=self._extra)
        self.insurer.door = f"{address}/partners/{self.partner}/messages"
        with writing(self.runtime.engine) as connection:
            now = self.clock.now()
            accounts.register_enterprise(connection, USCC, FIRM, now)
            for name in OPERATORS:
                accounts.add_account(connection, enterprise=None, name=name, role="ADM", now=now)

    # processes

    def start(self, name: str, armed: str = "") -> None:
        """``door`` or ``worker``, unless it lives; returns when it is there."""
        if self.lives(name):
            return
        self.kill(name)
        arguments = {"door": ["serve", "--no-worker"], "worker": ["worker"]}[name]
        self._processes[name] = program.start(self.home, self.home / f"{name}.log", arguments, armed)
        if name == "door":
            self._await(lambda: _listens(self._port) or not self._processes["door"].is_alive(), "the door listens")

    def kill(self, name: str) -> None:
        """SIGKILL, if it still lives."""
        process = self._processes.pop(name, None)
        if process is not None:
            process.kill()
            process.join()
            process.close()

    def died(self, name: str) -> bool:
        """Wait until the process is dead: True when a fail point killed it. Raises Broken when it ends otherwise."""
        process = self._processes[name]
        process.join(PATIENCE)
        code = process.exitcode
        self.kill(name)
        if code is not None and code != KILLED:
            raise Broken(f"{name} ended with {code}:\n{self._tail(name)}")
        return code == KILLED

    def lives(self, name: str) -> bool:
        """Whether it runs."""
        return name in self._processes and self._processes[name].is_alive()

    def user(self, kind: str, number: str, action: str, armed: str) -> int:
        """A person presses a button in a process of its own; its exit code."""
        values = VALUES if action == "confirm" else {}
        return _ended(program.act(self.home, self.home / "user.log", kind, number, action, values, armed))

    def command(self, *arguments: str, armed: str = "") -> tuple[int, str]:
        """``swhub <arguments>``: exit code and output."""
        log = self.home / f"command-{uuid.uuid4().hex}.log"
        code = _ended(program.start(self.home, log, arguments, armed))
        text = log.read_text(encoding="utf-8") if log.exists() else ""
        log.unlink(missing_ok=True)
        return code, text

    # what happens

    def number(self) -> str:
        """A new application number."""
        self._last += 1
        return f"XW{self._last:05}"

    def deliver(self, message: CanonicalMessage, content: bytes | None = None) -> None:
        """The insurer sends until the hub has signed for it; a dead door is started again."""
        content = content or self.insurer.seal(message)
        until = time.monotonic() + PATIENCE
        while self.insurer.push(message, content) is None:
            if time.monotonic() > until:
                raise Broken(f"{message.type} is not acknowledged:\n{self._tail('door')}")
            if not self.lives("door"):
                self.kill("door")
                self.start("door")

    def offered(self, count: int = 1) -> list[str]:
        """Offers that the hub has."""
        numbers = [self.number() for _ in range(count)]
        for number in numbers:
            self.deliver(self.insurer.write.offer(number))
        return numbers

    def perform(self, kind: str, number: str, action: str) -> None:
        """A person presses a button; nothing is killed. Hours pass here in a moment, so evidence is signed before."""
        evidence.seal(self.runtime)
        program.perform(self.runtime, kind, number, action, VALUES if action == "confirm" else {})

    def confirmed(self, count: int = 1) -> list[str]:
        """Offers that the enterprise has confirmed."""
        numbers = self.offered(count)
        for number in numbers:
            self.perform("micro_application", number, "confirm")
        return numbers

    def lease_over(self) -> None:
        """A dead worker's lease has ended."""
        self.clock.jump(DELIVERY["lease"] + 1)

    def settle(self) -> None:
        """Let time pass, from one planned moment to the next, until nothing is on its way but what needs a person."""
        until = time.monotonic() + PATIENCE
        seen: dict[Any, float] = {}
        while waiting := [row for row in heads(self.outbox(tables.WAITING)) if row.not_before < NEVER]:
            if time.monotonic() > until:
                states = [f"{row.message_id} {row.state} {row.not_before}" for row in waiting]
                raise Broken(f"not settled at {self.clock.now()}: {states}\n{self._tail('worker')}")
            if not self.lives("worker"):
                raise Broken(f"the worker is dead:\n{self._tail('worker')}")
            held = [row for row in waiting if row.lease_until is not None]
            first = [seen.setdefault((row.seq, row.fence, row.lease_until), time.monotonic()) for row in held]
            if any(time.monotonic() - at < BUSY for at in first):
                time.sleep(0.005)
                continue
            step = min(max(row.not_before, row.lease_until or row.not_before) for row in waiting) - self.clock.now()
            if step > timedelta():
                self.clock.jump(step.total_seconds() + 0.01)
            time.sleep(0.01)

    def finish(self, numbers: Sequence[str]) -> None:
        """The rest of the journey: review, policy, acknowledgement, its confirmation."""
        for number in numbers:
            policy = f"P-{number}"
            if self.state("micro_application", number) in ("PENDING_CONFIRM", "SEND_FAILED"):
                self.perform("micro_application", number, "confirm")
                self.settle()
            confirmation = self.sent(number)[-1].message_id
            if self.state("micro_application", number) == "SUBMITTED":
                self.deliver(self.insurer.write.review(number, "10", confirmation))
            if self.object("policy", policy) is None:
                self.deliver(self.insurer.write.policy(policy, number))
            self.perform("policy", policy, "acknowledge")
        self.settle()
        for number in numbers:
            self.deliver(self.insurer.write.receipt_confirmed(f"P-{number}", self.sent(f"P-{number}")[-1].message_id))
            found = self.object("policy", f"P-{number}")
            if self.state("micro_application", number) != "ISSUED" or found.states["ack"] != "RECEIVED":
                raise Broken(f"{number} did not end well: {found.states}")

    # what is true

    def check(self, *, settled: bool) -> None:
        """Every invariant. Raises Broken."""
        with reading(self.runtime.engine) as connection:
            found = invariants.check(connection, [self.insurer.books], self.clock.now(), settled=settled)
        if found:
            raise Broken("\n".join(str(breach) for breach in found))

    def check_words(self, number: str) -> None:
        """What ``swhub messages`` says is what the tables hold, of all messages and of one number. Raises Broken."""
        listed = {
            (row["direction"], row["message_id"]): (row["state"], row["attempts"], row["reason"])
            for row in self._said("list", "--limit", "10000")
        }
        with reading(self.runtime.engine) as connection:
            inbox = connection.execute(select(tables.inbox)).all()
        rows = self.outbox()
        true = {("out", row.message_id): (row.state, row.attempts, row.reason) for row in rows}
        true |= {("in", row.message_id): (row.state, row.copies + 1, row.reason) for row in inbox}
        if listed != true:
            raise Broken(f"messages list: {listed.items() ^ true.items()}")
        hops = [(hop["what"], hop["message_id"], hop["detail"]) for hop in self._said("trace", number)]
        for row in rows:
            if row.business_key == number:
                self._check_one(row, hops)
        for row in inbox:
            known = [hop for hop in hops if hop[1] == row.message_id]
            if row.business_key == number and not known:
                raise Broken(f"trace {number}: nothing of {row.message_id}")

    def _check_one(self, row: Row[Any], hops: Sequence[tuple[str, str, str]]) -> None:
        with reading(self.runtime.engine) as connection:
            wanted = select(tables.attempt).where(tables.attempt.c.message_id == row.message_id)
            tries = connection.execute(wanted.order_by(tables.attempt.c.no)).all()
        said = self._said("show", row.message_id)
        if (said["state"], said["attempts"]) != (row.state, row.attempts):
            raise Broken(f"show {row.message_id}: {said['state']}, in truth {row.state}")
        true = [(tried.no, tried.purpose, tried.outcome) for tried in tries]
        if [(tried["no"], tried["purpose"], tried["outcome"]) for tried in said["tries"]] != true:
            raise Broken(f"show {row.message_id}: {said['tries']}, in truth {true}")
        steps = [detail for what, message_id, detail in hops if what == "attempt" and message_id == row.message_id]
        told = sorted(re.sub(r"(: \w+).*", r"\1", step) for step in steps)
        if told != sorted(f"{purpose} {no}: {outcome or 'STARTED'}" for no, purpose, outcome in true):
            raise Broken(f"trace: {told}, in truth {true}")
        if not any(what == "out" and f": {row.state}" in detail for what, _, detail in hops):
            raise Broken(f"trace does not say that {row.message_id} is {row.state}")

    def _said(self, *arguments: str) -> Any:
        code, text = self.command("messages", *arguments, "--json")
        if code != 0:
            raise Broken(f"swhub messages {' '.join(arguments)}: {code}\n{text}")
        return json.loads(text)

    def outbox(self, states: Sequence[str] | None = None) -> Sequence[Row[Any]]:
        """The outbox rows, or those in one of these states."""
        table = tables.outbox
        wanted = select(table).order_by(table.c.seq)
        with reading(self.runtime.engine) as connection:
            return connection.execute(wanted if states is None else wanted.where(table.c.state.in_(states))).all()

    def sent(self, key: str) -> list[Row[Any]]:
        """The outbox rows of one business number, oldest first."""
        return [row for row in self.outbox() if row.business_key == key]

    def object(self, kind: str, number: str) -> Any:
        """As the enterprise sees it, or None."""
        with reading(self.runtime.engine) as connection:
            return Tenant(connection, USCC).by_number(kind, number)

    def state(self, kind: str, number: str) -> str | None:
        """The object's state."""
        found = self.object(kind, number)
        return None if found is None else found.states["state"]

    def count(self, table: Any) -> int:
        """Rows of a table."""
        with reading(self.runtime.engine) as connection:
            return len(connection.execute(select(table)).all())

    def wait(self, ready: Callable[[], bool], what: str, step: float = 0.0) -> None:
        """Until ``ready``; ``step`` seconds pass on the clock at each look. Raises Broken."""

        def look() -> bool:
            self.clock.jump(step)
            return ready()

        self._await(look, what)

    def _await(self, ready: Callable[[], bool], what: str) -> None:
        until = time.monotonic() + PATIENCE
        while not ready():
            if time.monotonic() > until:
                raise Broken(f"in vain: {what}\n{self._tail('worker')}")
            time.sleep(0.01)

    def _tail(self, name: str) -> str:
        file = self.home / f"{name}.log"
        return "\n".join(file.read_text(encoding="utf-8", errors="replace").splitlines()[-15:]) if file.exists() else ""


def heads(rows: Iterable[Row[Any]]) -> list[Row[Any]]:
    """The first of each lane, and whatever is held or unknown: the others wait for these."""
    lanes: set[str] = set()
    found = []
    for row in rows:
        if row.lane not in lanes or row.state in ("SENDING", "UNKNOWN"):
            found.append(row)
        lanes.add(row.lane)
    return found


def discard(house: House) -> None:
    """Remove the folder."""
    shutil.rmtree(house.home, ignore_errors=True)


def _ended(process: Any) -> int:
    process.join(PATIENCE)
    if process.exitcode is None:
        process.kill()
        process.join()
    code = process.exitcode
    process.close()
    return int(code)


def _postbox() -> ModuleType:
    return import_module("tests.crash.postbox.hub_postbox")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(0.5)
        return probe.connect_ex((HOST, port)) == 0
