"""``swhub migrate``."""

from pathlib import Path

import click

from hub import setup
from hub.commands.home import home_option, settings


@click.command("migrate")
@home_option
def command(home: Path) -> None:
    """Bring the store to the version of the code.

    The change is one transaction: it happens whole or not at all. Stop serve and worker first, and take a backup.

    \b
    Example:
      swhub migrate --home /srv/swhub
    """
    found = settings(home)
    click.echo("bringing the store to the version of the code ...")
    setup.make_store(found)
    click.echo("done")
