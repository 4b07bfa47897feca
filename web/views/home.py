"""首页: what waits for the enterprise, and what is new (spec.md 4)."""

from flask import Blueprint, g, make_response, redirect, request
from flask.typing import ResponseReturnValue

from hub.errors import NotFound
from hub.services import accounts, articles
from hub.services.objects import Query, Tenant
from hub.store.engine import reading
from web import security
from web.auth import ANYONE, ENTERPRISE, SESSION, access, login_of
from web.lines.presentation import Counter, LineView
from web.page import OPERATIONS, OPERATOR_ROLE, View, counted, page
from web.site import KEPT, LANGUAGES, keep, runtime, say, site
from web.views.common import Row, counter_path, object_row, partner_name

views = Blueprint("home", __name__)

LATEST = 5
CHECKED = "company-checked"
DISPLAYS = ("normal", "large")


@views.get("/")
@access(SESSION)
def home() -> ResponseReturnValue:
    """The counters, what to do next, the latest notices; operators begin elsewhere."""
    if login_of().role == OPERATOR_ROLE:
        return redirect(OPERATIONS)
    with reading(runtime().engine) as connection:
        mine = Tenant(connection, login_of().uscc)
        areas = [(view, counted(mine, view)) for view in site().lines.values() if view.menu]
        waiting = [
            row
            for view, counters in areas
            for counter, number in counters
            if number
            for row in _rows(mine, view, counter)
        ]
        notices = mine.notices(limit=LATEST)
        shelves = [
            (view, articles.latest(connection, login_of().account_id, limit=LATEST))
            for view, _ in areas
            if view.shelf.modules
        ]
    view = View(id="v-home", title=say("首页"), key="home", crumbs=((say("首页"), None),), live=True)
    return page(
        "home.html",
        view,
        areas=areas,
        waiting=waiting[:LATEST],
        notices=notices,
        shelves=shelves,
        counter_path=counter_path,
        path=site().path,
        partner_name=partner_name,
        checked=request.cookies.get(CHECKED) == login_of().uscc,
    )


def _rows(mine: Tenant, view: LineView, counter: Counter) -> list[Row]:
    listing = view.listing(counter.kind)
    if listing is None:
        return []
    found = mine.page(counter.kind, Query(filters={counter.track: counter.state}, size=LATEST))
    return [object_row(listing, obj) for obj in found.rows]


@views.post("/company-checked")
@access(ENTERPRISE)
def company_checked() -> ResponseReturnValue:
    """The user has checked the company's name and code (spec PT-11); asked again in the next session."""
    response = make_response(redirect(_back(), 303))
    keep(response, CHECKED, login_of().uscc)
    return response


@views.post("/language/<code>")
@access(ANYONE)
def language(code: str) -> ResponseReturnValue:
    """Read on in the other language, at the same place."""
    return _prefer("language", code, LANGUAGES)


@views.post("/display/<mode>")
@access(ANYONE)
def display(mode: str) -> ResponseReturnValue:
    """Larger or normal type (大字模式)."""
    return _prefer("display", mode, DISPLAYS)


def _prefer(name: str, value: str, legal: tuple[str, ...]) -> ResponseReturnValue:
    if value not in legal:
        raise NotFound
    if g.login is not None:
        accounts.save_preference(runtime(), g.login.account_id, name, value)
    response = make_response(redirect(_back(), 303))
    keep(response, name, value, days=KEPT)
    return response


def _back() -> str:
    return security.own_path(request.form.get("next"))
