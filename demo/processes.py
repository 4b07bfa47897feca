"""The demo's programs: started as processes of their own, waited for, ended in order."""

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

HOST = "127.0.0.1"
PATIENCE = 60.0  # seconds a program may take to answer; on a busy machine imports alone take several
GRACE = 15.0  # seconds a program may take to end


class DemoError(Exception):
    """The demo cannot go on; the message says why and what to do."""


@dataclass(frozen=True, kw_only=True)
class Program:
    """One program: its ``swhub`` arguments, and the call that shows that it is up."""

    name: str
    arguments: Sequence[str]
    port: int
    path: str  # answers ``status`` when the program is up
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


def free_port(wanted: int, taken: Sequence[int] = ()) -> int:
    """``wanted`` when nobody listens there, else one the system picks."""
    if wanted and wanted not in taken:
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((HOST, wanted))
            except OSError:
                pass
            else:
                return wanted
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


@contextmanager
def step(what: str) -> Iterator[None]:
    """One line with what is being done and the seconds it took."""
    began = time.monotonic()
    if sys.stdout.isatty():
        print(f"  … {what}", end="\r", flush=True)
    try:
        yield
    except BaseException:
        print(f"  ✗ {what}", flush=True)
        raise
    print(f"  ✓ {what:<54} {time.monotonic() - began:4.1f}s", flush=True)


def start(program: Program, home: Path) -> "subprocess.Popen[bytes]":
    """Start it in a session of its own, so that only we end it; it writes into ``logs/``."""
    log = home / "logs" / f"{program.name}.log"
    log.parent.mkdir(exist_ok=True)
    own = {name: value for name, value in os.environ.items() if not name.startswith("SWHUB_")}
    with log.open("wb") as file:
        return subprocess.Popen(  # noqa: S603 - our own words
            [str(Path(sys.executable).with_name("swhub")), *program.arguments],
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=subprocess.STDOUT,
            env={**own, "PYTHONUNBUFFERED": "1", "PYTHONUTF8": "1"},
            start_new_session=True,
        )


def wait(program: Program, ended: Callable[[], int | None], home: Path) -> None:
    """Return when the program answers. Raises DemoError with the end of its log when it does not."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        code = ended()
        if code is not None:
            raise DemoError(f"{program.name} ended with code {code}:\n{tail(home, program.name)}")
        if answers(program):
            return
        time.sleep(0.1)
    raise DemoError(f"{program.name} did not answer within {PATIENCE:.0f} seconds:\n{tail(home, program.name)}")


def answers(program: Program) -> bool:
    """Whether the program answers as it should."""
    connection = http.client.HTTPConnection(HOST, program.port, timeout=5)
    try:
        connection.request("GET", program.path, headers=dict(program.headers))
        return connection.getresponse().status == program.status
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def tail(home: Path, name: str, lines: int = 20) -> str:
    """The end of a program's log."""
    text = (home / "logs" / f"{name}.log").read_text(encoding="utf-8", errors="replace")
    return "\n".join(f"    {line}" for line in text.splitlines()[-lines:]) or "    (it wrote nothing)"


def living(pids: Mapping[str, int], home: Path) -> dict[str, int]:
    """Those that still run and are this demo's: their command line names its folder."""
    return {name: pid for name, pid in pids.items() if str(home) in command_line(pid)}


def command_line(pid: int) -> str:
    """How a process was started; empty when it is gone."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode("utf-8", "replace")
    except OSError:
        pass
    shown = subprocess.run(["ps", "-o", "command=", "-p", str(pid)], capture_output=True, check=False)  # noqa: S603, S607
    return shown.stdout.decode("utf-8", "replace")


def end(pids: Mapping[str, int], home: Path) -> None:
    """Ask each to end, last started first; who does not is killed."""
    for pid in reversed(living(pids, home).values()):
        os.kill(pid, signal.SIGTERM)
    until = time.monotonic() + GRACE
    while (left := living(pids, home)) and time.monotonic() < until:
        time.sleep(0.1)
    for pid in left.values():
        os.kill(pid, signal.SIGKILL)
