"""Repeating rows in Chromium: ticks choose rows and stand in nobody's way."""

import pytest

from tests.js.conftest import article

pytestmark = pytest.mark.browser

ROWS = article(
    "行",
    """<form method="post" action="/rows" data-enter-nav><div data-rows><table><thead><tr><th>
    <input type="checkbox" data-pick-all></th></tr></thead><tbody>"""
    + "".join(
        f'<tr><td><input type="checkbox" name="x-picked" value="{place}" data-pick></td>'
        f'<td><input name="x-{place}-part"></td></tr>'
        for place in range(3)
    )
    + "</tbody></table></div><button data-primary>提交</button></form>",
    "rows",
)
HEAD = "[data-pick-all]"


def ticked(page):
    return page.locator("[data-pick]:checked").count()


def test_the_tick_in_the_head_ticks_every_row_and_follows_them(page, portal, visit):
    portal.views["/rows"] = ROWS
    visit("/rows")
    page.check(HEAD)
    all_of_them = ticked(page)
    page.locator("[data-pick]").nth(1).uncheck()

    assert (all_of_them, ticked(page)) == (3, 2)
    assert page.evaluate(f"document.querySelector('{HEAD}').indeterminate") is True
    page.locator("[data-pick]").nth(1).check()
    assert page.is_checked(HEAD)


def test_enter_goes_from_cell_to_cell_past_the_ticks(page, portal, visit):
    portal.views["/rows"] = ROWS
    visit("/rows")
    page.focus("[name=x-0-part]")
    seen = []
    for _ in range(3):
        page.keyboard.press("Enter")
        seen.append(page.evaluate("document.activeElement.name || document.activeElement.textContent"))

    assert seen == ["x-1-part", "x-2-part", "提交"]
