"""The insurer's side: a cargo insurer of ``hub.testing.simulator.cargo`` with Yunfan's name, numbers and codes."""

from collections.abc import Mapping
from typing import Any

from hub.testing.simulator.canonical import other_side
from hub.testing.simulator.cargo import CargoInsurer
from hub.testing.simulator.desk import merged
from hub.testing.simulator.duty import DutyInsurer
from hub.testing.simulator.server import Options, serve
from hub_cargo_yunfan import codes
from hub_cargo_yunfan.adapter import PARTNER, sheet

ISSUER, PREFIX = "云帆财产保险（示例）", "YF"
SCENARIO = merged(
    *(desk(issuer=ISSUER, prefix=PREFIX, tables=codes.TABLES).scenario() for desk in (CargoInsurer, DutyInsurer))
)
"""Everything that the simulated Yunfan does."""


def run(options: Mapping[str, Any]) -> None:
    """Run until stopped; options as in README.md. Raises OptionError."""
    read = Options.read(options)
    serve(PARTNER, SCENARIO, other_side(sheet(), read.hub_code), read)
