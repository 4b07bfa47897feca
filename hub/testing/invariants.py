"""The invariants of delivery (reliability page, 3), checked on the tables against the partners' own books.

A harness calls :func:`check` after every fault, while nothing runs, and once more when everything has settled. It
recomputes what the hub believes instead of asking the hub: states from events, digests from bytes, "never sent again"
from attempts and from what the partner heard, in its order.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from itertools import pairwise
from typing import Any

from sqlalchemy import Connection, Row, select

from hub.business import KINDS
from hub.business.content import freeze, thaw
from hub.business.kind import Kind
from hub.business.lifecycle import Event, Projection, project
from hub.business.states import CONFLICT, By
from hub.contract.receipt import NOT_SEEN
from hub.delivery.outbox import EDGES, WAITING
from hub.services import evidence_check
from hub.store import tables

SLACK = timedelta(minutes=5)  # the sweep that buries what is overdue runs once a minute
ARRIVED = frozenset({"accepted", "done"})
REFUSED = frozenset({"refused_form", "refused_business"})
UNSURE = frozenset({None, "unknown"})  # outcome of an attempt after which nobody knows what the partner has
AGAIN = frozenset({"not_delivered", "resend"})  # verdicts that let the same bytes go again
NOT_TAKEN = frozenset({"3001", "3002", "403", "429"})  # answers that say "not processed"


@dataclass(frozen=True, kw_only=True)
class Heard:
    """One request that reached a partner."""

    message_id: str  # of the message, or that the question is about
    content: bytes = field(repr=False)
    question: bool = False
    said: str | None = None  # receipt code or HTTP status of a whole, signed answer; None: nobody can tell
    late: bool = False  # it left the hub long ago and was on its way since: its place in the order says nothing


@dataclass(kw_only=True)
class Books:
    """What one partner knows, kept by its own rules."""

    partner: str
    heard: list[Heard] = field(default_factory=list)  # in the order of arrival
    held: dict[str, bytes] = field(default_factory=dict)  # the hub's messages that took effect here
    acknowledged: dict[str, bytes] = field(default_factory=dict)  # own messages that the hub has signed for
    conflicts: dict[tuple[str, str], bytes] = field(default_factory=dict)  # (id, digest) that the hub called a conflict
    refused: Counter[str] = field(default_factory=Counter)  # digest of what the hub refused -> how often


@dataclass(frozen=True)
class Breach:
    """One invariant that does not hold."""

    invariant: str
    about: str
    what: str

    def __str__(self) -> str:
        return f"{self.invariant} {self.about}: {self.what}"


@dataclass(frozen=True, kw_only=True)
class Facts:
    """The tables, read once."""

    now: datetime
    settled: bool  # nothing is on its way any more
    outbox: Mapping[str, Row[Any]]
    sent: Mapping[str, Row[Any]]  # outbox_raw
    attempts: Mapping[str, Sequence[Row[Any]]]
    inbox: Mapping[tuple[str, str], Row[Any]]
    came: Mapping[tuple[str, str, str], Row[Any]]  # inbox_raw
    conflicts: Mapping[tuple[str, str, str], Row[Any]]
    objects: Mapping[str, Row[Any]]
    events: Mapping[str, Sequence[Row[Any]]]  # by object, in the order of recording
    notices: Mapping[str, Sequence[Row[Any]]]
    decisions: Mapping[str, Sequence[Row[Any]]]  # confirmed ones, by message id
    alerts: frozenset[str]  # keys of open ones
    audit: Sequence[Row[Any]]

    @classmethod
    def read(cls, connection: Connection, now: datetime, *, settled: bool) -> "Facts":
        """All of it, in one view of the store."""

        def rows(table: Any, *order: Any) -> Sequence[Row[Any]]:
            return connection.execute(select(table).order_by(*order)).all()

        outbox, inbox, raw = tables.outbox, tables.inbox, tables.inbox_raw
        decided = [row for row in rows(tables.decision, tables.decision.c.proposed_at) if row.confirmed_at]
        return cls(
            now=now,
            settled=settled,
            outbox={row.message_id: row for row in rows(outbox, outbox.c.seq)},
            sent={row.message_id: row for row in rows(tables.outbox_raw)},
            attempts=_by("message_id", rows(tables.attempt, tables.attempt.c.no)),
            inbox={(row.partner, row.message_id): row for row in rows(inbox, inbox.c.received_at)},
            came={(row.partner, row.message_id, row.digest): row for row in rows(raw)},
            conflicts={(row.partner, row.message_id, row.digest): row for row in rows(tables.conflict)},
            objects={row.id: row for row in rows(tables.business_object)},
            events=_by("object_id", rows(tables.event, tables.event.c.seq)),
            notices=_by("object_id", rows(tables.notice)),
            decisions=_by("subject", decided, lambda subject: subject.removeprefix("outbox:")),
            alerts=frozenset(row.key for row in rows(tables.alert) if row.closed_at is None),
            audit=rows(tables.audit, tables.audit.c.seq),
        )

    def decided(self, message_id: str, verdicts: frozenset[str]) -> list[Row[Any]]:
        """The confirmed decisions about a message with one of these verdicts."""
        return [row for row in self.decisions.get(message_id, ()) if row.verdict in verdicts]

    def proven(self, message_id: str, outcomes: frozenset[str]) -> bool:
        """Whether an attempt, to send or to ask, ended with one of these outcomes."""
        return any(row.outcome in outcomes for row in self.attempts.get(message_id, ()))


def check(connection: Connection, books: Sequence[Books], now: datetime, *, settled: bool) -> list[Breach]:
    """Every breach of every invariant; an empty list is what a harness wants.

    ``settled``: everything that can be delivered was, so that what waits is a breach too.
    """
    facts = Facts.read(connection, now, settled=settled)
    found = [Breach("I8", fault.where, fault.text.en) for fault in evidence_check.check(connection).faults]
    for invariant, rule in RULES:
        found += [Breach(invariant, about, what) for about, what in rule(facts, books)]
    return found


Findings = Iterator[tuple[str, str]]


def acknowledged_is_kept(facts: Facts, books: Sequence[Books]) -> Findings:
    """I1: what a partner holds a signed receipt for is in the inbox, byte for byte."""
    for book in books:
        for message_id, content in book.acknowledged.items():
            row = facts.inbox.get((book.partner, message_id))
            if row is None:
                yield message_id, "acknowledged and not in the inbox"
                continue
            raw = facts.came.get((book.partner, message_id, row.digest))
            if raw is None or raw.content != content:
                yield message_id, "acknowledged and other bytes are kept"
    for (partner, message_id), row in facts.inbox.items():
        raw = facts.came.get((partner, message_id, row.digest))
        if raw is None or sha256(raw.content).hexdigest() != row.digest:
            yield message_id, "the inbox row does not match its bytes"
        if row.state not in ("APPLIED", "PARKED") or (row.state == "APPLIED") != (row.applied_at is not None):
            yield message_id, f"inbox state {row.state}, applied {row.applied_at}"
        if not row.answer:
            yield message_id, "no stored answer"


def one_legal_state(facts: Facts, books: Sequence[Books]) -> Findings:  # noqa: ARG001
    """I2: each outbox row is in one legal state, with what that state has to show, and none is forgotten."""
    for message_id, row in facts.outbox.items():
        if row.state not in EDGES:
            yield message_id, f"{row.state} is no state"
            continue
        raw = facts.sent.get(message_id)
        if raw is None or sha256(raw.content).hexdigest() != raw.digest:
            yield message_id, "its bytes are missing or not those that were signed"
        problem = PROOFS[row.state](facts, row) if row.state in PROOFS else None
        if problem:
            yield message_id, f"{row.state}: {problem}"
        sends = sum(tried.purpose == "send" for tried in facts.attempts.get(message_id, ()))
        if row.attempts != sends:
            yield message_id, f"counts {row.attempts} attempts and has {sends}"
        if not facts.settled:
            continue
        if row.state in WAITING - {"UNKNOWN"}:
            yield message_id, f"still {row.state}"
        if row.state in ("QUEUED", "RETRYING") and row.deadline < facts.now - SLACK:
            yield message_id, f"waits past its deadline {row.deadline}"


def _acked(facts: Facts, row: Row[Any]) -> str | None:
    by_person = facts.decided(row.message_id, frozenset({"delivered"}))
    if facts.proven(row.message_id, ARRIVED) or row.reason == "receipt" or by_person:
        return None
    return "no answer, receipt or decision says so"


def _refused(facts: Facts, row: Row[Any]) -> str | None:
    return None if facts.proven(row.message_id, REFUSED) else "the partner never said no"


def _dead(facts: Facts, row: Row[Any]) -> str | None:
    if row.owner is None:
        return None if facts.decided(row.message_id, frozenset({"give_up"})) else "closed without a decision"
    return None if f"outbox:{row.message_id}" in facts.alerts else "nobody was called"


def _unknown(facts: Facts, row: Row[Any]) -> str | None:
    sends = [tried for tried in facts.attempts.get(row.message_id, ()) if tried.purpose == "send"]
    if not sends or sends[-1].outcome not in UNSURE:
        return "the last attempt to send is not one whose outcome is unknown"
    if row.owner == "operator" and f"outbox:{row.message_id}" not in facts.alerts:
        return "nobody was called"
    return None if row.owner else "nobody has to act"


def _sending(facts: Facts, row: Row[Any]) -> str | None:
    if row.lease_until is None or row.fence == 0:
        return "nobody holds it"
    begun = any(tried.fence == row.fence for tried in facts.attempts.get(row.message_id, ()))
    return None if begun else "no attempt is recorded"


def _cancelled(facts: Facts, row: Row[Any]) -> str | None:
    return "was attempted" if facts.attempts.get(row.message_id) else None


PROOFS: Mapping[str, Callable[[Facts, Row[Any]], str | None]] = {
    "ACKED": _acked,
    "REFUSED": _refused,
    "DEAD": _dead,
    "UNKNOWN": _unknown,
    "SENDING": _sending,
    "CANCELLED": _cancelled,
}
"""State -> what is wrong with a row that claims it."""


def partners_agree(facts: Facts, books: Sequence[Books]) -> Findings:
    """I3: what the partner holds is what the hub calls delivered, in equal bytes."""
    for book in books:
        heard = Counter(row.message_id for row in book.heard if not row.question)
        for came in book.heard:
            raw = facts.sent.get(came.message_id)
            if raw is None:
                yield came.message_id, "the partner heard of a message that the outbox does not have"
            elif not came.question and raw.content != came.content:
                yield came.message_id, "the partner got other bytes"
        for message_id, row in facts.outbox.items():
            if row.partner != book.partner:
                continue
            if heard[message_id] > row.attempts:
                yield message_id, f"arrived {heard[message_id]} times in {row.attempts} attempts"
            yield from _agreed(facts, book, row)


def _agreed(facts: Facts, book: Books, row: Row[Any]) -> Findings:
    held = row.message_id in book.held
    if row.state == "ACKED" and not held:
        yield row.message_id, "ACKED and the partner does not have it"
    if not held or row.state == "ACKED" or (row.state in WAITING and not facts.settled):
        return
    came = [heard for heard in book.heard if heard.message_id == row.message_id and not heard.question]
    if row.state == "DEAD" and all(heard.late for heard in came):
        return  # denied by the partner, buried with an alarm, and only then did it arrive: nobody could know
    yield row.message_id, f"{row.state} and the partner has it"


def unknown_is_not_repeated(facts: Facts, books: Sequence[Books]) -> Findings:
    """I3, P7: after an unknown outcome nothing goes again without the partner's denial or two persons."""
    for message_id in facts.outbox:
        unsure = None
        for tried in facts.attempts.get(message_id, ()):
            if tried.purpose == "query" and tried.outcome == "not_sent":
                unsure = None
            if tried.purpose != "send":
                continue
            if unsure is not None and not _allowed(facts, message_id, unsure.started_at, tried.started_at):
                yield message_id, f"attempt {tried.no} after attempt {unsure.no}, which nobody had resolved"
            unsure = tried if tried.outcome in UNSURE else None
    for book in books:
        waiting: dict[str, bool] = {}  # message id -> whether it came, and the hub cannot know what became of it
        for row in book.heard:
            if row.question:
                waiting[row.message_id] = waiting.get(row.message_id, False) and row.said != NOT_SEEN
                continue
            if row.late:
                continue
            if waiting.get(row.message_id) and not facts.decided(row.message_id, AGAIN):
                yield row.message_id, "the partner got it again without having denied it"
            waiting[row.message_id] = row.said not in NOT_TAKEN


