"""What most commands start with: the home folder, its settings, the log, an open runtime."""

import os
import signal
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any, NoReturn, TypeVar

import click

from hub import config, log, runtime
from hub.config import Settings
from hub.contract.text import Text
from hub.delivery import failpoints
from hub.errors import ConfigError, Unavailable
from hub.runtime import Runtime
from hub.store import migrate

FILE = "swhub.toml"
TEST_BUILD = "SWHUB_TEST_BUILD"  # set in the environment: fail points may be armed
Function = TypeVar("Function", bound=Callable[..., Any])


def home_option(function: Function) -> Function:
    """``--home DIR``, handed to the command as ``home``."""
    return click.option(
        "--home",
        type=click.Path(file_okay=False, path_type=Path),
        envvar="SWHUB_HOME",
        default=".",
        metavar="DIR",
        help="Folder with swhub.toml; SWHUB_HOME or the current one without this option.",
    )(function)


def json_option(function: Function) -> Function:
    """``--json``, handed to the command as ``as_json``."""
    return click.option("--json", "as_json", is_flag=True, help="For machines: JSON on standard output.")(function)


def settings(home: Path) -> Settings:
    """The settings of ``home``, with the log set up as they say. Raises ConfigError."""
    found = config.load(home / FILE)
    log.configure(found.hub.log)
    return found


def opened(home: Path) -> Runtime:
    """The runtime of ``home`` over a store as new as the code, closed when the command ends.

    Raises ConfigError, Unavailable. Fail points are armed here, so that every command can be killed at one; outside a
    test build they are refused.
    """
    failpoints.arm(os.environ, allowed=TEST_BUILD in os.environ)
    made = runtime.start(settings(home))
    click.get_current_context().call_on_close(made.engine.dispose)
    require_current(made)
    return made


def require_current(made: Runtime) -> None:
    """Return when the store has the code's version. Raises Unavailable with what to do."""
    if migrate.pending(made.engine):
        raise Unavailable(
            Text(
                "数据库版本早于程序，请先运行 swhub migrate",
                "the store is older than the code: run 'swhub migrate' first",
            )
        )


def end_on_sigterm() -> None:
    """Make SIGTERM end this process as Ctrl-C does: in order."""

    def interrupt(_number: int, _frame: FrameType | None) -> NoReturn:
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, interrupt)


def refuse(zh: str, en: str) -> NoReturn:
    """End the command with one line in both languages."""
    raise ConfigError(Text(zh, en))
