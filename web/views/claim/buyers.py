"""买方查询 (spec CI-CLM-08..11): the insurer's list, the enterprise's own new buyers, and the choice of one of them."""

from urllib.parse import urlencode

from flask import Blueprint, flash, redirect, request
from flask.typing import ResponseReturnValue
from flask.wrappers import Response

from hub.business.buyer import BUYER
from hub.business.claim import CLAIM, LINE
from hub.errors import InvalidInput, Unavailable, Unregistered
from hub.services import buyers
from hub.services.paging import Query
from web.auth import ENTERPRISE, access, login_of
from web.forms.claim import BuyerSearch
from web.forms.countries import countries
from web.page import page
from web.site import read, say, site
from web.views.common import asked_number, tenant
from web.views.desk import Desk, desk, keep, require
from web.views.places import object_view

views = Blueprint("buyers", __name__)

CHOSEN = ("buyer_code", "buyer_no", "buyer_name_en")  # of the claim: a code, or the number of a new buyer
MOST = 100_000  # pages of the insurer's list
OWN = 20  # of the enterprise's new buyers, the latest


@views.get("/claim/claim/<object_id>/buyers")
@access(ENTERPRISE)
def search(object_id: str) -> Response:
    """What the insurer's list has, page by page."""
    here = _claim(object_id)
    form = BuyerSearch()
    typed = form.gather(request.args)
    number = asked_number("page", MOST) or 1
    found, problem, errors = None, "", {}
    try:
        found = buyers.search(site().questions, login_of().actor, here.obj, form.check(typed), number)
    except InvalidInput as error:
        errors = error.fields
    except (Unavailable, Unregistered) as error:
        problem = read(error.text)
    path = site().path(CLAIM, object_id, "buyers")
    with tenant() as mine:
        own = mine.page(BUYER.code, Query(size=OWN)).rows
    return page(
        "claim/buyers.html",
        object_view(here.line, here.listing, here.obj, "buyers", say("买方查询")),
        obj=here.obj,
        fields=form.shown(),
        values=typed,
        errors=errors,
        found=found,
        problem=problem,
        countries=countries(),
        pages=lambda number: f"{path}?{urlencode({**typed, 'page': number})}",
        own=own,
        path=path,
        new=site().path(BUYER, "new"),
        back=here.path,
    )


@views.post("/claim/claim/<object_id>/buyers")
@access(ENTERPRISE)
def choose(object_id: str) -> ResponseReturnValue:
    """Fill the chosen buyer in."""
    here = _claim(object_id)
    chosen = {name: request.form.get(name, "") for name in CHOSEN}
    keep(here, {**here.known, **chosen})
    flash(say("已填入买方信息"))
    return redirect(here.path, 303)


def _claim(object_id: str) -> Desk:
    """The claim while it may be filled in. Raises NotFound, NotAllowed."""
    here = desk(LINE.code, CLAIM.code, object_id, "submit")
    require(here)
    return here
