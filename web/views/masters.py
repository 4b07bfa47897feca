"""The list over a list: its rows begin new objects, and choosing one leaves below what belongs to it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from hub.services.paging import NUMBERED, Page, Query
from hub.services.shapes import BusinessObject
from web.lines.presentation import Listing, Master
from web.site import say, site
from web.views.common import Link, Row, asked_number, object_row, tenant

SIZE = 5  # rows: the list below is to be seen too


@dataclass(frozen=True, kw_only=True)
class Above:
    """What the template is handed."""

    about: Master
    found: Page
    rows: Sequence[Row]
    chosen: str
    previous: str | None
    next: str | None


def above(listing: Listing, filters: Mapping[str, str]) -> Above | None:
    """The page of the master that the address asks for: what an object of the list below may be begun from.

    ``filters`` are those of the list below.
    """
    about = listing.master
    if about is None:
        return None
    begin = listing.sources[about.kind.code].states
    idle = {row.id for row in about.kind.track("state").states} - begin
    query = Query(size=SIZE, page=asked_number("above", NUMBERED) or 1, without=idle)
    with tenant() as mine:
        found = mine.page(about.kind.code, query)

    def to(**changes: object) -> str:
        return f"{site().path(listing.kind)}?{urlencode({**filters, **changes})}"

    number = found.number or 1
    return Above(
        about=about,
        found=found,
        rows=[_row(about, obj, to(**{about.by: obj.number, "above": number})) for obj in found.rows],
        chosen=filters.get(about.by, ""),
        previous=to(above=number - 1) if number > 1 else None,
        next=to(above=number + 1) if found.next else None,
    )


def _row(about: Master, obj: BusinessObject, path: str) -> Row:
    """With its own details and what may be begun from it; what else its line does is done there."""
    _, listing = site().place(obj.line, about.kind.code)
    row = object_row(replace(listing, acts=()), obj)
    return replace(row, links=[Link(label=say("选择"), path=path), *row.links])
