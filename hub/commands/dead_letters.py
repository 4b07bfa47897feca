"""``swhub dead-letters``: what waits for a person, and the two persons' decision."""

import getpass
from pathlib import Path

import click
from sqlalchemy import select

from hub.commands.accounts import operator
from hub.commands.home import home_option, json_option, opened
from hub.commands.output import plain, show
from hub.delivery import decisions
from hub.delivery.decisions import PREFIX, VERDICTS
from hub.services import audit, conflicts, operations, results, unmapped
from hub.services.unmapped import Task
from hub.store import tables
from hub.store.engine import reading, writing

COLUMNS = {
    "at": "time",
    "state": "state",
    "direction": "way",
    "partner": "partner",
    "type": "message",
    "business_key": "number",
    "message_id": "message id",
    "reason": "reason",
    "proposal": "proposed",
}
UNMAPPED = {
    "partner": "partner",
    "field": "field",
    "code": "code",
    "wording": "wording",
    "count": "messages",
    "waiting": "waiting",
    "first_at": "since",
    "last_at": "latest",
    "proposal": "proposed",
}
CHOICES = "\n".join(f"  {name:15}{verdict.label.zh} / {verdict.label.en}" for name, verdict in VERDICTS.items())
as_option = click.option("--as", "who", required=True, metavar="OPERATOR", help="Your operator account: id or name.")


@click.group("dead-letters")
def command() -> None:
    """Decide what waits for a person: dead letters, unknown outcomes, parked messages, contradictions.

    Nothing leaves DEAD or UNKNOWN on one person's word: one proposes with a reason and evidence, another confirms.

    \b
    Example:
      swhub dead-letters list
      swhub dead-letters propose 0b9f... --verdict resend --reason "partner's address was wrong" --as 值班甲
      swhub dead-letters confirm 77ac... --as 值班乙
    """


@command.command("list")
@home_option
@json_option
def list_(home: Path, *, as_json: bool) -> None:
    """What waits for a person, oldest first, with open proposals.

    \b
    Example:
      swhub dead-letters list --json
    """
    table = tables.decision
    with reading(opened(home).engine) as connection:
        waiting = operations.stuck(connection)
        open_ones = connection.execute(
            select(table).where(table.c.confirmed_at.is_(None)).order_by(table.c.proposed_at)
        )
        proposals = {row.subject: f"{row.verdict} by {row.proposed_by} ({row.id})" for row in open_ones}
    rows = [
        plain(row) | {"proposal": proposals.get(row.message_id) or proposals.get(PREFIX + row.message_id)}
        for row in waiting
    ]
    show(rows, COLUMNS, as_json=as_json, none="nothing waits for a person")


@command.command("propose", epilog="\b\nVerdicts:\n" + CHOICES)
@click.argument("message_id")
@click.option("--verdict", type=click.Choice(list(VERDICTS)), required=True, help="What is to be done, see below.")
@click.option("--reason", required=True, help="Why; kept for good.")
@click.option("--evidence", help="What proves it; required for an UNKNOWN message.")
@as_option
@home_option
def propose(message_id: str, verdict: str, reason: str, evidence: str | None, who: str, home: Path) -> None:
    """Propose what becomes of a message; prints the decision's id for the second person.

    \b
    Example:
      swhub dead-letters propose 0b9f... --verdict delivered --as 值班甲 \\
            --reason "confirmed by telephone" --evidence "partner's register, page 12"
    """
    runtime = opened(home)
    now = runtime.clock.now()
    with writing(runtime.engine) as connection:
        actor = operator(connection, who)
        made = decisions.propose(connection, PREFIX + message_id, verdict, reason, evidence, actor, now)
        audit.note(connection, now, "cli.propose", who=actor, detail={"decision": made, "login": getpass.getuser()})
    click.echo(made)


