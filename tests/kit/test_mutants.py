"""The kit under test: each plugin that lies is found by the case that is there for it, and honest ones by none."""

from dataclasses import fields, replace
from types import SimpleNamespace

import pytest
from hub_sinosure.adapter import SinosureAdapter, sinosure

from hub.testing.kit.case import FAILED, PASSED, Case, run
from hub.testing.kit.cases import CASES
from hub.testing.kit.find import partner
from hub.testing.kit.subject import Partner
from tests.kit.mutants import MUTANTS, OWN_BODY, OWN_MUTANTS, Own, own, sheets

BY_NAME = {case.name: case for case in CASES}
LONGEST = {"Hangs": 0.5}  # seconds; the others end by themselves


def mutant(reference: Partner, adapter: SinosureAdapter) -> Partner:
    """The reference plugin with another adapter; the samples of an equal sheet are made once."""
    made = partner(reference.plugin, reference.folder, adapter)
    if adapter.sheet == reference.adapter.sheet and adapter.statuses == reference.adapter.statuses:
        vars(made).update(sent=reference.sent, incoming=reference.incoming)
    return made


def of_type(kind: type[SinosureAdapter]) -> SinosureAdapter:
    """``kind`` with the catalogue and the sheet of the honest one."""
    honest = sinosure()
    names = {row.name for row in fields(SinosureAdapter)} - {"fresh"}
    return kind(**{name: getattr(honest, name) for name in names})


@pytest.mark.parametrize(("kind", "killer"), MUTANTS.items(), ids=[kind.__name__ for kind in MUTANTS])
def test_an_adapter_that_lies_is_found_by_its_case(kind, killer, sinosure):
    result = run(BY_NAME[killer], mutant(sinosure, of_type(kind)), LONGEST.get(kind.__name__, 30.0))

    assert result.outcome == FAILED
    assert result.reason


def own_partner(reference: Partner, adapter: Own) -> Partner:
    """An adapter made of tables, with a body for the kit to start from."""
    samples = SimpleNamespace(BODIES={"Pay/1.0": [OWN_BODY, {**OWN_BODY, "name": "另一家"}]})
    return partner(reference.plugin, reference.folder, adapter, samples)


@pytest.mark.parametrize(("kind", "killer"), OWN_MUTANTS.items(), ids=[kind.__name__ for kind in OWN_MUTANTS])
def test_tables_that_lie_are_found_by_their_case(kind, killer, sinosure, tmp_path):
    assert run(BY_NAME[killer], own_partner(sinosure, own(kind, tmp_path))).outcome == FAILED


def test_honest_tables_pass_where_each_lie_is_found(sinosure, tmp_path):
    honest = own_partner(sinosure, own(Own, tmp_path))

    results = {name: run(BY_NAME[name], honest) for name in OWN_MUTANTS.values()}

    assert {name: (row.outcome, row.reason) for name, row in results.items()} == dict.fromkeys(results, (PASSED, ""))


@pytest.mark.parametrize("lie", sheets(sinosure()))
def test_a_sheet_that_lies_is_found_by_its_case(lie, sinosure):
    adapter, killer = sheets(sinosure.adapter)[lie]

    assert run(BY_NAME[killer], mutant(sinosure, adapter)).outcome == FAILED


@pytest.mark.parametrize("case", [row for row in CASES if issubclass(Partner, row.about)], ids=lambda case: case.name)
def test_the_reference_insurer_breaks_no_rule(case: Case, sinosure):
    result = run(case, sinosure)

    assert (result.outcome != FAILED, result.reason) == (True, result.reason)


def test_an_adapter_that_hangs_fails_its_case_and_not_the_run(sinosure):
    hanging = next(kind for kind in MUTANTS if kind.__name__ == "Hangs")

    result = run(BY_NAME["parse_response_is_total"], mutant(sinosure, of_type(hanging)), 0.2)

    assert result.reason == "did not end within 0.2 s"


def test_the_unchanged_adapter_passes_where_each_lie_is_found(sinosure):
    killers = {*MUTANTS.values(), *(killer for _, killer in sheets(sinosure.adapter).values())}
    again = mutant(sinosure, replace(sinosure.adapter))

    assert {run(BY_NAME[name], again).outcome for name in killers} == {PASSED}
