"""The command line. Each command lives in a module of its own that is imported when the command is asked for, so that
``swhub --help`` is quick and the hub itself never imports the web.
"""

import importlib
from collections.abc import Mapping
from typing import IO, Any, NamedTuple

import click

from hub import __version__
from hub.contract.text import Text
from hub.errors import ConfigError, HubError, InvalidInput, Unavailable

EPILOG = """\b
Examples:
  swhub init --home /srv/swhub --code sw-gd     a new home folder
  swhub check --home /srv/swhub                 is everything in order?
  swhub serve --home /srv/swhub                 pages, partners' door, worker
  swhub messages trace 3000001 --home /srv/swhub

Instead of --home the variable SWHUB_HOME may name the folder; without both it is the current one."""


class Entry(NamedTuple):
    """One command: where it is, and its line in ``swhub --help``."""

    target: str  # "module:attribute"
    help: str


COMMANDS: Mapping[str, Entry] = {
    "init": Entry("hub.commands.init:command", "Make a home folder: settings, keys, store."),
    "check": Entry("hub.commands.check:command", "Say what is in order and what is not."),
    "migrate": Entry("hub.commands.migrate:command", "Bring the store to the version of the code."),
    "serve": Entry("web.serve:command", "Serve the pages and the partners' door."),
    "worker": Entry("hub.commands.worker:command", "Deliver messages, in a process of its own."),
    "plugins": Entry("hub.commands.plugins:command", "List the plugins, loaded or not."),
    "accounts": Entry("hub.commands.accounts:command", "Enterprises, their accounts and cards."),
    "messages": Entry("hub.commands.messages:command", "Find messages and follow them."),
    "dead-letters": Entry("hub.commands.dead_letters:command", "Decide what waits for a person."),
    "alerts": Entry("hub.commands.alerts:command", "List what needs an operator's eye."),
    "reconcile": Entry("hub.commands.reconcile:command", "Compare payments and limits with the partners' figures."),
    "audit": Entry("hub.commands.audit:command", "List refusals and operators' acts."),
    "evidence": Entry("hub.commands.evidence:command", "Prove what was done; check the chain of evidence."),
    "new-plugin": Entry("hub.commands.new_plugin:command", "Write the plugin of a new partner, with simulator."),
    "simulate": Entry("hub.commands.simulate:command", "Play a partner's side, for demos and tests."),
    "card-agent": Entry("hub.commands.card_agent:command", "Run the card agent on a user's PC."),
}


class Failure(click.ClickException):
    """A HubError as the command line says it: one line, Chinese and English, exit code 2."""

    exit_code = 2

    def __init__(self, error: HubError) -> None:
        super().__init__(one_line(error))

    def show(self, file: IO[Any] | None = None) -> None:
        """Print the line."""
        click.echo(self.message, file=file, err=file is None)


class LazyGroup(click.Group):
    """Finds its commands in COMMANDS and imports only the one that is run."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """In the order of the table."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Import the command, or None when there is none of that name."""
        if cmd_name not in COMMANDS:
            return None
        module, _, attribute = COMMANDS[cmd_name].target.partition(":")
        found: click.Command = getattr(importlib.import_module(module), attribute)
        return found

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """From the table, so that help imports nothing."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, entry.help) for name, entry in COMMANDS.items()])

    def invoke(self, ctx: click.Context) -> Any:
        """Run; what the hub refuses on purpose ends in one line, never in a traceback."""
        try:
            return super().invoke(ctx)
        except HubError as error:
            raise Failure(error) from error
        except Exception as error:
            known = foreign(error)
            if known is None:
                raise
            raise Failure(known) from error


@click.command(cls=LazyGroup, epilog=EPILOG, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="swhub")
def main() -> None:
    """Single Window Hub: between exporters and the insurers and banks they deal with."""


def foreign(error: Exception) -> HubError | None:
    """What a library's error means to an operator; None when it is a defect of ours and deserves its traceback."""
    if type(error).__module__.startswith("sqlalchemy."):  # by name: help has no need of SQLAlchemy
        why = str(error).partition("\n")[0]  # the lines below hold the statement and its values
        return Unavailable(
            Text(f"数据库不可用，请检查 [hub] database：{why}", f"the store cannot be used, see [hub] database: {why}")
        )
    if isinstance(error, ModuleNotFoundError) and str(error.name).startswith("psycopg"):
        return ConfigError(
            Text("缺少 PostgreSQL 驱动：pip install 'swhub[postgres]'", "PostgreSQL: pip install 'swhub[postgres]'")
        )
    return None


def one_line(error: HubError) -> str:
    """``错误：… / Error: …``; of wrong input every field with its rule."""
    zh, en = error.text.zh, error.text.en
    if isinstance(error, InvalidInput):
        zh = "；".join(f"{name} {text.zh}" for name, text in error.fields.items())
        en = "; ".join(f"{name} {text.en}" for name, text in error.fields.items())
    both = f"错误：{error.zh if zh == en else zh} / Error: {en}"
    return " ".join(both.split())