@command.command("settle")
@click.argument("record")
@click.option("--keep", required=True, metavar="ANSWER", help="The answer that stands, as `list` names it.")
@click.option("--reason", required=True, help="Why; kept for good.")
@click.option("--evidence", required=True, help="What proves it.")
@as_option
@home_option
def settle(record: str, keep: str, reason: str, evidence: str, who: str, home: Path) -> None:
    """Propose which of a partner's contradictory answers stands; prints the decision's id for the second person.

    RECORD is the message id column of a CONTRADICTED row.

    \b
    Example:
      swhub dead-letters settle object:77ac... --keep rejected --as 值班甲 \\
            --reason "confirmed by telephone" --evidence "partner's letter of today"
    """
    runtime = opened(home)
    now = runtime.clock.now()
    with writing(runtime.engine) as connection:
        actor = operator(connection, who)
        made = conflicts.propose(
            connection,
            record.removeprefix(conflicts.PREFIX),
            keep,
            reason=reason,
            evidence=evidence,
            actor=actor,
            now=now,
        )
        audit.note(connection, now, "cli.propose", who=actor, detail={"decision": made, "login": getpass.getuser()})
    click.echo(made)


@command.command("confirm")
@click.argument("decision_id")
@as_option
@home_option
def confirm(decision_id: str, who: str, home: Path) -> None:
    """Confirm another person's proposal; it takes effect at once.

    \b
    Example:
      swhub dead-letters confirm 77ac... --as 值班乙
    """
    runtime = opened(home)
    now = runtime.clock.now()
    with writing(runtime.engine) as connection:
        actor = operator(connection, who)
        detail = {"decision": decision_id, "login": getpass.getuser()}
        audit.note(connection, now, "cli.confirm", who=actor, detail=detail)
        table = tables.decision
        subject = connection.execute(select(table.c.subject).where(table.c.id == decision_id)).scalar() or ""
    if subject.startswith(conflicts.PREFIX):
        conflicts.confirm(runtime.engine, decision_id, actor=actor, now=now)
    else:
        decisions.confirm(runtime.engine, decision_id, actor=actor, now=now, settle=results.settle)
    click.echo("confirmed")


@command.command("unmapped")
@click.option("--patch", is_flag=True, help="Print the proposed rows as one unified diff and nothing else.")
@click.option("--replay", is_flag=True, help="Apply what waits for codes that the installed plugins know by now.")
@home_option
@json_option
def unmapped_(home: Path, *, patch: bool, replay: bool, as_json: bool) -> None:
    """Codes that a partner sent and its plugin does not know, with the row that looks nearest.

    A proposal is a guess by wording and number and is never applied by itself: read it, correct it, apply it to the
    plugin's source, install the plugin, restart, replay.

    \b
    Example:
      swhub dead-letters unmapped --patch > codes.patch
      git -C plugins/sinosure apply ../../codes.patch
      swhub dead-letters unmapped --replay
    """
    runtime = opened(home)
    with reading(runtime.engine) as connection:
        found = unmapped.tasks(connection, runtime.registry)
    if patch:
        click.echo(unmapped.patch(runtime.registry, found), nl=False)
        return
    if replay:
        for task in found:
            if task.known:
                done = operations.replay_unmapped(runtime, task.partner, task.field, task.code)
                click.echo(f"{task.partner} {task.field} {task.code}: {done} of {task.waiting} applied")
        return
    rows = [plain(task) | {"proposal": proposed(task)} for task in found]
    show(rows, UNMAPPED, as_json=as_json, none="every code is known")


def proposed(task: Task) -> str | None:
    """The proposal on one line, or what to do instead."""
    if task.known:
        return "known by now: --replay"
    found = task.proposal
    return None if found is None else f"{found.row.event}? ({found.why})"


@command.command("replay")
@click.argument("partner")
@click.argument("message_id")
@home_option
def replay(partner: str, message_id: str, home: Path) -> None:
    """Apply a parked message again, after its plugin got the missing code; prints its state.

    \b
    Example:
      swhub dead-letters replay sinosure 4c1e...
    """
    click.echo(operations.replay_parked(opened(home), partner, message_id))
