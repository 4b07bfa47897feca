"""The operators' pages: every plugin, how its partner does, and the codes that nobody knows (spec.md 1.2, role ADM)."""

from flask import Blueprint, flash, make_response, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask.wrappers import Response

from hub.business.reconciliation import NAMES
from hub.config import PartnerSettings
from hub.errors import NotFound
from hub.services import audit, operations, partners, reconciled, unmapped
from hub.services.partners import PluginCard
from hub.store.engine import reading, writing
from web.auth import OPERATOR, access, login_of
from web.page import OPERATIONS, RECONCILIATION, View, page
from web.site import runtime, say
from web.views import magic

views = Blueprint("operations", __name__)


@views.get(OPERATIONS)
@access(OPERATOR)
def plugins() -> Response:
    """Every installed plugin, loaded or not."""
    here = runtime()
    with reading(here.engine) as connection:
        cards = partners.cards(here.registry, here.settings, connection)
        tasks = unmapped.tasks(connection, here.registry)
    title = say("插件与合作机构")
    view = View(id="v-plugins", title=title, key="operations/plugins", crumbs=((title, None),), live=True)
    return page("operations/plugins.html", view, cards=cards, tasks=tasks)


@views.get("/operations/plugins/<code>")
@access(OPERATOR)
def partner(code: str) -> Response:
    """One partner: what it can, how it does, what waits."""
    here = runtime()
    with reading(here.engine) as connection:
        card = _card(code, partners.cards(here.registry, here.settings, connection))
        tasks = unmapped.tasks(connection, here.registry, code)
    view = View(
        id=f"v-plugin-{code}",
        title=code,
        key=f"operations/plugins/{code}",
        crumbs=((say("插件与合作机构"), OPERATIONS), (code, None)),
        live=True,
    )
    return page(
        "operations/partner.html",
        view,
        card=card,
        sheet=card.sheet,
        tasks=tasks,
        magic=magic.of_partner(code),
        address=here.settings.partners.get(code, PartnerSettings()).address,
    )


@views.get(RECONCILIATION)
@access(OPERATOR)
def reconciliation() -> Response:
    """What the partners' figures said against the hub's payments and limits, newest day first."""
    with reading(runtime().engine) as connection:
        results = reconciled.results(connection)
    title = say("对账")
    view = View(id="v-reconciliation", title=title, key=RECONCILIATION[1:], crumbs=((title, None),), live=True)
    return page("operations/reconciliation.html", view, results=results, names=NAMES)


@views.get("/operations/plugins/<code>/codes.patch")
@access(OPERATOR)
def patch(code: str) -> Response:
    """The proposed rows for the plugin's status tables, as a unified diff."""
    here = runtime()
    with reading(here.engine) as connection:
        tasks = unmapped.tasks(connection, here.registry, code)
    found = unmapped.patch(here.registry, tasks)
    if not found:
        raise NotFound
    response = make_response(found)
    response.content_type = "text/x-diff; charset=utf-8"
    response.headers["Content-Disposition"] = (
        f'attachment; filename="{here.registry.partner(code).sheet.partner}.patch"'
    )
    return response


@views.post("/operations/plugins/<code>/replay")
@access(OPERATOR)
def replay(code: str) -> ResponseReturnValue:
    """Apply what waited for the codes that the installed plugin knows by now."""
    here = runtime()
    with reading(here.engine) as connection:
        known = [task for task in unmapped.tasks(connection, here.registry, code) if task.known]
    applied = sum(operations.replay_unmapped(here, code, task.field, task.code) for task in known)
    with writing(here.engine) as connection:
        detail = {"partner": code, "codes": [task.code for task in known], "applied": applied}
        who = login_of().account_id
        audit.note(connection, here.clock.now(), "web.replay", who=who, address=request.remote_addr, detail=detail)
    flash(say("已处理 {n} 份报文", n=applied))
    return redirect(url_for("operations.partner", code=code), 303)


def _card(code: str, cards: list[PluginCard]) -> PluginCard:
    found = next((card for card in cards if card.partner == code), None)
    if found is None:
        raise NotFound
    return found
