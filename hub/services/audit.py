"""The audit log: one line for every refusal that concerns security and every act of an operator (invariant I10)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert

from hub.store import tables


def note(
    connection: Connection, now: datetime, what: str, *, who: str, address: str | None = None, detail: Mapping[str, Any]
) -> None:
    """Write one line. ``detail`` holds ids, codes and digests, never personal data, PINs or message texts."""
    line = {"at": now, "what": what, "who": who[:100], "address": address, "detail": dict(detail)}
    connection.execute(insert(tables.audit), line)
