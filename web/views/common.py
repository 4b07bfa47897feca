"""What several views share: the tenant's data, the line of a URL, an object's links."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from flask import request

from hub.business import KINDS, roles
from hub.business.acts import Action, Need
from hub.business.kind import OWN, Field, Kind, allowed, may
from hub.business.payment_order import ORDER
from hub.business.states import Next
from hub.contract.money import Money
from hub.contract.text import Text
from hub.services import drafts, offering
from hub.services.board import turn_of
from hub.services.events import HUB
from hub.services.objects import Tenant
from hub.services.offering import Offer
from hub.services.shapes import BusinessObject
from hub.store.engine import reading
from web.auth import NEEDS_CARD, Forbidden, NeedsCard, NeedsLegalPerson, login_of
from web.lines.presentation import Counter, LineView, Listing, Many, Source
from web.site import age, meanings, money, read, runtime, say, show, site
from web.views import journeys
from web.views.places import NEW, refusal

PAY = "/pay"  # where the bills that are due stand
PAY_MANY = Many(code="pay", label=Text("在线支付", "Pay online"), path=PAY, name="bill")


def sought(name: str) -> str:
    """What the request looks for, short and without control characters: PostgreSQL stores no NUL, so finds none."""
    return "".join(filter(str.isprintable, request.args.get(name, ""))).strip()[:64]


@contextmanager
def tenant() -> Iterator[Tenant]:
    """Everything the enterprise of this request may see."""
    with reading(runtime().engine) as connection:
        yield Tenant(connection, login_of().uscc)


def place(line: str, kind: str) -> tuple[LineView, Listing]:
    """The line and list of the URL. Raises NotFound, NeedsCard, Forbidden."""
    view, listing = site().place(line, kind)
    if view.needs_card and login_of().fingerprint is None:
        raise NeedsCard(NEEDS_CARD)
    if not sees(view, listing):
        having = view.item(listing).roles or roles.ANYONE
        raise (NeedsLegalPerson if having == roles.LEGAL_PERSON else Forbidden)(roles.refusal(having))
    return view, listing


def sees(view: LineView, listing: Listing) -> bool:
    """Whether the user of this request has the list in the menu (ROLE-02)."""
    having = view.item(listing).roles
    return having is None or login_of().role in having


@dataclass(frozen=True, kw_only=True)
class Link:
    """What a row or a page offers: a link, a button that posts, or neither and the reason."""

    label: str
    path: str
    post: bool = False
    primary: bool = False
    reason: str | None = None
    shortcut: str | None = None  # "delete": Alt+R does it
    way: str | None = None  # where to get what is missing
    dialog: bool = False  # it opens over the page


def offered(obj: BusinessObject) -> list[Offer]:
    """Every action of the object for the user of this request."""

    def lacks(need: Need) -> Text | None:
        with tenant() as mine:
            return offering.lacks(mine, obj.partner, need)

    listing = site().listing(obj.kind)
    found = offering.offers(runtime().registry, obj, login_of().actor, lacks)
    if listing.journey is None:
        return found
    with tenant() as mine:
        return [offer for offer in found if not journeys.barred(mine, listing, obj, offer.action)]


def act_links(listing: Listing, obj: BusinessObject, names: tuple[str, ...] | None = None) -> list[Link]:
    """The actions that the object's state has room for; one that is blocked says why."""
    return [
        _link(listing, obj, offer)
        for offer in offered(obj)
        if (names is None or offer.action.name in names) and allowed(obj.kind, obj.states, offer.action)
    ]


def _link(listing: Listing, obj: BusinessObject, offer: Offer) -> Link:
    action = offer.action
    label = listing.link_labels.get((action.name, obj.states["state"] or ""), action.label)
    return Link(
        label=read(label),
        path=site().path(obj.kind, obj.id, action.name),
        post=action.form is None and action.question is None,
        primary=action.primary,
        reason=None if offer.allowed or (offer.need and opens(listing, action)) else read(offer.reason),
        shortcut="delete" if obj.kind.discards(action) else None,
        way=site().path(KINDS[offer.need.kind]) if offer.need and not opens(listing, action) else None,
    )


def opens(listing: Listing, action: Action) -> bool:
    """Whether the action's page shows more than a question, and may be seen while something is missing."""
    return action.form is not None or (listing.journey is not None and action.name == listing.journey.finish)


def need_link(offer: Offer, partner: str) -> Link | None:
    """What is missing for the action at ``partner``, and where to get it."""
    if offer.need is None:
        return None
    with tenant() as mine:
        return missing_link(mine, offer.need, offer.reason, [partner])


