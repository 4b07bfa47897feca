"""The grid of a list: filters in the URL, page sizes, pages (spec CI-POL-03..06, UI-12..15, ui.md 5.2)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from flask import request

from hub.services import accounts
from hub.services.paging import NUMBERED, Page, Query
from web.auth import login_of
from web.lines.presentation import LineView, Listing, Many
from web.site import read, runtime, site
from web.views.common import Link, Row, asked_number, many_of, object_row, tenant
from web.views.desk import new_link

SIZES = (10, 15, 20, 50, 100)
WINDOW = 2  # page buttons on each side of the present one


@dataclass(frozen=True, kw_only=True)
class Grid:
    """What the grid's template is handed."""

    listing: Listing
    tabs: Sequence[tuple[str, str, bool]]  # (label, path, shown)
    found: Page
    rows: Sequence[Row]
    filters: Mapping[str, str]
    size: int
    pager: Mapping[str, Any]
    path: str
    new: Link | None
    now: datetime
    many: Sequence[Many]
    sizes: Sequence[int] = SIZES


def grid(line_view: LineView, listing: Listing) -> Grid:
    """The page of the list that the address asks for."""
    kind = listing.kind.code
    size = _size(kind)
    query = Query(
        filters=_filters(listing), size=size, cursor=request.args.get("cursor"), page=asked_number("page", NUMBERED)
    )
    with tenant() as mine:
        found = mine.page(kind, query)
        typed = mine.typed(found.rows)
    return Grid(
        listing=listing,
        tabs=[(read(row.kind.label), site().path(row.kind), row is listing) for row in line_view.listings],
        found=found,
        rows=[object_row(listing, obj, typed.get(obj.id, {})) for obj in found.rows],
        filters=query.filters,
        size=size,
        pager=_pager(listing, found, query),
        path=site().path(listing.kind),
        new=new_link(listing),
        now=runtime().clock.now(),
        many=many_of(listing),
    )


def _filters(shown: Listing) -> dict[str, str]:
    names = [
        name
        for row in shown.filters
        for name in ((f"{row.name}_from", f"{row.name}_to") if row.show == "days" else (row.name,))
    ]
    asked = {name: request.args.get(name, "").strip()[:64] for name in names}
    return {name: value for name, value in asked.items() if value}


def _size(kind: str) -> int:
    """The page size asked for, remembered per user and list, else ten (spec UI-13)."""
    login = login_of()
    key = f"size:{kind}"
    asked = request.args.get("size", "")
    if asked.isdigit() and int(asked) in SIZES:
        if login.preferences.get(key) != int(asked):
            accounts.save_preference(runtime(), login.account_id, key, int(asked))
        return int(asked)
    kept = login.preferences.get(key)
    return kept if kept in SIZES else SIZES[0]


def _pager(shown: Listing, found: Page, query: Query) -> dict[str, Any]:
    """The links of the footer: numbers for the first rows, cursors beyond (ui.md 5.2)."""
    path, keep = site().path(shown.kind), {**query.filters, "size": str(query.size)}
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
