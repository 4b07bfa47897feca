"""Reconciliation with an insurer: what it has told of each limit against our ledger (DG-LMT-14, 16)."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, select

from hub.business.content import freeze
from hub.business.duty_application import APPLICATION, RESERVING
from hub.business.duty_limit import CHANGE, CURRENCY, LIMIT
from hub.business.limit_figures import NOTHING, Books, Guarantee, compare
from hub.business.numbers import SHANGHAI
from hub.business.posting import LIMIT as ACCOUNT
from hub.runtime import Runtime
from hub.services import ledger, reconciled
from hub.services.reconciled import Result
from hub.services.shapes import BusinessObject, thaw
from hub.store import tables
from hub.store.engine import reading

CAPABILITY = "duty.figures"
LIVING = ("SUCCEEDED", "EXPIRED")  # an expired limit still takes what comes back


def run(
    runtime: Runtime,
    ask: Callable[..., Mapping[str, Any]],  # noqa: ARG001 - an insurer tells its figures unasked
    partner: str,
    day: date,
    *,
    again: bool = True,
) -> list[Result]:
    """Compare every limit that ``partner`` has granted, as it stands now."""
    with reading(runtime.engine) as connection:
        limits = [limit for limit in _objects(connection, LIMIT.code, partner) if limit.states["state"] in LIVING]
    return [
        _reconcile(runtime, limit, day)
        for limit in limits
        if again or not reconciled.known(runtime, partner, limit.number, day)
    ]


def _reconcile(runtime: Runtime, limit: BusinessObject, day: date) -> Result:
    with reading(runtime.engine) as connection:
        told = _objects(connection, CHANGE.code, limit.partner, apply_no=limit.number)
        changes = [{**row.content, CHANGE.number: row.number} for row in told]
        applied = _objects(connection, APPLICATION.code, limit.partner, apply_no=limit.number)
        books = _books(connection, limit.number)
    found = compare(
        sorted(changes, key=lambda row: row["changed_at"]),
        [row for application in applied for row in _guarantee(application)],
        books,
        _reserved(applied),
        limit.id,
    )
    result = Result(
        partner=limit.partner,
        enterprise=limit.enterprise,
        account=limit.number,
        day=day,
        at=runtime.clock.now(),
        entries=sum(1 for row in changes if _day(row["changed_at"]) == day),
        settled=0,
        differences=[freeze(asdict(row)) for row in found],
    )
    reconciled.keep(runtime, result)
    return result


def _objects(connection: Connection, kind: str, partner: str, **keys: str) -> list[BusinessObject]:
    """The partner's objects of a kind, oldest first; ``keys``: numbers that they name."""
    obj, key = tables.business_object, tables.object_key
    wanted = select(obj).where(obj.c.kind == kind, obj.c.partner == partner)
    for name, value in keys.items():
        naming = select(key.c.object_id).where(key.c.name == name, key.c.value == value)
        wanted = wanted.where(obj.c.id.in_(naming))
    return [thaw(row) for row in connection.execute(wanted.order_by(obj.c.created_at, obj.c.id))]


def _guarantee(application: BusinessObject) -> list[Guarantee]:
    """What the insurer may have counted; nothing while it is on the way uncounted."""
    content, state = application.content, application.states["state"]
    counted = bool(content.get("counted"))
    if state not in ("ISSUED", "RELEASED") and not (counted or content.get("released")):
        return []
    return [
        Guarantee(
            application_no=application.number,
            object_id=application.id,
            amount=content["guarantee_amount"],
            counted=counted,
            ended=state == "RELEASED" or bool(content.get("released")),
        )
    ]


def _reserved(applied: Sequence[BusinessObject]) -> Decimal:
    amounts = (
        row.content["guarantee_amount"]
        for row in applied
        if row.states["state"] in RESERVING and not (row.content.get("counted") or row.content.get("released"))
    )
    return sum(amounts, NOTHING)


def _books(connection: Connection, number: str) -> Books:
    return Books(
        granted=-ledger.balance(connection, f"granted:{number}", CURRENCY).amount,
        left=ledger.balance(connection, f"{ACCOUNT}{number}", CURRENCY).amount,
        lent=ledger.lacking(connection, f"{ACCOUNT}{number}", CURRENCY).amount,
    )


def _day(at: datetime) -> date:
    return at.astimezone(SHANGHAI).date()