def _allowed(facts: Facts, message_id: str, after: datetime, before: datetime) -> bool:
    return any(after <= row.confirmed_at <= before for row in facts.decided(message_id, AGAIN))


def lanes_keep_order(facts: Facts, books: Sequence[Books]) -> Findings:  # noqa: ARG001
    """Nothing of an object is sent while an earlier message of the same object is not resolved."""
    lanes: defaultdict[str, list[Row[Any]]] = defaultdict(list)
    for row in facts.outbox.values():
        sends = [tried for tried in facts.attempts.get(row.message_id, ()) if tried.purpose == "send"]
        for earlier in lanes[row.lane] if sends else ():
            by_others = earlier.reason == "receipt" or earlier.state == "DEAD" or earlier.message_id in facts.decisions
            resolved = earlier.state not in WAITING and (by_others or earlier.updated_at <= sends[0].started_at)
            if not resolved:
                yield row.message_id, f"sent before {earlier.message_id} was resolved"
        lanes[row.lane].append(row)


def histories_are_paths(facts: Facts, books: Sequence[Books]) -> Findings:  # noqa: ARG001
    """I6: every object is what its events say, and got there along its kind's graph."""
    for object_id, row in facts.objects.items():
        kind = KINDS[row.kind]
        events = facts.events.get(object_id, ())
        found = project(kind, [_event(kind, event) for event in events])
        stored = {"state": row.state, "ack": row.ack_state}
        if any(stored[track] != state for track, state in found.states.items()):
            yield row.number, f"stored as {stored}, its events say {dict(found.states)}"
        if freeze(found.content) != row.content or found.submission != row.submission:
            yield row.number, "content or submission differs from what its events say"
        yield from _path(kind, row, found)
        yield from _history(kind, row, events)
        yield from _notices(facts, kind, row, found)
    for key in facts.alerts:
        if key.startswith("settle:"):
            yield key, "an outcome could not be applied"


