"""Alerts: one open row per cause, opened once, closed once, however often the cause repeats in between."""

import uuid
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, update

from hub.contract.text import Text
from hub.store.rows import insert_new
from hub.store.tables import alert


def open_alert(connection: Connection, key: str, text: Text, now: datetime) -> bool:
    """Open the alert ``key``, or count once more on the open one; says whether it is new."""
    row = {"id": uuid.uuid4().hex, "key": key, "text": {"zh": text.zh, "en": text.en}, "opened_at": now, "count": 1}
    if insert_new(connection, alert, row):
        return True
    connection.execute(update(alert).where(*_open(key)).values(count=alert.c.count + 1))
    return False


def close_alert(connection: Connection, key: str, now: datetime) -> bool:
    """Close the alert ``key``; says whether it was open."""
    return connection.execute(update(alert).where(*_open(key)).values(closed_at=now)).rowcount == 1


def _open(key: str) -> tuple[ColumnElement[bool], ...]:
    return (alert.c.key == key, alert.c.closed_at.is_(None))
