"""买方查询 (spec CI-CLM-08..11): the insurer's list, the enterprise's own new buyers, and the choice of one of them. A
form has it by an errand of this name.
"""

from urllib.parse import urlencode

from flask import Blueprint, flash, redirect, request
from flask.typing import ResponseReturnValue
from flask.wrappers import Response

from hub.business.buyer import BUYER
from hub.errors import InvalidInput, NotFound, Unavailable, Unregistered
from hub.services import buyers
from hub.services.paging import Query
from web.auth import ENTERPRISE, access, login_of
from web.forms.claim import BuyerSearch
from web.forms.countries import countries
from web.lines.claim import NEW_BUYER
from web.page import page
from web.site import read, say, site
from web.views.common import asked_number, place, tenant
from web.views.desk import Desk, desk, require
from web.views.errands import errand_path, put
from web.views.places import object_view

views = Blueprint("buyers", __name__)

PAGE = "buyers"  # the errand
CHOSEN = ("buyer_code", "buyer_no", "buyer_name_en", "buyer_country", "buyer_address_en")
"""What a choice fills in, as far as the form asks for it: a buyer has its code, or the number of a new one."""
MOST = 100_000  # pages of the insurer's list
OWN = 20  # of the enterprise's new buyers, the latest


@views.get(f"/<line>/<kind>/<object_id>/{PAGE}")
@access(ENTERPRISE)
def search(line: str, kind: str, object_id: str) -> Response:
    """What the insurer's list has, page by page."""
    here = _here(line, kind, object_id)
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
    path = site().path(here.obj.kind, object_id, PAGE)
    with tenant() as mine:
        own = mine.page(BUYER.code, Query(size=OWN)).rows
    return page(
        "buyers.html",
        object_view(here.line, here.listing, here.obj, PAGE, say("买方查询")),
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
        own_path=site().path(BUYER),
        new=errand_path(here.obj, NEW_BUYER),
        back=here.path,
    )


@views.post(f"/<line>/<kind>/<object_id>/{PAGE}")
@access(ENTERPRISE)
def choose(line: str, kind: str, object_id: str) -> ResponseReturnValue:
    """Fill the chosen buyer in."""
    here = _here(line, kind, object_id)
    put(here, {name: request.form.get(name, "") for name in CHOSEN})
    flash(say("已填入买方信息"))
    return redirect(here.path, 303)


def _here(line: str, kind: str, object_id: str) -> Desk:
    """The object while it may be filled in. Raises NotFound, for a form without this errand too, and NotAllowed."""
    entry = place(line, kind)[1].kind.entry
    here = desk(line, kind, object_id, entry.name) if entry else None
    if here is None or PAGE not in here.errands:
        raise NotFound
    require(here)
    return here
