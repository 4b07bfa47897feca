"""The checker finds what it is there to find: one planted breach of each kind in a hub that is otherwise in order."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest
from sqlalchemy import delete, insert, select, update

from hub.store import tables
from hub.store.engine import reading, writing
from hub.testing import invariants
from hub.testing.invariants import Heard
from tests.crash import schedules
from tests.crash.letters import APPROVED
from tests.crash.schedules import Life, Theatre


@pytest.fixture
def life(tmp_path: Path) -> Iterator[Life]:
    """An offer, confirmed, delivered, approved, a policy; a conflict; one message more whose receipt was lost."""
    with schedules.theatre(tmp_path, "sqlite:///swhub.db") as made:
        yield story(made)


def story(made: Theatre) -> Life:
    found = Life(made, Always(1))
    for number in ("XW1", "XW2"):
        found._write(found.write.offer(number))
    press(found, "XW1", "micro_application", "confirm")
    found.workers[0].run_once()
    found._write(found.write.review("XW1", APPROVED, first(found, tables.outbox).message_id))
    found._write(found.write.policy("P-1", "XW1"))
    press(found, "P-1", "policy", "acknowledge")
    found.workers[0].run_once()
    found.forge()
    found.partner.faults.append("lost_after")
    press(found, "XW2", "micro_application", "confirm")
    found.workers[0].run_once()
    return found


class Always(Random):
    """Dice that always choose the first way and never lose anything."""

    def random(self) -> float:
        return 0.5

    def choice(self, seq: Any) -> Any:
        return seq[0]


def press(life: Life, number: str, kind: str, action: str) -> None:
    schedules.program.perform(life.runtime, kind, number, action, schedules.VALUES if action == "confirm" else {})


def first(life: Life, table: Any) -> Any:
    with reading(life.engine) as connection:
        return connection.execute(select(table)).first()


def breaches(life: Life, *, settled: bool = False) -> set[str]:
    with reading(life.engine) as connection:
        found = invariants.check(connection, [life.partner.books], life.clock.now(), settled=settled)
    return {breach.invariant for breach in found}


def change(table: Any, **values: Any) -> Callable[[Life], None]:
    """The first row of the table has other values."""

    def plant(life: Life) -> None:
        row = first(life, table)
        key = [column == getattr(row, column.name) for column in table.primary_key]
        with writing(life.engine) as connection:
            connection.execute(update(table).where(*key).values(values))

    return plant


def remove(table: Any) -> Callable[[Life], None]:
    """The rows of the table are gone."""

    def plant(life: Life) -> None:
        with writing(life.engine) as connection:
            connection.execute(delete(table))

    return plant


def sent_again(life: Life) -> None:
    """A second attempt for the message that is UNKNOWN."""
    with writing(life.engine) as connection:
        row = connection.execute(select(tables.outbox).where(tables.outbox.c.state == "UNKNOWN")).one()
        attempt = {"message_id": row.message_id, "no": 2, "purpose": "send", "fence": 9, "started_at": life.clock.now()}
        connection.execute(insert(tables.attempt), attempt)
        connection.execute(update(tables.outbox).where(tables.outbox.c.seq == row.seq).values(attempts=2))


def heard_twice(life: Life) -> None:
    life.partner.books.heard.append(life.partner.books.heard[0])


def forgot(life: Life) -> None:
    life.partner.books.held.clear()


def other_bytes(life: Life) -> None:
    row = life.partner.books.heard[0]
    life.partner.books.heard[0] = replace(row, content=row.content + b" ")


def stranger(life: Life) -> None:
    life.partner.books.heard.append(Heard(message_id="nobody's", content=b"x"))


def lost(life: Life) -> None:
    life.partner.books.acknowledged["never stored"] = b"x"


def spoilt(life: Life) -> None:
    message_id = next(iter(life.partner.books.acknowledged))
    life.partner.books.acknowledged[message_id] += b" "


def refused_in_silence(life: Life) -> None:
    life.partner.books.refused["00"] += 1


PLANTED: list[tuple[str, Callable[[Life], None]]] = [
    ("I1", lost),
    ("I1", spoilt),
    ("I1", change(tables.inbox_raw, content=b"x")),
    ("I1", change(tables.inbox, applied_at=None)),
    ("I1", change(tables.inbox, answer=b"")),
    ("I2", change(tables.outbox, state="LIMBO")),
    ("I2", change(tables.outbox, state="CANCELLED")),
    ("I2", change(tables.outbox, state="REFUSED")),
    ("I2", change(tables.outbox, state="DEAD")),
    ("I2", change(tables.outbox, state="DEAD", owner="operator")),
    ("I2", change(tables.outbox, state="SENDING")),
    ("I2", change(tables.outbox, state="UNKNOWN", owner="hub")),
    ("I2", change(tables.outbox, attempts=7)),
    ("I2", change(tables.outbox_raw, content=b"x")),
    ("I2", change(tables.attempt, outcome="unknown")),
    ("I3", forgot),
    ("I3", other_bytes),
    ("I3", stranger),
    ("I3", heard_twice),
    ("P7", heard_twice),
    ("P7", sent_again),
    ("I6", change(tables.business_object, state="LAPSED")),
    ("I6", change(tables.business_object, content={})),
    ("I6", change(tables.business_object, submission=9)),
    ("I6", change(tables.event, after="state:LAPSED")),
    ("I6", remove(tables.notice)),
    ("I7", change(tables.inbox, state="PARKED", applied_at=None)),
    ("I7", change(tables.event, message_id="another")),
    ("I7", change(tables.outbox, submission=9)),
    ("I10", remove(tables.audit)),
    ("I10", remove(tables.conflict)),
    ("I10", refused_in_silence),
]


def test_a_hub_in_order_has_no_breach(life: Life) -> None:
    assert breaches(life) == set()


@pytest.mark.parametrize(("invariant", "plant"), PLANTED)
def test_a_planted_breach_is_found(life: Life, invariant: str, plant: Callable[[Life], None]) -> None:
    plant(life)

    assert invariant in breaches(life)


def test_what_still_waits_is_a_breach_once_all_should_be_settled(life: Life) -> None:
    change(tables.outbox, state="RETRYING")(life)
    life.clock.move(timedelta(days=9))

    assert "I2" in breaches(life, settled=True)
