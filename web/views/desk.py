"""An action on an object and what its page needs: the form, what is known and typed, the draft."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from flask import flash, request
from werkzeug.datastructures import MultiDict

from hub.business import KINDS, regions, roles
from hub.business.acts import Action
from hub.business.duty_limit import LIMIT
from hub.business.enclosures import MIB, Enclosure
from hub.business.kind import PERSON, Kind, derive
from hub.contract.media import SUFFIXES, endings
from hub.contract.text import Text
from hub.errors import InvalidInput, NotAllowed, NotFound
from hub.services import drafts, linked, papers, uploads
from hub.services.offering import Offer
from hub.services.shapes import BusinessObject, Draft, Member
from hub.services.uploads import Upload
from hub.store.engine import reading
from web.auth import login_of
from web.forms import places
from web.forms.base import Form, Window
from web.forms.files import FileNote
from web.forms.rules import stricter
from web.lines.presentation import Errand, Fill, FormPage, LineView, Listing, Source
from web.site import read, runtime, say, show, site
from web.views import magic, services
from web.views.common import (
    NOTHING,
    Link,
    act_links,
    begins,
    need_link,
    offered,
    opens,
    partner_fact,
    partner_name,
    place,
    tables_of,
    tenant,
    value_text,
)
from web.views.places import NEW, home_of, refusal


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
        secret = {row.name for row in self.obj.kind.fields if row.secret}
        again = self.page.anew if self.page and self.obj.submission and not self.draft else frozenset()
        return frozenset(secret) | again


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


def receivers(kind: Kind) -> list[tuple[str, str, str]]:
    """The partners to choose from for a new object: code, name, path of its page."""
    found = drafts.receivers(runtime().registry, kind)
    return [(code, read(name), f"{site().path(kind, NEW)}?partner={code}") for code, name in found.items()]


def again(here: Desk) -> list[tuple[str, str, str]]:
    """The same choice when it is done again: the same partner goes on with this object, another begins a new one."""
    own, kind = here.obj.partner, here.obj.kind
    return [
        (code, name, f"{here.path}?partner={code}" if code == own else path) for code, name, path in receivers(kind)
    ]


def chosen_receiver(kind: Kind) -> str | None:
    """The partner that the address names, or the only one; None while the user has to choose."""
    codes = [code for code, _, _ in receivers(kind)]
    asked = request.args.get("partner", "")
    return asked if asked in codes else codes[0] if len(codes) == 1 else None


def source_of(listing: Listing) -> tuple[BusinessObject | None, dict[str, Any]]:
    """The object from which the request begins a new one, and what is filled in. Raises NotFound, NotAllowed."""
    kind_code, _, object_id = request.values.get("from", "").partition("/")
    source = listing.sources.get(kind_code)
    if kind_code and source is None:
        raise NotFound
    with tenant() as mine:
        last = mine.handed_in(listing.kind.code) if listing.recalls else None
        recalled = _filled(last, {name: name for name in listing.recalls})
        if source is None:
            return None, recalled
        obj = mine.get(kind_code, object_id)
        if not begins(source, obj):
            raise NotAllowed
        meant = mine.meant(obj, source.of) if source.of else obj
    names = {**{name: name for name in source.fields}, **source.renamed}
    opening = {name: _taken(listing.kind, name, value) for name, value in _filled(meant, names).items()}
    return obj, opening if opening.keys() & recalled.keys() else recalled | opening


def errand_path(obj: BusinessObject, errand: Errand) -> str:
    """Where an errand leads."""
    if errand.begins:
        return f"{site().path(KINDS[errand.begins], NEW)}?from={obj.kind.code}/{obj.id}"
    return site().path(obj.kind, obj.id, errand.page)


def _asker(listing: Listing) -> tuple[Kind, str, Source] | None:
    """The form that waits for what this request's page begins: kind and id of its object, and what it waits for."""
    kind_code, _, object_id = request.values.get("from", "").partition("/")
    source = listing.sources.get(kind_code)
    return (KINDS[kind_code], object_id, source) if source and source.fills else None


def asker_path(listing: Listing) -> str:
    """Where that form is; empty where none waits."""
    asker = _asker(listing)
    if asker is None or asker[0].entry is None:
        return ""
    return site().path(asker[0], asker[1], asker[0].entry.name)


def fill_in(listing: Listing, done: BusinessObject) -> str:
    """Fill what was handed in into the form that waits for it; the way back there, while it may be filled in."""
    asker = _asker(listing)
    if asker is None:
        return ""
    kind, object_id, source = asker
    try:
        here = desk(site().line(kind).line.code, kind.code, object_id, kind.entry.name if kind.entry else "")
        require(here)
    except (NotFound, NotAllowed):
        return ""
    put(here, {name: done.content.get(of) or "" for name, of in source.fills.items()})
    flash(say("{what} {number} 已填入", what=read(done.kind.label), number=done.number))
    return here.path


def put(here: Desk, values: Mapping[str, Any]) -> None:
    """Fill ``values`` into the form, as far as it asks for them, beside what is typed."""
    known = here.known
    typed = known | {name: value for name, value in values.items() if name in known}
    drafts.save(runtime(), login_of().actor, here.obj.kind.code, here.obj.id, here.action.form or "", typed, None)


