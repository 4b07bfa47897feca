"""The lifecycle engine: a business object's state is a projection of the *set* of its events, never of their order.

A line of business declares its kinds as data (states, events, transitions, actions, fields). :func:`project` folds an
object's events in the kind's own order - not in the order of arrival - so duplicates change nothing, late events
never move an object backwards, and every permutation of the same messages ends the same. Two answers that contradict
each other make the object ``CONFLICT`` until an operator decides which one stands.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum
from functools import cached_property
from typing import Any, Literal

from hub.business.enclosures import Enclosure
from hub.business.numbers import NumberFormat
from hub.business.posting import Posting
from hub.contract.text import Text

CONFLICT = "CONFLICT"
BACK = "BACK"  # as a transition's target: the state that the object had before the present one
DECIDED = "conflict_decided"
PAYABLE = "*payable"  # as the kind of a link: an object of any kind that is a bill, named by its id
PARTNER = "*partner"  # as the kind of a link: a partner, named by its code
PAYMENT_EVENTS = ("payment_ordered", "payment_failed", "paid")  # what a payment causes on its bills


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
class Field:
    """One value of an object's content. ``key`` makes it findable, ``personal`` keeps it out of logs."""

    name: str
    label: Text
    type: type = str
    key: bool = False
    personal: bool = False
    secret: bool = False  # stored sealed, shown by its end: an account
    inner: bool = False  # for the hub's own use: shown nowhere
    choices: Mapping[str, Text] = field(default_factory=dict)
    rows: Sequence["Field"] = ()  # of a list: what each of its rows has

    def __post_init__(self) -> None:
        if self.rows and self.type is not list:
            raise ValueError(f"{self.name}: only a list has rows")


@dataclass(frozen=True)
class Derived:
    """``name`` is worked out from the fields ``of`` as soon as all of them have a value; ``by`` is pure and exact."""

    name: str
    of: Sequence[str]
    by: Callable[..., Any]


@dataclass(frozen=True)
class Effect:
    """Reaching ``state`` causes ``causes`` on the objects whose number stands in the field ``link`` ("rows.field").

    With ``back`` the other way round: on objects of that kind in whose keyed field ``link`` this one's number stands.
    It comes after all that they know by then; ``at`` names the field with its own time where that has to decide.
    """

    state: str
    link: str
    causes: str
    carries: Sequence[str] = ()  # fields whose values go along
    at: str = ""
    sets: Mapping[str, Any] = field(default_factory=dict)  # what becomes true there
    when: Callable[[Mapping[str, Any]], bool] | None = None  # only for such content
    back: str = ""


@dataclass(frozen=True)
class Hold:
    """What only one object at a time may have while it stands in ``states`` (or in a conflict): a bill, an account.

    ``of`` names it, from the enterprise, the partner and the content; ``taken`` is what a second one reads.
    """

    states: frozenset[str]
    of: Callable[[str, str, Mapping[str, Any]], Collection[str]]
    taken: Text


@dataclass(frozen=True)
class Patience:
    """``event`` comes by itself when an object stood in ``state`` for ``time``, and the partner is asked again.

    ``again``: and after every further ``time`` in which nothing else comes.
    """

    state: str
    time: timedelta
    event: str
    again: bool = False


@dataclass(frozen=True)
class Payable:
    """What makes an object a bill: in ``states`` the enterprise owes its partner the ``amount`` in ``currency``.

    Its kind declares PAYMENT_EVENTS, which a payment causes, and has no effects of its own.
    """

    states: frozenset[str]
    amount: str  # the fields that say so
    currency: str
    due: str = ""


Books = Callable[[str, Mapping[str, Any]], Sequence[Posting]]
"""What stands in the ledger for an enterprise's object with this content."""


@dataclass(frozen=True)
class Need:
    """An object of ``kind`` with the same partner in one of ``states``; without it the user reads ``text``."""

    kind: str
    states: frozenset[str]
    text: Text


@dataclass(frozen=True, kw_only=True)
class Actor:
    """Who acts, as the audit needs it (spec ROLE-07)."""

    account: str
    name: str
    enterprise: str
    role: str  # LP | OP | PW | ADM | SYS
    certificate: str | None = None  # serial of the login card
    address: str | None = None
    rights: frozenset[str] = frozenset()  # beyond the role: delegated by the legal person (ROLE-06)


