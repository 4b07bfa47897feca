"""``swhub evidence``: what was done, provable without the hub."""

import sys
from pathlib import Path

import click

from hub.commands.home import home_option, json_option, opened
from hub.commands.output import local, plain, to_json
from hub.services import evidence, evidence_check
from hub.store.engine import reading


@click.group("evidence")
def command() -> None:
    """Check the chain of evidence.

    \b
    Examples:
      swhub evidence check                    every chain, every signed head, every kept file
    """


@command.command("check")
@click.option("--anchor", metavar="HASH", help="A head noted earlier, outside: it must still be in the chain.")
@home_option
@json_option
def check(home: Path, anchor: str | None, *, as_json: bool) -> None:
    """Check the whole store against its evidence; exit code 1 when anything does not hold.

    Every chain is recomputed, every head's signature and tree verified, every event and message compared with its
    entry, every kept file with its digest. Note the hash of the last head elsewhere now and then: with --anchor a later
    check proves that not even the hub itself has rewritten what was before.

    \b
    Example:
      swhub evidence check --home /srv/swhub
    """
    with reading(opened(home).engine) as connection:
        report = evidence_check.check(connection)
        known = anchor is None or evidence.has_head(connection, anchor)
    if not known:
        report.faults.append(evidence_check.Fault(f"head {anchor}", "anchor"))
    if as_json:
        click.echo(to_json(plain(report) | {"faults": [plain(row) | {"text": row.text} for row in report.faults]}))
    else:
        for fault in report.faults:
            click.echo(f"✗ {fault.where}: {fault.text.zh} / {fault.text.en} [{fault.rule}]")
        click.echo(f"{report.entries} entries under {report.heads} signed heads, last head {report.latest or '-'}")
        if report.since is not None:
            click.echo(f"{report.waiting} entries wait for a head since {local(report.since)}")
    if report.faults:
        sys.exit(1)
