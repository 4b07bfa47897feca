"""What is done to several rows of a list at once."""

from collections.abc import Mapping
from urllib.parse import urlencode

from flask import Blueprint, flash, redirect, request
from flask.typing import ResponseReturnValue

from hub.contract.money import Money
from hub.errors import NotFound
from hub.services import actions
from hub.services.shapes import BusinessObject
from web.auth import ENTERPRISE, access, login_of
from web.lines.presentation import Listing, Many
from web.page import page
from web.site import money, read, runtime, say
from web.views.common import added, many_of, place, summed, tenant
from web.views.places import beside_view
from web.views.typed import number

views = Blueprint("many", __name__)

MOST = 100  # the longest page of a list


@views.post("/<line>/<kind>/many/<code>")
@access(ENTERPRISE)
def act(line: str, kind: str, code: str) -> ResponseReturnValue:
    """Ask first, naming the rows; then do it to all of them, or to none."""
    line_view, listing = place(line, kind)
    many, chosen, path = _many(listing, code), _chosen(), line_view.path(listing)
    if not chosen:
        flash(say("请先选择记录"))
        return redirect(path, 303)
    if many.path:
        return redirect(f"{many.path}?{urlencode([(many.name, object_id) for object_id in chosen])}", 303)
    if "sure" in request.form:
        done = actions.perform_many(runtime(), login_of().actor, listing.kind.code, code, chosen)
        flash(say("{action}已完成：{n} 条记录", action=read(many.label), n=len(done)))
        return redirect(path, 303)
    with tenant() as mine:
        rows = [mine.get(listing.kind.code, object_id) for object_id in chosen]
    view = beside_view(line_view, listing, code, read(many.label))
    sums = [money(row.amount, row.currency) for row in _sums(listing, rows)]
    return page("many.html", view, many=many, rows=rows, chosen=chosen, added=added(listing), sums=sums, back=path)


def _many(listing: Listing, code: str) -> Many:
    found = next((row for row in many_of(listing) if row.code == code), None)
    if found is None:
        raise NotFound
    return found


def _chosen() -> Mapping[str, int]:
    """Id -> revision as the list showed it. Raises NotFound for what no list sends."""
    pairs = [row.partition(":") for row in request.form.getlist("row")[:MOST]]
    found = {object_id: number(revision) for object_id, _, revision in pairs}
    if None in found.values():
        raise NotFound
    return {object_id: revision for object_id, revision in found.items() if revision is not None}


def _sums(listing: Listing, rows: list[BusinessObject]) -> list[Money]:
    """One sum per currency, in the order of the rows."""
    found: dict[str, Money] = {}
    for amount in filter(None, (summed(listing, row) for row in rows)):
        held = found.get(amount.currency)
        found[amount.currency] = held + amount if held else amount
    return list(found.values())
