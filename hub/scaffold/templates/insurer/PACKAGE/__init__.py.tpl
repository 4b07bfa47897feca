"""$name_zh ($name_en).

Micro policies 小微投保, in the hub's own XML, version 1.0 of each message.

The insurer offers (PolicyOffer), the enterprise confirms (PolicyConfirmation), the insurer reviews and issues
(ReviewResult, PolicyIssued), the enterprise acknowledges (PolicyReceipt), the insurer confirms (ReceiptConfirmed).
"""

from collections.abc import Sequence

from hub.contract.adapters import SimulatorSpec
from hub.contract.hooks import hookimpl
from $package.adapter import PARTNER, Adapter, make_adapter
from $package.simulator import run
from $package.simulator.scenario import SCENARIO


@hookimpl
def insurer_adapters() -> Sequence[Adapter]:
    """The one adapter."""
    return [make_adapter()]


@hookimpl
def simulators() -> Sequence[SimulatorSpec]:
    """The insurer's side, for demos and tests."""
    return [SimulatorSpec(partner=PARTNER, run=run, magic=SCENARIO.magic)]
