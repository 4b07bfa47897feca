"""A blocked version is not even imported; the hub starts, and says why and which version is good."""

from pathlib import Path

import pytest

from hub import blocklist, plugins, registry
from hub.blocklist import Block
from hub.errors import ConfigError

HARM = Block(plugin="sinosure", versions=">=0.1,<0.1.3", reason="amounts are sent in cents", fixed="0.1.3")


def test_a_blocked_version_is_listed_with_its_reason_and_the_rest_is_served() -> None:
    built = registry.build(blocks=[HARM])

    assert "sinosure" not in built.partners
    assert built.problems == (("sinosure", "blocked (>=0.1,<0.1.3): amounts are sent in cents; fixed in 0.1.3"),)
    assert {plugin.name for plugin in built.plugins if plugin.module is not None} >= {"card_softcard"}


def test_a_blocked_version_is_not_imported(monkeypatch: pytest.MonkeyPatch) -> None:
    def load(point: object) -> None:
        raise AssertionError(f"{point} was imported")

    monkeypatch.setattr("importlib.metadata.EntryPoint.load", load)

    found = plugins.discover(blocked=lambda *_: "blocked")

    assert {plugin.reason for plugin in found} == {"blocked"}


@pytest.mark.parametrize(
    ("version", "blocked"), [("0.0.9", False), ("0.1.0", True), ("0.1.2", True), ("0.1.3", False), ("weekly", True)]
)
def test_a_range_is_of_versions_and_a_version_that_is_no_number_counts_as_blocked(
    version: str, *, blocked: bool
) -> None:
    assert HARM.meets("sinosure", version) is blocked
    assert not HARM.meets("bank_acme", version)


def test_an_operators_list_comes_on_top_of_the_shipped_one(tmp_path: Path) -> None:
    own = tmp_path / "blocked.toml"
    own.write_text('[[blocked]]\nplugin = "bank_acme"\nversions = "<2"\nreason = "loses receipts"\n', encoding="utf-8")

    blocks = blocklist.read(own)

    assert blocks[: len(blocklist.read())] == blocklist.read()
    assert blocklist.why(blocks, "bank_acme", "1.9") == "blocked (<2): loses receipts; no fixed version is known"


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("[[blocked]]\nplugin = 'x'\nversions = '<2'\n", r"1: reason: a text is required"),
        ("[[blocked]]\nplugin = 'x'\nversions = 'old'\nreason = 'y'\n", r"'old' is not a range"),
        ("[[blocked]]\nplugin = 'x'\nversions = '<2'\nreason = 'y'\nby = 'me'\n", r"unknown key 'by'"),
        ("[[blocked]", r"blocked.toml"),
    ],
)
def test_a_list_that_cannot_be_read_names_the_row_and_the_rule(tmp_path: Path, text: str, rule: str) -> None:
    own = tmp_path / "blocked.toml"
    own.write_text(text, encoding="utf-8")

    with pytest.raises(ConfigError, match=rule):
        blocklist.read(own)
