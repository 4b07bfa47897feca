"""The bank's side: a bank of ``hub.testing.simulator.bank`` with this bank's codes and tables."""

from collections.abc import Mapping
from typing import Any

from hub.testing.simulator.bank import Bank
from hub.testing.simulator.canonical import own_side
from hub.testing.simulator.server import Options, serve
from hub_bank_icbc.adapter import PARTNER, icbc

ANSWERS = {
    "taken": "0-0", "working": "0-9", "paid": "0-7", "failed": "0-6", "returned": "0-12", "never_seen": "B0003",
    "unclear": "Z9999", "given": "0-7",
}  # fmt: skip
SCENARIO = Bank(adapter=icbc(), answers=ANSWERS).scenario()
"""Everything that the simulated bank does."""


def run(options: Mapping[str, Any]) -> None:
    """Run until stopped; options as in README.md. Raises OptionError."""
    read = Options.read(options)
    serve(PARTNER, SCENARIO, own_side(icbc(), read.hub_code), read)
