"""Faults on demand: ``faults.toml`` in the slot says which card fails when and how.

["SC0001"]              # a serial, or "*" for every card
at = "open"             # list | open | sign
fault = "READER_RESET"  # any name of hub.contract.card.CardFault
hang = 30               # instead of a fault: seconds without an answer
crash = true            # instead of a fault: the driver's process dies
"""

import os
import time
import tomllib
from pathlib import Path

from hub.contract.card import CardError, CardFault

FILE = "faults.toml"


def strike(slot: Path, serial: str, step: str) -> None:
    """Fail here if the file says so. Raises CardError."""
    try:
        script = tomllib.loads((slot / FILE).read_text("utf-8"))
    except FileNotFoundError:
        return
    fault = script.get(serial) or script.get("*") or {}
    if fault.get("at", "open") != step:
        return
    if fault.get("crash"):
        os._exit(70)
    if "hang" in fault:
        time.sleep(fault["hang"])
    if "fault" in fault:
        raise CardError(CardFault[fault["fault"]], detail="faults.toml")
