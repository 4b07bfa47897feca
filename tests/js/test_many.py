"""Choosing several rows in real Chromium: the count, the exact sums, the buttons that fit."""

import pytest

pytestmark = pytest.mark.browser


def test_the_sums_of_the_chosen_rows_are_exact_per_currency(page, visit):
    visit("/many")
    page.check("[data-all]")

    said = page.inner_text("[data-chosen]")

    assert said == "已选 3 条，应缴保费合计 10,000,000,000,000.00 人民币，应缴保费合计 0.05 美元"


def test_a_button_is_off_until_it_fits_all_that_are_chosen(page, visit):
    visit("/many")
    remove = page.get_by_role("button", name="删除")
    states = [remove.is_enabled()]
    for value in ("5", "1"):
        page.check(f"[value='{value}']")
        states.append(remove.is_enabled())

    assert states == [False, True, False]
    assert remove.get_attribute("title") == "所选记录中有的不能这样办理：HY-1"
    assert page.get_by_role("button", name="支付").is_enabled()
    assert page.evaluate("document.querySelector('[data-all]').indeterminate")
