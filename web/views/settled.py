"""What a payment is for: its bills, the policies that came of them and the invoices for their premiums (G-21)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from hub.business.kind import PAYABLE
from hub.business.premiums import INVOICE
from hub.services.linked import named
from hub.services.objects import Tenant
from hub.services.shapes import BusinessObject
from web.site import read, site


@dataclass(frozen=True, kw_only=True)
class Settled:
    """One bill: number, kind and path, path -> number of its policies, id -> title of its invoices."""

    number: str
    business: str
    path: str
    policies: Mapping[str, str]
    invoices: Mapping[str, str]


def settled(mine: Tenant, obj: BusinessObject) -> list[Settled]:
    """The bills that ``obj`` names; none for what is no payment."""
    ids = [id_ for link, to in obj.kind.links.items() if to == PAYABLE for id_ in named(obj.content, link)]
    return [_settled(mine, bill) for bill in map(mine.bill, ids) if bill is not None]


def _settled(mine: Tenant, bill: BusinessObject) -> Settled:
    policies = mine.naming(bill)
    return Settled(
        number=bill.number,
        business=read(bill.kind.label),
        path=site().path(bill.kind, bill.id),
        policies={site().path(row.kind, row.id): row.number for row in policies},
        invoices=_invoices(mine, policies),
    )


def _invoices(mine: Tenant, policies: Sequence[BusinessObject]) -> dict[str, str]:
    newest = mine.newest(policies, [INVOICE])
    return {
        newest[row.id][INVOICE]: f"{read(row.kind.documents[INVOICE])} {row.number}"
        for row in policies
        if row.id in newest
    }