def _filled(obj: BusinessObject | None, names: Mapping[str, str]) -> dict[str, Any]:
    """What ``obj`` knows of the fields ``names`` (name -> its name there)."""
    held = obj.content if obj else {}
    return {name: held[of] for name, of in names.items() if held.get(of) is not None}


def _taken(kind: Kind, name: str, value: Any) -> Any:
    """A value of another kind as this one's; of rows, the columns that both have."""
    columns = {row.name for row in kind.field(name).rows}
    return [{one: cell for one, cell in row.items() if one in columns} for row in value] if columns else value


def new_link(listing: Listing) -> Link | None:
    """What begins a new object from the list; None where only partners, or other objects, do, and where all are there
    that there can be (CI-AGR-13).
    """
    if listing.create is None or listing.kind.entry is None or listing.kind.beginning is None:
        return None
    reason = refusal(listing.kind)
    if reason is None and listing.kind.once and _all_begun(listing.kind):
        return None
    path = site().path(listing.kind, *(() if listing.form_above else (NEW,)))
    return Link(label=read(listing.create), path=path, primary=True, reason=reason)


def _all_begun(kind: Kind) -> bool:
    partners = drafts.receivers(runtime().registry, kind)
    with tenant() as mine:
        return all(mine.any(kind.code, kind.keeper(code)) for code in partners)


def derived_texts(here: Desk, typed: Mapping[str, Any]) -> dict[str, str]:
    """The derived values of what is typed so far, as they read."""
    if here.form is None or not here.obj.kind.derived:
        return {}
    known = {**here.obj.content, **here.form.right(typed), **drawn(here, typed)[0]}
    values = derive(here.obj.kind, known)
    return {name: value_text(here.obj.kind, {**known, **values}, name) for name in values}


def unknowable(here: Desk) -> set[str]:
    """The derived values that nothing typed here brings about: the rule of a programme, where there is none."""
    if here.form is None or here.action.draws:
        return set()
    known = {name for name, value in here.obj.content.items() if value not in (None, "")} | here.form.fields.keys()
    found: set[str] = set()
    for row in here.obj.kind.derived:
        (known if known.issuperset(row.of) else found).add(row.name)
    return found


def number(text: str | None) -> int | None:
    """A revision that the page sent back."""
    return int(text) if text and text.isdigit() and len(text) < 10 else None


def gathered(here: Desk) -> dict[str, Any]:
    """What the page sent, as it was typed."""
    return here.form.gather(request.form, here.known) if here.form else {}


def altered(here: Desk) -> tuple[dict[str, Any], str]:
    """The values after a button within the form, and the control to go on in."""
    typed = gathered(here)
    command = request.form.get("row", "")
    fill = here.fills.get(command)
    if here.form is None or fill is None:
        return here.form.alter(typed, request.form) if here.form else (typed, "")
    filled = fill.by({**here.obj.content, **typed, "uscc": here.obj.enterprise})
    return {**typed, **{name: value for name, value in filled.items() if value}}, command


def as_read(shown: Mapping[str, Any], value: Any) -> str:
    """What was typed into a control, as a person reads it."""
    if shown["control"] == "region":
        return regions.full_name(value or "")
    if shown["control"] in ("rows", "picked", "chosen"):
        return "；".join("，".join(filter(None, map(str, row.values()))) for row in value or ())
    return read(shown["options"][value]) if value in shown.get("options", ()) else str(value or "")


def keep(here: Desk, values: Mapping[str, Any]) -> Draft:
    """``values`` as the form's draft, and what is typed of the enclosed files. Raises Stale."""
    describe(here)
    obj, revision = here.obj, number(request.form.get("draft_revision"))
    return drafts.save(runtime(), login_of().actor, obj.kind.code, obj.id, here.action.form or "", values, revision)


def describe(here: Desk) -> dict[str, Text]:
    """Keep what the page says of the enclosed files; what is wrong with it, by enclosure."""
    described = {row.code for row in here.action.encloses if row.described}
    if not described or not here.stored:
        return {}
    with reading(runtime().engine) as connection:
        files = [row for row in uploads.of(connection, here.obj, here.action) if row.enclosure in described]
    said: dict[str, dict[str, str]] = {}
    wrong: dict[str, Text] = {}
    note = FileNote()
    for file in files:
        typed = {name: request.form.get(f"about-{file.id}-{name}") for name in note.fields}
        if None in typed.values() or file.sent:
            continue
        try:
            texts = note.check(typed)
        except InvalidInput as error:
            wrong[file.enclosure] = next(iter(error.fields.values()))
            continue
        if texts != {name: getattr(file, name) or "" for name in texts}:
            said[file.id] = texts
    if said:
        uploads.describe(runtime(), login_of().actor, here.place, said)
    return wrong


@dataclass(frozen=True, kw_only=True)
class Enclosing:
    """An enclosure as its control shows it."""

    declared: Enclosure
    label: Text
    accept: str
    limits: str
    used: str  # of what all files may have together
    files: Sequence[Upload]
    about: Mapping[str, Mapping[str, Any]]  # the controls for what is said of each file


