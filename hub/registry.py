"""Partner code -> adapter. A second claim on a code is an error that is listed, never a silent last-wins."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, partial
from types import ModuleType
from typing import Any

import pluggy

from hub import blocklist, plugins
from hub.blocklist import Block
from hub.contract.adapters import MagicValue, PartnerAdapter, SimulatorSpec
from hub.contract.capability import Capability
from hub.errors import Unregistered
from hub.plugins import Plugin

FAMILIES: Mapping[str, str] = {
    "insurer_adapters": "insurer",
    "bank_adapters": "bank",
    "trade_data_sources": "data",
}


@dataclass(frozen=True)
class Registry:
    """The partners that are plugged in, and what was left out and why."""

    partners: Mapping[str, PartnerAdapter]
    plugins: tuple[Plugin, ...] = ()
    origins: Mapping[str, str] = field(default_factory=dict)  # partner code -> plugin name
    problems: tuple[tuple[str, str], ...] = ()  # (plugin name, reason)
    manager: pluggy.PluginManager | None = field(default=None, repr=False)

    def partner(self, code: str) -> PartnerAdapter:
        """Raises Unregistered."""
        try:
            return self.partners[code]
        except KeyError:
            raise Unregistered from None

    def plugin(self, code: str) -> Plugin | None:
        """The plugin that connects the partner ``code``; None in a registry of bare adapters."""
        return self._connecting.get(code)

    @cached_property
    def _connecting(self) -> Mapping[str, Plugin]:
        by_name = {row.name: row for row in reversed(self.plugins)}
        return {code: by_name[name] for code, name in self.origins.items() if name in by_name}

    def capability(self, code: str, name: str) -> Capability:
        """What ``code`` declares for capability ``name``. Raises Unregistered: an undeclared call is never made."""
        try:
            return self.partner(code).sheet[name]
        except KeyError:
            raise Unregistered from None

    def offers(self, code: str, name: str) -> bool:
        """Whether the partner is plugged in and declares the capability."""
        return code in self.partners and name in self.partners[code].sheet

    def takes(self, code: str, name: str, message: str) -> bool:
        """Whether the partner declares that this ``type/version`` may go to it under the capability."""
        return self.offers(code, name) and message in self.partners[code].sheet[name].sends

    def simulators(self) -> list[SimulatorSpec]:
        """The partners' sides that the installed plugins bring along."""
        if self.manager is None:
            return []
        return [spec for _, specs, _ in plugins.call_each(self.manager, "simulators") for spec in specs]

    def magic(self, code: str) -> Sequence[MagicValue]:
        """The values that the partner's simulator has published."""
        return next((spec.magic for spec in self.simulators() if spec.partner == code), ())


def build(extra: Mapping[str, ModuleType] | None = None, blocks: Sequence[Block] = ()) -> Registry:
    """Discover, load and ask every plugin for its adapters. Never raises for a bad plugin; a blocked one stays out."""
    manager, listed = plugins.load(plugins.discover(extra, partial(blocklist.why, blocks)))
    problems = [(plugin.name, plugin.reason) for plugin in listed if plugin.reason is not None]
    partners: dict[str, PartnerAdapter] = {}
    origins: dict[str, str] = {}
    for hook, family in FAMILIES.items():
        for name, adapters, failed in plugins.call_each(manager, hook):
            if failed is not None:
                problems.append((name, failed))
            for adapter in adapters:
                reason = _fault(adapter, family, origins)
                if reason is not None:
                    problems.append((name, reason))
                    continue
                partners[adapter.sheet.partner] = adapter
                origins[adapter.sheet.partner] = name
    ordered = {code: partners[code] for code in sorted(partners)}
    return Registry(ordered, tuple(listed), origins, tuple(problems), manager)


def of(adapters: Iterable[PartnerAdapter]) -> Registry:
    """A registry of just these adapters (tests, tools)."""
    return Registry({adapter.sheet.partner: adapter for adapter in adapters})


def _fault(adapter: Any, family: str, origins: Mapping[str, str]) -> str | None:
    """Why ``adapter`` cannot be taken, or None."""
    if not isinstance(adapter, PartnerAdapter):
        return f"{type(adapter).__name__} lacks a method of PartnerAdapter"
    sheet = adapter.sheet
    if sheet.kind != family:
        return f"{sheet.partner}: capability.toml says {sheet.kind!r}, the hook registers {family!r}"
    if sheet.partner in origins:
        return f"{sheet.partner}: already claimed by {origins[sheet.partner]}"
    try:
        fits = plugins.contract_fits(sheet.contract)
    except ValueError as error:
        return str(error)
    return None if fits else f"{sheet.partner}: needs contract {sheet.contract}"
