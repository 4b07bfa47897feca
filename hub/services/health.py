"""What the guards saw of the plugins, kept for operators: who, which call, how, since when, how often, which version.

A watchdog of each process looks every second, in a thread that calls no plugin. One alert per plugin, opened at the
first fault, closed when each call that went wrong has worked again, in whichever process: what is ill stands in the
store, so that a process that starts anew knows it.
"""

import logging
import threading
from collections import defaultdict
from collections.abc import Iterator, Sequence, Set
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select, update

from hub.contract.text import Text
from hub.delivery.alerts import close_alert, open_alert
from hub.guard.fault import Fault, FaultKind
from hub.registry import Registry
from hub.runtime import Runtime
from hub.store import tables
from hub.store.engine import reading, writing
from hub.store.rows import insert_new

log = logging.getLogger(__name__)

EVERY = 1.0  # seconds between two looks
OBSERVER = "observer:"  # before the name of a plugin that only observes


@dataclass(frozen=True, kw_only=True)
class FaultRow:
    """One kind of fault of one call, as operators see it."""

    plugin: str  # partner code, or "observer:" and the plugin's name
    version: str
    call: str
    fault: FaultKind
    detail: str
    first_at: datetime
    last_at: datetime
    count: int
    over_at: datetime | None  # when the call worked again


def report(runtime: Runtime) -> int:
    """Keep what the guards saw since the last look; says how many faults that is."""
    found = 0
    with reading(runtime.engine) as connection:
        ill = _ill(connection)
    for name, guard in runtime.guards.all().items():
        faults, worked = guard.look()
        cured = worked & (ill[name] | {fault.call for fault in faults})
        if not faults and not cured:
            continue
        found += len(faults)
        version = _version(runtime.registry, name)
        with writing(runtime.engine) as connection:
            for fault in faults:
                _keep(connection, name, version, fault)
            _cure(connection, name, cured, runtime.clock.now())
    return found


@contextmanager
def watched(runtime: Runtime) -> Iterator[None]:
    """Report every second while the block runs; then end the plugins' own processes."""
    ending = threading.Event()

    def run() -> None:
        while not ending.wait(EVERY):
            try:
                report(runtime)
            except Exception:  # the store is away: what the guards saw since stays unwritten, their work goes on
                log.exception("plugin faults could not be kept")

    thread = threading.Thread(target=run, name="swhub-watchdog", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ending.set()
        thread.join()
        runtime.guards.close()


def faults(connection: Connection, plugin: str | None = None) -> Sequence[FaultRow]:
    """The kept faults, latest first, of everybody or of one partner."""
    table = tables.plugin_fault
    statement = select(table).order_by(table.c.last_at.desc())
    if plugin is not None:
        statement = statement.where(table.c.plugin == plugin)
    rows = connection.execute(statement).mappings()
    return [FaultRow(**{**row, "fault": FaultKind[row["fault"]]}) for row in rows]


def _ill(connection: Connection) -> defaultdict[str, set[str]]:
    """Plugin -> its calls that went wrong and have not worked since."""
    table = tables.plugin_fault
    found: defaultdict[str, set[str]] = defaultdict(set)
    for row in connection.execute(select(table.c.plugin, table.c.call).where(table.c.over_at.is_(None))):
        found[row.plugin].add(row.call)
    return found


def _cure(connection: Connection, name: str, calls: Set[str], now: datetime) -> None:
    """These calls work; the alert ends with the last one that did not."""
    table = tables.plugin_fault
    over = update(table).where(table.c.plugin == name, table.c.call.in_(sorted(calls)), table.c.over_at.is_(None))
    connection.execute(over.values(over_at=now))
    if not _ill(connection)[name]:
        close_alert(connection, f"plugin:{name}", now)


def _keep(connection: Connection, name: str, version: str, fault: Fault) -> None:
    if fault.kind is not FaultKind.RAISED:  # what was raised was logged where it was caught
        log.warning("plugin %s %s: %s: %s, %s", name, version, fault.call, fault.kind.value.en, fault.detail)
    table = tables.plugin_fault
    key = {"plugin": name, "version": version, "call": fault.call, "fault": fault.kind.name}
    row = {**key, "detail": fault.detail[:200], "first_at": fault.at, "last_at": fault.at, "count": 1}
    if not insert_new(connection, table, row):
        mine = [table.c[column] == value for column, value in key.items()]
        again = {"count": table.c["count"] + 1, "last_at": fault.at, "detail": fault.detail[:200], "over_at": None}
        connection.execute(update(table).where(*mine).values(again))
    text = Text(
        f"插件 {name} {version}：{fault.call} {fault.kind.value.zh}（{fault.detail}）",
        f"plugin {name} {version}: {fault.call} {fault.kind.value.en} ({fault.detail})",
    )
    open_alert(connection, f"plugin:{name}", text, fault.at)


def _version(registry: Registry, name: str) -> str:
    plugin = registry.plugin(name)
    if plugin is None:
        plugin = next((row for row in registry.plugins if row.name == name.removeprefix(OBSERVER)), None)
    return plugin.version if plugin is not None else "-"
