"""Effects between objects, at the same time and from both sides."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import Engine, func, select

from hub.business import KINDS
from hub.business.kind import Effect, Field, Kind
from hub.services import accounts, record
from hub.services.events import NewEvent
from hub.services.objects import Tenant
from hub.services.record import LINE_OF
from hub.store import tables
from hub.store.engine import reading, writing
from tests.web.toy import LOAN, PARCEL, text

USCC = "91110000MA00EXAM1X"
NOW = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)
ROUNDS = 20
TWOFOLD = replace(
    PARCEL,
    fields=(*PARCEL.fields, Field("more_loans", text("又"), list), Field("loan", text("主"))),
    links={"loans": "toy_loan", "more_loans": "toy_loan", "loan": "toy_loan"},
    effects=(Effect("ARRIVED", "loans", "returned"), Effect("ARRIVED", "more_loans", "returned")),
)


@pytest.fixture
def store(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> Engine:
    for kind in (LOAN, TWOFOLD):
        monkeypatch.setitem(KINDS, kind.code, kind)  # type: ignore[arg-type]
        monkeypatch.setitem(LINE_OF, kind.code, "toy")  # type: ignore[arg-type]
    with writing(engine) as connection:
        accounts.register_enterprise(connection, USCC, "示例公司", NOW)
    return engine


def made(store: Engine, kind: Kind, number: str, event: str, partner: str = "acme", **content: Any) -> str:
    new = NewEvent(name=event, identity=event, occurred_at=NOW, content={kind.number: number, **content})
    with writing(store) as connection:
        found = record.create(connection, kind=kind, enterprise=USCC, partner=partner, number=number, new=new, now=NOW)
    assert found is not None
    return found.obj.id


def arrived(store: Engine, object_id: str) -> None:
    with writing(store) as connection:
        new = NewEvent(name="arrived", identity="m1", occurred_at=NOW)
        record.record(connection, record.lock_id(connection, object_id), new, NOW)


def test_two_objects_that_move_the_same_others_crosswise_never_wait_for_each_other(store: Engine) -> None:
    for number in ("L1", "L2"):
        made(store, LOAN, number, "begun")
    pairs = [
        [
            made(store, TWOFOLD, f"P{place}-{side}", "announced", loans=[first], more_loans=[second])
            for side, first, second in ((1, "L1", "L2"), (2, "L2", "L1"))
        ]
        for place in range(ROUNDS)
    ]

    def arrive(object_id: str, start: Barrier) -> None:
        start.wait()
        arrived(store, object_id)

    with ThreadPoolExecutor(2) as pool:
        for pair in pairs:
            start = Barrier(2)
            list(pool.map(arrive, pair, (start, start)))

    with reading(store) as connection:
        returned = select(func.count()).where(tables.event.c.name == "returned")
        assert connection.execute(returned).scalar_one() == 2 * 2 * ROUNDS


def test_a_partner_moves_only_its_own_objects_even_where_another_has_one_of_the_same_number(store: Engine) -> None:
    _, ours = (made(store, LOAN, "L1", "begun", partner) for partner in ("bank", "acme"))
    parcel = made(store, TWOFOLD, "P1", "announced", loans=["L1"])

    arrived(store, parcel)

    with reading(store) as connection:
        moved = select(tables.event.c.object_id).where(tables.event.c.name == "returned")
        assert connection.execute(moved).scalars().all() == [ours]


@pytest.mark.parametrize("partner", ["acme", "bank"])
def test_a_number_names_the_object_of_the_same_partner(store: Engine, partner: str) -> None:
    loans = {code: made(store, LOAN, "L1", "begun", code) for code in ("bank", "acme")}
    parcel = made(store, TWOFOLD, "P1", "announced", partner, loan="L1")

    with reading(store) as connection:
        tenant = Tenant(connection, USCC)
        meant = tenant.meant(tenant.get(TWOFOLD.code, parcel), "loan")

    assert meant is not None
    assert meant.id == loans[partner]
