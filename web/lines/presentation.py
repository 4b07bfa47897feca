"""How a line of business is shown: lists, filters, forms and pages as data. The views walk these tables."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

from hub.business.kind import Kind, Line
from hub.contract.text import Text
from hub.registry import Registry
from web.forms.base import Form


@dataclass(frozen=True)
class Column:
    """One column: a field of the kind, one of its tracks, one of its documents, or one of the object's own facts."""

    name: str
    show: Literal["number", "field", "day", "moment", "track", "partner", "time", "next", "document", "place"] = "field"
    label: Text | None = None  # else the field's, track's or document's own
    mark: tuple[str, Text] | None = None  # a field, and what stands beside the value where that one has any
    below: Sequence[str] = ()  # the fields that stand under the value, where they have any


@dataclass(frozen=True)
class Filter:
    """One filter: the beginning of a number, one of the choices of a field, a state of a track, a partner of the line,
    or a span of days.
    """

    name: str
    show: Literal["text", "choice", "track", "partner", "days"] = "text"
    label: Text | None = None
    of: Callable[[Registry], Mapping[str, Text]] | None = None  # the choices, where the field itself has none


INSURER = Column("partner", "partner", Text("保险机构名称", "Insurer"))
BY_INSURER = Filter("partner", "partner", INSURER.label)
"""In lists of lines that several insurers offer."""


@dataclass(frozen=True, kw_only=True)
class Source:
    """An object of another kind, or of the same, from which a new one is begun: what it fills in, and who takes it.

    ``of`` names the field that links to the object whose values are meant, where the source has few of its own.
    """

    label: Text
    states: frozenset[str]  # of the source
    fields: Sequence[str]  # filled in under the same names
    renamed: Mapping[str, str] = field(default_factory=dict)  # filled in under another name <- the source's
    of: str = ""
    has: str = ""  # only from a source with a value here
    left: str = ""  # not from a source that has nothing left here; one where nobody has said it yet may have
    primary: bool = False
    shown: bool = True  # as a link beside the source; else other pages lead there
    dialog: bool = False  # over the list, where one of its rows begins it
    fills: Mapping[str, str] = field(default_factory=dict)  # once it is handed in: the source's form <- its own field


@dataclass(frozen=True)
class Related:
    """A link from a row to the list of ``kind``, in a dialog: those whose field ``by`` has this object's number."""

    label: Text
    kind: str
    by: str


@dataclass(frozen=True, kw_only=True)
class Master:
    """A list over a list, of what its objects are begun from (spec CI-CLM-02).

    Choosing one of them leaves below what belongs to it.
    """

    kind: Kind
    title: Text
    columns: Sequence[Column]
    by: str  # the field, and filter, of the list below that holds the chosen one's number
    empty: Text
    hint: Text | None = None


@dataclass(frozen=True, kw_only=True)
class Many:
    """What may be done to several rows of a list at once: an action of the kind that needs neither form nor card, in
    one transaction, or a page that is handed the rows' ids.
    """

    code: str  # the action's name, or any word
    label: Text
    path: str = ""  # of the page
    name: str = "id"  # under which the page is handed each id
    states: frozenset[str] = frozenset()  # in which a row may be chosen for the page


@dataclass(frozen=True, kw_only=True)
class Journey:
    """What has to stand before an object is sent, on portals that ask for it (spec CI-GD-13..19).

    With all of it the action ``direct`` sends at once. Else ``held`` keeps what was confirmed, and ``finish`` sends it
    in the end: its needs are the stages.
    """

    direct: str
    held: str
    finish: str
    title: Text
    stages: Mapping[str, Text]  # kind of a need -> title of its stage
    last: Text  # title of the last one, ``finish``


