"""The insurer's side: a cargo insurer of ``hub.testing.simulator.cargo`` with Shanhe's name, codes and words."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from hub.testing.simulator.canonical import mirrored
from hub.testing.simulator.cargo import CargoInsurer
from hub.testing.simulator.desk import merged
from hub.testing.simulator.duty import DutyInsurer
from hub.testing.simulator.server import Options, serve
from hub_cargo_shanhe import codes
from hub_cargo_shanhe.adapter import PARTNER, shanhe
from hub_cargo_shanhe.simulator.counter import ShanheCounter

ISSUER, PREFIX = "山河财产保险（示例）", "SH"
DESKS = (desk(issuer=ISSUER, prefix=PREFIX, tables=codes.TABLES).scenario() for desk in (CargoInsurer, DutyInsurer))
SCENARIO = replace(merged(*DESKS), counter=ShanheCounter())
"""Everything that the simulated Shanhe does."""


def run(options: Mapping[str, Any]) -> None:
    """Run until stopped; options as in README.md. Raises OptionError."""
    read = Options.read(options)
    serve(PARTNER, SCENARIO, mirrored(shanhe(), read.hub_code), read)
