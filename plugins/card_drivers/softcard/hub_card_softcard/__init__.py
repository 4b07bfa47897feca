"""Soft cards: one file per card, in a folder that is the slot. For demos, training and tests.

The file behaves like a card: the PIN opens the key, tries are counted, none left means locked, a file that is out of
the slot is a card that is pulled. It is not as safe as a card: who copies the file copies the tries.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from hub.contract.card import CardDriver
from hub.contract.hooks import hookimpl
from hub_card_softcard.driver import SoftCardDriver


@hookimpl
def card_drivers(settings: dict[str, Any]) -> Sequence[CardDriver]:
    """One driver for the folder ``settings["slot"]``; none without that setting."""
    return [SoftCardDriver(Path(settings["slot"]))] if "slot" in settings else []
