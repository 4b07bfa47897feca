"""The editable combobox in real Chromium (spec UI-02): typing filters by code or name, only listed values count."""

import pytest

pytestmark = pytest.mark.browser

VALUE = "document.querySelector('select[name=port]').value"


@pytest.fixture
def form(page, visit):
    return visit("/keys")


def options(page):
    return page.locator("[role=option]").all_inner_texts()


@pytest.mark.parametrize("typed", ["14", "中", "142"])
def test_typing_a_code_or_a_name_filters_and_enter_takes_the_value(form, typed):
    form.focus("#port")
    form.keyboard.type(typed)
    found = options(form)
    form.keyboard.press("Enter")
    taken = form.evaluate("document.activeElement.id")
    form.keyboard.press("Enter")

    assert found == ["中国"]
    assert (taken, form.input_value("#port")) == ("port", "中国")
    assert form.evaluate(VALUE) == "142"
    assert form.evaluate("document.activeElement.name") == "way"


def test_space_opens_an_empty_field_and_the_arrows_choose(form):
    form.focus("#port")
    form.keyboard.press("Space")
    form.keyboard.press("ArrowDown")
    form.keyboard.press("ArrowDown")
    form.keyboard.press("Enter")

    assert form.evaluate(VALUE) == "110"
    assert form.get_attribute("#port", "aria-expanded") == "false"


def test_text_that_is_not_listed_is_no_value(form):
    form.focus("#port")
    form.keyboard.type("火星")
    none = options(form)
    form.keyboard.press("Tab")

    assert none == ["没有找到匹配的记录"]
    assert (form.input_value("#port"), form.evaluate(VALUE)) == ("", "")


def test_escape_gives_back_what_was_there(form):
    form.focus("#port")
    form.keyboard.type("142")
    form.keyboard.press("Enter")
    form.keyboard.press("Control+a")
    form.keyboard.type("美")
    form.keyboard.press("Escape")

    assert (form.input_value("#port"), form.evaluate(VALUE)) == ("中国", "142")


def test_emptying_the_field_empties_the_value(form):
    form.focus("#port")
    form.keyboard.type("142")
    form.keyboard.press("Enter")
    form.fill("#port", "")
    form.keyboard.press("Tab")

    assert form.evaluate(VALUE) == ""


def test_a_click_takes_an_option_and_the_label_names_the_field(form):
    form.get_by_role("combobox", name="口岸").click()
    form.get_by_role("option", name="美国").click()

    assert form.evaluate(VALUE) == "502"
    assert form.evaluate("document.querySelector('form[data-dirty]') !== null")
