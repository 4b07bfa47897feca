"""Repeating rows and derived values, by plain posts: what the page does without JavaScript is what it does with it."""

import re
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from hub.services.objects import Tenant
from hub.store import tables
from hub.store.engine import reading
from tests.web.test_beginnings import hidden
from tests.web.world import OURS, Browser, World

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

    def send(self, action: str, **typed: str) -> Any:
        names = [name for name in ("revision", "draft_revision", "action", "begin") if f'name="{name}"' in self.page]
        kept = {name: hidden(self.page, name) for name in names}
        return self.browser.post(f"{self.path}/{action}", {**kept, **GOOD, **typed})

    def press(self, command: str, **typed: str) -> str:
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
