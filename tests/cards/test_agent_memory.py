"""What becomes of a PIN when a process dies: the agent and its drivers leave no core dump (reliability.md P19)."""

import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hub_card_softcard import desk

from demo.processes import free_port
from hub.cards import challenge

from .conftest import ORIGIN, Pki, allowed
from .test_agent_process import pair

PIN = "canary-core-7719"
CORE = Path("/proc/sys/kernel/core_pattern")
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="dumps are found by their names on Linux only")


WITH_DUMPS = ("sh", "-c", 'ulimit -c unlimited && exec "$0" "$@"')  # a program that is allowed to leave them


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder where this machine leaves the dump of any other program that is aborted."""
    if resource.getrlimit(resource.RLIMIT_CORE)[1] != resource.RLIM_INFINITY:
        pytest.skip("this machine allows no dumps at all")
    subprocess.run([*WITH_DUMPS, sys.executable, "-c", "import os; os.abort()"], cwd=tmp_path, check=False)
    found = dumps(tmp_path)
    if not found:
        pytest.skip(f"dumps go elsewhere: {CORE.read_text().strip()}")
    for path in found:
        path.unlink()
    return tmp_path


def dumps(folder: Path) -> list[Path]:
    return [path for path in folder.iterdir() if path.name.startswith("core")]


@pytest.fixture
def agent(folder: Path, pki: Pki) -> Iterator[tuple["subprocess.Popen[bytes]", int]]:
    """The agent with a soft card in ``folder``, allowed to leave dumps there; and its port."""
    card = pki.legal
    usual = {"serial": "C1", "label": "法人卡", "pin": PIN, "tries": 9, "scrypt_n": 2}
    desk.make(folder / "slot", key=card.key, certificate=card.certificate, **usual)  # type: ignore[arg-type]
    (folder / "hub.pem").write_bytes(pki.hub.certificate)
    port = free_port(0)
    (folder / "agent.toml").write_text(
        f'port = {port}\norigins = ["{ORIGIN}"]\nhub_certificate = "{folder / "hub.pem"}"\npin = "page"\n'
        f'pairings = "{allowed(folder / "pairings.json", ORIGIN)}"\n'
        f'[drivers.card_softcard]\nslot = "{folder / "slot"}"\n'
    )
    with (folder / "agent.log").open("wb") as log:
        process = subprocess.Popen(
            [*WITH_DUMPS, Path(sys.executable).with_name("swhub"), "card-agent", "--config", folder / "agent.toml"],
            cwd=folder,
            stdout=log,
            stderr=log,
        )
    try:
        page = pair(port, pki)
        payload = challenge.make_login(ORIGIN, challenge.new_nonce(), datetime.now(UTC))
        status, answer = page.sign(payload, pin=PIN, token="softcard:C1")
        assert status == 200, answer
        yield process, port
    finally:
        process.kill()
        process.wait()


Running = tuple["subprocess.Popen[bytes]", int]


def children(pid: int) -> list[int]:
    """The drivers' processes."""
    found = [path.read_text() for path in Path(f"/proc/{pid}/task").glob("*/children")]
    return [int(child) for text in found for child in text.split()]


def is_gone(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True


def test_an_aborted_driver_leaves_no_dump_with_the_pin(agent: Running, folder: Path) -> None:
    drivers = children(agent[0].pid)

    for pid in drivers:
        os.kill(pid, signal.SIGABRT)
    while not all(is_gone(pid) for pid in drivers):
        time.sleep(0.02)

    assert drivers
    assert dumps(folder) == []


def test_an_aborted_agent_leaves_no_dump_with_the_pin(agent: Running, folder: Path) -> None:
    agent[0].send_signal(signal.SIGABRT)

    assert agent[0].wait() == -signal.SIGABRT
    assert dumps(folder) == []


def test_the_pin_stands_in_no_command_line_and_no_environment(agent: Running) -> None:
    seen = b""
    for pid in (agent[0].pid, *children(agent[0].pid)):
        seen += Path(f"/proc/{pid}/cmdline").read_bytes()
        try:
            seen += Path(f"/proc/{pid}/environ").read_bytes()
        except PermissionError:  # as it should be: only root may look
            continue

    assert b"card-agent" in seen
    assert PIN.encode() not in seen
