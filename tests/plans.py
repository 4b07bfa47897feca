"""What a database says of a prepared statement, as it would run it."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection

from hub.store import prepared
from hub.store.prepared import Ready

PLAN = {"sqlite": "EXPLAIN QUERY PLAN", "postgresql": "EXPLAIN"}
STEPS = "EXPLAIN"  # SQLite's virtual machine


def explain(connection: Connection, ready: Ready, values: Mapping[str, Any], how: str = "") -> list[Any]:
    """Row by row."""
    sql = f"{how or PLAN[connection.dialect.name]} {ready.sql}"
    told = replace(ready, sql=sql, name=ready.name and b"explained" + ready.name, row=tuple, columns=())
    return prepared.execute(connection, told, values)[1]
