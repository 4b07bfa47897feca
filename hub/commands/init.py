"""``swhub init``."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
from sqlalchemy import make_url

from hub import config, setup
from hub.commands.home import FILE


@click.command("init")
@click.argument("folder", required=False, type=click.Path(file_okay=False, path_type=Path))
@click.option(
    "--home",
    type=click.Path(file_okay=False, path_type=Path),
    envvar="SWHUB_HOME",
    default=".",
    metavar="DIR",
    help="The folder to make, when it is not given as an argument.",
)
@click.option("--code", metavar="CODE", help="Our code as sender and receiver of messages.")
@click.option("--origin", metavar="URL", help="The address users type, such as https://hub.example.")
@click.option("--database", metavar="URL", help="SQLAlchemy address of the store; SQLite in the folder by default.")
def command(folder: Path | None, home: Path, **given: str | None) -> None:
    """Make a home folder: swhub.toml with every setting, keys, secret, store.

    Nothing that is there is written over: where a swhub.toml exists the command stops.

    \b
    Example:
      swhub init /srv/swhub --code sw-gd --origin https://hub.example \\
                 --database postgresql+psycopg://swhub@db.example/swhub
    """
    home = folder or home
    made = setup.make_home(home, values=chosen(given), partners={}, now=datetime.now(UTC))
    for path in made:
        click.echo(f"+ {path}")
    settings = config.load(home / FILE)
    setup.make_store(settings)
    click.echo(f"+ store {make_url(settings.hub.database).render_as_string(hide_password=True)}")
    click.echo(
        f"Next: name the partners, the card authorities and their lists in {home / FILE}, give the partners\n"
        f"{settings.hub.certificate}, then: swhub check --home {home}"
    )


def chosen(given: dict[str, str | None]) -> dict[str, dict[str, Any]]:
    """The options that were given, by section."""
    places = {"code": "hub", "database": "hub", "origin": "web"}
    values: dict[str, dict[str, Any]] = {}
    for name, value in given.items():
        if value is not None:
            values.setdefault(places[name], {})[name] = value
    return values
