"""The page 账号与卡: what each role sees there, and decisions as the page makes them (spec ROLE-06, PT-08)."""

import re
from typing import Any

import pytest
from flask import Flask

from hub.business import MANAGE_CARDS
from hub.testing import pki
from tests.web.test_login import carded  # noqa: F401 - a fixture
from tests.web.world import Browser, World, log_in, signed
from web.app import create_app

Carded = tuple[World, pki.Identity]


@pytest.fixture
def legal(carded: Carded) -> tuple[World, Browser, pki.Identity]:  # noqa: F811
    world, card = carded
    browser = Browser(create_app(world.runtime))
    log_in(browser, card)
    return world, browser, card


Legal = tuple[World, Browser, pki.Identity]


def decide(browser: Browser, card: pki.Identity, act: str, **wish: str) -> Any:
    """The payload, the card's word, the act."""
    asked = browser.post(f"/accounts/{act}/payload", data=wish)
    if asked.status_code != 200:
        return asked
    word = signed(card, asked.json["payload"])
    return browser.post(f"/accounts/{act}", data=wish | word | {"nonce": asked.json["nonce"]})


def test_the_legal_person_delegates_and_revokes_with_the_card(legal: Legal) -> None:
    world, browser, card = legal
    world.enter("OP")
    page = browser.get("/accounts").text
    account = re.search(r'<option value="(\w{32})">李操作', page)
    assert account

    granted = decide(browser, card, "grant", account=account[1], right=MANAGE_CARDS, until="2026-12-31")
    shown = browser.get("/accounts").text
    delegation = re.search(r'name="delegation" value="(\w{32})"', shown)
    assert granted.status_code == 303
    assert "管理操作员的卡" in shown
    assert delegation
    decide(browser, card, "revoke", delegation=delegation[1])

    assert "撤销" in browser.get("/accounts").text
    assert 'name="delegation"' not in browser.get("/accounts").text


def test_without_the_cards_word_nothing_is_decided(legal: Legal) -> None:
    world, browser, _ = legal
    world.enter("OP")
    account = re.search(r'<option value="(\w{32})">李操作', browser.get("/accounts").text)
    assert account

    answer = browser.post("/accounts/grant", data={"account": account[1], "right": MANAGE_CARDS, "until": "2026-12-31"})

    assert answer.status_code == 403
    assert "请先用卡签名" in answer.text


def test_what_is_wrong_is_said_on_the_page(legal: Legal) -> None:
    world, browser, card = legal
    world.enter("OP")
    account = re.search(r'<option value="(\w{32})">李操作', browser.get("/accounts").text)
    assert account

    answer = decide(browser, card, "grant", account=account[1], right=MANAGE_CARDS, until="2030-01-01")

    assert answer.status_code == 422
    assert "截止日应在今天起一年内" in answer.text


def test_an_operator_sees_his_own_account_and_no_buttons(app: Flask, world: World) -> None:
    world.enter("LP")
    operator = Browser(app, world.enter("OP"))

    page = operator.get("/accounts").text

    assert "李操作" in page
    assert "王法人" not in page
    assert "data-signed" not in page


def test_an_unknown_decision_is_an_unknown_page(legal: Legal) -> None:
    assert legal[1].post("/accounts/promote", data={}).status_code == 404


def test_the_page_speaks_english(legal: Legal) -> None:
    browser = legal[1]
    browser.post("/language/en", data={"next": "/accounts"})

    page = browser.get("/accounts").text

    assert "Delegated rights" in page
    assert "Manage the operators&#39; cards" in page
