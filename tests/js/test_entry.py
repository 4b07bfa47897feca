"""Entry forms in real Chromium: drafts, tips, polling, the end of the session (spec UI-03, UI-23, PT-20)."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.js.conftest import article

pytestmark = pytest.mark.browser


def test_what_was_typed_is_saved_by_itself_after_thirty_seconds(page, portal, visit):
    page.clock.install()
    visit("/entry/1")
    page.fill("#name", "王小明")
    page.clock.fast_forward(31_000)
    page.wait_for_selector("[data-saved]:has-text('10:32:15')")
    page.clock.fast_forward(31_000)
    page.wait_for_timeout(50)

    assert [sent.form["name"] for sent in portal.posted("/draft/1")] == ["王小明"]
    assert portal.posted("/draft/1")[0].headers["X-Background"] == "true"


def test_a_draft_that_somebody_else_changed_is_not_overwritten_in_silence(page, portal, visit):
    portal.posts["/draft/"] = lambda sent: (409, "application/json", "{}")
    visit("/entry/1")
    page.fill("#name", "王小明")
    page.keyboard.press("Alt+s")
    page.wait_for_selector("[data-saved]:has-text('未覆盖')")

    assert page.locator("form[data-dirty]").count() == 1


def test_a_draft_that_cannot_be_saved_stays_unsaved_and_typing_goes_on(page, portal, visit):
    portal.posts["/draft/"] = lambda sent: (500, "text/plain", "")
    visit("/entry/1")
    page.fill("#name", "王小明")
    page.keyboard.press("Alt+s")
    page.wait_for_selector("[data-saved]:has-text('未能保存')")

    assert "•" in page.locator("[role=tab][aria-selected=true]").inner_text()


def test_a_red_tip_comes_when_the_field_is_left_and_goes_when_it_is_right(page, visit):
    visit("/entry/1")
    page.fill("#name", "王")
    page.fill("#name", "")
    page.keyboard.press("Tab")
    tip, invalid = page.locator("#name-tip").inner_text(), page.get_attribute("#name", "aria-invalid")
    page.fill("#name", "王小明")

    assert (tip, invalid) == ("此项必填", "true")
    assert page.locator("#name-tip").inner_text() == ""


def test_offline_blocks_sending_keeps_the_text_and_saves_on_return(page, portal, visit):
    visit("/entry/1")
    page.fill("#name", "王小明")
    page.context.set_offline(True)
    page.wait_for_selector("#banner:has-text('网络已断开')")
    page.click("[data-primary]")
    page.context.set_offline(False)
    page.wait_for_selector("[data-saved]:has-text('10:32:15')")

    assert portal.posted("/entry/1") == []
    assert page.locator("#banner").is_hidden()
    assert page.input_value("#name") == "王小明"


def test_a_result_is_asked_for_until_it_is_final(page, portal, visit):
    portal.views["/progress"] = '<div data-poll="0.1" data-src="/progress">等待保险公司</div>'
    visit("/result")
    page.wait_for_selector("text=等待保险公司")
    portal.views["/progress"] = "<div data-final>投保申请提交成功</div>"
    page.wait_for_selector("text=投保申请提交成功")
    asked = len(portal.got("/progress"))
    page.wait_for_timeout(300)

    assert len(portal.got("/progress")) == asked


def test_the_session_warns_two_minutes_before_and_saves_the_drafts(page, portal, visit):
    portal.expires = (datetime.now(UTC) + timedelta(minutes=10)).isoformat()
    page.clock.install()
    visit("/entry/1")
    page.fill("#name", "王小明")
    page.clock.fast_forward(7 * 60_000)
    early = page.locator("#session-dialog[open]").count()
    page.clock.fast_forward(90_000)
    page.wait_for_selector("#session-dialog[open]")
    page.wait_for_selector("[data-saved]:has-text('10:32:15')")

    assert early == 0
    assert portal.posted("/draft/1")


def test_a_request_of_the_user_starts_the_session_again_but_a_poll_does_not(page, portal, visit):
    portal.expires = (datetime.now(UTC) + timedelta(minutes=10)).isoformat()
    portal.views["/progress"] = '<div data-poll="60" data-src="/progress">等待</div>'
    portal.views["/result"] = portal.views["/result"].replace("0.1", "60")
    page.clock.install()
    visit("/result")
    page.clock.fast_forward(7 * 60_000)
    page.click("#menu a:has-text('长页')")
    page.wait_for_selector("h1:has-text('长页')")
    page.click("[role=tab]:has-text('已提交')")
    for _ in range(7):
        page.clock.fast_forward(60_000)
        page.wait_for_timeout(20)
    after_work = page.locator("#session-dialog[open]").count()
    page.clock.fast_forward(90_000)
    page.wait_for_selector("#session-dialog[open]")

    assert after_work == 0
    assert len(portal.got("/progress")) > 1


def test_an_expired_session_asks_to_log_in_and_keeps_the_form(page, portal, visit):
    portal.posts["/entry/1"] = lambda sent: (401, "text/html", "<article class='view'>请先登录</article>")
    visit("/entry/1")
    page.fill("#name", "王小明")
    page.click("[data-primary]")
    page.wait_for_selector("#ask-dialog[open] >> text=登录已失效")

    assert page.input_value("#name") == "王小明"


CHOICE = """<form method="post" action="/seals" data-entry><select name="seal_no" id="seal">
  <option value="">请选择</option>{}</select>
  <button type="button" data-renew="seal" aria-label="刷新">R</button><input name="note"></form>"""
FIRST, SECOND = '<option value="YZ1">YZ1</option>', '<option value="YZ2">YZ2</option>'


def test_what_was_made_meanwhile_can_be_chosen_and_nothing_else_changes(page, portal, visit):
    portal.views["/seals"] = article("签署", CHOICE.format(FIRST), "seals")
    visit("/seals")
    page.select_option("#seal", "YZ1")
    page.fill("[name=note]", "备注")
    portal.views["/seals"] = article("签署", CHOICE.format(FIRST + SECOND), "seals")

    page.click("[data-renew]")

    page.wait_for_selector("#seal option[value=YZ2]", state="attached")
    assert (page.input_value("#seal"), page.input_value("[name=note]")) == ("YZ1", "备注")


def test_a_choice_that_is_no_longer_offered_is_not_kept(page, portal, visit):
    portal.views["/seals"] = article("签署", CHOICE.format(FIRST), "seals")
    visit("/seals")
    page.select_option("#seal", "YZ1")
    portal.views["/seals"] = article("签署", CHOICE.format(SECOND), "seals")

    page.click("[data-renew]")

    page.wait_for_selector("#seal option[value=YZ2]", state="attached")
    assert page.input_value("#seal") == ""
