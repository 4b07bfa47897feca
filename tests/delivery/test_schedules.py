"""Seeded schedules: objects, faults, crashes, receipts, decisions and time in any order, then the invariants.

I2: every message is waiting, delivered once or a dead letter with an alarm. I3: what the partner holds equals what we
call delivered, equal bytes for equal ids. I4: at most one effect per message, whatever the partner dedupes.
"""

import random
from contextlib import suppress

import pytest

from hub.contract.capability import Hours, Idempotency
from hub.delivery import decisions, failpoints, resolver
from hub.errors import NotAllowed
from hub.store import tables
from hub.store.engine import writing

FAULTS = ["accepted", "done", "refused", "malformed", "busy", "down", "lost-before", "lost-after", "garbage", "wire"]
CRASHES = [name for name in failpoints.POINTS if name.startswith(("delivery.", "resolver."))]
SHEETS = {
    "dedupes": {},
    "dedupes on nothing": {"idempotency": Idempotency.NONE},
    "cannot be asked": {"idempotency": Idempotency.NONE, "query": None},
    "keeps office hours": {"idempotency": Idempotency.NONE, "hours": Hours.parse("Asia/Shanghai Mon-Sat 08:30-20:00")},
    "takes two a minute": {"idempotency": Idempotency.NONE, "per_minute": 2},
}


class Schedule:
    """One random life of a hub, reproducible from its seed."""

    def __init__(self, world, seed):
        self.world = world
        self.dice = random.Random(seed)
        self.worker = world.worker(seed=seed)
        self.owners = [world.object() for _ in range(5)]
        self.queued = {owner: [] for owner in self.owners}
        self.gave_up = set()

    def step(self):
        self.dice.choice([self.queue, self.queue, self.work, self.work, self.work, self.crash, self.wait, self.outage,
                          self.receipt, self.decide])()  # fmt: skip

    def queue(self):
        owner = self.dice.choice(self.owners)
        with suppress(NotAllowed):  # behind an UNKNOWN one
            self.queued[owner].append(self.world.queue(owner))

    def work(self):
        self.world.partner.faults.extend(self.dice.choices(FAULTS, k=3))
        self.worker.run_once()

    def crash(self):
        self.world.fail(f"{self.dice.choice(CRASHES)}=raise@1")
        with suppress(failpoints.FailPoint):
            self.work()
        self.world.fail()

    def wait(self):
        self.world.later(seconds=self.dice.choice([1, 30, 61, 400, 4000, 40_000]))

    def outage(self):
        self.world.partner.faults.extend(["down"] * 12)

    def receipt(self):
        """The partner's own message comes, for something that it has."""
        held = sorted(self.world.partner.effects)
        if held:
            with writing(self.world.engine) as connection:
                resolver.on_receipt(connection, self.dice.choice(held), self.world.clock.now())

    def decide(self):
        """Two persons who looked: they are right about what the partner has."""
        stuck = [row for row in self.world.rows(tables.outbox) if row.state in {"UNKNOWN", "DEAD"} and row.owner]
        if not stuck:
            return
        row = self.dice.choice(stuck)
        has_it = row.message_id in self.world.partner.effects
        verdict = "delivered" if has_it else "not_delivered" if row.state == "UNKNOWN" else "resend"
        now = self.world.clock.now()
        with suppress(NotAllowed):
            with writing(self.world.engine) as connection:
                made = decisions.propose(connection, f"outbox:{row.message_id}", verdict, "r", "e", "ann", now)
            decisions.confirm(self.world.engine, made, actor="bob", now=now, settle=self.world.settle)

    def finish(self):
        """The partner is well for three weeks and people look after what is stuck."""
        self.world.partner.faults.clear()
        for _ in range(60):
            self.world.later(hours=9)
            self.worker.run_once()
            self.decide()
        self.worker.run_once()


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("sheet", SHEETS)
def test_any_schedule_ends_with_one_effect_per_message_and_none_lost(small_world, partner, sheet, seed):
    run(small_world(partner(**SHEETS[sheet])), seed)


@pytest.mark.postgres
@pytest.mark.parametrize("sheet", SHEETS)
def test_the_same_holds_on_postgresql(postgres_engine, tmp_path, build, partner, sheet):
    run(build(postgres_engine, tmp_path, [partner(**SHEETS[sheet])]), 1)


def run(world, seed):
    schedule = Schedule(world, seed)
    for _ in range(60):
        schedule.step()
        assert max(world.partner.effects.values(), default=0) <= 1
    schedule.finish()

    rows = {row.message_id: row for row in world.rows(tables.outbox)}
    effects = world.partner.effects
    assert set(rows) == {message for lane in schedule.queued.values() for message in lane}
    for message, row in rows.items():
        assert row.state in {"ACKED", "REFUSED", "DEAD"}, (row.state, row.reason, row.owner)
        assert effects[message] == (1 if row.state == "ACKED" else 0), (row.state, row.reason)
        assert row.state != "DEAD" or f"outbox:{message}" in world.alerts()
    assert {row.key for row in world.rows(tables.alert) if row.closed_at is None} <= {
        "form:acme:Confirm/1.0", *(f"outbox:{message}" for message, row in rows.items() if row.state == "DEAD")
    }  # fmt: skip


def test_in_every_lane_effects_come_in_the_order_of_queueing(world):
    schedule = Schedule(world, 99)
    for _ in range(150):
        schedule.dice.choice([schedule.queue, schedule.work, schedule.crash, schedule.wait])()
    schedule.finish()

    for lane in schedule.queued.values():
        first = [message for message in dict.fromkeys(world.partner.arrivals) if message in lane]
        assert first == [message for message in lane if message in first]
