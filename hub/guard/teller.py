"""Telling one observing plugin, in a thread of its own: one that hangs holds nothing but itself and what it missed."""

import logging
import queue
import threading
from collections.abc import Callable

from hub.guard.fault import PluginAway
from hub.guard.guard import Guard

ROOM = 10_000  # calls that may wait; what does not fit is not told

log = logging.getLogger(__name__)


class Teller:
    """One plugin's calls, one after the other."""

    def __init__(self, plugin: str, guard: Guard) -> None:
        self.guard = guard
        self._plugin = plugin
        self._waiting: queue.Queue[tuple[str, Callable[[], object]]] = queue.Queue(ROOM)
        threading.Thread(target=self._run, name=f"swhub-tell-{plugin}", daemon=True).start()

    def tell(self, hook: str, run: Callable[[], object]) -> None:
        """Have ``run`` called soon; returns at once."""
        try:
            self._waiting.put_nowait((hook, run))
        except queue.Full:  # it hangs, which was reported when it began
            return

    def settle(self, seconds: float) -> bool:
        """Wait until everything was told; False when that takes longer."""
        told = threading.Event()
        self.tell("settle", told.set)
        return told.wait(seconds)

    def _run(self) -> None:
        while True:
            hook, run = self._waiting.get()
            try:
                self.guard.call(hook, run)
            except PluginAway:
                continue
            except Exception as error:
                log.warning("observer %s: %s: %s", self._plugin, hook, type(error).__name__)
