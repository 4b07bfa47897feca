"""The insurer's side: a cargo insurer of ``hub.testing.simulator.cargo`` with Shanhe's name, codes and words."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from hub.testing.simulator.canonical import mirrored
from hub.testing.simulator.cargo import CargoInsurer
from hub.testing.simulator.server import Options, serve
from hub_cargo_shanhe import codes
from hub_cargo_shanhe.adapter import PARTNER, shanhe
from hub_cargo_shanhe.simulator.counter import ShanheCounter

INSURER = CargoInsurer(issuer="山河财产保险（示例）", prefix="SH", tables=codes.TABLES)
SCENARIO = replace(INSURER.scenario(), counter=ShanheCounter())
"""Everything that the simulated Shanhe does."""


def run(options: Mapping[str, Any]) -> None:
    """Run until stopped; options as in README.md. Raises OptionError."""
    read = Options.read(options)
    serve(PARTNER, SCENARIO, mirrored(shanhe(), read.hub_code), read)
