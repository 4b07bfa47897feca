"""The list of a kind: filters in the URL, pages, the present step over it (spec CI-POL-03..06, UI-12..15)."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, request
from flask.wrappers import Response

from hub.services import accounts
from hub.services.objects import NUMBERED, Page, Query, Tenant
from web.auth import ENTERPRISE, access, login_of
from web.lines.presentation import LineView, Listing
from web.page import View, counted, crumbs, page
from web.site import read, runtime, site
from web.views.common import counter_path, object_row, partner_name, place, tenant

views = Blueprint("lists", __name__)

SIZES = (10, 15, 20, 50, 100)
WINDOW = 2  # page buttons on each side of the present one


@views.get("/<line>/<kind>")
@access(ENTERPRISE)
def listing(line: str, kind: str) -> Response:
    """The list."""
    line_view, shown = place(line, kind)
    size = _size(kind)
    query = Query(filters=_filters(shown), size=size, cursor=request.args.get("cursor"), page=_page_number())
    with tenant() as mine:
        found = mine.page(kind, query)
        step = line_view.step(_counts(mine, line_view)) if line_view.steps else 0
        counters = counted(mine, line_view)
    view = View(
        id=f"v-{kind}",
        title=read(line_view.title),
        key=f"{line}/{line_view.listings[0].kind.code}",
        crumbs=crumbs((read(line_view.line.label), None), (read(line_view.title), None)),
        live=True,
    )
    return page(
        "list.html",
        view,
        line=line_view,
        listing=shown,
        step=step,
        counters=[(row, number, counter_path(row)) for row, number in counters],
        found=found,
        rows=[object_row(shown, obj) for obj in found.rows],
        filters=query.filters,
        sizes=SIZES,
        size=size,
        pager=_pager(shown, found, query),
        path=request.path,
        tabs=[(read(row.kind.label), site().path(row.kind), row is shown) for row in line_view.listings],
        now=runtime().clock.now(),
        partner_name=partner_name,
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


def _page_number() -> int | None:
    asked = request.args.get("page", "")
    return int(asked) if asked.isdigit() and 0 < int(asked) <= NUMBERED else None


def _counts(mine: Tenant, line_view: LineView) -> dict[tuple[str, str], Mapping[str, int]]:
    asked = {(row.kind, row.track) for row in line_view.steps if row.kind}
    return {(kind, track): mine.counts(kind, track, at_most=1) for kind, track in asked}


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
