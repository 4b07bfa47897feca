"""The audit log: one line for every refusal that concerns security and every act of an operator (invariant I10)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select

from hub.store import tables


def note(
    connection: Connection, now: datetime, what: str, *, who: str, address: str | None = None, detail: Mapping[str, Any]
) -> None:
    """Write one line. ``detail`` holds ids, codes and digests, never personal data, PINs or message texts."""
    line = {"at": now, "what": what, "who": who[:100], "address": address, "detail": dict(detail)}
    connection.execute(insert(tables.audit), line)


@dataclass(frozen=True, kw_only=True)
class AuditLine:
    """One line as operators see it."""

    at: datetime
    what: str
    who: str
    address: str | None
    detail: Mapping[str, Any]


def lines(connection: Connection, *, what: str | None = None, limit: int = 50) -> list[AuditLine]:
    """The latest lines, newest first; ``what`` is the beginning of their kind (``message.``, ``login``)."""
    table = tables.audit
    statement = select(table).order_by(table.c.seq.desc()).limit(limit)
    if what is not None:
        statement = statement.where(table.c.what.startswith(what, autoescape=True))
    names = ("at", "what", "who", "address", "detail")
    return [AuditLine(**{name: getattr(row, name) for name in names}) for row in connection.execute(statement)]
