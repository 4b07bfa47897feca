"""The bank's side: a bank of ``hub.testing.simulator.bank`` with this bank's codes and tables."""

from collections.abc import Mapping
from typing import Any

from hub.testing.simulator.bank import Bank
from hub.testing.simulator.canonical import own_side
from hub.testing.simulator.server import Options, serve
from hub_bank_cmb.adapter import PARTNER, cmb

ANSWERS = {
    "taken": "SUC0000-BNK", "working": "SUC0000-BNK", "paid": "SUC0000-FIN-S", "failed": "SUC0000-FIN-F",
    "returned": "SUC0000-FIN-B", "never_seen": "QRY0001", "unclear": "ZZZ9999", "given": "SUC0000-FIN-S",
    "clash": "BUS0002",
}  # fmt: skip
SCENARIO = Bank(adapter=cmb(), answers=ANSWERS).scenario()
"""Everything that the simulated bank does."""


def run(options: Mapping[str, Any]) -> None:
    """Run until stopped; options as in README.md. Raises OptionError."""
    read = Options.read(options)
    serve(PARTNER, SCENARIO, own_side(cmb(), read.hub_code), read)
