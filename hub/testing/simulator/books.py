"""The partner's own books: what it received and said, its own objects, what it is going to do, what it is sending.

One SQLite database, in memory or a file; a file survives a restart, questions about old messages included. One lock:
every reader and writer goes through :meth:`Books.writing`, one commit or none.
"""

import json
import sqlite3
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

SCHEMA = """
create table if not exists received (
  message_id text primary key, digest text, type text, business_key text, enterprise text, received_at text,
  code text, said text, answer blob);
create table if not exists entry (
  kind text, number text, enterprise text, state text, data text, primary key (kind, number));
create table if not exists agenda (
  id integer primary key, due text, step text, lane text, args text);
create table if not exists outgoing (
  id integer primary key, message_id text, type text, version text, enterprise text, business_key text, lane text,
  content blob, first blob, copies integer, state text, next_at text, tries integer, fault text, outcome text);
create table if not exists armed (
  id integer primary key, fault text, side text, types text, lane text, times integer);
create table if not exists laid (place integer primary key, content blob);
create table if not exists counter (name text primary key, value integer);
create table if not exists journal (id integer primary key, at text, what text, detail text);
"""
LISTS: Mapping[str, str] = {
    "entries": "select kind, number, enterprise, state, data from entry order by kind, number",
    "received": "select message_id, type, business_key, enterprise, received_at, code, digest from received"
    " order by received_at, message_id",
    "agenda": "select due, step, lane, args from agenda order by due, id",
    "outgoing": "select message_id, type, business_key, lane, state, tries, copies, fault, outcome, next_at"
    " from outgoing order by id",
    "faults": "select fault, side, types, lane, times from armed order by id",
    "journal": "select at, what, detail from journal order by id",
}
"""What /books shows: name -> query."""
JSON_COLUMNS = frozenset({"data", "args", "types"})


@dataclass(frozen=True, kw_only=True)
class Received:
    """A message that the partner has, and what it said to it."""

    message_id: str
    digest: str
    code: str
    said: str
    received_at: datetime
    answer: bytes = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One of the partner's own objects. ``data`` holds JSON values."""

    kind: str
    number: str
    enterprise: str
    state: str
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Due:
    """A step that the partner means to take."""

    id: int
    step: str
    lane: str
    args: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Outgoing:
    """A message on its way to the hub: final bytes, and what is sent first where a fault is wanted."""

    id: int
    message_id: str
    type: str
    version: str
    enterprise: str
    business_key: str
    lane: str
    tries: int
    copies: int  # how often it is sent again after it arrived
    content: bytes = field(repr=False)
    first: bytes | None = field(repr=False)