@dataclass(frozen=True, kw_only=True)
class Listing:
    """The list of one kind. ``acts`` are the actions offered in a row, in order.

    A kind may be listed twice, on two pages and for two purposes: the second list has a ``code`` of its own.
    """

    kind: Kind
    columns: Sequence[Column]
    filters: Sequence[Filter]
    code: str = ""  # in the address; of the kind's own list, which leads everywhere else, the kind's
    without: frozenset[str] = frozenset()  # states in which an object stands in another list of the kind only
    newest: frozenset[str] = frozenset()  # in which an object leaves older ones with its partner to another list
    past: frozenset[str] = frozenset()  # in which it stands in another list as soon as a newer one was handed in
    acts: Sequence[str] = ()
    begins: frozenset[str] | None = None  # the kinds that a row may begin; None: every one that may be begun from it
    link_labels: Mapping[tuple[str, str], Text] = field(default_factory=dict)  # (action, state) -> what the link says
    form_first: frozenset[str] = frozenset()  # states in which the form shows more than the details would
    detail: Sequence[str] = ()  # the fields of the detail page, or below the grey form; "uscc" and tracks too
    document_links: Mapping[str, Text] = field(default_factory=dict)  # document kind -> what opens it
    details: Text | None = None  # what leads to an object's page, in the manual's words for the list
    title: Text | None = None  # of the detail page
    heading: Text | None = None  # of its first block, else the object's number
    empty: Text | None = None  # first use: nothing there yet
    create: Text | None = None  # what begins a new object, where the enterprise may
    recalls: Sequence[str] = ()  # what a new object takes from the last one handed in, if its source says none of it
    sources: Mapping[str, Source] = field(default_factory=dict)  # kind -> how one of it begins an object of this kind
    master: Master | None = None  # the list over this one
    answers: Sequence[str] = ()  # what the detail page shows of each word of the partner's, beside the time
    many: Sequence[Many] = ()
    sums: tuple[str, str] | None = None  # (amount, currency): what is added up over the chosen rows
    related: Sequence[Related] = ()
    met: Mapping[str, Text] = field(default_factory=dict)  # kind of a need -> the link to it, once it is there
    journey: Journey | None = None
    form_above: bool = False  # the entry form stands over the list, and shows an object grey later (CI-INQ-01, -14)

    @property
    def slug(self) -> str:
        """The list's own part of its address."""
        return self.code or self.kind.code

    @property
    def partner_label(self) -> Text | None:
        """What its objects' partner is called: as in its own column, else it is an insurer."""
        return next((row for row in self.columns if row.show == "partner"), INSURER).label

    def keeps(self, state: str | None) -> bool:
        """Whether an object in this state stands in the list."""
        return state not in self.without


@dataclass(frozen=True)
class Tab:
    """One tab of a page: a list or, with ``new``, where one more of its objects is begun."""

    listing: Listing
    label: Text | None = None  # else the kind's
    new: bool = False

    @property
    def title(self) -> Text:
        """What the tab says."""
        return self.label or self.listing.kind.label


@dataclass(frozen=True, kw_only=True)
class MenuItem:
    """One link of the left menu and the page behind it: ``tabs`` beside each other, or a page of its own at ``path``.

    ``counts`` names the counter shown beside the link.
    """

    code: str
    label: Text  # and the page's title
    tabs: Sequence[Tab] = ()
    path: str = ""
    counts: str | None = None
    roles: frozenset[str] | None = None  # who has it in the menu; None: everybody


@dataclass(frozen=True)
class Step:
    """One step of the bar over the lists. ``kind``/``track``/``states`` say when it is the present one."""

    label: Text
    hint: Text
    kind: str = ""
    track: str = "state"
    states: frozenset[str] = frozenset()


@dataclass(frozen=True, kw_only=True)
class Counter:
    """A number on the home page and in the menu: objects of ``kind`` in one of ``states``."""

    code: str
    label: Text
    kind: str
    track: str
    states: Sequence[str]
    none: Text  # what is said when there is none
    notice: Text  # what is said when there is one
    more: Text  # what is said when there are {n}
    link: Text  # what leads there


@dataclass(frozen=True)
class Group:
    """Controls of a form beside each other under one label: boxes, and what goes with them."""

    label: Text
    names: Sequence[str]


