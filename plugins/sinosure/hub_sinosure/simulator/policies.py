"""Offers and policies as the simulated insurer makes them, whatever leads to one."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from hub.testing.simulator.books import Entry
from hub.testing.simulator.desk import Desk
from hub_sinosure.simulator import papers

ZONE = ZoneInfo("Asia/Shanghai")
APPLICATION, POLICY = "application", "policy"
VALID_DAYS = 30
INSURED = {"amount": Decimal("60000000.00"), "currency": "CNY"}
ISSUED, EFFECTIVE = "0", "1"
NOTHING: Mapping[str, Any] = {}


def make_offer(
    desk: Desk,
    uscc: str,
    name: str,
    *,
    number: str = "",
    days: int = VALID_DAYS,
    more: Mapping[str, Any] = NOTHING,
    programme: Mapping[str, Any] = NOTHING,
) -> Mapping[str, Any]:
    """PolicyOffer, ``more`` in its body. Of a programme: ``programme``, ``programme_year``, ``cover``.

    Raises hub.documents.pdf.NotPrintable; nothing is written then.
    """
    number, now = number or desk.number("XW"), desk.clock.now()
    body = {
        "application_no": number,
        "enterprise_name": name,
        "org_code": uscc[8:17],
        "product": papers.PRODUCT,
        "product_name": papers.PRODUCT_NAME,
        "programme_year": today(desk).year,
        "renewal": "previous_policy_no" in more,
        **more,
        "declaration_version": papers.DECLARATION_VERSION,
        "declaration_text": list(papers.DECLARATION),
        "valid_until": today(desk) + timedelta(days=days),
        **{key: programme[key] for key in ("programme", "programme_year") if key in programme},
    }
    paper = papers.application_form(body, uscc, now)
    data = {"enterprise_name": name, "org_code": body["org_code"], "confirmations": 0, **programme}
    desk.books.write(Entry(kind=APPLICATION, number=number, enterprise=uscc, state="OFFERED", data=data))
    return {"application_no": number, "message_id": desk.tell("PolicyOffer", number, uscc, body, attachments=(paper,))}


def tell_policy(
    desk: Desk, type: str, uscc: str, body: Mapping[str, Any], status: str, period: Sequence[str] = (), lane: str = ""
) -> str:
    """PolicyIssued or OfflinePolicy: what ``body`` says of it, its days, its papers."""
    start, end = cover(desk, period)
    whole = {
        **body,
        "policy_type": papers.POLICY_TYPE,
        "product_name": papers.PRODUCT_NAME,
        "effective_date": start,
        "expiry_date": end,
        "status_code": status,
        "insured_amount": INSURED,
        "issued_at": desk.clock.now(),
    }
    data = {"application_no": body.get("application_no", ""), "receipts": 0}
    state = "EFFECTIVE" if status == EFFECTIVE else "ISSUED"
    desk.books.write(Entry(kind=POLICY, number=body["policy_no"], enterprise=uscc, state=state, data=data))
    paper = papers.policy_documents(whole, uscc, desk.clock.now())
    return desk.tell(type, body["policy_no"], uscc, whole, lane=lane, attachments=(paper,))


def cover(desk: Desk, period: Sequence[str] = ()) -> tuple[date, date]:
    """The first and last day of a policy issued today: a year; or what is left of a programme's ``period`` (S4:27).

    Of a programme that is over it is a year too, so that one of former years can be tried out.
    """
    start = today(desk)
    first, last = map(date.fromisoformat, period or (start.isoformat(),) * 2)
    return (max(start, first), last) if start < last else (start, last_day(start))


def today(desk: Desk) -> date:
    """In China."""
    return desk.clock.now().astimezone(ZONE).date()


def last_day(start: date) -> date:
    """The last day of a year that begins with ``start``, both days included (CI-POL-28)."""
    leap_day = (start.month, start.day) == (2, 29)
    return date(start.year + 1, 2, 28) if leap_day else start.replace(year=start.year + 1) - timedelta(days=1)
