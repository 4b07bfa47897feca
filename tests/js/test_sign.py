"""Signing with the card in real Chromium, against a stand-in for the card agent (spec PT-06, PT-21; checks 14-15)."""

import json

import pytest

from .conftest import card

pytestmark = pytest.mark.browser

PIN = "Zx81-PIN-42"


@pytest.fixture
def entry(page, portal, reader, visit):
    payload = {
        "payload": '{"p":1}',
        "nonce": "n1",
        "title": "输入IC卡密码：确认投保",
        "summary": [["接收方", "示例保险"]],
    }
    portal.posts["/entry/payload"] = lambda sent: (200, "application/json", json.dumps(payload))
    visit("/signed")
    page.wait_for_selector("#card-chip[data-state=CARD_PRESENT]")
    page.fill("#name", "王小明")
    return page


def open_dialog(page):
    page.click("[data-primary]")
    page.wait_for_selector("#sign-dialog[open]")


def test_what_is_signed_is_shown_and_sent_with_the_form(entry, portal, reader):
    open_dialog(entry)
    shown = entry.locator("#sign-dialog").inner_text()
    dates = entry.locator("#sign-dialog dd time").all_inner_texts()
    entry.keyboard.type(PIN)
    entry.keyboard.press("Enter")
    entry.wait_for_url("**/result")
    sent = portal.posted("/entry/signed")[0].form

    for words in ("确认投保", "示例保险", "示例公司 法人卡", "2099-06-30"):
        assert words in shown
    assert dates == ["2099-06-30"]  # never broken at a hyphen
    assert sent["name"] == "王小明"
    assert {name: sent[name] for name in ("payload", "nonce", "algorithm", "signature", "certificate")} == {
        "payload": '{"p":1}',
        "nonce": "n1",
        "algorithm": "rsa-sha256",
        "signature": "c2ln",
        "certificate": "Y2VydA==",
    }
    assert reader.asked[0]["payload"] == '{"p":1}'


def test_a_button_with_an_address_of_its_own_needs_no_signature(entry, portal, reader):
    button = '<button type="submit" formaction="/draft/signed" name="errand" value="check" id="check">检查</button>'
    entry.eval_on_selector("[data-primary]", "(node, html) => node.insertAdjacentHTML('beforebegin', html)", button)

    entry.click("#check")
    entry.wait_for_function("() => !document.querySelector('form[aria-busy=true]')")

    assert portal.posted("/draft/signed")[-1].form["errand"] == "check"
    assert portal.posted("/entry/payload") == []
    assert reader.asked == []


def test_the_pin_goes_to_the_agent_and_never_to_the_hub(entry, portal, reader):
    open_dialog(entry)
    entry.fill("#sign-dialog [name=pin]", PIN)
    entry.click("[data-sign-ok]")
    entry.wait_for_url("**/result")

    assert [asked["pin"] for asked in reader.asked] == [PIN]
    assert not any(PIN in f"{sent.path}{sent.headers}{sent.body}" for sent in portal.sent)
    assert entry.input_value("#sign-dialog [name=pin]") == ""


def test_a_wrong_pin_tells_the_tries_left_empties_the_field_and_keeps_the_focus(entry, reader):
    reader.replies = [(422, {"fault": "PIN_WRONG", "zh": "密码错误", "en": "Wrong PIN", "tries_left": 4})]
    open_dialog(entry)
    entry.keyboard.type("wrong")
    entry.keyboard.press("Enter")
    entry.wait_for_selector("[data-sign-error]:has-text('密码错误，还可尝试 4 次')")
    field = entry.input_value("#sign-dialog [name=pin]")
    focus = entry.evaluate("document.activeElement.name")
    entry.keyboard.type(PIN)
    entry.keyboard.press("Enter")
    entry.wait_for_url("**/result")

    assert (field, focus) == ("", "pin")
    assert len(reader.asked) == 2


def test_a_locked_card_says_so_and_cannot_be_tried_again(entry, reader):
    reader.replies = [(423, {"fault": "PIN_LOCKED", "zh": "卡已锁定", "en": "Locked", "tries_left": 0})]
    open_dialog(entry)
    entry.keyboard.type("wrong")
    entry.keyboard.press("Enter")
    entry.wait_for_selector("[data-sign-error]:has-text('卡已锁定')")
    entry.keyboard.type(PIN)
    entry.keyboard.press("Enter")

    assert len(reader.asked) == 1
    assert entry.get_attribute("[data-sign-ok]", "aria-disabled") == "true"


