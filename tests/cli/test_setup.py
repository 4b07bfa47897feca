"""The home folder: everything in it, its rights, and that nothing is ever written over."""

import re
import stat
import sys
import tomllib
import uuid
from dataclasses import fields
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography import x509
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import create_engine, make_url

from hub import config, setup
from hub.config import SECTIONS, PartnerSettings, Settings
from hub.crypto.keys import KeySigner
from hub.store import migrate
from hub.store.engine import open_engine
from tests.cli.conftest import Run

NOW = datetime(2026, 11, 20, tzinfo=UTC)
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)


def test_init_makes_a_home_that_the_hub_can_use(home: Path) -> None:
    found = config.load(home / "swhub.toml", {})

    assert found.hub.code == "sw-test"
    assert (
        KeySigner.from_pem(found.hub.key.read_bytes(), found.hub.certificate.read_bytes()).algorithm == "ecdsa-sha256"
    )
    assert not migrate.pending(open_engine(found.database_url()))


def test_the_certificate_bears_the_hubs_code_and_lasts(home: Path) -> None:
    certificate = x509.load_pem_x509_certificate((home / setup.CERTIFICATE).read_bytes())

    assert certificate.subject.rfc4514_string() == "CN=sw-test,C=CN"
    assert (certificate.not_valid_after_utc - certificate.not_valid_before_utc).days >= 3 * 365


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such rights")
@pytest.mark.parametrize("name", [str(setup.KEY), str(setup.SECRET), "swhub.db"])
def test_secrets_and_store_are_their_owners_alone(home: Path, name: str) -> None:
    assert stat.S_IMODE((home / name).stat().st_mode) == 0o600


def test_init_writes_nothing_over(home: Path, run: Run) -> None:
    before = {path: path.read_bytes() for path in home.rglob("*") if path.is_file()}

    result = run("init", home, "--code", "other")

    assert result.exit_code == 2
    assert {path: path.read_bytes() for path in home.rglob("*") if path.is_file()} == before


@pytest.mark.parametrize("kept", [setup.KEY, setup.SECRET])
def test_init_keeps_a_key_that_lies_there_already(tmp_path: Path, kept: Path, run: Run) -> None:
    key, certificate = setup.make_key("sw-old", NOW)
    (tmp_path / "keys").mkdir()
    (tmp_path / setup.KEY).write_bytes(key)
    (tmp_path / setup.CERTIFICATE).write_bytes(certificate)
    (tmp_path / setup.SECRET).write_bytes(b"x" * 40)
    before = (tmp_path / kept).read_bytes()

    assert run("init", tmp_path).exit_code == 0

    assert (tmp_path / kept).read_bytes() == before


@pytest.mark.parametrize(
    ("option", "value", "section", "key"),
    [
        ("--code", "sw-gd", "hub", "code"),
        ("--origin", "https://hub.example", "web", "origin"),
        ("--database", "sqlite:///other.db", "hub", "database"),
    ],
)
def test_an_option_of_init_becomes_a_setting(
    tmp_path: Path, run: Run, option: str, value: str, section: str, key: str
) -> None:
    assert run("init", tmp_path / "new", option, value).exit_code == 0

    assert getattr(getattr(config.load(tmp_path / "new" / "swhub.toml", {}), section), key) == value


def pairs(lines: list[str]) -> list[tuple[str, str]]:
    return list(zip(lines[::2], lines[1::2], strict=True))


@pytest.mark.postgres
def test_a_home_may_lie_on_postgresql(postgres_server: str, tmp_path: Path, run: Run) -> None:
    name = f"t{uuid.uuid4().hex}"
    admin = create_engine(postgres_server, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {name}")
    admin.dispose()
    address = make_url(postgres_server).set(database=name).render_as_string(hide_password=False)

    assert run("init", tmp_path / "new", "--database", address).exit_code == 0

    assert "no such message" in run("messages", "list", "--home", tmp_path / "new").output


@pytest.mark.parametrize("section", SECTIONS)
def test_the_template_explains_every_setting(section: str) -> None:
    body = setup.template({}, {}).partition(f"[{section}]\n")[2].partition("\n\n")[0]

    settings = [(line[2:], re.split(" = | is not set", after)[0]) for line, after in pairs(body.splitlines())]
    assert settings == [(row.metadata["help"], f"# {row.name}") for row in fields(SECTIONS[section])]


def test_the_template_explains_every_setting_of_a_partner() -> None:
    body = setup.template({}, {"acme": {"address": "https://acme.example"}}).partition("[partners.acme]\n")[2]

    assert [row.metadata["help"] for row in fields(PartnerSettings) if f"# {row.metadata['help']}\n" not in body] == []
    assert 'address = "https://acme.example"' in body


def test_the_template_with_every_comment_taken_off_says_the_defaults(tmp_path: Path) -> None:
    text = setup.template({}, {}).partition("\n# One section for each partner")[0]
    bare = [line.removeprefix("# ") if " = " in line else line for line in text.splitlines()]
    bare = [line for line in bare if not line.startswith(("#", "Settings", "Paths"))]
    (tmp_path / "swhub.toml").write_text("\n".join(bare), encoding="utf-8")

    found = config.load(tmp_path / "swhub.toml", {})

    plain = Settings(home=tmp_path.resolve())
    for name, kind in SECTIONS.items():
        for row in fields(kind):
            default = getattr(getattr(plain, name), row.name)
            expected = tmp_path.resolve() / default if isinstance(default, Path) else default
            assert getattr(getattr(found, name), row.name) == expected


@given(st.recursive(TEXT | st.integers() | st.booleans(), lambda inner: st.lists(inner, max_size=3), max_leaves=5))
def test_what_is_written_as_toml_is_read_as_it_was(value: object) -> None:
    assert tomllib.loads(f"value = {setup.toml(value)}") == {"value": value}


@pytest.mark.parametrize("code", ["SW-GD", "x", "a b", "单一窗口", "a" * 33])
def test_a_code_that_no_message_may_carry_is_refused(tmp_path: Path, run: Run, code: str) -> None:
    result = run("init", tmp_path / "new", "--code", code)

    assert result.exit_code == 2
    assert not (tmp_path / "new").exists()
