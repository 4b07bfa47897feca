"""The grid of a list: filters in the URL, page sizes, pages (spec CI-POL-03..06, UI-12..15, ui.md 5.2)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from flask import request

from hub.business.kind import Kind
from hub.services import accounts, drafts
from hub.services.paging import NUMBERED, Page, Query
from web.auth import login_of
from web.lines.presentation import Filter, LineView, Listing, Many
from web.site import read, runtime
from web.views.beginnings import new_link
from web.views.common import Link, Row, added, asked_number, many_of, object_row, sought, tenant
from web.views.places import begins_in_a_tab

SIZES = (10, 15, 20, 50, 100)
OFFERED = ("choice", "track", "partner")  # filters whose values are chosen from a list
WINDOW = 2  # page buttons on each side of the present one


@dataclass(frozen=True, kw_only=True)
class Grid:
    """What the grid's template is handed."""

    listing: Listing
    found: Page
    rows: Sequence[Row]
    filters: Mapping[str, str]
    options: Mapping[str, Mapping[str, str]]  # filter -> what it may be: value -> label
    size: int
    pager: Mapping[str, Any]
    path: str
    new: Link | None
    now: datetime
    many: Sequence[Many]
    added: str
    sizes: Sequence[int] = SIZES


def grid(line_view: LineView, listing: Listing) -> Grid:
    """The page of the list that the address asks for."""
    size, path = page_size(listing.slug), line_view.path(listing)
    query = Query(
        filters=_filters(listing),
        without=listing.without,
        newest=listing.newest,
        past=listing.past,
        whole=[row.name for row in listing.filters if row.show == "choice"],
        size=size,
        cursor=request.args.get("cursor"),
        page=asked_number("page", NUMBERED),
    )
    with tenant() as mine:
        found = mine.page(listing.kind.code, query)
        typed = mine.typed(found.rows)
        papers = mine.newest(found.rows, [row.name for row in listing.columns if row.show == "document"])
    return Grid(
        listing=listing,
        found=found,
        rows=[
            object_row(listing, obj, typed.get(obj.id, {}), papers.get(obj.id, {}), place)
            for place, obj in enumerate(found.rows, found.first)
        ],
        filters=query.filters,
        options={row.name: _options(line_view, listing, row) for row in listing.filters if row.show in OFFERED},
        size=size,
        pager=_pager(path, found, query),
        path=path,
        new=None if begins_in_a_tab(line_view, listing) else new_link(listing),
        now=runtime().clock.now(),
        many=many_of(listing),
        added=added(listing),
    )


def _options(line_view: LineView, listing: Listing, row: Filter) -> dict[str, str]:
    """What a filter offers to choose from."""
    if row.show == "partner":
        return _partners(line_view, listing.kind)
    if row.show == "choice":
        choices = row.of(runtime().registry) if row.of else listing.kind.field(row.name).choices
        return {code: read(text) for code, text in choices.items()}
    states = listing.kind.track(row.name).states
    return {state.id: read(state.label) for state in states if row.name != "state" or listing.keeps(state.id)}


def _partners(line_view: LineView, kind: Kind) -> dict[str, str]:
    """The partners that take what an enterprise begins; of other kinds, that send or take any message of the line."""
    if kind.beginning:
        return {code: read(name) for code, name in drafts.receivers(runtime().registry, kind).items()}
    rows = [(code, adapter.sheet) for code, adapter in runtime().registry.partners.items()]
    return {
        code: read(sheet.name)
        for code, sheet in rows
        if any(
            name in line_view.line.messages
            for row in sheet.capabilities.values()
            for name in (*row.sends, *row.receives, *row.answers)
        )
    }


def _filters(shown: Listing) -> dict[str, str]:
    names = [
        name
        for row in shown.filters
        for name in ((f"{row.name}_from", f"{row.name}_to") if row.show == "days" else (row.name,))
    ]
    return {name: value for name in names if (value := sought(name))}


def page_size(slug: str, default: int = SIZES[0]) -> int:
    """The page size asked for, remembered per user and list (spec UI-13)."""
    login = login_of()
    key = f"size:{slug}"
    asked = request.args.get("size", "")
    if asked.isdigit() and int(asked) in SIZES:
        if login.preferences.get(key) != int(asked):
            accounts.save_preference(runtime(), login.account_id, key, int(asked))
        return int(asked)
    kept = login.preferences.get(key)
    return kept if kept in SIZES else default


def _pager(path: str, found: Page, query: Query) -> dict[str, Any]:
    """The links of the footer: numbers for the first rows, cursors beyond (ui.md 5.2)."""
    keep = {**query.filters, "size": str(query.size)}
    last = -(-min(found.total, NUMBERED) // query.size)
    present = found.number or ((found.first - 1) // query.size + 1 if found.first else 1)

    def to(**changes: object) -> str:
        return f"{path}?{urlencode({**keep, **changes})}"

    shown_numbers = [number for number in range(1, last + 1) if abs(number - present) <= WINDOW]
    return {
        "present": present,
        "numbers": [(number, to(page=number)) for number in shown_numbers],
        "first": to(page=1) if found.first > 1 else None,
        "previous": to(cursor=found.previous) if found.previous else None,
        "next": to(cursor=found.next) if found.next else None,
        "last": to(page=last) if present < last and found.total <= NUMBERED else None,
        "keep": query.filters,
        "reset": path,
    }
