"""A plugin's own process, as the hub sees it: started when first needed, ended when a call overruns.

It takes one call at a time. The hub's key stays here: what the plugin wants signed comes over the pipe. A process of
its own protects the others from a plugin's defects, not from its malice: it runs as the same user.
"""

import multiprocessing
import os
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from multiprocessing.connection import Connection
from typing import Any

from hub.contract.adapters import Context
from hub.guard import pipe
from hub.guard.fault import FaultKind, PluginAway, PluginFailed

START = 30.0  # seconds until it has imported its plugin
OURS = "SWHUB_"  # settings from the environment are no business of a plugin


class Child:
    """One plugin's process."""

    def __init__(self, module: str, partner: str, memory_mb: int) -> None:
        self._command = [sys.executable, "-P", "-m", "hub.guard.inside", module, partner, str(memory_mb)]
        self._turn = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._pipe: Connection | None = None

    def call(self, name: str, arguments: Sequence[Any], seconds: float) -> Any:
        """What the plugin returns or may raise. Raises PluginAway, and PluginFailed when the process had to end."""
        if not self._turn.acquire(timeout=seconds):
            raise PluginAway("its process is busy with another call")
        try:
            connection = self._ready()  # starting it is not the call's fault
            return self._exchange(connection, name, arguments, time.monotonic() + seconds)
        except PluginFailed as failed:
            if failed.kind is not FaultKind.RAISED:
                self._end()
            raise
        except (OSError, EOFError) as error:
            self._end()
            raise PluginFailed(FaultKind.DIED, f"its process ended: {type(error).__name__}") from error
        finally:
            self._turn.release()

    def start(self) -> None:
        """Have the process stand before the first call needs it; a start that fails is repeated, and told, there."""
        with self._turn:
            try:
                self._ready()
            except (PluginFailed, OSError, EOFError):
                self._end()

    def close(self) -> None:
        """End the process."""
        with self._turn:
            self._end()

    @property
    def pid(self) -> int | None:
        """The process, while there is one."""
        return self._process.pid if self._process is not None else None

    def _exchange(self, connection: Connection, name: str, arguments: Sequence[Any], ends: float) -> Any:
        signer = next((part.signer for part in arguments if isinstance(part, Context)), None)
        pipe.send(connection, ("call", name, [pipe.packed(part) for part in arguments]))
        while True:
            if not connection.poll(max(ends - time.monotonic(), 0)):
                raise PluginFailed(FaultKind.HUNG, "its process was ended")
            kind, *values = pipe.receive(connection)
            if kind == "result":
                return values[0]
            if kind == "raised":
                pipe.raise_again(values[0], values[1])
            if kind != "sign" or signer is None or len(values) != 2:
                raise PluginFailed(FaultKind.DIED, "its process does not keep to the protocol")
            data, user_id = values
            pipe.send(connection, ("signed", signer.sign(data, user_id)))

    def _ready(self) -> Connection:
        if self._pipe is None:
            ours, theirs = multiprocessing.Pipe()
            environment = {name: value for name, value in os.environ.items() if not name.startswith(OURS)}
            with theirs:
                self._process = subprocess.Popen(  # noqa: S603 (own words)
                    [*self._command, str(theirs.fileno())],
                    pass_fds=[theirs.fileno()],
                    env=environment,
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                )
            if not ours.poll(START):
                raise PluginFailed(FaultKind.HUNG, "its process did not start")
            if pipe.receive(ours)[0] != "ready":
                raise PluginFailed(FaultKind.DIED, "its process does not keep to the protocol")
            self._pipe = ours
        return self._pipe

    def _end(self) -> None:
        if self._pipe is not None:
            self._pipe.close()
        if self._process is not None:
            self._process.kill()
            self._process.wait()
        self._pipe = self._process = None
