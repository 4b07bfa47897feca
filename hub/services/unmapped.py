"""Partner codes that their plugin's status tables do not know: one task for an operator per partner, field and code.

The messages are parked and acknowledged; no state changed. What a code means, a person decides: the proposal here is
the row that looks nearest, as a patch for the plugin's own file, and it is never applied by itself. Once the patched
plugin is installed, the parked messages are applied (``operations.replay_unmapped``).
"""

import ast
import difflib
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import takewhile
from pathlib import Path

from sqlalchemy import Connection, select, update

from hub.contract.message import InMessage
from hub.contract.status import StatusRow, StatusTable, UnmappedCode
from hub.contract.text import Text
from hub.plugins import Plugin
from hub.registry import Registry
from hub.store import tables
from hub.store.conditions import in_state
from hub.store.rows import insert_new

TABLE = "StatusTable"  # how a plugin writes its tables: StatusTable("Message.Field", (StatusRow(...), ...))
WORDING = ("text", "name", "desc")  # the elements beside a code that say it in words
LONGEST = 200  # characters of a partner's wording
NEIGHBOUR = 10  # two numeric codes that are as far apart as this have nothing to do with each other
ENOUGH = 0.3  # likeness below which nothing is proposed: no guess is better than a wild one
WORDS, CODES = 2.0, 1.0  # what likeness of the wording counts for, and of the code


@dataclass(frozen=True, kw_only=True)
class Proposal:
    """The row that looks nearest, and what speaks for it."""

    field: str  # the status table's name
    row: StatusRow
    nearest: StatusRow
    why: str


@dataclass(frozen=True, kw_only=True)
class Task:
    """One code that waits for a person."""

    partner: str
    field: str  # the status table's name
    code: str
    wording: str  # the partner's own words, empty without any
    count: int  # messages with it so far
    waiting: int  # of them parked now
    first_at: datetime
    last_at: datetime
    known: bool  # whether the installed plugin has a row for it by now: replay
    proposal: Proposal | None


def tasks(connection: Connection, registry: Registry, partner: str | None = None) -> list[Task]:
    """Every code with messages that wait, oldest first, of everybody or of one partner."""
    table = tables.unmapped
    statement = select(table).order_by(table.c.first_at)
    if partner is not None:
        statement = statement.where(table.c.partner == partner)
    found = []
    for row in connection.execute(statement):
        parked = waiting(connection, row.partner, row.field, row.code)
        if not parked:
            continue
        mapped = _table(registry, row.partner, row.field)
        known = mapped is not None and any(line.code == row.code for line in mapped)
        found.append(
            Task(
                partner=row.partner, field=row.field, code=row.code, wording=row.wording, count=row._mapping["count"],
                waiting=len(parked), first_at=row.first_at, last_at=row.last_at, known=known,
                proposal=None if known else proposed(mapped, row.code, row.wording),
            )
        )  # fmt: skip
    return found


def note(connection: Connection, message: InMessage, unmapped: UnmappedCode, now: datetime) -> None:
    """Count a message that is parked for its code, inside the transaction that parks it."""
    table = tables.unmapped
    key = {"partner": message.partner, "field": unmapped.table[:100], "code": unmapped.code[:100]}
    news = {"wording": _wording(message, unmapped), "last_at": now, "message_id": message.canonical.message_id}
    if not insert_new(connection, table, {**key, **news, "first_at": now, "count": 1}):
        mine = [table.c[name] == value for name, value in key.items()]
        connection.execute(update(table).where(*mine).values(**news, count=table.c["count"] + 1))


def reason(field: str, code: str) -> str:
    """Why such a message is parked."""
    return f"unmapped code {code!r} in {field}"[:500]


def waiting(connection: Connection, partner: str, field: str, code: str) -> Sequence[str]:
    """The ids of the messages that wait for this code, in the order in which they came."""
    table = tables.inbox
    parked = (table.c.partner == partner, in_state(table, "PARKED"), table.c.reason == reason(field, code))
    return connection.execute(select(table.c.message_id).where(*parked).order_by(table.c.received_at)).scalars().all()


