"""A kind of business object, declared as data and checked when it is loaded; a line of business is its kinds."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any, Literal

from hub.business.acts import Action, Actor, Payable, Sends, Tell
from hub.business.numbers import NumberFormat
from hub.business.posting import Posting
from hub.business.states import BACK, CONFLICT_STATE, By, EventType, Next, Phase, State, Track
from hub.contract.text import Text

OWN = "own"  # in the place of a partner: what the hub keeps itself
BEYOND = 8  # facts that may have what is held though all its places are taken
PAYABLE = "*payable"  # as the kind of a link: an object of any kind that is a bill, named by its id
PARTNER = "*partner"  # as the kind of a link: a partner, named by its code
PERSON = "*person"  # as the kind of a link: one of the enterprise's people, named by the account
PAYMENT_EVENTS = ("payment_ordered", "payment_failed", "paid", "payment_returned")  # what it causes on its bills


@dataclass(frozen=True)
class Field:
    """One value of an object's content. ``key`` makes it findable, ``personal`` keeps it out of logs."""

    name: str
    label: Text
    type: type = str
    key: bool = False
    personal: bool = False
    secret: bool = False  # stored sealed, shown by its end: an account
    ours: bool = False  # no partner's word changes it: one that says otherwise is kept for an operator
    bound: bool = False  # a day that was signed for: a partner's word may bring it forward, and never puts it off
    inner: bool = False  # for the hub's own use: shown nowhere
    choices: Mapping[str, Text] = field(default_factory=dict)
    currency: str = ""  # of an amount: the field with its currency, where that is not <x>_currency beside <x>_amount
    via: tuple[str, str] = ("", "")  # found too by the first of these keys of whatever has this value as the second
    names: Literal["", "partner", "kind", "customs"] = (
        ""  # a Chinese name as it was sent: read in the user's own language
    )
    rows: Sequence["Field"] = ()  # of a list: what each of its rows has

    def __post_init__(self) -> None:
        if self.rows and self.type is not list:
            raise ValueError(f"{self.name}: only a list has rows")
        if self.key and self.type not in (str, date, datetime):  # an equal amount may be written otherwise: 1.0, 1.00
            raise ValueError(f"{self.name}: a key is a text, a day or a time")

    @cached_property
    def declared(self) -> Mapping[str, "Field"]:
        """The fields of its rows, by their names."""
        return {row.name: row for row in self.rows}


RETURNED = Field("premium_returned", Text("保费已被银行退票", "The bank has returned the premium"), bool)
"""What every bill declares: a payment that succeeded came back (退票)."""


@dataclass(frozen=True)
class Derived:
    """``name`` is worked out from the fields ``of`` as soon as all of them have a value; ``by`` is pure and exact."""

    name: str
    of: Sequence[str]
    by: Callable[..., Any]


@dataclass(frozen=True)
class Room:
    """``name`` is what the object may take from the limit whose number stands in the field ``link``: shown and known to
    rules, never stored. That is what the ledger holds there, and what the object has taken from it already.
    """

    name: str
    link: str
    currency: str


@dataclass(frozen=True)
class Effect:
    """Reaching ``state`` causes ``causes`` on the objects whose number stands in the field ``link`` ("rows.field").

    With ``back`` the other way round: on objects of that kind in whose keyed field ``link`` this one's number stands.
    It comes after all that they know by then; ``at`` names the field with its own time where that has to decide.
    ``unless``: not where another object of the same kind that names the same one stands in one of these states.
    """

    state: str
    link: str
    causes: str
    carries: Sequence[str] = ()  # fields whose values go along
    at: str = ""
    sets: Mapping[str, Any] = field(default_factory=dict)  # what becomes true there
    when: Callable[[Mapping[str, Any]], bool] | None = None  # only for such content
    back: str = ""
    unless: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Hold:
    """What only one object at a time may have while it stands in ``states`` (or in a conflict): a bill, an account.

    ``of`` names it, from the enterprise, the partner and the content; ``taken`` is what a second one reads. With more
    ``places`` so many objects may have it at a time.
    """

    states: frozenset[str]
    of: Callable[[str, str, Mapping[str, Any]], Collection[str]]
    taken: Text
    places: int = 1

    def rows(self, name: str, *, facts: bool = False) -> Sequence[str]:
        """The rows of which an object takes one for ``name``; with those beyond its places, which only facts take."""
        last = self.places + (BEYOND if facts else 0)
        return [name, *(f"{name}#{place}" for place in range(2, last + 1))]


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
class Print:
    """A document that is printed whenever it is looked at, of objects ``when`` their content says so; none is kept."""

    label: Text
    template: str  # of hub.documents
    data: Callable[[Mapping[str, Any], str], dict[str, Any]]  # what it reads, from content and enterprise
    when: Callable[[Mapping[str, Any]], bool]


