"""Login and signature with a real card, as the pages do it (spec PT-04, reliability.md P18)."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import load_der_x509_crl
from flask import Flask

from hub.cards.trust import read_card
from hub.config import TrustSettings
from hub.services import accounts
from hub.store import tables
from hub.store.engine import writing
from hub.testing import pki
from tests.web.test_acts import TYPED, A
from tests.web.world import OURS, Browser, World, log_in, signed
from web.app import create_app


@pytest.fixture
def carded(world: World, tmp_path: Path) -> tuple[World, pki.Identity]:
    """A world that trusts a card authority, and a card bound to a legal person of ours."""
    now = world.clock.now()
    authority = pki.make_authority("测试机构", now - timedelta(days=1))
    crl = load_der_x509_crl(pki.make_crl(authority, now - timedelta(days=1), days=90))
    (tmp_path / "ca.pem").write_bytes(authority.certificate)
    (tmp_path / "crl.pem").write_bytes(crl.public_bytes(Encoding.PEM))
    trust = TrustSettings(card_cas=(tmp_path / "ca.pem",), card_crls=(tmp_path / "crl.pem",))
    world.runtime = replace(world.runtime, settings=replace(world.runtime.settings, trust=trust))
    card = pki.issue_card(
        authority, enterprise="陕西示例进出口有限公司", holder="王法人", org_code=OURS[8:17], role="LP", now=now
    )
    with writing(world.runtime.engine) as connection:
        account = accounts.add_account(connection, enterprise=OURS, name="王法人", role="LP", now=now)
        accounts.bind_card(connection, account, read_card(card.x509), now)
    return world, card


def test_a_card_logs_in_and_gets_a_session_of_its_own(carded: tuple[World, pki.Identity]) -> None:
    world, card = carded
    browser = Browser(create_app(world.runtime))
    answer = log_in(browser, card, next="/notices")
    assert answer.json == {"next": "/notices"}
    cookie = next(row for row in answer.headers.getlist("Set-Cookie") if row.startswith("swhub="))
    assert {"HttpOnly", "SameSite=Lax", "Path=/"} <= {part.strip() for part in cookie.split(";")}
    home = browser.get("/").text
    assert "陕西示例进出口有限公司" in home
    assert f'name="card-fingerprint" content="{read_card(card.x509).fingerprint}"' in home


def test_the_form_token_of_before_the_login_is_worth_nothing_afterwards(carded: tuple[World, pki.Identity]) -> None:
    world, card = carded
    browser = Browser(create_app(world.runtime))
    browser.post("/login/challenge")
    before = browser.form_token
    log_in(browser, card)
    assert browser.post("/company-checked", X_CSRFToken=before).status_code == 403


def test_a_challenge_answers_once_and_only_in_its_own_browser(carded: tuple[World, pki.Identity]) -> None:
    world, card = carded
    app = create_app(world.runtime)
    browser, other = Browser(app), Browser(app)
    asked = browser.post("/login/challenge").json
    body = {"nonce": asked["nonce"], **signed(card, asked["payload"])}
    assert other.post("/login/card", json=body).status_code == 403
    assert browser.post("/login/card", json=body).status_code == 200
    browser.form_token = ""
    assert browser.post("/login/card", json=body).status_code == 403


@pytest.mark.parametrize("body", [None, [], {}, {"nonce": 1}, {"nonce": "x", "payload": "x" * 30_000}])
def test_a_malformed_answer_is_refused_without_a_fault(body: Any, open_browser: Callable[..., Browser]) -> None:
    answer = open_browser().post("/login/card", json=body)
    assert answer.status_code == 400
    assert answer.json["error"]


def test_a_refused_login_says_what_to_do(carded: tuple[World, pki.Identity]) -> None:
    world, card = carded
    world.clock.move(timedelta(days=4000))
    answer = log_in(Browser(create_app(world.runtime)), card)
    assert answer.status_code == 403
    assert answer.json["error"].endswith("换证")


def test_logging_out_ends_the_session_at_the_server(world: World, user: Browser) -> None:
    assert user.post("/logout").headers["Location"] == "/login?ended=logout"
    ended = world.rows(tables.login_session)[0]
    assert ended.end_reason == "logout"


def test_an_idle_session_ends_and_its_page_leads_to_the_login(world: World, user: Browser) -> None:
    world.clock.move(timedelta(minutes=31))
    assert user.get("/").headers["Location"] == "/login?next=/"


def test_the_session_that_is_used_lives_on_and_says_until_when(world: World, user: Browser) -> None:
    world.clock.move(timedelta(minutes=20))
    assert user.get("/").headers["X-Session-Expires"] == "2026-11-20T02:02:00+00:00"


def test_who_is_logged_in_already_is_not_asked_again(user: Browser) -> None:
    assert user.get("/login?next=/notices").headers["Location"] == "/notices"


def test_the_login_page_explains_every_way_in(open_browser: Callable[..., Browser]) -> None:
    text = open_browser().get("/login").text
    for said in ("登录", "卡介质", "卡密码", "下载控件", "请检查是否正常接入IC卡", "data-login", "data-cards"):
        assert said in text
    assert 'name="password"' not in text


def test_the_hub_gives_the_page_a_ticket_for_the_card_agent(open_browser: Callable[..., Browser]) -> None:
    assert set(open_browser().get("/card/ticket").json) == {"ticket", "algorithm", "signature"}


@pytest.fixture
def signer(carded: tuple[World, pki.Identity]) -> tuple[World, pki.Identity, Browser]:
    world, card = carded
    browser = Browser(create_app(world.runtime))
    log_in(browser, card)
    return world, card, browser


def test_a_confirmation_is_signed_over_what_was_shown(signer: tuple[World, pki.Identity, Browser]) -> None:
    world, card, browser = signer
    obj = world.offer()
    form = {"revision": str(obj.revision), **TYPED}
    asked = browser.post(f"{A}/{obj.id}/confirm/payload", form).json
    assert ["接收方", "示例信用保险公司"] in asked["summary"]
    assert asked["title"] == "输入IC卡密码：确认投保"
    answer = browser.post(f"{A}/{obj.id}/confirm", {**form, "nonce": asked["nonce"], **signed(card, asked["payload"])})
    assert answer.status_code == 303
    assert len(world.rows(tables.outbox)) == 1


def test_values_changed_after_the_signature_are_refused_and_kept(signer: tuple[World, pki.Identity, Browser]) -> None:
    world, card, browser = signer
    obj = world.offer()
    form = {"revision": str(obj.revision), **TYPED}
    asked = browser.post(f"{A}/{obj.id}/confirm/payload", form).json
    changed = {**form, "contact_email": "mallory@example.cn", "nonce": asked["nonce"]}
    answer = browser.post(f"{A}/{obj.id}/confirm", {**changed, **signed(card, asked["payload"])})
    assert answer.status_code == 403
    assert "mallory@example.cn" in answer.text
    assert world.rows(tables.outbox) == []


@pytest.mark.parametrize("signature", ["", "no base64!"])
def test_a_card_session_cannot_confirm_without_its_signature(
    signature: str, signer: tuple[World, pki.Identity, Browser]
) -> None:
    world, _, browser = signer
    obj = world.offer()
    answer = browser.post(f"{A}/{obj.id}/confirm", {"revision": "1", **TYPED, "signature": signature})
    assert answer.status_code == 403
    assert world.rows(tables.outbox) == []


def test_what_cannot_be_submitted_is_not_offered_for_signature(signer: tuple[World, pki.Identity, Browser]) -> None:
    world, _, browser = signer
    obj = world.offer()
    wrong = browser.post(f"{A}/{obj.id}/confirm/payload", {"revision": "1", **TYPED, "contact_name": ""})
    old = browser.post(f"{A}/{obj.id}/confirm/payload", {"revision": "7", **TYPED})
    assert (wrong.status_code, old.status_code) == (422, 409)
    assert 'class="error-summary"' in wrong.text


def test_the_language_of_an_account_follows_it_to_another_browser(
    signer: tuple[World, pki.Identity, Browser], app: Flask
) -> None:
    world, card, browser = signer
    browser.post("/language/en", {"next": "/"})
    elsewhere = Browser(create_app(world.runtime))
    log_in(elsewhere, card)
    assert '<html lang="en"' in elsewhere.get("/").text