def _event(kind: Kind, row: Row[Any]) -> Event:
    return Event(row.name, row.identity, row.submission, row.occurred_at, thaw(kind, row.content))


def _path(kind: Kind, row: Row[Any], found: Projection) -> Findings:
    for track in kind.tracks:
        edges = {(edge.source, edge.target) for edge in track.transitions}
        own = {edge.target for edge in track.transitions if kind.event(edge.event).by is By.ENTERPRISE}
        passed = [None, *(state for name, state, _ in found.passed if name == track.name)]
        for before, after in pairwise(passed):
            if (before, after) not in edges and after not in own and after != CONFLICT:
                yield row.number, f"{track.name}: {before} -> {after} is no edge"


def _history(kind: Kind, row: Row[Any], events: Sequence[Row[Any]]) -> Findings:
    """What was recorded at each event: where one left the object, the next one found it.

    Only of kinds with one track: an event that moves two is recorded with the last one.
    """
    if len(kind.tracks) != 1:
        return
    current: dict[str, str] = {}
    for event in events:
        if event.after is None:
            continue
        track, _, after = event.after.partition(":")
        _, _, before = (event.before or "").partition(":")
        if before != str(current.get(track)):
            yield row.number, f"{event.name} found {track} {before}, the event before it left {current.get(track)}"
        current[track] = after
    if current.get(kind.tracks[0].name) != row.state:
        yield row.number, f"its history ends at {current}, the row says {row.state}"