@dataclass(frozen=True)
class Errand:
    """A button within a form: what is typed is kept, and another page goes on with it: one of the object's own, or that
    of a new object, which is begun from this one.
    """

    label: Text
    page: str = ""  # the last part of its path, behind the object's
    begins: str = ""  # or the kind that is begun
    at: Sequence[str] = ()  # the fields that it stands beside as an icon, else it stands below its block
    icon: str = ""

    @property
    def name(self) -> str:
        """What the form calls it."""
        return self.page or self.begins


@dataclass(frozen=True)
class Fill:
    """A button within a form that fills in fields with what is known: ``by`` names them and their values."""

    code: str
    label: Text
    by: Callable[[Mapping[str, Any]], Mapping[str, Any]]

    @property
    def command(self) -> str:
        """What the button sends."""
        return f"fill:{self.code}"


@dataclass(frozen=True)
class Block:
    """A titled part of a form. ``names``: the form's fields, or the kind's (and "uscc"), which are read-only here, or
    the action's enclosures.
    """

    title: Text
    names: Sequence[str | Group]
    hint: Text | None = None
    columns: Literal[1, 2, 3] = 2
    wide: frozenset[str] = frozenset()  # fields that take a whole line
    leads: frozenset[str] = frozenset()  # fields that begin a line
    errands: Sequence[Errand] = ()
    fill: Fill | None = None
    notes: Sequence[Text] = ()  # 温馨提示, one under the other
    clauses: Sequence[str] = ()  # a text to be read, in Chinese, which is what counts

    @property
    def flat(self) -> list[str]:
        """The names, those of groups among them."""
        return [name for row in self.names for name in (row.names if isinstance(row, Group) else (row,))]

    @property
    def buttons(self) -> list[Errand]:
        """The errands below it."""
        return [row for row in self.errands if not row.at]

    def icons(self, name: str) -> list[Errand]:
        """The errands beside a field."""
        return [row for row in self.errands if name in row.at]


@dataclass(frozen=True)
class Reading:
    """The document that has to be read before ``field`` is ticked, where the portal asks for it (spec CI-GD-07..11)."""

    document: str  # of Kind.documents
    field: str


@dataclass(frozen=True, kw_only=True)
class FormPage:
    """The page of a form: its schema, its title and its blocks. ``template`` where blocks do not say enough.

    ``first``: what is chosen before; the blocks are then the further steps, shown one after the other. ``paper``: the
    last step, where the action's document is shown as the card has signed it, before it is sent.
    """

    schema: type[Form]
    title: Text
    blocks: Sequence[Block] = ()
    hint: Text | None = None
    reading: Reading | None = None
    template: str = "form.html"
    first: Text | None = None
    paper: Text | None = None
    done: Text | None = None  # what the last button says, else the action's own label
    options: Mapping[str, Callable[[Registry], Mapping[str, Text]]] = field(default_factory=dict)  # field -> its picks
    customs_code: str = ""  # the field that is chosen from the enterprise's codes at customs, once any is known
    of: str = ""  # the field that links to the object whose parts are chosen from
    offers: Mapping[str, Callable[[Mapping[str, Any]], Mapping[str, Any]]] = field(
        default_factory=dict
    )  # field -> of it
    anew: frozenset[str] = frozenset()  # not filled in when it is done again; the receiver is chosen again too
    under: str = ""  # the page of the menu that it is reached from, where that is not its list's
    drafts: bool = True  # whether what is typed is kept before it is sent
    checked: bool = False  # 保存 in place of 暂存: it is kept all the same, and checked as when it is sent (C-57)
    beside: str = ""  # the service page of the line that stands at its right

    @property
    def steps(self) -> Sequence[Text]:
        """The titles of its steps; none where it is shown at once."""
        if not (self.first or self.paper):
            return ()
        return [title for title in (self.first, *(block.title for block in self.blocks), self.paper) if title]

    @property
    def asked(self) -> set[str]:
        """The names in its blocks."""
        return {name for block in self.blocks for name in block.flat}

    @property
    def composite(self) -> bool:
        """Whether buttons within it act on a part only: those for the whole then stand above it too (UI-22)."""
        return any(block.errands for block in self.blocks)


