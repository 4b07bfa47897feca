"""山河财产保险（示例） (Shanhe Insurance, made up): cargo insurance in a dialect of its own, interface version 2.3.

GB18030, flat record blocks, amounts in cents, times of 14 digits, negative codes for everything bad - and Shanhe pushes
nothing: the hub asks for what is new. tables.py has every element; README.md names codes and magic values.
"""

from collections.abc import Sequence

from hub.contract.adapters import SimulatorSpec
from hub.contract.hooks import hookimpl
from hub_cargo_shanhe.adapter import PARTNER, ShanheAdapter, shanhe
from hub_cargo_shanhe.simulator import SCENARIO, run


@hookimpl
def insurer_adapters() -> Sequence[ShanheAdapter]:
    """The one adapter."""
    return [shanhe()]


@hookimpl
def simulators() -> Sequence[SimulatorSpec]:
    """The insurer's side, for demos, tests and test mode."""
    return [SimulatorSpec(partner=PARTNER, run=run, magic=SCENARIO.magic)]
