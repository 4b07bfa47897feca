"""Day-end reconciliation with each bank (PAY-REC-06): its signed statement against our orders, account by account.

What the bank has booked and we did not know is recorded as the bank's word; an unclear payment ends so at the latest.
What remains are differences with names, kept for operators, with one alert for each bank and day.
"""

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, time, timedelta
from functools import partial
from typing import Any

from sqlalchemy import Connection, select

from hub.business.content import freeze, thaw
from hub.business.numbers import SHANGHAI
from hub.business.payment import ORDER
from hub.business.reconciliation import DEBIT, SETTLED, Difference, Instruction, compare
from hub.contract.sealed import masked
from hub.contract.text import Text
from hub.delivery import resolver
from hub.delivery.alerts import close_alert, open_alert
from hub.errors import Unavailable
from hub.runtime import Runtime
from hub.services import record
from hub.services.questions import Questions
from hub.services.record import NewEvent
from hub.store import tables
from hub.store.engine import reading, writing
from hub.store.rows import insert_new

log = logging.getLogger(__name__)

CAPABILITY, MESSAGE = "payment.statement", "PaymentOrder/1.0"
LOOKING_BACK = timedelta(days=7)  # an order may be booked days after it was given
CLOSED = time(2)  # in China: by then a bank has closed the day before
BY_STATEMENT = Text("以银行对账单为准", "By the bank's statement")
Ask = Callable[..., Mapping[str, Any]]


@dataclass(frozen=True, kw_only=True)
class Result:
    """One account on one day."""

    partner: str
    enterprise: str
    account: str  # sealed
    day: date
    at: datetime
    entries: int
    settled: int  # orders that the statement settled
    differences: Sequence[Mapping[str, Any]]

    @property
    def shown(self) -> str:
        """The account as an operator may see it."""
        return masked(self.account)


def due(runtime: Runtime, questions: Questions) -> int:
    """Reconcile yesterday with every bank that has not been yet; says how many accounts were."""
    now = runtime.clock.now().astimezone(SHANGHAI)
    if now.time() < CLOSED:
        return 0
    return sum(
        len(run(runtime, questions.ask, code, now.date() - timedelta(days=1), again=False)) for code in banks(runtime)
    )


def banks(runtime: Runtime) -> list[str]:
    """The partners that give statements."""
    return [code for code in runtime.registry.partners if runtime.registry.offers(code, CAPABILITY)]


def run(runtime: Runtime, ask: Ask, partner: str, day: date, *, again: bool = True) -> list[Result]:
    """Ask for the statement of ``day`` of every account that paid through ``partner``, and compare.

    Raises Unregistered. An account whose statement cannot be had now is left out, with an alert.
    """
    done = []
    for enterprise, account in _accounts(runtime, partner, day):
        if not again and _known(runtime, partner, account, day):
            continue
        body = {"account_no": runtime.vault.open(account, enterprise), "day": day}
        number = f"{partner}-{day:%Y%m%d}"
        try:
            said = ask(partner=partner, capability=CAPABILITY, type="StatementQuery", enterprise=enterprise,
                       number=number, body=body)  # fmt: skip
        except Unavailable:
            log.warning("%s: no statement of %s for %s", partner, masked(account), day)
            continue
        earlier = partial(_entries, ask, partner, enterprise, number, body)
        done.append(_reconcile(runtime, partner, enterprise, account, day, said, earlier))
    return done


def _entries(
    ask: Ask, partner: str, enterprise: str, number: str, body: Mapping[str, Any], day: date
) -> list[Mapping[str, Any]]:
    """What was booked on another day. Raises Unavailable."""
    said = ask(partner=partner, capability=CAPABILITY, type="StatementQuery", enterprise=enterprise,
               number=number, body={**body, "day": day})  # fmt: skip
    return list(said.get("entry") or ())


def results(connection: Connection, *, limit: int = 100) -> list[Result]:
    """The latest results, newest day first."""
    table = tables.reconciliation
    rows = connection.execute(select(table).order_by(table.c.day.desc(), table.c.partner, table.c.account).limit(limit))
    return [Result(**{**row._mapping, "day": date.fromisoformat(row.day)}) for row in rows]


def _reconcile(
    runtime: Runtime,
    partner: str,
    enterprise: str,
    account: str,
    day: date,
    said: Mapping[str, Any],
    earlier: Callable[[date], list[Mapping[str, Any]]],
) -> Result:
    now = runtime.clock.now()
    with reading(runtime.engine) as connection:
        ours = [row for row, of in _instructions(connection, partner, enterprise, day) if of == account]
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
    with writing(runtime.engine) as connection:
        _keep(connection, result)
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


def _keep(connection: Connection, result: Result) -> None:
    table = tables.reconciliation
    values = asdict(result) | {"day": result.day.isoformat()}
    key = (table.c.partner == result.partner, table.c.account == result.account, table.c.day == values["day"])
    if not insert_new(connection, table, values):
        connection.execute(table.update().where(*key).values(**values))
    alert = f"reconciliation:{result.partner}:{values['day']}"
    everywhere = select(table.c.differences).where(table.c.partner == result.partner, table.c.day == values["day"])
    number = sum(len(rows) for rows in connection.execute(everywhere).scalars())
    if number:
        text = Text(
            f"{result.partner} {values['day']} 对账有 {number} 处差异",
            f"{result.partner} {values['day']}: {number} differences in the reconciliation",
        )
        open_alert(connection, alert, text, result.at)
    else:
        close_alert(connection, alert, result.at)


def _accounts(runtime: Runtime, partner: str, day: date) -> list[tuple[str, str]]:
    """(enterprise, sealed account) of the orders that the statement may be about."""
    with reading(runtime.engine) as connection:
        rows = list(_orders(connection, partner, day))
    return sorted({(row.enterprise, row.content["payer_account"]) for row in rows})


def _known(runtime: Runtime, partner: str, account: str, day: date) -> bool:
    table = tables.reconciliation
    key = (table.c.partner == partner, table.c.account == account, table.c.day == day.isoformat())
    with reading(runtime.engine) as connection:
        return connection.execute(select(table.c.at).where(*key)).first() is not None


def _orders(connection: Connection, partner: str, day: date) -> Iterator[Any]:
    """The rows of the orders that were handed in before the day's end."""
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
            sent.c.created_at >= opens - LOOKING_BACK,
            sent.c.created_at < opens + timedelta(days=1),
        )
    )
    yield from connection.execute(wanted)


def _instructions(
    connection: Connection, partner: str, enterprise: str, day: date
) -> Iterator[tuple[Instruction, str]]:
    """Our orders, each with its sealed account."""
    paid = _paid(connection, partner, day)
    for row in _orders(connection, partner, day):
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
