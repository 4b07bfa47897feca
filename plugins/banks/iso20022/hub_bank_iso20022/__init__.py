"""瑞通银行（示例） (Ruitong Bank, made up): payments in ISO 20022, as a bank with a corporate channel speaks it.

PaymentOrder is pain.001.001.09, PaymentResult pain.002.001.10; what became of a payment and the statement are asked for
with camt.060 and come as pain.002 and camt.053; an agreement is a mandate. README.md names codes and magic values.
"""

from collections.abc import Sequence

from hub.contract.adapters import SimulatorSpec
from hub.contract.hooks import hookimpl
from hub_bank_iso20022.adapter import PARTNER, IsoAdapter, iso20022
from hub_bank_iso20022.simulator import SCENARIO, run


@hookimpl
def bank_adapters() -> Sequence[IsoAdapter]:
    """The one adapter."""
    return [iso20022()]


@hookimpl
def simulators() -> Sequence[SimulatorSpec]:
    """The bank's side, for demos, tests and test mode."""
    return [SimulatorSpec(partner=PARTNER, run=run, magic=SCENARIO.magic)]
