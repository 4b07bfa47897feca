"""What an event on one object does to others, and actions that need another object first."""

import uuid
from typing import Any

import pytest

from hub.delivery.observers import Observers
from hub.services import record
from hub.services.broadcast import Broadcast
from hub.services.events import NewEvent
from hub.services.shapes import BusinessObject
from hub.store import tables
from hub.store.engine import writing
from tests.web.test_rows import FIRST, Form
from tests.web.world import OURS, THEIRS, Browser, World


@pytest.fixture
def form(toys: Browser) -> Form:
    return Form(toys)


def loans(world: World) -> dict[str, str]:
    return {row.number: row.state for row in world.rows(tables.business_object) if row.kind == "toy_loan"}


def parcel(world: World, enterprise: str = OURS, **content: Any) -> BusinessObject:
    number = uuid.uuid4().hex[:8]
    return world.create("toy_parcel", number, enterprise, "announced", {"parcel_no": number, **content}, {})


def arrive(world: World, obj: BusinessObject, identity: str = "m1") -> None:
    new = NewEvent(name="arrived", identity=identity, occurred_at=world.clock.now())
    with writing(world.runtime.engine) as connection:
        record.record(connection, record.lock_id(connection, obj.id), new, world.clock.now())


def test_one_event_moves_every_linked_object_once(world: World, toys: Browser) -> None:
    for form in (Form(toys), Form(toys)):
        form.send("submit", **FIRST)
    coming = parcel(world, loans=sorted(loans(world)))

    arrive(world, coming)
    arrive(world, coming)

    assert set(loans(world).values()) == {"RETURNED"}
    assert [row.name for row in world.rows(tables.event)].count("returned") == 2


def test_observers_are_told_of_what_an_event_caused(world: World, form: Form, monkeypatch: pytest.MonkeyPatch) -> None:
    form.send("submit", **FIRST)
    told: list[tuple[str, str]] = []
    monkeypatch.setattr(Observers, "changed", lambda _, __, kind, ___, after: told.append((kind, after)))
    broadcast = Broadcast(world.runtime)
    broadcast.run()

    arrive(world, parcel(world, loans=list(loans(world))))
    broadcast.run()

    assert ("toy_loan", "state:RETURNED") in told


def test_another_enterprises_object_is_never_moved(world: World, form: Form) -> None:
    form.send("submit", **FIRST)

    arrive(world, parcel(world, THEIRS, loans=list(loans(world))))

    assert list(loans(world).values()) == ["SUBMITTED"]


def test_a_link_to_nothing_does_no_harm(world: World, toys: Browser) -> None:
    arrive(world, parcel(world, loans=["nowhere"]))
    arrive(world, parcel(world))

    assert {row.state for row in world.rows(tables.business_object)} == {"ARRIVED"}


def test_an_action_that_needs_another_object_says_what_to_do_and_leads_there(world: World, form: Form) -> None:
    obj = parcel(world)
    arrive(world, obj)
    path = f"/toy/toy_parcel/{obj.id}/open"

    page = form.browser.get("/toy/toy_parcel").text
    refused = form.browser.post(path, {"revision": "2"})
    form.send("draft")
    taken = form.browser.post(path, {"revision": "2"})

    assert 'href="/toy/toy_loan"' in page
    assert "请先新建借用单" in page
    assert (refused.status_code, taken.status_code) == (409, 303)