@dataclass(frozen=True, kw_only=True)
class Introduction:
    """A service page. The insurer's own text, when there is one, comes before the built-in one."""

    title: Text
    invitation: Text  # what leads there from the login
    product: str
    templates: Mapping[str, str]  # language -> built-in text


@dataclass(frozen=True, kw_only=True)
class Shelf:
    """What partners publish for every enterprise: articles in modules, found by what they are about."""

    modules: Mapping[str, Text] = field(default_factory=dict)  # none: the line has no shelf
    aliases: Mapping[str, Text] = field(default_factory=dict)  # another name that a module is looked for by
    countries: Mapping[str, Text] = field(default_factory=dict)
    industries: Mapping[str, Text] = field(default_factory=dict)
    latest: Text | None = None  # title of the newest ones on the home page


@dataclass(frozen=True, kw_only=True)
class Guide:
    """操作说明 in a dialog: what to mind, a link to another line's list, and what those read who may not act there."""

    notes: Sequence[Text]
    way: Text
    kind: str  # whose list the link leads to
    others: Text  # for everybody but the legal person


@dataclass(frozen=True, kw_only=True)
class LineView:
    """Everything the views need to show one line of business."""

    line: Line
    menu_code: str
    menu: Sequence[MenuItem]
    area: Text  # of the home page that its counters stand in
    icon: str = "shield"  # a symbol of static/img/icons.svg
    system: Text | None = None  # what the portal calls this part of itself, else as its profile says
    steps: Sequence[Step] = ()
    precedence: Sequence[int] = ()  # which step is the present one when several could be
    counters: Sequence[Counter] = ()
    forms: Mapping[str, FormPage] = field(default_factory=dict)
    pages: Mapping[str, Introduction] = field(default_factory=dict)
    shelf: Shelf = Shelf()
    tip: Text | None = None
    tip_calls: Text | None = None  # instead, with the {insurers} that send the line's messages and say where to call
    guide: Guide | None = None
    of_legal_person: bool = False  # others read its tip, and are offered to log in with the right card (spec PT-17)
    programme: bool = False  # only portals with a unified-policy programme have it in the menu, and there first
    needs_card: bool = False  # a session opened without a card sees a page that says so (spec PT-05)

    @cached_property
    def listings(self) -> Sequence[Listing]:
        """Every list of its pages, in order."""
        return [tab.listing for item in self.menu for tab in item.tabs if not tab.new]

    def listing(self, slug: str) -> Listing | None:
        """The list at this address, which is the kind's code for the kind's own; None where there is none."""
        return next((row for row in self.listings if row.slug == slug), None)

    def path(self, listing: Listing) -> str:
        """The address of a list."""
        return f"/{self.line.code}/{listing.slug}"

    def item(self, listing: Listing, form: FormPage | None = None) -> MenuItem:
        """The page that the list stands on, or its ``form`` is reached from."""
        if form and form.under:
            return next(row for row in self.menu if row.code == form.under)
        return next(row for row in self.menu if any(tab.listing.slug == listing.slug for tab in row.tabs))

    def links(self, role: str) -> Sequence[MenuItem]:
        """What an account of this role has of it in the menu."""
        return [row for row in self.menu if row.roles is None or role in row.roles]

    def entrance(self, item: MenuItem) -> str:
        """Where a link of the menu leads."""
        return item.path or self.path(item.tabs[0].listing)

    def step(self, counts: Mapping[tuple[str, str], Mapping[str, int]]) -> int:
        """The index of the present step, from the number of objects per (kind, track) and state."""
        for index in self.precedence:
            row = self.steps[index]
            if any(counts.get((row.kind, row.track), {}).get(state) for state in row.states):
                return index
        return 0
