"""``swhub migrate``."""

from pathlib import Path

import click

from hub.commands.home import home_option, settings
from hub.store import migrate
from hub.store.engine import open_engine


@click.command("migrate")
@home_option
def command(home: Path) -> None:
    """Bring the store to the version of the code.

    The change is one transaction: it happens whole or not at all. Stop serve and worker first, and take a backup.

    \b
    Example:
      swhub migrate --home /srv/swhub
    """
    engine = open_engine(settings(home).database_url())
    if not migrate.pending(engine):
        click.echo("the store has the version of the code")
        return
    click.echo("migrating ...")
    migrate.upgrade(engine)
    click.echo("done")
