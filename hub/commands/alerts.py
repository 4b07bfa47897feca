"""``swhub alerts``: what an operator should know before the users ask."""

from pathlib import Path

import click

from hub.commands.home import home_option, json_option, opened
from hub.commands.output import plain, show
from hub.services import watch
from hub.store.engine import reading

COLUMNS = {"opened_at": "since", "closed_at": "closed", "count": "times", "zh": "告警", "en": "alert"}


@click.command("alerts")
@home_option
@json_option
@click.option("--all", "closed", is_flag=True, help="The latest ones, closed ones too.")
def command(home: Path, *, as_json: bool, closed: bool) -> None:
    """List the open alerts: a partner that cannot be reached or stays silent, what nobody could settle.

    An alert is opened once and closed once by the hub itself, however often its cause repeats in between.

    \b
    Example:
      swhub alerts --home /srv/swhub
    """
    with reading(opened(home).engine) as connection:
        found = watch.alerts(connection, closed=closed)
    rows = [plain(row) | {"zh": row.text.zh, "en": row.text.en} for row in found]
    show(rows, COLUMNS, as_json=as_json, none="no open alerts / 没有未关闭的告警")
