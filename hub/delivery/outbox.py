"""The outbox: messages for partners, written in the transaction of the business change that caused them.

A row holds the final, validated, signed bytes; a retry sends exactly these. Its life is the table of edges below and
:func:`move` is the only way along an edge:

    QUEUED -> SENDING -> ACKED | REFUSED | RETRYING | UNKNOWN | DEAD

UNKNOWN is the state that protects money: nobody can tell whether the partner has the message. It is left only by the
partner's own word (an answer to a query, a receipt) or by a decision of two persons, never by time.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import (
    Connection,
    bindparam,
    exists,
    insert,
    literal_column,
    or_,
    select,
    update,
)

from hub.contract.capability import Capability
from hub.contract.message import CanonicalMessage, OutMessage
from hub.contract.outcome import Outcome
from hub.contract.text import Text
from hub.delivery import failpoints
from hub.errors import NotAllowed
from hub.store import tables
from hub.store.conditions import beside_key, in_state
from hub.store.prepared import Prepared
from hub.store.tables import outbox, outbox_raw

EDGES: Mapping[str, frozenset[str]] = {
    "QUEUED": frozenset({"SENDING", "CANCELLED", "DEAD", "ACKED"}),  # ACKED: a receipt came for a requeued one
    "SENDING": frozenset({"RETRYING", "ACKED", "REFUSED", "UNKNOWN", "DEAD"}),
    "RETRYING": frozenset({"SENDING", "DEAD", "ACKED"}),
    "UNKNOWN": frozenset({"ACKED", "REFUSED", "QUEUED", "DEAD"}),  # partner's word or two persons
    "DEAD": frozenset({"QUEUED", "ACKED", "DEAD"}),  # DEAD again: closed by two persons
    "ACKED": frozenset({"UNKNOWN"}),  # the partner has it, but its decision stays out: it is asked again
    "REFUSED": frozenset(),
    "CANCELLED": frozenset(),
}
WAITING = frozenset(tables.WAITING)
TAKEN = "taken"  # reason of an UNKNOWN message that the partner had acknowledged

GIVEN = (
    *("message_id", "object_id", "enterprise", "partner", "capability", "type", "business_key", "submission", "lane"),
    *("state", "not_before", "deadline", "created_at", "updated_at", "trace"),
)
_other = outbox.alias("other")
_unknown = exists(select(_other.c.seq).where(_other.c.object_id == bindparam("object_id"), in_state(_other, "UNKNOWN")))
QUEUE = Prepared(
    insert(outbox).from_select(
        GIVEN, select(*(bindparam(name, type_=outbox.c[name].type) for name in GIVEN)).where(~_unknown)
    )
)
KEEP = Prepared(insert(outbox_raw))
"""The statements of every message: building one costs more than running it, so they are built once."""

UNRESOLVED = Text(
    "该业务上一笔报文结果尚未确认，请勿重复提交",
    "The last message of this record is still being confirmed; do not submit again",
)


@dataclass(frozen=True, kw_only=True)
class Sent:
    """One message of the outbox, as the services know it."""

    message_id: str
    object_id: str
    enterprise: str
    partner: str
    capability: str
    type: str  # "PolicyConfirmation/1.0"
    submission: int
    business_key: str
    state: str  # a key of EDGES

    @classmethod
    def of(cls, row: Any, state: str) -> "Sent":
        """From an outbox row (or anything with its columns) that is now in ``state``."""
        return cls(
            message_id=row.message_id,
            object_id=row.object_id,
            enterprise=row.enterprise,
            partner=row.partner,
            capability=row.capability,
            type=row.type,
            submission=row.submission,
            business_key=row.business_key,
            state=state,
        )


Settle = Callable[[Connection, Sent, Outcome, datetime], None]
"""Takes an outcome into the business object, in the transaction that moves the outbox row."""


def enqueue(
    connection: Connection,
    *,
    message: CanonicalMessage,
    out: OutMessage,
    digest: str,
    object_id: str,
    capability: Capability,
    submission: int,
    now: datetime,
    trace: str,
) -> None:
    """Queue ``out``, the final bytes of ``message`` with this SHA-256, in the caller's transaction.

    Raises NotAllowed when the message type is not declared, when it is larger than the partner takes, and when an
    UNKNOWN message of the same object is unresolved: nothing is ever queued behind one.
    """
    kind = f"{message.type}/{message.version}"
    if kind not in capability.sends:
        raise NotAllowed(Text(f"合作机构未开通报文{kind}", f"{kind} is not declared by {capability.name}"))
    if len(out.content) > capability.total_mb * 1_000_000:
        raise NotAllowed(
            Text(f"报文超过{capability.total_mb}MB，请减少附件", f"Over {capability.total_mb} MB: attach fewer files")
        )
    opens = capability.hours.next_open(now) if capability.hours else now
    row = {
        "message_id": message.message_id,
        "object_id": object_id,
        "enterprise": message.enterprise,
        "partner": message.receiver,
        "capability": capability.name,
        "type": kind,
        "business_key": message.business_key,
        "submission": submission,
        "lane": object_id,
        "state": "QUEUED",
        "not_before": opens,
        "deadline": opens + capability.deadline,
        "created_at": now,
        "updated_at": now,
        "trace": trace,
    }
    raw = {
        "message_id": message.message_id,
        "content": out.content,
        "content_type": out.content_type,
        "path": out.path,
        "headers": dict(out.headers),
        "digest": digest,
        "canonical": _envelope(message),
    }
    QUEUE.write(connection, row, none=NotAllowed(UNRESOLVED))
    KEEP.write(connection, raw)
    failpoints.hit("outbox.enqueue")


def cancel(connection: Connection, message_id: str, now: datetime) -> None:
    """Take back a message that was never attempted. Raises NotAllowed when it may have left the house."""
    if not move(connection, message_id, before={"QUEUED"}, to="CANCELLED", now=now, never_attempted=True):
        raise NotAllowed(Text("报文已发送或正在发送，无法撤回", "The message was sent or is being sent"))


def ask_again(connection: Connection, object_id: str, message: str, now: datetime) -> bool:
    """Have the partner asked what became of the object's latest ``message`` ("Type/version"), which it has taken."""
    latest = (
        select(outbox.c.message_id)
        .where(outbox.c.object_id == object_id, outbox.c.type == message, outbox.c.state == "ACKED")
        .order_by(outbox.c.seq.desc())
        .limit(1)
    )
    message_id = connection.execute(latest).scalar()
    return message_id is not None and move(
        connection,
        message_id,
        before={"ACKED"},
        to="UNKNOWN",
        now=now,
        not_before=now,
        queries=0,
        owner=None,
        reason=TAKEN,
    )


