"""Telling the observing plugins, after the commit, each by itself: what one raises never reaches another or the hub."""

import logging
from dataclasses import dataclass
from typing import Any

from hub import plugins
from hub.registry import Registry

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Observers:
    """The observing hooks of every plugin."""

    registry: Registry

    def sent(self, partner: str, message_id: str, outcome: str) -> None:
        """An attempt has ended."""
        self._tell("message_sent", partner=partner, message_id=message_id, outcome=outcome)

    def received(self, partner: str, message_id: str, verdict: str) -> None:
        """A message was stored and answered."""
        self._tell("message_received", partner=partner, message_id=message_id, verdict=verdict)

    def changed(self, object_id: str, kind: str, before: str, after: str) -> None:
        """An object has a new state."""
        self._tell("state_changed", object_id=object_id, kind=kind, before=before, after=after)

    def _tell(self, hook: str, **arguments: Any) -> None:
        manager = self.registry.manager
        if manager is None or not getattr(manager.hook, hook).get_hookimpls():
            return
        for name, _, failed in plugins.call_each(manager, hook, **arguments):
            if failed is not None:
                log.warning("observer %s: %s", name, failed)
