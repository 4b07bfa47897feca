"""Starting the card agent with the user's session: what to write where on each system.

The agent belongs to the user who sits there, not to the machine: it needs his readers and serves his browser.
Tests read the Linux and macOS units back; the Windows line is as documented and was never run.
"""

import plistlib
import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

NAME = "swhub-card-agent"
LABEL = "io.swhub.card-agent"
RUN_KEY = r"HKCU\Software\Microsoft\Windows\CurrentVersion\Run"


@dataclass(frozen=True, kw_only=True)
class Unit:
    """How one system starts a program of the user's."""

    place: str  # under the user's home; empty: nothing is written, ``then`` does it all
    text: Callable[[Sequence[str]], str]
    then: Callable[[Sequence[str]], str]  # what the user runs once


def systemd(command: Sequence[str]) -> str:
    """A user unit (systemd.service(5)); started again when it fails."""
    return f"""\
[Unit]
Description=Single Window Hub card agent

[Service]
ExecStart={" ".join(_quoted(part) for part in command)}
Restart=on-failure
RestartSec=2
NoNewPrivileges=yes

[Install]
WantedBy=default.target
"""


def launchd(command: Sequence[str]) -> str:
    """A LaunchAgent (launchd.plist(5)); started again when it fails."""
    values = {
        "Label": LABEL,
        "ProgramArguments": list(command),
        "RunAtLoad": True,
        "KeepAlive": {"SuccessfulExit": False},
    }
    return plistlib.dumps(values).decode()


def registry(command: Sequence[str]) -> str:
    """A value of the user's Run key."""
    line = subprocess.list2cmdline(command).replace('"', '\\"')
    return f'reg add "{RUN_KEY}" /v {NAME} /t REG_SZ /d "{line}" /f'


UNITS: Mapping[str, Unit] = {
    "linux": Unit(
        place=f".config/systemd/user/{NAME}.service",
        text=systemd,
        then=lambda _: f"systemctl --user daemon-reload && systemctl --user enable --now {NAME}",
    ),
    "darwin": Unit(
        place=f"Library/LaunchAgents/{LABEL}.plist",
        text=launchd,
        then=lambda _: f'launchctl bootstrap "gui/$(id -u)" ~/Library/LaunchAgents/{LABEL}.plist',
    ),
    "win32": Unit(place="", text=lambda _: "", then=registry),
}


def _quoted(part: str) -> str:
    """One word of ExecStart: % and $ are systemd's, quotes and backslashes C's."""
    escaped = part.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%").replace("$", "$$")
    return f'"{escaped}"'
