"""What operators and auditors type: ``swhub evidence``, and the verifier that needs no hub."""

import json
from pathlib import Path

import pytest
from sqlalchemy import update

from hub.clock import SystemClock
from hub.evidence import verify
from hub.services import evidence
from hub.store import tables
from hub.store.engine import writing
from tests.cli.conftest import Run
from tests.cli.test_operators import confirm
from tests.services.conftest import World


def spoil(world: World) -> None:
    """Somebody edits the store."""
    with writing(world.runtime.engine) as connection:
        connection.execute(update(tables.evidence).where(tables.evidence.c.n == 1).values(body="{}"))


def test_check_counts_what_holds(world: World, site: Path, run: Run) -> None:
    confirm(world)
    evidence.seal(world.runtime)

    ended = run("evidence", "check", "--home", site)

    assert ended.exit_code == 0
    assert ended.output.startswith("3 entries under 1 signed heads")


def test_check_names_the_entry_and_the_rule(world: World, site: Path, run: Run) -> None:
    confirm(world)
    spoil(world)

    ended = run("evidence", "check", "--home", site, "--json")
    faults = json.loads(ended.output)["faults"]

    assert ended.exit_code == 1
    assert (faults[0]["where"].rpartition("/")[2], faults[0]["rule"]) == ("1", "hash")
    assert run("check", "--home", site).exit_code == 1


def test_check_finds_that_a_noted_head_is_gone(world: World, site: Path, run: Run) -> None:
    confirm(world)
    evidence.seal(world.runtime)
    noted = json.loads(run("evidence", "check", "--home", site, "--json").output)["latest"]

    codes = [run("evidence", "check", "--home", site, "--anchor", head).exit_code for head in (noted, "0" * 64)]

    assert codes == [0, 1]


def test_the_general_check_says_that_evidence_is_in_order(world: World, site: Path, run: Run) -> None:
    confirm(world)

    lines = run("check", "--home", site).output

    assert "✓ evidence: 3 entries under 0 signed heads" in lines


def test_an_exported_case_is_verified_by_anybody(
    world: World, site: Path, run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    confirm(world)
    path = tmp_path / "case.zip"

    ended = run("evidence", "export", "XW2026-1", "--output", path, "--home", site)
    code = verify.main([str(path), "--hub", str(world.runtime.settings.hub.certificate)])

    assert (ended.exit_code, code) == (0, 0)
    assert "3 条证据 / entries" in capsys.readouterr().out


def test_a_changed_bundle_ends_with_the_file_and_the_rule(
    world: World, site: Path, run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    confirm(world)
    path = tmp_path / "case.zip"
    run("evidence", "export", "XW2026-1", "--output", path, "--home", site)
    path.write_bytes(path.read_bytes().replace(b"%PDF-1.7 offer", b"%PDF-1.7 0ffer", 1))

    code = verify.main([str(path)])

    assert code == 1
    assert "documents/" in (said := capsys.readouterr().out)
    assert "[digest]" in said


def test_export_of_a_number_that_nothing_carries_says_so(site: Path, run: Run, tmp_path: Path) -> None:
    ended = run("evidence", "export", "NONE", "--output", tmp_path / "case.zip", "--home", site)

    assert ended.exit_code == 2
    assert not (tmp_path / "case.zip").exists()


def test_the_worker_signs_heads(world: World) -> None:
    assert isinstance(world.clock, SystemClock)
    confirm(world)

    assert (evidence.tend(world.runtime), evidence.tend(world.runtime)) == (3, 0)
