"""Templates -> files. A template is a readable file with few placeholders: ``$package``, ``$partner``, ...

In its path ``PACKAGE`` stands for the import package and ``SLUG`` for the entry point's name.
"""

from collections.abc import Iterator, Mapping
from importlib.abc import Traversable
from importlib.resources import files
from string import Template

SUFFIX = ".tpl"


def render(folder: str, values: Mapping[str, str]) -> dict[str, str]:
    """path -> text of every template in ``folder``. Raises KeyError for a placeholder without a value."""
    root = files("hub.scaffold") / "templates" / folder
    made = {}
    for path, template in _walk(root):
        place = path.removesuffix(SUFFIX).replace("PACKAGE", values["package"]).replace("SLUG", values["key"])
        made[place] = Template(template.read_text(encoding="utf-8")).substitute(values)
    return made


def _walk(folder: Traversable, prefix: str = "") -> Iterator[tuple[str, Traversable]]:
    for entry in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if entry.is_dir():
            yield from _walk(entry, f"{prefix}{entry.name}/")
        elif entry.name.endswith(SUFFIX):
            yield f"{prefix}{entry.name}", entry