@dataclass(frozen=True, kw_only=True)
class Linked:
    """What a field names, as far as rules may know it: an object of the same enterprise, or a partner (no kind)."""

    id: str
    number: str
    partner: str
    name: Text  # the partner's
    state: str | None = None
    content: Mapping[str, Any] = field(default_factory=dict)
    kind: "Kind | None" = None


Links = Mapping[str, Mapping[str, Linked]]
"""Link -> value of the field -> what it names."""
Drawn = tuple[Mapping[str, Any], Mapping[str, Text]]
"""Values, and control -> what is wrong."""
Draw = Callable[[Mapping[str, Any], Links, Linked, datetime], Drawn]
"""Content with what was typed, what it names, the receiver, now -> what follows from these."""
Compose = Callable[[Mapping[str, Any], Actor, datetime], dict[str, Any]]
Faults = Callable[[Mapping[str, Any], Mapping[str, Mapping[str, Any]], datetime], Mapping[str, Text]]
"""Content, contents of linked objects by field (each with its ``state``), now -> control, what is wrong."""


@dataclass(frozen=True, kw_only=True)
class Sends:
    """The message that an action sends: body from the object's content (the form's values included)."""

    type: str
    version: str
    capability: str
    compose: Compose
    taken: str = "delivered"  # the event when the partner has it
    done: str = ""  # the event when its answer is the decision already, where that is another
    reference: str = ""  # the field that holds the partner's reference then
    failed: str = "undelivered"  # the event when the message finally could not be delivered
    documents: Sequence[str] = ()  # the object's own documents that travel along, the latest of each


Prints = Callable[[Mapping[str, Any], Actor, str], dict[str, Any]]


@dataclass(frozen=True, kw_only=True)
class Paper:
    """The document that an action has signed inside, by the account's card and under the enterprise's seal."""

    kind: str  # of Kind.documents: what the signed file is kept and sent as
    wording: str  # of hub.documents.texts; its version goes into the field ``document_version``
    seal: str  # the field that names the seal, an object of the enterprise's
    template: str = ""  # of hub.documents; printed when it is signed
    data: Prints | None = None  # what it reads besides the wording, from content, actor, the receiver's name
    printed: str = ""  # instead: of Kind.documents, the latest of which is signed as it lies
    place: str = "enterprise"  # the signature field
    outdated: str = ""  # the event of a new version, where what was signed in an older one is signed again


@dataclass(frozen=True, kw_only=True)
class Tell:
    """A message that the hub sends by itself, once, when an object has come to ``state``."""

    state: str
    to: str  # the field with the receiver's code
    sends: Sends
    told: str  # the event; it keeps the message's id in the field ``kept``
    kept: str


@dataclass(frozen=True, kw_only=True)
class Action:
    """What a user may do to an object. Offered exactly where a transition for ``event`` starts."""

    name: str
    label: Text
    event: str
    roles: frozenset[str]  # one of the sets of hub.business.roles
    delegable: bool = False  # the legal person may let a named operator do it
    sends: Sends | None = None
    form: str | None = None  # name of the form in web.forms
    encloses: Sequence[Enclosure] = ()  # files that travel with the message
    adds: Compose | None = None  # what the hub adds to the form's values: names from tables, times
    faults: Faults | None = None  # what no single field knows
    draws: Draw | None = None  # what follows from linked objects and partners
    purpose: str = "APPLICATION"  # what the card's holder reads that he signs: hub.cards.challenge.Purpose
    matter: Callable[[Mapping[str, Any]], str] | None = None  # and in which words, in the agent's window too
    awaits: frozenset[str] = frozenset()  # its page waits while the object stands in one of these states
    question: Text | None = None  # asked before it is done
    waiting: Text | None = None  # what the user reads until the partner has signed for it
    done: Text | None = None  # what the user reads after that
    signed: bool = False  # the card signs the content; a session opened by password does without
    stepup: bool = False  # the account's card signs the content in every session (spec S2:395)
    paper: Paper | None = None  # the card signs this document too
    needs: Sequence[Need] = ()  # further objects of the enterprise without which it is not possible
    opens: bool = True  # starts a new submission, so that answers to an older one no longer decide
    primary: bool = False


