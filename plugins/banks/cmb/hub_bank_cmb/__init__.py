"""招行云直连（示例） (a bank in the manner of CMB's cloud link): key-sorted JSON, signed with SM2 under a login id.

An order is known by yurref, its own number. What became of it is REQSTS, and RTNFLG once REQSTS is FIN; a payment that
was made may come back (退票). README.md names codes and magic values.
"""

from collections.abc import Sequence

from hub.contract.adapters import SimulatorSpec
from hub.contract.hooks import hookimpl
from hub_bank_cmb.adapter import PARTNER, CmbAdapter, cmb
from hub_bank_cmb.simulator import SCENARIO, run


@hookimpl
def bank_adapters() -> Sequence[CmbAdapter]:
    """The one adapter."""
    return [cmb()]


@hookimpl
def simulators() -> Sequence[SimulatorSpec]:
    """The bank's side, for demos, tests and test mode."""
    return [SimulatorSpec(partner=PARTNER, run=run, magic=SCENARIO.magic)]
