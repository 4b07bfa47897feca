"""An action on an object, and what its page has to know before it shows anything."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from flask import request

from hub.business import roles
from hub.business.acts import Action
from hub.business.duty_limit import LIMIT
from hub.business.kind import PERSON
from hub.contract.text import Text
from hub.errors import NotAllowed, NotFound
from hub.services import drafts, linked, papers, uploads
from hub.services.offering import Offer
from hub.services.shapes import BusinessObject, Draft, Member
from web.auth import login_of
from web.forms.base import Form
from web.forms.rules import stricter
from web.lines.presentation import Errand, Fill, FormPage, LineView, Listing
from web.site import runtime, show, site
from web.views.beginnings import receivers, source_of
from web.views.common import NOTHING, offered, opens, place, tenant


@dataclass(frozen=True, kw_only=True)
class Desk:
    """An action on an object, with what the page needs to show it."""

    line: LineView
    listing: Listing
    obj: BusinessObject
    action: Action
    page: FormPage | None
    form: Form | None
    draft: Draft | None
    stored: bool = True  # False: the object is there once something is saved
    learned: Mapping[str, Any] = field(default_factory=dict)  # what the form lacks and the objects it names know by now

    @property
    def path(self) -> str:
        """Where the action is done."""
        return site().path(self.obj.kind, self.obj.id, self.action.name)

    @property
    def files_path(self) -> str:
        """Where files are enclosed."""
        return f"{self.path}/files"

    @property
    def place(self) -> uploads.Place:
        """The same, for the service."""
        return uploads.Place(self.obj.kind.code, self.obj.id, self.action.name)

    @property
    def label(self) -> Text:
        """What the button that does it says on this portal."""
        return site().portal.caption(f"{self.obj.kind.code}.{self.action.name}", self.action.label)

    @property
    def signed(self) -> bool:
        """Whether the card has to sign it in this session."""
        return self.action.stepup or (self.action.signed and login_of().fingerprint is not None)

    @property
    def draft_path(self) -> str:
        """Where what is typed is kept."""
        return site().path(self.obj.kind, self.obj.id, "draft")

    @property
    def errands(self) -> Mapping[str, Errand]:
        """What goes on with what is typed here, by its name."""
        return {row.name: row for block in (self.page.blocks if self.page else ()) for row in block.errands}

    @property
    def fills(self) -> Mapping[str, Fill]:
        """The buttons that fill in some of the fields, by their commands."""
        return {row.fill.command: row.fill for row in (self.page.blocks if self.page else ()) if row.fill}

    @property
    def known(self) -> dict[str, Any]:
        """What the form shows: what is typed, else what the object holds."""
        held = self.form.entered(self.obj.content) if self.form else {}
        typed = {**held, **(self.draft.values if self.draft else {}), **self.learned}
        return {name: value for name, value in typed.items() if name not in self._kept_back} | dict.fromkeys(
            self._kept_back & typed.keys(), ""
        )

    @property
    def _kept_back(self) -> frozenset[str]:
        """What the form does not show though it is known: secrets, and what is to be typed or chosen anew."""
        again = self.page.anew if self.page and self.obj.submission and not self.draft else frozenset()
        return self.obj.kind.secret | again


def desk(line: str, kind: str, object_id: str, action_name: str) -> Desk:
    """The desk of an object; one that the page begins is made first.

    Raises NotFound for another enterprise's object and for an unknown action, NotAllowed for what may not begin.
    """
    line_view, listing = place(line, kind)
    try:
        action = listing.kind.action(action_name)
    except KeyError:
        raise NotFound from None
    if _begins(kind, object_id):
        partner, opening = _beginning(listing)
        drafts.begin(runtime(), login_of().actor, listing.kind, object_id, partner, opening)
    with tenant() as mine:
        obj = mine.get(kind, object_id)
        draft = mine.draft(obj, action.form) if action.form else None
        learned = linked.learned(mine, obj, {**obj.content, **(draft.values if draft else {})})
    return replace(_desk(line_view, listing, obj, action, draft), learned=learned)


def looking_desk(line: str, kind: str, object_id: str, action_name: str) -> Desk:
    """The same for a page that only looks: what is not there yet is not made. Raises NotFound, NotAllowed."""
    line_view, listing = place(line, kind)
    if not _begins(kind, object_id):
        return desk(line, kind, object_id, action_name)
    return new_desk(line_view, listing, *_beginning(listing))


def _begins(kind: str, object_id: str) -> bool:
    """Whether the page of this request begins an object that is not there yet."""
    if not request.form.get("begin"):
        return False
    with tenant() as mine:
        return mine.find(kind, object_id) is None


def _beginning(listing: Listing) -> tuple[str, Mapping[str, Any]]:
    """The partner of the new object, and what the one that it is begun from fills in. Raises NotFound, NotAllowed."""
    source, opening = source_of(listing)
    return source.partner if source else request.form["begin"], opening


def new_desk(line_view: LineView, listing: Listing, partner: str, opening: Mapping[str, Any] = NOTHING) -> Desk:
    """The desk of an object that is not there yet. Raises NotFound, NotAllowed with the reason."""
    kind, login = listing.kind, login_of()
    if kind.entry is None:
        raise NotFound
    reason = drafts.refusal(runtime().registry, kind, login.actor)
    if reason:
        raise NotAllowed(reason)
    now = runtime().clock.now()
    obj = drafts.blank(kind, uuid.uuid4().hex, login.uscc, login.enterprise_name, partner, now, opening)
    return _desk(line_view, listing, obj, kind.entry, None, stored=False)


def _desk(
    line_view: LineView,
    listing: Listing,
    obj: BusinessObject,
    action: Action,
    draft: Draft | None,
    *,
    stored: bool = True,
) -> Desk:
    page = line_view.forms[action.form] if action.form else None
    adapter = runtime().registry.partners.get(obj.partner)
    rules = stricter(site().portal, adapter.sheet if adapter else None)
    form = page.schema(rules, _picks(page, obj, action)) if page else None
    return Desk(
        line=line_view, listing=listing, obj=obj, action=action, page=page, form=form, draft=draft, stored=stored
    )


def offer_of(here: Desk) -> Offer:
    """Whether the action is possible for the user of this request. Raises NotAllowed where the portal has another."""
    found = next((row for row in offered(here.obj) if row.action is here.action), None)
    if found is None:
        raise NotAllowed
    return found


def has_place(here: Desk) -> None:
    """Raises NotAllowed for an action in whose place the portal has another one."""
    if here.listing.journey:
        offer_of(here)


def require(here: Desk) -> None:
    """Raises NotAllowed with the reason. What only lacks another object may be filled in already (CI-AGR-17)."""
    offer = offer_of(here)
    if not offer.allowed and not (offer.need and opens(here.listing, here.action)):
        raise NotAllowed(offer.reason)


def _picks(page: FormPage, obj: BusinessObject, action: Action) -> dict[str, Mapping[str, Any]]:
    """What the page lets choose: from the registry, of the object that offers, the seals where a document is signed."""
    found: dict[str, Mapping[str, Any]] = {name: of(runtime().registry) for name, of in page.options.items()}
    with tenant() as mine:
        if page.customs_code:
            codes = mine.customs_codes([LIMIT.code], page.customs_code)
            found |= {page.customs_code: {code: Text(code, code) for code in codes}} if codes else {}
        if page.of:
            offering = mine.meant(obj, page.of)
            found |= {name: of(offering.content) for name, of in page.offers.items()} if offering else {}
        for name in (name for name, kind in obj.kind.links.items() if kind == PERSON and name in page.asked):
            found[name] = {account: _person_text(row) for account, row in mine.people().items()}
        if action.paper:
            found[action.paper.seal] = {row.number: _seal_text(row) for row in papers.seals(mine, login_of().actor)}
    return found


def _person_text(person: Member) -> Text:
    role = roles.ROLES[person.role]
    return Text(f"{person.name}（{role.zh}）", f"{person.name} ({role.en})")


def _seal_text(seal: BusinessObject) -> Text:
    held = seal.content
    return Text(
        f"{held['enterprise_name']} 公司章 {seal.number}（有效期至 {show(held['valid_until'])}）",
        f"{held['enterprise_name']}, company seal {seal.number} (valid until {show(held['valid_until'])})",
    )


def again(here: Desk) -> list[tuple[str, str, str]]:
    """The same choice when it is done again: the same partner goes on with this object, another begins a new one."""
    own, kind = here.obj.partner, here.obj.kind
    return [
        (code, name, f"{here.path}?partner={code}" if code == own else path) for code, name, path in receivers(kind)
    ]
