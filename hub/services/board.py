"""The next-move board: every open object of an enterprise, who has the next move, since when, and until when.

Where a partner has promised an answer and is silent, the board says so and names its last message, so that nobody
has to guess whether anything arrived.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache, partial
from typing import Any, NamedTuple

from sqlalchemy import CompoundSelect, Connection, Row, bindparam, literal, select, union_all

from hub.business import KINDS
from hub.business.states import CONFLICT_STATE, Next
from hub.registry import Registry
from hub.services import watch
from hub.services.objects import Tenant
from hub.services.paging import TRACK_COLUMNS
from hub.services.shapes import BusinessObject
from hub.store import tables

TURNS = (Next.ENTERPRISE, Next.HUB, Next.PARTNER, Next.NOBODY)
"""Whose turn counts when the tracks of an object differ."""
SHOWN = TURNS[:-1]
ON_ITS_WAY = frozenset(tables.WAITING)  # the message has no answer yet: it is ours to deliver, the partner cannot move
COUNTED = 200  # objects in one state, the oldest; beyond, the number is a lower bound

_object, _inbox = tables.business_object, tables.inbox


@dataclass(frozen=True, kw_only=True)
class Move:
    """One open object. ``until``: the partner's promise, or the last moment for the enterprise.

    ``silent``: the promise is not kept; ``heard`` is then the partner's last message of all, None when it sent none.
    """

    obj: BusinessObject
    turn: Next
    track: str
    until: datetime | None = None
    silent: bool = False
    heard: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Board:
    """The moves by whose turn it is, those that wait longest first, and how many there are of each.

    ``capped``: there are more than the numbers say.
    """

    moves: Mapping[Next, Sequence[Move]]
    numbers: Mapping[Next, int]
    capped: bool

    @property
    def open(self) -> int:
        """All open objects."""
        return sum(self.numbers.values())


class _Place(NamedTuple):
    """An object on the board, before it is read. Those that wait longest come first."""

    since: datetime
    id: str
    turn: Next
    track: str


def read(connection: Connection, registry: Registry, enterprise: str, now: datetime, *, each: int) -> Board:
    """The enterprise's board, with at most ``each`` moves of each turn."""
    tenant = Tenant(connection, enterprise)
    asked = {"enterprise": enterprise, "at_most": COUNTED}
    found = [row for kind in tenant.kinds() for row in connection.execute(_open(kind), asked)]
    full = max(Counter((row.kind, row.track, row.state) for row in found).values(), default=0)
    places = sorted(_places(found))
    by_turn = {turn: [place for place in places if place.turn is turn] for turn in SHOWN}
    objects = tenant.those([place.id for rows in by_turn.values() for place in rows[:each]])
    heard = cache(partial(last_heard, connection))
    return Board(
        moves={
            turn: [_move(registry, objects[place.id], place, now, heard) for place in rows[:each]]
            for turn, rows in by_turn.items()
        },
        numbers={turn: len(rows) for turn, rows in by_turn.items()},
        capped=full == COUNTED,
    )


def turn_of(obj: BusinessObject) -> tuple[Next, str]:
    """Who has the next move, and the track that says so."""
    standing = [(state.next, track.name) for track in obj.kind.tracks if (state := obj.state(track.name))]
    turn, track = min(standing, key=lambda row: TURNS.index(row[0]))
    return _delivering(turn, obj.delivery), track


def _delivering(turn: Next, delivery: str | None) -> Next:
    return Next.HUB if turn is Next.PARTNER and delivery in ON_ITS_WAY else turn


@cache
def _open(kind_code: str) -> CompoundSelect[Any]:
    """A look into the index for each of the kind's states in which somebody has to move."""
    looks = []
    for track in KINDS[kind_code].tracks:
        for state in (*track.states, CONFLICT_STATE):
            if state.next is Next.NOBODY:
                continue
            standing = (
                select(_object.c.id, _object.c.kind, _object.c.since, _object.c.delivery)
                .where(
                    _object.c.enterprise == bindparam("enterprise"),
                    _object.c.kind == kind_code,
                    TRACK_COLUMNS[track.name] == state.id,
                )
                .order_by(_object.c.created_at)
                .limit(bindparam("at_most"))
                .subquery()
            )
            looks.append(select(standing, literal(track.name).label("track"), literal(state.id).label("state")))
    return union_all(*looks)


@cache
def _next(kind_code: str, track: str, state: str) -> Next:
    return KINDS[kind_code].state(track, state).next


def _places(rows: Iterable[Row[Any]]) -> list[_Place]:
    """One place for each object: of its tracks, the one whose turn counts."""
    found: dict[str, _Place] = {}
    for row in rows:
        turn = _delivering(_next(row.kind, row.track, row.state), row.delivery)
        place = _Place(row.since, row.id, turn, row.track)
        known = found.get(row.id)
        if known is None or TURNS.index(turn) < TURNS.index(known.turn):
            found[row.id] = place
    return list(found.values())


def _move(
    registry: Registry, obj: BusinessObject, place: _Place, now: datetime, heard: Callable[[str], datetime | None]
) -> Move:
    last = obj.due_at if place.track == "state" else None  # the day on which the state itself ends
    move = Move(obj=obj, turn=place.turn, track=place.track, until=last)
    if place.turn is not Next.PARTNER:
        return move
    until = watch.promised(registry, obj, place.track)
    if until is None or until > now:
        return replace(move, until=until)
    return replace(move, until=until, silent=True, heard=heard(obj.partner))


def last_heard(connection: Connection, partner: str) -> datetime | None:
    """When the partner's last message came; None when none ever did."""
    latest = select(_inbox.c.received_at).where(_inbox.c.partner == partner).order_by(_inbox.c.received_at.desc())
    return connection.execute(latest.limit(1)).scalar_one_or_none()
