"""The benchmark itself still runs: both sides, both ways, with its own checks of the reference."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("way", ["in", "out"])
def test_a_smoke_run_measures_hub_and_reference(way: str, tmp_path: Path) -> None:
    figures = tmp_path / "figures.json"
    command = [sys.executable, "-m", "benchmarks.run", way, "--smoke", "--json", str(figures)]

    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)

    assert ended.returncode == 0, ended.stderr
    found = json.loads(figures.read_text(encoding="utf-8"))[f"{way} sqlite"]
    assert min(found[side]["per_second"] for side in ("hub", "reference")) > 0
    assert found["ratio"]["cpu_ms"]["median"] > 0


def test_an_import_is_measured_step_by_step() -> None:
    command = [sys.executable, "-m", "benchmarks.imports", "--rows", "30", "--rounds", "1"]

    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)

    assert ended.returncode == 0, ended.stderr
    assert ended.stdout.count(" s\n") == 5
