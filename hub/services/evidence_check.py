"""The whole store against its evidence: every chain, every head, and everything that entries speak of.

Reads in one view of the store, chain by chain, so that memory does not grow with it.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from itertools import chain as together
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, Row, Select, Table, func, select

from hub.contract.text import Text
from hub.evidence import chain
from hub.evidence.chain import Broken, Entry
from hub.services.evidence import HEADS, head_of
from hub.store import tables

RULES: Mapping[str, Text] = {
    **chain.RULES,
    "no_entry": Text("没有对应的证据条目", "there is no entry that proves it"),
    "no_event": Text("证据条目所述事件不存在或已被改动", "the event that the entry tells of is missing or altered"),
    "anchor": Text("链首不在链中：此前的记录已被改写", "no such head: what was before was rewritten"),
    "bytes": Text("留存内容与其摘要不一致", "the kept bytes do not fit their digest"),
}
CHUNK = 1_000  # rows read at a time


@dataclass(frozen=True)
class Fault:
    """One thing that does not hold. ``where`` names the entry, head, message or file; ``rule`` is a row of RULES."""

    where: str
    rule: str

    @property
    def text(self) -> Text:
        """What it means."""
        return RULES[self.rule]


@dataclass
class Report:
    """What was found."""

    entries: int = 0
    heads: int = 0
    latest: str = ""  # hash of the last head: to be noted outside, and compared later
    waiting: int = 0  # entries that no head covers yet
    since: datetime | None = None  # how old the oldest of these is
    faults: list[Fault] = field(default_factory=list)


def check(connection: Connection) -> Report:
    """Check everything. A store that was restored in part, edited or cut shows here."""
    report = Report()
    named = _chains(connection, report)
    _heads(connection, report)
    _messages(connection, report, named.messages)
    report.faults += _answers(connection, named.answers)
    for table in (tables.blob, tables.outbox_raw, tables.inbox_raw):
        report.faults += _bytes(connection, table)
    return report


@dataclass(frozen=True)
class Named:
    """The digests of all messages, and of all answers of partners, that entries speak of."""

    messages: set[str] = field(default_factory=set)
    answers: set[str] = field(default_factory=set)

    def add(self, facts: Mapping[str, Any]) -> None:
        """What one entry speaks of."""
        if "message" in facts:
            self.messages.add(facts["message"]["digest"])
        answer = facts.get("outcome", {}).get("answer")
        if answer:
            self.answers.add(answer)


def _chains(connection: Connection, report: Report) -> Named:
    """Every chain by itself and against its object's events; returns what all of them speak of."""
    named = Named()
    table, event = tables.evidence, tables.event
    ours = table.c.chain.in_(select(tables.business_object.c.id))
    of_objects = _by(connection, select(table).where(ours).order_by(table.c.chain, table.c.n), "chain")
    others = _by(connection, select(table).where(~ours).order_by(table.c.chain, table.c.n), "chain")
    events = _by(connection, select(event).order_by(event.c.object_id, event.c.seq), "object_id")
    for proven, told in together(_side_by_side(of_objects, events), ((rows, []) for _, rows in others)):
        found = [Entry(chain=row.chain, n=row.n, body=row.body, hash=row.hash) for row in proven]
        report.entries += len(found)
        try:
            chain.check_chain(found)
        except Broken as broken:
            report.faults.append(Fault(broken.where, broken.rule))
            continue
        for entry in found:
            named.add(entry.facts)
        report.faults += _events(found, told)
    return named


def _events(entries: Sequence[Entry], events: Sequence[Row[Any]]) -> Iterator[Fault]:
    """Each event has its entry and each entry its event, word for word."""
    told = {(row.name, row.identity): row for row in events}
    for entry in entries:
        if entry.facts["what"] != "event":
            continue
        event = entry.facts["event"]
        row = told.pop((event["name"], event["identity"]), None)
        if row is None or _told(row) != {name: event[name] for name in _told(row)}:
            yield Fault(chain.name(entry), "no_event")
    for row in told.values():
        yield Fault(f"event {row.name} {row.identity}", "no_entry")


