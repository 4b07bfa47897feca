"""The lifecycle engine: a business object's state is a projection of the *set* of its events, never of their order.

A line of business declares its kinds as data (states, events, transitions, actions, fields). :func:`project` folds an
object's events in the kind's own order - not in the order of arrival - so duplicates change nothing, late events
never move an object backwards, and every permutation of the same messages ends the same. Two answers that contradict
each other make the object ``CONFLICT`` until an operator decides which one stands.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from hub.business.kind import Kind
from hub.business.states import BACK, CONFLICT, DECIDED, By


@dataclass(frozen=True)
class Event:
    """One recorded event of an object. ``identity`` makes a repetition recognisable."""

    name: str
    identity: str
    submission: int
    occurred_at: datetime
    content: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Projection:
    """What the set of events says: one state per track, the content, and the states passed on the way."""

    states: Mapping[str, str | None]
    content: Mapping[str, Any]
    passed: Sequence[tuple[str, str, int]]  # (track, state, submission that brought it there), in order
    submission: int

    @property
    def conflict(self) -> bool:
        """Whether contradictory answers wait for an operator."""
        return CONFLICT in self.states.values()


def project(kind: Kind, events: Iterable[Event]) -> Projection:
    """Fold ``events`` in the kind's order. Pure; the same set gives the same answer in any order, with duplicates."""
    unique = {event.identity: event for event in events}
    places = {identity: _place(kind, event) for identity, event in unique.items()}
    ordered = [unique[identity] for identity in sorted(places, key=places.__getitem__)]
    last = max([event.submission for event in ordered], default=0)
    standing, disputed = _settle(kind, ordered, last)
    states: dict[str, str | None] = {}
    passed: list[tuple[str, str, int]] = []
    for track in kind.tracks:
        # The hub allowed the enterprise's own event when it was recorded: a late answer to an older submission
        # must not undo it, so it moves the object from wherever the older answers left it.
        own = kind.own[track.name]
        current: str | None = None
        before: str | None = None
        for event in standing:
            target = track.moves.get((current, event.name), own.get(event.name))
            if target == BACK:
                target = before
            if target is not None:
                before, current = current, target
                passed.append((track.name, target, places[event.identity][1]))
        if disputed & track.touched:
            current = CONFLICT
            passed.append((track.name, CONFLICT, last))
        states[track.name] = current
    content: dict[str, Any] = {}
    for event in standing:
        content.update(_within(kind, event, content) if kind.bound else event.content)
    return Projection(states=states, content=content, passed=passed, submission=last)


def _within(kind: Kind, event: Event, before: Mapping[str, Any]) -> Mapping[str, Any]:
    """What ``event`` says; of days that are bound, a partner has none later than the one ``before``."""
    if kind.event(event.name).by is not By.PARTNER:
        return event.content
    bound = (name for name in kind.bound if name in event.content and before.get(name))
    return {**event.content, **{name: min(event.content[name] or before[name], before[name]) for name in bound}}


PHASES: Mapping[str, int] = {"start": 0, "submission": 1, "end": 2}


def _place(kind: Kind, event: Event) -> tuple[int, int, int, datetime, str]:
    if event.name == DECIDED:
        return (3, 0, 0, event.occurred_at, event.identity)
    phase, rank = kind.places[event.name]
    submission = event.submission if phase == "submission" else 0
    return (PHASES[phase], submission, rank, event.occurred_at, event.identity)


def _settle(kind: Kind, ordered: Sequence[Event], last: int) -> tuple[list[Event], set[str]]:
    """Take out answers that an operator overruled; name the events that still contradict each other."""
    kept = {
        (event.content["decision"], event.submission): event.content["keep"]
        for event in ordered
        if event.name == DECIDED
    }
    answers: dict[tuple[str, int], set[str]] = {}
    for event in ordered:
        if event.name in kind.decisions:
            answers.setdefault((kind.decisions[event.name], event.submission), set()).add(event.name)
    disputed: set[str] = set()
    dropped: set[tuple[str, int]] = set()
    for key, names in answers.items():
        if len(names) == 1:
            continue
        if key in kept:
            dropped |= {(name, key[1]) for name in names - {kept[key]}}
            continue
        if key[1] == last:  # an older submission's quarrel no longer decides anything
            disputed |= names
    standing = [event for event in ordered if event.name != DECIDED and (event.name, event.submission) not in dropped]
    return standing, disputed
