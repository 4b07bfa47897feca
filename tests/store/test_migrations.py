"""The migrations make exactly the tables that the code declares, whole or not at all."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic import op
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, Engine, inspect, text

from hub.store import migrate
from hub.store.engine import open_engine, reading
from hub.store.tables import metadata
from tests.crash import stores


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """A store without tables, on each database: a new one, as these tests change the tables."""
    if request.param == "sqlite":
        address = f"sqlite:///{tmp_path / 'swhub.db'}"
    else:
        address = stores.postgres(request.getfixturevalue("postgres_server"))()
    engine = open_engine(address)
    yield engine
    engine.dispose()


def options(connection: Connection) -> dict[str, str]:
    """What PostgreSQL was told of single tables, which Alembic does not compare."""
    if connection.dialect.name == "sqlite":
        return {}
    told = text(
        "SELECT relname, array_to_string(reloptions, ',') AS options FROM pg_class WHERE reloptions IS NOT NULL"
    )
    return {row.relname: row.options for row in connection.execute(told) if row.relname in metadata.tables}


def declared(connection: Connection) -> dict[str, str]:
    """The same, as the code has it."""
    if connection.dialect.name == "sqlite":
        return {}
    found = {name: table.dialect_options["postgresql"]["with"] for name, table in metadata.tables.items()}
    return {name: ",".join(f"{key}={value}" for key, value in told.items()) for name, told in found.items() if told}


def test_the_migrated_store_is_what_the_code_declares(empty: Engine) -> None:
    migrate.upgrade(empty)

    with reading(empty) as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []
        assert options(connection) == declared(connection)


def test_a_store_knows_whether_it_is_older_than_the_code(empty: Engine) -> None:
    before = migrate.pending(empty)

    migrate.upgrade(empty)

    assert (before, migrate.pending(empty)) == (True, False)


def test_migrating_twice_changes_nothing(empty: Engine) -> None:
    migrate.upgrade(empty)

    migrate.upgrade(empty)

    assert migrate.pending(empty) is False


def test_a_migration_that_breaks_off_leaves_the_store_as_it_was(empty: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[str] = []
    create_table = op.create_table

    def broken(name: str, *columns: object, **options: object) -> object:
        if len(made) == 5:
            raise RuntimeError("power cut")
        made.append(name)
        return create_table(name, *columns, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(op, "create_table", broken)
    with pytest.raises(RuntimeError):
        migrate.upgrade(empty)
    monkeypatch.undo()

    assert inspect(empty).get_table_names() == []
    migrate.upgrade(empty)
    assert not migrate.pending(empty)
