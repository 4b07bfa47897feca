"""Views and PDFs in dialogs, in real Chromium (spec UI-15..17; screen check 16)."""

import pytest

pytestmark = pytest.mark.browser


@pytest.fixture
def timeline(page, visit):
    visit("/list")
    page.focus("[data-dialog]")
    page.keyboard.press("Enter")
    page.wait_for_selector("#view-dialog[open] ol")
    return page


def test_it_opens_from_the_keyboard_closes_with_escape_and_gives_the_focus_back(timeline):
    modal = timeline.evaluate("document.querySelector('#view-dialog').matches(':modal')")
    timeline.keyboard.press("Escape")

    assert modal
    assert timeline.locator("#view-dialog[open]").count() == 0
    assert timeline.evaluate("document.activeElement.dataset.dialog") == "/timeline"


def test_arrow_keys_and_the_wheel_scroll_it(timeline):
    top = "document.querySelector('#view-dialog [data-panel]').scrollTop"
    timeline.keyboard.press("ArrowDown")
    timeline.wait_for_function(f"() => {top} > 0")
    timeline.hover("#view-dialog ol")
    timeline.mouse.wheel(0, 300)
    timeline.wait_for_function(f"() => {top} > 200")


def test_maximise_and_restore_change_its_size(timeline):
    width = "document.querySelector('#view-dialog').offsetWidth"
    small = timeline.evaluate(width)
    timeline.click("[data-maximise]")
    large = timeline.evaluate(width)
    timeline.click("[data-maximise]")

    assert large > small
    assert timeline.evaluate(width) == small


def test_a_link_in_it_closes_it_and_opens_a_tab(timeline):
    timeline.click("#view-dialog a")
    timeline.wait_for_selector("[role=tab][aria-selected=true]:has-text('详情')")

    assert timeline.locator("dialog[open]").count() == 0


@pytest.fixture
def listed(page, visit):
    """Chromium before a list whose rows open views in the dialog."""
    visit("/list")
    return page


def test_a_list_in_it_is_paged_and_sized_there(listed):
    listed.click("a.changes")
    listed.click("#view-dialog .pages a")
    listed.wait_for_selector("#view-dialog .place:has-text('page=2')")
    listed.select_option("#view-dialog select", "20")
    listed.click("#view-dialog form button")
    listed.wait_for_selector("#view-dialog .place:has-text('size=20')")

    assert listed.text_content("#view-dialog h2") == "变更记录"
    assert listed.url.endswith("/list")
    assert listed.locator("#tabbar [role=tab]").count() == 2


def test_what_is_sent_from_it_is_answered_in_it_and_the_list_under_it_is_shown_anew(listed, portal):
    listed.click("a.more")
    listed.wait_for_selector("#view-dialog #name:focus")
    listed.fill("#view-dialog #name", "示例")
    listed.click("#view-dialog [data-primary]")
    listed.wait_for_selector("#view-dialog .view[data-key=result]")
    before = len(portal.got("/list"))
    listed.click("#view-dialog [data-leave]")
    listed.wait_for_function("() => !document.querySelector('dialog[open]')")
    listed.wait_for_selector("#panels h1:focus")

    assert len(portal.posted("/entry/1")) == 1
    assert len(portal.got("/list")) == before + 1


@pytest.mark.parametrize("close", ["Escape", "button"])
def test_what_is_typed_in_it_is_not_lost_by_closing_it(listed, portal, close):
    listed.click("a.more")
    listed.wait_for_selector("#view-dialog #name:focus")
    listed.keyboard.type("abc")
    listed.keyboard.press("Escape") if close == "Escape" else listed.click("#view-dialog [data-leave]")
    listed.click("#ask-dialog button:last-child")  # 暂存
    listed.wait_for_function("() => !document.querySelector('dialog[open]')")

    assert portal.posted("/draft/1")[0].form["name"] == "abc"


def test_a_pdf_opens_in_a_titled_frame_with_a_download(page, portal, visit):
    portal.views["/documents/1"] = "<p>pdf</p>"
    visit("/list")
    page.click("a[data-pdf]")

    assert page.get_attribute("#pdf-dialog iframe", "title") == "投保单"
    assert page.get_attribute("#pdf-dialog iframe", "sandbox") is None
    assert page.get_attribute("[data-pdf-download]", "href").endswith("/documents/1?download=1")
    page.click("#pdf-dialog [data-close]")
    page.wait_for_selector("iframe", state="detached")


def test_a_question_right_after_another_gets_its_own_answer(page, visit):
    visit("/")

    answers = page.evaluate(
        """async () => {
            const { question } = await import('/static/js/dialogs.js');
            const last = () => document.querySelector('#ask-dialog [data-ask-buttons]').lastElementChild;
            const first = question('1');
            last().previousElementSibling.click();
            const second = question('2');
            await new Promise((done) => setTimeout(done, 200));
            const waits = document.querySelector('#ask-dialog').open;
            last().click();
            return [await first, waits, await second];
        }"""
    )

    assert answers == [None, True, "yes"]


def test_the_button_that_agrees_has_the_word_of_its_form(page, visit):
    visit("/entry/1")
    page.eval_on_selector("form[data-question]", "form => { form.dataset.agree = '提交授权' }")

    page.keyboard.press("Alt+r")

    page.wait_for_selector("#ask-dialog[open]")
    assert page.locator("#ask-dialog [data-ask-buttons] button").all_inner_texts()[-1] == "提交授权"
