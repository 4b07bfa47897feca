"""Each kind of plugin is written, installed and tested once for all tests of this folder."""

import os
import re
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest
from click.testing import CliRunner

from hub.cli import main

ROOT = Path(__file__).parents[2]
TIMEOUT = 120


@dataclass(frozen=True, kw_only=True)
class Written:
    """One plugin on the disk, and where it is installed."""

    folder: Path
    said: str  # what the command printed
    site: Path

    def run(self, *command: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """A module of this Python in the plugin's folder, with the plugin installed."""
        paths = os.pathsep.join([str(self.site), str(ROOT)])
        return subprocess.run(
            [sys.executable, "-m", *command],
            cwd=self.folder,
            env={**os.environ, "PYTHONPATH": paths, "MYPYPATH": str(ROOT), **environment},
            capture_output=True,
            text=True,
            timeout=TIMEOUT,
            check=False,
        )


Write = Callable[[str, Sequence[str]], Written]


@pytest.fixture(scope="session")
def write(tmp_path_factory: pytest.TempPathFactory) -> Write:
    """``write("insurer acme", ["--status", ...])``: written and installed, once for the same words."""
    made: dict[tuple[str, ...], Written] = {}

    def _write(what: str, options: Sequence[str] = ()) -> Written:
        words = (*what.split(), *map(str, options))
        if words not in made:
            made[words] = _written(words, tmp_path_factory.mktemp("plugin"))
        return made[words]

    return _write


def _written(words: Sequence[str], folder: Path) -> Written:
    result = CliRunner().invoke(main, ["new-plugin", *words, "--into", str(folder)])
    assert result.exit_code == 0, result.output
    (source,) = folder.iterdir()
    site = folder.parent / f"{folder.name}-site"
    command = [sys.executable, "-m", "pip", "install", "-q", "--no-deps", "--no-build-isolation", "--target", str(site)]
    subprocess.run([*command, str(source)], check=True, capture_output=True, timeout=TIMEOUT)
    return Written(folder=source, said=result.output, site=site)


def refused(words: Sequence[str]) -> str:
    """What the command says when it refuses; one line."""
    result = CliRunner().invoke(main, ["new-plugin", *words])
    assert (result.exit_code, result.output.count("\n")) == (2, 1), result.output
    return result.output


@cache
def kit(written: Written) -> tuple[str, str]:
    """The grade that the conformance kit finds, and the one that the README shows; it has to be green. Run once."""
    done = written.run("pytest", "--hub-kit", "-p", "no:cacheprovider")
    assert done.returncode == 0, done.stdout + done.stderr
    found = re.search(r"^[\w-]+: (\w+) \(\d+ passed, 0 failed", done.stdout, re.MULTILINE)
    shown = re.search(r"^Kit grade: (\w+)$", (written.folder / "README.md").read_text("utf-8"), re.MULTILINE)
    assert found is not None
    assert shown is not None
    return found[1], shown[1]


def contents(folder: Path) -> Mapping[str, bytes]:
    """path -> bytes of what the command wrote."""
    kept = (path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): path.read_bytes() for path in kept}
