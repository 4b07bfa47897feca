"""``swhub card-agent install``: what starts the agent with the user's session."""

import configparser
import plistlib
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner

from hub.cli import main
from hub.commands.autostart import UNITS, launchd, registry, systemd

ODD = ["/opt/a b/swhub", "card-agent", "--config", '/home/x/100%/"my"/agent.toml']


@pytest.fixture
def config(tmp_path: Path) -> Path:
    (tmp_path / "hub.pem").write_text("x")
    path = tmp_path / "agent.toml"
    path.write_text('origins = ["https://hub.example"]\nhub_certificate = "hub.pem"\n')
    return path


def test_the_systemd_unit_runs_the_very_words_of_the_command() -> None:
    unit = configparser.RawConfigParser()
    unit.optionxform = str  # type: ignore[assignment,method-assign]
    unit.read_string(systemd(ODD))
    assert [word.replace("%%", "%") for word in shlex.split(unit["Service"]["ExecStart"])] == ODD


def test_the_launch_agent_runs_the_very_words_of_the_command() -> None:
    assert plistlib.loads(launchd(ODD).encode())["ProgramArguments"] == ODD


def test_the_run_key_holds_the_command_quoted_once_more() -> None:
    assert r'/d "\"C:\a b\swhub.exe\" card-agent" /f' in registry([r"C:\a b\swhub.exe", "card-agent"])


@pytest.mark.parametrize("system", UNITS)
def test_what_would_be_written_is_shown_and_nothing_is_written(
    system: str, config: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    said = CliRunner().invoke(main, ["card-agent", "install", str(config), "--system", system])
    assert (said.exit_code, str(config) in said.output) == (0, True)
    assert not (tmp_path / "home").exists()


def test_on_request_the_unit_is_written_to_its_place(
    config: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    said = CliRunner().invoke(main, ["card-agent", "install", str(config), "--system", "linux", "--write"])
    written = (tmp_path / UNITS["linux"].place).read_text()
    assert f'"{config}"' in written
    assert "systemctl --user" in said.output


def test_settings_that_would_not_start_are_refused_now(config: Path) -> None:
    config.write_text('origins = ["https://hub.example"]\nhub_certificate = "missing.pem"\n')
    said = CliRunner().invoke(main, ["card-agent", "install", str(config)])
    assert said.exit_code != 0
    assert not isinstance(said.exception, KeyError)
