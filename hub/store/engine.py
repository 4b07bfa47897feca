"""Engines for both databases, with the settings that make "committed" mean "kept".

SQLite: WAL, ``synchronous=FULL``, foreign keys, and ``BEGIN IMMEDIATE`` for every writing transaction, because a
read transaction that turns into a writing one fails at once with SQLITE_BUSY (reliability.md 0.7).
"""

import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from typing import Any

import orjson
from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.dialects import registry

from hub.store import prepared

PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=FULL",
    "foreign_keys=ON",
    "busy_timeout=15000",
)
READ, WRITE = prepared.plain("BEGIN"), prepared.plain("BEGIN IMMEDIATE")
VIEW = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}  # one snapshot for all statements
JSON = orjson.OPT_PASSTHROUGH_DATACLASS | orjson.OPT_PASSTHROUGH_DATETIME  # these are refused: see content.STORED
WRITER = "swhub_writer"
KEPT = 8  # of a pool's ten and its ten more
POSTGRES = frozenset({"postgresql", "postgresql+psycopg"})
DRIVER = "postgresql+pipelined"
ENCODING = "utf8"  # whatever the database has: the server converts, or refuses what it cannot
registry.register("postgresql.pipelined", "hub.store.postgresql", "Dialect")  # loaded where it is used, see there


class Writer:
    """SQLite takes one writer at a time, and those who wait poll it with sleeps. In one process they stand in a queue
    instead, and all write by one connection: what it has read of the file stays true.
    """

    def __init__(self) -> None:
        self._turn = threading.RLock()
        self._connection: Connection | None = None
        self._process = 0

    @contextmanager
    def begin(self, engine: Engine) -> Iterator[Connection]:
        """One transaction, when it is its turn."""
        with self._turn:
            connection = self._open(engine)
            with connection.begin():
                prepared.execute(connection, WRITE, {})
                yield connection

    def close(self, _engine: Engine) -> None:
        """With the engine's other connections."""
        with self._turn:
            if self._connection is not None and self._process == os.getpid():
                self._connection.detach()  # its pool is gone already
                self._connection.close()
            self._connection = None

    def _open(self, engine: Engine) -> Connection:
        if self._connection is None or self._process != os.getpid():  # a connection must not be taken into a fork
            self._connection, self._process = engine.connect(), os.getpid()
        return self._connection


class Writers:
    """PostgreSQL's connections for writing, of which a few stay open between transactions: the pool looks after each
    one that it gets back, and that takes longer than most statements. One with which anything failed goes back to it.
    """

    def __init__(self) -> None:
        self._idle: list[Connection] = []
        self._process = 0

    @contextmanager
    def begin(self, engine: Engine) -> Iterator[Connection]:
        """One transaction."""
        connection = self._taken() or engine.connect()
        try:
            with connection.begin():
                yield connection
        except BaseException:
            connection.close()
            raise
        if len(self._idle) < KEPT:
            self._idle.append(connection)
        else:
            connection.close()

    def close(self, _engine: Engine) -> None:
        """With the engine's other connections."""
        while (connection := self._taken()) is not None:
            connection.detach()  # its pool is gone already
            connection.close()

    def _taken(self) -> Connection | None:
        if self._process != os.getpid():  # a connection must not be taken into a fork
            self._idle, self._process = [], os.getpid()
        with suppress(IndexError):
            return self._idle.pop()
        return None


def open_engine(url: str, *, pool_size: int = 10) -> Engine:
    """The engine for ``sqlite:///path`` or ``postgresql://...``. Opens no connection yet."""
    options: dict[str, Any] = {
        "pool_size": pool_size,
        "max_overflow": 10,
        "hide_parameters": True,  # an error's text must not carry anybody's data into a log
        "json_serializer": _json,
        "json_deserializer": orjson.loads,
    }
    address = make_url(url)
    if address.drivername in POSTGRES:
        writers = Writers()
        engine = create_engine(
            address.set(drivername=DRIVER), client_encoding=ENCODING, execution_options={WRITER: writers}, **options
        )
        event.listen(engine, "engine_disposed", writers.close)
        return engine
    if address.get_backend_name() != "sqlite":
        return create_engine(address, **options)
    driver = {"isolation_level": None}  # the driver begins nothing by itself
    writer = Writer()
    engine = create_engine(url, connect_args=driver, execution_options={WRITER: writer}, **options)
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "engine_disposed", writer.close)
    return engine


def writing(engine: Engine) -> AbstractContextManager[Connection]:
    """One writing transaction: committed at the end of the block, rolled back by any exception."""
    writer: Writer | Writers | None = engine.get_execution_options().get(WRITER)
    return engine.begin() if writer is None else writer.begin(engine)


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """One consistent view of the store; nothing is written. On SQLite every transaction is such a view."""
    options = {} if engine.dialect.name == "sqlite" else VIEW
    with engine.connect().execution_options(**options) as connection, connection.begin():
        if connection.dialect.name == "sqlite":  # no listener: with one, every statement would look for what listens
            prepared.execute(connection, READ, {})
        yield connection


@contextmanager
def looking(engine: Engine) -> Iterator[Connection]:
    """For one prepared statement that writes nothing: it is a view by itself, and no transaction begins or ends."""
    with engine.connect() as connection, prepared.single(connection):
        yield connection


def _json(value: object) -> str:
    return orjson.dumps(value, option=JSON).decode()


def _prepare_sqlite(connection: sqlite3.Connection, _record: Any) -> None:
    for pragma in PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")
