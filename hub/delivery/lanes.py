"""Lanes: one per business object, first in, first out. A worker claims a free lane's head with a lease and a fence.

A head that is being sent, UNKNOWN or waiting for its next try blocks its own lane and no other. The claim is the same
for both databases (SQLite ignores SKIP LOCKED: its writers stand in a queue anyway) and reads only the partial index of
what waits, so that a million finished rows cost it nothing. A message that may go now is claimed together with its
attempt, in one transaction: SENDING means that an attempt is recorded.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import (
    Connection,
    Engine,
    FromClause,
    Row,
    bindparam,
    exists,
    func,
    insert,
    literal_column,
    or_,
    select,
    update,
)
from sqlalchemy.sql.elements import ColumnElement

from hub.contract.message import CanonicalMessage, OutMessage
from hub.delivery import failpoints
from hub.delivery.outbox import restore
from hub.store.conditions import in_state
from hub.store.engine import looking, writing
from hub.store.prepared import ONE, Prepared
from hub.store.tables import WAITING, attempt, outbox, outbox_raw

NEVER = datetime(9999, 1, 1, tzinfo=UTC)  # no further try is planned: somebody has to act


@dataclass(frozen=True, kw_only=True)
class Claim:
    """A message that one worker holds until its lease ends."""

    seq: int
    message_id: str
    object_id: str
    enterprise: str
    partner: str
    capability: str
    type: str
    business_key: str
    submission: int
    lane: str
    state: str  # as it was found: QUEUED and RETRYING are sent, UNKNOWN is asked about
    deadline: datetime
    attempts: int  # sends so far
    queries: int  # questions answered so far
    fence: int  # of this claim
    begun: bool  # its attempt is recorded; else there is a question to ask, or it is past its deadline
    more: Sequence[str]  # the partners for whom something else is due, or will be once this one is done
    lease_until: datetime  # then others may take it over
    out: OutMessage = field(repr=False)
    canonical: CanonicalMessage = field(repr=False)


_other = outbox.alias("other")
_blocked = exists(
    select(_other.c.seq).where(
        _other.c.lane == outbox.c.lane,
        in_state(_other, *WAITING),
        _other.c.seq != outbox.c.seq,
        or_(_other.c.seq < outbox.c.seq, in_state(_other, "SENDING", "UNKNOWN")),
    )
)


def _due_of(partner: ColumnElement[str], table: FromClause = outbox) -> tuple[ColumnElement[bool], ...]:
    """The messages of ``partner`` that are due at ``now``, wherever in their lanes."""
    return (
        in_state(table, *WAITING),
        table.c.partner == partner,
        table.c.not_before <= bindparam("now"),
        table.c.state != literal_column("'SENDING'"),
        or_(table.c.lease_until.is_(None), table.c.lease_until <= bindparam("now")),
    )


def _heads(partner: ColumnElement[str]) -> tuple[ColumnElement[bool], ...]:
    """Those of them that stand at the head of a free lane."""
    return (*_due_of(partner), or_(in_state(outbox, "UNKNOWN"), ~_blocked))


_first = select(func.min(outbox.c.partner).label("code")).where(in_state(outbox, *WAITING)).cte("busy", recursive=True)
_next = select(func.min(outbox.c.partner)).where(in_state(outbox, *WAITING), outbox.c.partner > _first.c.code)
_busy = _first.union_all(select(_next.scalar_subquery()).where(_first.c.code.is_not(None)))
_due_first = select(outbox.c.seq).where(*_heads(_busy.c.code)).limit(ONE)  # with EXISTS PostgreSQL may read them all
DUE = Prepared(select(_busy.c.code).where(_due_first.scalar_subquery().is_not(None)))
"""The partners for whom something is due: one step into the index for each, however much waits."""

NEXT = Prepared(
    select(
        outbox,
        outbox_raw.c.content,
        outbox_raw.c.content_type,
        outbox_raw.c.path,
        outbox_raw.c.headers,
        outbox_raw.c.canonical,
        exists(select(_other.c.seq).where(*_due_of(outbox.c.partner, _other), _other.c.seq != outbox.c.seq)).label(
            "more"
        ),
    )
    .join(outbox_raw, outbox_raw.c.message_id == outbox.c.message_id)
    .where(*_heads(bindparam("partner")))
    .order_by(outbox.c.not_before, outbox.c.seq)
    .limit(ONE)
    .with_for_update(of=outbox, skip_locked=True)
)
"""The first of them."""

TAKE = Prepared(
    update(outbox)
    .where(outbox.c.seq == bindparam("taken"))
    .values(fence=outbox.c.fence + 1, attempts=outbox.c.attempts + bindparam("sends"))
)
STILL_HELD = Prepared(
    select(outbox.c.seq)
    .where(outbox.c.seq == bindparam("held"), outbox.c.fence == bindparam("fence"))
    .with_for_update()
)
_last = select(func.coalesce(func.max(attempt.c.no), 0)).where(attempt.c.message_id == bindparam("message"))
ATTEMPT = Prepared(insert(attempt).values(no=_last.scalar_subquery() + 1).inline())  # nobody asks for its number
RELEASE = Prepared(
    update(outbox)
    .where(
        outbox.c.lane == bindparam("released"),
        in_state(outbox, *WAITING),
        in_state(outbox, "QUEUED"),
        outbox.c.not_before > bindparam("now"),
    )
    .values(not_before=bindparam("now"))
)
"""The statements of every message: building one costs more than running it, so they are built once."""


Gate = Callable[[Connection, Claim], datetime | None]
"""When to come again, if a message may not go now. Asked in the transaction of the claim."""


def claim(engine: Engine, *, partners: Sequence[str], now: datetime, lease: timedelta, gate: Gate) -> Claim | None:
    """Claim the first due message of the first of ``partners`` that has one; None when nothing is due.

    Where ``gate`` is closed, everything of that capability is put off instead.
    """
    due = _due(engine, partners, now)
    if not due:
        return None
    with writing(engine) as connection:
        held = next(filter(None, (first(connection, partner, now, lease, gate) for partner in due)), None)
        if held is None:
            return None
    failpoints.hit("delivery.after_claim_commit")
    others = [code for code in due if code != held.partner]
    return replace(held, more=[*held.more, *others]) if others else held


def _due(engine: Engine, partners: Sequence[str], now: datetime) -> Sequence[str]:
    """Those for whom something is due. Looked at first, because who only looks stands in no writer's way."""
    if not partners:
        return ()
    with looking(engine) as connection:
        due = {row.code for row in DUE.rows(connection, {"now": now})}
    return [code for code in partners if code in due]


