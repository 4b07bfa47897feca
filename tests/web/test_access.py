"""Who may call what: every route against every kind of caller, deny by default (reliability.md P20)."""

from collections.abc import Callable

import pytest
from flask import Flask
from werkzeug.routing import Rule

from tests.web.world import Browser, World
from web.auth import ANYONE, ENTERPRISE, LOOPBACK, OPERATOR, PARTNER, RULES, SESSION, access, rule_of

CALLERS = ("anonymous", "ended", "LP", "OP", "PW", "ADM")
INSIDE = {ANYONE: set(CALLERS), SESSION: {"LP", "OP", "PW", "ADM"}, ENTERPRISE: {"LP", "OP", "PW"}, OPERATOR: {"ADM"}}
EXPECTED = {
    "static": ANYONE,
    "home.home": SESSION,
    "home.moves": ENTERPRISE,
    "home.company_checked": ENTERPRISE,
    "home.language": ANYONE,
    "home.display": ANYONE,
    "login.form": ANYONE,
    "login.challenge": ANYONE,
    "login.card": ANYONE,
    "login.password": ANYONE,
    "login.picture": ANYONE,
    "login.sound": ANYONE,
    "login.logout": SESSION,
    "login.logout_everywhere": SESSION,
    "login.ticket": ANYONE,
    "login.agent": ANYONE,
    "lists.listing": ENTERPRISE,
    "objects.detail": ENTERPRISE,
    "objects.numbered": ENTERPRISE,
    "objects.timeline": ENTERPRISE,
    "objects.printed": ENTERPRISE,
    "objects.progress": ENTERPRISE,
    "acts.new": ENTERPRISE,
    "acts.ask": ENTERPRISE,
    "acts.act": ENTERPRISE,
    "acts.payload": ENTERPRISE,
    "acts.paper": ENTERPRISE,
    "acts.derived": ENTERPRISE,
    "acts.save": ENTERPRISE,
    "reading.opened": ENTERPRISE,
    "many.act": ENTERPRISE,
    "uploads.attach": ENTERPRISE,
    "uploads.listed": ENTERPRISE,
    "uploads.begin": ENTERPRISE,
    "uploads.part": ENTERPRISE,
    "uploads.show": ENTERPRISE,
    "uploads.remove": ENTERPRISE,
    "buyers.search": ENTERPRISE,
    "buyers.choose": ENTERPRISE,
    "shipments.check": ENTERPRISE,
    "shipments.report": ENTERPRISE,
    "imports.show": ENTERPRISE,
    "imports.upload": ENTERPRISE,
    "imports.template": ENTERPRISE,
    "imports.report": ENTERPRISE,
    "imports.take": ENTERPRISE,
    "regions.below": SESSION,
    "regions.cities": SESSION,
    "documents.document": ENTERPRISE,
    "pay.bills": ENTERPRISE,
    "operations.reconciliation": OPERATOR,
    "notices.notices": ENTERPRISE,
    "notices.counts": ENTERPRISE,
    "notices.mark_read": ENTERPRISE,
    "notices.search": ENTERPRISE,
    "accounts.overview": ENTERPRISE,
    "accounts.payload": ENTERPRISE,
    "accounts.act": ENTERPRISE,
    "programme.programme": ENTERPRISE,
    "programme.app": ENTERPRISE,
    "eligibility.companies": OPERATOR,
    "eligibility.template": OPERATOR,
    "eligibility.check": OPERATOR,
    "eligibility.report": OPERATOR,
    "eligibility.take": OPERATOR,
    "eligibility.publish": OPERATOR,
    "eligibility.confirm": OPERATOR,
    "eligibility.decide": OPERATOR,
    "eligibility.published": ENTERPRISE,
    "eligibility.object_to": ENTERPRISE,
    "operations.plugins": OPERATOR,
    "operations.partner": OPERATOR,
    "operations.patch": OPERATOR,
    "operations.replay": OPERATOR,
    "services.inquiry.introduction": ANYONE,
    "services.micro_policy.introduction": ANYONE,
    "shelf.risk_info.overview": ENTERPRISE,
    "shelf.risk_info.module": ENTERPRISE,
    "shelf.risk_info.article": ENTERPRISE,
    "shelf.risk_info.attachment": ENTERPRISE,
    "shelf.risk_info.subscription": ENTERPRISE,
    "shelf.risk_info.subscribe": ENTERPRISE,
    "shelf.risk_info.digest": ENTERPRISE,
    "door.messages": PARTNER,
    "health.healthz": LOOPBACK,
    "health.metrics": LOOPBACK,
}
LOGINS = ("login.card", "login.password")  # refuse by themselves what they do not believe
VALUES = {
    "line": "micro_policy",
    "kind": "micro_application",
    "action": "confirm",
    "code": "zh",
    "mode": "large",
    "place": 0,
}


WITH_A_CARD = "pay.bills"  # a session without one is shown the way to it


def rules(app: Flask) -> list[Rule]:
    return list(app.url_map.iter_rules())


