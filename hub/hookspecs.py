"""Everything that can be plugged into the hub, in the order in which it is used. No logic lives here.

A plugin is a distribution with an entry point in the group ``swhub`` that names its package. The package implements
the hooks below with ``hookimpl``. Hooks find, objects do: a hook returns adapters, and the core then calls exactly the
one it means.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from hub.contract.hooks import hookspec

if TYPE_CHECKING:
    from hub.contract.adapters import BankAdapter, InsurerAdapter, SimulatorSpec, TradeDataSource
    from hub.contract.card import CardDriver


@hookspec
def insurer_adapters() -> "Sequence[InsurerAdapter]":  # type: ignore[empty-body]
    """The insurers this plugin connects.

    Called once, at start-up. A partner code that another plugin has claimed already is an error: the second plugin
    is listed with that reason and left out.
    """


@hookspec
def bank_adapters() -> "Sequence[BankAdapter]":  # type: ignore[empty-body]
    """The banks this plugin connects. Called once, at start-up, under the same rule as :func:`insurer_adapters`."""


@hookspec
def trade_data_sources() -> "Sequence[TradeDataSource]":  # type: ignore[empty-body]
    """The sources of trade data this plugin connects. Called once, at start-up."""


@hookspec
def card_drivers(settings: "dict[str, Any]") -> "Sequence[CardDriver]":  # type: ignore[empty-body]
    """The card drivers of this plugin, for the card agent on the user's PC.

    :param settings: the driver's own part of the agent's configuration.
    """


@hookspec
def simulators() -> "Sequence[SimulatorSpec]":  # type: ignore[empty-body]
    """The partners' sides, for demos, tests and test mode; a hub without a partner in test mode never calls it."""


@hookspec
def message_sent(partner: str, message_id: str, outcome: str) -> None:
    """An attempt to send has ended. Read only, after the commit; what is raised here is logged and ignored."""


@hookspec
def message_received(partner: str, message_id: str, verdict: str) -> None:
    """An incoming message was stored and answered. Read only, after the commit."""


@hookspec
def state_changed(object_id: str, kind: str, before: str, after: str) -> None:
    """A business object has a new state; ``before`` and ``after`` read ``track:STATE``. Read only, after the commit.

    Told within seconds by every worker process, of what was committed while it runs.
    """
