"""The insurer's side: offers, reviews, issues, recalls, confirms - with its own books and its own key.

What it shares with every partner is in ``hub.testing.simulator``; here are Sinosure's rules, texts and papers.
"""

from collections.abc import Mapping
from typing import Any

from hub.testing.simulator.canonical import other_side
from hub.testing.simulator.server import Options, serve
from hub_sinosure.adapter import PARTNER, sheet
from hub_sinosure.simulator.scenario import SCENARIO


def run(options: Mapping[str, Any]) -> None:
    """Run until stopped; options as in README.md. Raises OptionError."""
    read = Options.read(options)
    serve(PARTNER, SCENARIO, other_side(sheet(), read.hub_code), read)
