"""``swhub audit``: what was refused, and what operators did."""

from pathlib import Path

import click

from hub.commands.home import home_option, json_option, opened
from hub.commands.output import plain, show
from hub.services import audit
from hub.store.engine import reading

COLUMNS = {"at": "time", "what": "what", "who": "who", "address": "from", "detail": "detail"}


@click.command("audit")
@home_option
@json_option
@click.option("--what", metavar="KIND", help="Only lines of this kind or family: message.refused, message, login.")
@click.option("--limit", default=50, show_default=True, help="How many, newest first.")
def command(home: Path, what: str | None, limit: int, *, as_json: bool) -> None:
    """List refusals that concern security and the acts of operators, newest first.

    A refused message carries the reasons of its schema errors in both languages, without personal data.

    \b
    Example:
      swhub audit --what message.refused --json
    """
    with reading(opened(home).engine) as connection:
        found = audit.lines(connection, what=what, limit=limit)
    show([plain(row) for row in found], COLUMNS, as_json=as_json, none="nothing was refused / 没有记录")
