"""The bulkhead around one plugin: how many of our threads it may hold, and for how long.

A thread cannot be ended from outside. So a plugin that runs in this process can keep the threads that it has, but it
gets no more than its places, and none at all while a call of it is overdue. One that runs in a process of its own
(``[partners.<code>] isolate``) loses that process instead, and every thread comes back. In both cases the caller is
told at once (:class:`PluginAway`), and nobody else waits.
"""

import threading
import time
from collections.abc import Callable, Sequence, Set
from dataclasses import dataclass, field
from typing import Any

from hub.clock import Clock
from hub.contract.adapters import Refusal
from hub.contract.status import UnmappedCode
from hub.contract.transport import AnswerLost, NotSent
from hub.guard.fault import Fault, FaultKind, PluginAway, PluginFailed

PATIENCE = 0.25  # seconds that a caller waits for a place: calls take milliseconds, so whoever takes longer is ill
PAUSE = 60.0  # seconds without a call after a process had to be ended
EXPECTED = (Refusal, UnmappedCode, NotSent, AnswerLost)  # what a plugin may raise


@dataclass(eq=False)
class _Call:
    """One call in flight."""

    name: str
    began: float
    ends: float
    told: bool = False  # whether it was reported as overdue


@dataclass(frozen=True, kw_only=True)
class Allowance:
    """What a plugin may take."""

    places: int  # calls in flight at once
    seconds: float  # one call


@dataclass(eq=False)
class Guard:
    """One plugin's calls in this process."""

    allowance: Allowance
    clock: Clock
    _free: threading.Condition = field(default_factory=threading.Condition, repr=False)
    _calls: list[_Call] = field(default_factory=list)
    _worked: set[str] = field(default_factory=set)  # calls that went well the last time, since the last look
    _faults: list[Fault] = field(default_factory=list)
    _resumes: float = 0.0

    def call(self, name: str, run: Callable[[], Any], seconds: float | None = None) -> Any:
        """``run()``, unless the plugin is away. Raises PluginAway, and whatever ``run`` raises."""
        call = self._enter(name, seconds or self.allowance.seconds)
        try:
            result = run()
        except EXPECTED:
            self._leave(call, None)
            raise
        except PluginFailed as failed:
            self._leave(call, self._fault(name, failed.kind, str(failed)), pause=failed.kind.stops)
            raise
        except BaseException as error:
            self._leave(call, self._fault(name, FaultKind.RAISED, type(error).__name__))
            raise
        self._leave(call, None)
        return result

    def in_flight(self) -> int:
        """How many calls have not ended."""
        with self._free:
            return len(self._calls)

    def away(self) -> str | None:
        """Why the plugin is not called now, or None."""
        with self._free:
            return self._away(time.monotonic())

    def look(self) -> tuple[Sequence[Fault], Set[str]]:
        """What went wrong since the last look, overdue calls included, and the calls that went well after that."""
        with self._free:
            now = time.monotonic()
            for call in self._calls:
                if now > call.ends and not call.told:
                    self._note_overdue(call)
            faults, self._faults = self._faults, []
            worked, self._worked = self._worked, set()
            return faults, worked

    def _enter(self, name: str, seconds: float) -> _Call:
        with self._free:
            while True:
                now = time.monotonic()
                why = self._away(now)
                if why is not None:
                    raise PluginAway(why)
                if len(self._calls) < self.allowance.places:
                    call = _Call(name, now, now + seconds)
                    self._calls.append(call)
                    return call
                self._free.wait(PATIENCE - (now - self._calls[0].began))

    def _away(self, now: float) -> str | None:
        if now < self._resumes:
            return f"paused for {self._resumes - now:.0f} s after a fault"
        for call in self._calls:
            if now > call.ends:
                return f"{call.name} has not ended for {now - call.began:.0f} s"
        if len(self._calls) >= self.allowance.places and now - self._calls[0].began >= PATIENCE:
            return f"all {self.allowance.places} places are taken"
        return None

    def _leave(self, call: _Call, fault: Fault | None, *, pause: bool = False) -> None:
        with self._free:
            self._calls.remove(call)
            if pause:
                self._resumes = time.monotonic() + PAUSE
            if fault is not None:
                self._faults.append(fault)
                self._worked.discard(call.name)
            elif time.monotonic() > call.ends:
                if not call.told:
                    self._note_overdue(call)
            else:
                self._worked.add(call.name)
            self._free.notify()

    def _note_overdue(self, call: _Call) -> None:
        call.told = True
        self._worked.discard(call.name)
        self._faults.append(self._fault(call.name, FaultKind.HUNG, f"more than {call.ends - call.began:g} s"))

    def _fault(self, name: str, kind: FaultKind, detail: str) -> Fault:
        return Fault(kind=kind, call=name, detail=detail, at=self.clock.now())
