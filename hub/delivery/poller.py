"""The poller: partners that are asked for news. The cursor moves only after every message before it is committed."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import or_, select, update

from hub.contract.adapters import PollingAdapter
from hub.contract.message import Raw
from hub.contract.text import Text
from hub.contract.transport import AnswerLost, NotSent
from hub.delivery import failpoints
from hub.delivery.alerts import close_alert, open_alert
from hub.delivery.dispatcher import lease
from hub.delivery.transport import Transport
from hub.runtime import Runtime
from hub.store.engine import writing
from hub.store.rows import ensure
from hub.store.tables import poll_cursor

log = logging.getLogger(__name__)

Receive = Callable[[str, Raw], Any]
"""Takes one message of a partner and has committed it when it returns."""

LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, kw_only=True)
class Poller:
    """Asks the polling partners; several processes may, one at a time per partner."""

    runtime: Runtime
    transport: Transport
    receive: Receive

    def partners(self) -> list[str]:
        """The partners that are to be polled."""
        settings = self.runtime.settings.partners
        adapters = self.runtime.registry.partners
        return [
            code
            for code, adapter in adapters.items()
            if isinstance(adapter, PollingAdapter) and code in settings and settings[code].poll > 0
        ]

    def poll(self, partner: str) -> int | None:
        """Ask once if it is time: the number of messages taken, or None when nothing was asked."""
        cursor = self._claim(partner)
        if cursor is None:
            return None
        position, until = cursor
        taken, moved = 0, position
        problem = None
        try:
            messages, following = self._ask(partner, position)
            for raw in messages:
                self.receive(partner, raw)
                taken += 1
                failpoints.hit("poller.after_message")
            moved = following
        except (NotSent, AnswerLost) as error:
            problem = str(error)
        except Exception as error:  # the plugin or one message: nothing is skipped, the cursor stays
            log.exception("%s: poll failed", partner)
            problem = type(error).__name__
        self._move(partner, moved, until, problem, again=taken > 0 and moved != position)
        return taken

    def _claim(self, partner: str) -> tuple[str, datetime] | None:
        """The cursor, leased; None when it is not time yet or another process is asking."""
        now = self.runtime.clock.now()
        every = timedelta(seconds=self.runtime.settings.partners[partner].poll)
        until = now + lease(self.runtime)
        with writing(self.runtime.engine) as connection:
            ensure(connection, poll_cursor, {"partner": partner, "cursor": "", "polled_at": LONG_AGO})
            due = update(poll_cursor).where(
                poll_cursor.c.partner == partner,
                poll_cursor.c.polled_at <= now - every,
                or_(poll_cursor.c.lease_until.is_(None), poll_cursor.c.lease_until <= now),
            )
            if connection.execute(due.values(lease_until=until)).rowcount != 1:
                return None
            cursor = connection.execute(select(poll_cursor.c.cursor).where(poll_cursor.c.partner == partner))
            position = str(cursor.scalar_one())
            failpoints.hit("poller.before_lease_commit")
        failpoints.hit("poller.after_lease_commit")
        return position, until

    def _ask(self, partner: str, cursor: str) -> tuple[list[Raw], str]:
        adapter = self.runtime.adapter(partner)
        if not isinstance(adapter, PollingAdapter):
            raise TypeError(f"{partner} cannot be polled")
        ctx = self.runtime.context(partner)
        raw = self.transport.send(adapter, adapter.poll(cursor, ctx))
        messages, following = adapter.parse_poll(raw, cursor, ctx)
        return list(messages), following

    def _move(self, partner: str, cursor: str, until: datetime, problem: str | None, *, again: bool) -> None:
        """Move the cursor and give the lease back, unless somebody took it over; ``again``: there may be more."""
        now = self.runtime.clock.now()
        with writing(self.runtime.engine) as connection:
            mine = (poll_cursor.c.partner == partner, poll_cursor.c.lease_until == until)
            values = {"cursor": cursor, "polled_at": LONG_AGO if again else now, "lease_until": None}
            connection.execute(update(poll_cursor).where(*mine).values(values))
            if problem is None:
                close_alert(connection, f"poll:{partner}", now)
            else:
                text = Text(f"{partner}轮询失败：{problem}", f"polling {partner} fails: {problem}")
                open_alert(connection, f"poll:{partner}", text, now)
            failpoints.hit("poller.before_cursor_commit")
        failpoints.hit("poller.after_cursor_commit")
