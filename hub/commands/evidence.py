"""``swhub evidence``: what was done, provable without the hub."""

import re
import sys
from pathlib import Path

import click

from hub.commands.home import home_option, json_option, opened
from hub.commands.output import local, plain, to_json
from hub.services import evidence, evidence_check, evidence_export
from hub.store.engine import reading

UNSAFE = re.compile(r"[^\w.-]")  # in a file's name


@click.group("evidence")
def command() -> None:
    """Prove a business case; check the chain of evidence.

    \b
    Examples:
      swhub evidence export XW2026-1 -o case.zip
      swhub evidence check                       every chain, every signed head, every kept file
    """


@command.command("export")
@click.argument("number")
@click.option("--enterprise", metavar="USCC", help="Whose, when several enterprises have this number.")
@click.option("--output", "-o", type=click.Path(path_type=Path), metavar="FILE", help="NUMBER.zip without this option.")
@home_option
def export(number: str, enterprise: str | None, output: Path | None, home: Path) -> None:
    """Write everything that proves a business case into one ZIP: texts, signatures, messages, answers, documents.

    NUMBER is any number of it: application, policy. Whoever has the file verifies it without the hub:
    python -m hub.evidence.verify FILE.

    \b
    Example:
      swhub evidence export XW2026-1 -o case.zip
    """
    target = output or Path(UNSAFE.sub("_", number) + ".zip")
    target.write_bytes(evidence_export.export(opened(home), number, enterprise))
    click.echo(str(target))


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
