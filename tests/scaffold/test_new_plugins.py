"""A plugin just written is installable, green, found by the hub, and as clean as our own."""

import json
import re
import tomllib

import pytest

from tests.scaffold.conftest import Write, Written, kit

PLUGINS = ("insurer acme", "bank acme", "data acme-port", "card acme")
GRADES = {"data acme-port": "silver"}  # what is not gold: its partner has printed nothing yet
LISTED = "import json; from hub import registry; r = registry.build(); " + (
    "print(json.dumps([[p.name for p in r.plugins if p.reason is None], list(r.partners), r.problems,"
    " [s.partner for s in r.simulators()]]))"
)


def listed(written: Written) -> list[list[str]]:
    """What the hub finds in a process of its own: plugins that loaded, partners, problems, simulators."""
    result = written.run("timeit", "-n1", "-r1", LISTED)
    lists: list[list[str]] = json.loads(result.stdout.splitlines()[0])
    return lists


def key(what: str) -> str:
    """The entry point's name."""
    return what.replace(" ", "_").replace("-", "_")


@pytest.mark.parametrize("what", PLUGINS)
def test_its_own_tests_are_green(what: str, write: Write) -> None:
    tested = write(what, ()).run("pytest", "-p", "no:cacheprovider")

    assert tested.returncode == 0, tested.stdout + tested.stderr
    assert re.search(r"\d+ passed", tested.stdout)
    assert "skipped" not in tested.stdout or what.startswith("data")  # a question has no query about it


@pytest.mark.parametrize("what", PLUGINS)
def test_the_kit_is_green_and_the_grade_is_the_one_in_the_readme(what: str, write: Write) -> None:
    grade = GRADES.get(what, "gold")

    assert kit(write(what, ())) == (grade, grade)


@pytest.mark.parametrize("what", PLUGINS)
def test_after_the_kit_the_list_of_plugins_shows_the_grade_and_the_reports_digest(what: str, write: Write) -> None:
    written = write(what, ())
    kit(written)

    said = written.run(
        "timeit", "-n1", "-r1", "from hub.cli import main; main(['plugins', '--json'], standalone_mode=False)"
    )
    listed, _ = json.JSONDecoder().raw_decode(said.stdout)

    [shown] = [row for row in listed if row["plugin"] == key(what)]
    assert shown["grade"] == f"{GRADES.get(what, 'gold')} (own claim)"
    assert re.fullmatch("[0-9a-f]{64}", shown["report"])


@pytest.mark.parametrize("what", PLUGINS)
def test_the_hub_finds_it_and_has_nothing_against_it(what: str, write: Write) -> None:
    written = write(what, ())
    kind, slug = what.split()

    names, partners, problems, simulators = listed(written)

    assert key(what) in names
    assert problems == []
    assert (slug in partners, slug in simulators) == (kind != "card", kind != "card")


@pytest.mark.parametrize("what", PLUGINS)
def test_what_was_written_satisfies_the_houses_linters(what: str, write: Write) -> None:
    written = write(what, ())

    checked = written.run("ruff", "check", "--no-cache", ".")
    formatted = written.run("ruff", "format", "--no-cache", "--check", ".")

    assert checked.returncode == 0, checked.stdout
    assert formatted.returncode == 0, formatted.stdout


@pytest.mark.parametrize("what", PLUGINS)
def test_what_was_written_is_fully_typed(what: str, write: Write) -> None:
    typed = write(what, ()).run(
        "mypy", "--follow-imports=silent", MYPY_CACHE_DIR=str(write(what, ()).site.parent / "mypy")
    )

    assert typed.returncode == 0, typed.stdout


@pytest.mark.parametrize("what", PLUGINS)
def test_names_are_the_houses(what: str, write: Write) -> None:
    written = write(what, ())
    kind, slug = what.split()
    project = tomllib.loads((written.folder / "pyproject.toml").read_text("utf-8"))["project"]

    assert written.folder.name == project["name"] == f"swhub-{kind}-{slug}"
    assert project["entry-points"]["swhub"] == {key(what): f"hub_{key(what)}"}
    assert (written.folder / f"hub_{key(what)}" / "capability.toml").exists() == (kind != "card")


@pytest.mark.parametrize("what", PLUGINS)
def test_the_command_ends_with_what_to_do_next(what: str, write: Write) -> None:
    written = write(what, ())
    lines = [line.strip() for line in written.said.splitlines()[-4:]]

    assert [line.split()[0] for line in lines] == ["pip", "pytest", "swhub", "swhub"]
    assert str(written.folder) in lines[0]