@dataclass(frozen=True, kw_only=True)
class Track:
    """One machine of a kind. The partner's decision and the enterprise's acknowledgement are two tracks."""

    name: str
    label: Text
    states: Sequence[State]
    transitions: Sequence[Transition]

    @cached_property
    def moves(self) -> Mapping[tuple[str | None, str], str]:
        """(state, event) -> next state."""
        return {(row.source, row.event): row.target for row in self.transitions}

    @cached_property
    def touched(self) -> frozenset[str]:
        """The events that move the object on this track."""
        return frozenset(row.event for row in self.transitions)


@dataclass(frozen=True, kw_only=True)
class Kind:
    """A kind of business object, declared as data. Raises ValueError when the tables contradict each other."""

    code: str
    label: Text
    number: str  # the field that is its business number
    title: str  # the field that names it in a list
    fields: Sequence[Field]
    events: Sequence[EventType]
    tracks: Sequence[Track]
    actions: Sequence[Action] = ()
    documents: Mapping[str, Text] = field(default_factory=dict)
    links: Mapping[str, str] = field(default_factory=dict)  # field -> kind whose number it is
    ends: tuple[str, str] | None = None  # (date field, event): the system causes the event after that day
    numbers: NumberFormat | None = None  # how the hub numbers what the enterprise begins
    derived: Sequence[Derived] = ()  # in order: a later one may use an earlier one's value
    effects: Sequence[Effect] = ()  # on other objects of the same enterprise, in the same transaction
    holds: Sequence[Hold] = ()
    books: Mapping[str, Books] = field(default_factory=dict)  # state -> what is booked while an object stands in it
    patience: Sequence[Patience] = ()
    told: Sequence[str] = ()  # the fields that make it one thing, where partners give it no number of its own
    dated: str = ""  # the field with the time that lists go by; else when the hub learned of the object
    once: bool = False  # an enterprise has one of these at most with a partner
    tells: Sequence[Tell] = ()
    payable: Payable | None = None

    def __post_init__(self) -> None:
        names = [event.name for event in self.events]
        if len(set(names)) != len(names):
            raise ValueError(f"{self.code}: an event stands twice")
        for track in self.tracks:
            ids = {state.id for state in track.states}
            for row in track.transitions:
                if (
                    row.event not in names
                    or row.target not in ids | {BACK}
                    or (row.source is not None and row.source not in ids)
                ):
                    raise ValueError(f"{self.code}.{track.name}: {row} names an unknown state or event")
            pairs = [(row.source, row.event) for row in track.transitions]
            if len(set(pairs)) != len(pairs):
                raise ValueError(f"{self.code}.{track.name}: two targets for one state and event")
        self._check_actions(names)
        if self.beginning and (self.numbers is None or self.entry is None):
            raise ValueError(f"{self.code}: what an enterprise begins needs a number format and an entry form")
        fields = {row.name for row in self.fields}
        if unknown := {name for row in self.derived for name in (row.name, *row.of)} - fields:
            raise ValueError(f"{self.code}: no field {', '.join(sorted(unknown))} to derive")
        for effect in self.effects:
            if effect.state not in self._state_ids or not (effect.back or effect.link in self.links):
                raise ValueError(f"{self.code}: {effect} names an unknown state or link")
        self._check_bill(names, fields)

    def _check_bill(self, events: Sequence[str], fields: Collection[str]) -> None:
        if self.payable is None:
            return
        missing = {self.payable.amount, self.payable.currency, *filter(None, [self.payable.due])} - {*fields}
        if missing or not self._state_ids.issuperset(self.payable.states) or not {*PAYMENT_EVENTS} <= {*events}:
            raise ValueError(f"{self.code}: a bill has its amount, its states and the events of a payment")

    def _check_actions(self, events: Sequence[str]) -> None:
        for action in self.actions:
            if action.event not in events:
                raise ValueError(f"{self.code}: action {action.name} causes an unknown event")
            paper = action.paper
            if paper and (paper.kind not in self.documents or not action.stepup):
                raise ValueError(f"{self.code}: action {action.name} signs an unknown document, or without a card")
            if paper and paper.outdated and paper.outdated not in events:
                raise ValueError(f"{self.code}: action {action.name}: a new version causes an unknown event")
            if paper and (paper.data is None) != (paper.printed in self.documents):
                raise ValueError(f"{self.code}: action {action.name} signs what is printed before, or prints it")
            if unlabelled := {row.code for row in action.encloses} - set(self.documents):
                raise ValueError(f"{self.code}: no document {', '.join(sorted(unlabelled))} to enclose")

    def event(self, name: str) -> EventType:
        """Raises KeyError."""
        return self._by_name.get(name) or _missing(self, name)

    @cached_property
    def keyed(self) -> frozenset[str]:
        """The names that an object can be found by, those of its rows too."""
        columns = (column for row in self.fields for column in row.rows)
        return frozenset(row.name for row in (*self.fields, *columns) if row.key)

    @cached_property
    def _state_ids(self) -> frozenset[str]:
        return frozenset(state.id for track in self.tracks for state in track.states)

    def rank(self, event: EventType) -> int:
        """The event's place when events are folded: one for a whole series."""
        return self._ranks[event.name]

    @cached_property
    def _by_name(self) -> Mapping[str, EventType]:
        return {row.name: row for row in self.events}

    @cached_property
    def _ranks(self) -> Mapping[str, int]:
        first: dict[tuple[str | None, str], int] = {}  # of a series, or of an event that is in none
        places = ((row, (row.series, row.series or row.name), place) for place, row in enumerate(self.events))
        return {row.name: first.setdefault(key, place) for row, key, place in places}

    def action(self, name: str) -> Action:
        """Raises KeyError."""
        return next((row for row in self.actions if row.name == name), None) or _missing(self, name)

    def field(self, name: str) -> Field:
        """Raises KeyError."""
        return next((row for row in self.fields if row.name == name), None) or _missing(self, name)

    def track(self, name: str) -> Track:
        """Raises KeyError."""
        return next((row for row in self.tracks if row.name == name), None) or _missing(self, name)

    def moved_by(self, event: str) -> Track:
        """The track on which ``event`` moves the object. Raises KeyError."""
        found = (track for track in self.tracks for row in track.transitions if row.event == event)
        return next(found, None) or _missing(self, event)

    def state(self, track: str, state_id: str) -> State:
        """The state's row; ``CONFLICT`` exists in every track."""
        if state_id == CONFLICT:
            return CONFLICT_STATE
        return next((row for row in self.track(track).states if row.id == state_id), None) or _missing(self, state_id)

    @property
    def beginning(self) -> EventType | None:
        """The event by which an enterprise begins an object; None where only partners do."""
        return next((row for row in self.events if row.phase == "start" and row.by is By.ENTERPRISE), None)

    @property
    def entry(self) -> Action | None:
        """The action whose form is filled in to begin an object."""
        states = self.begun()
        return next((row for row in self.actions if row.form and allowed(self, states, row)), None)

    def begun(self) -> dict[str, str | None]:
        """The states right after the beginning."""
        event = self.beginning.name if self.beginning else None
        moves = {
            (track.name, row.event): row.target for track in self.tracks for row in track.transitions if not row.source
        }
        return {track.name: moves.get((track.name, event or "")) for track in self.tracks}

    def discards(self, action: Action) -> bool:
        """Whether ``action`` takes an object out of the lists."""
        moved = {row.target for track in self.tracks for row in track.transitions if row.event == action.event}
        return any(state.hidden and state.id in moved for track in self.tracks for state in track.states)

    def starts(self, event: str) -> bool:
        """Whether ``event`` may create an object."""
        return self.event(event).phase == "start"


