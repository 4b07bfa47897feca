"""Telling the observing plugins, after the commit, each by itself and in its own thread: what one raises, or how long
it takes, never reaches another or the hub.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from pluggy import HookImpl

from hub.runtime import Runtime

LAST = 5.0  # seconds that an ending process waits for its observers


@dataclass(frozen=True)
class Observers:
    """The observing hooks of every plugin."""

    runtime: Runtime

    def sent(self, partner: str, message_id: str, outcome: str) -> None:
        """An attempt has ended."""
        self._tell("message_sent", partner=partner, message_id=message_id, outcome=outcome)

    def received(self, partner: str, message_id: str, verdict: str) -> None:
        """A message was stored and answered."""
        self._tell("message_received", partner=partner, message_id=message_id, verdict=verdict)

    def changed(self, object_id: str, kind: str, before: str, after: str) -> None:
        """An object has a new state."""
        self._tell("state_changed", object_id=object_id, kind=kind, before=before, after=after)

    def settle(self) -> bool:
        """Wait, at the end of a process, until everything was told; False when an observer takes too long."""
        return self.runtime.guards.settle(LAST)

    def _tell(self, hook: str, **arguments: Any) -> None:
        manager = self.runtime.registry.manager
        if manager is None:
            return
        for told in getattr(manager.hook, hook).get_hookimpls():
            teller = self.runtime.guards.teller(told.plugin_name, self.runtime.settings, self.runtime.clock)
            teller.tell(hook, _call(told, arguments))


def _call(told: HookImpl, arguments: dict[str, Any]) -> Callable[[], object]:
    return lambda: told.function(*(arguments[name] for name in told.argnames))
