"""Home folders as operators have them, and a way to run commands as they do."""

import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import load_der_x509_crl

from hub import cli, config, registry, runtime, setup
from hub.clock import SystemClock
from hub.testing import pki
from tests.services.conftest import World

Run = Callable[..., Result]
NOW = datetime.now(UTC)
PLUGGED = frozenset(registry.build().partners)


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
    """A fresh home folder, as ``swhub init`` leaves it."""
    folder = tmp_path / "home"
    assert run("init", folder, "--code", "sw-test").exit_code == 0
    return folder


@pytest.fixture(scope="session")
def finished(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, pki.Identity, pki.Identity]:
    """A home where nothing is missing, with the keys of its insurer and its card authority."""
    folder = tmp_path_factory.mktemp("finished")
    authority = pki.make_authority("测试机构", NOW - timedelta(days=1))
    insurer = pki.issue_partner(authority, "sinosure", NOW - timedelta(days=1), algorithm="ecdsa-sha256")
    crl = load_der_x509_crl(pki.make_crl(authority, NOW, days=90))
    (folder / "insurer.pem").write_bytes(insurer.certificate)
    (folder / "ca.pem").write_bytes(authority.certificate)
    (folder / "crl.pem").write_bytes(crl.public_bytes(Encoding.PEM))
    setup.make_home(
        folder,
        values={"trust": {"card_cas": ["ca.pem"], "card_crls": ["crl.pem"]}},
        partners={
            code: {"address": "http://127.0.0.1:1/messages", "certificates": ["insurer.pem"]}
            for code in ("sinosure", *(PLUGGED - {"sinosure"}))  # the faults are planted in the first one
        },
        now=NOW,
    )
    setup.make_store(config.load(folder / setup.FILE, {}))
    return folder, insurer, authority


@pytest.fixture
def site(finished: tuple[Path, pki.Identity, pki.Identity], tmp_path: Path) -> Path:
    """A home where nothing is missing."""
    return Path(shutil.copytree(finished[0], tmp_path / "site"))


@pytest.fixture
def world(site: Path, finished: tuple[Path, pki.Identity, pki.Identity]) -> Iterator[World]:
    """The insurer that talks to the hub of ``site``."""
    _, insurer, authority = finished
    made = runtime.start(config.load(site / setup.FILE, {}), clock=SystemClock())
    yield World(made, made.clock, pki.KeySigner(insurer), authority)  # type: ignore[arg-type]
    made.engine.dispose()
