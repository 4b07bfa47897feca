"""Circuits: a partner's capability that cannot be reached is left alone and probed; one alert for the whole outage.

    closed --5 NOT_SENT in a row--> open --wait--> half (one probe) --reached--> closed
                                      ^----------------not reached-----+

The row also counts the messages of the present minute where the partner declares ``per_minute``.
"""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, TypeVar

from sqlalchemy import Connection, Row, bindparam, case, func, select, update

from hub.contract.text import Text
from hub.delivery.alerts import close_alert, open_alert
from hub.delivery.retry import Random, backoff
from hub.store.prepared import Prepared
from hub.store.rows import ensure
from hub.store.tables import circuit

THRESHOLD = 5  # consecutive messages that did not reach the partner
EVERYBODY = "circuit:*"
Found = TypeVar("Found")

_mine = (circuit.c.partner == bindparam("of_partner"), circuit.c.capability == bindparam("of_capability"))
STANDING = Prepared(select(circuit).where(*_mine))
FAILED = Prepared(select(circuit.c.state).where(*_mine, circuit.c.failures > 0))
_same = circuit.c.minute == bindparam("present")  # not so where nothing was counted yet
COUNT = Prepared(
    update(circuit)
    .where(*_mine, circuit.c.state == "closed", case((_same, circuit.c.sent), else_=0) < bindparam("limit"))
    .values(minute=bindparam("present"), sent=case((_same, circuit.c.sent), else_=0) + 1)
)
"""The statements of every message: building one costs more than running it, so they are built once."""

TEXTS: Mapping[str, Text] = {
    "unreachable": Text("{0}无法连接，报文暂停发送（{1}）", "{0} cannot be reached; sending is paused ({1})"),
    "config": Text(
        "{0}拒绝本系统的身份或证书，请检查配置（{1}）", "{0} rejects our credentials; check the setup ({1})"
    ),
    "everybody": Text(
        "所有合作机构均无法连接，请先检查本系统的网络",
        "No partner can be reached: look at our own network first",
    ),
}


class Shut(Exception):
    """No message may go now, though one was counted: ask :func:`wait_until`."""


def count(connection: Connection, partner: str, capability: str, limit: int, now: datetime) -> None:
    """Count a message that may go now, as nearly always; nobody waits for the answer.

    Raises Shut, with the next answer or at the commit, when the minute is full or the circuit not closed.
    """
    COUNT.write(connection, _one(partner, capability, limit, now), none=Shut())


def hoping(claim: Callable[[bool], Found]) -> Found:
    """``claim(False)``, which takes every gate to be open, and where one was shut ``claim(True)``, which finds out."""
    try:
        return claim(False)
    except Shut:
        return claim(True)


def wait_until(
    connection: Connection, partner: str, capability: str, per_minute: int | None, now: datetime, lease: timedelta
) -> datetime | None:
    """None when one message may go now (an open circuit's probe is taken with that), else when to come again."""
    row = STANDING.first(connection, _named(partner, capability))
    if row is None:
        values = {"partner": partner, "capability": capability, "state": "closed", "failures": 0, "changed_at": now}
        ensure(connection, circuit, values)
    elif row.state != "closed":
        return None if _probe(connection, row, now, lease) else max(row.probe_at, now + timedelta(seconds=1))
    if per_minute is not None and not _counted(connection, partner, capability, per_minute, now):
        return _minute(now) + timedelta(minutes=1)
    return None


def expect(connection: Connection, partner: str, capability: str) -> None:
    """Announce :func:`reached`."""
    FAILED.ahead(connection, _named(partner, capability))


def reached(connection: Connection, partner: str, capability: str, now: datetime) -> None:
    """The partner answered. Closes the circuit, and its alert with it."""
    row = FAILED.first(connection, _named(partner, capability))
    if row is None:
        return
    values = {"state": "closed", "failures": 0, "changed_at": now, "probe_at": None}
    connection.execute(update(circuit).where(*_of(partner, capability)).values(values))
    if row.state != "closed":
        close_alert(connection, _key(partner, capability), now)
        close_alert(connection, EVERYBODY, now)


def missed(connection: Connection, partner: str, capability: str, now: datetime, random: Random) -> None:
    """The partner was not reached: the fifth time in a row opens the circuit, a failed probe opens it again."""
    row = connection.execute(
        update(circuit)
        .where(*_of(partner, capability))
        .values(failures=circuit.c.failures + 1)
        .returning(circuit.c.state, circuit.c.failures)
    ).one()
    if row.state == "half" or (row.state == "closed" and row.failures >= THRESHOLD):
        wait = backoff(max(row.failures - THRESHOLD, 0) + 2, random)
        _open(connection, partner, capability, "unreachable", now, now + wait)


def pause(connection: Connection, partner: str, capability: str, now: datetime, until: datetime) -> None:
    """The partner knows us and will not have us (PARTNER_CONFIG): open at once, probe at ``until``."""
    connection.execute(update(circuit).where(*_of(partner, capability)).values(failures=THRESHOLD))
    _open(connection, partner, capability, "config", now, until)


def _open(connection: Connection, partner: str, capability: str, why: str, now: datetime, until: datetime) -> None:
    mine = _of(partner, capability)
    first = connection.execute(select(circuit.c.state).where(*mine)).scalar_one() == "closed"
    connection.execute(update(circuit).where(*mine).values(state="open", changed_at=now, probe_at=until))
    if not first:
        return
    text = TEXTS[why]
    filled = Text(text.zh.format(partner, capability), text.en.format(partner, capability))
    open_alert(connection, _key(partner, capability), filled, now)
    if _everybody(connection):
        open_alert(connection, EVERYBODY, TEXTS["everybody"], now)


def _probe(connection: Connection, row: Row[Any], now: datetime, lease: timedelta) -> bool:
    """Take the probe when it is due; only one of many workers gets it, and a worker that dies with it loses it."""
    if row.probe_at > now:
        return False
    mine = (*_of(row.partner, row.capability), circuit.c.probe_at == row.probe_at)
    return connection.execute(update(circuit).where(*mine).values(state="half", probe_at=now + lease)).rowcount == 1


def _everybody(connection: Connection) -> bool:
    """Whether more than one partner is in use and not one circuit is closed."""
    partners = func.count(circuit.c.partner.distinct())
    total = connection.execute(select(partners)).scalar_one()
    alive = connection.execute(select(partners).where(circuit.c.state == "closed")).scalar_one()
    return total > 1 and alive == 0


def _counted(connection: Connection, partner: str, capability: str, limit: int, now: datetime) -> bool:
    """Count one message of this minute, unless the minute is full or the circuit not closed."""
    return COUNT.change(connection, _one(partner, capability, limit, now)) == 1


def _one(partner: str, capability: str, limit: int, now: datetime) -> dict[str, Any]:
    return _named(partner, capability) | {"present": _minute(now), "limit": limit}


def _minute(now: datetime) -> datetime:
    return now.replace(second=0, microsecond=0)


def _of(partner: str, capability: str) -> tuple[Any, ...]:
    return (circuit.c.partner == partner, circuit.c.capability == capability)


def _named(partner: str, capability: str) -> dict[str, Any]:
    return {"of_partner": partner, "of_capability": capability}


def _key(partner: str, capability: str) -> str:
    return f"circuit:{partner}:{capability}"
