"""Killed at every commit and every network step of the way out: nothing is lost and nothing takes effect twice.

A child process goes through one life of delivery (sends, lost answers, questions, retries, gates, recovery, expiry,
a receipt, a decision, a poll) and is killed with SIGKILL at one fail point. The parent then goes on with the same
store, clock and partners.
"""

import os
import signal
import threading
import traceback
import warnings
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from hub.config import PartnerSettings
from hub.contract.capability import Idempotency
from hub.contract.message import OutMessage, Raw
from hub.delivery import decisions, failpoints, lanes, resolver
from hub.store import tables
from hub.store.engine import open_engine, writing

OUTBOUND = [name for name in failpoints.POINTS if not name.startswith("inbound.")]


class Gate(BaseHTTPRequestHandler):
    """The door of the partner that is reached over HTTP."""

    protocol_version = "HTTP/1.1"

    def do_POST(self):
        kind, _, message = self.rfile.read(int(self.headers["Content-Length"])).decode().partition(":")
        with self.server.lock:
            if kind == "send":
                with self.server.book.open("a") as file:
                    file.write(f"{message}\n")
                word = "accepted"
            else:
                word = "accepted" if message in self.server.book.read_text().split() else "never"
        self.send_response(200)
        self.send_header("Content-Length", str(len(word)))
        self.end_headers()
        self.wfile.write(word.encode())

    def log_message(self, *_):
        pass


class Web:
    """A partner without a wire of its own: it is reached through the hub's transport."""

    def __init__(self, stub):
        self.stub = stub

    def __getattr__(self, name):
        if name == "send":
            raise AttributeError(name)
        return getattr(self.stub, name)


@pytest.fixture
def gate(tmp_path):
    server = ThreadingHTTPServer(("127.0.0.1", 0), Gate)
    server.daemon_threads = True
    server.lock = threading.Lock()
    server.book = tmp_path / "web.book"
    server.book.touch()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join(10)


@pytest.fixture
def city(build_world, partner, gate, tmp_path):
    """Partners of every kind, none of which dedupes: a message that comes twice takes effect twice."""
    usual = {"idempotency": Idempotency.NONE, "deadline": timedelta(days=300)}
    acme = partner("acme", per_minute=3, **usual)
    mute = partner("mute", query=None, **usual)
    brief = partner("brief", **usual | {"deadline": timedelta(hours=1)})
    web = Web(partner("web", **usual))
    for one in (acme, mute, brief, web.stub):
        one.book = tmp_path / f"{one.sheet.partner}.book"
    brief.poll = lambda cursor, ctx: OutMessage(content=b"poll:")
    brief.parse_poll = lambda raw, cursor, ctx: ([] if cursor else [Raw(content=b"letter", received_at=ctx.now)], "1")
    world = build_world(acme, mute, brief, web)
    settings = world.runtime.settings
    partners = dict(settings.partners) | {"web": PartnerSettings(address=f"http://127.0.0.1:{gate.server_port}")}
    world.runtime = replace(world.runtime, settings=replace(settings, partners=partners))
    return world


def live(world):
    """One life, with something for every fail point."""
    acme, mute, brief, web = (world.runtime.registry.partners[code] for code in ("acme", "mute", "brief", "web"))
    worker = world.worker(keep(acme))
    owner = world.object()
    acme.faults.extend(["accepted", "lost-after", "down", "lost-before"])
    mute.faults.extend(["lost-before", "lost-after"])
    brief.faults.extend(["down"] * 100)
    for _ in range(3):
        world.queue(partner=acme)
    world.queue(owner, partner=acme)
    world.queue(owner, partner=acme)
    world.queue(partner=web)
    world.queue(partner=brief)
    undelivered, answered = world.queue(partner=mute), world.queue(partner=mute)
    worker.run_once()
    with writing(world.engine) as connection:
        resolver.on_receipt(connection, answered, world.clock.now())
    with writing(world.engine) as connection:
        made = decisions.propose(
            connection, f"outbox:{undelivered}", "not_delivered", "r", "e", "ann", world.clock.now()
        )
    decisions.confirm(world.engine, made, actor="bob", now=world.clock.now(), settle=world.settle)
    stranded = world.queue(partner=web)
    held = lanes.claim(
        world.engine, partners=["web"], now=world.clock.now(), lease=timedelta(seconds=60), gate=lambda *_: None
    )
    assert held.message_id == stranded
    for _ in range(4):
        world.later(minutes=6)
        worker.run_once()
    world.later(hours=1)
    worker.run_once()


def keep(partner):
    """Receives polled letters into a file beside the partner's book."""

    def receive(_partner, raw):
        with partner.book.with_name("letters").open("ab") as file:
            file.write(raw.content)

    return receive


def child(world, url, point):
    """Live and die; never returns."""
    try:
        world.runtime = replace(world.runtime, engine=open_engine(url))
        world.fail(f"{point}=kill@1")
        live(world)
    except BaseException:
        traceback.print_exc()
        os._exit(99)
    os._exit(0)


@pytest.mark.parametrize("point", OUTBOUND)
def test_killed_anywhere_nothing_is_lost_and_nothing_takes_effect_twice(city, gate, point):
    url = city.engine.url.render_as_string(hide_password=False)
    city.engine.dispose()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # newer Pythons: the gate's thread is not forked, as meant
        pid = os.fork()
    if pid == 0:
        child(city, url, point)
    _, status = os.waitpid(pid, 0)
    assert os.WIFSIGNALED(status), f"the life never came past {point}: {os.waitstatus_to_exitcode(status)}"
    assert os.WTERMSIG(status) == signal.SIGKILL

    for one in city.runtime.registry.partners.values():
        one.reread()
    city.clock.at += timedelta(hours=2)  # later than the child ever was
    worker = city.worker(keep(city.partner))
    for _ in range(20):
        city.later(minutes=20)
        worker.run_once()

    for partner in city.runtime.registry.partners.values():
        partner.reread()
    effects = sum((partner.effects for partner in city.runtime.registry.partners.values()), Counter())
    rows = city.rows(tables.outbox)
    assert max(effects.values(), default=0) <= 1
    assert set(effects) <= {row.message_id for row in rows}
    for row in rows:
        expected = {"mute": {"ACKED", "UNKNOWN"}, "brief": {"DEAD"}}.get(row.partner, {"ACKED"})
        assert row.state in expected, (row.partner, row.reason)
        assert row.state != "ACKED" or effects[row.message_id] == 1
        assert row.state != "DEAD" or effects[row.message_id] == 0
    assert city.partner.book.with_name("letters").read_bytes() in {b"letter", b"letterletter"}
    assert [row.state for row in rows if row.lease_until is not None] == []
