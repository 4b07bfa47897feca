"""云帆财产保险（示例） (Yunfan Insurance, made up): cargo insurance in the hub's own XML, version 1.0 of each message.

The enterprise makes an appointment and applies (CargoAppointment, CargoApplication, CargoCancellation); Yunfan pushes
its agreements, what it decides and its policies (CargoAppointmentStatus, CargoAgreement, CargoDataCheck,
CargoUnderwriting, CargoIssued, CargoCancellationResult, CargoPolicy). README.md names codes and magic values.
"""

from collections.abc import Sequence

from hub.contract.adapters import SimulatorSpec
from hub.contract.hooks import hookimpl
from hub_cargo_yunfan.adapter import PARTNER, YunfanAdapter, yunfan
from hub_cargo_yunfan.simulator import SCENARIO, run


@hookimpl
def insurer_adapters() -> Sequence[YunfanAdapter]:
    """The one adapter."""
    return [yunfan()]


@hookimpl
def simulators() -> Sequence[SimulatorSpec]:
    """The insurer's side, for demos, tests and test mode."""
    return [SimulatorSpec(partner=PARTNER, run=run, magic=SCENARIO.magic)]
