"""What the kit says about a distribution that is not in order, and about a few more lies than one case each."""

import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from importlib import import_module
from pathlib import Path

import pytest
from hub_sinosure.adapter import SinosureAdapter

from hub.contract.adapters import Context
from hub.contract.message import InMessage, Raw
from hub.contract.status import StatusTable
from hub.contract.text import Text
from hub.plugins import Plugin
from hub.testing.kit.case import FAILED, PASSED, run
from hub.testing.kit.cases import CASES
from hub.testing.kit.subject import Partner, Subject
from tests.kit.mutants import Remembers
from tests.kit.test_mutants import mutant, of_type

BY_NAME = {case.name: case for case in CASES}
BARE = (
    "the_distribution_is_named_after_the_hub",
    "the_code_imports_nothing_of_the_hub_but_the_contract",
    "the_package_says_what_it_is",
    "there_is_a_readme",
    "the_plugin_has_tests_of_its_own",
    "the_readme_shows_the_grade",
    "the_plugin_loads_and_each_of_its_hooks_is_known",
)


@pytest.fixture
def bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Subject:
    """A plugin as somebody in a hurry would leave it."""
    package = tmp_path / "hub_kit_bare"
    package.mkdir()
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "hub"\n')
    (package / "__init__.py").write_text(
        "from hub.contract.hooks import hookimpl\n\n\n@hookimpl\ndef insurer_adaptors():\n    return []\n"
    )
    (package / "wire.py").write_text("from hub.store import tables\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    module = import_module("hub_kit_bare")
    monkeypatch.delitem(sys.modules, "hub_kit_bare")
    return Subject(plugin=Plugin(name="insurer_bare", version="0.0.0", module=module), folder=tmp_path)


@pytest.mark.parametrize("name", BARE)
def test_a_distribution_that_is_not_in_order_breaks_this_rule(name, bare):
    assert run(BY_NAME[name], bare).outcome == FAILED


def test_a_plugin_that_cannot_be_imported_says_why(bare):
    broken = replace(bare, plugin=replace(bare.plugin, module=None, reason="ImportError: no vendor library"))

    assert "no vendor library" in run(BY_NAME["the_package_says_what_it_is"], broken).reason


class DigestOfTheId(SinosureAdapter):
    def open(self, raw: Raw, ctx: Context) -> InMessage:
        opened = super().open(raw, ctx)
        return replace(opened, digest=sha256(opened.canonical.message_id.encode()).hexdigest())


def silent(adapter: SinosureAdapter) -> SinosureAdapter:
    first, *rest = adapter.statuses
    rows = tuple(replace(row, text=Text(row.text.zh, "")) for row in first)
    return replace(adapter, statuses=(StatusTable(first.name, rows), *rest))


LIES: dict[str, Callable[[SinosureAdapter], SinosureAdapter]] = {
    "ten_minutes_of_skew_are_taken": lambda honest: replace(honest, ahead=timedelta(minutes=1)),
    "every_row_has_words_in_both_languages": silent,
    "another_body_under_the_same_id_has_another_digest": lambda _: of_type(DigestOfTheId),
    "every_order_of_the_partners_messages_ends_the_same": lambda _: of_type(Remembers),
}


@pytest.mark.parametrize("name", LIES)
def test_one_more_lie_is_found_where_the_honest_one_passes(name, sinosure: Partner):
    lying = mutant(sinosure, LIES[name](sinosure.adapter))

    assert run(BY_NAME[name], lying).outcome == FAILED
    assert run(BY_NAME[name], sinosure).outcome == PASSED
