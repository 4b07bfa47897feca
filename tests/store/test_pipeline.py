"""PostgreSQL is asked in few trips, and nobody sees a difference: neither in what is found nor in what is kept."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, Engine, bindparam, delete, insert, make_url, select, update
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, InternalError

from hub.errors import Stale
from hub.store import pipeline
from hub.store.engine import looking, open_engine, reading, writing
from hub.store.prepared import Prepared, flush
from hub.store.rows import ensure
from hub.store.tables import blob
from hub.store.tables import number_sequence as table
from tests.crash import stores

ADD = Prepared(insert(table))
SET = Prepared(update(table).where(table.c.name == bindparam("which")))
DROP = Prepared(delete(table).where(table.c.name == bindparam("which")))
FIND = Prepared(select(table.c.last).where(table.c.name == bindparam("which")))
postgres = pytest.mark.postgres


@contextmanager
def trips(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """How many statements each trip to the server has, BEGIN and COMMIT not counted."""
    made: list[int] = []
    trip = pipeline.Pipe._trip

    def counted(pipe: pipeline.Pipe, begin: bytes, sent: Sequence[Any], end: bytes) -> Any:
        made.append(len(sent))
        return trip(pipe, begin, sent, end)

    with monkeypatch.context() as patch:
        patch.setattr(pipeline.Pipe, "_trip", counted)
        yield made


def write(
    engine: Engine, *writes: tuple[Prepared, dict[str, Any]], none: Exception | None = None, fails: bool = False
) -> None:
    """One transaction."""
    with writing(engine) as connection:
        for statement, values in writes:
            statement.write(connection, values, none=none)
        if fails:
            raise ZeroDivisionError


def stored(engine: Engine) -> dict[str, int]:
    """All rows, as somebody else finds them."""
    with reading(engine) as connection:
        return {row.name: row.last for row in connection.execute(select(table))}


@postgres
def test_what_nobody_waits_for_travels_with_the_commit(postgres_engine, monkeypatch):
    with trips(monkeypatch) as made, writing(postgres_engine) as connection:
        for name in "abc":
            ADD.write(connection, {"name": name, "last": 1})

    assert made == [3]
    assert stored(postgres_engine) == {"a": 1, "b": 1, "c": 1}


@postgres
def test_what_is_announced_is_found_in_the_trip_of_the_next_answer(postgres_engine, monkeypatch):
    with trips(monkeypatch) as made, writing(postgres_engine) as connection:
        ADD.write(connection, {"name": "a", "last": 1})
        FIND.ahead(connection, {"which": "a"})
        FIND.ahead(connection, {"which": "b"})
        changed = SET.change(connection, {"which": "a", "last": 2})
        found = [FIND.rows(connection, {"which": name}) for name in "ab"]

    assert (changed, found) == (1, [[(2,)], []])
    assert made == [4, 0]


@postgres
def test_a_look_is_one_trip_without_a_transaction(postgres_engine, monkeypatch):
    with looking(postgres_engine) as connection:
        FIND.rows(connection, {"which": "a"})

    with trips(monkeypatch) as made, looking(postgres_engine) as connection:
        FIND.rows(connection, {"which": "a"})
        status = connection.connection.dbapi_connection.pgconn.transaction_status

    assert (made, status) == ([1], pipeline.IDLE)


def test_sqlalchemys_own_statement_comes_after_what_was_written(engine):
    with writing(engine) as connection:
        FIND.ahead(connection, {"which": "a"})
        ADD.write(connection, {"name": "a", "last": 1})
        connection.execute(update(table).values(last=table.c.last + 1))
        found = FIND.first(connection, {"which": "a"}).last

    assert (found, stored(engine)) == (2, {"a": 2})


def test_an_error_of_what_was_written_lets_nothing_be_committed(engine):
    write(engine, (ADD, {"name": "a", "last": 1}))

    with pytest.raises(IntegrityError, match="INSERT INTO number_sequence"):
        write(
            engine,
            (ADD, {"name": "b", "last": 1}),
            (ADD, {"name": "a", "last": 2}),
            (SET, {"which": "b", "last": 3}),
        )

    assert stored(engine) == {"a": 1}


def test_a_row_that_is_not_there_lets_nothing_be_committed(engine):
    with pytest.raises(Stale):
        write(engine, (ADD, {"name": "a", "last": 1}), (SET, {"which": "b", "last": 2}), none=Stale())

    assert stored(engine) == {}


def test_a_row_that_is_there_is_no_error(engine):
    write(engine, (ADD, {"name": "a", "last": 1}), (SET, {"which": "a", "last": 2}), none=Stale())

    assert stored(engine) == {"a": 2}


def test_what_a_flush_raises_is_raised_there(engine):
    with pytest.raises(Stale):
        missed(engine)


def missed(engine: Engine) -> None:
    with writing(engine) as connection:
        SET.write(connection, {"which": "b", "last": 2}, none=Stale())
        flush(connection)
        pytest.fail("it was not raised")


def test_an_exception_takes_back_what_was_written(engine):
    with pytest.raises(ZeroDivisionError):
        write(engine, (ADD, {"name": "a", "last": 1}), fails=True)

    write(engine, (ADD, {"name": "b", "last": 1}))
    assert stored(engine) == {"b": 1}


def test_a_savepoint_takes_back_what_was_written_in_it(engine):
    with writing(engine) as connection:
        ADD.write(connection, {"name": "a", "last": 1})
        with pytest.raises(ZeroDivisionError):
            failing_savepoint(connection)
        ADD.write(connection, {"name": "c", "last": 1})

    assert stored(engine) == {"a": 1, "c": 1}


def failing_savepoint(connection: Connection) -> None:
    with connection.begin_nested():
        ADD.write(connection, {"name": "b", "last": 1})
        raise ZeroDivisionError


@postgres
def test_statements_outlive_what_has_the_server_drop_them(postgres_engine):
    """psycopg prepares what it has seen five times, and drops all that is prepared after a rollback."""
    for n in range(8):
        with writing(postgres_engine) as connection:
            connection.execute(select(table).where(table.c.name == "a")).all()
            ADD.write(connection, {"name": f"{n}", "last": 1})
            with pytest.raises(ZeroDivisionError):
                failing_savepoint(connection)
            FIND.rows(connection, {"which": "a"})
        with pytest.raises(ZeroDivisionError):
            write(postgres_engine, (ADD, {"name": "a", "last": 1}), fails=True)

    assert stored(postgres_engine) == {f"{n}": 1 for n in range(8)}


@postgres
def test_a_statement_that_the_server_has_lost_is_prepared_on_another_connection(postgres_engine):
    with looking(postgres_engine) as connection:
        FIND.rows(connection, {"which": "a"})
        connection.connection.dbapi_connection.pgconn.exec_(b"DEALLOCATE ALL")
    with pytest.raises(DBAPIError, match="does not exist"), looking(postgres_engine) as connection:
        FIND.rows(connection, {"which": "a"})

    with looking(postgres_engine) as connection:
        assert FIND.rows(connection, {"which": "a"}) == []


@postgres
def test_a_failed_transaction_is_not_committed_in_silence(postgres_engine):
    with pytest.raises(InternalError, match="nothing was committed"), writing(postgres_engine) as connection:
        with pytest.raises(IntegrityError):
            ADD.change(connection, {"name": "a", "last": None})
        # whoever goes on as if nothing had happened

    assert stored(postgres_engine) == {}


def test_what_does_not_fit_into_one_go_arrives_whole(engine):
    contents = {name: name.encode() * 6_000_000 for name in "ab"}
    keep = Prepared(insert(blob))
    rows = [{"digest": name, "media_type": "", "size": 0, "content": content} for name, content in contents.items()]
    write(engine, *((keep, row) for row in rows))

    with reading(engine) as connection:
        found = Prepared(select(blob.c.digest, blob.c.content)).rows(connection, {})
    assert dict(found) == contents


@postgres
def test_a_value_that_the_server_cannot_take_is_refused_at_once(postgres_engine):
    with writing(postgres_engine) as connection, pytest.raises(DataError, match="NUL"):
        ADD.write(connection, {"name": "a\x00", "last": 1})

    assert stored(postgres_engine) == {}


@postgres
def test_a_question_that_is_refused_takes_nothing_with_it_that_was_written(postgres_engine):
    with writing(postgres_engine) as connection:
        ADD.write(connection, {"name": "a", "last": 1})
        with pytest.raises(DataError):
            FIND.rows(connection, {"which": "\0"})

    assert stored(postgres_engine) == {"a": 1}


@pytest.fixture
def gb2312_engine(postgres_server: str) -> Iterator[Engine]:
    """A database that was made for that encoding, with one table."""
    stores.execute(postgres_server, "CREATE DATABASE gb2312 ENCODING 'EUC_CN' LOCALE 'C' TEMPLATE template0")
    address = make_url(postgres_server).set(database="gb2312")
    engine = open_engine(address.render_as_string(hide_password=False))
    table.create(engine)
    yield engine
    engine.dispose()


@postgres
def test_a_database_of_another_encoding_keeps_the_text_whoever_writes_and_reads_it(gb2312_engine):
    with writing(gb2312_engine) as connection:
        ADD.write(connection, {"name": "甲公司", "last": 1})
        connection.execute(insert(table), {"name": "乙公司", "last": 1})

    with reading(gb2312_engine) as connection:
        prepared = {row.name for row in Prepared(select(table.c.name)).rows(connection, {})}
    assert prepared == {*stored(gb2312_engine)} == {"甲公司", "乙公司"}
    with pytest.raises(DataError, match="EUC_CN"):
        write(gb2312_engine, (ADD, {"name": "\N{CIRCLED KATAKANA WO}", "last": 1}))


@postgres
def test_a_statement_of_the_drivers_own_comes_after_what_was_written(postgres_engine):
    with writing(postgres_engine) as connection:
        ADD.write(connection, {"name": "a", "last": 1})
        found = connection.execution_options(no_parameters=True).exec_driver_sql("SELECT last FROM number_sequence")

    assert found.all() == [(1,)]


names = st.sampled_from("abc")
steps = st.lists(
    st.one_of(
        st.tuples(st.just("ensure"), names, st.integers(0, 9)),
        st.tuples(st.just("set"), names, st.integers(0, 9)),
        st.tuples(st.just("change"), names, st.integers(0, 9)),
        st.tuples(st.just("drop"), names, st.just(0)),
        st.tuples(st.just("ahead"), names, st.just(0)),
        st.tuples(st.just("find"), names, st.just(0)),
        st.tuples(st.just("all"), names, st.just(0)),
    ),
    max_size=12,
)


def walk(connection: Connection, steps: Sequence[tuple[str, str, int]]) -> list[Any]:
    """All that is found on the way."""
    found: list[Any] = []
    for verb, name, last in steps:
        match verb:
            case "ensure":
                ensure(connection, table, {"name": name, "last": last})
            case "set":
                SET.write(connection, {"which": name, "last": last})
            case "change":
                found.append(SET.change(connection, {"which": name, "last": last}))
            case "drop":
                DROP.write(connection, {"which": name})
            case "ahead":
                FIND.ahead(connection, {"which": name})
            case "find":
                found.append(list(map(tuple, FIND.rows(connection, {"which": name}))))
            case "all":
                found.append(sorted(map(tuple, connection.execute(select(table)))))
    return found


@postgres
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(transactions=st.lists(st.tuples(steps, st.booleans()), max_size=4))
def test_both_databases_find_and_keep_the_same(postgres_engine, sqlite_engine, transactions):
    seen: dict[str, list[Any]] = {}
    for engine in (postgres_engine, sqlite_engine):
        with writing(engine) as connection:
            connection.execute(delete(table))
        said = seen[engine.dialect.name] = []
        for taken, fails in transactions:
            with _possibly(fails), writing(engine) as connection:
                said.append(walk(connection, taken))
                if fails:
                    raise ZeroDivisionError
            said.append(stored(engine))

    assert seen["postgresql"] == seen["sqlite"]


@contextmanager
def _possibly(fails: bool) -> Iterator[None]:
    try:
        yield
    except ZeroDivisionError:
        assert fails
