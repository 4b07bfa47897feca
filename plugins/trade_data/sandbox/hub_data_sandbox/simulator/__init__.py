"""The source's side: what was declared, shipped and certified, told to the parties of a document and to nobody else."""

from collections.abc import Mapping
from typing import Any

from hub.testing.simulator.canonical import other_side
from hub.testing.simulator.server import Options, serve
from hub_data_sandbox.adapter import PARTNER, sheet
from hub_data_sandbox.simulator.scenario import SCENARIO


def run(options: Mapping[str, Any]) -> None:
    """Run until stopped; options as in README.md. Raises OptionError."""
    read = Options.read(options)
    serve(PARTNER, SCENARIO, other_side(sheet(), read.hub_code), read)
