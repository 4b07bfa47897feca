"""A running demo as a newcomer has it: started once, for both files that look at it in a browser."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]


def demo(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "demo", *arguments], cwd=ROOT, capture_output=True, text=True, check=False, timeout=180
    )


@pytest.fixture(scope="package")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, str]]:
    """The demo's folder, and what it printed."""
    home = tmp_path_factory.mktemp("demo") / "world"
    started = demo("--home", str(home), "--port", "0", "--keep")
    try:
        assert started.returncode == 0, started.stdout + started.stderr
        yield home, started.stdout
    finally:
        demo("--home", str(home), "--stop")


@pytest.fixture(scope="package")
def state(running: tuple[Path, str]) -> dict[str, Any]:
    return dict(json.loads((running[0] / "demo.json").read_text(encoding="utf-8")))
