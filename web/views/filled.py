"""A form as it was submitted: grey, with what has come of it, and the list below (spec CI-INQ-14)."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask.wrappers import Response

from hub.errors import NotFound
from hub.services.shapes import BusinessObject
from web.lines.presentation import LineView, Listing
from web.page import View, page
from web.site import read, say, site
from web.views import services
from web.views.common import act_links, partner_name, value_text
from web.views.desk import Desk, desk
from web.views.grid import grid
from web.views.places import home_of
from web.views.typed import as_read


def filled(
    line_view: LineView, listing: Listing, obj: BusinessObject, view: View, facts: Sequence[Mapping[str, object]]
) -> Response:
    """The page of an object whose entry form stands over its list."""
    entry = listing.kind.entry
    here = desk(line_view.line.code, obj.kind.code, obj.id, entry.name if entry else "")
    if here.page is None or here.form is None:
        raise NotFound
    shown = here.form.shown()
    return page(
        "filled.html",
        view,
        obj=obj,
        path=site().path(obj.kind, obj.id),
        blocks=[(block, [_row(here, shown, name) for name in block.flat]) for block in here.page.blocks],
        introduction=services.told(line_view, here.page.beside) if here.page.beside else None,
        facts=facts,
        acts=act_links(listing, obj),
        back=home_of(obj),
        grid=grid(line_view, listing),
        partner_name=partner_name,
    )


def _row(here: Desk, shown: Mapping[str, Mapping[str, Any]], name: str) -> dict[str, object]:
    """A field: its label, and what it says."""
    if name == "uscc":
        return {"name": name, "label": say("统一社会信用代码"), "value": here.obj.enterprise}
    if name not in shown:
        value = value_text(here.obj.kind, here.obj.content, name)
        return {"name": name, "label": read(here.obj.kind.field(name).label), "value": value}
    control = shown[name]
    value = as_read(control, here.known[name])
    return {"name": name, "label": read(control["label"]), "value": value, "long": control["control"] == "area"}
