"""The worker: threads that claim and send, ask and poll, and one that looks after what time brings.

Any number of worker processes may share one store; the claim keeps them apart. A commit in the same process wakes it,
and without any wake-up the sweep alone is enough.
"""

import logging
import random
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial

from hub.delivery import circuit, lanes
from hub.delivery.dispatcher import Dispatcher, lease
from hub.delivery.lanes import Claim
from hub.delivery.observers import Observers
from hub.delivery.outbox import Settle
from hub.delivery.poller import Poller, Receive
from hub.delivery.resolver import Resolver
from hub.delivery.retry import Random
from hub.delivery.transport import Transport
from hub.runtime import Runtime

log = logging.getLogger(__name__)

IN_A_ROW = 8  # messages of one partner that a sender takes before it looks whose turn it is


@dataclass(frozen=True)
class Job:
    """Something that is done again and again, by one thread of each worker; it must not mind being done twice."""

    name: str
    every: float  # seconds
    run: Callable[[], object]


class Worker:
    """One process's part in delivery. ``start`` and ``stop`` it, or ``run_once`` in tests."""

    def __init__(
        self,
        runtime: Runtime,
        settle: Settle,
        receive: Receive | None = None,
        jobs: Sequence[Job] = (),
        *,
        random: Random = random.random,
    ) -> None:
        self._runtime = runtime
        self._transport = Transport(runtime.settings, runtime.clock)
        self._dispatcher = Dispatcher(runtime=runtime, transport=self._transport, settle=settle, random=random)
        self._resolver = Resolver(runtime=runtime, transport=self._transport, settle=settle)
        self._poller = None
        if receive is not None:
            self._poller = Poller(runtime=runtime, transport=self._transport, receive=receive)
        self._jobs = (
            Job("recover", runtime.settings.delivery.sweep, self._dispatcher.recover),
            Job("expire", 60.0, self._dispatcher.expire),
            *jobs,
        )
        self._done: dict[str, float] = {}  # job -> monotonic time of its last run
        self._wake = threading.Condition()
        self._signals = 0
        self._stopping = threading.Event()
        self._claiming = threading.Lock()
        self._busy: Counter[str] = Counter()  # partner -> exchanges in flight
        self._share = max(runtime.settings.delivery.senders // 2, 1)  # of the senders, for one partner
        self._polls: dict[str, float] = {}  # partner -> monotonic time before which the store is not asked again
        self._idle: dict[str, float] = {}  # the same, for what is due: nothing was, and nobody has queued since
        self._turn = 0
        self._threads: list[threading.Thread] = []

    def wake(self, partner: str = "") -> None:
        """Something was queued in this process, for ``partner`` where that is known: look now, not at the next sweep.

        While all of a partner's share of the senders is busy nobody else can help: each of those looks when it is done.
        """
        if partner:
            self._idle.pop(partner, None)
        else:
            self._idle.clear()
        if self._busy[partner] >= self._share:
            return
        with self._wake:
            self._signals = min(self._signals + 1, self._runtime.settings.delivery.senders)
            self._wake.notify()

    def start(self) -> None:
        """Start the threads. What a dead worker left is taken over first."""
        self._stopping.clear()
        self._idle.clear()
        names = [f"swhub-sender-{n}" for n in range(self._runtime.settings.delivery.senders)]
        self._threads = [threading.Thread(target=self._send, name=name, daemon=True) for name in names]
        self._threads.append(threading.Thread(target=self._tend, name="swhub-tend", daemon=True))
        for thread in self._threads:
            thread.start()

    def stop(self) -> bool:
        """Claim nothing more and wait for what is in flight; says whether all of it ended in time."""
        self._stopping.set()
        with self._wake:
            self._wake.notify_all()
        ends = self._runtime.clock.monotonic() + lease(self._runtime).total_seconds()
        for thread in self._threads:
            thread.join(max(ends - self._runtime.clock.monotonic(), 0))
        drained = not any(thread.is_alive() for thread in self._threads)
        Observers(self._runtime).settle()
        self._transport.close()
        return drained

    def run_once(self) -> int:
        """Do everything that is due now, in this thread; returns how many exchanges were tried."""
        self._idle.clear()
        self._tend_once()
        count = 0
        while tried := self._step():
            count += tried
        return count

    def _send(self) -> None:
        while not self._stopping.is_set():
            try:
                worked = self._step()
            except Exception:  # the store is away, or a fail point: the lease heals it
                log.exception("delivery step failed")
                self._idle.clear()
                self._stopping.wait(self._runtime.settings.delivery.sweep)
                continue
            if not worked:
                self._rest()

    def _rest(self) -> None:
        with self._wake:
            told = self._signals > 0 or self._stopping.is_set()
            if not told and not self._wake.wait(self._runtime.settings.delivery.sweep):
                self._idle.clear()
            self._signals = max(self._signals - 1, 0)

    def _tend(self) -> None:
        while not self._stopping.is_set():
            self._tend_once()
            self._stopping.wait(self._runtime.settings.delivery.sweep)

    def _tend_once(self) -> None:
        for job in self._jobs:
            now = self._runtime.clock.monotonic()
            if now - self._done.get(job.name, -job.every) < job.every:
                continue
            self._done[job.name] = now
            try:
                job.run()
            except Exception:
                log.exception("job %s failed", job.name)

    def _step(self) -> int:
        """A poll whose time has come, else messages of one partner that are due; how many exchanges that were."""
        if self._poll():
            return 1
        count = 0
        with self._claimed() as claim:
            held = claim
            while held is not None:
                count += 1
                for partner in held.more:
                    self.wake(partner)  # the next sender looks while this one sends
                held = self._exchange(held, last=count == IN_A_ROW)
        return count

    def _exchange(self, claim: Claim, *, last: bool) -> Claim | None:
        """Send the message, or ask about it; what was claimed of the same partner with its outcome, if anything."""
        if claim.state != "UNKNOWN":
            return self._dispatcher.dispatch(claim, partial(self._onward, claim.partner, last=last))
        self._resolver.ask(claim)
        return None

    def _onward(self, partner: str, *, last: bool) -> bool:
        """Whether the sender goes on with the partner's next message, if there is one."""
        if last or self._stopping.is_set():
            return False
        self._asking([partner])
        return True

    @contextmanager
    def _claimed(self) -> Iterator[Claim | None]:
        """A claim, counted against its partner's share of the senders while it lasts."""
        with self._claiming:
            now, partners = self._runtime.clock.now(), self._partners()
            self._asking(partners)
            claim = circuit.hoping(
                lambda sure: lanes.claim(
                    self._runtime.engine, partners=partners, now=now, lease=lease(self._runtime),
                    gate=partial(self._dispatcher.gate, sure=sure),
                )
            )  # fmt: skip
            if claim is not None:
                self._busy[claim.partner] += 1
                self._idle.pop(claim.partner, None)
        try:
            yield claim
        finally:
            if claim is not None:
                self._free(claim.partner)

    def _partners(self) -> list[str]:
        """Whose turn it is, round robin. One that hangs holds half of the senders at most and gets no more."""
        codes = list(self._runtime.registry.partners)
        if not codes:
            return []
        self._turn = (self._turn + 1) % len(codes)
        now = self._runtime.clock.monotonic()
        turn = codes[self._turn :] + codes[: self._turn]
        return [code for code in turn if self._idle.get(code, now) <= now and self._open(code)]

    def _open(self, partner: str) -> bool:
        """Whether one more sender may turn to it."""
        return self._busy[partner] < self._share and self._runtime.guards.away(partner) is None

    def _asking(self, partners: Iterable[str]) -> None:
        """What is due for them is about to be asked. Noted before: who queues something meanwhile takes it back."""
        until = self._runtime.clock.monotonic() + self._runtime.settings.delivery.sweep
        self._idle.update(dict.fromkeys(partners, until))

    def _free(self, partner: str) -> None:
        with self._claiming:
            self._busy[partner] -= 1

    def _poll(self) -> bool:
        """Poll the first partner whose time has come; True when it may have more. The store knows the exact time."""
        if self._poller is None:
            return False
        for partner in self._poller.partners():
            now = self._runtime.clock.monotonic()
            with self._claiming:
                if now < self._polls.get(partner, now) or not self._open(partner):
                    continue
                self._polls[partner] = now + self._runtime.settings.delivery.sweep
                self._busy[partner] += 1
            try:
                more = self._poller.poll(partner)
            finally:
                self._free(partner)
            if more:
                self._polls.pop(partner, None)
                return True
        return False
