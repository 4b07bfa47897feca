"""Every plugin as operators see it: what it connects, what was proven of it, how it does, and why it is not there."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, func, select

from hub.config import PartnerSettings, Settings
from hub.contract.adapters import PartnerAdapter
from hub.contract.capability import CapabilitySheet
from hub.plugins import Plugin
from hub.registry import Registry
from hub.runtime import certificates
from hub.services import health, watch
from hub.services.health import FaultRow
from hub.services.watch import AlertRow
from hub.store import tables
from hub.store.conditions import beside_key, in_state
from hub.testing.kit import proof
from hub.testing.kit.proof import REPORT, NotProven

NO_GRADE = "-"


@dataclass(frozen=True, kw_only=True)
class Proof:
    """What the conformance kit's report says, or why it says nothing."""

    grade: str = NO_GRADE
    digest: str | None = None  # of the report
    why: str | None = "no report of the conformance kit"
    vouched: bool = False  # somebody in [trust] kit_signers has signed it; else it is the plugin's own claim


@dataclass(frozen=True, kw_only=True)
class Health:
    """How a partner does, from the store."""

    last_in: datetime | None = None  # its latest message
    last_out: datetime | None = None  # our latest attempt that it answered
    waiting: Mapping[str, int] = field(default_factory=dict)  # outbox state -> messages, and PARKED
    circuits: Mapping[str, str] = field(default_factory=dict)  # capability -> open | half
    faults: Sequence[FaultRow] = ()
    alerts: Sequence[AlertRow] = ()

    @property
    def stopped(self) -> Sequence[FaultRow]:
        """The faults that stopped calls which have not worked since, in whichever process that was."""
        return [fault for fault in self.faults if fault.fault.stops and fault.over_at is None]


@dataclass(frozen=True, kw_only=True)
class PluginCard:
    """One plugin and, if it connects one, its partner."""

    plugin: str
    version: str
    adapter: PartnerAdapter | None = field(default=None, repr=False)
    proof: Proof = field(default_factory=Proof)
    health: Health = field(default_factory=Health)
    problem: str | None = None  # why it, or a part of it, was not loaded

    @property
    def sheet(self) -> CapabilitySheet | None:
        """What the partner can do."""
        return self.adapter.sheet if self.adapter is not None else None

    @property
    def partner(self) -> str | None:
        """The partner's code."""
        return self.sheet.partner if self.sheet is not None else None


def cards(
    registry: Registry, settings: Settings | None = None, connection: Connection | None = None
) -> list[PluginCard]:
    """One card for each partner, for each reason why something was left out, and for each plugin without either."""
    found = []
    for plugin in registry.plugins:
        mine = [code for code, origin in registry.origins.items() if origin == plugin.name]
        reasons = [reason for name, reason in registry.problems if name == plugin.name]
        found += [_card(plugin, registry.partners[code], settings, connection) for code in mine]
        found += [PluginCard(plugin=plugin.name, version=plugin.version, problem=reason) for reason in reasons]
        if not mine and not reasons:
            proven = proven_of(plugin, None, settings)
            found.append(PluginCard(plugin=plugin.name, version=plugin.version, proof=proven))
    return found


def _card(
    plugin: Plugin, adapter: PartnerAdapter, settings: Settings | None, connection: Connection | None
) -> PluginCard:
    code = adapter.sheet.partner
    return PluginCard(
        plugin=plugin.name,
        version=plugin.version,
        adapter=adapter,
        proof=proven_of(plugin, code, settings),
        health=Health() if connection is None else health_of(connection, code),
    )


def proven_of(plugin: Plugin, partner: str | None, settings: Settings | None) -> Proof:
    """What was proven of the installed code: by the operator's report, or by the one in the package."""
    if plugin.module is None:
        return Proof()
    known = settings.partners.get(partner or "", PartnerSettings()) if settings is not None else PartnerSettings()
    path = known.kit_report or Path(str(plugin.module.__file__)).parent / REPORT
    trusted = certificates(settings.trust.kit_signers) if settings is not None else ()
    try:
        report: Any = json.loads(path.read_text(encoding="utf-8"))
        grade = proof.check(report, trusted, plugin.module)
        if report["plugin"] != plugin.name or report["version"] != plugin.version:
            raise NotProven(f"the report is about {report['plugin']} {report['version']}")
        return Proof(grade=grade, digest=str(report["digest"]), why=None, vouched=bool(trusted))
    except FileNotFoundError:
        return Proof()
    except (OSError, ValueError, TypeError) as error:  # NotProven is a ValueError, and so is what is no JSON
        return Proof(why=str(error).partition("\n")[0])


def health_of(connection: Connection, partner: str) -> Health:
    """How ``partner`` does."""
    inbox, outbox, attempt, circuit = tables.inbox, tables.outbox, tables.attempt, tables.circuit
    last_out = (
        select(func.max(attempt.c.finished_at))
        .join(outbox, outbox.c.message_id == attempt.c.message_id)
        .where(outbox.c.partner == partner, attempt.c.answer.is_not(None))
    )
    broken = select(circuit.c.capability, circuit.c.state).where(
        circuit.c.partner == partner, circuit.c.state != "closed"
    )
    return Health(
        last_in=connection.execute(
            select(func.max(inbox.c.received_at)).where(inbox.c.partner == partner)
        ).scalar_one(),
        last_out=connection.execute(last_out).scalar_one(),
        waiting=dict(_waiting(connection, partner)),
        circuits={row.capability: row.state for row in connection.execute(broken)},
        faults=health.faults(connection, partner),
        alerts=[row for row in watch.alerts(connection) if partner in row.key.split(":")],
    )


WAITING = ((tables.outbox, tables.WAITING), (tables.outbox, ("DEAD",)), (tables.inbox, ("PARKED",)))
"""Each is found by an index that holds little else; by the partner it would be among all that he ever sent."""


def _waiting(connection: Connection, partner: str) -> Iterator[tuple[str, int]]:
    """How many messages wait, by state."""
    for table, states in WAITING:
        counted = (
            select(table.c.state, func.count())
            .where(beside_key(table.c.partner) == partner, in_state(table, *states))
            .group_by(table.c.state)
        )
        yield from sorted((state, number) for state, number in connection.execute(counted))
