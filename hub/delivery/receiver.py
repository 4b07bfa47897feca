"""The partners' door: raw signed bytes in, a signed receipt out, and the receipt leaves only after the commit.

Order, always: size and quota, then the adapter's ``open`` (limits, signature, schema), then meaning, then one
transaction that holds the deduplication, the raw bytes, the event and the stored answer.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from typing import Any, TypeVar

from sqlalchemy import Connection, Row, bindparam, select, update

from hub.contract.adapters import Context, PartnerAdapter, Refusal
from hub.contract.message import CanonicalEvent, InMessage, OutMessage, PartnerContent, Raw, Verdict
from hub.contract.receipt import ACCEPTED, RECEIPT_CODES
from hub.contract.status import UnmappedCode
from hub.delivery import failpoints
from hub.delivery.observers import Observers
from hub.errors import Unavailable
from hub.guard.fault import PluginAway, PluginFailed
from hub.runtime import Runtime
from hub.services import audit, evidence, inbound, unmapped
from hub.services.inbound import PluginFault, received
from hub.store import tables
from hub.store.conditions import in_state
from hub.store.engine import writing
from hub.store.prepared import Prepared
from hub.store.rows import ensure, insert_new

log = logging.getLogger(__name__)

T = TypeVar("T")

STATUS = {"0": 422, "1": 403, "2": 409, "3": 503}  # HTTP status by the receipt code's class
EXPLAINED = 10  # schema errors that a receipt and the audit log name
WAITING = "waiting for its object"  # reason of a parked message
CONFLICT, BUSY, TOO_MANY = "2002", "3001", "3002"
RETRY_AFTER = {BUSY: (503, 10), TOO_MANY: (429, 2)}  # status, seconds

_inbox, _raw = tables.inbox, tables.inbox_raw
PARKED = Prepared(
    select(_inbox, _raw.c.content)
    .join(
        _raw,
        (_raw.c.partner == _inbox.c.partner)
        & (_raw.c.message_id == _inbox.c.message_id)
        & (_raw.c.digest == _inbox.c.digest),
    )
    .where(
        _inbox.c.partner == bindparam("partner"),
        _inbox.c.business_key == bindparam("number"),
        in_state(_inbox, "PARKED"),
    )
    .order_by(_inbox.c.received_at)
)
"""What waits for an object; asked for every new one, so it is built once."""


@dataclass(frozen=True)
class Answer:
    """What the door says: the receipt and its HTTP status."""

    receipt: OutMessage
    status: int
    code: str


@dataclass(frozen=True)
class _Problem:
    """Why nobody knows what a message means."""

    reason: str
    code: UnmappedCode | None = None


@dataclass(frozen=True)
class Reading:
    """A parked message, opened and understood once more, as far as it can be."""

    message: InMessage | None
    meaning: Sequence[CanonicalEvent | PartnerContent]
    problem: _Problem | None


Readings = Mapping[str, Reading]
"""Message id -> what it means; of one partner."""


class Unread(Exception):
    """Parked messages that nobody has read are to be applied: the transaction ends, they are read, it runs again."""

    def __init__(self, rows: Sequence[Row[Any]]) -> None:
        super().__init__(len(rows))
        self.rows = rows


def receive(runtime: Runtime, partner: str, raw: Raw, address: str | None) -> Answer:
    """Take one message of ``partner``.

    Raises Unregistered for a partner that is not plugged in, Unavailable when its plugin cannot even say "busy".
    """
    try:
        return _receive(runtime, partner, raw, address)
    except (PluginAway, PluginFailed) as failed:
        log.warning("%s: turned away, %s", partner, failed)
        raise Unavailable from failed


def _receive(runtime: Runtime, partner: str, raw: Raw, address: str | None) -> Answer:
    adapter = runtime.adapter(partner)
    ctx = runtime.context(partner)
    seconds = runtime.clock.monotonic()
    if not runtime.quota.take(f"{partner} {address}", seconds):  # whoever sends rubbish uses up his own share
        return _busy(adapter, ctx, raw, TOO_MANY)
    try:
        message = adapter.open(raw, ctx)
        if not runtime.quota.take(partner, seconds):
            return _busy(adapter, ctx, raw, TOO_MANY)
        if not adapter.sheet.receives(f"{message.canonical.type}/{message.canonical.version}"):
            raise Refusal("0005", message.canonical.type)
        answer = _store(runtime, adapter, ctx, raw, message)
    except Refusal as refusal:
        return _refuse(runtime, adapter, ctx, raw, refusal, address)
    except PluginAway:
        raise
    except Exception:  # a plugin's defect, a store that is away: nothing is kept, so nothing may be acknowledged
        log.exception("%s: a message could not be taken", partner)
        return _busy(adapter, ctx, raw, BUSY)
    Observers(runtime).received(partner, message.canonical.message_id, answer.code)
    runtime.wake(partner)
    return answer


def _store(runtime: Runtime, adapter: PartnerAdapter, ctx: Context, raw: Raw, message: InMessage) -> Answer:
    """Deduplicate, keep the bytes, apply, keep the answer: one transaction."""
    receipt = adapter.receipt(raw, message, Verdict(code=ACCEPTED, text=str(RECEIPT_CODES[ACCEPTED])), ctx)
    meaning, problem = _meaning(adapter, message, ctx)  # last: whoever fails here has his receipt and is parked
    failpoints.hit("inbound.before_store")

    def commit(readings: Readings) -> Answer:
        with writing(runtime.engine) as connection:
            if problem is None:
                inbound.expect(connection, message.partner, meaning)
            if not insert_new(connection, tables.inbox, _row(message, receipt, ctx.now, problem)):
                return _again(connection, adapter, ctx, raw, message)
            _keep(connection, message, raw)
            failpoints.hit("inbound.after_insert")
            if problem is None:
                _apply(connection, message, meaning, ctx.now, readings)
            else:
                _prove(connection, message, ctx.now)
                _ask(connection, message, problem, ctx.now)
            failpoints.hit("inbound.before_commit")
        failpoints.hit("inbound.after_commit")
        return Answer(receipt, 200, ACCEPTED)

    try:
        return with_readings(adapter, ctx, commit)
    except PluginFault as fault:  # nothing of what it meant is applied, but the message is kept
        problem = _Problem(_why(fault))
        return with_readings(adapter, ctx, commit)


def _meaning(
    adapter: PartnerAdapter, message: InMessage, ctx: Context
) -> tuple[Sequence[CanonicalEvent | PartnerContent], _Problem | None]:
    """What the message means, or why nobody knows: then it is kept, acknowledged and parked for an operator."""
    try:
        return adapter.parse(message, ctx), None
    except UnmappedCode as found:
        return (), _Problem(unmapped.reason(found.table, found.code), found)
    except PluginAway:  # nobody has looked at it: the partner sends it again
        raise
    except Exception as error:  # a plugin's defect must not lose the partner's message
        log.exception("%s: parse of %s failed", message.partner, message.canonical.type)
        return (), _Problem(f"plugin fault: {type(error).__name__}")


def _ask(connection: Connection, message: InMessage, problem: _Problem, now: datetime) -> None:
    """Make a code that the plugin does not know an operator's task."""
    if problem.code is not None:
        unmapped.note(connection, message, problem.code, now)


