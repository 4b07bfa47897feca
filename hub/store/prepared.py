"""Statements of every message: SQLAlchemy writes them once for each database, then they go straight to the driver.

What SQLAlchemy does at each execution costs more than most of these statements take. Values are converted by the
columns' types as everywhere else, a driver's errors arrive as SQLAlchemy's, the transaction is the connection's own.
What nobody waits for is written with :meth:`Prepared.write`, and what will be asked soon is announced with
:meth:`Prepared.ahead`: to PostgreSQL that goes along with something else, see ``pipeline``. On SQLite, where nothing
travels, it makes no difference.
"""

from collections import namedtuple
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from typing import Any, Protocol

from sqlalchemy import ColumnElement, Connection, Dialect, SelectBase, Table, literal_column
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql import visitors
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.dml import UpdateBase
from sqlalchemy.sql.schema import ScalarElementColumnDefault
from sqlalchemy.types import TypeEngine

Convert = Callable[[Any], Any]
Values = tuple[Any, ...]  # of one execution, in the order of the statement's parameters
Found = tuple[int, Sequence[Sequence[Any]]]  # how many rows were changed or found; what was found
STYLES: Mapping[str, str] = {"pipelined": "numeric_dollar"}  # driver -> how it takes values, where not as SQLAlchemy's
ONE: ColumnElement[int] = literal_column("1")
"""For LIMIT: PostgreSQL plans once for all values, and the plan for any limit is that for a tenth of the table."""

SURE = "WITH done AS ({} RETURNING 1) SELECT 1 / count(*) FROM done"
"""Fails where no row was written, with NO_ROW: then the COMMIT that came along is none."""

NO_ROW = "22012"  # division by zero
PIPE = "swhub_pipe"
_numbers = count(1)


class Prepared:
    """A SELECT, or an INSERT, UPDATE or DELETE of the columns that the given values name."""

    def __init__(self, statement: SelectBase | UpdateBase) -> None:
        self._statement = statement
        self._ready: dict[tuple[str, ...], Ready] = {}  # by the names of driver and values

    def rows(self, connection: Connection, values: Mapping[str, Any]) -> list[Any]:
        """What is found, each row with its columns by name. Raises DBAPIError."""
        return execute(connection, self._for(connection.dialect, values), values)[1]

    def first(self, connection: Connection, values: Mapping[str, Any]) -> Any:
        """The first row, or None. Raises DBAPIError."""
        found = self.rows(connection, values)
        return found[0] if found else None

    def change(self, connection: Connection, values: Mapping[str, Any]) -> int:
        """How many rows were written. Raises DBAPIError."""
        return execute(connection, self._for(connection.dialect, values), values)[0]

    def write(self, connection: Connection, values: Mapping[str, Any], *, none: Exception | None = None) -> None:
        """The same where nobody asks how many.

        Raises DBAPIError, and ``none`` where it is given and no row was written; on PostgreSQL both come with the next
        answer or the commit, and nothing is committed then.
        """
        ready = self._for(connection.dialect, values, "" if none is None else SURE)
        if ready.name:
            _pipe(connection).write(ready, ready.bind(values), none)
        elif not execute(connection, ready, values)[0] and none is not None:
            raise none

    def ahead(self, connection: Connection, values: Mapping[str, Any]) -> None:
        """Announce that this will be asked: right after the next answer that somebody waits for."""
        if connection.dialect.driver in STYLES:
            ready = self._for(connection.dialect, values)
            _pipe(connection).announce(ready, ready.bind(values))

    def _for(self, dialect: Dialect, values: Mapping[str, Any], sure: str = "") -> "Ready":
        key = (dialect.driver, sure, *values)
        ready = self._ready.get(key)
        if ready is None:
            ready = self._ready[key] = _prepare(self._statement, dialect, list(values), sure)
        return ready


