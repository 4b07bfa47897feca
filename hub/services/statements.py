"""Reconciliation with a bank (PAY-REC-06): its signed statement against our orders, account by account.

What the bank has booked and we did not know is recorded as the bank's word; an unclear payment ends so at the latest.
What remains are differences with names.
"""

import logging
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import asdict
from datetime import date, datetime, time, timedelta
from functools import partial
from typing import Any

from sqlalchemy import Connection, or_, select

from hub.business.content import freeze, thaw
from hub.business.numbers import SHANGHAI
from hub.business.payment_order import ORDER
from hub.business.reconciliation import DEBIT, SETTLED, Difference, Instruction, compare
from hub.contract.sealed import masked
from hub.contract.text import Text
from hub.delivery import resolver
from hub.delivery.alerts import close_alert, open_alert
from hub.errors import Unavailable
from hub.runtime import Runtime
from hub.services import reconciled, record
from hub.services.events import NewEvent
from hub.services.reconciled import Result
from hub.store import tables
from hub.store.engine import reading, writing

log = logging.getLogger(__name__)

CAPABILITY, MESSAGE = "payment.statement", "PaymentOrder/1.0"
LOOKING_BACK = timedelta(days=7)  # an order may be booked days after it was given
OPEN = ("SENT", "UNKNOWN")  # states of an order that nobody has settled, however old it is
BY_STATEMENT = Text("以银行对账单为准", "By the bank's statement")
Ask = Callable[..., Mapping[str, Any]]


def run(runtime: Runtime, ask: Ask, partner: str, day: date, *, again: bool = True) -> list[Result]:
    """Ask for the statement of ``day`` of every account that paid through ``partner``, and compare.

    Raises Unregistered. An account whose statement cannot be had now is left out.
    """
    done, missing = [], 0
    for enterprise, account in _accounts(runtime, partner, day):
        if not again and reconciled.known(runtime, partner, account, day):
            continue
        with reading(runtime.engine) as connection:
            paid = _paid(connection, partner, day)  # before it is asked: what we hear meanwhile, it need not contain
        body = {"account_no": runtime.vault.open(account, enterprise), "day": day}
        number = f"{partner}-{day:%Y%m%d}"
        try:
            said = ask(partner=partner, capability=CAPABILITY, type="StatementQuery", enterprise=enterprise,
                       number=number, body=body)  # fmt: skip
        except Unavailable:
            log.warning("%s: no statement of %s for %s", partner, masked(account), day)
            missing += 1
            continue
        earlier = partial(_entries, ask, partner, enterprise, number, body)
        done.append(_reconcile(runtime, partner, enterprise, account, day, paid, said, earlier))
    if done or missing:
        _tell(runtime, partner, day, missing)
    return done


def _tell(runtime: Runtime, partner: str, day: date, missing: int) -> None:
    """An alert lasts while statements of the day are missing: a day that nobody could compare does not look clean."""
    key, now = f"statement:{partner}:{day}", runtime.clock.now()
    text = Text(
        f"{partner}尚缺{day}的对账单（{missing}个账户）", f"{partner}: {missing} statements of {day} are missing"
    )
    with writing(runtime.engine) as connection:
        if missing:
            open_alert(connection, key, text, now)
        else:
            close_alert(connection, key, now)


def _entries(
    ask: Ask, partner: str, enterprise: str, number: str, body: Mapping[str, Any], day: date
) -> list[Mapping[str, Any]]:
    """What was booked on another day. Raises Unavailable."""
    said = ask(partner=partner, capability=CAPABILITY, type="StatementQuery", enterprise=enterprise,
               number=number, body={**body, "day": day})  # fmt: skip
    return list(said.get("entry") or ())


def _reconcile(
    runtime: Runtime,
    partner: str,
    enterprise: str,
    account: str,
    day: date,
    paid: Collection[str],
    said: Mapping[str, Any],
    earlier: Callable[[date], list[Mapping[str, Any]]],
) -> Result:
    now = runtime.clock.now()
    named = {row["reference"] for row in said.get("entry") or () if row.get("reference")}
    with reading(runtime.engine) as connection:
        ours = [row for row, of in _instructions(connection, partner, enterprise, day, paid, named) if of == account]
    found = _looked_for(compare(ours, said), {row.message_id: row.ordered_on for row in ours}, day, earlier)
    settled = [row for row in found if row.name in SETTLED]
    for row in settled:
        with writing(runtime.engine) as connection:
            _settle(connection, row, now)
    result = Result(
        partner=partner,
        enterprise=enterprise,
        account=account,
        day=day,
        at=now,
        entries=len(said.get("entry") or ()),
        settled=len(settled),
        differences=[freeze(asdict(row)) for row in found if row not in settled],
    )
    reconciled.keep(runtime, result)
    return result