@dataclass(frozen=True, kw_only=True)
class Line:
    """A line of business: its kinds, and the messages it exchanges (type/version -> message id of spec.md 19)."""

    code: str
    label: Text
    kinds: Sequence[Kind]
    messages: Mapping[str, str]


def by_code(kinds: Iterable[Kind]) -> dict[str, Kind]:
    """The kinds by their codes.

    Raises ValueError for a code that stands twice and for an effect on a kind or an event that is not there. What is
    moved by others moves no others itself: a transaction then locks one object that causes and after it those that
    are moved, in one order, and two of them never wait for each other.
    """
    rows = list(kinds)
    found = {kind.code: kind for kind in rows}
    if len(found) != len(rows):
        raise ValueError("a kind stands twice")
    for kind in rows:
        for effect in kind.effects:
            _check_effect(kind, effect, rows)
    return found


def _check_effect(kind: Kind, effect: Effect, kinds: Sequence[Kind]) -> None:
    to = effect.back or kind.links[effect.link]
    targets = [row for row in kinds if (row.payable if to == PAYABLE else row.code == to)]
    if to != PAYABLE and not targets:
        raise ValueError(f"{kind.code}: {effect} causes an unknown event")
    for target in targets:
        if effect.causes not in {row.name for row in target.events}:
            raise ValueError(f"{kind.code}: {effect} causes an unknown event")
        if effect.back and effect.link not in target.keyed:
            raise ValueError(f"{kind.code}: {effect} looks for a field that {target.code} is not found by")
        if target.effects:
            raise ValueError(f"{kind.code}: {effect} moves {target.code}, which moves others itself")


