"""Guarded adapters: the same methods, each called through its plugin's guard, here or in the plugin's own process."""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from hub.clock import Clock
from hub.config import PartnerSettings, Settings
from hub.contract.adapters import PartnerAdapter
from hub.guard.child import START, Child
from hub.guard.guard import Allowance, Guard
from hub.guard.teller import Teller

CALLS = (
    "build", "parse_response", "query", "parse_query", "open", "parse", "receipt", "parse_answer", "poll", "parse_poll",
    "send",
)  # fmt: skip
WIRE = "send"  # waits for the partner, so it gets the partner's time besides its own


class _Guarded:
    """An adapter behind its guard. :func:`_wrapped` gives it the methods that the adapter has."""

    def __init__(self, adapter: PartnerAdapter, guard: Guard, child: Child | None, wire_seconds: float) -> None:
        self.sheet, self.statuses = adapter.sheet, adapter.statuses
        self._adapter, self._guard, self._child, self._wire_seconds = adapter, guard, child, wire_seconds

    def prepare(self) -> None:
        """The adapter's expensive first work, in the process in which it is going to run."""
        first = getattr(self._adapter, "prepare", None)
        if self._child is not None:
            self._child.start()
        elif first is not None:
            first()


def _method(name: str) -> Callable[..., Any]:
    def method(self: _Guarded, *arguments: Any) -> Any:
        seconds = self._guard.allowance.seconds + (self._wire_seconds if name == WIRE else 0.0)
        child = self._child
        if child is None:
            return self._guard.call(name, lambda: getattr(self._adapter, name)(*arguments), seconds)
        return self._guard.call(name, lambda: child.call(name, arguments, seconds), seconds + START)

    return method


METHODS: Mapping[str, Callable[..., Any]] = {name: _method(name) for name in CALLS}


def _wrapped(adapter: PartnerAdapter, guard: Guard, child: Child | None, wire_seconds: float) -> PartnerAdapter:
    """``adapter`` behind ``guard``: it polls and sends by itself exactly when the adapter does."""
    methods = {name: method for name, method in METHODS.items() if hasattr(adapter, name)}
    kind = type("Guarded", (_Guarded,), dict(methods))
    return cast(PartnerAdapter, kind(adapter, guard, child, wire_seconds))


@dataclass(frozen=True)
class Held:
    """One partner's adapter, as the core calls it."""

    bare: PartnerAdapter
    adapter: PartnerAdapter
    guard: Guard
    child: Child | None


@dataclass(eq=False)
class Guards:
    """The guards of one process, each made when its partner is first called."""

    _partners: dict[str, Held] = field(default_factory=dict)
    _tellers: dict[str, Teller] = field(default_factory=dict)
    _making: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def partner(self, bare: PartnerAdapter, module: str | None, settings: Settings, clock: Clock) -> PartnerAdapter:
        """The adapter ``bare`` behind its guard; ``module`` names the package that a process of its own imports."""
        held = self._partners.get(bare.sheet.partner)
        if held is not None and held.bare is bare:
            return held.adapter
        with self._making:
            held = self._hold(bare, module, settings, clock)
            self._partners[bare.sheet.partner] = held
            return held.adapter

    def _hold(self, bare: PartnerAdapter, module: str | None, settings: Settings, clock: Clock) -> Held:
        mine = settings.partners.get(bare.sheet.partner, PartnerSettings())
        limits = settings.delivery
        guard = Guard(Allowance(places=max(settings.web.threads // 2, 1), seconds=limits.plugin_seconds), clock)
        child = None
        if mine.isolate and module is not None:
            child = Child(module, bare.sheet.partner, mine.memory_mb)
        adapter = _wrapped(bare, guard, child, limits.connect_timeout + limits.read_timeout)
        return Held(bare, adapter, guard, child)

    def teller(self, plugin: str, settings: Settings, clock: Clock) -> Teller:
        """The thread that tells an observing plugin."""
        with self._making:
            if plugin not in self._tellers:
                guard = Guard(Allowance(places=1, seconds=settings.delivery.plugin_seconds), clock)
                self._tellers[plugin] = Teller(plugin, guard)
            return self._tellers[plugin]

    def settle(self, seconds: float) -> bool:
        """Wait until every observing plugin was told everything; False when one takes longer."""
        return all(teller.settle(seconds) for teller in list(self._tellers.values()))

    def away(self, partner: str) -> str | None:
        """Why ``partner`` is not called now, or None."""
        held = self._partners.get(partner)
        return held.guard.away() if held is not None else None

    def all(self) -> Mapping[str, Guard]:
        """Every guard: of an adapter by its partner, of an observing plugin by ``observer:`` and its name."""
        with self._making:
            partners = {code: held.guard for code, held in self._partners.items()}
            return partners | {f"observer:{name}": teller.guard for name, teller in self._tellers.items()}

    def close(self) -> None:
        """End the plugins' own processes."""
        with self._making:
            for held in self._partners.values():
                if held.child is not None:
                    held.child.close()
