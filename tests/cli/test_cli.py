"""The command line as a whole: the table, the help, the errors, what is imported."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from hub import cli
from hub.cli import COMMANDS
from hub.contract.text import Text
from hub.errors import InvalidInput, NotFound
from tests.cli.conftest import Run


def every_command(
    command: click.Command = cli.main, path: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    yield path, command
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            found = command.get_command(context, name)
            assert found is not None
            yield from every_command(found, (*path, name))


ALL = dict(every_command())


def test_help_shows_the_table_and_nothing_else(run: Run) -> None:
    shown = run("--help").output.partition("Commands:\n")[2].partition("\n\n")[0]

    assert [line.split(maxsplit=1) for line in shown.splitlines()] == [
        [name, entry.help] for name, entry in COMMANDS.items()
    ]


@pytest.mark.parametrize("path", [path for path in ALL if path], ids=" ".join)
def test_every_command_says_what_it_does_with_an_example(path: tuple[str, ...], run: Run) -> None:
    result = run(*path, "--help")

    assert result.exit_code == 0
    assert "Example" in result.output
    assert f"swhub {path[0]}" in result.output


@pytest.mark.parametrize("path", [path for path in ALL if path], ids=" ".join)
def test_every_option_is_explained(path: tuple[str, ...]) -> None:
    options = [option for option in ALL[path].params if isinstance(option, click.Option)]

    assert [option.name for option in options if not option.help] == []


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_bears_the_name_of_its_row(name: str) -> None:
    assert ALL[(name,)].name == name


def test_help_imports_neither_web_nor_store() -> None:
    program = "import sys; from hub import cli; cli.main(['--help'], standalone_mode=False); print(*sys.modules)"

    shown = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout

    loaded = set(shown.splitlines()[-1].split())
    assert not loaded & {"web", "flask", "sqlalchemy", "lxml", "cryptography", "hub.runtime"}


def test_an_unknown_command_is_refused(run: Run) -> None:
    result = run("serv")

    assert result.exit_code == 2
    assert "No such command" in result.output


@pytest.mark.parametrize(
    "arguments",
    [
        ("worker", "--home", "missing"),
        ("serve", "--home", "missing"),
        ("messages", "list", "--home", "missing"),
        ("messages", "trace", "1", "--home", "missing"),
        ("dead-letters", "list", "--home", "missing"),
        ("accounts", "list", "--home", "missing"),
        ("migrate", "--home", "missing"),
        ("simulate", "nobody"),
        ("simulate", "nobody", "--set", "x"),
        ("card-agent", "--home", "missing"),
        ("card-agent", "--origin", "http://a.example", "--home", "missing"),
        ("card-agent", "--driver", "softcard", "--home", "missing"),
    ],
    ids=" ".join,
)
def test_what_goes_wrong_is_one_line_in_both_languages(
    arguments: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, run: Run
) -> None:
    monkeypatch.chdir(tmp_path)

    result = run(*arguments)

    assert result.exit_code == 2
    assert result.stdout == ""
    assert len(result.stderr.splitlines()) == 1
    assert result.stderr.startswith("错误：")
    assert " / Error: " in result.stderr


def test_wrong_fields_are_named_with_their_rules() -> None:
    line = cli.one_line(InvalidInput({"reason": Text("请填写理由", "a reason is required")}))

    assert line == "错误：reason 请填写理由 / Error: reason a reason is required"


def test_an_error_without_words_of_its_own_says_its_class(run: Run) -> None:
    assert cli.one_line(NotFound()) == "错误：未查询到数据 / Error: No such record."


def test_a_store_that_is_not_there_is_named_without_the_statement(home: Path, run: Run) -> None:
    (home / "swhub.db").write_bytes(b"this is not a store, " * 100)

    result = run("messages", "list", "--home", home)

    assert result.exit_code == 2
    assert result.stderr.count("\n") == 1
    assert "[hub] database" in result.stderr
    assert "SELECT" not in result.stderr


def test_a_missing_driver_is_named_with_the_remedy() -> None:
    error = cli.foreign(ModuleNotFoundError("No module named 'psycopg'", name="psycopg"))

    assert error is not None
    assert "swhub[postgres]" in cli.one_line(error)


def test_a_defect_of_ours_keeps_its_traceback() -> None:
    assert cli.foreign(KeyError("x")) is None


def test_the_home_may_come_from_the_environment(home: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SWHUB_HOME", str(home))

    assert "nothing waits" in run("dead-letters", "list").output
