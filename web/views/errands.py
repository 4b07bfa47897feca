"""Forms that wait for something that is done on another page, and the way there and back."""

from collections.abc import Mapping
from typing import Any

from flask import flash

from hub.business import KINDS
from hub.business.kind import Kind
from hub.errors import NotAllowed, NotFound
from hub.services import drafts
from hub.services.shapes import BusinessObject
from web.auth import login_of
from web.lines.presentation import Errand, Listing, Source
from web.site import read, runtime, say, site
from web.views.beginnings import named_source
from web.views.desk import Desk, desk, require
from web.views.places import NEW


def errand_path(obj: BusinessObject, errand: Errand) -> str:
    """Where an errand leads."""
    if errand.begins:
        return f"{site().path(KINDS[errand.begins], NEW)}?from={obj.kind.code}/{obj.id}"
    return site().path(obj.kind, obj.id, errand.page)


def _asker(listing: Listing) -> tuple[Kind, str, Source] | None:
    """The form that waits for what this request's page begins: kind and id of its object, and what it waits for."""
    kind_code, object_id, source = named_source(listing)
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
