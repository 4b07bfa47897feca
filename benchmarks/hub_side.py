"""The hub as it is run: the real portal behind waitress, the real ``perform`` and the real worker."""

import threading
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

from flask import Flask
from sqlalchemy import Connection, Select, func, select

from benchmarks.world import FIRM, HUB, INSURER, USCC, VALUES, Folder
from hub import runtime as runtimes
from hub.business.acts import Actor
from hub.config import HubSettings, PartnerSettings, Settings, WebSettings
from hub.contract.adapters import PartnerAdapter
from hub.contract.message import Raw
from hub.contract.outcome import Outcome, OutcomeClass
from hub.delivery import failpoints, receiver
from hub.delivery.outbox import Sent
from hub.delivery.worker import Worker
from hub.runtime import Runtime
from hub.services import accounts, actions, results
from hub.store import tables
from hub.store.engine import open_engine, reading, writing
from web.app import create_app

KIND = "micro_application"
UNLIMITED = 10**9  # messages a minute: still counted, never reached
WAIT = 10.0  # seconds for one receipt
ACTOR = Actor(account="benchmark", name="王小明", enterprise=USCC, role="LP")


def create(database: str) -> None:
    """An empty store with one enterprise."""
    engine = open_engine(database)
    tables.metadata.create_all(engine)
    with writing(engine) as connection:
        accounts.register_enterprise(connection, USCC, FIRM, datetime.now(UTC))
    engine.dispose()


def hub_settings(folder: Folder, database: str) -> HubSettings:
    """The hub's own keys, and its store."""
    return HubSettings(database=database, key=folder.key(HUB), certificate=folder.certificate(HUB), vault=folder.vault)


def open_hub(folder: Folder, database: str, partner: str = "http://127.0.0.1:1/") -> Runtime:
    """The hub's runtime with the installed plugins; only the insurer's limit per minute is out of the way."""
    settings = Settings(
        home=folder.path,
        hub=hub_settings(folder, database),
        web=WebSettings(secret=folder.secret, worker=False),
        partners={INSURER: PartnerSettings(address=partner, certificates=(folder.certificate(INSURER),))},
    )
    made = runtimes.start(settings)
    partners = {**made.registry.partners, INSURER: unlimited(made.registry.partners[INSURER])}
    return replace(made, registry=replace(made.registry, partners=partners))


def unlimited(adapter: PartnerAdapter) -> PartnerAdapter:
    """The adapter without a limit of messages per minute."""
    sheet = adapter.sheet
    rows = {name: replace(row, per_minute=UNLIMITED) for name, row in sheet.capabilities.items()}
    return replace(adapter, sheet=replace(sheet, capabilities=rows))  # type: ignore[type-var]


def application(folder: Folder, database: str) -> Flask:
    """The portal with the partners' door; no worker."""
    return create_app(open_hub(folder, database))


class Out:
    """The hub's way out, as one call: ``submit`` returns when the partner's signed receipt is committed."""

    def __init__(self, folder: Folder, database: str, partner: str) -> None:
        runtime = open_hub(folder, database, partner)
        self._worker = Worker(runtime, self._settle)
        self._runtime = replace(runtime, wake=self._worker.wake)
        self._settled = threading.local()  # .number: of the application whose outcome this thread is committing
        self._arrived: dict[str, threading.Event] = {}
        failpoints.watch("delivery.after_settle_commit", self._committed)
        self._offered = self._receive(folder.offers())
        self._worker.start()

    def submit(self, number: str, address: str) -> None:  # noqa: ARG002
        """Confirm one offer."""
        arrived = self._arrived[number] = threading.Event()
        actions.perform(self._runtime, ACTOR, KIND, self._offered[number], "confirm", VALUES, 1)
        if not arrived.wait(WAIT):
            raise AssertionError(f"{number} did not arrive")

    def close(self) -> None:
        """End the worker."""
        self._worker.stop()

    def _settle(self, connection: Connection, sent: Sent, outcome: Outcome, now: datetime) -> None:
        if outcome.kind is not OutcomeClass.ACCEPTED:
            raise AssertionError(f"{sent.business_key}: {outcome}")
        self._settled.number = sent.business_key
        results.settle(connection, sent, outcome, now)

    def _committed(self) -> None:
        self._arrived[self._settled.number].set()

    def _receive(self, offers: Sequence[bytes]) -> dict[str, str]:
        """Take the insurer's offers; application number -> object id."""
        for content in offers:
            raw = Raw(content=content, received_at=self._runtime.clock.now())
            receiver.receive(self._runtime, INSURER, raw, None)
        table = tables.business_object
        with reading(self._runtime.engine) as connection:
            rows = connection.execute(select(table.c.number, table.c.id).where(table.c.kind == KIND)).all()
        return {row.number: row.id for row in rows}


def count(database: str) -> int:
    """How many applications the store holds."""
    return _count(database, select(func.count()).select_from(tables.business_object))


def submitted(database: str) -> int:
    """How many messages out are committed with their receipt."""
    return _count(database, select(func.count()).where(tables.outbox.c.state == "ACKED"))


def _count(database: str, statement: Select[int]) -> int:
    engine = open_engine(database)
    with reading(engine) as connection:
        found: int = connection.execute(statement).scalar_one()
    engine.dispose()
    return found