def missing_link(mine: Tenant, need: Need, reason: Text | None, partners: Collection[str]) -> Link:
    """The way to what is needed of one of ``partners``, and why it is; where the link names it, to itself."""
    kind = KINDS[need.kind]
    if need.title is None:
        return Link(label=say("去办理"), path=site().path(kind), reason=read(reason))
    return Link(label=read(need.title), path=_own_page(mine, kind, partners), reason=read(reason))


def _own_page(mine: Tenant, kind: Kind, partners: Collection[str]) -> str:
    """Where the enterprise reads the one it has, hands it in while it still may, or begins it (CI-AGR-11)."""
    keepers = {kind.keeper(code) for code in partners}
    shown = [row.id for row in kind.track("state").states if not row.hidden]
    obj = next((row for row in mine.standing(kind.code, *shown) if row.partner in keepers), None)
    if obj and kind.entry and allowed(kind, obj.states, kind.entry):
        return site().path(kind, obj.id, kind.entry.name)
    if obj:
        return site().path(kind, obj.id)
    return site().path(kind) if kind.beginning is None or refusal(kind) else site().path(kind, NEW)


def begins(source: Source, obj: BusinessObject) -> bool:
    """Whether a new object may be begun from ``obj`` as it is now."""
    left = obj.content.get(source.left)  # where nobody has said how much is left, the books know it at the entry
    fits = (not source.has or bool(obj.content.get(source.has))) and (left is None or bool(left))
    return fits and obj.states["state"] in source.states


def source_links(obj: BusinessObject, kinds: frozenset[str] | None = None) -> list[Link]:
    """The new objects, of these kinds or of any, that may be begun from this one."""
    found = []
    for listing in (row for view in site().lines.values() for row in view.listings):
        source = listing.sources.get(obj.kind.code)
        if source is None or not source.shown or listing.kind.entry is None:
            continue
        if not begins(source, obj) or not (kinds is None or listing.kind.code in kinds):
            continue
        path = f"{site().path(listing.kind, 'new')}?from={obj.kind.code}/{obj.id}"
        found.append(
            Link(
                label=read(source.label),
                path=path,
                primary=source.primary,
                reason=refusal(listing.kind),
                dialog=source.dialog,
            )
        )
    return found


def asked_number(name: str, most: int) -> int | None:
    """A number of the address between 1 and ``most``, or None."""
    text = request.args.get(name, "")
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 8 else 0
    return number if 0 < number <= most else None


def related_links(listing: Listing, obj: BusinessObject) -> list[Link]:
    """The lists of what belongs to this object."""
    return [
        Link(
            label=read(row.label),
            path=f"{site().path(KINDS[row.kind])}?{urlencode({row.by: obj.number})}",
            dialog=True,
        )
        for row in listing.related
    ]


def payment_link(obj: BusinessObject) -> Link | None:
    """The way to the payment of a bill that is due (在线支付, or 重新支付 after a failure)."""
    payable, state = obj.kind.payable, obj.state()
    if payable is None or state is None or state.id not in payable.states:
        return None
    label = say("重新支付") if state.family == "failed" else say("在线支付")
    return Link(label=label, path=f"{PAY}?bill={obj.id}", primary=True, reason=refusal(ORDER))


def partner_name(code: str) -> str:
    """A partner's name; of one that is unplugged, its code."""
    if code in (OWN, HUB):
        return read(drafts.OWN_NAME)
    partner = runtime().registry.partners.get(code)
    return read(partner.sheet.name) if partner else code


def partner_fact(listing: Listing, obj: BusinessObject) -> dict[str, object] | None:
    """Who has the object, as a row of its page: label and value; None where the hub keeps it."""
    if obj.partner in (OWN, HUB):
        return None
    return {"label": read(listing.partner_label), "value": partner_name(obj.partner)}


NOTHING: Mapping[str, Any] = {}


def value_text(kind: Kind, content: Mapping[str, Any], name: str) -> str:
    """A value as it reads; an amount with its currency."""
    value, field = content.get(name), kind.field(name)
    beside = name.removesuffix("amount") + "currency" if name.endswith("amount") else ""
    currency = content.get(field.currency or beside)
    if isinstance(value, Decimal) and currency:
        return money(value, currency)
    return show(value, meanings(field))


def tables_of(obj: BusinessObject) -> list[dict[str, object]]:
    """The fields that hold rows, each as a table."""
    return [
        _table(field, obj.content[field.name])
        for field in obj.kind.fields
        if field.rows and obj.content.get(field.name)
    ]


