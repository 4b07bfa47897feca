"""Repeating rows and derived values, by plain posts: what the page does without JavaScript is what it does with it."""

import re
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict

from hub.services.objects import Tenant
from hub.store import tables
from hub.store.engine import reading
from tests.web import toy
from tests.web.test_beginnings import hidden
from tests.web.world import OURS, Browser, World
from web.forms.base import AT_ONCE, LISTED, Rows, rows
from web.forms.claim import ClaimForm

NEW = "/toy/toy_loan/new"
GOOD = {"toy": "积木", "invoice_amount": "1000.10", "invoice_currency": "USD", "markup": "10"}
FIRST = {"parts-0-part": "轮", "parts-0-price": "0.10", "parts-0-made_on": "2026-11-20"}
SECOND = {"parts-1-part": "轴", "parts-1-price": "12345678.90", "parts-1-made_on": ""}


class Form:
    """The open form of a toy loan."""

    def __init__(self, browser: Browser) -> None:
        self.browser = browser
        self.page = browser.get(NEW).text
        self.path = re.findall(r'action="(/toy/toy_loan/[0-9a-f]{32})/submit"', self.page)[0]

    def send(self, action: str, **typed: Any) -> Any:
        names = [name for name in ("revision", "draft_revision", "action", "begin") if f'name="{name}"' in self.page]
        kept = {name: hidden(self.page, name) for name in names}
        return self.browser.post(f"{self.path}/{action}", {**kept, **GOOD, **typed})

    def press(self, command: str, **typed: Any) -> str:
        """A button of the rows."""
        answer = self.send("draft", row=command, **typed)
        assert answer.status_code == 303
        self.page = self.browser.get(answer.headers["Location"]).text
        return self.page


@pytest.fixture
def form(toys: Browser) -> Form:
    return Form(toys)


def stored(world: World) -> Any:
    (row,) = world.rows(tables.business_object)
    with reading(world.runtime.engine) as connection:
        return Tenant(connection, OURS).get("toy_loan", row.id)


def test_a_row_is_added_and_gets_the_focus(form: Form) -> None:
    form.press("add:parts")
    page = form.press("add:parts", **FIRST)

    assert 'value="轮"' in page
    assert re.search(r'name="parts-1-part"[^>]*data-focus', page)


def test_a_row_is_deleted_and_the_others_keep_their_values(form: Form) -> None:
    form.press("add:parts")
    form.press("add:parts", **FIRST)
    page = form.press("delete:parts:0", **FIRST, **SECOND)

    assert re.search(r'name="parts-0-part"[^>]*value="轴"', page)
    assert "parts-1-part" not in page


@pytest.mark.parametrize("command", ["delete:parts:7", "delete:parts:x", "add:toy", "add:nothing", "", "dance"])
def test_a_command_that_means_nothing_changes_nothing(command: str, form: Form) -> None:
    page = form.press(command, **FIRST)

    assert re.search(r'name="parts-0-part"[^>]*value="轮"', page)
    assert "parts-1-part" not in page


def test_there_are_no_more_rows_than_the_form_allows(form: Form) -> None:
    for count in range(6):
        page = form.press("add:parts", **{f"parts-{place}-part": "件" for place in range(min(count, 5))})

    assert "parts-4-part" in page
    assert "parts-5-part" not in page


def test_rows_and_derived_values_are_stored_exactly(world: World, form: Form) -> None:
    answer = form.send("submit", **FIRST, **SECOND)

    content = stored(world).content
    assert answer.status_code == 303
    assert content["insured_amount"] == Decimal("1100.11")
    assert content["parts"] == [
        {"part": "轮", "price": Decimal("0.10"), "made_on": date(2026, 11, 20)},
        {"part": "轴", "price": Decimal("12345678.90"), "made_on": None},
    ]


def test_a_derived_value_cannot_be_sent(world: World, form: Form) -> None:
    form.send("submit", insured_amount="1", **FIRST)

    assert stored(world).content["insured_amount"] == Decimal("1100.11")


def test_a_wrong_cell_is_named_with_its_row_and_everything_typed_stays(world: World, form: Form) -> None:
    answer = form.send("submit", **FIRST, **SECOND | {"parts-1-price": "viel"})

    assert answer.status_code == 422
    assert "第 2 行 玩具价" in answer.text
    assert re.search(r'name="parts-1-price"[^>]*value="viel"', answer.text)
    assert stored(world).states["state"] == "DRAFT"


