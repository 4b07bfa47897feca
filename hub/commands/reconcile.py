"""``swhub reconcile``: our payments against the banks' signed statements, our limits against the insurers' figures."""

from datetime import datetime, timedelta
from pathlib import Path

import click

from hub.business.numbers import SHANGHAI
from hub.business.reconciliation import NAMES
from hub.commands.home import home_option, json_option, opened
from hub.commands.output import plain, show
from hub.services import reconcile
from hub.services.questions import open_questions
from hub.services.reconciled import Result

COLUMNS = {
    "day": "day",
    "partner": "partner",
    "enterprise": "enterprise",
    "shown": "account",
    "entries": "told",
    "settled": "settled",
    "found": "differences",
}


@click.command("reconcile")
@home_option
@json_option
@click.option("--partner", default="", help="One bank's or insurer's code; default: all that tell their figures.")
@click.option("--day", type=click.DateTime(["%Y-%m-%d"]), help="The day in China; default: yesterday.")
def command(home: Path, *, as_json: bool, partner: str, day: datetime | None) -> None:
    """Compare banks' statements of a day with what was paid through the hub, and limits with insurers' figures.

    What a bank has booked and the hub did not know is recorded as the bank's word. What remains is listed by name and
    opens one alert for each partner and day; asking again compares again. Ends with 1 while there are differences.

    \b
    Example:
      swhub reconcile --home /srv/swhub --day 2026-11-20
    """
    runtime = opened(home)
    ask = open_questions(runtime).ask
    asked = day.date() if day else (runtime.clock.now().astimezone(SHANGHAI) - timedelta(days=1)).date()
    chosen = [partner] if partner else reconcile.partners(runtime)
    done = [row for code in chosen for row in reconcile.run(runtime, ask, code, asked)]
    rows = [
        plain(row) | {"day": row.day.isoformat(), "account": row.shown, "shown": row.shown, "found": _names(row)}
        for row in done
    ]
    show(rows, COLUMNS, as_json=as_json, none=f"{asked}: nothing to compare / 无可核对的记录")
    if any(row.differences for row in done):
        raise SystemExit(1)


def _names(row: Result) -> list[str]:
    """The differences in words, with the order that each is about."""
    return [f"{NAMES[one['name']].en} ({one['order_no'] or one['reference'] or '-'})" for one in row.differences]
