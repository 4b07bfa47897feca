"""What operators see of a plugin: its grade only for exactly the installed code, and how its partner does."""

import json
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from hub import registry
from hub.config import PartnerSettings, Settings, TrustSettings
from hub.services import partners
from hub.store.engine import reading
from hub.testing.kit import report
from hub.testing.kit.case import Result
from hub.testing.kit.find import subjects
from hub.testing.kit.keys import keys
from tests.services.conftest import World

GOLD = [
    Result(group="build", name="a", grade=grade, outcome="passed", reason="") for grade in ("bronze", "silver", "gold")
]


@pytest.fixture
def proven(tmp_path: Path) -> dict[str, Any]:
    """A signed report about the installed Sinosure plugin."""
    [sinosure] = subjects("sinosure", tmp_path)
    return report.make(sinosure, GOLD, keys().partner)


def card(settings: Settings) -> partners.PluginCard:
    [found] = [row for row in partners.cards(registry.build(), settings) if row.partner == "sinosure"]
    return found


def placed(home: Path, content: dict[str, Any], trust: TrustSettings | None = None) -> Settings:
    path = home / "report.json"
    path.write_text(json.dumps(content), encoding="utf-8")
    return Settings(home=home, partners={"sinosure": PartnerSettings(kit_report=path)}, trust=trust or TrustSettings())


def test_a_report_about_the_installed_code_gives_the_grade_and_its_digest(
    tmp_path: Path, proven: dict[str, Any]
) -> None:
    shown = card(placed(tmp_path, proven)).proof

    assert (shown.grade, shown.digest, shown.why) == ("gold", proven["digest"], None)
    assert not shown.vouched


def test_a_report_that_a_trusted_signer_has_signed_is_more_than_a_claim(tmp_path: Path, proven: dict[str, Any]) -> None:
    pem = tmp_path / "ci.pem"
    pem.write_bytes(x509.load_der_x509_certificate(keys().partner.certificate).public_bytes(Encoding.PEM))

    assert card(placed(tmp_path, proven, TrustSettings(kit_signers=(pem,)))).proof.vouched


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"code": "0" * 64}, "other code than what is installed"),
        ({"version": "9.9"}, "the report is about sinosure 9.9"),
        ({"kit": "0.1"}, "of kit 0.1"),
    ],
)
def test_a_report_that_does_not_fit_gives_no_grade_and_says_why(
    tmp_path: Path, proven: dict[str, Any], changes: dict[str, str], why: str
) -> None:
    shown = card(placed(tmp_path, report.sign(proven | changes, keys().partner))).proof

    assert shown.grade == "-"
    assert why in str(shown.why)


def test_where_signers_are_named_only_their_signature_counts(tmp_path: Path, proven: dict[str, Any]) -> None:
    pem = tmp_path / "ci.pem"
    pem.write_bytes(x509.load_der_x509_certificate(keys().stranger.certificate).public_bytes(Encoding.PEM))

    shown = card(placed(tmp_path, proven, TrustSettings(kit_signers=(pem,)))).proof

    assert shown.why == "the report is signed by somebody who may not"


def test_without_a_report_there_is_no_grade(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(partners, "REPORT", "none.json")
    shown = card(Settings(home=tmp_path)).proof

    assert (shown.grade, shown.why) == ("-", "no report of the conformance kit")


def test_a_partner_shows_its_last_contact_and_what_waits(world: World) -> None:
    world.push(world.offer())
    world.push(world.review("77", None))

    with reading(world.runtime.engine) as connection:
        shown = partners.health_of(connection, "sinosure")

    assert shown.last_in == world.clock.now()
    assert shown.waiting == {"PARKED": 1}
    assert [*shown.circuits, *shown.faults, *shown.alerts] == []
