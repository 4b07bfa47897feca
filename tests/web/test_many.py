"""Several rows of a list at once: asked once, done to all or to none."""

import re
from collections.abc import Callable
from decimal import Decimal

import pytest

from hub.services.shapes import BusinessObject
from hub.store import tables
from tests.web.test_rows import FIRST, Form
from tests.web.world import THEIRS, Browser, World

LIST = "/inquiry/inquiry"


@pytest.fixture
def drafts(world: World) -> list[BusinessObject]:
    return [
        world.create("inquiry", f"XB{number}", world.ours, "begun", {"inquiry_no": f"XB{number}"}) for number in "12"
    ]


def send(user: Browser, *rows: str, **more: str) -> object:
    return user.post(f"{LIST}/many/delete", {"row": list(rows), **more})


def ticked(obj: BusinessObject) -> str:
    return f"{obj.id}:{obj.revision}"


def states(world: World) -> set[str]:
    return {row.state for row in world.rows(tables.business_object)}


def test_chosen_drafts_are_named_in_one_question_and_deleted_together(
    world: World, user: Browser, drafts: list[BusinessObject]
) -> None:
    page = user.get(LIST).text
    rows = re.findall(r'name="row" value="([^"]+)"', page)

    asked = send(user, *rows).text
    untouched = states(world)
    answer = send(user, *rows, sure="1")

    assert {ticked(row) for row in drafts} == set(rows)
    assert all(row.number in asked for row in drafts)
    assert untouched == {"DRAFT"}
    assert answer.status_code == 303
    assert states(world) == {"DELETED"}


def test_one_that_somebody_changed_keeps_all_as_they_are(
    world: World, user: Browser, drafts: list[BusinessObject]
) -> None:
    one, other = drafts

    answer = send(user, ticked(one), f"{other.id}:{other.revision + 1}", sure="1")

    assert answer.status_code == 409
    assert states(world) == {"DRAFT"}


def test_one_that_does_not_allow_it_is_named_and_keeps_all_as_they_are(
    world: World, user: Browser, drafts: list[BusinessObject]
) -> None:
    gone = world.event(drafts[0], "deleted")

    answer = send(user, ticked(gone), ticked(drafts[1]), sure="1")

    assert (answer.status_code, gone.number in answer.text) == (409, True)
    assert states(world) == {"DRAFT", "DELETED"}


@pytest.mark.parametrize("row", ["", "x", f"{'0' * 32}:1", "{id}:x"])
def test_what_no_list_sends_changes_nothing(
    row: str, world: World, user: Browser, drafts: list[BusinessObject]
) -> None:
    answer = send(user, ticked(drafts[0]), row.format(id=drafts[1].id), sure="1")

    assert answer.status_code == 404
    assert states(world) == {"DRAFT"}


def test_a_foreign_row_is_not_there(world: World, user: Browser, drafts: list[BusinessObject]) -> None:
    foreign = world.create("inquiry", "XB9", THEIRS, "begun", {"inquiry_no": "XB9"})

    answer = send(user, ticked(drafts[0]), ticked(foreign), sure="1")

    assert answer.status_code == 404
    assert states(world) == {"DRAFT"}


def test_the_same_page_sent_twice_deletes_once(world: World, user: Browser, drafts: list[BusinessObject]) -> None:
    rows = [ticked(row) for row in drafts]
    send(user, *rows, sure="1")

    answer = send(user, *rows, sure="1")

    assert answer.status_code == 303
    assert len(world.rows(tables.event)) == 4


def test_nothing_chosen_asks_to_choose(user: Browser, drafts: list[BusinessObject]) -> None:
    answer = send(user)

    assert "请先选择记录" in user.get(answer.headers["Location"]).text


def test_a_page_is_handed_what_was_chosen_with_what_each_adds_to_the_sum(toys: Browser) -> None:
    form = Form(toys)
    form.send("submit", **FIRST)
    page = toys.get("/toy/toy_loan").text
    (row,) = re.findall(r'name="row" value="([^"]+)"', page)

    answer = toys.post("/toy/toy_loan/many/pay", {"row": row})

    assert 'data-cents="100010" data-unit="美元"' in page
    assert answer.headers["Location"] == f"/toy/pay?bill={row.partition(':')[0]}"


def test_bills_of_one_list_are_handed_to_the_payment_together(
    world: World, open_browser: Callable[..., Browser]
) -> None:
    user, due = open_browser("OP", fingerprint="ab" * 32), {"premium_due": Decimal("55.10"), "premium_currency": "CNY"}
    for number in ("HY1", "HY2"):
        obj = world.create("cargo_application", number, world.ours, "begun", {"application_no": number})
        world.event(world.event(obj, "submitted"), "issued", **due)
    listed = user.get("/cargo/cargo_application").text
    rows = re.findall(r'value="([^"]+)" data-number="[^"]+" data-codes="pay" data-cents="5510"', listed)

    page = user.get(user.post("/cargo/cargo_application/many/pay", {"row": rows}).headers["Location"]).text

    assert len(re.findall(r'name="bill"[^>]*checked', page)) == len(rows) == 2
    assert 'data-added="应缴保费"' in listed  # beside the insured amounts that the list shows
