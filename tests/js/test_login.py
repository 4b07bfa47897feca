"""Login with the card in real Chromium, against a stand-in for the card agent (spec PT-04, PT-10, SM-CARD)."""

import json

import pytest

from .conftest import card

pytestmark = pytest.mark.browser

PIN = "Zx81-PIN-42"
CHALLENGE = {"nonce": "n1", "payload": '{"purpose":"LOGIN"}'}


@pytest.fixture
def gate(page, portal, reader):
    """Opens the login page; the portal takes every answer of a card."""
    portal.posts["/login/challenge"] = lambda sent: (200, "application/json", json.dumps(CHALLENGE))
    portal.posts["/login/card"] = lambda sent: (200, "application/json", '{"next": "/list"}')

    def go():
        portal.views["/login"] = portal.fill("login.html")
        page.goto("/login")
        page.wait_for_selector("html[data-ready]", state="attached")
        return page

    return go


def enter(page, pin=PIN):
    page.wait_for_selector("#card-chip[data-state=CARD_PRESENT]")
    page.fill("[name=pin]", pin)
    page.keyboard.press("Enter")


def test_the_card_answers_the_challenge_and_the_pin_stays_here(gate, portal, reader):
    page = gate()
    enter(page)
    page.wait_for_url("**/list")
    sent = json.loads(portal.posted("/login/card")[0].body)

    assert sent == CHALLENGE | {
        "algorithm": "rsa-sha256",
        "signature": "c2ln",
        "certificate": "Y2VydA==",
        "next": "/list",
    }
    assert reader.asked[0]["payload"] == CHALLENGE["payload"]
    assert not any(PIN in f"{one.path}{one.headers}{one.body}" for one in portal.sent)


def test_a_refused_login_says_why_and_may_be_tried_again(gate, portal):
    portal.posts["/login/card"] = lambda sent: (403, "application/json", '{"error": "此卡未登记"}')
    page = gate()
    enter(page)
    page.wait_for_selector("[data-login-error]:has-text('此卡未登记')")

    assert page.evaluate("document.activeElement.name") == "pin"
    assert page.input_value("[name=pin]") == ""
    assert page.get_attribute("[type=submit]", "aria-disabled") == "false"


def test_a_wrong_pin_is_one_try_and_sends_nothing_to_the_hub(gate, portal, reader):
    reader.replies = [(422, {"fault": "PIN_WRONG", "zh": "密码错误", "en": "Wrong PIN", "tries_left": 2})]
    page = gate()
    enter(page, "wrong")
    page.wait_for_selector("[data-login-error]:has-text('密码错误，还可尝试 2 次')")

    assert len(reader.asked) == 1
    assert portal.posted("/login/card") == []


def test_the_chosen_one_of_two_cards_signs(gate, reader):
    reader.cards = [card("甲公司 法人卡"), card("甲公司 操作员卡")]
    page = gate()
    page.wait_for_selector("#card-chip[data-state=CARD_PRESENT]")
    page.select_option("[data-cards]", "甲公司 操作员卡")
    enter(page)
    page.wait_for_url("**/list")

    assert reader.asked[0]["token"] == "甲公司 操作员卡"


def test_without_a_card_the_page_helps_and_the_button_says_why(gate, reader):
    reader.cards = []
    page = gate()
    page.wait_for_selector("[data-help=NO_CARD]:visible")
    page.click("[type=submit]", force=True)

    assert "请检查是否正常接入IC卡" in page.locator("[data-login-error]").inner_text()
    assert page.locator("[data-help=AGENT_MISSING]").is_hidden()
    assert reader.asked == []


def test_without_an_agent_the_page_says_another_thing(gate, portal):
    portal.agent = "http://127.0.0.1:9"  # the discard port: nobody listens
    page = gate()
    page.wait_for_selector("[data-help=AGENT_MISSING]:visible")

    assert page.locator("#card-chip").inner_text() == "未安装控件"


def test_a_card_with_its_factory_pin_is_told_to_change_it(gate, reader):
    reader.cards = [card() | {"factory_pin": True}]
    page = gate()
    page.wait_for_selector("[data-login-error]:has-text('请尽快修改初始卡密码')")
