"""User name, password and, after failures, the verification code (spec PT-03, PT-20)."""

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from hub.errors import InvalidInput, LoginRefused, NotFound
from hub.services import accounts, passwords
from hub.store import tables
from hub.store.engine import writing
from tests.web.test_sessions import configured
from tests.web.world import OURS, Browser, World
from web import captcha
from web.app import create_app

NAME, PASSWORD = "zhang.san", "canary-0815-word"


@pytest.fixture
def account(world: World) -> str:
    now = world.clock.now()
    with writing(world.runtime.engine) as connection:
        made = accounts.add_account(connection, enterprise=OURS, name="张密码", role="PW", now=now)
        passwords.set_password(connection, made, NAME, PASSWORD, now)
    return made


@pytest.fixture
def visitor(account: str, app: Flask) -> Browser:
    return Browser(app)


def log_in(browser: Browser, password: str = PASSWORD, name: str = NAME, **more: str) -> Any:
    answer = browser.post("/login/password", {"name": name, "password": password, "next": "/notices", **more})
    if answer.status_code == 303:
        browser.form_token = ""
    return answer


def code_in(page: str) -> str:
    found = re.search(r'name="code_id" value="([^"]+)"', page)
    return found[1] if found else ""


def answer_to(app: Flask, id: str) -> str:
    with app.app_context():
        return captcha._code(id)


def refusals(world: World) -> list[str]:
    return [row.detail["reason"] for row in world.rows(tables.audit) if row.what == "login.refused"]


def test_a_name_and_its_password_open_a_session_without_a_card(visitor: Browser, world: World) -> None:
    answer = log_in(visitor)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/notices")
    assert 'name="card-fingerprint" content=""' in visitor.get("/").text
    assert world.rows(tables.login_session)[0].fingerprint is None


def test_a_login_goes_nowhere_but_to_a_page_of_ours(visitor: Browser) -> None:
    assert log_in(visitor, next="//evil.example").headers["Location"] == "/"


@pytest.mark.parametrize(("name", "password"), [(NAME, "wrong-9137"), ("nobody", PASSWORD), ("", ""), (NAME, "")])
def test_what_is_wrong_is_not_told_apart(visitor: Browser, name: str, password: str) -> None:
    answer = log_in(visitor, password, name)
    assert answer.status_code == 403
    assert "用户名或密码错误" in answer.text
    assert password == "" or password not in answer.text


def test_the_code_is_asked_for_after_three_wrong_passwords_and_not_before(visitor: Browser) -> None:
    asked = [bool(code_in(log_in(visitor, "wrong").text)) for _ in range(3)]
    assert asked == [False, False, True]


@pytest.mark.parametrize("name", [NAME, "nobody"])
def test_after_three_wrong_ones_even_the_right_password_needs_the_code(visitor: Browser, name: str, app: Flask) -> None:
    for _ in range(3):
        page = log_in(visitor, "wrong", name).text
    without = log_in(visitor, PASSWORD, name)
    assert (without.status_code, "请输入验证码" in without.text) == (403, True)
    id = code_in(page)
    with_it = log_in(visitor, PASSWORD, name, code_id=id, code=answer_to(app, id))
    assert with_it.status_code == (303 if name == NAME else 403)


def test_a_wrong_code_costs_no_password_try_and_is_replaced(visitor: Browser, world: World) -> None:
    for _ in range(3):
        page = log_in(visitor, "wrong").text
    first = code_in(page)
    again = log_in(visitor, PASSWORD, code_id=first, code="x")
    assert "验证码有误" in again.text
    assert code_in(again.text) not in ("", first)
    assert world.rows(tables.login_failure)[0].wrong == 3


@pytest.mark.parametrize("how", ["twice", "another browser", "too late"])
def test_a_code_is_good_once_for_its_browser_and_five_minutes(
    visitor: Browser, world: World, app: Flask, how: str
) -> None:
    for _ in range(3):
        page = log_in(visitor, "wrong").text
    id = code_in(page)
    right = {"code_id": id, "code": answer_to(app, id)}
    browser = visitor
    if how == "twice":
        log_in(visitor, "wrong", **right)
    elif how == "another browser":
        browser = Browser(app)
    else:
        world.clock.move(timedelta(minutes=5))
    assert log_in(browser, PASSWORD, **right).status_code == 403


