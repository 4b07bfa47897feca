"""贸易数据仿真源 (a made-up source of trade data): customs declarations, transport documents and certificates of
origin, looked up by their numbers in the hub's own XML, version 1.0 (MSG-DATA-01..03).

It stands for the Single Window's own data exchange, of which no public specification exists. Only the parties of a
document are told about it (S2:629).
"""

from collections.abc import Sequence

from hub.contract.adapters import SimulatorSpec
from hub.contract.hooks import hookimpl
from hub_data_sandbox.adapter import PARTNER, SandboxAdapter, sandbox
from hub_data_sandbox.simulator import run
from hub_data_sandbox.simulator.scenario import SCENARIO


@hookimpl
def trade_data_sources() -> Sequence[SandboxAdapter]:
    """The one adapter."""
    return [sandbox()]


@hookimpl
def simulators() -> Sequence[SimulatorSpec]:
    """The source's side, for demos, tests and test mode."""
    return [SimulatorSpec(partner=PARTNER, run=run, magic=SCENARIO.magic)]