def _notices(facts: Facts, kind: Kind, row: Row[Any], found: Projection) -> Findings:
    there = Counter(notice.key for notice in facts.notices.get(row.id, ()))
    for track, state, submission in found.passed:
        if kind.state(track, state).notice is not None and there[f"{track}:{state}:{submission}"] != 1:
            yield row.number, f"{there[f'{track}:{state}:{submission}']} notices of {track} {state}"


def one_effect_each(facts: Facts, books: Sequence[Books]) -> Findings:  # noqa: ARG001
    """I7: a message id has one effect: in as an event, out as a row, back as an outcome."""
    effects = Counter(event.message_id for rows in facts.events.values() for event in rows if event.message_id)
    for (_, message_id), row in facts.inbox.items():
        wanted = 0 if row.state == "PARKED" or row.type.startswith("Introduction/") else 1
        if effects[message_id] != wanted:
            yield message_id, f"{row.state} {row.type} has {effects[message_id]} events"
    outcomes = Counter((event.message_id, event.name) for rows in facts.events.values() for event in rows)
    for message_id, row in facts.outbox.items():
        arrived, failed = outcomes[message_id, "delivered"], _failures(row, outcomes)
        if arrived > 1 or failed > 1:
            yield message_id, f"{arrived} times delivered, {failed} times failed"
        if row.state == "ACKED" and not arrived and row.reason != "receipt":
            yield message_id, "ACKED and its object was not told"
        if row.state in ("REFUSED", "DEAD") and not failed:
            yield message_id, f"{row.state} and its object was not told"
    yield from _sent_once(facts)


