"""The list of a kind, the present step over it, and the entry form where it stands above the list."""

from collections.abc import Mapping

from flask import Blueprint
from flask.wrappers import Response

from hub.business import KINDS
from hub.business.roles import LEGAL_PERSON
from hub.services import drafts, offering
from hub.services.objects import Tenant
from web.auth import ENTERPRISE, access, login_of
from web.lines.presentation import LineView, Listing
from web.page import counted, page
from web.site import read, runtime, say, site
from web.views.beginnings import chosen_receiver, new_link, receivers
from web.views.common import Link, counter_path, missing_link, partner_name, place, tenant
from web.views.desk import new_desk
from web.views.form_page import form_context
from web.views.grid import grid
from web.views.masters import above
from web.views.places import list_view

views = Blueprint("lists", __name__)


@views.get("/<line>/<kind>")
@access(ENTERPRISE)
def listing(line: str, kind: str) -> Response:
    """The list."""
    line_view, shown = place(line, kind)
    with tenant() as mine:
        step = line_view.step(_counts(mine, line_view)) if line_view.steps else 0
        counters = counted(mine, line_view)
        missing = _missing(mine, shown)
        met = _met(mine, shown)
    context = _entry(line_view, shown)
    found = grid(line_view, shown)
    waiting = {row.kind: number for row, number, _ in counters}
    return page(
        "list.html",
        list_view(line_view, shown, waiting, live=not context),
        line=line_view,
        tip=_tip(line_view),
        step=step,
        missing=missing,
        met=met,
        counters=[(row, number, counter_path(row, state)) for row, number, state in counters],
        grid=found,
        master=above(shown, found.filters),
        legal_person=login_of().actor.role in LEGAL_PERSON,
        guide_path=site().path(KINDS[line_view.guide.kind]) if line_view.guide else None,
        **{"partner_name": partner_name, **context},
    )


def _tip(line_view: LineView) -> str:
    """The standing hint; of a line whose users call the insurers, with those that say where (spec SH-CLM-04)."""
    sheets = [row.sheet for row in runtime().registry.partners.values() if row.sheet.contact]
    called = [sheet for sheet in sheets if any(map(sheet.receives, line_view.line.messages))]
    if line_view.tip_calls is None or not called:
        return read(line_view.tip)
    calls = say("；").join(f"{read(sheet.name)} {sheet.contact}" for sheet in called)
    return read(line_view.tip_calls).format(insurers=calls)


def _entry(line_view: LineView, shown: Listing) -> dict[str, object]:
    """The form of a new object above its list, or the choice of its receiver; nothing where it has its own page."""
    link = new_link(shown) if shown.form_above else None
    if link is None or link.reason:
        return {}
    receiver = chosen_receiver(shown.kind)
    if receiver is None:
        return {"choices": receivers(shown.kind)}
    here = new_desk(line_view, shown, receiver)
    return form_context(here, here.known, {})


def _missing(mine: Tenant, shown: Listing) -> list[Link]:
    """What an enterprise has to have before it can submit what it begins here, and does not have with any partner."""
    entry, partners = shown.kind.entry, drafts.receivers(runtime().registry, shown.kind)
    if entry is None or not partners:
        return []
    said = [(need, [offering.lacks(mine, code, need) for code in partners]) for need in entry.needs]
    return [
        missing_link(mine, need, next((text for text in texts if text is not need.text), need.text), partners)
        for need, texts in said
        if None not in texts
    ]


def _met(mine: Tenant, shown: Listing) -> list[Link]:
    """The links to what is needed and there."""
    entry = shown.kind.entry
    needs = [need for need in (entry.needs if entry else ()) if need.kind in shown.met]
    found = [(need, obj) for need in needs for state in sorted(need.states) for obj in mine.standing(need.kind, state)]
    return [Link(label=read(shown.met[need.kind]), path=site().path(obj.kind, obj.id)) for need, obj in found[:1]]


def _counts(mine: Tenant, line_view: LineView) -> dict[tuple[str, str], Mapping[str, int]]:
    asked = {(row.kind, row.track) for row in line_view.steps if row.kind}
    return {(kind, track): mine.counts(kind, track, at_most=1) for kind, track in asked}
