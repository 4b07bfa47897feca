"""plugins/README.md is a tutorial: its files are written and its commands run, in an environment of their own."""

import os
import re
import subprocess
import sysconfig
import venv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "plugins" / "README.md"
BLOCK = re.compile(r"^```(console|xml|csv)(?: (\S+))?\n(.*?)^```$", re.MULTILINE | re.DOTALL)
SCRIPTS = {"swhub": "from hub.cli import main; main()", "pytest": "import pytest; sys.exit(pytest.main())"}
TIMEOUT = 180


@dataclass(frozen=True)
class Step:
    """A command and what the page says it prints; or a file and its content."""

    words: str
    lines: tuple[str, ...] = ()
    content: str | None = None


def steps(page: str) -> Iterator[Step]:
    """The page, in its order."""
    for kind, name, text in BLOCK.findall(page):
        if name:
            yield Step(name, content=text)
        if kind != "console":
            continue
        for part in re.split(r"^\$ ", text, flags=re.MULTILINE)[1:]:
            command, *lines = part.rstrip("\n").split("\n")
            yield Step(command, tuple(lines))


def printed(lines: tuple[str, ...], output: str) -> bool:
    """Whether the lines stand in the output in this order; ``...`` is anything, a line of its own any lines."""
    parts = [".*".join(map(re.escape, line.split("..."))) for line in lines if line != "..."]
    rest = output
    for part in parts:
        found = re.search(f"^{part}", rest, re.MULTILINE)
        if found is None:
            return False
        rest = rest[found.end() :]
    return True


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """A fresh environment that sees what the tests see, and into which the tutorial installs."""
    home = tmp_path_factory.mktemp("environment")
    venv.create(home, with_pip=True)
    python = home / "bin" / "python"
    (site,) = (home / "lib").glob("python*/site-packages")
    seen = sysconfig.get_path("purelib")
    (site / "seen.pth").write_text(f"import site; site.addsitedir({seen!r})\n", encoding="utf-8")
    for name, code in SCRIPTS.items():
        script = home / "bin" / name
        script.write_text(f"#!{python}\nimport sys; {code}\n", encoding="utf-8")
        script.chmod(0o755)
    quiet = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "SWHUB_"))}
    return quiet | {
        "PATH": f"{home / 'bin'}:{os.environ['PATH']}",
        "VIRTUAL_ENV": str(home),
        "PIP_NO_BUILD_ISOLATION": "0",  # pip's own spelling of "no isolation": nothing is fetched
        "PIP_NO_INDEX": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
        "COLUMNS": "400",
    }


def test_every_command_of_the_tutorial_prints_what_the_page_says(environment: dict[str, str], tmp_path: Path) -> None:
    folder, run = tmp_path, 0
    for step in steps(PAGE.read_text(encoding="utf-8")):
        if step.content is not None:
            encoding = "gbk" if 'encoding="GBK"' in step.content else "utf-8"
            (folder / step.words).write_text(step.content, encoding=encoding)
            continue
        if step.words.startswith("cd "):
            folder = (folder / step.words.removeprefix("cd ")).resolve()
            continue
        done = subprocess.run(
            ["bash", "-c", f"{step.words} 2>&1"],
            cwd=folder, env=environment, stdout=subprocess.PIPE, text=True, timeout=TIMEOUT, check=False,
        )  # fmt: skip
        run += 1
        fails = any(line.startswith("FAILED") for line in step.lines)
        assert (done.returncode != 0) is fails, f"$ {step.words}\n{done.stdout}"
        assert printed(step.lines, done.stdout), f"$ {step.words}\n{done.stdout}"

    assert run >= 10
    assert folder != tmp_path


def test_a_line_that_is_not_printed_is_missed() -> None:
    assert printed(("...", "a ... c", "..."), "x\na b c\ny\n")
    assert not printed(("a", "b"), "b\na\n")
