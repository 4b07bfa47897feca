"""China E-Port's card control (电子口岸控件): a local WebSocket service that the Single Window's own pages use.

The control is installed by the user and drives E-Port IC cards and IKeys. No specification of it is public: what is
known comes from the vendor's browser library and from pages that call it, and is written down in this plugin's README.
"""

from collections.abc import Sequence
from typing import Any

from hub.contract.adapters import SimulatorSpec
from hub.contract.card import CardDriver
from hub.contract.hooks import hookimpl
from hub_card_eport.driver import EportDriver
from hub_card_eport.simulator import run
from hub_card_eport.wire import ADDRESS

CONTROL = "eport-control"


@hookimpl
def card_drivers(settings: dict[str, Any]) -> Sequence[CardDriver]:
    """One driver for the control on this PC; ``settings["address"]`` when it does not listen where it usually does."""
    return [EportDriver(str(settings.get("address", ADDRESS)))]


@hookimpl
def simulators() -> Sequence[SimulatorSpec]:
    """The control's side, without a card reader."""
    return [SimulatorSpec(partner=CONTROL, run=run)]
