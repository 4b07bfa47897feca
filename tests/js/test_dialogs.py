"""Timeline and PDF dialogs in real Chromium (spec UI-15..17; screen check 16)."""

import pytest

pytestmark = pytest.mark.browser


@pytest.fixture
def timeline(page, visit):
    visit("/list")
    page.focus("[data-dialog]")
    page.keyboard.press("Enter")
    page.wait_for_selector("#timeline-dialog[open] ol")
    return page


def test_it_opens_from_the_keyboard_closes_with_escape_and_gives_the_focus_back(timeline):
    modal = timeline.evaluate("document.querySelector('#timeline-dialog').matches(':modal')")
    timeline.keyboard.press("Escape")

    assert modal
    assert timeline.locator("#timeline-dialog[open]").count() == 0
    assert timeline.evaluate("document.activeElement.dataset.dialog") == "/timeline"


def test_arrow_keys_and_the_wheel_scroll_it(timeline):
    top = "document.querySelector('#timeline-dialog [data-content]').scrollTop"
    timeline.keyboard.press("ArrowDown")
    timeline.wait_for_function(f"() => {top} > 0")
    timeline.hover("#timeline-dialog ol")
    timeline.mouse.wheel(0, 300)
    timeline.wait_for_function(f"() => {top} > 200")


def test_maximise_and_restore_change_its_size(timeline):
    width = "document.querySelector('#timeline-dialog').offsetWidth"
    small = timeline.evaluate(width)
    timeline.click("[data-maximise]")
    large = timeline.evaluate(width)
    timeline.click("[data-maximise]")

    assert large > small
    assert timeline.evaluate(width) == small


def test_a_link_in_it_closes_it_and_opens_a_tab(timeline):
    timeline.click("#timeline-dialog a")
    timeline.wait_for_selector("[role=tab][aria-selected=true]:has-text('详情')")

    assert timeline.locator("dialog[open]").count() == 0


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
