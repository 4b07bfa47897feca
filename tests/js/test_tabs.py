"""Tabs within a page, and the groups of the menu, in real Chromium (spec CG-APT-02, UI-10; ui.md 5.1)."""

import pytest

from .conftest import article

pytestmark = pytest.mark.browser


def tabbed(chosen):
    """A page of three tabs."""
    links = "".join(
        f'<a role="tab" href="/tab/{name}" aria-selected="{str(name == chosen).lower()}" '
        f'tabindex="{0 if name == chosen else -1}">{name}</a>'
        for name in ("first", "second", "third")
    )
    return article("页签", f'<div role="tablist">{links}</div><div role="tabpanel">{chosen}</div>', "tab/first")


@pytest.fixture
def tabs(portal):
    portal.views |= {f"/tab/{name}": tabbed(name) for name in ("first", "second", "third")}
    return portal


def focused(page):
    return page.evaluate("document.activeElement.textContent")


def test_arrows_move_among_the_tabs_of_a_page_and_space_opens_one(page, visit, tabs):
    visit("/tab/first")
    page.locator("#panels [role=tab][aria-selected=true]").focus()
    page.keyboard.press("ArrowLeft")
    there = focused(page)
    page.keyboard.press(" ")
    page.wait_for_selector("#panels [role=tab][aria-selected=true]:has-text('third')")

    assert there == "third"
    assert focused(page) == "third"
    assert page.locator("#tabbar [role=tab]").count() == 2  # home and the page: its tabs are no new ones


def test_a_tab_has_an_address_and_the_way_back(page, visit, tabs):
    visit("/tab/first")
    page.click("#panels [role=tab]:has-text('second')")
    page.wait_for_selector("#panels [role=tab][aria-selected=true]:has-text('second')")
    address = page.evaluate("location.pathname")
    page.go_back()
    page.wait_for_selector("#panels [role=tab][aria-selected=true]:has-text('first')")

    assert address == "/tab/second"


def test_a_group_of_the_menu_stays_as_its_user_left_it(page, visit):
    visit("/")
    kept = []
    for _ in range(2):
        page.click("#menu summary")
        kept.append(page.evaluate("document.cookie"))

    assert kept == ["groups=", "groups=micro"]