def first(connection: Connection, partner: str, now: datetime, lease: timedelta, gate: Gate) -> Claim | None:
    """Claim the partner's first due message in the caller's transaction; None when nothing is due."""
    while (row := NEXT.first(connection, {"partner": partner, "now": now})) is not None:
        sends = row.state != "UNKNOWN" and now < row.deadline
        held = _held(row, now + lease, sends)
        closed = gate(connection, held) if sends else None
        if closed is None:
            _take(connection, held, now)
            failpoints.hit("delivery.before_claim_commit")
            return held
        defer(connection, partner, held.capability, now, closed)
        failpoints.hit("delivery.before_defer_commit")
    return None


def expect(connection: Connection, partner: str, now: datetime) -> None:
    """Announce :func:`first`."""
    NEXT.ahead(connection, {"partner": partner, "now": now})


def _held(row: Row[Any], until: datetime, begun: bool) -> Claim:
    return Claim(
        seq=row.seq,
        message_id=row.message_id,
        object_id=row.object_id,
        enterprise=row.enterprise,
        partner=row.partner,
        capability=row.capability,
        type=row.type,
        business_key=row.business_key,
        submission=row.submission,
        lane=row.lane,
        state=row.state,
        deadline=row.deadline,
        attempts=row.attempts,
        queries=row.queries,
        fence=row.fence + 1,
        begun=begun,
        more=[row.partner] if row.more or row.attempts > 0 or row.state == "UNKNOWN" else [],  # its end may free a lane
        lease_until=until,
        out=OutMessage(content=row.content, content_type=row.content_type, path=row.path, headers=row.headers),
        canonical=restore(row),
    )