def _looked_for(
    found: list[Difference],
    ordered_on: Mapping[str, date],
    day: date,
    earlier: Callable[[date], list[Mapping[str, Any]]],
) -> list[Difference]:
    """``found`` without what the bank booked on a day before: we may have been told after midnight."""
    missing = {row.reference for row in found if row.name == "not_booked"}
    when = min((ordered_on[reference] for reference in missing), default=day)
    while missing and when < day:
        try:
            missing -= {row["reference"] for row in earlier(when) if row.get("reference") and row["direction"] == DEBIT}
        except Unavailable:
            log.warning("no statement for %s", when)
        when += timedelta(days=1)
    return [row for row in found if row.name != "not_booked" or row.reference in missing]


def _settle(connection: Connection, found: Difference, now: datetime) -> None:
    """The bank's word that came by no message: recorded once, whichever statement says it."""
    obj = record.lock_id(connection, found.object_id)
    event = SETTLED[found.name]
    new = NewEvent(
        name=event,
        identity=f"statement:{event}:{found.reference}",
        occurred_at=found.booked_at or now,
        content={"bank_serial": found.partner_ref} if found.partner_ref else {},
        text=BY_STATEMENT,
        source=obj.partner,
    )
    record.record(connection, obj, new, now)
    if resolver.on_receipt(connection, found.reference, now):
        record.set_delivery(connection, obj.id, "ACKED")


def _accounts(runtime: Runtime, partner: str, day: date) -> list[tuple[str, str]]:
    """(enterprise, sealed account) of the orders that the statement may be about."""
    with reading(runtime.engine) as connection:
        rows = list(_orders(connection, partner, day, _paid(connection, partner, day)))
    return sorted({(row.enterprise, row.content["payer_account"]) for row in rows})


def _orders(
    connection: Connection, partner: str, day: date, paid: Collection[str], named: Collection[str] = ()
) -> Iterator[Any]:
    """The rows of the orders that were handed in not long before the day's end; of older ones those that nobody has
    settled, that we were told to be ``paid``, or whose instructions are ``named``: a bank may approve, book or return
    them at any time.
    """
    obj, sent = tables.business_object, tables.outbox
    opens = datetime.combine(day, time(), SHANGHAI)
    wanted = (
        select(
            obj.c.id, obj.c.enterprise, obj.c.number, obj.c.state, obj.c.content, sent.c.message_id, sent.c.created_at
        )
        .join(sent, sent.c.object_id == obj.c.id)
        .where(
            sent.c.type == MESSAGE,
            sent.c.partner == partner,
            sent.c.created_at < opens + timedelta(days=1),
            or_(
                sent.c.created_at >= opens - LOOKING_BACK,
                obj.c.state.in_(OPEN),
                obj.c.id.in_(paid),
                sent.c.message_id.in_(named),
            ),
        )
    )
    yield from connection.execute(wanted)


def _instructions(
    connection: Connection, partner: str, enterprise: str, day: date, paid: Collection[str], named: Collection[str]
) -> Iterator[tuple[Instruction, str]]:
    """Our orders, each with its sealed account."""
    for row in _orders(connection, partner, day, paid, named):
        if row.enterprise == enterprise:
            content = thaw(ORDER, row.content)
            yield (
                Instruction(
                    message_id=row.message_id,
                    object_id=row.id,
                    order_no=row.number,
                    state=row.state,
                    amount=sum(item["amount"] for item in content["item"]),
                    paid_today=row.id in paid and row.state == "SUCCEEDED",
                    ordered_on=row.created_at.astimezone(SHANGHAI).date(),
                ),
                content["payer_account"],
            )


def _paid(connection: Connection, partner: str, day: date) -> set[str]:
    """The orders that we were told on that day to be paid."""
    obj, event = tables.business_object, tables.event
    opens = datetime.combine(day, time(), SHANGHAI)
    wanted = (
        select(event.c.object_id)
        .join(obj, obj.c.id == event.c.object_id)
        .where(
            obj.c.kind == ORDER.code,
            obj.c.partner == partner,
            event.c.name == "succeeded",
            event.c.recorded_at >= opens,  # by our own clock: who tells us has booked it before
            event.c.recorded_at < opens + timedelta(days=1),
        )
    )
    return set(connection.execute(wanted).scalars())
