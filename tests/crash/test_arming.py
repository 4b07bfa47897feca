"""Fail points can be armed in every command of a test build, and in no other."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from hub import cli
from hub.commands.home import TEST_BUILD
from hub.delivery import failpoints
from hub.delivery.failpoints import VARIABLE, FailPoint


@pytest.fixture
def home(tmp_path: Path) -> Path:
    folder = tmp_path / "home"
    assert CliRunner().invoke(cli.main, ["init", str(folder), "--code", "sw-test"]).exit_code == 0
    return folder


@pytest.fixture(autouse=True)
def _disarmed():
    yield
    failpoints.arm({}, allowed=True)


@pytest.mark.parametrize("command", [["worker"], ["serve", "--no-worker"], ["messages", "list"]])
def test_outside_a_test_build_a_command_with_fail_points_does_not_start(home, monkeypatch, command):
    monkeypatch.delenv(TEST_BUILD, raising=False)

    result = CliRunner().invoke(cli.main, [*command, "--home", str(home)], env={VARIABLE: "inbound.before_commit=kill"})

    assert result.exit_code == 2
    assert VARIABLE in result.output


def test_in_a_test_build_any_command_arms_them(home):
    CliRunner().invoke(
        cli.main, ["messages", "list", "--home", str(home)], env={VARIABLE: "outbox.enqueue=raise", TEST_BUILD: "1"}
    )

    with pytest.raises(FailPoint):
        failpoints.hit("outbox.enqueue")
