"""What the enterprise has to pay, whatever line of business it comes from: chosen together, with the bank that pays."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from operator import add

from flask import Blueprint, request
from flask.wrappers import Response

from hub.business.acts import Linked
from hub.business.payment import LINE
from hub.business.payment_agreement import AGREEMENT
from hub.business.payment_bills import due
from hub.business.payment_order import ORDER
from hub.contract.money import Money
from hub.services import linked
from hub.services.objects import Tenant
from hub.services.paging import Query
from hub.services.shapes import BusinessObject
from web.auth import ENTERPRISE, access
from web.page import View, crumbs, page
from web.site import money, read, runtime, say, site
from web.views.common import PAY, partner_name, place, tenant
from web.views.places import refusal

views = Blueprint("pay", __name__)

MOST = 100  # agreements to choose from


@dataclass(frozen=True, kw_only=True)
class Bill:
    """One line of the page."""

    obj: BusinessObject
    amount: str
    cents: int
    path: str
    last_day: str
    chosen: bool


@dataclass(frozen=True, kw_only=True)
class Payee:
    """What is due to one insurer in one currency: that much can be paid together."""

    code: str
    name: str
    currency: str
    bills: Sequence[Bill]
    sum: str


@views.get(PAY)
@access(ENTERPRISE)
def bills() -> Response:
    """The bills, those that the address names chosen already, and the agreements under which they can be paid."""
    line_view, listing = place(LINE.code, ORDER.code)
    wanted = set(request.args.getlist("bill"))
    with tenant() as mine:
        payees = _payees(mine, wanted)
        agreements = _agreements(mine)
        listed = {bill.obj.id for payee in payees for bill in payee.bills}
        left = mine.those(wanted - listed).values()
    title = say("待缴费业务")
    view = View(
        id="v-pay",
        title=title,
        key="pay",
        crumbs=crumbs((read(line_view.line.label), site().path(listing.kind)), (title, None), line=line_view),
        system=read(line_view.system),
        live=not wanted,
    )
    return page(
        "pay.html",
        view,
        payees=payees,
        left=left,
        agreements=agreements,
        reason=refusal(ORDER) or "",
        action=site().path(ORDER, "new"),
        source=AGREEMENT.code,
        sign=site().path(AGREEMENT),
        partner_name=partner_name,
    )


def _payees(mine: Tenant, wanted: set[str]) -> list[Payee]:
    groups: dict[tuple[str, str], list[tuple[BusinessObject, Money]]] = defaultdict(list)
    for obj in mine.bills():
        amount = due(linked.linked(runtime().registry, obj))
        groups[obj.partner, amount.currency].append((obj, amount))
    return [
        Payee(
            code=code,
            name=partner_name(code),
            currency=currency,
            bills=[_bill(obj, amount, wanted) for obj, amount in rows],
            sum=money(reduce(add, (amount for _, amount in rows)).amount, currency),
        )
        for (code, currency), rows in sorted(groups.items())
    ]


def _bill(obj: BusinessObject, amount: Money, wanted: set[str]) -> Bill:
    last = obj.content.get(obj.kind.payable.due) if obj.kind.payable else None
    return Bill(
        obj=obj,
        amount=money(amount.amount, amount.currency),
        cents=amount.cents(),
        path=site().path(obj.kind, obj.id),
        last_day=last.isoformat() if last else "",
        chosen=obj.id in wanted,
    )


def _agreements(mine: Tenant) -> list[Linked]:
    """The agreements that are signed."""
    found = mine.page(AGREEMENT.code, Query(filters={"state": "SIGNED"}, size=MOST))
    return [linked.linked(runtime().registry, obj) for obj in found.rows]
