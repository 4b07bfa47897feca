"""One child process that talks to a card, and the parent's hold on it.

Vendors' libraries hang and crash. Here they do it in a process of their own: a call that takes longer than its limit
ends with the process killed, and the next call starts a new one. A lane is one token's queue; calls go one by one.
"""

import importlib
import multiprocessing
import signal
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from typing import Any

from hub.cards.agent import memory
from hub.cards.agent.policy import AgentRefused
from hub.cards.document import SUITES, signed_attributes
from hub.contract.card import CardDriver, CardError, CardFault, CardIdentity
from hub.plugins import Plugin, call_each, load

SPAWN = multiprocessing.get_context("spawn")  # the agent has threads: never fork
CALL_LIMIT = 20.0  # seconds a driver may take
QUEUE_LIMIT = 60.0  # seconds a call may wait for its turn


@dataclass(frozen=True, kw_only=True)
class Source:
    """One card-driver plugin and its settings; imported in the child only."""

    name: str  # of the entry point: card_softcard
    module: str
    settings: Mapping[str, Any] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, kw_only=True)
class Signed:
    """A card's signature with the identity it was made under."""

    signature: bytes = field(repr=False)
    card: CardIdentity
    document: bytes = field(default=b"", repr=False)  # the second signature, inside the document


@dataclass(frozen=True)
class ListJob:
    """Which cards are there?"""

    def run(self, drivers: Mapping[str, CardDriver]) -> Sequence[tuple[str, CardIdentity]]:
        """(driver name, card) of every card. Raises CardError when no driver could tell."""
        found: list[tuple[str, CardIdentity]] = []
        errors = []
        for name, driver in drivers.items():
            try:
                found += [(name, card) for card in driver.list_cards()]
            except CardError as error:
                errors.append(error)
        if errors and len(errors) == len(drivers):
            raise errors[0]
        return found


@dataclass(frozen=True, kw_only=True)
class SignJob:
    """One signature for one PIN."""

    driver: str
    token: str
    pin: str = field(repr=False)
    data: bytes = field(repr=False)
    now: datetime
    final_try_confirmed: bool
    document: str = ""  # digest of a document to be signed inside, too, under the same PIN

    def run(self, drivers: Mapping[str, CardDriver]) -> Signed:
        """Everything that can be refused without a try comes first. Raises CardError, AgentRefused("FINAL_TRY")."""
        driver = drivers[self.driver]
        before = self._find(driver)
        if before.not_after <= self.now:
            raise CardError(CardFault.CERT_EXPIRED)
        if self.document and before.algorithm not in SUITES:
            raise CardError(CardFault.ALGORITHM)
        if before.tries_left == 0:
            raise CardError(CardFault.PIN_LOCKED, tries_left=0)
        if before.tries_left == 1 and not self.final_try_confirmed:
            raise AgentRefused("FINAL_TRY", tries_left=1)
        with driver.open(self.token, self.pin) as session:
            signature = session.sign(self.data)
            inside = b""
            if self.document:
                inside = session.sign(signed_attributes(self.document, before.certificate))
        after = self._find(driver)
        if after.certificate != before.certificate:
            raise CardError(CardFault.WRONG_CARD)
        return Signed(signature=signature, card=after, document=inside)

    def _find(self, driver: CardDriver) -> CardIdentity:
        for card in driver.list_cards():
            if card.token == self.token:
                return card
        raise CardError(CardFault.NO_CARD)


Job = ListJob | SignJob


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What came of a job: a result or a fault."""

    result: Any = field(default=None, repr=False)
    fault: str = ""
    tries_left: int | None = None
    reason: str = ""  # for the log: a type's name, never a message of a driver, which may hold anything


def load_drivers(source: Source) -> dict[str, CardDriver]:
    """The plugin's drivers by name. Raises whatever the plugin does."""
    module = importlib.import_module(source.module)
    manager, (listed,) = load([Plugin(name=source.name, version="-", module=module)])
    if listed.reason:
        raise ImportError(listed.reason)
    drivers: dict[str, CardDriver] = {}
    for _, returned, reason in call_each(manager, "card_drivers", settings=dict(source.settings)):
        if reason:
            raise ImportError(reason)
        drivers |= {driver.name: driver for driver in returned}
    return drivers


def work(pipe: "Connection[Answer, Job]", source: Source) -> None:
    """The child: answer jobs until the parent is gone."""
    memory.seal()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to handle
    drivers: dict[str, CardDriver] | None = None
    while True:
        try:
            job = pipe.recv()
        except EOFError:
            return
        try:
            drivers = load_drivers(source) if drivers is None else drivers
            answer = Answer(result=job.run(drivers))
        except CardError as error:
            answer = Answer(fault=error.fault.name, tries_left=error.tries_left)
        except AgentRefused as refused:
            answer = Answer(fault=refused.fault, tries_left=refused.tries_left)
        except Exception as error:
            answer = Answer(fault="DRIVER", reason=type(error).__name__)
        pipe.send(answer)


class Lane:
    """The parent's end of one child. Take a ``turn``, then ``ask``."""

    def __init__(self, source: Source, *, call_limit: float = CALL_LIMIT, queue_limit: float = QUEUE_LIMIT) -> None:
        self._source = source
        self._call_limit, self._queue_limit = call_limit, queue_limit
        self._lock = threading.Lock()
        self._child: tuple[SpawnProcess, Connection[Job, Answer]] | None = None

    @contextmanager
    def turn(self) -> Iterator["Lane"]:
        """Wait for the calls before this one. Raises AgentRefused("BUSY")."""
        if not self._lock.acquire(timeout=self._queue_limit):
            raise AgentRefused("BUSY")
        try:
            yield self
        finally:
            self._lock.release()

    def ask(self, job: Job) -> Any:
        """The job's result. Raises AgentRefused; after SILENT and after a crash the child is gone."""
        pipe = self._alive()
        try:
            pipe.send(job)
            if not pipe.poll(self._call_limit):
                self.stop()
                raise AgentRefused(CardFault.SILENT.name)
            answer = pipe.recv()
        except (EOFError, OSError):
            self.stop()
            raise AgentRefused("DRIVER") from None
        if answer.fault:
            raise AgentRefused(answer.fault, tries_left=answer.tries_left, reason=answer.reason)
        return answer.result

    def stop(self) -> None:
        """End the child, whatever it does."""
        if self._child is None:
            return
        process, pipe = self._child
        self._child = None
        process.kill()
        process.join()
        process.close()
        pipe.close()

    def _alive(self) -> "Connection[Job, Answer]":
        if self._child is not None and not self._child[0].is_alive():
            self.stop()
        if self._child is None:
            ours, theirs = SPAWN.Pipe()
            process = SPAWN.Process(target=work, args=(theirs, self._source), daemon=True)
            process.start()
            theirs.close()
            self._child = (process, ours)
        return self._child[1]
