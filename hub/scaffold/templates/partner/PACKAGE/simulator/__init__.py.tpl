"""The partner's side: answers each request from the golden sample of its answer, with its own books and its own key.

HTTP server, books, faults and clock come from ``hub.testing.simulator``.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from hub.testing.simulator.server import Options, serve
from $package.adapter import PARTNER, Adapter, sheet
from $package.simulator.scenario import SCENARIO


def speech(hub: str) -> Adapter:
    """The other side of the dialect: what the hub sends is received, and the reverse."""
    own = sheet()
    swapped = {
        name: replace(capability, sends=capability.receives, receives=capability.sends)
        for name, capability in own.capabilities.items()
    }
    return Adapter(sheet=replace(own, partner=hub, capabilities=swapped))


def run(options: Mapping[str, Any]) -> None:
    """Run until stopped; options as in README.md. Raises OptionError."""
    read = Options.read(options)
    serve(PARTNER, SCENARIO, speech(read.hub_code), read)
