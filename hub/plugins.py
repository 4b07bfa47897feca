"""Finding plugins: every entry point of the group ``swhub`` is loaded by itself, so that one bad plugin never stops
the hub. What did not load is listed with its reason (``swhub plugins``).
"""

import importlib.metadata
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any

import pluggy

from hub import contract, hookspecs
from hub.contract.hooks import PROJECT

GROUP = "swhub"
Blocked = Callable[[str, str], str | None]


@dataclass(frozen=True, kw_only=True)
class Plugin:
    """One installed plugin, loaded or not."""

    name: str  # entry-point name: family + slug
    version: str
    module: ModuleType | None = field(default=None, repr=False)
    reason: str | None = None  # why it did not load


def discover(extra: Mapping[str, ModuleType] | None = None, blocked: Blocked = lambda *_: None) -> list[Plugin]:
    """The installed plugins by name, plus ``extra`` modules (tests). Importing one may fail; that is its reason.

    :param blocked: why a version of a plugin must not even be imported, or None.
    """
    found = []
    for point in sorted(importlib.metadata.entry_points(group=GROUP), key=lambda point: point.name):
        version = point.dist.version if point.dist else "?"
        reason = blocked(point.name, version)
        if reason is not None:
            found.append(Plugin(name=point.name, version=version, reason=reason))
            continue
        try:
            found.append(Plugin(name=point.name, version=version, module=point.load()))
        except Exception as error:  # whatever a stranger's import raises
            found.append(Plugin(name=point.name, version=version, reason=f"import failed: {_first_line(error)}"))
    found += [Plugin(name=name, version="-", module=module) for name, module in (extra or {}).items()]
    return found


def load(plugins: Iterable[Plugin]) -> tuple[pluggy.PluginManager, list[Plugin]]:
    """Register each plugin by itself; returns the manager and the list with reasons filled in."""
    manager = pluggy.PluginManager(PROJECT)
    manager.add_hookspecs(hookspecs)
    listed = []
    for plugin in plugins:
        reason = plugin.reason or _register(manager, plugin)
        listed.append(Plugin(name=plugin.name, version=plugin.version, module=plugin.module, reason=reason))
    return manager, listed


def _register(manager: pluggy.PluginManager, plugin: Plugin) -> str | None:
    try:
        manager.register(plugin.module, name=plugin.name)
    except Exception as error:  # signature mismatch, name taken
        if manager.has_plugin(plugin.name):
            manager.unregister(name=plugin.name)
        return _first_line(error)
    hooks = manager.get_hookcallers(manager.get_plugin(plugin.name)) or []
    unknown = sorted(caller.name for caller in hooks if not caller.has_spec())
    if unknown:
        manager.unregister(name=plugin.name)
        return f"no hook is called {unknown[0]!r}; known are {', '.join(_known())}"
    return None


def call_each(
    manager: pluggy.PluginManager, hook: str, **arguments: Any
) -> Iterable[tuple[str, Sequence[Any], str | None]]:
    """Call ``hook`` of each plugin by itself: (plugin name, what it returned, why it failed)."""
    for name, plugin in sorted(manager.list_name_plugin()):
        caller = manager.subset_hook_caller(
            hook, [other for _, other in manager.list_name_plugin() if other is not plugin]
        )
        try:
            returned = caller(**arguments)
            yield name, [item for items in returned for item in items], None
        except Exception as error:
            yield name, (), f"{hook}: {_first_line(error)}"


def contract_fits(required: str, version: str = contract.VERSION) -> bool:
    """Whether ``version`` satisfies a range such as ``>=1.0,<2``. Raises ValueError for a malformed range."""
    have = _numbers(version)
    for part in required.split(","):
        match = re.fullmatch(r"\s*(>=|<=|==|<|>)\s*(\d+(?:\.\d+)*)\s*", part)
        if match is None:
            raise ValueError(f"contract {required!r} is not a range such as '>=1.0,<2'")
        want = _numbers(match[2])
        checks = {">=": have >= want, "<=": have <= want, "==": have == want, "<": have < want, ">": have > want}
        if not checks[match[1]]:
            return False
    return True


def _numbers(version: str) -> tuple[int, ...]:
    numbers = tuple(int(part) for part in version.split("."))
    return numbers + (0,) * (3 - len(numbers))


def _known() -> list[str]:
    return [name for name, value in vars(hookspecs).items() if hasattr(value, f"{PROJECT}_spec")]


def _first_line(error: BaseException) -> str:
    return f"{type(error).__name__}: {str(error).splitlines()[0] if str(error) else ''}"