def test_five_wrong_passwords_lock_for_a_quarter_of_an_hour(visitor: Browser, world: World) -> None:
    for _ in range(5):
        with pytest.raises(LoginRefused):
            passwords.login(world.runtime, name=NAME, password="wrong", human=True, address=None)
    locked = log_in(visitor)
    world.clock.move(timedelta(minutes=15))
    assert "已锁定 15 分钟" in locked.text
    assert log_in(visitor).status_code == 303


def test_many_tries_at_once_are_counted_one_by_one(world: World, account: str) -> None:
    def guess(_: int) -> str:
        try:
            passwords.login(world.runtime, name=NAME, password="wrong", human=True, address=None)
        except LoginRefused as refused:
            return refused.text.en
        return "in"

    with ThreadPoolExecutor(8) as pool:
        said = list(pool.map(guess, range(16)))
    assert said.count(passwords.WRONG.en) == passwords.LOCK_AFTER
    assert said.count(passwords.LOCKED.en) == 16 - passwords.LOCK_AFTER


def test_a_right_password_forgets_the_wrong_ones(visitor: Browser, world: World) -> None:
    log_in(visitor, "wrong")
    log_in(visitor)
    assert world.rows(tables.login_failure) == []


def test_every_refusal_leaves_a_line_without_name_or_password(visitor: Browser, world: World) -> None:
    log_in(visitor, PASSWORD + "x")
    assert refusals(world) == ["Wrong user name or password"]
    everything = str([[tuple(row) for row in world.rows(table)] for table in tables.metadata.sorted_tables])
    assert PASSWORD not in everything
    assert NAME not in str([row.detail for row in world.rows(tables.audit)])


def test_picture_and_sound_are_the_codes_own_and_of_this_browser_only(
    visitor: Browser, app: Flask, open_browser: Callable[..., Browser]
) -> None:
    for _ in range(3):
        page = log_in(visitor, "wrong").text
    path = f"/login/code/{code_in(page)}"
    assert visitor.get(f"{path}.png").data.startswith(b"\x89PNG")
    assert visitor.get(f"{path}.wav").data.startswith(b"RIFF")
    assert open_browser().get(f"{path}.png").status_code == 404


def test_a_new_password_ends_the_sessions_of_the_old_one(visitor: Browser, world: World, account: str) -> None:
    log_in(visitor)
    with writing(world.runtime.engine) as connection:
        passwords.set_password(connection, account, NAME, "another-long-word", world.clock.now())
    assert visitor.get("/").status_code == 302
    assert log_in(visitor).status_code == 403


@pytest.mark.parametrize(
    ("role", "name", "password"),
    [
        ("LP", NAME, PASSWORD),
        ("OP", NAME, PASSWORD),
        ("PW", "ab", PASSWORD),
        ("PW", NAME, "short"),
        ("PW", " a b ", PASSWORD),
    ],
)
def test_a_password_that_should_not_be_is_not_set(world: World, role: str, name: str, password: str) -> None:
    with writing(world.runtime.engine) as connection:
        made = accounts.add_account(connection, enterprise=OURS, name="x", role=role, now=world.clock.now())
        with pytest.raises(InvalidInput):
            passwords.set_password(connection, made, name, password, world.clock.now())


def test_two_accounts_cannot_have_one_name(world: World, account: str) -> None:
    with writing(world.runtime.engine) as connection:
        made = accounts.add_account(connection, enterprise=OURS, name="x", role="PW", now=world.clock.now())
        with pytest.raises(InvalidInput):
            passwords.set_password(connection, made, NAME, PASSWORD, world.clock.now())
        with pytest.raises(NotFound):
            passwords.set_password(connection, "nobody", "other", PASSWORD, world.clock.now())


def test_the_login_page_offers_both_ways(visitor: Browser) -> None:
    by_card, by_password = visitor.get("/login?next=/notices").text, visitor.get("/login?by=password").text
    assert 'href="/login?by=password&amp;next=/notices"' in by_card
    assert ('name="password"' in by_password, "data-login" in by_password) == (True, False)


@pytest.mark.usefixtures("account")
def test_a_portal_without_passwords_takes_none(world: World) -> None:
    browser = Browser(create_app(configured(world, profile="shaanxi").runtime))
    assert "用户名密码" not in browser.get("/login").text
    assert log_in(browser).status_code == 404
