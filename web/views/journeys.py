"""授权网上协议: seal, agreement, data authorisation, then the application is sent (spec.md 6, CI-GD-13..19; S1:57-62).

Which stage is the present one follows from what stands now, so that whoever leaves comes back to the first one that is
not done, whenever a seal or an authorisation ends. Nothing of it is stored.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from hub.business import KINDS
from hub.business.acts import Action, Need
from hub.business.kind import Kind
from hub.contract.text import Text
from hub.services import offering
from hub.services.objects import Tenant
from hub.services.shapes import BusinessObject
from web.lines.presentation import Journey, Listing
from web.site import site

DONE = Text("已完成", "Done")
DONE_BEFORE = Text("已完成(去年)", "Done (last year)")
NOW = Text("待办理", "To be done")
LATER = Text("未开始", "Not begun")


@dataclass(frozen=True, kw_only=True)
class Stage:
    """One stage as it stands. ``path``: where it is done, when it is the present one."""

    title: Text
    look: str  # done, now, or nothing
    said: Text
    path: str = ""


def barred(mine: Tenant, listing: Listing, obj: BusinessObject, action: Action) -> bool:
    """Whether this portal offers another action in the place of this one."""
    journey = listing.journey
    if journey is None or action.name not in (journey.direct, journey.held):
        return False
    complete = not site().portal.authorise or not _missing(mine, journey, obj)
    return complete if action.name == journey.held else not complete


def stages(mine: Tenant, listing: Listing, obj: BusinessObject) -> Sequence[Stage]:
    """All stages of the object's journey, the last one included. Raises KeyError where there is no journey."""
    journey = _journey(listing)
    missing = _missing(mine, journey, obj)
    found = [_stage(mine, journey, obj, need, missing) for need in obj.kind.action(journey.finish).needs]
    last = Stage(title=journey.last, look="" if missing else "now", said=LATER if missing else NOW)
    return [*found, last]


def onward(mine: Tenant, listing: Listing, action: Action, obj: BusinessObject) -> str | None:
    """Where the user goes on after ``action``: to the journey that it began, or that it was a stage of."""
    if not site().portal.authorise:
        return None
    if listing.journey and action.name == listing.journey.held:
        return site().path(obj.kind, obj.id, listing.journey.finish)
    for other in (row for view in site().lines.values() for row in view.listings):
        journey = other.journey
        if journey and obj.kind.code in journey.stages and action is obj.kind.entry:
            waiting = mine.standing(other.kind.code, _held_state(other.kind, journey))
            return site().path(other.kind, waiting[0].id, journey.finish) if waiting else None
    return None


def _journey(listing: Listing) -> Journey:
    if listing.journey is None:
        raise KeyError(listing.kind.code)
    return listing.journey


def _missing(mine: Tenant, journey: Journey, obj: BusinessObject) -> list[Need]:
    return [need for need in obj.kind.action(journey.finish).needs if offering.lacks(mine, obj.partner, need)]


def _stage(mine: Tenant, journey: Journey, obj: BusinessObject, need: Need, missing: Sequence[Need]) -> Stage:
    title = journey.stages[need.kind]
    if need not in missing:
        held = mine.standing(need.kind, *need.states)
        before = all(row.since < obj.since for row in held)
        return Stage(title=title, look="done", said=DONE_BEFORE if before else DONE)
    if need is not missing[0]:
        return Stage(title=title, look="", said=LATER)
    return Stage(title=title, look="now", said=NOW, path=_way(mine, KINDS[need.kind], obj.partner))


def _way(mine: Tenant, kind: Kind, partner: str) -> str:
    """The entry page of the object that is begun already, else of a new one."""
    entry = kind.entry
    if entry is None:
        return site().path(kind)
    sources = {row.source for row in kind.track("state").transitions if row.event == entry.event and row.source}
    begun = [row for state in sorted(sources) for row in mine.standing(kind.code, state)]
    if begun:
        return site().path(kind, begun[0].id, entry.name)
    return f"{site().path(kind, 'new')}?partner={kind.keeper(partner)}"


def _held_state(kind: Kind, journey: Journey) -> str:
    event = kind.action(journey.held).event
    return next(row.target for row in kind.track("state").transitions if row.event == event)
