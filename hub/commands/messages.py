"""``swhub messages``: where is my document?"""

from pathlib import Path

import click

from hub.commands.home import home_option, json_option, opened
from hub.commands.output import cell, local, plain, show, to_json
from hub.services import operations
from hub.store.engine import reading

COLUMNS = {
    "at": "time",
    "direction": "way",
    "partner": "partner",
    "type": "message",
    "business_key": "number",
    "state": "state",
    "attempts": "tries",
    "message_id": "message id",
    "reason": "reason",
}
HOPS = {"at": "time", "what": "step", "detail": "detail", "message_id": "message id"}
TRIES = {
    "no": "try",
    "purpose": "purpose",
    "started_at": "started",
    "finished_at": "finished",
    "outcome": "outcome",
    "code": "code",
    "partner_ref": "partner's reference",
    "detail": "detail",
}


@click.group("messages")
def command() -> None:
    """Find messages and follow them.

    \b
    Examples:
      swhub messages list --state UNKNOWN
      swhub messages trace 3000001            any number: policy, application, message id
      swhub messages show 0b9f... --raw       the bytes as they were sent or came
    """


@command.command("list")
@click.option("--number", metavar="NUMBER", help="Only those of this business number or message id.")
@click.option("--state", metavar="STATE", help="Only those in this state, such as QUEUED, UNKNOWN, DEAD, PARKED.")
@click.option("--limit", type=click.IntRange(1, 10_000), default=50, show_default=True, help="How many at most.")
@home_option
@json_option
def list_(number: str | None, state: str | None, limit: int, home: Path, *, as_json: bool) -> None:
    """The latest messages in and out, newest first.

    \b
    Example:
      swhub messages list --state DEAD --limit 10
    """
    with reading(opened(home).engine) as connection:
        rows = operations.messages(connection, number=number, state=state, limit=limit)
    show([plain(row) for row in rows], COLUMNS, as_json=as_json, none="no such message")


@command.command("show")
@click.argument("message_id")
@click.option("--raw", is_flag=True, help="The exact bytes on standard output, nothing else.")
@home_option
@json_option
def show_(message_id: str, home: Path, *, raw: bool, as_json: bool) -> None:
    """One message: what is known of it and every attempt. Its text may hold names and numbers: only with --raw.

    \b
    Example:
      swhub messages show 0b9f6c1e-... --raw > message.xml
    """
    with reading(opened(home).engine) as connection:
        row, content, attempts = operations.message(connection, message_id)
    if raw:
        click.echo(content, nl=False)
        return
    tries = [{name: tried[name] for name in TRIES} for tried in attempts]
    if as_json:
        click.echo(to_json({name: value for name, value in row.items() if name != "answer"} | {"tries": tries}))
        return
    for name, value in row.items():
        if name != "answer":
            click.echo(f"{name:14}{cell(value)}")
    show(tries, TRIES, as_json=False, none="no attempt")


@command.command("trace")
@click.argument("number")
@home_option
@json_option
def trace(number: str, home: Path, *, as_json: bool) -> None:
    """Everything known of NUMBER, oldest first: messages, attempts, events.

    NUMBER is any number: of an application, a policy, an invoice, or a message id. When nothing of it ever came, the
    answer says so, and when each partner was heard of last.

    \b
    Example:
      swhub messages trace 3000001
    """
    runtime = opened(home)
    with reading(runtime.engine) as connection:
        hops = operations.trace(connection, number)
        heard = {code: operations.last_heard(connection, code) for code in runtime.registry.partners}
    partners = "".join(f"\n  last from {code}: {local(at) if at else 'never'}" for code, at in heard.items())
    none = f"nothing of {number} was ever received or sent{partners}"
    show([plain(hop) for hop in hops], HOPS, as_json=as_json, none=none)
