"""工行银企互联（示例） (a bank in the manner of ICBC's direct link): payments as GBK documents, amounts in whole cents.

PAYENT pays and QPAYENT asks what became of it, under serials of two levels; the answer's code has two levels as well.
What asks for money is signed (CMS), and so is everything that the bank says. README.md names codes and magic values.
"""

from collections.abc import Sequence

from hub.contract.adapters import SimulatorSpec
from hub.contract.hooks import hookimpl
from hub_bank_icbc.adapter import PARTNER, IcbcAdapter, icbc
from hub_bank_icbc.simulator import SCENARIO, run


@hookimpl
def bank_adapters() -> Sequence[IcbcAdapter]:
    """The one adapter."""
    return [icbc()]


@hookimpl
def simulators() -> Sequence[SimulatorSpec]:
    """The bank's side, for demos, tests and test mode."""
    return [SimulatorSpec(partner=PARTNER, run=run, magic=SCENARIO.magic)]
