"""Engines for both databases, with the settings that make "committed" mean "kept".

SQLite: WAL, ``synchronous=FULL``, foreign keys, and ``BEGIN IMMEDIATE`` for every writing transaction, because a
read transaction that turns into a writing one fails at once with SQLITE_BUSY (reliability.md 0.7).
"""

import json
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event

from hub.store import prepared

PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=FULL",
    "foreign_keys=ON",
    "busy_timeout=15000",
)
READ, WRITE = prepared.plain("BEGIN"), prepared.plain("BEGIN IMMEDIATE")
VIEW = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}  # one snapshot for all statements
JSON = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))  # half the octets for Chinese
TURN = "swhub_turn"  # SQLite makes waiting writers poll with sleeps: in one process they stand in a queue instead


def open_engine(url: str, *, pool_size: int = 10) -> Engine:
    """The engine for ``sqlite:///path`` or ``postgresql://...``. Opens no connection yet."""
    options: dict[str, Any] = {
        "pool_size": pool_size,
        "max_overflow": 10,
        "hide_parameters": True,  # an error's text must not carry anybody's data into a log
        "json_serializer": JSON.encode,
    }
    if not url.startswith("sqlite"):
        return create_engine(url, **options)
    driver = {"isolation_level": None}  # the driver begins nothing by itself
    engine = create_engine(url, connect_args=driver, execution_options={TURN: threading.RLock()}, **options)
    event.listen(engine, "connect", _prepare_sqlite)
    return engine


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """One writing transaction: committed at the end of the block, rolled back by any exception."""
    turn = engine.get_execution_options().get(TURN, nullcontext())
    with turn, engine.connect() as connection, connection.begin():
        _begin(connection, WRITE)
        yield connection


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """One consistent view of the store; nothing is written. On SQLite every transaction is such a view."""
    options = {} if engine.dialect.name == "sqlite" else VIEW
    with engine.connect().execution_options(**options) as connection, connection.begin():
        _begin(connection, READ)
        yield connection


@contextmanager
def looking(engine: Engine) -> Iterator[Connection]:
    """For one statement that writes nothing: it is a view by itself, without the beginning and end of a transaction."""
    options = {} if engine.dialect.name == "sqlite" else {"isolation_level": "AUTOCOMMIT"}
    with engine.connect().execution_options(**options) as connection:
        yield connection


def _prepare_sqlite(connection: sqlite3.Connection, _record: Any) -> None:
    for pragma in PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")


def _begin(connection: Connection, how: prepared.Ready) -> None:
    """No listener: with one, every statement would look for what listens."""
    if connection.dialect.name == "sqlite":
        prepared.execute(connection, how, {})
