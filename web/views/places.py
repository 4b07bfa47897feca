"""Where a view stands: its page, the page's tabs, its place in the menu and the path above it."""

from collections.abc import Mapping
from dataclasses import replace

from hub.business.kind import Kind
from hub.services import drafts
from hub.services.shapes import BusinessObject
from web.auth import login_of
from web.lines.presentation import FormPage, LineView, Listing, MenuItem
from web.page import TabLink, View, crumbs
from web.site import read, runtime, site

NEW = "new"  # the last part of the path where an object is begun


def list_view(view: LineView, listing: Listing, counts: Mapping[str, int], *, live: bool) -> View:
    """The view of a list; the lists of a page are one tab of the workspace. ``counts`` as :func:`tabs_of` has it."""
    item = view.item(listing)
    return View(
        id=f"v-{listing.slug}",
        title=page_title(item),
        key=view.entrance(item)[1:],
        crumbs=crumbs((read(view.line.label), None), (page_title(item), None), line=view),
        system=read(view.system),
        live=live,
        menu=view.entrance(item),
        tabs=tabs_of(view, listing, counts),
    )


def object_view(
    view: LineView, listing: Listing, obj: BusinessObject, suffix: str, title: str, form: FormPage | None = None
) -> View:
    """The view of one object, or of a ``form`` about it; every object is a tab of its own."""
    item = view.item(listing, form)
    above = (page_title(item), item.path or home_of(obj))
    return View(
        id=f"v-{obj.kind.code}-{obj.id[:8]}-{suffix}",
        title=title,
        key=f"{view.line.code}/{obj.kind.code}/{obj.id}",
        crumbs=crumbs((read(view.line.label), None), above, (obj.number, None), line=view),
        system=read(view.system),
        menu=view.entrance(item),
    )


def beside_view(view: LineView, listing: Listing, code: str, title: str, form: FormPage | None = None) -> View:
    """The view of a page that a list leads to and that is not about one object that is there."""
    item = view.item(listing, form)
    above = (page_title(item), item.path or view.path(listing))
    return View(
        id=f"v-{listing.kind.code}-{code}",
        title=title,
        key=f"{view.line.code}/{listing.kind.code}/{code}",
        crumbs=crumbs((read(view.line.label), None), above, (title, None), line=view),
        system=read(view.system),
        menu=view.entrance(item),
    )


def new_view(view: LineView, listing: Listing, title: str, form: FormPage | None = None) -> View:
    """The view where an object is begun: a tab of the list's page where that has one for it."""
    beside = beside_view(view, listing, NEW, title, form)
    if not begins_in_a_tab(view, listing):
        return beside
    tabs = tabs_of(view, listing, {}, new=True)
    return replace(beside, title=page_title(view.item(listing)), key=beside.menu[1:], tabs=tabs)


def page_title(item: MenuItem) -> str:
    """What this portal calls a page."""
    return read(site().portal.caption(item.code, item.label))


def begins_in_a_tab(view: LineView, listing: Listing) -> bool:
    """Whether the list's page has a tab where one more of its objects is begun."""
    return any(tab.new and tab.listing is listing for tab in view.item(listing).tabs)


def tabs_of(view: LineView, listing: Listing, counts: Mapping[str, int], *, new: bool = False) -> list[TabLink]:
    """The tabs of the page that the list, or with ``new`` its entry form, is one of; none where it is alone.

    ``counts``: kind -> how many of its objects wait for the user; shown beside the kind's own list.
    """
    tabs = view.item(listing).tabs
    if len(tabs) == 1:
        return []
    return [
        TabLink(
            label=read(tab.title),
            path=f"{view.path(tab.listing)}/{NEW}" if tab.new else view.path(tab.listing),
            on=tab.listing is listing and tab.new is new,
            count=0 if tab.new else counts.get(tab.listing.slug, 0),
            reason=refusal(tab.listing.kind) if tab.new else None,
        )
        for tab in tabs
    ]


def refusal(kind: Kind) -> str | None:
    """Why the user of this request may not begin an object of this kind, in words."""
    reason = drafts.refusal(runtime().registry, kind, login_of().actor)
    return read(reason) if reason else None


def home_of(obj: BusinessObject) -> str:
    """The list to go back to from an object: the kind's own, or another one of its line that still shows it."""
    view, own = site().place(obj.line, obj.kind.code)
    rows = [own, *(row for row in view.listings if row.kind.code == obj.kind.code)]
    return view.path(next((row for row in rows if row.keeps(obj.states["state"])), own))