def _apply(
    connection: Connection,
    message: InMessage,
    meaning: Sequence[CanonicalEvent | PartnerContent],
    now: datetime,
    readings: Readings,
) -> None:
    """Apply a message, and whatever waited for the object that it made. Raises PluginFault, Refusal and Unread."""
    applied = inbound.apply(connection, message, meaning, now)
    if applied.waits_for is not None:
        _park(connection, message, WAITING, applied.waits_for)
        _prove(connection, message, now)
        return
    if not any(change.new for change in applied.changes):
        _prove(connection, message, now)
    for change in applied.changes:
        if change.new and not change.before:
            release(connection, message.partner, change.obj.number, now, readings)


def with_readings(adapter: PartnerAdapter, ctx: Context, run: Callable[[Readings], T]) -> T:
    """``run`` with what the parked messages that it meets mean. A plugin reads them outside of any transaction: one
    that hangs must not hold the store. Raises PluginAway, and what ``run`` raises.
    """
    readings: dict[str, Reading] = {}
    while True:
        try:
            return run(readings)
        except Unread as found:  # rolled back; the next run meets at least these
            readings |= {row.message_id: _read(adapter, ctx, row) for row in found.rows}


def _read(adapter: PartnerAdapter, ctx: Context, row: Row[Any]) -> Reading:
    """What a parked message means by now."""
    then = replace(ctx, now=row.received_at)  # the signature was good when it came
    try:
        message = adapter.open(Raw(content=row.content, received_at=row.received_at), then)
    except Refusal as refusal:  # it was believed when it came; that is no reason to refuse another message
        return Reading(None, (), _Problem(_why(refusal)))
    return Reading(message, *_meaning(adapter, message, ctx))


