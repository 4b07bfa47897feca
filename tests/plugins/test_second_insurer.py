"""A second insurer, a distribution outside the repository: installed, found, shown, without an edit in hub or web."""

import os
import subprocess
import sys
import uuid
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from hub import plugins, registry
from hub.config import HubSettings, PartnerSettings, Settings
from hub.contract.hooks import hookimpl
from hub.contract.message import CanonicalMessage, Raw
from hub.delivery import receiver
from hub.runtime import Runtime
from hub.services.objects import Tenant
from hub.services.paging import Query
from hub.store.engine import reading
from hub.testing import pki
from hub.xml.catalogue import default_catalogue
from hub.xml.dialect import seal

USCC = "91000000DEM000014K"
CODE = '''
"""Acme Insurance, a toy of this test."""

from dataclasses import dataclass
from importlib.resources import files

from hub.contract.capability import CapabilitySheet
from hub.contract.hooks import hookimpl
from hub.contract.message import CanonicalEvent
from hub.xml.catalogue import default_catalogue
from hub.xml.dialect import CanonicalDialect


@dataclass(frozen=True, kw_only=True)
class Acme(CanonicalDialect):
    statuses: tuple = ()

    def parse(self, message, ctx):
        body = message.canonical.body
        names = ("application_no", "enterprise_name", "product_name", "declaration_text", "declaration_version")
        return [
            CanonicalEvent(
                kind="micro_application",
                number=body["application_no"],
                event="offered",
                occurred_at=message.canonical.created_at,
                content={name: body[name] for name in names},
            )
        ]


@hookimpl
def insurer_adapters():
    sheet = CapabilitySheet.parse(files("hub_acme").joinpath("capability.toml").read_text(encoding="utf-8"))
    return [Acme(catalogue=default_catalogue(), sheet=sheet)]
'''
SHEET = """
[plugin]
partner = "acme"
name_zh = "示例保险"
name_en = "Acme Insurance"
kind = "insurer"
contract = ">=1.0,<2"
state = "sandbox"

[[capability]]
name = "micro_policy.offer"
in = ["PolicyOffer/1.0"]
"""
PROJECT = """
[build-system]
requires = ["setuptools>=77"]
build-backend = "setuptools.build_meta"

[project]
name = "swhub-acme"
version = "0.1.0"

[project.entry-points.swhub]
insurer_acme = "hub_acme"

[tool.setuptools.package-data]
hub_acme = ["*.toml"]
"""


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Acme's distribution, built and installed into a folder of its own."""
    source = tmp_path_factory.mktemp("acme")
    package = source / "hub_acme"
    package.mkdir()
    (package / "__init__.py").write_text(CODE, encoding="utf-8")
    (package / "capability.toml").write_text(SHEET, encoding="utf-8")
    (source / "pyproject.toml").write_text(PROJECT, encoding="utf-8")
    site = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "pip", "install", "-q", "--no-deps", "--no-build-isolation", "--target", str(site)]
    subprocess.run([*command, str(source)], check=True, capture_output=True, timeout=120)
    return site


def test_the_command_line_lists_it(installed: Path, tmp_path: Path) -> None:
    swhub = [str(Path(sys.executable).with_name("swhub"))]
    environment = {**os.environ, "PYTHONPATH": str(installed), "SWHUB_HOME": str(tmp_path / "home")}
    subprocess.run([*swhub, "init", str(tmp_path / "home")], check=True, capture_output=True, env=environment)

    listed = subprocess.run([*swhub, "plugins"], capture_output=True, text=True, env=environment, check=False)

    assert "insurer_acme" in listed.stdout
    assert "micro_policy.offer" in listed.stdout


def test_its_offer_is_in_the_enterprises_list(
    installed: Path, sqlite_engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(str(installed))
    now = datetime.now(UTC)
    authority = pki.make_authority("示例", now)
    acme, hub = (pki.issue_partner(authority, name, now, algorithm="ecdsa-sha256") for name in ("acme", "swhub"))
    (tmp_path / "acme.pem").write_bytes(acme.certificate)
    settings = Settings(
        home=tmp_path,
        hub=HubSettings(),
        partners={"acme": PartnerSettings(certificates=(tmp_path / "acme.pem",))},
    )
    found = registry.build()
    runtime = Runtime(settings=settings, engine=sqlite_engine, registry=found, signer=pki.KeySigner(hub))
    offer = CanonicalMessage(
        type="PolicyOffer",
        version="1.0",
        message_id=str(uuid.uuid4()),
        sender="acme",
        receiver="swhub",
        enterprise=USCC,
        business_key="A-1",
        sequence=1,
        created_at=now,
        body={
            "application_no": "A-1",
            "enterprise_name": "示例进出口有限公司",
            "product": "ACME",
            "product_name": "示例险",
            "renewal": False,
            "declaration_version": "1",
            "declaration_text": ["一"],
            "valid_until": (now + timedelta(days=30)).date(),
        },
    )
    raw = Raw(content=seal(default_catalogue(), offer, pki.KeySigner(acme)), received_at=now)

    answer = receiver.receive(runtime, "acme", raw, None)

    with reading(sqlite_engine) as connection:
        rows = Tenant(connection, USCC).page("micro_application", Query()).rows
    assert answer.code == "0000"
    assert [(row.partner, row.number) for row in rows] == [("acme", "A-1")]


def module(**attributes: object) -> object:
    """A plugin that exists for one test."""
    return type("module", (), {"__name__": "module", **attributes})


def test_a_plugin_that_cannot_be_imported_is_listed_and_stops_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    found = plugins.discover()
    broken = replace(found[0], name="bank_broken", module=None, reason="import failed: ImportError: no vendor library")
    monkeypatch.setattr(plugins, "discover", lambda *_: [broken, *found])

    built = registry.build()

    assert "sinosure" in built.partners
    assert ("bank_broken", "import failed: ImportError: no vendor library") in built.problems


def test_a_misspelt_hook_is_named() -> None:
    @hookimpl
    def insurer_adaptors() -> list[object]:
        return []

    built = registry.build({"typo": module(insurer_adaptors=staticmethod(insurer_adaptors))})  # type: ignore[dict-item]

    assert any(name == "typo" and "insurer_adaptors" in str(reason) for name, reason in built.problems)


def test_a_second_claim_on_a_partner_code_is_refused_and_the_first_stays() -> None:
    first = registry.build().partners["sinosure"]

    @hookimpl
    def insurer_adapters() -> list[object]:
        return [first]

    built = registry.build({"zz_thief": module(insurer_adapters=staticmethod(insurer_adapters))})  # type: ignore[dict-item]

    assert built.origins["sinosure"] == "sinosure"
    assert any(name == "zz_thief" and "already claimed" in str(reason) for name, reason in built.problems)


def test_an_adapter_without_a_method_is_refused_by_name() -> None:
    @hookimpl
    def bank_adapters() -> list[object]:
        return [object()]

    built = registry.build({"poor": module(bank_adapters=staticmethod(bank_adapters))})  # type: ignore[dict-item]

    assert any(name == "poor" and "PartnerAdapter" in str(reason) for name, reason in built.problems)


@pytest.mark.parametrize(
    ("required", "fits"),
    [(">=1.0,<2", True), (">=1.1", False), ("<1", False), ("==1.0", True), (">=0.9,<=1.0", True)],
)
def test_contract_ranges(required: str, fits: bool) -> None:
    assert plugins.contract_fits(required, "1.0") is fits


def test_a_malformed_contract_range_is_an_error() -> None:
    with pytest.raises(ValueError, match="not a range"):
        plugins.contract_fits("1.x")
