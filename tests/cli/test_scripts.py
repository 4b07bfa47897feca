"""The scripts of a checkout: what they say to a machine that lacks something, and CI's rule that nothing is skipped."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SCRIPTS = [".ci/run"] + [
    str(path.relative_to(ROOT))
    for path in sorted((ROOT / "script").iterdir())
    if path.is_file()  # a folder is what Python compiled
    and (path.suffix == ".sh" or "bash" in path.read_text(encoding="utf-8").partition("\n")[0])
]
pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the scripts are for bash")


def bash(program: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """``program`` after script/lib.sh was read, with an almost empty environment."""
    return subprocess.run(
        ["/bin/bash", "-c", f". script/lib.sh; {program}"],
        cwd=ROOT,
        env={"PATH": "/usr/bin:/bin"} | environment,
        capture_output=True,
        text=True,
        check=False,
    )


def put(folder: Path, name: str, program: str) -> None:
    (folder / name).write_text(f"#!/bin/sh\n{program}\n", encoding="utf-8")
    (folder / name).chmod(0o755)


@pytest.mark.parametrize("script", SCRIPTS)
def test_a_script_is_good_bash(script: str) -> None:
    assert subprocess.run(["/bin/bash", "-n", ROOT / script], check=False).returncode == 0


@pytest.mark.parametrize("script", ["script/demo", "script/test"])
def test_help_is_answered_before_anything_is_installed(script: str, tmp_path: Path) -> None:
    shown = subprocess.run(
        ["/bin/bash", ROOT / script, "--help"],
        env={"PATH": "/usr/bin:/bin", "HOME": str(tmp_path)}, capture_output=True, text=True, check=True,
    )  # fmt: skip

    assert script in shown.stdout


def test_a_machine_without_python_is_told_what_to_do(tmp_path: Path) -> None:
    put(tmp_path, "python3", "exit 1")  # older than asked for

    ended = bash(f"PATH={tmp_path}; find_python")

    assert ended.returncode == 1
    assert "需要 Python 3.11" in ended.stderr
    assert "apt-get install -y python3 python3-venv" in ended.stderr


def test_a_python_without_venv_is_told_apart(tmp_path: Path) -> None:
    put(tmp_path, "python3", 'case "$2" in *ensurepip*) exit 1;; esac; exit 0')

    ended = bash(f"PATH={tmp_path}; find_python")

    assert ended.returncode == 1
    assert "python3-venv" in ended.stderr
    assert "Python 3.11 or newer is needed" not in ended.stderr


def test_the_first_python_that_is_good_enough_is_taken(tmp_path: Path) -> None:
    put(tmp_path, "python3", "exit 1")
    put(tmp_path, "python3.12", "exit 0")

    assert bash(f"PATH={tmp_path}; find_python; printf %s $PYTHON").stdout == "python3.12"


def test_a_python_may_be_named(tmp_path: Path) -> None:
    put(tmp_path, "mine", "exit 0")

    assert bash(f"PATH={tmp_path}; find_python; printf %s $PYTHON", SWHUB_PYTHON="mine").stdout == "mine"


def test_what_was_compiled_once_is_kept() -> None:
    assert bash("env", PYTHONDONTWRITEBYTECODE="1").stdout.count("PYTHONDONTWRITEBYTECODE") == 0


def test_a_step_that_works_says_so_and_keeps_its_output_to_itself() -> None:
    ended = bash("step 'making things' echo noise")

    assert ended.returncode == 0
    assert ended.stdout.startswith("  ✓ making things")
    assert "noise" not in ended.stdout + ended.stderr


def test_a_step_that_fails_shows_its_output() -> None:
    ended = bash("step 'making things' sh -c 'echo why; exit 3'")

    assert ended.returncode == 3
    assert "✗ making things" in ended.stdout
    assert "why" in ended.stderr


def test_every_plugin_of_the_checkout_is_installed() -> None:
    listed = bash("plugin_folders").stdout.split()

    assert listed == sorted(str(path.parent.relative_to(ROOT)) for path in (ROOT / "plugins").rglob("pyproject.toml"))


def strict(folder: Path) -> subprocess.CompletedProcess[str]:
    """pytest over ``folder``, with the plugin and without our settings."""
    options = ["-p", "tests.no_skips", "-c", "/dev/null", "--rootdir", folder, folder]
    return subprocess.run(
        [sys.executable, "-m", "pytest", *options], cwd=ROOT, capture_output=True, text=True, check=False
    )


SKIPPING = {
    "mark": "import pytest\n@pytest.mark.skip(reason='no token')\ndef test_it(): pass\n",
    "call": "import pytest\ndef test_it(): pytest.skip('no token')\n",
    "fixture": "import pytest\n@pytest.fixture\ndef it(): pytest.skip('no token')\ndef test_it(it): pass\n",
    "file": "import pytest\npytest.skip('no token', allow_module_level=True)\n",
    "import": "import pytest\npytest.importorskip('nowhere', reason='no token')\n",
}


@pytest.mark.parametrize("way", SKIPPING)
def test_in_ci_a_skip_is_a_failure_with_its_reason(way: str, tmp_path: Path) -> None:
    (tmp_path / "test_it.py").write_text(SKIPPING[way], encoding="utf-8")

    ended = strict(tmp_path)

    assert ended.returncode in (1, 2)
    assert "nothing may be: no token" in ended.stdout
    assert "skipped" not in ended.stdout.splitlines()[-1]


def test_in_ci_a_test_that_runs_still_passes(tmp_path: Path) -> None:
    (tmp_path / "test_it.py").write_text("def test_it(): pass\n", encoding="utf-8")

    assert strict(tmp_path).returncode == 0
