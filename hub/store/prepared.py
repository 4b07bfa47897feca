"""Statements of every message: SQLAlchemy writes them once for each database, then they go straight to the driver.

What SQLAlchemy does at each execution costs more than most of these statements take. Values are converted by the
columns' types as everywhere else, a driver's errors arrive as SQLAlchemy's, the transaction is the connection's own.
"""

from collections import namedtuple
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Dialect, Select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.dml import UpdateBase
from sqlalchemy.sql.schema import ScalarElementColumnDefault
from sqlalchemy.types import TypeEngine

Convert = Callable[[Any], Any]


class Prepared:
    """A SELECT, or an INSERT, UPDATE or DELETE of the columns that the given values name."""

    def __init__(self, statement: Select[Any] | UpdateBase) -> None:
        self._statement = statement
        self._ready: dict[tuple[str, ...], Ready] = {}  # by the names of dialect and values

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

    def _for(self, dialect: Dialect, values: Mapping[str, Any]) -> "Ready":
        key = (dialect.name, *values)
        ready = self._ready.get(key)
        if ready is None:
            ready = self._ready[key] = _prepare(self._statement, dialect, list(values))
        return ready


@dataclass(frozen=True, kw_only=True)
class Ready:
    """A statement as one driver takes it."""

    sql: str
    fixed: Mapping[str, Any]  # values that stand in the statement itself
    names: Sequence[str]  # of its parameters, in their order
    binds: Sequence[tuple[int, Convert]]  # places of those that are not taken as they are
    positional: bool
    row: Callable[[Any], Any] | None  # None: it finds nothing
    columns: Sequence[tuple[int, Convert]]

    def bind(self, given: Mapping[str, Any]) -> Any:
        """The parameters of one execution."""
        values = {**self.fixed, **given} if self.fixed else given
        bound = [values[name] for name in self.names]
        for place, convert in self.binds:
            bound[place] = convert(bound[place])
        return tuple(bound) if self.positional else dict(zip(self.names, bound, strict=True))

    def read(self, found: Sequence[Any]) -> Any:
        """One row, converted."""
        assert self.row is not None
        values = list(found)
        for place, convert in self.columns:
            values[place] = convert(values[place])
        return self.row(values)


def execute(connection: Connection, ready: Ready, values: Mapping[str, Any]) -> tuple[int, list[Any]]:
    """Run it on the connection's own cursor; rows changed, rows found. Raises DBAPIError."""
    cursor = connection.connection.cursor()
    base = connection.dialect.loaded_dbapi.Error
    try:
        cursor.execute(ready.sql, ready.bind(values))
        return cursor.rowcount, [ready.read(row) for row in cursor.fetchall()] if ready.row else []
    except base as error:
        raise DBAPIError.instance(ready.sql, None, error, base, hide_parameters=True) from error
    finally:
        cursor.close()


def plain(sql: str) -> Ready:
    """A statement without values that finds nothing, as every driver takes it."""
    return Ready(sql=sql, fixed={}, names=(), binds=(), positional=True, row=None, columns=())


def _prepare(statement: Select[Any] | UpdateBase, dialect: Dialect, names: Sequence[str]) -> Ready:
    """Raises ValueError for a statement that SQLAlchemy has to finish at each execution."""
    compiled = statement.compile(dialect=dialect, column_keys=names)
    assert isinstance(compiled, SQLCompiler)
    fixed = {name: bind.effective_value for name, bind in compiled.binds.items() if name not in names}
    fixed |= {
        row.key: row.default.arg
        for row in compiled.insert_prefetch
        if isinstance(row.default, ScalarElementColumnDefault)
    }
    if compiled.post_compile_params or compiled.update_prefetch or None in fixed.values():
        raise ValueError(f"not all of it is known before it runs: {compiled}")
    used = list((compiled.positiontup or ()) if compiled.positional else compiled.binds)
    found = statement.selected_columns if isinstance(statement, Select) else None
    row: Any = namedtuple("Row", found.keys(), rename=True) if found is not None else None
    return Ready(
        sql=str(compiled),
        fixed=fixed,
        names=used,
        binds=_converted(_impl(compiled.binds[name].type, dialect).bind_processor(dialect) for name in used),
        positional=compiled.positional,
        row=row and row._make,
        columns=_converted(_impl(column.type, dialect).result_processor(dialect, None) for column in found or ()),
    )


def _converted(by: Iterable[Convert | None]) -> Sequence[tuple[int, Convert]]:
    return [(place, convert) for place, convert in enumerate(by) if convert is not None]


def _impl(given: TypeEngine[Any], dialect: Dialect) -> TypeEngine[Any]:
    return given.dialect_impl(dialect)
