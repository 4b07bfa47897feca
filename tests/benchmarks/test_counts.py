"""What a message costs after warm-up, counted and not timed: keys, schemas, templates, processes, connections, files,
statements and commits.

Real code throughout: the portal's door, ``perform``, the worker, a loopback partner. Only counters are put in between.
"""

import subprocess
import sys
import threading
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import jinja2
import pytest
import xmlschema
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from flask.testing import FlaskClient
from hub_sinosure.adapter import sinosure
from lxml import etree
from sqlalchemy import Connection, Engine, event, func, select

from hub import runtime as runtimes
from hub.business.acts import Actor
from hub.clock import MovableClock
from hub.config import HubSettings, PartnerSettings, Settings, WebSettings
from hub.contract.message import CanonicalMessage
from hub.crypto.vault import Vault
from hub.delivery.worker import Worker
from hub.runtime import Runtime
from hub.services import accounts, actions, results
from hub.store import prepared, tables
from hub.store.engine import READ, WRITE, reading, writing
from hub.store.pipeline import Pipe
from hub.store.prepared import Prepared
from hub.testing import pki
from hub.xml.catalogue import default_catalogue
from hub.xml.dialect import seal
from hub.xml.reader import read
from web.app import create_app

USCC, FIRM, KIND = "91110000MA00EXAM1X", "示例进出口有限公司", "micro_application"
ENTERED = {
    "contact_name": "王小明",
    "contact_phone": "010-65300000",
    "contact_mobile": "13800000000",
    "contact_email": "trade@example.cn",
}
WARM_UP, MESSAGES = 3, 8
CATALOGUE = default_catalogue()  # the insurer's; the hub has its own

LOADS = {
    "key": (
        serialization.load_pem_private_key,
        serialization.load_der_private_key,
        serialization.load_pem_public_key,
        serialization.load_der_public_key,
    ),
    "certificate": (
        x509.load_pem_x509_certificate,
        x509.load_pem_x509_certificates,
        x509.load_der_x509_certificate,
    ),
}
"""What is counted by its function, wherever a module holds it."""

COMPILES = {
    "schema": ((etree, "XMLSchema"), (xmlschema, "XMLSchema")),
    "template": ((jinja2.Environment, "compile"),),
}
"""What is counted at the one place where it is made."""

AUDITED = {
    "subprocess.Popen": "process",
    "os.fork": "process",
    "os.posix_spawn": "process",
    "os.exec": "process",
    "socket.connect": "connection",
    "sqlite3.connect": "connection",
    "open": "file",
    "import": "import",
}
"""Events of the interpreter (PEP 578) -> what is counted."""

_listening: list[Counter[str]] = []


def _audit(name: str, _: tuple[Any, ...]) -> None:
    if name in AUDITED:
        for counter in _listening:
            counter[AUDITED[name]] += 1


sys.addaudithook(_audit)  # there is no way to take it off again; it does nothing unless somebody listens


@contextmanager
def counting(engine: Engine) -> Iterator[Counter[str]]:
    """Count everything that the tables above name, and the store's new connections."""
    counter: Counter[str] = Counter()

    def counted(name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any, **options: Any) -> Any:
            counter[name] += 1
            return function(*args, **options)

        return call

    def connected(*_: object) -> None:
        counter["connection"] += 1

    with pytest.MonkeyPatch.context() as patch:
        for name, functions in LOADS.items():
            for function in functions:
                for module, attribute in _holders(function):
                    patch.setattr(module, attribute, counted(name, function))
        for name, places in COMPILES.items():
            for place, attribute in places:
                patch.setattr(place, attribute, counted(name, getattr(place, attribute)))
        event.listen(engine, "connect", connected)
        _listening.append(counter)
        try:
            yield counter
        finally:
            _listening.remove(counter)
            event.remove(engine, "connect", connected)


@contextmanager
def asking(engine: Engine) -> Iterator[Counter[str]]:
    """Count the statements, and the commits of what was written."""
    counter: Counter[str] = Counter()
    execute, write = prepared.execute, Prepared.write

    def prepared_executed(connection: Connection, ready: prepared.Ready, values: Any) -> Any:
        counter["statement"] += ready not in (READ, WRITE)
        counter["commit"] += ready is WRITE
        return execute(connection, ready, values)

    def prepared_written(statement: Prepared, connection: Connection, values: Any, *, none: Any = None) -> None:
        counter["statement"] += connection.dialect.name == "postgresql"  # SQLite's are executed
        write(statement, connection, values, none=none)

    def executed(*_: object) -> None:
        counter["statement"] += 1

    def committed(connection: Connection) -> None:
        writes = not connection.get_execution_options().get("postgresql_readonly", False)
        counter["commit"] += writes and connection.dialect.name == "postgresql"  # SQLite's are counted as they begin

    event.listen(engine, "before_cursor_execute", executed)
    event.listen(engine, "commit", committed)
    try:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(prepared, "execute", prepared_executed)
            patch.setattr(Prepared, "write", prepared_written)
            yield counter
    finally:
        event.remove(engine, "before_cursor_execute", executed)
        event.remove(engine, "commit", committed)


