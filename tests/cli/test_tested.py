"""A partner in test mode: what the hub makes for it, whom it believes then, and what it refuses."""

import socket
import stat
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography import x509

from hub import config, registry, runtime, setup, tested
from hub.commands.playing import playing
from hub.config import Settings
from hub.contract.capability import STATES
from hub.errors import ConfigError
from hub.registry import Registry
from tests.cli.conftest import NOW, Run
from tests.cli.test_check import edit

PLAYED = "shanhe"  # it pushes nothing: the hub has to ask
INSTALLED = registry.build()


@pytest.fixture
def mode(home: Path) -> Path:
    """A fresh home with one partner in test mode, and nothing else said of it."""
    edit(home, "# [partners.sinosure]", f"[partners.{PLAYED}]\ntest_mode = true")
    return home


def settings(home: Path) -> Settings:
    return config.load(home / setup.FILE, {})


def test_the_hub_plays_a_partner_without_an_address_by_a_key_of_its_own(mode: Path) -> None:
    made = tested.applied(settings(mode), INSTALLED, NOW)

    partner, folder = made.partners[PLAYED], mode / "test" / PLAYED
    assert tested.played(made) == [PLAYED]
    assert partner.address == f"http://127.0.0.1:{tested.port(made, PLAYED)}/messages"
    assert partner.certificates == (folder / "crt.pem",)
    assert partner.poll > 0
    assert stat.S_IMODE((folder / "key.pem").stat().st_mode) == 0o600


def test_every_process_and_every_start_finds_the_same_simulator(mode: Path) -> None:
    first, second = (tested.applied(settings(mode), INSTALLED, NOW) for _ in range(2))

    assert first == second
    assert [path.name for path in (mode / "test").iterdir()] == [PLAYED]


def test_a_partner_with_an_address_is_played_by_somebody_else(mode: Path) -> None:
    edit(mode, "test_mode = true", 'test_mode = true\naddress = "http://127.0.0.1:1/messages"')

    assert tested.applied(settings(mode), INSTALLED, NOW) == settings(mode)
    assert not (mode / "test").exists()


@pytest.mark.parametrize("state", sorted(set(STATES) - {"sandbox"}))
def test_nothing_is_made_for_a_partner_that_is_not_in_the_sandbox(state: str, mode: Path) -> None:
    adapter = INSTALLED.partners[PLAYED]
    live = replace(adapter, sheet=replace(adapter.sheet, state=state))  # type: ignore[type-var]

    with pytest.raises(ConfigError, match=state):
        tested.applied(settings(mode), replace(INSTALLED, partners={PLAYED: live}), NOW)
    assert not (mode / "test").exists()


def test_a_plugin_without_a_simulator_is_named(mode: Path) -> None:
    bare = Registry({PLAYED: INSTALLED.partners[PLAYED]})

    with pytest.raises(ConfigError, match=f"{PLAYED}.*no simulator"):
        tested.applied(settings(mode), bare, NOW)


def test_a_certificate_of_test_mode_is_believed_nowhere_else(mode: Path, run: Run) -> None:
    tested.applied(settings(mode), INSTALLED, NOW)
    pinned = f'address = "http://127.0.0.1:1/messages"\ncertificates = ["test/{PLAYED}/crt.pem"]'
    edit(mode, "test_mode = true", pinned)
    hub = runtime.start(settings(mode))

    with pytest.raises(ConfigError, match="never to be believed"):
        hub.context(PLAYED)
    hub.engine.dispose()
    assert "crt.pem: a certificate of test mode" in run("check", "--home", mode).output


def test_check_says_that_the_hub_plays_it_and_makes_nothing(mode: Path, run: Run) -> None:
    said = run("check", "--home", mode).output

    assert f"partner {PLAYED}: test mode: 'swhub serve' plays it" in said
    assert not (mode / "test").exists()


def test_a_taken_port_of_a_simulator_is_named_with_its_file(mode: Path) -> None:
    made = tested.applied(settings(mode), INSTALLED, NOW)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", tested.port(made, PLAYED)))
        taken.listen()

        with pytest.raises(ConfigError, match=str(Path("test", PLAYED, "port"))), playing(made):
            pass


def test_a_simulator_that_does_not_start_is_named_with_its_log(mode: Path) -> None:
    made = tested.applied(settings(mode), INSTALLED, NOW)
    (mode / "test" / PLAYED / "key.pem").write_text("no key")

    with pytest.raises(ConfigError, match=r"simulator\.log says why"), playing(made):
        pass
    assert "key, certificate, hub_certificate" in (mode / "test" / PLAYED / "simulator.log").read_text(encoding="utf-8")


def test_certificates_are_marked_by_name(mode: Path) -> None:
    made = tested.applied(settings(mode), INSTALLED, NOW)
    (path,) = made.partners[PLAYED].certificates

    assert tested.marked(x509.load_pem_x509_certificate(path.read_bytes()))
    assert not tested.marked(x509.load_pem_x509_certificate(made.hub.certificate.read_bytes()))
