"""Plugin versions that are known to do harm: not imported, listed with the reason and the version that is good.

The hub's own list is ``hub/blocked.toml``; an operator's, ``[hub] blocked``, comes on top of it. One table each:

    [[blocked]]
    plugin   = "bank_acme"              # entry-point name
    versions = ">=1.2,<1.2.4"
    reason   = "amounts above 1,000,000 are sent in cents"
    fixed    = "1.2.4"                  # optional
"""

import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from importlib.resources import files
from pathlib import Path
from typing import Any

from hub.errors import ConfigError
from hub.plugins import contract_fits

SHIPPED = "blocked.toml"


@dataclass(frozen=True, kw_only=True)
class Block:
    """One row."""

    plugin: str
    versions: str
    reason: str
    fixed: str | None = None

    def meets(self, name: str, version: str) -> bool:
        """Whether this version of this plugin is blocked. One whose version is no number counts as blocked."""
        if name != self.plugin:
            return False
        try:
            return contract_fits(self.versions, version)
        except ValueError:
            return True

    @property
    def text(self) -> str:
        """What operators read."""
        fixed = f"fixed in {self.fixed}" if self.fixed else "no fixed version is known"
        return f"blocked ({self.versions}): {self.reason}; {fixed}"


def read(own: Path | None = None) -> Sequence[Block]:
    """The shipped list and the operator's own. Raises ConfigError naming the file, the row and the rule."""
    blocks = _parse(SHIPPED, (files("hub") / SHIPPED).read_text(encoding="utf-8"))
    if own is None:
        return blocks
    try:
        return [*blocks, *_parse(str(own), own.read_text(encoding="utf-8"))]
    except OSError as error:
        raise ConfigError(f"[hub] blocked: {error}") from error


def why(blocks: Iterable[Block], name: str, version: str) -> str | None:
    """Why this version of this plugin may not be loaded, or None."""
    return next((block.text for block in blocks if block.meets(name, version)), None)


def _parse(where: str, text: str) -> list[Block]:
    try:
        rows = tomllib.loads(text).get("blocked", [])
        return [_block(f"{where}: [[blocked]] {number}", row) for number, row in enumerate(rows, 1)]
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{where}: {error}") from error


def _block(where: str, row: dict[str, Any]) -> Block:
    known = {field.name for field in fields(Block)}
    for key in {*row, "plugin", "versions", "reason"}:
        if key not in known:
            raise ConfigError(f"{where}: unknown key {key!r}; known are {', '.join(sorted(known))}")
        if not isinstance(row.get(key), str) or not row[key]:
            raise ConfigError(f"{where}: {key}: a text is required")
    try:
        contract_fits(row["versions"], "0")
    except ValueError:
        raise ConfigError(f"{where}: versions: {row['versions']!r} is not a range such as '>=1.0,<1.2'") from None
    return Block(**row)
