"""The tree: nothing half merged. Style sheets and templates forgive what no other test would see."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CONFLICT = re.compile(r"^(<{7}|>{7}) ", re.MULTILINE)


@pytest.mark.parametrize("pattern", ["web/**/*.css", "web/**/*.js", "web/**/*.html", "web/**/*.svg", "**/*.md"])
def test_no_file_holds_a_conflict_that_nobody_resolved(pattern: str) -> None:
    files = [path for path in ROOT.glob(pattern) if not {"node_modules", ".venv"} & set(path.parts)]

    assert [path.name for path in files if CONFLICT.search(path.read_text(encoding="utf-8"))] == []