def test_the_last_try_is_confirmed_with_the_same_pin(entry, reader):
    reader.replies = [(409, {"fault": "FINAL_TRY", "zh": "仅剩最后一次机会", "en": "One try left", "tries_left": 1})]
    open_dialog(entry)
    entry.keyboard.type(PIN)
    entry.keyboard.press("Enter")
    entry.wait_for_selector("[data-sign-error]:has-text('仅剩最后一次机会')")
    entry.keyboard.press("Enter")
    entry.wait_for_url("**/result")

    assert [asked["final_try_confirmed"] for asked in reader.asked] == [False, True]


def test_cancel_sends_nothing_and_gives_the_focus_back(entry, portal, reader):
    open_dialog(entry)
    entry.keyboard.type(PIN)
    entry.keyboard.press("Escape")

    assert entry.locator("#sign-dialog[open]").count() == 0
    assert entry.evaluate("document.activeElement.hasAttribute('data-primary')")
    assert reader.asked == []
    assert portal.posted("/entry/signed") == []


def test_errors_of_the_form_come_instead_of_the_dialog(entry, portal):
    form = portal.views["/signed"].replace("<form", '<div class="error-summary">有 1 处需要修改</div><form', 1)
    portal.posts["/entry/payload"] = lambda sent: (422, "text/html", form)
    entry.click("[data-primary]")
    entry.wait_for_selector(".error-summary")

    assert entry.locator("#sign-dialog[open]").count() == 0
    assert entry.evaluate("document.activeElement.className") == "error-summary"


def test_a_card_pulled_out_blocks_submitting_with_the_reason_and_resumes(entry, portal, reader):
    present, reader.cards = reader.cards, []
    poll(entry)
    entry.wait_for_selector("#banner:has-text('请检查是否正常接入IC卡')")
    entry.fill("#name", "还能填写")
    entry.click("[data-primary]")
    entry.wait_for_timeout(300)  # the page looks at the card once more before it refuses
    blocked = len(portal.posted("/entry/payload"))
    reader.cards = present
    poll(entry)
    entry.wait_for_selector("#card-chip[data-state=CARD_PRESENT]")
    banner = entry.locator("#banner").is_hidden()
    open_dialog(entry)

    assert blocked == 0
    assert banner
    assert entry.input_value("#name") == "还能填写"


def test_another_card_saves_the_draft_and_ends_the_session(entry, portal, reader):
    reader.cards = [card("别的公司 操作员卡")]
    portal.posts["/logout"] = lambda sent: (303, "", "/notices")
    poll(entry)
    entry.wait_for_url("**/notices")

    assert portal.posted("/logout")[0].form["csrf_token"] == "form-token"
    assert reader.left.get(timeout=5) == "Bearer s"
    assert portal.posted("/draft/signed")[0].form["name"] == "王小明"
    assert entry.evaluate("sessionStorage.getItem('farewell')") == "IC卡与当前登录人员不符"


def log_out(page, portal):
    portal.posts["/logout"] = lambda sent: (303, "", "/notices")
    page.click("form[data-logout] button")
    page.wait_for_url("**/notices")


def test_who_logs_out_leaves_the_card_agent_too(entry, portal, reader):
    log_out(entry, portal)
    assert reader.left.get(timeout=5) == "Bearer s"


def test_an_agent_that_stays_silent_holds_up_no_logout(page, portal, reader, visit):
    page.add_init_script("navigator.permissions.query = async () => ({ state: 'prompt' })")
    visit("/list")
    page.wait_for_selector("#card-chip[data-state=CARD_PRESENT]")
    reader.silence = 60
    log_out(page, portal)
    assert reader.left.get(timeout=5) == "Bearer s"


def test_a_session_that_has_expired_leaves_the_card_agent_on_the_way_to_the_login(entry, portal, reader):
    portal.views["/login"] = portal.views["/notices"]
    entry.evaluate("void import('/static/js/panels.js').then(({ goToLogin }) => goToLogin())")  # the page goes
    entry.wait_for_url("**/login?next=*")
    assert reader.left.get(timeout=5) == "Bearer s"


def poll(page):
    page.evaluate("import('/static/js/card.js').then(({ agent }) => agent.poll())")


def test_a_window_that_the_browser_blocks_is_named_and_nothing_is_asked_of_the_card(page, portal, reader, visit):
    payload = {"payload": '{"p":1}', "nonce": "n1", "title": "输入IC卡密码：确认投保", "summary": []}
    portal.posts["/entry/payload"] = lambda sent: (200, "application/json", json.dumps(payload))
    portal.pin = "window"
    page.add_init_script("window.open = () => null")
    visit("/signed")
    page.wait_for_selector("#card-chip[data-state=CARD_PRESENT]")
    page.fill("#name", "王小明")

    open_dialog(page)

    page.wait_for_selector("[data-sign-error]:has-text('请允许本站弹出窗口')")
    assert reader.asked == []
    assert portal.posted("/entry/signed") == []
