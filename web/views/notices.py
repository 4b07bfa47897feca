"""Notices and the search by any number (spec X-10, UI.md 5.13)."""

import json

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask.wrappers import Response

from hub.services.objects import Tenant
from hub.store.engine import writing
from web.auth import ENTERPRISE, access, login_of
from web.page import COUNTS, View, around, below_home, page
from web.site import runtime, say, site
from web.views.common import object_row, partner_name, sought, tenant

views = Blueprint("notices", __name__)

SHOWN = 50


@views.get("/notices")
@access(ENTERPRISE)
def notices() -> Response:
    """The latest notices, unread ones marked."""
    with tenant() as mine:
        rows = mine.notices(limit=SHOWN)
    view = View(id="v-notices", title=say("通知"), key="notices", crumbs=below_home(say("通知")), live=True)
    return page("notices.html", view, notices=rows, path=site().path, unread=[row.id for row in rows if not row.read])


@views.get("/counts")
@access(ENTERPRISE)
def counts() -> ResponseReturnValue:
    """Only the badges; the page asks now and then."""
    return "", 204, {COUNTS: json.dumps(around().counts())}


@views.post("/notices/read")
@access(ENTERPRISE)
def mark_read() -> ResponseReturnValue:
    """All that was shown is read."""
    with writing(runtime().engine) as connection:
        Tenant(connection, login_of().uscc).mark_read(request.form.getlist("id"), runtime().clock.now())
    return redirect(url_for("notices.notices"), 303)


@views.get("/search")
@access(ENTERPRISE)
def search() -> Response:
    """Every object of the enterprise that carries this number."""
    wanted = sought("q")
    with tenant() as mine:
        found = mine.search(wanted) if wanted else []
    rows = [object_row(site().place(obj.line, obj.kind.code)[1], obj) for obj in found]
    view = View(id="v-search", title=say("查询结果"), key="search", crumbs=below_home(say("查询结果")))
    return page("search.html", view, wanted=wanted, rows=rows, partner_name=partner_name)
