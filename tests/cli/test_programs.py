"""The commands that run on: how they start, refuse to start, and end."""

import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from hub.cards.agent import server
from hub.cards.agent.server import AgentSettings
from hub.commands import simulate
from hub.errors import ConfigError
from tests.cli.conftest import Run
from tests.cli.test_check import edit, old_store

SWHUB = Path(sys.executable).with_name("swhub")
PATIENCE = 60


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def agent(monkeypatch: pytest.MonkeyPatch) -> list[AgentSettings]:
    """What the card agent was started with, in the place of an agent that runs until Ctrl-C."""
    started: list[AgentSettings] = []
    monkeypatch.setattr(server, "run", started.append)
    monkeypatch.setattr(signal, "signal", lambda *_: None)
    return started


# serve and worker


@pytest.mark.parametrize("name", ["serve", "worker"])
def test_a_store_that_is_older_than_the_code_stops_the_start(name: str, site: Path, run: Run) -> None:
    old_store(site)

    result = run(name, "--home", site)

    assert result.exit_code == 2
    assert "swhub migrate" in result.stderr


@pytest.mark.parametrize("name", ["serve", "worker"])
def test_fail_points_are_for_test_builds(name: str, site: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SWHUB_FAILPOINTS", "inbound.before_commit=kill")
    monkeypatch.delenv("SWHUB_TEST_BUILD", raising=False)

    result = run(name, "--home", site)

    assert "SWHUB_FAILPOINTS" in result.stderr


def test_a_taken_port_is_named(site: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        edit(site, "# port = 8080", f"port = {taken.getsockname()[1]}")

        ended = subprocess.run([SWHUB, "serve", "--home", site], capture_output=True, text=True, check=False)

    assert ended.returncode == 2
    assert "in use" in ended.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGTERM")
@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["worker"], "4 senders"),
        (["serve", "--no-worker"], "no worker here"),
        (["serve", "--worker"], "worker with 4 senders"),
    ],
    ids=" ".join,
)
def test_a_program_starts_and_ends_on_sigterm(arguments: list[str], says: str, site: Path) -> None:
    edit(site, "# port = 8080", f"port = {free_port()}")
    with subprocess.Popen([SWHUB, *arguments, "--home", site], stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        first = process.stderr.readline()
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=PATIENCE)

    assert says in first
    assert process.returncode == 0


# migrate


def test_migrate_brings_an_old_store_up_and_may_be_repeated(home: Path, run: Run) -> None:
    (home / "swhub.db").unlink()

    for _ in range(2):
        assert run("migrate", "--home", home).exit_code == 0

    assert run("messages", "list", "--home", home).exit_code == 0


# simulate


def test_simulate_without_a_name_lists_who_can_be_played(run: Run) -> None:
    assert "sinosure" in run("simulate").output.splitlines()


@pytest.mark.parametrize(
    ("text", "value"), [("9101", 9101), ("0.5", 0.5), ("true", True), ("a/b.pem", "a/b.pem"), ('"7"', "7"), ("", "")]
)
def test_an_option_on_the_command_line_has_the_type_it_looks_like(text: str, value: object) -> None:
    assert simulate.options(None, (f"x={text}",)) == {"x": value}


def test_options_on_the_command_line_go_over_those_of_the_file(tmp_path: Path) -> None:
    (tmp_path / "o.toml").write_text('port = 1\nseed = "a"\n', encoding="utf-8")

    assert simulate.options(tmp_path / "o.toml", ("port=2",)) == {"port": 2, "seed": "a"}


def test_an_option_without_value_is_refused() -> None:
    with pytest.raises(ConfigError, match="KEY=VALUE"):
        simulate.options(None, ("port",))


@pytest.mark.parametrize("option", ["nothing=1", "port=x", "key=missing.pem"])
def test_what_the_simulator_does_not_take_is_one_line(option: str, run: Run) -> None:
    result = run("simulate", "sinosure", "--set", option)

    assert result.exit_code == 2
    assert len(result.stderr.splitlines()) == 1


# card-agent


def test_the_agent_takes_origin_and_certificate_from_a_home(site: Path, run: Run, agent: list[AgentSettings]) -> None:
    run("card-agent", "--home", site)

    assert agent[0].origins == ("http://127.0.0.1:8080",)
    assert agent[0].hub_certificate == site / "keys/hub.crt.pem"


def test_the_agent_takes_everything_from_a_file(site: Path, run: Run, agent: list[AgentSettings]) -> None:
    (site / "agent.toml").write_text(
        'port = 7\norigins = ["https://hub.example/"]\nhub_certificate = "keys/hub.crt.pem"\n'
        '[drivers.card_softcard]\nslot = "s"\n',
        encoding="utf-8",
    )

    run("card-agent", "--config", site / "agent.toml")

    assert (agent[0].port, agent[0].origins) == (7, ("https://hub.example",))
    assert agent[0].drivers == {"card_softcard": {"slot": "s"}}


def test_the_agents_options_go_over_its_file(site: Path, run: Run, agent: list[AgentSettings]) -> None:
    run("card-agent", "--home", site, "--port", "9", "--origin", "https://b.example", "--driver", "card_x.pin_pad=true")

    assert (agent[0].port, agent[0].origins) == (9, ("https://b.example",))
    assert agent[0].drivers == {"card_x": {"pin_pad": True}}


def test_an_unknown_setting_in_the_agents_file_is_named(site: Path, run: Run) -> None:
    (site / "agent.toml").write_text("slot = 1\n", encoding="utf-8")

    assert "unknown setting slot" in run("card-agent", "--config", site / "agent.toml").stderr