def test_a_form_that_needs_a_row_says_so_and_an_empty_row_is_none(form: Form) -> None:
    answer = form.send("submit", **{"parts-0-part": "", "parts-0-price": "", "parts-0-made_on": ""})

    assert answer.status_code == 422
    assert "请至少添加1行" in answer.text


def test_derived_values_are_told_while_the_form_is_filled_in_and_nothing_is_stored(world: World, form: Form) -> None:
    whole = form.send("submit/derived")
    half = form.send("submit/derived", invoice_amount="a lot")

    assert whole.json == {"insured_amount": "1,100.11"}
    assert half.json == {"insured_amount": "—"}
    assert world.rows(tables.business_object) == []


def test_the_details_show_the_rows_as_a_table(world: World, form: Form) -> None:
    form.send("submit", **FIRST, **SECOND)

    page = form.browser.get(form.path).text

    assert "12,345,678.90" in page
    assert "2026-11-20" in page


def table(*, listed: bool) -> Rows:
    return ClaimForm().tables()["shipments"] if listed else rows(toy.text("件"), toy.PartForm, most=3000)


def held(count: int, name: str) -> list[Any]:
    return [{name: str(place)} for place in range(count)]


def test_a_page_holds_the_controls_of_some_rows_only_however_many_there_are() -> None:
    many, one = table(listed=False), table(listed=True)

    window = many.window(held(2000, "part"), 1234)
    entry = one.window(held(400, "invoice_no"), 250)

    assert [place for place, _ in window.open] == list(range(1200, 1200 + AT_ONCE))
    assert window.pages == [0, 1100, 1150, 1200, 1250, 1300, 1950]
    assert [place for place, _ in entry.open] == [250]
    assert [place for place, _ in entry.page] == list(range(240, 240 + LISTED))


@pytest.mark.parametrize("listed", [True, False])
@given(count=st.integers(0, 130), first=st.integers(0, 140), typed=st.integers(0, 60))
def test_what_a_page_sends_replaces_its_own_rows_and_no_others(
    listed: bool, count: int, first: int, typed: int
) -> None:
    one = table(listed=listed)
    name = next(iter(one.form.fields))
    kept, size = held(count, name), min(typed, one.at_once)
    sent = {f"x-{place}-{name}": f"new {place}" for place in range(first, first + size)}

    found = one.gather(MultiDict({"x-first": str(first), **sent}), "x", kept)

    start = min(first, count)
    assert found[:start] == kept[:start]
    assert [row[name] for row in found[start : start + size]] == list(sent.values())
    assert found[start + size :] == kept[start + one.at_once :]


def test_a_new_row_saved_twice_is_one_row_and_an_empty_one_is_none() -> None:
    one = table(listed=True)
    sent = MultiDict({"x-first": "1", "x-1-invoice_no": "FP2"})
    once = one.gather(sent, "x", held(1, "invoice_no"))

    assert [row["invoice_no"] for row in one.gather(sent, "x", once)] == ["0", "FP2"]
    assert one.gather(MultiDict({"x-first": "1", "x-1-invoice_no": ""}), "x", held(1, "invoice_no")) == held(
        1, "invoice_no"
    )


def test_the_rows_that_are_ticked_are_deleted_together(form: Form) -> None:
    form.press("add:parts")
    third = {"parts-2-part": "销", "parts-2-price": "1", "parts-2-made_on": ""}
    page = form.press("delete:parts", **FIRST, **SECOND, **third, **{"parts-picked": ["0", "2", "99", "x"]})

    assert re.findall(r'name="parts-\d-part"[^>]*value="(.)"', page) == ["轴"]


def test_a_row_far_behind_is_pointed_at_by_a_button_that_opens_it(world: World, form: Form, monkeypatch: Any) -> None:
    monkeypatch.setattr(toy.LoanForm._declared_fields["parts"], "at_once", 1)
    form.press("add:parts")
    answer = form.send("submit", **FIRST | {"parts-0-price": "much"}, **SECOND | {"parts-1-price": "viel"})

    assert re.search(r'<a href="#[^"]*parts-0-price">', answer.text)
    assert re.search(r'<button[^>]*value="open:parts:1">玩具零件 第 2 行 玩具价', answer.text)