def release(
    connection: Connection, partner: str, number: str, now: datetime, readings: Readings, only: str | None = None
) -> None:
    """Apply the parked messages of this number (or ``only`` one of them), in the order in which they came.

    Raises Unread for those that nobody has read yet.
    """
    rows = PARKED.rows(connection, {"partner": partner, "number": number})
    rows = [row for row in rows if only in (None, row.message_id)]
    unread = [row for row in rows if row.message_id not in readings]
    if unread:
        raise Unread(unread)
    for row in rows:
        _release(connection, row, readings[row.message_id], now, readings)


def _release(connection: Connection, row: Row[Any], reading: Reading, now: datetime, readings: Readings) -> None:
    mine = update(_inbox).where(_inbox.c.partner == row.partner, _inbox.c.message_id == row.message_id)
    message, problem = reading.message, reading.problem
    if problem is not None:
        connection.execute(mine.values(reason=problem.reason[:500]))
        if message is not None and problem.reason != row.reason:
            _ask(connection, message, problem, now)
    if message is None or problem is not None:
        return
    connection.execute(mine.values(state="APPLIED", reason=None, applied_at=now))
    try:
        with connection.begin_nested():
            _apply(connection, message, reading.meaning, now, readings)
    except (PluginFault, Refusal) as fault:  # it was acknowledged: no reason to refuse the message that released it
        _park(connection, message, _why(fault), message.canonical.business_key)
        _prove(connection, message, now)


def _why(fault: PluginFault | Refusal) -> str:
    """The reason that a message is parked with."""
    return f"refused now: {fault.code}" if isinstance(fault, Refusal) else f"plugin fault: {fault}"


def _park(connection: Connection, message: InMessage, reason: str, key: str) -> None:
    table = tables.inbox
    connection.execute(
        update(table)
        .where(table.c.partner == message.partner, table.c.message_id == message.canonical.message_id)
        .values(state="PARKED", reason=reason[:500], business_key=key, applied_at=None)
    )


def _prove(connection: Connection, message: InMessage, now: datetime) -> None:
    """Evidence of a message that no object's chain tells of (yet): a chain of its own."""
    own = f"{message.partner}:{message.canonical.message_id}"
    evidence.append(connection, own, {"what": "received", "message": received(message)}, now)


def _row(message: InMessage, receipt: OutMessage, now: datetime, problem: _Problem | None) -> dict[str, Any]:
    canonical = message.canonical
    return {
        "partner": message.partner,
        "message_id": canonical.message_id,
        "digest": message.digest,
        "type": f"{canonical.type}/{canonical.version}",
        "enterprise": canonical.enterprise,
        "business_key": canonical.business_key,
        "signer": message.signer,
        "state": "APPLIED" if problem is None else "PARKED",
        "reason": None if problem is None else problem.reason[:500],
        "created_at": canonical.created_at,
        "received_at": now,
        "applied_at": now if problem is None else None,
        "answer": receipt.content,
        "copies": 0,
    }


