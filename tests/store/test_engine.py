"""What a transaction sees and may do, the same on each database."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import Engine, func, insert, select
from sqlalchemy.exc import DBAPIError

from hub.store.engine import reading, writing
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


def test_a_writer_after_a_reader_has_the_same_connection_for_writing(engine: Engine) -> None:
    with reading(engine) as connection:
        connection.scalar(COUNT)

    with writing(engine) as connection:
        connection.execute(ROW)

    with reading(engine) as connection:
        assert connection.scalar(COUNT) == 1


@pytest.mark.postgres
def test_a_reader_cannot_write(postgres_engine: Engine) -> None:
    with pytest.raises(DBAPIError, match="read-only"), reading(postgres_engine) as connection:
        connection.execute(ROW)