def _holders(function: object) -> list[tuple[Any, str]]:
    """Every module attribute that is this function."""
    found = []
    for module in list(sys.modules.values()):
        names = [name for name, value in list(vars(module).items()) if value is function] if module else []
        found += [(module, name) for name in names]
    return found


@dataclass
class World:
    """A hub with its insurer: one at the door, one behind a loopback address."""

    runtime: Runtime
    door: FlaskClient
    worker: Worker
    insurer: pki.KeySigner
    accepted: list[str]  # a client address per connection that the insurer took

    def offer(self, number: str) -> bytes:
        """A signed PolicyOffer."""
        now = self.runtime.clock.now()
        body = {
            "application_no": number, "enterprise_name": FIRM, "product": "XWXBY", "product_name": "小微信保易",
            "renewal": False, "declaration_version": "2026-1", "declaration_text": ["第一条", "第二条"],
            "valid_until": (now + timedelta(days=30)).date(),
        }  # fmt: skip
        message = CanonicalMessage(
            type="PolicyOffer", version="1.0", message_id=str(uuid.uuid4()), sender="sinosure", receiver="swhub",
            enterprise=USCC, business_key=number, sequence=1, created_at=now, body=body,
        )  # fmt: skip
        return seal(CATALOGUE, message, self.insurer)

    def receive(self, content: bytes) -> int:
        """One message through the partners' door; the HTTP status."""
        return self.door.post("/partners/sinosure/messages", data=content, content_type="application/xml").status_code

    def find(self, number: str) -> str:
        """The id of the application with this number."""
        table = tables.business_object
        with reading(self.runtime.engine) as connection:
            found: str = connection.execute(select(table.c.id).where(table.c.number == number)).scalar_one()
        return found

    def submit(self, object_id: str) -> int:
        """Confirm one offer and deliver; how many exchanges were made."""
        actor = Actor(account="a1", name="王小明", enterprise=USCC, role="LP")
        actions.perform(self.runtime, actor, KIND, object_id, "confirm", ENTERED, 1)
        return self.worker.run_once()

    def stored(self, table: Any, *where: Any) -> int:
        """How many rows."""
        with reading(self.runtime.engine) as connection:
            found: int = connection.execute(select(func.count()).select_from(table).where(*where)).scalar_one()
        return found


class Insurer(ThreadingHTTPServer):
    """Signs for whatever is POSTed, on kept connections, and notes each connection that it takes."""

    daemon_threads = True

    def __init__(self, signer: pki.KeySigner) -> None:
        super().__init__(("127.0.0.1", 0), _Desk)
        self.signer = signer
        self.accepted: list[str] = []

    def get_request(self) -> Any:
        """A new connection."""
        taken = super().get_request()
        self.accepted.append(str(taken[1]))
        return taken


class _Desk(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Insurer

    def do_POST(self) -> None:
        content = self.rfile.read(int(self.headers["Content-Length"]))
        receipt = self._receipt(content)
        self.send_response(200)
        self.send_header("Content-Length", str(len(receipt)))
        self.end_headers()
        self.wfile.write(receipt)

    def _receipt(self, content: bytes) -> bytes:
        element, now = read(content), datetime.now(UTC)
        element.remove(element[-1])  # the signature
        sent = CATALOGUE.of(element).decode(element)
        body = {
            "request_id": sent.message_id, "request_digest": sha256(content).hexdigest(), "code": "0000",
            "text": "已接收", "received_at": now,
        }  # fmt: skip
        message = CanonicalMessage(
            type="Receipt", version="1.0", message_id=str(uuid.uuid4()), sender="sinosure", receiver="swhub",
            enterprise=USCC, business_key=sent.business_key, sequence=1, created_at=now, body=body,
            correlation_id=sent.message_id,
        )  # fmt: skip
        return seal(CATALOGUE, message, self.server.signer)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, pki.KeySigner]:
    """A folder with the hub's key and both certificates, and the insurer's signer."""
    folder, now = tmp_path_factory.mktemp("keys"), datetime.now(UTC)
    authority = pki.make_authority("测试机构", now)
    hub, insurer = (pki.issue_partner(authority, name, now, algorithm="ecdsa-sha256") for name in ("swhub", "sinosure"))
    (folder / "hub.key.pem").write_bytes(hub.key)
    (folder / "hub.crt.pem").write_bytes(hub.certificate)
    (folder / "sinosure.pem").write_bytes(insurer.certificate)
    (folder / "web.secret").write_text("s" * 40)
    (folder / "vault.key").write_text(Vault().key.hex())
    return folder, pki.KeySigner(insurer)


