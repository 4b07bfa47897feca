"""The bank's side: a bank of ``hub.testing.simulator.bank`` with this bank's codes and tables."""

from collections.abc import Mapping
from typing import Any

from hub.testing.simulator.bank import Bank
from hub.testing.simulator.canonical import own_side
from hub.testing.simulator.server import Options, serve
from hub_bank_iso20022.adapter import PARTNER, iso20022

ANSWERS = {
    "taken": "ACTC", "working": "PDNG", "paid": "ACSC", "failed": "RJCT", "returned": "RTRN", "never_seen": "NFND",
    "unclear": "ZZZZ", "given": "GIVN",
}  # fmt: skip
SCENARIO = Bank(adapter=iso20022(), answers=ANSWERS).scenario()
"""Everything that the simulated bank does."""


def run(options: Mapping[str, Any]) -> None:
    """Run until stopped; options as in README.md. Raises OptionError."""
    read = Options.read(options)
    serve(PARTNER, SCENARIO, own_side(iso20022(), read.hub_code), read)