def address(app: Flask, rule: Rule, ids: dict[str, str]) -> str:
    with app.test_request_context():
        values = {name: {**VALUES, **ids}.get(name, "x") for name in rule.arguments}
        return app.url_for(rule.endpoint, **values)


def caller(kind: str, open_browser: Callable[..., Browser], world: World) -> Browser:
    if kind == "anonymous":
        return open_browser()
    browser = open_browser("LP" if kind == "ended" else kind, None if kind == "ADM" else world.ours)
    if kind == "ended":
        world.end_sessions()
    return browser


def test_every_route_states_exactly_the_rule_that_was_agreed(app: Flask) -> None:
    assert {rule.endpoint: rule_of(app, rule.endpoint) for rule in rules(app)} == EXPECTED
    assert set(EXPECTED.values()) <= set(RULES)


def test_a_route_without_a_rule_admits_nobody(app: Flask, open_browser: Callable[..., Browser]) -> None:
    app.add_url_rule("/forgotten", "forgotten", lambda: "open")
    assert open_browser("LP").get("/forgotten").status_code == 404


def test_an_unknown_rule_is_refused_when_the_view_is_declared() -> None:
    with pytest.raises(ValueError, match="no access rule"):
        access("everybody")


@pytest.mark.parametrize("kind", CALLERS)
def test_every_reading_route_admits_only_whom_its_rule_names(
    kind: str, app: Flask, world: World, open_browser: Callable[..., Browser]
) -> None:
    ids = {"object_id": world.offer().id, "number": "XW2026-00018233", "document_id": world.document_id()}
    browser = caller(kind, open_browser, world)
    for rule in rules(app):
        expected = EXPECTED[rule.endpoint]
        if "GET" not in (rule.methods or ()) or expected not in INSIDE or rule.endpoint in ("static", WITH_A_CARD):
            continue
        answer = browser.get(address(app, rule, ids))
        refused = answer.status_code in (401, 403) or "/login" in answer.headers.get("Location", "")
        assert refused is (kind not in INSIDE[expected]), (rule.endpoint, answer.status_code)


@pytest.mark.parametrize("kind", CALLERS)
def test_every_writing_route_admits_only_whom_its_rule_names(
    kind: str, app: Flask, world: World, open_browser: Callable[..., Browser]
) -> None:
    ids = {"object_id": world.offer().id, "start": "0"}
    for rule in rules(app):
        browser = caller(kind, open_browser, world)  # a fresh session: some routes end it
        expected = EXPECTED[rule.endpoint]
        if "POST" not in (rule.methods or ()) or expected not in INSIDE or rule.endpoint in LOGINS:
            continue
        answer = browser.post(address(app, rule, ids), {})
        sent_away = answer.headers.get("Location", "").startswith("/login?next=")
        refused = sent_away or (answer.status_code == 403 and (kind == "ADM" or expected == OPERATOR))
        assert refused is (kind not in INSIDE[expected]), (rule.endpoint, answer.status_code)


def test_the_machines_pages_are_for_this_machine_only(app: Flask) -> None:
    client = app.test_client()
    for path in ("/healthz", "/metrics"):
        assert client.get(path).status_code == 200
        assert client.get(path, environ_base={"REMOTE_ADDR": "192.0.2.7"}).status_code == 404


def test_a_line_that_needs_a_card_says_so_to_a_session_without_one(
    app: Flask, world: World, open_browser: Callable[..., Browser], monkeypatch: pytest.MonkeyPatch
) -> None:
    line = app.extensions["swhub"].lines["micro_policy"]
    object.__setattr__(line, "needs_card", True)
    try:
        without = open_browser("LP").get("/micro_policy/micro_application")
        carded = open_browser("LP", fingerprint="ab" * 32).get("/micro_policy/micro_application")
    finally:
        object.__setattr__(line, "needs_card", False)
    assert (without.status_code, carded.status_code) == (403, 200)
    assert "本系统需使用卡介质登录" in without.text


def test_who_is_sent_to_the_login_comes_back_afterwards(open_browser: Callable[..., Browser]) -> None:
    page = open_browser().get("/micro_policy/micro_application?size=20")
    assert page.headers["Location"] == "/login?next=/micro_policy/micro_application?size%3D20"


def test_the_workspace_is_told_that_the_session_is_over(open_browser: Callable[..., Browser]) -> None:
    answer = open_browser().get("/notices", HX_Request="true")
    assert answer.status_code == 401
    assert answer.text.lstrip().startswith('<article class="view"')


def test_who_follows_a_link_for_the_legal_person_is_offered_to_log_in_as_one(
    open_browser: Callable[..., Browser],
) -> None:
    answer = open_browser("OP", fingerprint="ab" * 32).get("/payment/payment_agreement")

    assert answer.status_code == 403
    assert "当前账号非管理员" in answer.text
    assert "退出并以法人卡重新登录" in answer.text.partition('action="/logout"')[2]