@pytest.fixture
def world(engine: Engine, keys: tuple[Path, pki.KeySigner]) -> Iterator[World]:
    """A hub on each database, with everything loaded as ``swhub serve`` loads it."""
    folder, insurer = keys
    server = Insurer(insurer)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    partner = PartnerSettings(
        address=f"http://127.0.0.1:{server.server_port}/", certificates=(folder / "sinosure.pem",)
    )
    settings = Settings(
        home=folder,
        hub=HubSettings(key=folder / "hub.key.pem", certificate=folder / "hub.crt.pem", vault=folder / "vault.key"),
        web=WebSettings(secret=folder / "web.secret"),
        partners={"sinosure": partner},
    )
    started = runtimes.start(settings)
    started.engine.dispose()
    clock = MovableClock(at=datetime.now(UTC))  # stands still, so that no job of the worker's is due in between
    runtime = replace(started, engine=engine, clock=clock)
    with writing(engine) as connection:
        accounts.register_enterprise(connection, USCC, FIRM, runtime.clock.now())
    worker = Worker(runtime, results.settle)
    yield World(runtime, create_app(runtime).test_client(), worker, insurer, server.accepted)
    worker.stop()
    server.shutdown()
    server.server_close()


def test_a_message_in_loads_no_key_compiles_nothing_and_opens_nothing(world: World) -> None:
    offers = [world.offer(f"XW-{n}") for n in range(WARM_UP + MESSAGES)]
    warm = [world.receive(content) for content in offers[:WARM_UP]]

    with counting(world.runtime.engine) as counter:
        statuses = [world.receive(content) for content in offers[WARM_UP:]]

    assert warm + statuses == [200] * len(offers)
    assert world.stored(tables.business_object) == len(offers)
    assert counter == {}


def test_a_message_out_loads_no_key_compiles_nothing_and_keeps_its_connection(world: World) -> None:
    numbers = [f"XW-{n}" for n in range(WARM_UP + MESSAGES)]
    for number in numbers:
        world.receive(world.offer(number))
    offered = [world.find(number) for number in numbers]
    for object_id in offered[:WARM_UP]:
        world.submit(object_id)

    with counting(world.runtime.engine) as counter:
        exchanges = [world.submit(object_id) for object_id in offered[WARM_UP:]]

    assert exchanges == [1] * MESSAGES
    assert world.stored(tables.outbox, tables.outbox.c.state == "ACKED") == len(numbers)
    assert (counter, len(world.accepted)) == ({}, 1)


def test_a_message_in_is_ten_statements_and_one_commit(world: World) -> None:
    """Inbox row and bytes, the object looked for, five rows of a new one, its first evidence, what waited for it."""
    world.receive(world.offer("XW-0"))

    with asking(world.runtime.engine) as counter:
        world.receive(world.offer("XW-1"))

    assert counter == {"statement": 10, "commit": 1}


def test_a_message_out_is_twenty_four_statements_and_three_commits(world: World) -> None:
    """Ten to submit, with what is cited (and once a second a look whether evidence is being signed); a look at what is
    due, four to claim it, nine for what came of it.
    """
    for number in ("XW-0", "XW-1"):
        world.receive(world.offer(number))
    first, second = world.find("XW-0"), world.find("XW-1")
    world.submit(first)

    with asking(world.runtime.engine) as counter:
        world.submit(second)

    assert counter == {"statement": 24, "commit": 3}


@pytest.mark.postgres
@pytest.mark.parametrize("engine", ["postgres"], indirect=True)
def test_a_message_in_is_four_trips_to_postgresql_and_one_out_seven(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Out: two to submit, a look at what is due, two to claim it, two for what came of it."""
    for number in ("XW-0", "XW-1"):
        world.receive(world.offer(number))
        world.submit(world.find(number))
    made: list[str] = []
    way = ""
    trip = Pipe._trip

    def counted(pipe: Pipe, *given: Any) -> Any:
        made.append(way)
        return trip(pipe, *given)

    monkeypatch.setattr(Pipe, "_trip", counted)
    offer, way = world.offer("XW-2"), "in"
    world.receive(offer)
    way = ""
    object_id, way = world.find("XW-2"), "out"
    world.submit(object_id)

    assert (made.count("in"), made.count("out")) == (4, 7)


def test_every_counter_counts_what_a_cold_start_does(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    cold = replace(sinosure(), catalogue=default_catalogue.__wrapped__())
    monkeypatch.setitem(world.runtime.registry.partners, "sinosure", cold)
    monkeypatch.delitem(sys.modules, "colorsys", raising=False)
    world.runtime.engine.dispose()

    with counting(world.runtime.engine) as counter:
        world.receive(world.offer("XW-0"))
        runtimes.start(world.runtime.settings).engine.dispose()
        jinja2.Environment(autoescape=True).from_string("x")
        __import__("colorsys")
        subprocess.run(["true"], check=True)

    assert counter.keys() == {*LOADS, *COMPILES, *AUDITED.values()}
