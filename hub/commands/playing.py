"""The simulators of partners in test mode: programs of their own beside ``swhub serve``, for as long as it runs."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from hub import setup, tested
from hub.commands.home import refuse
from hub.config import Settings

START, END = 120.0, 15.0  # seconds that a simulator may take to answer, and to end
COMMAND = (sys.executable, "-P", "-m", "hub", "simulate")
OURS = "SWHUB_"  # settings of the hub from the environment


@contextmanager
def playing(settings: Settings) -> Iterator[list[str]]:
    """Run them while the block runs; gives the partners' codes. Raises ConfigError for one that does not start."""
    codes = tested.played(settings)
    started: list[subprocess.Popen[bytes]] = []
    try:
        started += [_start(settings, code) for code in codes]
        for code, process in zip(codes, started, strict=True):
            _wait(settings, code, process)
        yield codes
    finally:
        for process in started:
            process.terminate()
        for process in started:
            _end(process)


def _start(settings: Settings, code: str) -> "subprocess.Popen[bytes]":
    """In a session of its own: a Ctrl-C is for the hub, which lets what is in flight come to its end."""
    folder = settings.home / tested.FOLDER / code
    if _answers(tested.port(settings, code)):
        busy = f"{tested.HERE}:{tested.port(settings, code)}"
        refuse(
            f"{code} 测试模式：{busy} 已被占用；请关闭占用的程序，或修改 {folder / tested.PORT} 中的端口",
            f"test mode of {code}: {busy} is in use; end what listens there, or change the port in "
            f"{folder / tested.PORT}",
        )
    given = [f"--set={name}={setup.toml(value)}" for name, value in tested.options(settings, code).items()]
    environment = {name: value for name, value in os.environ.items() if not name.startswith(OURS)}
    with (folder / tested.LOG).open("ab") as log:
        return subprocess.Popen(  # noqa: S603 - our own words
            [*COMMAND, code, "--with-parent", *given],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )


def _wait(settings: Settings, code: str, process: "subprocess.Popen[bytes]") -> None:
    until = time.monotonic() + START
    while not _answers(tested.port(settings, code)):
        if process.poll() is not None or time.monotonic() > until:
            log = settings.home / tested.FOLDER / code / tested.LOG
            refuse(
                f"{code} 测试模式：模拟器未能启动，原因见 {log}",
                f"test mode of {code}: its simulator did not start; {log} says why",
            )
        time.sleep(0.1)


def _answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex((tested.HERE, port)) == 0


def _end(process: "subprocess.Popen[bytes]") -> None:
    try:
        process.wait(END)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
