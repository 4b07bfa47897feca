"""$name_zh ($name_en).

A card driver. As written it drives tokens of its own, in files; README.md says what to replace.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from hub.contract.card import CardDriver
from hub.contract.hooks import hookimpl
from $package.driver import Driver


@hookimpl
def card_drivers(settings: dict[str, Any]) -> Sequence[CardDriver]:
    """One driver for the reader ``settings["reader"]``, a folder here; none without that setting."""
    return [Driver(Path(settings["reader"]))] if "reader" in settings else []
