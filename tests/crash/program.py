"""The programs under test, as children of a fork server that has imported everything once.

A child is ``swhub <arguments>`` in a process of its own: ``hub.cli.main`` with its own environment, its own store
connections, its own death. Two things differ from a shell: the clock adds the seconds that the harness lets pass
(a file), and the harness's own plugin is on the path.
"""

import multiprocessing
import os
import sys
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import Any

import click

import web.serve  # noqa: F401 - what the children need is imported once
from hub import cli, registry
from hub.business.acts import Actor
from hub.clock import SystemClock
from hub.commands.home import TEST_BUILD, opened
from hub.delivery.failpoints import VARIABLE
from hub.services import actions
from hub.services.objects import Tenant
from hub.store.engine import reading
from tests.crash.letters import FIRM, USCC

POSTBOX = str(Path(__file__).parent / "postbox")
CLOCK = "clock"  # file in the home: seconds that the harness let pass
PERSON = Actor(account="a1", name=FIRM, enterprise=USCC, role="PW")
NURSERY = multiprocessing.get_context("forkserver")
NURSERY.set_forkserver_preload([__name__])
for made in registry.build().partners.values():
    made.prepare()  # so are all plugins, and their schemas compiled


class ShiftedClock(SystemClock):
    """The machine's clock, and what the harness lets pass. All processes of one home see the same time."""

    def __init__(self, home: Path) -> None:
        self._file = home / CLOCK

    def seconds(self) -> float:
        return float(self._file.read_text() or 0) if self._file.exists() else 0.0

    def now(self) -> datetime:
        return datetime.now(UTC) + timedelta(seconds=self.seconds())

    def monotonic(self) -> float:
        return time.monotonic() + self.seconds()

    def jump(self, seconds: float) -> None:
        """Let time pass."""
        fresh = self._file.with_suffix(".new")
        fresh.write_text(str(self.seconds() + max(seconds, 0.0)))
        fresh.replace(self._file)


def start(home: Path, log: Path, arguments: Sequence[str], armed: str = "") -> ForkServerProcess:
    """``swhub <arguments>``, with the fail points of ``armed``."""
    return _child(_swhub, home, log, armed, arguments)


def act(home: Path, log: Path, kind: str, number: str, action: str, values: Mapping[str, Any], armed: str) -> Any:
    """A person's action, in a process of its own."""
    return _child(_act, home, log, armed, (kind, number, action, values))


def _child(target: Any, home: Path, log: Path, armed: str, arguments: Any) -> ForkServerProcess:
    environment = {TEST_BUILD: "1", VARIABLE: armed, "PYTHONUNBUFFERED": "1", "PYTHONUTF8": "1"}
    process = NURSERY.Process(target=_run, args=(target, home, log, environment, arguments), daemon=True)
    process.start()
    return process


def _run(target: Any, home: Path, log: Path, environment: Mapping[str, str], arguments: Any) -> None:
    file = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(file, 1)
    os.dup2(file, 2)
    os.environ.update(environment)
    sys.path.insert(0, POSTBOX)
    clock = ShiftedClock(home)
    SystemClock.now = lambda _self: clock.now()  # type: ignore[method-assign]
    SystemClock.monotonic = lambda _self: clock.monotonic()  # type: ignore[method-assign]
    target(home, *arguments)


def _swhub(home: Path, *arguments: str) -> None:
    cli.main([*arguments, "--home", str(home)], prog_name="swhub")


def _act(home: Path, kind: str, number: str, action: str, values: Mapping[str, Any]) -> None:
    with click.Context(click.Command("act")):
        perform(opened(home), kind, number, action, values)


def perform(runtime: Any, kind: str, number: str, action: str, values: Mapping[str, Any]) -> None:
    """What the page does when a person presses the button."""
    with reading(runtime.engine) as connection:
        obj = Tenant(connection, USCC).by_number(kind, number)
    if obj is None:
        raise LookupError(number)
    actions.perform(runtime, PERSON, kind, obj.id, action, values, obj.revision)