def _wording(message: InMessage, unmapped: UnmappedCode) -> str:
    """The partner's own words: of ``Message.StatusCode`` what stands in ``StatusText`` or ``StatusName`` beside it."""
    element = unmapped.table.partition("(")[0].rpartition(".")[2]
    stem = element.removesuffix("Code").lower()
    body = message.canonical.body
    words = (body[name] for name in (f"{stem}_{kind}" for kind in WORDING) if isinstance(body.get(name), str))
    return " ".join(next(words, "").split())[:LONGEST]


def _table(registry: Registry, partner: str, field: str) -> StatusTable | None:
    adapter = registry.partners.get(partner)
    return next((row for row in adapter.statuses if row.name == field), None) if adapter is not None else None


def proposed(table: StatusTable | None, code: str, wording: str) -> Proposal | None:
    """The row that looks nearest, made into one for ``code``; None where there is nothing to go by."""
    if table is None or not table.rows:
        return None
    likeness, nearest = max(((_likeness(row, code, wording), row) for row in table), key=lambda pair: pair[0])
    if likeness < ENOUGH:
        return None
    text = Text(wording or f"{nearest.text.zh}（{code}）", f"{nearest.text.en} ({code})")
    return Proposal(
        field=table.name,
        row=StatusRow(code, nearest.event, text),
        nearest=nearest,
        why=f"nearest to {nearest.code} {nearest.text.zh}",
    )


def _likeness(row: StatusRow, code: str, wording: str) -> float:
    """How near a known row is: by the partner's wording, by the beginning of the code, by neighbouring numbers."""
    words = difflib.SequenceMatcher(None, row.text.zh, wording).ratio() if wording else 0.0
    alike = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(row.code, code, strict=False)))
    shared = alike / max(len(row.code), len(code), 1)
    if row.code.isdigit() and code.isdigit():
        shared = max(shared, 1 - abs(int(row.code) - int(code)) / NEIGHBOUR)
    return WORDS * words + CODES * shared


def patch(registry: Registry, tasks: Iterable[Task]) -> str:
    """One unified diff with the proposals of all ``tasks``, file by file."""
    proposals: dict[str, list[Proposal]] = {}
    for task in tasks:
        if task.proposal is not None:
            proposals.setdefault(task.partner, []).append(task.proposal)
    return "".join(_patch(registry.plugin(partner), rows) for partner, rows in proposals.items())


def _patch(plugin: Plugin | None, proposals: Sequence[Proposal]) -> str:
    """The diff that adds the proposed rows to their tables, wherever the plugin's package writes them."""
    if plugin is None or plugin.module is None:
        return ""
    package = Path(str(plugin.module.__file__)).parent
    diff: list[str] = []
    for path in sorted(package.rglob("*.py")):
        before = after = path.read_text(encoding="utf-8")
        for proposal in proposals:
            after = _added(after, proposal)
        where = path.relative_to(package.parent).as_posix()
        lines = before.splitlines(keepends=True), after.splitlines(keepends=True)
        diff += difflib.unified_diff(*lines, f"a/{where}", f"b/{where}")
    return "".join(diff)


def _added(source: str, proposal: Proposal) -> str:
    """``source`` with the proposed row behind the last one of its table; as it was when the table is not in it."""
    place = next(_ends(source, proposal.field), None)
    if place is None:
        return source
    line, column = place
    row = proposal.row
    code, event, zh, en = (
        json.dumps(part, ensure_ascii=False) for part in (row.code, row.event, row.text.zh, row.text.en)
    )
    added = f",\n        # proposed: {proposal.why}; decide before you apply this\n        "
    added += f"StatusRow({code}, {event}, Text({zh}, {en}))"
    lines = source.splitlines(keepends=True)
    raw = lines[line].encode()
    lines[line] = (raw[:column] + added.encode() + raw[column:]).decode()
    return "".join(lines)


def _ends(source: str, name: str) -> Iterator[tuple[int, int]]:
    """Where the last row of the table ``name`` ends: line (from 0) and octet of the line."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == TABLE and len(node.args) == 2:
            called, rows = node.args
            if isinstance(called, ast.Constant) and called.value == name and isinstance(rows, ast.Tuple) and rows.elts:
                last = rows.elts[-1]
                yield int(last.end_lineno or 1) - 1, int(last.end_col_offset or 0)