Books = Callable[[str, Mapping[str, Any]], Sequence[Posting]]
"""What stands in the ledger for an enterprise's object with this content."""


Doubts = Callable[[str, Mapping[str, Any]], Text | None]
"""What is strange about an enterprise's object with this content: shown as it was sent, and told to an operator."""


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
    prints: Mapping[str, Print] = field(default_factory=dict)
    links: Mapping[str, str] = field(default_factory=dict)  # field -> kind whose number it is
    learned: Mapping[str, str] = field(
        default_factory=dict
    )  # field -> link: empty here, it is what the linked one knows
    ends: tuple[str, str] | None = None  # (date field, event): the system causes the event after that day
    numbers: NumberFormat | None = None  # how the hub numbers what the enterprise begins
    derived: Sequence[Derived] = ()  # in order: a later one may use an earlier one's value
    room: Room | None = None
    effects: Sequence[Effect] = ()  # on other objects of the same enterprise, in the same transaction
    holds: Sequence[Hold] = ()
    books: Mapping[str, Books] = field(default_factory=dict)  # state -> what is booked while an object stands in it
    patience: Sequence[Patience] = ()
    told: Sequence[str] = ()  # the fields that make it one thing, where partners give it no number of its own
    dated: str = ""  # the field with the time that lists go by; else when the hub learned of the object
    once: bool = False  # an enterprise has one of these at most with a partner
    tells: Sequence[Tell] = ()
    doubts: Doubts | None = None
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
            self._check_turns(track)
        self._check_actions(names)
        if self.beginning and (self.numbers is None or self.entry is None):
            raise ValueError(f"{self.code}: what an enterprise begins needs a number format and an entry form")
        fields = {row.name for row in self.fields}
        if unknown := {row.currency for row in self.fields} - fields - {""}:
            raise ValueError(f"{self.code}: no field {', '.join(sorted(unknown))} with a currency")
        if unknown := {name for row in self.derived for name in (row.name, *row.of)} - fields:
            raise ValueError(f"{self.code}: no field {', '.join(sorted(unknown))} to derive")
        if self.room and not (self.room.name in fields and self.room.link in self.links):
            raise ValueError(f"{self.code}: no field for its room, or no link to the limit that it has it in")
        if not {*self.learned} <= fields or not {*self.learned.values()} <= {*self.links}:
            raise ValueError(f"{self.code}: {self.learned} names an unknown field or link")
        for effect in self.effects:
            if effect.state not in self._state_ids or not (effect.back or effect.link in self.links):
                raise ValueError(f"{self.code}: {effect} names an unknown state or link")
        self._check_bill(names, fields)

    def _check_turns(self, track: Track) -> None:
        """Whose turn it is can end it: nothing stands on an enterprise's board for ever."""
        for state in track.states:
            ways = {self.event(row.event).by for row in track.transitions if row.source == state.id != row.target}
            if state.next is Next.ENTERPRISE:
                ways -= {By.PARTNER}
            if state.next is not Next.NOBODY and not ways:
                raise ValueError(f"{self.code}.{track.name}: {state.id} is somebody's turn, who cannot end it")

    def _check_bill(self, events: Sequence[str], fields: Collection[str]) -> None:
        if self.payable is None:
            return
        needed = {self.payable.amount, self.payable.currency, RETURNED.name, *filter(None, [self.payable.due])}
        missing = needed - {*fields}
        if missing or not self._state_ids.issuperset(self.payable.states) or not {*PAYMENT_EVENTS} <= {*events}:
            raise ValueError(
                f"{self.code}: a bill has its amount, {RETURNED.name}, its states and the events of a payment"
            )

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
        return self._events.get(name) or _missing(self, name)

    @cached_property
    def declared(self) -> Mapping[str, Field]:
        """The fields, by their names."""
        return {row.name: row for row in self.fields}

    @cached_property
    def secret(self) -> frozenset[str]:
        """The fields that are stored sealed."""
        return frozenset(row.name for row in self.fields if row.secret)

    @cached_property
    def keyed(self) -> frozenset[str]:
        """The names that an object can be found by, those of its rows too."""
        columns = (column for row in self.fields for column in row.rows)
        return frozenset(row.name for row in (*self.fields, *columns) if row.key)

    @cached_property
    def bound(self) -> frozenset[str]:
        """The days that no partner puts off."""
        return frozenset(row.name for row in self.fields if row.bound)

    @cached_property
    def days(self) -> frozenset[str]:
        """The keys that are days: the latest one counts, where a number stays what an object is found by."""
        return frozenset(row.name for row in self.fields if row.key and row.type in (date, datetime))

    @cached_property
    def via(self) -> Mapping[str, tuple[str, str]]:
        """Name of a key -> the other key that it is found by, and its own name there."""
        columns = (column for row in self.fields for column in row.rows)
        return {row.name: row.via for row in (*self.fields, *columns) if row.via[0]}

    @cached_property
    def tables(self) -> Sequence[Field]:
        """The fields that hold rows."""
        return [row for row in self.fields if row.rows]

    @cached_property
    def _state_ids(self) -> frozenset[str]:
        return frozenset(state.id for track in self.tracks for state in track.states)

    @cached_property
    def _events(self) -> Mapping[str, EventType]:
        return {row.name: row for row in self.events}

    @cached_property
    def _actions(self) -> Mapping[str, Action]:
        return {row.name: row for row in self.actions}

    @cached_property
    def _tracks(self) -> Mapping[str, Track]:
        return {row.name: row for row in self.tracks}

    @cached_property
    def _states(self) -> Mapping[tuple[str, str], State]:
        return {(track.name, state.id): state for track in self.tracks for state in (*track.states, CONFLICT_STATE)}

    @cached_property
    def decisions(self) -> Mapping[str, str]:
        """Event -> the decision that it belongs to; nothing for an event that excludes no other."""
        return {row.name: row.decision for row in self.events if row.decision is not None}

    @cached_property
    def places(self) -> Mapping[str, tuple[Phase, int]]:
        """Event -> its phase and its place there when events are folded: one place for a whole series."""
        first: dict[tuple[str | None, str], int] = {}  # of a series, or of an event that is in none
        places = ((row, (row.series, row.series or row.name), place) for place, row in enumerate(self.events))
        return {row.name: (row.phase, first.setdefault(key, place)) for row, key, place in places}

    def keeper(self, partner: str) -> str:
        """Who has these objects: ``partner``, or the hub where they are sent to nobody."""
        return OWN if self.entry and self.entry.sends is None else partner

    def action(self, name: str) -> Action:
        """Raises KeyError."""
        return self._actions.get(name) or _missing(self, name)

    def field(self, name: str) -> Field:
        """Raises KeyError."""
        return self.declared.get(name) or _missing(self, name)

    def track(self, name: str) -> Track:
        """Raises KeyError."""
        return self._tracks.get(name) or _missing(self, name)

    def moved_by(self, event: str) -> Track:
        """The track on which ``event`` moves the object. Raises KeyError."""
        found = (track for track in self.tracks for row in track.transitions if row.event == event)
        return next(found, None) or _missing(self, event)

    def state(self, track: str, state_id: str) -> State:
        """The state's row; ``CONFLICT`` exists in every track. Raises KeyError."""
        return self._states.get((track, state_id)) or _missing(self, state_id)

    @cached_property
    def beginning(self) -> EventType | None:
        """The event by which an enterprise begins an object; None where only partners do."""
        return next((row for row in self.events if row.phase == "start" and row.by is By.ENTERPRISE), None)

    @cached_property
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
        return action.event in self._discarding

    @cached_property
    def _discarding(self) -> frozenset[str]:
        hidden = {state.id for track in self.tracks for state in track.states if state.hidden}
        return frozenset(row.event for track in self.tracks for row in track.transitions if row.target in hidden)

    @cached_property
    def own(self) -> Mapping[str, Mapping[str, str]]:
        """Track -> the enterprise's own event -> where it leads."""
        return {
            track.name: {
                row.event: row.target for row in track.transitions if self.event(row.event).by is By.ENTERPRISE
            }
            for track in self.tracks
        }

    def booked(self, enterprise: str, state: str | None, content: Mapping[str, Any]) -> Sequence[Posting]:
        """What stands in the ledger for an enterprise's object in ``state`` with this content."""
        books = self.books.get(state or "")
        return books(enterprise, content) if books else []

    @cached_property
    def ending(self) -> frozenset[str | None]:
        """The states in which the last day of ``ends`` counts."""
        event = self.ends[1] if self.ends else None
        return frozenset(row.source for track in self.tracks for row in track.transitions if row.event == event)

    @cached_property
    def sends(self) -> Mapping[str, Sends]:
        """``type/version`` -> how it is sent: by the first action that does, else by the hub itself."""
        rows = [*(action.sends for action in self.actions), *(row.sends for row in self.tells)]
        return {f"{row.type}/{row.version}": row for row in reversed(rows) if row}

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
        if effect.unless and effect.link.rpartition(".")[2] not in kind.keyed:
            raise ValueError(f"{kind.code}: {effect} asks for others by a field that they are not found by")
        if target.effects:
            raise ValueError(f"{kind.code}: {effect} moves {target.code}, which moves others itself")


def allowed(kind: Kind, states: Mapping[str, str | None], action: Action) -> bool:
    """Whether a transition for the action's event starts in one of ``states``."""
    return any((states.get(track.name), action.event) in track.moves for track in kind.tracks)


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


def _missing(kind: Kind, name: str) -> Any:
    raise KeyError(f"{kind.code} declares no {name!r}")
