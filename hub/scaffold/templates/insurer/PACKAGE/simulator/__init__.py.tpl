"""The insurer's side: offers, reviews, issues, confirms - with its own books and its own key.

HTTP server, books, faults and clock come from ``hub.testing.simulator``; here are this insurer's rules and steps.
"""

from collections.abc import Mapping
from typing import Any

from hub.testing.simulator.canonical import other_side
from hub.testing.simulator.server import Options, serve
from $package.adapter import PARTNER, sheet
from $package.simulator.scenario import SCENARIO


def run(options: Mapping[str, Any]) -> None:
    """Run until stopped; options as in README.md. Raises OptionError."""
    read = Options.read(options)
    serve(PARTNER, SCENARIO, other_side(sheet(), read.hub_code), read)
