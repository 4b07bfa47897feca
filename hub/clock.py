"""The one clock. Business code never asks the system for the time; tests and game days move this one.

Wall time is for records. Leases and timeouts inside one process use :meth:`Clock.monotonic`.
"""

import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """Tells the time."""

    def now(self) -> datetime:
        """The wall time, aware, UTC."""
        ...

    def monotonic(self) -> float:
        """Seconds that never go back; only differences mean anything."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """The wall time, UTC."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """The machine's monotonic seconds."""
        return time.monotonic()


@dataclass
class MovableClock:
    """A clock that stands still until it is moved."""

    at: datetime = field(default_factory=lambda: datetime(2026, 11, 20, 1, 0, tzinfo=UTC))
    seconds: float = 0.0

    def now(self) -> datetime:
        """The time it was set to."""
        return self.at

    def monotonic(self) -> float:
        """Seconds moved so far."""
        return self.seconds

    def move(self, step: timedelta) -> None:
        """Forward (or, for drift tests, back) by ``step``."""
        self.at += step
        self.seconds += max(step.total_seconds(), 0.0)
