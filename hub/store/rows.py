"""Two statements that both databases write differently or that every caller needs alike."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite

from hub.store.prepared import Prepared

INSERTS: Mapping[str, Any] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}


def insert_new(connection: Connection, table: Table, values: Mapping[str, Any]) -> bool:
    """Insert a row unless a unique key stands against it; says whether it was new. This *is* the deduplication."""
    return _insert_new(table, connection.dialect.name).change(connection, values) == 1


def ensure(connection: Connection, table: Table, values: Mapping[str, Any]) -> None:
    """The same where nobody asks whether it was new."""
    _insert_new(table, connection.dialect.name).write(connection, values)


@cache
def _insert_new(table: Table, dialect: str) -> Prepared:
    return Prepared(INSERTS[dialect](table).on_conflict_do_nothing().inline())