def _keep(connection: Connection, message: InMessage, raw: Raw) -> None:
    row = {
        "partner": message.partner,
        "message_id": message.canonical.message_id,
        "digest": message.digest,
        "content": raw.content,
        "received_at": raw.received_at,
    }
    ensure(connection, tables.inbox_raw, row)


def _again(connection: Connection, adapter: PartnerAdapter, ctx: Context, raw: Raw, message: InMessage) -> Answer:
    """The id was seen before: same bytes get the stored answer, other bytes are a conflict, kept for an operator."""
    table = tables.inbox
    mine = (table.c.partner == message.partner, table.c.message_id == message.canonical.message_id)
    first = connection.execute(select(table.c.digest, table.c.answer).where(*mine)).one()
    if first.digest == message.digest:
        connection.execute(update(table).where(*mine).values(copies=table.c.copies + 1))
        return Answer(OutMessage(content=first.answer), 200, ACCEPTED)
    receipt = adapter.receipt(raw, message, Verdict(code=CONFLICT, text=str(RECEIPT_CODES[CONFLICT])), ctx)
    row = {
        "partner": message.partner,
        "message_id": message.canonical.message_id,
        "digest": message.digest,
        "received_at": ctx.now,
        "answer": receipt.content,
    }
    if insert_new(connection, tables.conflict, row):
        _keep(connection, message, raw)
        detail = {"message_id": message.canonical.message_id, "first": first.digest, "other": message.digest}
        audit.note(connection, ctx.now, "message.conflict", who=message.partner, detail=detail)
        return Answer(receipt, STATUS[CONFLICT[0]], CONFLICT)
    table = tables.conflict
    stored = connection.execute(
        select(table.c.answer).where(
            table.c.partner == message.partner,
            table.c.message_id == message.canonical.message_id,
            table.c.digest == message.digest,
        )
    ).scalar_one()
    return Answer(OutMessage(content=stored), STATUS[CONFLICT[0]], CONFLICT)


def _busy(adapter: PartnerAdapter, ctx: Context, raw: Raw, code: str) -> Answer:
    """Nothing was looked at and nothing is kept: come again later. No audit line, or a flood would fill the store."""
    status, seconds = RETRY_AFTER[code]
    log.warning("%s: turned away, %s", adapter.sheet.partner, code)
    receipt = adapter.receipt(raw, None, Verdict(code=code, text=str(RECEIPT_CODES[code])), ctx)
    headers = {**receipt.headers, "Retry-After": str(seconds)}
    return Answer(replace(receipt, headers=headers), status, code)


def _refuse(
    runtime: Runtime, adapter: PartnerAdapter, ctx: Context, raw: Raw, refusal: Refusal, address: str | None
) -> Answer:
    """A refusal believes nothing of the message: one audit line, a signed answer that says which rule was broken."""
    partner = adapter.sheet.partner
    explained = [dict(row) for row in refusal.explanation[:EXPLAINED]]
    detail: dict[str, Any] = {"code": refusal.code, "digest": sha256(raw.content).hexdigest(), "size": len(raw.content)}
    if explained:
        detail["explanation"] = explained
    log.warning("%s: message refused, %s", partner, refusal.code)
    with writing(runtime.engine) as connection:
        audit.note(connection, ctx.now, "message.refused", who=partner, address=address, detail=detail)
    lines = [f"{row['path']}: {row['en']}" for row in explained]
    verdict = Verdict(code=refusal.code, text=str(RECEIPT_CODES[refusal.code]), detail="; ".join(lines))
    return Answer(adapter.receipt(raw, None, verdict, ctx), STATUS[refusal.code[0]], refusal.code)
