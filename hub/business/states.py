"""Rows that a machine is declared with: states, events, transitions, and the tracks that hold them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from typing import Any, Literal

from hub.contract.text import Text

CONFLICT = "CONFLICT"
BACK = "BACK"  # as a transition's target: the state that the object had before the present one
DECIDED = "conflict_decided"


class By(Enum):
    """Who may cause an event."""

    ENTERPRISE = Text("企业", "Enterprise")
    PARTNER = Text("合作机构", "Partner")
    SYSTEM = Text("系统", "System")
    OPERATOR = Text("运营人员", "Operator")


class Next(Enum):
    """Who has the next move."""

    ENTERPRISE = Text("由您处理", "You")
    PARTNER = Text("由合作机构处理", "The partner")
    HUB = Text("由系统处理", "The hub")
    NOBODY = Text("—", "—")


Family = Literal["draft", "running", "action", "done", "failed", "ended"]
Phase = Literal["start", "submission", "end"]


@dataclass(frozen=True)
class State:
    """One state: what the user reads, its colour family, and who has the next move."""

    id: str
    label: Text
    family: Family
    next: Next
    hint: Text | None = None  # what happens next, in a few words
    notice: Text | None = None  # reaching this state tells the enterprise so, once
    hidden: bool = False  # lists leave such objects out unless they are asked for


@dataclass(frozen=True)
class Transition:
    """``event`` moves the object from ``source`` (None: it does not exist yet) to ``target``."""

    source: str | None
    event: str
    target: str


@dataclass(frozen=True)
class EventType:
    """One event of a kind. Its place in ``Kind.events`` is its rank when events are folded.

    ``start`` events create the object, ``submission`` events belong to the submission they answer, ``end`` events
    concern the object as a whole. Events of one ``decision`` exclude each other within a submission. Events of one
    ``series`` are told by one clock: they are folded by their time, and the latest of them stands.
    """

    name: str
    by: By
    text: Text
    phase: Phase = "submission"
    decision: str | None = None
    series: str | None = None


@dataclass(frozen=True)
class Reading:
    """A state that no event brings: what is read instead of ``over`` while ``when`` holds for the object's content with
    what is typed by now.
    """

    state: State
    over: frozenset[str]
    when: Callable[[Mapping[str, Any]], bool]


@dataclass(frozen=True, kw_only=True)
class Track:
    """One machine of a kind. The partner's decision and the enterprise's acknowledgement are two tracks."""

    name: str
    label: Text
    states: Sequence[State]
    transitions: Sequence[Transition]
    readings: Sequence[Reading] = ()

    @cached_property
    def moves(self) -> Mapping[tuple[str | None, str], str]:
        """(state, event) -> next state."""
        return {(row.source, row.event): row.target for row in self.transitions}

    @cached_property
    def touched(self) -> frozenset[str]:
        """The events that move the object on this track."""
        return frozenset(row.event for row in self.transitions)


CONFLICT_STATE = State(
    id=CONFLICT,
    label=Text("结果待核实", "Result being verified"),
    family="failed",
    next=Next.HUB,
    hint=Text(
        "收到相互矛盾的结果，正在与合作机构核实", "Contradictory results arrived; being verified with the partner"
    ),
)
