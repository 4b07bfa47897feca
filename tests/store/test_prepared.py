"""A prepared statement reads and writes what SQLAlchemy would, on each database."""

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, Text, bindparam, cast, insert, select, update
from sqlalchemy.exc import IntegrityError, OperationalError

from hub.store.engine import looking, reading, writing
from hub.store.prepared import Prepared
from hub.store.tables import account, enterprise, inbox, outbox_raw

NOW = datetime(2026, 3, 1, 8, 30, 0, 123456, tzinfo=UTC)
FIRM = {"uscc": "91110000MA00EXAM1X", "name": "甲公司", "created_at": NOW}
MESSAGE = {
    "partner": "sinosure", "message_id": "m1", "digest": "d", "type": "PolicyOffer/1.0", "enterprise": FIRM["uscc"],
    "business_key": "k", "signer": "1", "state": "APPLIED", "created_at": NOW, "received_at": NOW,
    "answer": b"\x00\xff",
}  # fmt: skip
ADD = Prepared(insert(enterprise))
RENAME = Prepared(update(enterprise).where(enterprise.c.uscc == bindparam("which")))


def read(engine: Engine, statement: Any) -> list[Any]:
    """The rows, by SQLAlchemy and prepared: both as plain tuples."""
    with reading(engine) as connection:
        return [
            list(map(tuple, connection.execute(statement))),
            list(map(tuple, Prepared(statement).rows(connection, {}))),
        ]


def written(engine: Engine, column: Any) -> str:
    """The column of the one row, as the database has it."""
    with reading(engine) as connection:
        return str(connection.execute(select(cast(column, Text))).scalar_one())


def test_times_octets_and_nulls_are_read_as_sqlalchemy_reads_them(engine: Engine) -> None:
    with writing(engine) as connection:
        Prepared(insert(inbox)).change(connection, MESSAGE)

    plain, prepared = read(engine, select(inbox.c.created_at, inbox.c.answer, inbox.c.reason, inbox.c.copies))
    assert plain == prepared == [(NOW, b"\x00\xff", None, 0)]


def test_json_is_written_as_sqlalchemy_writes_it(engine: Engine) -> None:
    values = {"id": "a", "name": "王小明", "role": "ADM", "preferences": {"语言": ["zh"]}, "created_at": NOW}
    with writing(engine) as connection:
        Prepared(insert(account)).change(connection, values)

    plain, prepared = read(engine, select(account.c.preferences, account.c.enterprise))
    assert plain == prepared == [({"语言": ["zh"]}, None)]
    assert written(engine, account.c.preferences) == '{"语言":["zh"]}'  # not with six octets for each character


def test_it_says_how_many_rows_were_changed_and_finds_columns_by_name(engine: Engine) -> None:
    with writing(engine) as connection:
        ADD.change(connection, FIRM)
        changed = [RENAME.change(connection, {"which": uscc, "name": "乙公司"}) for uscc in (FIRM["uscc"], "other")]
        first = Prepared(select(enterprise)).first(connection, {})
        none = Prepared(select(account)).first(connection, {})

    assert (changed, first.name, none) == ([1, 0], "乙公司", None)


def test_an_error_is_sqlalchemys_and_shows_no_value(engine: Engine) -> None:
    with writing(engine) as connection:
        ADD.change(connection, FIRM)

    with pytest.raises(IntegrityError) as raised, writing(engine) as connection:
        ADD.change(connection, FIRM)

    assert "甲公司" not in str(raised.value)


@pytest.mark.parametrize(
    ("statement", "values"),
    [
        (select(enterprise).where(enterprise.c.uscc.in_(bindparam("several", expanding=True))), {"several": ["1"]}),
        (insert(account), {"id": "a", "name": "王小明", "role": "ADM", "created_at": NOW}),
        (select(outbox_raw).where(outbox_raw.c.message_id == bindparam("message_id")), {}),
    ],
    ids=["a list of any length", "a default that a function makes", "a value that nobody gives"],
)
def test_what_is_not_complete_beforehand_is_refused(engine: Engine, statement: Any, values: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="before it runs"), reading(engine) as connection:
        Prepared(statement).rows(connection, values)


@pytest.mark.postgres
def test_after_a_connection_was_lost_the_next_one_works(postgres_engine: Engine) -> None:
    with pytest.raises(OperationalError), writing(postgres_engine) as connection:
        ADD.change(lost(connection), FIRM)

    with writing(postgres_engine) as connection:
        assert ADD.change(connection, FIRM) == 1


def lost(connection: Connection) -> Connection:
    """The same, which the server has ended."""
    pid = connection.exec_driver_sql("SELECT pg_backend_pid()").scalar_one()
    with looking(connection.engine) as other:
        other.exec_driver_sql("SELECT pg_terminate_backend(%s)", (pid,))
    return connection
