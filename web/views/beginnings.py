"""What a new object is begun from: a partner, another object, what was said the last time."""

from collections.abc import Mapping
from typing import Any

from flask import request

from hub.business.kind import Kind
from hub.errors import NotAllowed, NotFound
from hub.services import drafts
from hub.services.shapes import BusinessObject
from web.lines.presentation import Listing, Source
from web.site import read, runtime, site
from web.views.common import Link, begins, tenant
from web.views.places import NEW, refusal


def receivers(kind: Kind) -> list[tuple[str, str, str]]:
    """The partners to choose from for a new object: code, name, path of its page."""
    found = drafts.receivers(runtime().registry, kind)
    return [(code, read(name), f"{site().path(kind, NEW)}?partner={code}") for code, name in found.items()]


def chosen_receiver(kind: Kind) -> str | None:
    """The partner that the address names, or the only one; None while the user has to choose."""
    codes = [code for code, _, _ in receivers(kind)]
    asked = request.args.get("partner", "")
    return asked if asked in codes else codes[0] if len(codes) == 1 else None


def named_source(listing: Listing) -> tuple[str, str, Source | None]:
    """What the address begins a new object from: kind and id, empty where it names none, and what that kind gives."""
    kind_code, _, object_id = request.values.get("from", "").partition("/")
    return kind_code, object_id, listing.sources.get(kind_code)


def source_of(listing: Listing) -> tuple[BusinessObject | None, dict[str, Any]]:
    """The object from which the request begins a new one, and what is filled in. Raises NotFound, NotAllowed."""
    kind_code, object_id, source = named_source(listing)
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
