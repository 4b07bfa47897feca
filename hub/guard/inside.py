"""The plugin's own process, from inside: ``python -m hub.guard.inside <module> <partner> <megabytes> <pipe>``.

It imports one plugin, answers one call at a time, and ends with the hub. What it may allocate beyond what the plugin
needs to stand there is limited by the kernel where there is such a limit; who runs into it ends, and the next call
starts a fresh process.
"""

import contextlib
import importlib
import os
import sys
from dataclasses import replace
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from hub import plugins
from hub.contract.adapters import Context, PartnerAdapter
from hub.guard import pipe
from hub.guard.parent import end_with_parent
from hub.plugins import Plugin
from hub.registry import FAMILIES

try:
    import resource
except ImportError:  # no such limit on this system
    resource = None  # type: ignore[assignment]

KINDNESS = 5  # nice value: where the processor is short, the hub goes before a plugin that computes


def main(module: str, partner: str, megabytes: int, place: int) -> None:
    """Serve until the hub hangs up."""
    os.nice(KINDNESS)
    end_with_parent()
    connection = Connection(place)
    adapter = find(module, partner)
    first = getattr(adapter, "prepare", None)
    if first is not None:
        first()
    limit(megabytes)
    with contextlib.suppress(EOFError, OSError):  # the hub hung up
        pipe.send(connection, ("ready",))
        while True:
            answer(adapter, connection)


def find(module: str, partner: str) -> PartnerAdapter:
    """The adapter of ``partner`` that the package ``module`` brings. Raises LookupError."""
    manager, _ = plugins.load([Plugin(name=module, version="", module=importlib.import_module(module))])
    for hook in FAMILIES:
        for _, adapters, _ in plugins.call_each(manager, hook):
            for adapter in adapters:
                if adapter.sheet.partner == partner:
                    found: PartnerAdapter = adapter
                    return found
    raise LookupError(f"{module} brings no adapter of {partner}")


def answer(adapter: PartnerAdapter, connection: Connection) -> None:
    """Take one call and answer it. A plugin that ran out of memory is answered for and ends."""
    _, name, arguments = connection.recv()
    try:
        said: tuple[Any, ...] = ("result", getattr(adapter, name)(*(_unpacked(part, connection) for part in arguments)))
    except Exception as error:
        said = pipe.raised(error)
    pipe.send(connection, said)
    if said[:2] == ("raised", "MemoryError"):
        os._exit(1)


def _unpacked(argument: Any, connection: Connection) -> Any:
    if isinstance(argument, Context) and isinstance(argument.signer, pipe.RemoteSigner):
        return replace(argument, signer=replace(argument.signer, connection=connection))
    return argument


def limit(megabytes: int) -> None:
    """Let this process allocate ``megabytes`` more than it has now."""
    held = Path("/proc/self/statm")
    if resource is not None and held.exists():
        pages = int(held.read_text(encoding="ascii").split()[0])
        most = pages * resource.getpagesize() + megabytes * 1024 * 1024
        resource.setrlimit(resource.RLIMIT_AS, (most, most))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