class Pipe(Protocol):
    """What takes statements where a driver's connection is more than its cursors: ``pipeline.Pipe``."""

    single: bool  # each statement is a transaction by itself

    def ask(self, ready: "Ready", values: Values) -> Found:
        """What it changes or finds."""

    def write(self, ready: "Ready", values: Values, none: Exception | None) -> None:
        """Have it done before the next answer and before the commit; ``none`` is raised when no row was written."""

    def announce(self, ready: "Ready", values: Values) -> None:
        """It will be asked."""

    def flush(self) -> None:
        """Have done what is kept."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Ready:
    """A statement as one driver takes it."""

    sql: str
    fixed: Mapping[str, Any]  # values that stand in the statement itself
    names: Sequence[str]  # of its parameters, in their order
    binds: Sequence[tuple[int, Convert]]  # places of those that are not taken as they are
    row: Callable[[Any], Any] | None  # None: it finds nothing
    columns: Sequence[tuple[int, Convert]]
    tables: frozenset[str] = frozenset()  # that it reads; that it writes, where it finds nothing
    name: bytes = b""  # where the driver's connection has a Pipe

    def bind(self, given: Mapping[str, Any]) -> Values:
        """The parameters of one execution."""
        values = {**self.fixed, **given} if self.fixed else given
        bound = [*map(values.__getitem__, self.names)]
        for place, convert in self.binds:
            bound[place] = convert(bound[place])
        return tuple(bound)

    def read(self, found: Sequence[Any]) -> Any:
        """One row, converted."""
        assert self.row is not None
        values = list(found)
        for place, convert in self.columns:
            values[place] = convert(values[place])
        return self.row(values)


def execute(connection: Connection, ready: Ready, values: Mapping[str, Any]) -> tuple[int, list[Any]]:
    """Run it on the driver's own connection; rows changed, rows found. Raises DBAPIError."""
    bound = ready.bind(values)
    changed, found = _pipe(connection).ask(ready, bound) if ready.name else _by_cursor(connection, ready, bound)
    return changed, [ready.read(row) for row in found]


def flush(connection: Connection) -> None:
    """Have done what was written and not yet done. Raises what it raises."""
    if connection.dialect.driver in STYLES:
        _pipe(connection).flush()


@contextmanager
def single(connection: Connection) -> Iterator[None]:
    """Each statement is a transaction by itself: nothing begins before it and nothing ends after it."""
    if connection.dialect.driver not in STYLES:
        yield
        return
    pipe = _pipe(connection)
    pipe.single = True
    try:
        yield
    finally:
        pipe.single = False


def plain(sql: str) -> Ready:
    """A statement without values that finds nothing, as every driver takes it."""
    return Ready(sql=sql, fixed={}, names=(), binds=(), row=None, columns=())


def _by_cursor(connection: Connection, ready: Ready, values: Values) -> Found:
    cursor = connection.connection.cursor()
    base = connection.dialect.loaded_dbapi.Error
    try:
        cursor.execute(ready.sql, values)
        return cursor.rowcount, cursor.fetchall() if ready.row else []
    except base as error:
        raise DBAPIError.instance(ready.sql, None, error, base, hide_parameters=True) from error
    finally:
        cursor.close()


def _pipe(connection: Connection) -> Pipe:
    """Of the driver's connection below, noted at the first look: SQLAlchemy takes several steps down to it."""
    pipe: Pipe | None = connection.__dict__.get(PIPE)
    if pipe is None:
        driver: Any = connection.connection.dbapi_connection
        pipe = connection.__dict__[PIPE] = driver.pipe
    return pipe


def _prepare(statement: SelectBase | UpdateBase, dialect: Dialect, names: Sequence[str], sure: str) -> Ready:
    """Raises ValueError for a statement that SQLAlchemy has to finish at each execution."""
    style = STYLES.get(dialect.driver)
    writes = type(dialect)(paramstyle=style) if style else dialect  # type: ignore[call-arg]
    compiled = statement.compile(dialect=writes, column_keys=names)
    assert isinstance(compiled, SQLCompiler)
    fixed = {name: bind.effective_value for name, bind in compiled.binds.items() if name not in names}
    fixed |= {
        row.key: row.default.arg
        for row in compiled.insert_prefetch
        if isinstance(row.default, ScalarElementColumnDefault)
    }
    if compiled.post_compile_params or compiled.update_prefetch or None in fixed.values():
        raise ValueError(f"not all of it is known before it runs: {compiled}")
    used = list(compiled.positiontup or ())
    found = statement.selected_columns if isinstance(statement, SelectBase) else None
    row: Any = namedtuple("Row", found.keys(), rename=True) if found is not None else None
    return Ready(
        sql=sure.format(compiled) if style and sure else str(compiled),
        fixed=fixed,
        names=used,
        binds=_converted(_impl(compiled.binds[name].type, dialect).bind_processor(dialect) for name in used),
        row=row and row._make,
        columns=_converted(_impl(column.type, dialect).result_processor(dialect, None) for column in found or ()),
        tables=_tables(statement),
        name=b"swhub%d" % next(_numbers) if style else b"",
    )


def _tables(statement: SelectBase | UpdateBase) -> frozenset[str]:
    if not isinstance(statement, SelectBase):
        return frozenset({str(statement.table)})
    return frozenset(str(found) for found in visitors.iterate(statement) if isinstance(found, Table))


def _converted(by: Iterable[Convert | None]) -> Sequence[tuple[int, Convert]]:
    return [(place, convert) for place, convert in enumerate(by) if convert is not None]


def _impl(given: TypeEngine[Any], dialect: Dialect) -> TypeEngine[Any]:
    return given.dialect_impl(dialect)