def _table(held: Field, rows: Sequence[Mapping[str, Any]]) -> dict[str, object]:
    columns = [column for column in held.rows if not column.inner]
    texts = [[show(row.get(column.name), meanings(column)) for column in columns] for row in rows]
    return {"name": held.name, "label": read(held.label), "columns": columns, "rows": texts}


ON_ITS_WAY: Mapping[str, Text] = {
    "QUEUED": Text("正在送达对方", "Being delivered"),
    "SENDING": Text("正在送达对方", "Being delivered"),
    "RETRYING": Text("暂未送达，系统自动重试", "Not delivered yet: tried again by itself"),
    "UNKNOWN": Text("正在核实对方是否收到", "Being checked whether it was received"),
}
"""What the hub does while a message has no answer, by the message's state."""


@dataclass(frozen=True, kw_only=True)
class Row:
    """One object in a list."""

    obj: BusinessObject
    content: Mapping[str, Any]  # with what is typed so far, while nothing was submitted
    typed: Mapping[str, Any]
    path: str
    links: Sequence[Link]
    next: str
    age: str
    turn: str
    papers: Mapping[str, str] = field(default_factory=dict)  # kind of document -> id of the newest one
    place: int = 0
    many: Sequence[str] = ()  # the codes of what may be done to it together with others
    sums: Money | None = None


def many_of(listing: Listing) -> Sequence[Many]:
    """What may be done to several rows of the list at once; bills are paid together (合并支付)."""
    payable = listing.kind.payable
    return (*listing.many, *([replace(PAY_MANY, states=payable.states)] if payable else ()))


def chances(many: Sequence[Many], obj: BusinessObject) -> list[str]:
    """The codes of what may be done to ``obj`` together with others of the list."""
    return [row.code for row in many if (obj.states["state"] in row.states if row.path else _open(obj, row))]


def _open(obj: BusinessObject, many: Many) -> bool:
    action = obj.kind.action(many.code)
    return allowed(obj.kind, obj.states, action) and may(obj.kind, action, login_of().actor)


def adding(listing: Listing) -> tuple[str, str] | None:
    """The fields (amount, currency) that the chosen rows are added up by: of bills, what is due."""
    payable = listing.kind.payable
    return listing.sums or ((payable.amount, payable.currency) if payable else None)


def added(listing: Listing) -> str:
    """What the sum of the chosen rows is made of: a list may show other amounts."""
    names = adding(listing)
    return read(listing.kind.field(names[0]).label) if names else ""


def summed(listing: Listing, obj: BusinessObject) -> Money | None:
    """What ``obj`` adds to the sum of the chosen rows."""
    amount, currency = (obj.content.get(name) for name in adding(listing) or ("", ""))
    return Money(amount, currency) if amount is not None and currency else None


def object_row(
    listing: Listing,
    obj: BusinessObject,
    typed: Mapping[str, Any] = NOTHING,
    papers: Mapping[str, str] = NOTHING,
    place: int = 0,
) -> Row:
    """What a list shows of ``obj``: with what is typed, its papers and the place in the list, where these are shown."""
    path = site().path(obj.kind, obj.id)
    links = act_links(listing, obj, tuple(listing.acts))
    if listing.details or obj.states["state"] not in listing.form_first:
        links.append(Link(label=read(listing.details) or say("查看详情"), path=path))
    payment = payment_link(obj)
    links = [*([payment] if payment else []), *source_links(obj, listing.begins), *links]
    links += related_links(listing, obj)
    turn, track = turn_of(obj)
    since = "" if turn is Next.NOBODY else age(obj.since, runtime().clock.now())
    said = read(_said(obj, turn, track))
    return Row(
        obj=obj,
        content=obj.content if obj.submission else {**obj.content, **typed},
        typed=typed,
        path=path,
        links=links,
        papers=papers,
        place=place,
        next=said,
        age=since,
        turn=turn.name,
        many=chances(many_of(listing), obj),
        sums=summed(listing, obj),
    )


def _said(obj: BusinessObject, turn: Next, track: str) -> Text:
    """What happens next, in a few words."""
    state = obj.state(track)
    if turn is Next.HUB and (going := ON_ITS_WAY.get(obj.delivery or "")):
        return going
    return turn.value if turn is Next.ENTERPRISE or not state or not state.hint else state.hint


def counter_path(counter: Counter, state: str) -> str:
    """The list behind a counter: of the one state, or of all."""
    path = site().path(KINDS[counter.kind])
    return f"{path}?{urlencode({counter.track: state})}" if state else path
