"""$name_zh ($name_en).

In the partner's own XML, described by the XSDs in ``schemas/``. README.md lists what to check.
"""

from collections.abc import Sequence

from hub.contract.adapters import SimulatorSpec
from hub.contract.hooks import hookimpl
from $package.adapter import PARTNER, Adapter, make_adapter
from $package.simulator import run
from $package.simulator.scenario import SCENARIO


@hookimpl
def $hook() -> Sequence[Adapter]:
    """The one adapter."""
    return [make_adapter()]


@hookimpl
def simulators() -> Sequence[SimulatorSpec]:
    """The partner's side, for demos and tests."""
    return [SimulatorSpec(partner=PARTNER, run=run, magic=SCENARIO.magic)]