class Books:
    """Opened once, closed by the owner. Every method but ``writing`` and ``close`` is called inside ``writing``."""

    def __init__(self, path: str | Path = ":memory:") -> None:
        """Raises sqlite3.Error when the file cannot be opened."""
        self._lock = threading.RLock()
        self._db = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self._db.row_factory = sqlite3.Row
        self._db.executescript(SCHEMA)

    def close(self) -> None:
        """Close the database."""
        with self._lock:
            self._db.close()

    @contextmanager
    def writing(self) -> Iterator[None]:
        """One transaction under the one lock; not to be nested."""
        with self._lock:
            self._db.execute("begin immediate")
            try:
                yield
            except BaseException:
                self._db.execute("rollback")
                raise
            self._db.execute("commit")

    def count(self, name: str) -> int:
        """The next number of the counter, from 1."""
        sql = "insert into counter values (?, 1) on conflict (name) do update set value = value + 1 returning value"
        return int(self._one(sql, name)["value"])

    def note(self, at: datetime, what: str, detail: str = "") -> None:
        """A line in the journal."""
        self._db.execute("insert into journal (at, what, detail) values (?, ?, ?)", (_time(at), what, detail))

    def listing(self) -> dict[str, list[dict[str, Any]]]:
        """Everything but the bytes, for people and tests."""
        return {name: [_shown(row) for row in self._db.execute(sql)] for name, sql in LISTS.items()}

    # what came in

    def received(self, message_id: str) -> Received | None:
        """What is known about a message."""
        row = self._one("select * from received where message_id = ?", message_id)
        if row is None:
            return None
        known = {name: row[name] for name in ("message_id", "digest", "code", "said", "answer")}
        return Received(**known, received_at=datetime.fromisoformat(row["received_at"]))

    def keep(self, message: Received, *, type: str, business_key: str, enterprise: str) -> None:
        """Store a message's digest and the answer to it."""
        row = (
            message.message_id, message.digest, type, business_key, enterprise, _time(message.received_at),
            message.code, message.said, message.answer,
        )  # fmt: skip
        self._db.execute("insert into received values (?, ?, ?, ?, ?, ?, ?, ?, ?)", row)

    # the partner's own objects

    def entry(self, kind: str, number: str) -> Entry | None:
        """One object."""
        row = self._one("select * from entry where kind = ? and number = ?", kind, number)
        return None if row is None else Entry(**{**dict(row), "data": json.loads(row["data"])})

    def entries(self, kind: str) -> list[Entry]:
        """All objects of a kind, by number."""
        rows = self._db.execute("select * from entry where kind = ? order by number", (kind,)).fetchall()
        return [Entry(**{**dict(row), "data": json.loads(row["data"])}) for row in rows]

    def write(self, entry: Entry) -> None:
        """A new object, or its new state."""
        row = (entry.kind, entry.number, entry.enterprise, entry.state, _json(entry.data))
        self._db.execute("insert or replace into entry values (?, ?, ?, ?, ?)", row)

    # what it means to do

    def plan(self, due: datetime, step: str, lane: str, args: Mapping[str, Any]) -> None:
        """A step for later."""
        row = (_time(due), step, lane, _json(args))
        self._db.execute("insert into agenda (due, step, lane, args) values (?, ?, ?, ?)", row)

    def take_due(self, now: datetime) -> Due | None:
        """The next step whose time has come, taken off the agenda."""
        sql = """delete from agenda where id = (select id from agenda where due <= ? order by due, id limit 1)
          returning id, step, lane, args"""
        row = self._one(sql, _time(now))
        return None if row is None else Due(**{**dict(row), "args": json.loads(row["args"])})

    def cancel(self, step: str, lane: str) -> int:
        """Strike a step off the agenda; returns how often it stood there."""
        return self._db.execute("delete from agenda where step = ? and lane = ?", (step, lane)).rowcount

    def hasten(self, now: datetime, lane: str | None = None) -> int:
        """Everything planned, or planned for one lane, is due now; returns how much that is."""
        sql = "update agenda set due = ? where due > ? and (? is null or lane = ?)"
        return self._db.execute(sql, (_time(now), _time(now), lane, lane)).rowcount

    # what it sends

    def queue(self, now: datetime, row: Mapping[str, Any]) -> None:
        """A final message, to be sent in the order of its lane; ``row`` has the columns of ``outgoing``."""
        values = {"state": "WAITING", "next_at": _time(now), "tries": 0, "copies": 0, "first": None, **row}
        names = ", ".join(values)
        marks = ", ".join(f":{name}" for name in values)
        self._db.execute(f"insert into outgoing ({names}) values ({marks})", values)  # noqa: S608 - our own names

    def head(self, now: datetime) -> Outgoing | None:
        """The oldest message that may go: no older one of its lane is waiting, and its next try is due."""
        sql = """select * from outgoing o where state = 'WAITING' and next_at <= ? and not exists
            (select 1 from outgoing p where p.lane = o.lane and p.state = 'WAITING' and p.id < o.id)
          order by id limit 1"""
        row = self._one(sql, _time(now))
        return None if row is None else Outgoing(**{name: row[name] for name in Outgoing.__dataclass_fields__})

    def sent(self, row: Outgoing, state: str, outcome: str) -> None:
        """The end of a message: SENT, REFUSED or GIVEN_UP. What it overtook may follow."""
        self._db.execute(
            "update outgoing set state = ?, outcome = ?, tries = tries + 1 where id = ?", (state, outcome, row.id)
        )
        self._db.execute("update outgoing set state = 'WAITING' where lane = ? and state = 'HELD'", (row.lane,))

    def again(self, row: Outgoing, next_at: datetime, outcome: str, *, heard: bool) -> None:
        """Another try later; what was to be sent first is over once the hub has ``heard`` it."""
        sql = """update outgoing set next_at = ?, outcome = ?, tries = tries + 1,
          first = case when ? then null else first end where id = ?"""
        self._db.execute(sql, (_time(next_at), outcome, heard, row.id))

    def release(self, now: datetime) -> None:
        """What was held back to be overtaken goes when its time is over, overtaken or not."""
        self._db.execute("update outgoing set state = 'WAITING' where state = 'HELD' and next_at <= ?", (_time(now),))

    def next_moment(self) -> datetime | None:
        """When something is due next; a message behind another one of its lane is not."""
        sql = """select min(due) as due from
          (select min(due) as due from agenda
           union all select min(next_at) from outgoing where state = 'HELD'
           union all select min(next_at) from outgoing o where state = 'WAITING' and not exists
            (select 1 from outgoing p where p.lane = o.lane and p.state = 'WAITING' and p.id < o.id))"""
        row = self._one(sql)
        return datetime.fromisoformat(row["due"]) if row["due"] else None

    # what lies on the counter, for a hub that asks

    def lay(self, content: bytes) -> None:
        """One document more to be asked for."""
        self._db.execute("insert into laid (content) values (?)", (content,))

    def laid(self, after: int, most: int) -> list[tuple[int, bytes]]:
        """(place, document) of those beyond a place, in order; what stood at one place stays there."""
        sql = "select place, content from laid where place > ? order by place limit ?"
        return [(row["place"], row["content"]) for row in self._db.execute(sql, (after, most))]

    # faults that are set

    def arm(self, fault: str, side: str, *, types: Sequence[str] = (), lane: str = "", times: int = 1) -> None:
        """Set a fault for the next ``times`` messages of these types (none: any) and this lane (empty: any)."""
        row = (fault, side, _json(list(types)), lane, times)
        self._db.execute("insert into armed (fault, side, types, lane, times) values (?, ?, ?, ?, ?)", row)

    def disarm(self) -> None:
        """No fault is set any more."""
        self._db.execute("delete from armed")

    def fire(self, side: str, type: str, lane: str) -> str:
        """The fault that is set for this message, used up by one; empty for none."""
        sql = "select * from armed where side = ? and lane in ('', ?) order by id"
        rows = [row for row in self._db.execute(sql, (side, lane)) if type in (json.loads(row["types"]) or [type])]
        if not rows:
            return ""
        self._db.execute("update armed set times = times - 1 where id = ?", (rows[0]["id"],))
        self._db.execute("delete from armed where times <= 0")
        return str(rows[0]["fault"])

    def _one(self, sql: str, *values: object) -> Any:
        return next(iter(self._db.execute(sql, values).fetchall()), None)


def _time(moment: datetime) -> str:
    return moment.isoformat(timespec="microseconds")


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _shown(row: sqlite3.Row) -> dict[str, Any]:
    return {name: json.loads(row[name]) if name in JSON_COLUMNS else row[name] for name in row.keys()}  # noqa: SIM118
