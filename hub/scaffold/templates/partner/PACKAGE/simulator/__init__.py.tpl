"""The partner's side: the same tables walked the other way, with its own books and its own key.

HTTP server, books, faults and clock come from ``hub.testing.simulator``.
"""

from collections.abc import Mapping
from typing import Any

from hub.testing.simulator.canonical import OwnSpeech, own_side
from hub.testing.simulator.server import Options, serve
from $package.adapter import PARTNER, make_adapter
from $package.simulator.scenario import SCENARIO


def speech(hub: str) -> OwnSpeech:
    """The other side of the dialect."""
    return own_side(make_adapter(), hub)


def run(options: Mapping[str, Any]) -> None:
    """Run until stopped; options as in README.md. Raises OptionError."""
    read = Options.read(options)
    serve(PARTNER, SCENARIO, speech(read.hub_code), read)
