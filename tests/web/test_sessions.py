"""When a session ends, whose card it was, and what only a card may do (spec PT-05, PT-20, S2:395; P18)."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from hub.business.acts import Action
from hub.cards.trust import read_card
from hub.services import accounts, sessions
from hub.store import tables
from hub.store.engine import reading, writing
from hub.testing import pki
from tests.web.test_acts import TYPED, A
from tests.web.test_login import carded  # noqa: F401 - a fixture
from tests.web.world import OURS, Browser, World, log_in, signed
from web.app import create_app

Carded = tuple[World, pki.Identity]


def audited(world: World, what: str) -> list[Any]:
    return [row for row in world.rows(tables.audit) if row.what == what]


def configured(world: World, **web: Any) -> World:
    settings = world.runtime.settings
    world.runtime = replace(world.runtime, settings=replace(settings, web=replace(settings.web, **web)))
    return world


def test_a_session_that_is_used_all_day_ends_after_its_hours(world: World, user: Browser) -> None:
    answers = []
    for _ in range(25):
        answers.append(user.get("/notices").status_code)
        world.clock.move(timedelta(minutes=29))
    assert user.get("/notices").headers["Location"] == "/login?next=/notices"
    assert answers[:24] == [200] * 24


def test_near_its_end_a_session_says_the_earlier_time(world: World, user: Browser) -> None:
    for _ in range(24):
        world.clock.move(timedelta(minutes=29))
        last = user.get("/")
    assert last.headers["X-Session-Expires"] == "2026-11-20T13:12:00+00:00"


def test_logging_out_everywhere_ends_the_other_browsers_session_too(carded: Carded) -> None:  # noqa: F811
    world, card = carded
    app = create_app(world.runtime)
    here, there = Browser(app), Browser(app)
    log_in(here, card)
    log_in(there, card)

    answer = here.post("/logout/everywhere")

    assert answer.headers["Location"] == "/login?ended=logout"
    assert there.get("/").status_code == 302
    assert audited(world, "logout.everywhere")[0].detail == {"sessions": 2}


@pytest.mark.parametrize(("single", "status"), [(True, 302), (False, 200)])
def test_a_new_login_ends_the_old_session_where_the_operator_wants_it(
    carded: Carded,  # noqa: F811
    single: bool,
    status: int,
) -> None:
    world, card = carded
    app = create_app(configured(world, single_session=single).runtime)
    old, new = Browser(app), Browser(app)
    log_in(old, card)

    log_in(new, card)

    assert (old.get("/").status_code, new.get("/").status_code) == (status, 200)


def test_a_replaced_card_is_out_at_once_and_its_history_stays(carded: Carded) -> None:  # noqa: F811
    world, card = carded
    browser = Browser(create_app(world.runtime))
    log_in(browser, card)
    account, now = world.rows(tables.card_binding)[0].account, world.clock.now()
    new = pki.issue_card(
        card.issuer,
        enterprise="示例",
        holder="王法人",
        org_code=OURS[8:17],
        role="LP",
        now=now,  # type: ignore[arg-type]
    )

    with writing(world.runtime.engine) as connection:
        accounts.unbind_cards(connection, account, "renewed", now)
        accounts.bind_card(connection, account, read_card(new.x509), now)

    assert browser.get("/").status_code == 302
    assert log_in(Browser(browser.app), card).status_code == 403
    assert log_in(Browser(browser.app), new).status_code == 200
    assert [row.ended_at is None for row in world.rows(tables.card_binding)] == [False, True]
    assert audited(world, "card.unbound")[0].detail["reason"] == "renewed"


@pytest.fixture
def card_only(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    site = app.extensions["swhub"]
    lines = {code: replace(line, needs_card=True) for code, line in site.lines.items()}
    monkeypatch.setitem(app.extensions, "swhub", replace(site, lines=lines))


@pytest.mark.usefixtures("card_only")
def test_a_card_only_system_says_so_in_the_manuals_words_and_leads_on(open_browser: Callable[..., Browser]) -> None:
    browser = open_browser("PW")
    answer = browser.get("/micro_policy/policy")
    assert answer.status_code == 403
    assert "必须使用 IC 卡或 Ikey 等介质登录。如果使用用户名、口令方式登录，本系统无法正常显示。" in answer.text
    out = browser.post("/logout", {"reason": "CARD_LOGIN", "next": "/micro_policy/policy"})
    assert out.headers["Location"] == "/login?ended=logout&next=/micro_policy/policy"


@pytest.fixture
def stepup(monkeypatch: pytest.MonkeyPatch) -> None:
    """Confirming needs the card in every session, as signing an agreement does."""
    monkeypatch.setattr(Action, "stepup", property(lambda action: action.name == "confirm"))


@pytest.fixture
def by_password(carded: Carded) -> tuple[World, pki.Identity, Browser]:  # noqa: F811
    """A session of the card's account that was opened without the card."""
    world, card = carded
    account = world.rows(tables.card_binding)[0].account
    with writing(world.runtime.engine) as connection:
        token = sessions.begin(world.runtime, connection, account, None, None, world.clock.now())
    return world, card, Browser(create_app(world.runtime), token)


def confirm(world: World, browser: Browser, card: pki.Identity | None) -> Any:
    obj = world.offer()
    form = {"revision": str(obj.revision), **TYPED}
    asked = browser.post(f"{A}/{obj.id}/confirm/payload", form).json
    answer = {"nonce": asked["nonce"], **signed(card, asked["payload"])} if card else {}
    return browser.post(f"{A}/{obj.id}/confirm", {**form, **answer})


@pytest.mark.usefixtures("stepup")
def test_a_binding_act_in_a_password_session_needs_the_accounts_card(
    by_password: tuple[World, pki.Identity, Browser],
) -> None:
    world, card, browser = by_password
    assert confirm(world, browser, card).status_code == 303
    assert len(world.rows(tables.outbox)) == 1


@pytest.mark.usefixtures("stepup")
@pytest.mark.parametrize("whose", ["none", "other"])
def test_without_the_accounts_own_card_nothing_is_sent(
    by_password: tuple[World, pki.Identity, Browser], whose: str
) -> None:
    world, card, browser = by_password
    now = world.clock.now()
    other = pki.issue_card(
        card.issuer,
        enterprise="示例",
        holder="李操作",
        org_code=OURS[8:17],
        role="OP",
        now=now,  # type: ignore[arg-type]
    )
    with writing(world.runtime.engine) as connection:
        account = accounts.add_account(connection, enterprise=OURS, name="李操作", role="OP", now=now)
        accounts.bind_card(connection, account, read_card(other.x509), now)

    answer = confirm(world, browser, other if whose == "other" else None)

    assert answer.status_code == 403
    assert world.rows(tables.outbox) == []
    assert audited(world, "signature.refused")


def test_a_card_is_the_accounts_only_while_it_is_bound(carded: Carded) -> None:  # noqa: F811
    world, card = carded
    binding = world.rows(tables.card_binding)[0]
    fingerprint = read_card(card.x509).fingerprint
    with writing(world.runtime.engine) as connection:
        before = accounts.is_bound(connection, binding.account, fingerprint)
        accounts.unbind_cards(connection, binding.account, "lost", world.clock.now())
    with reading(world.runtime.engine) as connection:
        assert (before, accounts.is_bound(connection, binding.account, fingerprint)) == (True, False)