CONFLICT_STATE = State(
    id=CONFLICT,
    label=Text("结果待核实", "Result being verified"),
    family="failed",
    next=Next.HUB,
    hint=Text(
        "收到相互矛盾的结果，正在与合作机构核实", "Contradictory results arrived; being verified with the partner"
    ),
)


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
    ordered = sorted(unique.values(), key=lambda event: _place(kind, event))
    standing, disputed = _settle(kind, ordered)
    last = max((event.submission for event in ordered), default=0)
    states: dict[str, str | None] = {}
    passed: list[tuple[str, str, int]] = []
    for track in kind.tracks:
        # The hub allowed the enterprise's own event when it was recorded: a late answer to an older submission
        # must not undo it, so it moves the object from wherever the older answers left it.
        own = {row.event: row.target for row in track.transitions if kind.event(row.event).by is By.ENTERPRISE}
        current: str | None = None
        before: str | None = None
        for event in standing:
            target = track.moves.get((current, event.name), own.get(event.name))
            if target == BACK:
                target = before
            if target is not None:
                before, current = current, target
                passed.append((track.name, target, _place(kind, event)[1]))
        if disputed & track.touched:
            current = CONFLICT
            passed.append((track.name, CONFLICT, last))
        states[track.name] = current
    content: dict[str, Any] = {}
    for event in standing:
        content.update(event.content)
    return Projection(states=states, content=content, passed=passed, submission=last)


def allowed(kind: Kind, states: Mapping[str, str | None], action: Action) -> bool:
    """Whether a transition for the action's event starts in one of ``states``."""
    return any(
        row.event == action.event and row.source == states.get(track.name)
        for track in kind.tracks
        for row in track.transitions
    )


def right(kind: Kind, action: Action) -> str:
    """How a delegation names the action."""
    return f"{kind.code}.{action.name}"


def may(kind: Kind, action: Action, actor: Actor) -> bool:
    """Whether the actor's role, or what the legal person has delegated, allows it."""
    return actor.role in action.roles or (action.delegable and right(kind, action) in actor.rights)


def derive(kind: Kind, content: Mapping[str, Any]) -> dict[str, Any]:
    """The derived values of ``content``; None where a value that one is worked out from is missing."""
    known = dict(content)
    for row in kind.derived:
        given = [known.get(name) for name in row.of]
        known[row.name] = None if any(value is None or value == "" for value in given) else row.by(*given)
    return {row.name: known[row.name] for row in kind.derived}


PHASES: Mapping[str, int] = {"start": 0, "submission": 1, "end": 2}


def _place(kind: Kind, event: Event) -> tuple[int, int, int, datetime, str]:
    if event.name == DECIDED:
        return (3, 0, 0, event.occurred_at, event.identity)
    row = kind.event(event.name)
    submission = event.submission if row.phase == "submission" else 0
    return (PHASES[row.phase], submission, kind.rank(row), event.occurred_at, event.identity)


def _settle(kind: Kind, ordered: Sequence[Event]) -> tuple[list[Event], set[str]]:
    """Take out answers that an operator overruled; name the events that still contradict each other."""
    kept = {
        (event.content["decision"], event.submission): event.content["keep"]
        for event in ordered
        if event.name == DECIDED
    }
    answers: dict[tuple[str, int], set[str]] = {}
    for event in ordered:
        decision = None if event.name == DECIDED else kind.event(event.name).decision
        if decision is not None:
            answers.setdefault((decision, event.submission), set()).add(event.name)
    last = max((event.submission for event in ordered), default=0)
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


def _missing(kind: Kind, name: str) -> Any:
    raise KeyError(f"{kind.code} declares no {name!r}")