def _failures(row: Row[Any], outcomes: Mapping[tuple[str, str], int]) -> int:
    names = {sends.failed for sends in SENDS.values() if f"{sends.type}/{sends.version}" == row.type}
    return sum(outcomes[row.message_id, name] for name in names)


def _sent_once(facts: Facts) -> Findings:
    """What the enterprise did and what was queued for it came about together."""
    queued = Counter((row.object_id, row.submission, row.type) for row in facts.outbox.values())
    for object_id, rows in facts.events.items():
        kind = facts.objects[object_id].kind
        for (name, submission), count in Counter((row.name, row.submission) for row in rows).items():
            sends = SENDS.get((kind, name))
            if sends is None:
                continue
            found = queued.pop((object_id, submission, f"{sends.type}/{sends.version}"), 0)
            if found != count:
                yield facts.objects[object_id].number, f"{count} times {name}, {found} messages in the outbox"
    for (object_id, _, message), count in queued.items():
        yield facts.objects[object_id].number, f"{count} {message} in the outbox that nobody asked for"


SENDS = {
    (kind.code, action.event): action.sends
    for kind in KINDS.values()
    for action in kind.actions
    if action.sends is not None
}
"""(kind, event) -> the message that goes with it."""


def refusals_are_audited(facts: Facts, books: Sequence[Books]) -> Findings:
    """I10: every conflict, refusal and decision has its one line."""
    lines = Counter((line.what, _subject(line)) for line in facts.audit)
    for partner, message_id, digest in facts.conflicts:
        if lines["message.conflict", digest] != 1:
            yield message_id, f"{lines['message.conflict', digest]} audit lines about a conflict"
        if (partner, message_id, digest) not in facts.came or (partner, message_id) not in facts.inbox:
            yield message_id, "a conflict whose bytes were not kept"
    for book in books:
        for message_id, digest in book.conflicts:
            if (book.partner, message_id, digest) not in facts.conflicts:
                yield message_id, "the partner was told of a conflict that is not parked"
        for digest, times in book.refused.items():
            if lines["message.refused", digest] < times:
                yield digest, f"refused {times} times, {lines['message.refused', digest]} audit lines"
    for message_id, made in facts.decisions.items():
        proposed, confirmed = (lines[f"decision.{word}", f"outbox:{message_id}"] for word in ("proposed", "confirmed"))
        if confirmed != len(made) or proposed < len(made):
            yield message_id, f"{len(made)} decisions, {proposed} proposals and {confirmed} confirmations audited"
        if any(row.confirmed_by in (None, row.proposed_by) for row in made):
            yield message_id, "one person decided alone"


def _subject(line: Row[Any]) -> str:
    """What an audit line is about."""
    named = {"message.conflict": "other", "message.refused": "digest"}
    return str(line.detail.get(named.get(line.what, "subject"), ""))


RULES: Sequence[tuple[str, Callable[[Facts, Sequence[Books]], Findings]]] = (
    ("I1", acknowledged_is_kept),
    ("I2", one_legal_state),
    ("I3", partners_agree),
    ("P7", unknown_is_not_repeated),
    ("ORDER", lanes_keep_order),
    ("I6", histories_are_paths),
    ("I7", one_effect_each),
    ("I10", refusals_are_audited),
)
"""Invariant -> the function that finds its breaches."""


def _by(
    name: str, rows: Sequence[Row[Any]], key: Callable[[str], str] = lambda value: value
) -> Mapping[str, Sequence[Row[Any]]]:
    found: defaultdict[str, list[Row[Any]]] = defaultdict(list)
    for row in rows:
        found[key(getattr(row, name))].append(row)
    return found
