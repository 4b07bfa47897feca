"""What a transaction sees and may do, the same on each database."""

import sqlite3
from contextlib import ExitStack, suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine, func, insert, select
from sqlalchemy.exc import DBAPIError, InvalidRequestError

from hub.store.engine import KEPT, open_engine, reading, writing
from hub.store.tables import enterprise

COUNT = select(func.count()).select_from(enterprise)
ROW = insert(enterprise).values(
    uscc="91000000DEM000014K", name="示例进出口有限公司", created_at=datetime(2026, 1, 1, tzinfo=UTC)
)


def test_a_reader_sees_one_view_of_the_store_while_others_write(engine: Engine) -> None:
    with reading(engine) as connection:
        before = connection.scalar(COUNT)
        with writing(engine) as other:
            other.execute(ROW)
        during = connection.scalar(COUNT)

    with reading(engine) as connection:
        assert (before, during, connection.scalar(COUNT)) == (0, 0, 1)


def test_what_was_opened_for_a_reader_does_not_keep_a_writer_from_writing(engine: Engine) -> None:
    with reading(engine) as connection:
        connection.scalar(COUNT)

    with writing(engine) as connection:
        connection.execute(ROW)

    with reading(engine) as connection:
        assert connection.scalar(COUNT) == 1


def test_what_a_failed_block_wrote_is_gone_and_the_next_one_writes(engine: Engine) -> None:
    with suppress(LookupError), writing(engine) as connection:
        connection.execute(ROW)
        raise LookupError

    with writing(engine) as connection:
        before = connection.scalar(COUNT)
        connection.execute(ROW)
        assert (before, connection.scalar(COUNT)) == (0, 1)


def test_the_writers_of_one_process_share_a_connection_of_sqlite_until_it_is_disposed_of(tmp_path: Path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path / 'one.db'}")
    connections = []
    for _ in range(2):
        with writing(engine) as connection:
            connections.append(connection.connection.driver_connection)
    engine.dispose()
    with writing(engine) as connection:
        connections.append(connection.connection.driver_connection)

    assert connections[0] is connections[1]
    assert connections[2] is not connections[1]
    engine.dispose()
    with pytest.raises(sqlite3.ProgrammingError, match="closed"):
        connections[1].execute("SELECT 1")


@pytest.mark.postgres
def test_a_writers_connection_to_postgresql_stays_open_until_the_engine_is_disposed_of(postgres_engine: Engine) -> None:
    connections = []
    for _ in range(2):
        with writing(postgres_engine) as connection:
            connections.append(connection.connection.driver_connection)
    postgres_engine.dispose()

    assert connections[0] is connections[1]
    assert connections[0].closed


@pytest.mark.postgres
def test_writers_keep_a_few_connections_and_none_with_which_something_failed(postgres_engine: Engine) -> None:
    taken = postgres_engine.pool.checkedout  # type: ignore[attr-defined]
    with suppress(LookupError), writing(postgres_engine):
        raise LookupError
    failed = taken()
    with ExitStack() as at_once:
        for _ in range(KEPT + 2):
            at_once.enter_context(writing(postgres_engine))

    assert (failed, taken()) == (0, KEPT)


def test_a_transaction_within_a_transaction_is_refused_and_does_not_wait(tmp_path: Path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path / 'one.db'}")

    with writing(engine), pytest.raises(InvalidRequestError, match="already"), writing(engine):
        pass

    engine.dispose()


@pytest.mark.postgres
def test_a_reader_cannot_write(postgres_engine: Engine) -> None:
    with pytest.raises(DBAPIError, match="read-only"), reading(postgres_engine) as connection:
        connection.execute(ROW)
