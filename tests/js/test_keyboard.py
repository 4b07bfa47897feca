"""The keyboard of the manuals in real Chromium (spec UI-04..06; screen checks 5-8)."""

import pytest

pytestmark = pytest.mark.browser

FOCUS = "document.activeElement.name || document.activeElement.id || document.activeElement.textContent.trim()"
ORDER = ["name", "port", "way", "term", "remark", "accept", "提交"]  # read-only and disabled fields are passed over


def walk(page, key, count):
    seen = []
    for _ in range(count):
        page.keyboard.press(key)
        seen.append(page.evaluate(FOCUS))
    return seen


def test_enter_walks_the_fields_in_order_to_the_button_and_sends_nothing(page, portal, visit):
    visit("/keys")
    page.focus("#name")
    forward = walk(page, "Enter", len(ORDER) - 1)
    back = walk(page, "Shift+Enter", len(ORDER) - 1)

    assert ["name", *forward] == ORDER
    assert back == ORDER[-2::-1]
    assert portal.posted("/entry") == []


def test_enter_goes_on_from_a_read_only_field(page, visit):
    visit("/keys")
    page.focus("#firm")

    assert walk(page, "Enter", 2) == ["name", "port"]


def test_enter_on_the_button_itself_submits(page, portal, visit):
    visit("/keys")
    page.focus("[data-primary]")
    page.keyboard.press("Enter")
    page.wait_for_url("**/result")

    assert len(portal.posted("/entry/keys")) == 1


@pytest.mark.parametrize("name", ["Process", "Enter"])  # what browsers call the key meanwhile
def test_enter_belongs_to_the_input_method_while_it_composes(page, visit, name):
    visit("/keys")
    page.focus("#name")
    client = page.context.new_cdp_session(page)
    client.send("Input.imeSetComposition", {"text": "wang", "selectionStart": 4, "selectionEnd": 4})
    key = {"windowsVirtualKeyCode": 229, "key": name, "code": "Enter"}
    client.send("Input.dispatchKeyEvent", {"type": "rawKeyDown", **key})
    client.send("Input.dispatchKeyEvent", {"type": "keyUp", **key})
    during = page.evaluate(FOCUS)
    client.send("Input.insertText", {"text": "王"})
    value = page.input_value("#name")
    page.keyboard.press("Enter")

    assert (during, value) == ("name", "王")
    assert page.evaluate(FOCUS) == "port"


def test_ctrl_enter_puts_one_new_line_at_the_caret_and_can_be_undone(page, visit):
    visit("/keys")
    page.fill("#remark", "前后")
    page.focus("#remark")
    page.keyboard.press("Home")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Control+Enter")
    broken = page.input_value("#remark")
    page.keyboard.press("Control+z")

    assert broken == "前\n后"
    assert page.input_value("#remark") == "前后"


def test_enter_in_a_text_of_several_lines_moves_on(page, visit):
    visit("/keys")
    page.focus("#remark")
    page.keyboard.press("Enter")

    assert page.evaluate(FOCUS) == "accept"
    assert page.input_value("#remark") == ""


def test_ctrl_end_goes_to_the_next_region_and_from_a_text_at_its_end(page, visit):
    visit("/keys")
    page.fill("#remark", "一二三")
    page.focus("#name")
    page.keyboard.press("Control+End")
    first = page.evaluate(FOCUS)
    page.focus("#remark")
    page.keyboard.press("Home")
    page.keyboard.press("Control+End")
    second = page.evaluate(FOCUS)
    page.keyboard.press("Control+End")

    assert (first, second) == ("way", "remark")
    assert page.evaluate(FOCUS) == "name"


def test_alt_s_saves_the_draft_once(page, portal, visit):
    visit("/entry/1")
    page.fill("#name", "王小明")
    page.keyboard.press("Alt+s")
    page.wait_for_selector("[data-saved]:has-text('已于 10:32:15 自动保存')")

    assert [sent.form["name"] for sent in portal.posted("/draft/1")] == ["王小明"]
    assert page.locator("[role=tab][aria-selected=true]").inner_text() == "录入1"
    assert page.input_value("[name=draft_revision]") == "7"


def test_alt_r_asks_and_deletes_only_after_confirmation(page, portal, visit):
    visit("/entry/1")
    page.keyboard.press("Alt+r")
    page.keyboard.press("Escape")
    page.wait_for_selector("#ask-dialog:not([open])", state="attached")
    refused = len(portal.posted("/delete/1"))
    page.keyboard.press("Alt+r")
    page.click("#ask-dialog button:has-text('是')")
    page.wait_for_url("**/result")

    assert refused == 0
    assert len(portal.posted("/delete/1")) == 1


def test_alt_p_prints_once(page, visit):
    visit("/entry/1")
    page.evaluate("window.printed = 0; window.print = () => { window.printed += 1; }; null")
    page.keyboard.press("Alt+p")

    assert page.evaluate("window.printed") == 1


def test_a_shortcut_without_meaning_does_nothing_and_is_not_listed(page, portal, visit):
    visit("/detail")
    page.keyboard.press("Alt+s")
    page.keyboard.press("Alt+r")
    page.click("[data-open=shortcuts-dialog]")
    listed = page.locator("#shortcuts-dialog kbd").all_inner_texts()

    assert portal.posted("/") == []
    assert listed == ["Delete"]


def test_the_help_lists_what_this_view_can_do(page, visit):
    visit("/keys")
    page.click("[data-open=shortcuts-dialog]")
    listed = page.locator("#shortcuts-dialog kbd").all_inner_texts()

    for key in ("Enter", "Shift+Enter", "Ctrl+Enter", "Ctrl+End", "Alt+S", "Alt+R", "Alt+P"):
        assert key in listed


def test_shortcuts_mean_the_active_tab_only(page, portal, visit):
    visit("/entry/1")
    page.fill("#name", "一")
    page.click("#menu a:has-text('长页')")
    page.wait_for_selector("h1:has-text('长页')")
    page.keyboard.press("Alt+s")
    page.wait_for_timeout(100)

    assert portal.posted("/draft") == []


def test_enter_navigation_is_announced_once_and_can_be_switched_off(page, portal, visit):
    visit("/keys")
    page.focus("#name")
    page.focus("#remark")
    told = page.locator("#toasts .toast").all_inner_texts()
    portal.keys = '{"enter": false}'
    visit("/keys")
    page.focus("#name")
    page.keyboard.press("Enter")

    assert len(told) == 1
    assert page.evaluate(FOCUS) == "name"
    assert portal.posted("/") == []


def test_enter_in_the_last_field_of_a_row_writes_it_back_to_the_list(page, visit):
    visit("/keys")
    page.evaluate(
        """() => {
          const last = document.querySelector("#remark");
          const row = Object.assign(document.createElement("div"), { tabIndex: -1 });
          row.dataset.rowEntry = "";
          last.before(row);
          row.append(last);
          const save = Object.assign(document.createElement("button"), { type: "button" });
          save.onclick = () => { window.written = true; };
          save.dataset.rowSave = "";
          row.after(save);
        }"""
    )
    page.focus("#remark")
    page.keyboard.press("Enter")

    assert page.evaluate("window.written") is True
