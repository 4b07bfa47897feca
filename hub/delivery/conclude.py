"""Concluding: one outbox row goes to its next state, and everything that hangs on it goes in the same transaction.

The dispatcher, the resolver, the recovery of dead workers and the two persons of a decision all end here.
"""

import logging
from collections.abc import Callable, Collection
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

from hub.contract.outcome import Outcome
from hub.contract.text import Text
from hub.delivery import lanes
from hub.delivery.alerts import close_alert, open_alert
from hub.delivery.outbox import WAITING, Sent, Settle, move
from hub.errors import HubError
from hub.store.engine import writing

log = logging.getLogger(__name__)

Found = TypeVar("Found")

OPERATOR = "operator"
HUB = "hub"


class SettleFault(Exception):
    """The business object could not take the outcome."""


def conclude(
    connection: Connection,
    row: Any,
    *,
    before: Collection[str],
    to: str,
    outcome: Outcome,
    now: datetime,
    settle: Settle,
    fence: int | None = None,
    not_before: datetime | None = None,
    reason: str | None = None,
    owner: str | None = None,
    **values: Any,
) -> bool:
    """Move ``row`` (an outbox row or a claim) to ``to`` and settle the business object.

    :param fence: of the caller's claim; without it whoever holds the row loses it.
    :param not_before: when it is looked at again, for a state that waits.
    :param owner: who has to act; an ``operator`` gets an alert that closes when the message moves on.
    :return: False when the message is no longer where the caller believes it to be: then nothing was changed.

    Raises SettleFault for whatever ``settle`` raises.
    """
    values |= {"reason": None if reason is None else reason[:500], "owner": owner}
    if not_before is not None:
        values["not_before"] = not_before
    if not move(connection, row.message_id, before=before, to=to, now=now, fence=fence, **values):
        return False
    _lane(connection, row, to, now, not_before)
    _alert(connection, row, to, owner, now)
    try:
        settle(connection, Sent.of(row, to), outcome, now)
    except Exception as error:
        raise SettleFault(row.message_id) from error
    return True


def commit(engine: Engine, settle: Settle, step: Callable[[Connection, Settle], Found]) -> Found:
    """What ``step`` returns, run in one transaction; at the third try without the business object but with an alert.

    What a partner has answered must not be lost because a rule of ours failed or a deadlock was broken.
    """
    for _ in range(2):
        try:
            with writing(engine) as connection:
                return step(connection, settle)
        except (SettleFault, HubError, DBAPIError):  # the latter two also for what was written and done at the commit
            log.exception("an outcome could not be settled")
    with writing(engine) as connection:
        return step(connection, _unsettled)


def _unsettled(connection: Connection, sent: Sent, outcome: Outcome, now: datetime) -> None:
    text = Text(
        f"报文{sent.type}（{sent.business_key}）的结果{outcome.kind.value}未能写入业务记录",
        f"{sent.type} ({sent.business_key}): its outcome {outcome.kind.value} could not be applied to the record",
    )
    open_alert(connection, f"settle:{sent.message_id}", text, now)


def _lane(connection: Connection, row: Any, to: str, now: datetime, not_before: datetime | None) -> None:
    if to in WAITING and not_before is not None and not_before > now:
        lanes.postpone(connection, row.lane, row.seq, not_before)
    elif to not in WAITING and (row.attempts > 0 or row.state == "UNKNOWN"):  # else nobody behind it was postponed
        lanes.release(connection, row.lane, now)


def _alert(connection: Connection, row: Any, to: str, owner: str | None, now: datetime) -> None:
    if owner == OPERATOR:
        call_operator(connection, row, to, now)
    elif row.state in LABELS:
        close_alert(connection, f"outbox:{row.message_id}", now)


def call_operator(connection: Connection, row: Any, state: str, now: datetime) -> None:
    """Open the message's alert: a person has to look at it."""
    text = Text(
        f"报文{row.type}（{row.business_key}）需要人工处理：{LABELS[state].zh}",
        f"{row.type} ({row.business_key}) needs a person: {LABELS[state].en}",
    )
    open_alert(connection, f"outbox:{row.message_id}", text, now)


LABELS = {
    "UNKNOWN": Text("结果未知", "outcome unknown"),
    "DEAD": Text("未能送达", "could not be delivered"),
}