def _take(connection: Connection, held: Claim, now: datetime) -> None:
    state = "SENDING" if held.begun else held.state
    values = {"taken": held.seq, "state": state, "lease_until": held.lease_until, "sends": int(held.begun)}
    TAKE.write(connection, values)
    if held.begun:
        _begin(connection, held, "send", now)


def begin_query(connection: Connection, held: Claim, now: datetime) -> bool:
    """Record that a question is asked; False when the claim was taken over meanwhile."""
    if STILL_HELD.first(connection, {"held": held.seq, "fence": held.fence}) is None:
        return False
    _begin(connection, held, "query", now)
    return True


def _begin(connection: Connection, held: Claim, purpose: str, now: datetime) -> None:
    row = {"message_id": held.message_id, "purpose": purpose, "fence": held.fence, "started_at": now}
    ATTEMPT.write(connection, row | {"message": held.message_id})


def stranded(connection: Connection, now: datetime, limit: int = 100) -> Sequence[int]:
    """Numbers of the messages whose worker's lease has ended."""
    wanted = select(outbox.c.seq).where(*_lease_over(now)).order_by(outbox.c.lease_until).limit(limit)
    return connection.execute(wanted).scalars().all()


def lock_stranded(connection: Connection, seq: int, now: datetime) -> Row[Any] | None:
    """One of them, locked; None when it is no longer stranded, because its worker was only slow."""
    return connection.execute(select(outbox).where(outbox.c.seq == seq, *_lease_over(now)).with_for_update()).first()


def _lease_over(now: datetime) -> tuple[ColumnElement[bool], ...]:
    return (in_state(outbox, "SENDING"), outbox.c.lease_until <= now)


def overdue(connection: Connection, now: datetime, limit: int = 100) -> Sequence[Row[Any]]:
    """Messages that were not delivered by their deadline. UNKNOWN ones are never among them: time resolves nothing."""
    wanted = (
        select(outbox)
        .where(in_state(outbox, *WAITING), in_state(outbox, "QUEUED", "RETRYING"), outbox.c.deadline <= now)
        .order_by(outbox.c.seq)
        .limit(limit)
    )
    return connection.execute(wanted).all()


def defer(connection: Connection, partner: str, capability: str, now: datetime, until: datetime) -> None:
    """Nothing of this capability is due before ``until``: one statement for a whole backlog."""
    due = (
        select(outbox.c.seq)
        .where(
            in_state(outbox, *WAITING),
            in_state(outbox, "QUEUED", "RETRYING"),
            outbox.c.partner == partner,
            outbox.c.capability == capability,
            outbox.c.not_before <= now,
        )
        .with_for_update(skip_locked=True)
    )
    connection.execute(update(outbox).where(outbox.c.seq.in_(due)).values(not_before=until))


def postpone(connection: Connection, lane: str, seq: int, until: datetime) -> None:
    """The head waits until then, so those behind it need not be looked at before."""
    behind = (outbox.c.lane == lane, outbox.c.seq > seq, in_state(outbox, *WAITING), in_state(outbox, "QUEUED"))
    connection.execute(update(outbox).where(*behind, outbox.c.not_before < until).values(not_before=until))


def release(connection: Connection, lane: str, now: datetime) -> None:
    """The head is done: those behind it are due. A partner's hours are asked again before anything is sent."""
    RELEASE.write(connection, {"released": lane, "now": now})
