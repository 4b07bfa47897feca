"""Bringing the store to the version of the code. ``swhub init`` and ``swhub migrate`` call :func:`upgrade`."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine

from hub.store.engine import reading, writing

FOLDER = Path(__file__).parent / "migrations"


def upgrade(engine: Engine) -> None:
    """Run what is missing. A migration is one transaction on both databases: it happens whole or not at all."""
    with writing(engine) as connection:
        command.upgrade(_config(connection), "head")


def pending(engine: Engine) -> bool:
    """Whether the store is older than the code."""
    with reading(engine) as connection:
        current = MigrationContext.configure(connection).get_current_revision()
    return current != ScriptDirectory.from_config(_config()).get_current_head()


def _config(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    config.attributes["connection"] = connection
    return config
