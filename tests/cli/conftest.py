"""A home folder that ``swhub init`` made, and a way to run commands as a user does."""

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from hub import cli

Run = Callable[..., Result]


@pytest.fixture(autouse=True)
def _no_home_in_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SWHUB_HOME", raising=False)


@pytest.fixture
def run() -> Run:
    """``run("check", "--home", home)``: the result, with what was raised and not meant for users raised here."""

    def go(*arguments: object) -> Result:
        result = CliRunner().invoke(cli.main, [str(argument) for argument in arguments])
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    return go


@pytest.fixture
def home(tmp_path: Path, run: Run) -> Path:
    """A fresh home folder."""
    folder = tmp_path / "home"
    assert run("init", folder, "--code", "sw-test").exit_code == 0
    return folder
