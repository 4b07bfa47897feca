"""The benchmark itself still runs: both sides, both ways, with its own checks of the reference."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]


def smoke(what: str, folder: Path) -> Any:
    """The figures of a run of seconds."""
    figures = folder / "figures.json"
    command = [sys.executable, "-m", "benchmarks.run", what, "--smoke", "--json", str(figures)]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
    assert ended.returncode == 0, ended.stderr
    return json.loads(figures.read_text(encoding="utf-8"))[f"{what} sqlite"]


@pytest.mark.parametrize("way", ["in", "out"])
def test_a_smoke_run_measures_hub_and_reference(way: str, tmp_path: Path) -> None:
    found = smoke(way, tmp_path)

    assert min(found[side]["per_second"] for side in ("hub", "reference")) > 0
    assert found["ratio"]["cpu_ms"]["median"] > 0


@pytest.mark.parametrize(("what", "steps"), [("import", 5), ("report", 1)])
def test_an_import_and_a_report_are_measured_step_by_step(what: str, steps: int, tmp_path: Path) -> None:
    found = smoke(what, tmp_path)["steps"]

    assert len(found) == steps
    assert all(seconds > 0 for times in found.values() for seconds in times)


def test_the_portals_pages_are_all_there_to_be_measured(tmp_path: Path) -> None:
    found = smoke("pages", tmp_path)["pages"]

    assert all(row["p95_ms"] >= row["p50_ms"] > 0 for row in found.values())
