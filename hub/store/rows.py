"""Two statements that both databases write differently or that every caller needs alike."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite

INSERTS: Mapping[str, Any] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}


def insert_new(connection: Connection, table: Table, values: Mapping[str, Any]) -> bool:
    """Insert a row unless a unique key stands against it; says whether it was new. This *is* the deduplication."""
    return connection.execute(_insert_new(table, connection.dialect.name), dict(values)).rowcount == 1


@cache
def _insert_new(table: Table, dialect: str) -> Any:
    return INSERTS[dialect](table).on_conflict_do_nothing().execution_options(preserve_rowcount=True)