def _told(row: Row[Any]) -> dict[str, Any]:
    plain = {name: getattr(row, name) for name in ("submission", "content", "text", "actor", "message_id")}
    return plain | {"occurred_at": chain.stamp(row.occurred_at)}


def _heads(connection: Connection, report: Report) -> None:
    """The heads among themselves, and the tree of each over the entries that it covers."""
    heads = [head_of(row) for row in connection.execute(HEADS.order_by(tables.evidence_head.c.n))]
    report.heads, report.latest = len(heads), heads[-1].hash if heads else ""
    try:
        chain.check_heads(heads)
    except Broken as broken:
        report.faults.append(Fault(broken.where, broken.rule))
    table = tables.evidence
    waiting = select(func.count(), func.min(table.c.at)).where(table.c.head.is_(None))
    report.waiting, report.since = connection.execute(waiting).one()
    leaves = select(table.c.head, table.c.hash).where(table.c.head.is_not(None)).order_by(table.c.head, table.c.seq)
    roots = {head.n: (head.facts["count"], head.facts["root"]) for head in heads}
    for n, rows in groupby(connection.execute(leaves.execution_options(yield_per=CHUNK)), lambda row: row.head):
        covered = [row.hash for row in rows]
        if roots.pop(n, None) != (len(covered), chain.root(covered)):
            report.faults.append(Fault(f"head {n}", "tree"))
    report.faults += [Fault(f"head {n}", "tree") for n in roots]


def _messages(connection: Connection, report: Report, named: set[str]) -> None:
    """Every message that was sent or taken is named by an entry."""
    inbox, outbox = tables.inbox, tables.outbox_raw
    for table in (inbox, outbox):
        wanted = select(table.c.message_id, table.c.digest).execution_options(yield_per=CHUNK)
        for row in connection.execute(wanted):
            if row.digest not in named:
                report.faults.append(Fault(f"message {row.message_id}", "no_entry"))


def _answers(connection: Connection, named: set[str]) -> Iterator[Fault]:
    """Every answer of a partner that an entry names is kept with its attempt, word for word."""
    answer = tables.attempt.c.answer
    wanted = select(answer).where(answer.is_not(None)).execution_options(yield_per=CHUNK)
    missing = set(named)
    for content in connection.execute(wanted).scalars():
        missing.discard(sha256(content).hexdigest())
    for digest in sorted(missing):
        yield Fault(f"answer {digest}", "bytes")


def _bytes(connection: Connection, table: Table) -> Iterator[Fault]:
    wanted = select(table.c.digest, table.c.content).execution_options(yield_per=CHUNK)
    for expected, content in connection.execute(wanted):
        if sha256(content).hexdigest() != expected:
            yield Fault(f"{table.name} {expected}", "bytes")


Group = tuple[str, list[Row[Any]]]


def _by(connection: Connection, wanted: Select[Any], name: str) -> Iterator[Group]:
    """The rows in groups of one ``name``, by which they are ordered."""
    found = connection.execute(wanted.execution_options(yield_per=CHUNK))
    for key, rows in groupby(found, lambda row: getattr(row, name)):
        yield str(key), list(rows)


def _side_by_side(left: Iterable[Group], right: Iterable[Group]) -> Iterator[tuple[list[Row[Any]], list[Row[Any]]]]:
    """Groups of the same key together; of a key that only one side has, the other side's list is empty.

    Both sides come in the order of their keys, which are hexadecimal: the same in Python and in every collation.
    """
    waiting: dict[str, list[Row[Any]]] = {}
    rest = iter(right)
    for key, rows in left:
        while key not in waiting and (group := next(rest, None)) is not None:
            waiting[group[0]] = group[1]
            if group[0] >= key:
                break
        yield rows, waiting.pop(key, [])
    yield from (([], rows) for rows in waiting.values())
    yield from (([], rows) for _, rows in rest)
