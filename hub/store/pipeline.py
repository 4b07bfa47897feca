"""PostgreSQL, with few trips to it: what nobody waits for travels with the next statement that somebody does.

A trip costs the hub more than most of its statements cost the server. What is only written is therefore kept until an
answer is needed or the transaction ends; then all of it goes in one trip (libpq's pipeline), BEGIN with the first and
COMMIT with the last. The server runs it in the order in which it was written. What differs from a trip each is only
where an error is raised: at the next answer, or at the commit. Nothing is committed before all of it was done.

SQLAlchemy's own statements go as ever, after what was kept: see ``postgresql``.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import cached_property, lru_cache
from select import POLLIN, POLLOUT, poll
from typing import Any, cast

import orjson
import psycopg
from psycopg import pq
from psycopg.abc import Buffer
from psycopg.adapt import PyFormat, Transformer
from psycopg.errors import InFailedSqlTransaction, OperationalError, error_from_result
from psycopg.pq.abc import PGresult
from psycopg.types.json import Json
from sqlalchemy.exc import DBAPIError

from hub.store.engine import JSON
from hub.store.prepared import NO_ROW, Found, Ready, Values

DONE = frozenset({pq.ExecStatus.COMMAND_OK, pq.ExecStatus.TUPLES_OK})
IDLE = pq.TransactionStatus.IDLE
COMMIT = b"COMMIT"
Asked = tuple[Ready, Values]
Sent = tuple[Ready, Sequence[Buffer | None], Sequence[int] | None, Exception | None]
"""With its values and their formats, as libpq takes them, and what is raised when no row was written."""


@lru_cache(maxsize=1024)  # one transaction writes its one time a dozen times
def _time(value: datetime) -> bytes:
    return str(value).encode()


def _json(value: Json) -> bytes:
    return orjson.dumps(value.obj, option=JSON)


TEXTS: Mapping[type, Callable[[Any], bytes]] = {
    str: str.encode,
    int: b"%d".__mod__,
    datetime: _time,
    bytes: bytes,
    Json: _json,
}
"""What nearly all values are: psycopg, which knows every type, takes much longer to find the right way."""

ENCODING = "utf-8"
OUTDATED = frozenset({"0A000", "26000"})
"""The plan does not fit the table any more, or is gone: on another connection it is made anew."""


class Pipe:
    """A connection's statements, kept as long as nobody waits for them. Raises SQLAlchemy's DBAPIError."""

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self.single = False
        self._connection = connection
        self._pg = connection.pgconn
        self._kept: list[Sent] = []
        self._announced: list[Asked] = []
        self._ahead: dict[Asked, Found] = {}  # found along with something else, and true until somebody writes
        self._known: set[bytes] = set()  # names of what the server has prepared
        self._readable = poll()
        self._readable.register(self._pg.socket, POLLIN)
        self._loaders: dict[bytes, Any] = {}  # by statement: finding those of its columns costs more than they

    @cached_property
    def _dumper(self) -> Any:
        """Made when it is needed first: a connection knows how this engine writes JSON only after it was opened."""
        return Transformer(self._connection)

    def write(self, ready: Ready, values: Values, none: Exception | None) -> None:
        """Have it done before the next answer and before the commit; ``none`` is raised when no row was written."""
        if self._ahead:
            self._written(ready)
        self._kept.append(self._dump(ready, values, none))

    def announce(self, ready: Ready, values: Values) -> None:
        """It will be asked: find it in the trip of the next answer, right after that."""
        if (ready, values) not in self._ahead:
            self._announced.append((ready, values))

    def ask(self, ready: Ready, values: Values) -> Found:
        """What it changes or finds."""
        asked = (ready, values)
        if ready.row is None:
            self._written(ready)
        elif asked in self._ahead:
            return self._ahead.pop(asked)
        announced = [other for other in self._announced if other != asked]
        self._announced.clear()
        found, *ahead = self._go([asked, *announced])
        self._ahead.update(zip(announced, ahead, strict=True))
        return found

    def flush(self) -> None:
        """Have done what is kept, before something that is not ours."""
        self._ahead.clear()
        if self._kept:
            self._go([])

    def commit(self) -> None:
        """All that was written, or an error and nothing."""
        if self._kept or self._pg.transaction_status != IDLE:
            self._go([], COMMIT)
        self.drop()

    def drop(self) -> None:
        """Nothing of what is kept."""
        self._kept.clear()
        self._announced.clear()
        self._ahead.clear()

    def recall(self) -> None:
        """Ask which statements are still prepared: psycopg may just have had the server drop them."""
        left = self._pg.exec_(b"SELECT name FROM pg_prepared_statements")
        self._known &= {left.get_value(row, 0) for row in range(left.ntuples)}

    def _written(self, ready: Ready) -> None:
        """What was found ahead in this table may be so no more."""
        for other in [other for other in self._ahead if other[0].tables & ready.tables]:
            del self._ahead[other]

    def _go(self, questions: Sequence[Asked], end: bytes = b"") -> list[Found]:
        """One trip: what is kept, then ``questions``, then ``end``. What was changed or found by ``questions``."""
        asked = [self._dump(*each) for each in questions]  # first: what it refuses must not take with it what is kept
        kept, self._kept = self._kept, []
        begins = not (self.single or self._connection.autocommit) and self._pg.transaction_status == IDLE
        begin = _begin(self._connection.isolation_level, self._connection.read_only) if begins else b""
        results = self._trip(begin, [*kept, *asked], end)
        return [self._found(sent[0], result) for sent, result in zip(asked, results[len(kept) :], strict=False)]

    def _trip(self, begin: bytes, sent: Sequence[Sent], end: bytes) -> Sequence[PGresult]:
        """The server's answers to ``sent`` and ``end``."""
        fresh = {ready.name: ready.sql for ready, *_ in sent if ready.name not in self._known}
        try:
            if len(sent) == 1 and not (fresh or begin or end):
                ready, values, formats, _ = sent[0]
                results = [self._pg.exec_prepared(ready.name, cast("Any", values), formats)]
            else:
                results = self._pipeline(fresh, begin, sent, end)
        except BaseException as error:
            self._connection.close()  # nobody can tell what is under way
            if isinstance(error, psycopg.Error):
                raise _raised(sent[0][0].sql if sent else end.decode(), error) from error
            raise
        first = bool(begin) + len(fresh)  # of the answers to ``sent``
        prepared = zip(fresh, results[bool(begin) : first], strict=True)
        self._known.update(name for name, result in prepared if result.status in DONE)
        for place, result in enumerate(results, -first):
            if result.status not in DONE:
                raise self._refused(sent[place] if 0 <= place < len(sent) else None, result)
        if end and results[-1].command_status != end:
            raise InFailedSqlTransaction("nothing was committed, because a statement had failed")
        return results[first:]

    def _pipeline(self, fresh: Mapping[bytes, str], begin: bytes, sent: Sequence[Sent], end: bytes) -> list[PGresult]:
        self._pg.enter_pipeline_mode()
        if begin:
            self._pg.send_query_params(begin, None)  # before anything else, or the level of isolation comes too late
        for name, sql in fresh.items():
            self._pg.send_prepare(name, sql.encode())
        for ready, values, formats, _ in sent:
            self._pg.send_query_prepared(ready.name, values, formats)
        if end:
            self._pg.send_query_params(end, None)
        self._pg.pipeline_sync()
        if self._pg.flush():
            self._drain()
        results = self._answers(bool(begin) + len(fresh) + len(sent) + bool(end))
        self._await()
        self._pg.get_result()  # the end of the pipeline
        self._pg.exit_pipeline_mode()
        return results

    def _answers(self, count: int) -> list[PGresult]:
        found = []
        for _ in range(count):
            if self._pg.is_busy():
                self._await()
            result = self._pg.get_result()
            if result is None:
                raise OperationalError("the connection to the store is lost")
            found.append(result)
            self._pg.get_result()  # None: there is one for each statement
        return found

    def _await(self) -> None:
        while self._pg.is_busy():
            self._readable.poll()  # other threads run meanwhile
            self._pg.consume_input()

    def _drain(self) -> None:
        """Send all that does not fit into one go, and read meanwhile, so that both sides cannot wait for each other."""
        ready = poll()
        ready.register(self._pg.socket, POLLIN | POLLOUT)
        while self._pg.flush():
            if any(found & ~POLLOUT for _, found in ready.poll()):
                self._pg.consume_input()

    def _refused(self, sent: Sent | None, result: PGresult) -> Exception:
        error = error_from_result(result, encoding=ENCODING)
        ready, *_, none = sent or (None, None)
        if none is not None and error.sqlstate == NO_ROW:
            return none
        if error.sqlstate in OUTDATED:
            self._connection.close()
        return _raised(ready.sql if ready else "", error)

    def _dump(self, ready: Ready, given: Values, none: Exception | None = None) -> Sent:
        """As libpq takes it: octets as they are, everything else as text."""
        values: list[Buffer | None] = []
        for value in given:  # a dozen for each statement: what is called for each of them counts
            known = TEXTS.get(type(value))
            if value is None:
                values.append(None)
            elif known is None or (known is str.encode and "\0" in value):  # psycopg refuses what libpq would cut off
                values.append(self._by_psycopg(ready, value))
            else:
                values.append(known(value))
        kinds = [*map(type, given)]
        return ready, values, [kind is bytes for kind in kinds] if bytes in kinds else None, none

    def _by_psycopg(self, ready: Ready, value: Any) -> Buffer | None:
        try:
            text: Buffer | None = self._dumper.get_dumper(value, PyFormat.TEXT).dump(value)
        except psycopg.Error as error:
            raise _raised(ready.sql, error) from error
        return text

    def _found(self, ready: Ready, result: PGresult) -> Found:
        if ready.row is None:
            return result.command_tuples or 0, []
        loader = self._loaders.get(ready.name)
        new = loader is None
        if loader is None:
            loader = self._loaders[ready.name] = Transformer(self._connection)
        loader.set_pgresult(result, set_loaders=new)
        rows = loader.load_rows(0, result.ntuples, tuple)
        loader.set_pgresult(None, set_loaders=False)
        return result.ntuples, rows


def _raised(sql: str, error: psycopg.Error) -> Exception:
    return DBAPIError.instance(sql, None, error, psycopg.Error, hide_parameters=True)


@lru_cache
def _begin(isolation: psycopg.IsolationLevel | None, read_only: bool | None) -> bytes:
    level = "" if isolation is None else f" ISOLATION LEVEL {isolation.name.replace('_', ' ')}"
    return f"BEGIN{level}{' READ ONLY' if read_only else ''}".encode()