def enclosings(here: Desk) -> dict[str, Enclosing]:
    """The controls of the action's enclosures, by their code."""
    with reading(runtime().engine) as connection:
        files = uploads.of(connection, here.obj, here.action) if here.stored else []
    room = uploads.room(runtime().registry, here.obj, here.action) // MIB
    used = sum(file.size for file in files)
    return {
        row.code: Enclosing(
            declared=row,
            label=here.obj.kind.documents[row.code],
            accept=",".join(name for kind, names in SUFFIXES.items() if kind in row.types for name in names),
            limits=say(
                "支持{types}；单个文件不超过{each}MB，合计不超过{all}MB；支持多文件同时上传",
                types=say("、|列举").join(endings(row.types)),
                each=row.file_bytes // MIB,
                all=room,
            ),
            used=say("已用 {used} MB / {all} MB", used=f"{used / MIB:.1f}", all=room),
            files=[file for file in files if file.enclosure == row.code],
            about=FileNote().shown() if row.described else {},
        )
        for row in here.action.encloses
    }


def drawn(here: Desk, known: Mapping[str, Any]) -> tuple[Mapping[str, Any], Mapping[str, Text]]:
    """What follows from the records and partners that the form names by now, and what is wrong with them."""
    if here.form is None or here.action.draws is None:
        return {}, {}
    with tenant() as mine:
        try:
            return linked.draw(
                mine, runtime().registry, here.obj, here.action, here.form.right(known), runtime().clock.now()
            ), {}
        except InvalidInput as error:
            return {}, error.fields


def outdated(here: Desk, now: Mapping[str, Any]) -> list[dict[str, str]]:
    """What the object has from an earlier time and the one that offers says otherwise by now: label, was, is."""
    if here.form is None or here.page is None or not here.page.of:
        return []
    kind, before = here.obj.kind, here.obj.content
    changed = [
        (name, value_text(kind, before, name), value_text(kind, now, name))
        for name in now.keys() & before.keys() - here.form.fields.keys()
        if now[name] != before[name]
    ]
    return [
        {"label": read(kind.field(name).label), "was": was, "now": says}
        for name, was, says in (*changed, *here.form.outdated(before))
    ]


def form_context(here: Desk, known: Mapping[str, Any], errors: Mapping[str, Text]) -> dict[str, Any]:
    """What the template of a form is handed. Raises NotFound for an action without one."""
    if here.page is None or here.form is None:
        raise NotFound
    obj, focus = here.obj, request.args.get("focus", "")
    with tenant() as mine:
        documents = mine.documents(obj) if here.stored else []
        room = mine.room(obj, obj.content)
    others = act_links(here.listing, obj) if here.stored else []
    more, faults = drawn(here, known)
    brought = [name for name in here.form.brought(MultiDict()) if known.get(name)]
    held = {**obj.content, **more, **room}
    return {
        "outdated": outdated(here, more),
        "held": held,
        "held_text": {row.name: value_text(obj.kind, held, row.name) for row in obj.kind.fields if not row.rows},
        "form_step": 1 if here.page.first else 0,
        "magic": magic.of_form(obj, here.form),
        "desk": here,
        "printed": next(
            (row for row in documents if here.action.paper and row.kind == here.action.paper.printed), None
        ),
        "wording": papers.wording(here.action.paper) if here.action.paper else None,
        "obj": obj,
        "listing": here.listing,
        "action": here.action,
        "form_page": here.page,
        "introduction": services.told(here.line, here.page.beside) if here.page.beside else None,
        "fields": places.with_choices(here.form.shown(), known),
        "derived": derived_texts(here, known),
        "unknowable": unknowable(here),
        "source": request.values.get("from", ""),
        "asker": asker_path(here.listing),
        "focus": focus,
        "windows": {name: _window(here.form, name, known, focus, errors) for name in here.form.tables()},
        "conditions": [row.as_json() for row in here.form.conditions],
        "values": known,
        "errors": errors or (faults if brought else {}),
        "documents": documents,
        "tables": tables_of(obj),
        "enclosings": enclosings(here),
        "draft": here.draft,
        "draft_revision": here.draft.revision if here.draft else "",
        "signed": here.signed,
        "reading": site().portal.reading_seconds if here.page.reading else 0,
        "read": request.form.get("reading", ""),
        "need": need_link(offer_of(here)),
        "others": [replace(link, primary=False) for link in others if link.path != here.path],
        "back": home_of(obj),
        "partner_name": partner_name,
        "partner": partner_fact(here.listing, obj),
    }


def _window(form: Form, name: str, known: Mapping[str, Any], focus: str, errors: Mapping[str, Text]) -> Window:
    """The rows of ``name`` that the page shows: around the first wrong one, else around the one to go on in."""
    pointed = (key.split("-") for key in (*errors, focus))
    places = (int(parts[1]) for parts in pointed if parts[0] == name and len(parts) == 3 and parts[1].isdecimal())
    return form.tables()[name].window(known.get(name) or [], next(places, None))