def move(
    connection: Connection,
    message_id: str,
    *,
    before: Collection[str],
    to: str,
    now: datetime,
    fence: int | None = None,
    never_attempted: bool = False,
    **values: Any,
) -> bool:
    """Take a message along an edge: True when it was in one of ``before`` (and, given ``fence``, still claimed so).

    The fence grows, so that whoever claimed the message before writes no more. Raises ValueError for a move that is
    not an edge.
    """
    if any(to not in EDGES[state] for state in before):
        raise ValueError(f"no edge from {sorted(before)} to {to}")
    statement = _move(frozenset(before), held=fence is not None, never_attempted=never_attempted)
    where = {"moved": message_id} | ({} if fence is None else {"held": fence})
    changed = {"state": to, "updated_at": now, "lease_until": None}
    return statement.change(connection, where | changed | values) == 1


@cache
def _move(before: frozenset[str], *, held: bool, never_attempted: bool) -> Prepared:
    states = (beside_key(outbox.c.state) == literal_column(f"'{state}'") for state in sorted(before))
    statement = (
        update(outbox).where(outbox.c.message_id == bindparam("moved"), or_(*states)).values(fence=outbox.c.fence + 1)
    )
    if held:
        statement = statement.where(outbox.c.fence == bindparam("held"))
    if never_attempted:
        statement = statement.where(outbox.c.attempts == 0)
    return Prepared(statement)


def restore(row: Any) -> CanonicalMessage:
    """The canonical envelope of an outbox_raw row, without its body: the bytes are the message."""
    values = dict(row.canonical)
    values["created_at"] = datetime.fromisoformat(values["created_at"])
    return CanonicalMessage(body={}, **values)


ENVELOPE = (
    "type", "version", "message_id", "sender", "receiver", "enterprise", "business_key", "sequence", "correlation_id",
)  # fmt: skip


def _envelope(message: CanonicalMessage) -> dict[str, Any]:
    return {name: getattr(message, name) for name in ENVELOPE} | {"created_at": message.created_at.isoformat()}
