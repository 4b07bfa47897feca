"""SQLAlchemy's dialect for PostgreSQL, on connections that have a :class:`Pipe`.

SQLAlchemy loads this module by its name (``engine.DRIVER``), and only for a store on PostgreSQL, because psycopg comes
with the extra of that name.
"""

import re
from typing import Any

import psycopg
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg

from hub.store.pipeline import IDLE, Pipe

DROPS = re.compile("ROLLBACK|DROP|ALTER|DISCARD|DEALLOCATE")
"""After these psycopg often has the server drop all that is prepared."""


class Connection(psycopg.Connection[Any]):
    """psycopg's, with a :class:`Pipe`."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.pipe = Pipe(self)

    def commit(self) -> None:
        """All that was written, or an error and nothing."""
        self.pipe.commit()

    def rollback(self) -> None:
        """Nothing of it."""
        self.pipe.drop()
        if self.pgconn.transaction_status != IDLE:
            super().rollback()
            self.pipe.recall()


class Dialect(PGDialect_psycopg):
    """SQLAlchemy's, on such connections."""

    driver = "pipelined"
    supports_statement_cache = True

    def connect(self, *args: Any, **options: Any) -> Any:
        """A new connection."""
        return Connection.connect(*args, **options)

    def do_execute(self, cursor: Any, statement: Any, parameters: Any, context: Any = None) -> None:
        """A statement of SQLAlchemy's own, after what is kept."""
        pipe: Pipe = cursor.connection.pipe
        pipe.flush()
        super().do_execute(cursor, statement, parameters, context)  # type: ignore[no-untyped-call]
        if DROPS.match(cursor.statusmessage or ""):
            pipe.recall()

    def do_execute_no_params(self, cursor: Any, statement: Any, context: Any = None) -> None:
        """The same without values."""
        self.do_execute(cursor, statement, None, context)

    def do_executemany(self, cursor: Any, statement: Any, parameters: Any, context: Any = None) -> None:
        """The same, for many rows."""
        cursor.connection.pipe.flush()
        super().do_executemany(cursor, statement, parameters, context)  # type: ignore[no-untyped-call]
