"""From a folder or a name to the plugin under test, with what ``tests/kit_samples.py`` beside it brings along.

kit_samples.py is optional for a partner whose adapter is a CanonicalDialect or an OwnDialect. It may define ``BODIES``
("Type/1.0" -> bodies, for what cannot be made from the XSD), ``make_voice(adapter)`` (required of an adapter written by
hand), ``read_document(content)`` (for golden documents that are no XML) and ``make_bench(folder)`` (required of a card
driver: a card with a known PIN, and its faults).
"""

import importlib.util
import tomllib
from pathlib import Path
from types import ModuleType
from typing import Any

from hub import plugins
from hub.contract.adapters import PartnerAdapter
from hub.plugins import GROUP, Plugin
from hub.registry import FAMILIES
from hub.testing.kit.subject import Card, Partner, Subject
from hub.testing.kit.voice import voice_of
from hub.xml.reader import read

PROJECT = "pyproject.toml"
SAMPLES = "tests/kit_samples.py"
NOT_HERE = "{0}: no pyproject.toml with an entry point of the group swhub; or name one: --hub-kit-plugin"


class NotFound(Exception):
    """There is no such plugin, or nothing in it that the kit can try."""


def names_in(folder: Path) -> list[str]:
    """The entry points that the distribution in ``folder`` declares. Raises NotFound."""
    path = folder / PROJECT
    project = tomllib.loads(path.read_text(encoding="utf-8")).get("project", {}) if path.is_file() else {}
    found = sorted(project.get("entry-points", {}).get(GROUP, ()))
    if not found:
        raise NotFound(NOT_HERE.format(folder))
    return found


def subjects(name: str, scratch: Path, folder: Path | None = None) -> list[Subject]:
    """The plugin ``name`` as the cases see it: one Partner for each adapter, or a Card. Raises NotFound."""
    plugin = next((row for row in plugins.discover() if row.name == name), None)
    if plugin is None:
        raise NotFound(f"{name} is not installed: pip install -e .")
    if plugin.module is None:
        raise NotFound(f"{name}: {plugin.reason}")
    home = folder or _home(plugin.module)
    samples: Any = _samples(home)
    found: list[Subject] = [partner(plugin, home, adapter, samples) for adapter in adapters(plugin)]
    if not found and hasattr(samples, "make_bench"):
        found = [Card(plugin=plugin, folder=home, bench=samples.make_bench(scratch))]
    if not found:
        raise NotFound(f"{name}: neither an adapter nor a make_bench(folder) in {SAMPLES}")
    return found


def adapters(plugin: Plugin) -> list[PartnerAdapter]:
    """What the hooks of this one plugin give. Raises NotFound with the reason of the failure."""
    manager, _ = plugins.load([plugin])
    found: list[PartnerAdapter] = []
    for hook in FAMILIES:
        for name, given, failed in plugins.call_each(manager, hook):
            if failed is not None:
                raise NotFound(f"{name}: {failed}")
            found += given
    return found


def partner(plugin: Plugin, folder: Path, adapter: PartnerAdapter, samples: Any = None) -> Partner:
    """An adapter as the cases see it."""
    try:
        voice = samples.make_voice(adapter) if hasattr(samples, "make_voice") else voice_of(adapter)
    except TypeError as error:
        raise NotFound(str(error)) from error
    return Partner(
        plugin=plugin,
        folder=folder,
        adapter=adapter,
        voice=voice,
        bodies=getattr(samples, "BODIES", {}),
        read_document=getattr(samples, "read_document", read),
    )


def _home(module: ModuleType) -> Path:
    """The folder of the distribution: the nearest one above the package with a pyproject.toml."""
    package = Path(str(module.__file__)).parent
    return next((folder for folder in package.parents if (folder / PROJECT).is_file()), package.parent)


def _samples(folder: Path) -> ModuleType | None:
    path = folder / SAMPLES
    if not path.is_file():
        return None
    spec = importlib.util.spec_from_file_location("kit_samples", path)
    if spec is None or spec.loader is None:
        raise NotFound(f"{path} cannot be imported")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
