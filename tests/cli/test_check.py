"""``swhub check`` finds what is wrong, and only that."""

import json
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import load_der_x509_crl
from sqlalchemy import text

from hub import config, setup
from hub.commands.check import look
from hub.store.engine import open_engine, writing
from hub.testing import pki
from tests.cli.conftest import NOW, PLUGGED, Run
from tests.services.conftest import World


def edit(site: Path, old: str, new: str) -> None:
    file = site / setup.FILE
    before = file.read_text(encoding="utf-8")
    assert old in before
    file.write_text(before.replace(old, new), encoding="utf-8")


def other_key(site: Path) -> None:
    (site / setup.KEY).write_bytes(setup.make_key("other", NOW)[0])


def ending_certificate(site: Path) -> None:
    key, certificate = setup.make_key("swhub", NOW - timedelta(days=3 * 365 - 20))
    (site / setup.KEY).write_bytes(key)
    (site / setup.CERTIFICATE).write_bytes(certificate)


def ending_partner(site: Path) -> None:
    authority = pki.make_authority("x", NOW)
    (site / "insurer.pem").write_bytes(pki.issue_partner(authority, "sinosure", NOW, days=29).certificate)


def old_list(site: Path) -> None:
    authority = pki.make_authority("测试机构", NOW - timedelta(days=60))
    crl = load_der_x509_crl(pki.make_crl(authority, NOW - timedelta(days=40), days=30))
    (site / "ca.pem").write_bytes(authority.certificate)
    (site / "crl.pem").write_bytes(crl.public_bytes(Encoding.PEM))


def old_store(site: Path) -> None:
    engine = open_engine(config.load(site / setup.FILE, {}).database_url())
    with writing(engine) as connection:
        connection.execute(text("DELETE FROM alembic_version"))
    engine.dispose()


FAULTS: dict[str, tuple[Callable[[Path], object], str, str]] = {  # name -> plant, subject of the line, what it says
    "no settings": (lambda site: (site / setup.FILE).unlink(), "settings", "does not exist"),
    "unknown setting": (lambda site: edit(site, "[door]", "[door]\nspeed = 1"), "settings", "unknown setting"),
    "unknown suite": (
        lambda site: edit(site, "[trust]", "[trust]\ncard_suites = [\"rsa-sha1\"]"),
        "settings",
        "not one of rsa-sha256, ecdsa-sha256, sm2-sm3",
    ),
    "impossible code": (lambda site: edit(site, '# code = "swhub"', 'code = "HUB 1"'), "settings", "no code"),
    "no store": (lambda site: (site / "swhub.db").unlink(), "store", "swhub migrate"),
    "old store": (old_store, "store", "swhub migrate"),
    "broken store": (lambda site: (site / "swhub.db").write_bytes(b"x" * 5000), "store", "not a database"),
    "no key": (lambda site: (site / setup.KEY).unlink(), "key", "No such file"),
    "key of another": (other_key, "key", "not that of the key"),
    "centre without certificate": (
        lambda site: edit(site, "[centre]", '[centre]\nkey = "keys/hub.key.pem"'), "centre's key", "without",
    ),
    "certificate that ends": (ending_certificate, "certificate", "replace it"),
    "open key": (lambda site: (site / setup.KEY).chmod(0o644), "rights", "chmod 600"),
    "open store": (lambda site: (site / "swhub.db").chmod(0o644), "rights", "chmod 600"),
    "short secret": (lambda site: (site / setup.SECRET).write_bytes(b"short"), "secret", "5 characters"),
    "no secret": (lambda site: (site / setup.SECRET).unlink(), "secret", "No such file"),
    "origin in the clear": (
        lambda site: edit(site, '# origin = "http://127.0.0.1:8080"', 'origin = "http://hub.example"'),
        "origin", "https",
    ),
    "origin with a path": (
        lambda site: edit(site, '# origin = "http://127.0.0.1:8080"', 'origin = "https://hub.example/"'),
        "origin", "without a path",
    ),
    "unknown profile": (
        lambda site: edit(site, '# profile = "standard"', 'profile = "mars"'), "profile", "none called 'mars'",
    ),
    "partner without section": (
        lambda site: edit(site, "[partners.sinosure]", "[partners.other]"), "partner sinosure", "no section",
    ),
    "section without plugin": (
        lambda site: edit(site, "[partners.sinosure]", "[partners.other]"), "partner other", "no plugin",
    ),
    "partner without address": (
        lambda site: edit(site, 'address = "http://127.0.0.1:1/messages"', ""), "partner sinosure", "not set",
    ),
    "partner without certificate": (
        lambda site: edit(site, 'certificates = ["insurer.pem"]', ""), "partner sinosure", "none is pinned",
    ),
    "partner certificate that ends": (ending_partner, "partner sinosure", "replace it"),
    "no card authority": (lambda site: edit(site, 'card_cas = ["ca.pem"]', ""), "cards", "nobody can log in"),
    "no card list": (lambda site: edit(site, 'card_crls = ["crl.pem"]', ""), "card list", "no list of"),
    "unreadable card list": (lambda site: (site / "crl.pem").write_bytes(b"x"), "card list", "crl.pem"),
    "old card list": (old_list, "card list", "out of date"),
}  # fmt: skip
POSIX_ONLY = {"open key", "open store"}


def test_a_home_where_nothing_is_missing_is_all_in_order(site: Path, run: Run) -> None:
    result = run("check", "--home", site)

    assert "✗" not in result.output
    assert result.exit_code == 0


def test_a_fresh_home_says_what_is_still_to_be_done(home: Path, run: Run) -> None:
    result = run("check", "--home", home)

    wrong = {line.split(":")[0] for line in result.output.splitlines() if line.startswith("✗")}
    assert result.exit_code == 1
    assert wrong == {"✗ cards", *(f"✗ partner {code}" for code in PLUGGED)}


@pytest.mark.parametrize("name", FAULTS)
def test_a_planted_fault_is_found(name: str, site: Path, run: Run) -> None:
    if name in POSIX_ONLY and sys.platform == "win32":
        pytest.skip("Windows has no such rights")
    plant, subject, says = FAULTS[name]
    plant(site)

    result = run("check", "--home", site, "--json")

    wrong = [row for row in json.loads(result.output) if not row["ok"]]
    assert result.exit_code == 1
    assert [row for row in wrong if row["subject"] == subject and says in row["detail"]], wrong


def test_a_clock_behind_the_last_record_is_found(world: World, site: Path) -> None:
    world.push(world.offer())

    findings = look(site, NOW - timedelta(hours=1))

    assert [finding.ok for finding in findings if finding.subject == "clock"] == [False]


def test_check_changes_nothing(site: Path, run: Run) -> None:
    before = {path: path.read_bytes() for path in site.rglob("*") if path.is_file() and path.suffix != ".db-shm"}

    run("check", "--home", site)

    assert {path: path.read_bytes() for path in before} == before
