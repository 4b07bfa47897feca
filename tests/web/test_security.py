"""The browser's side: Origin, form token, headers, cookies, own paths, limits (reliability.md B1, P21)."""

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from hub.errors import ConfigError
from hub.store import tables
from tests.web.world import Browser, World, settings_in
from web.app import create_app
from web.security import FORM_OCTETS, own_path

FORM = {
    "revision": "1",
    "contact_name": "王小明",
    "contact_mobile": "13800000000",
    "contact_email": "trade@example.cn",
    "declaration_accepted": "yes",
}


@pytest.mark.parametrize(
    ("origin", "token"),
    [
        ("http://evil.example", None),
        (None, None),
        ("null", None),
        ("http://127.0.0.1:8081", None),
        ("http://127.0.0.1:8080", "forged"),
        ("http://127.0.0.1:8080", ""),
    ],
)
def test_a_foreign_or_tokenless_post_changes_nothing_and_leaves_an_audit_line(
    origin: str | None, token: str | None, world: World, user: Browser
) -> None:
    obj = world.offer()
    more = {} if token is None else {"X_CSRFToken": token}
    answer = user.post(f"/micro_policy/micro_application/{obj.id}/confirm", FORM, origin=origin, **more)
    assert answer.status_code == 403
    assert [row.state for row in world.rows(tables.business_object)] == ["PENDING_CONFIRM"]
    assert [row.what for row in world.rows(tables.audit)] == ["request.refused"]


def test_json_disguised_as_text_is_refused_like_any_other_post(world: World, user: Browser) -> None:
    obj = world.offer()
    path = f"/micro_policy/micro_application/{obj.id}/confirm"
    answer = user.client.post(path, data='{"revision": 1}', content_type="text/plain", headers={"Origin": "null"})
    assert answer.status_code == 403


def test_the_partners_door_needs_no_form_token_and_knows_its_partners(open_browser: Callable[..., Browser]) -> None:
    answer = open_browser().client.post("/partners/nobody/messages", data=b"<x/>")
    assert answer.status_code == 404


@pytest.mark.parametrize("path", ["/", "/login", "/nothing", "/micro_policy/introduction", "/static/css/app.css"])
def test_every_answer_carries_the_security_headers(path: str, user: Browser) -> None:
    headers = user.get(path).headers
    policy = headers["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert {"default-src 'self'", "object-src 'none'", "base-uri 'none'", "frame-ancestors 'self'"} <= set(
        policy.split("; ")
    )
    assert "connect-src 'self' http://127.0.0.1:21232" in policy
    assert (headers["X-Content-Type-Options"], headers["Referrer-Policy"]) == ("nosniff", "same-origin")
    assert "HX-Request" in headers["Vary"]


def test_pages_are_never_kept_by_the_browser(user: Browser) -> None:
    assert user.get("/").headers["Cache-Control"] == "no-store"


OUR_SCRIPTS = ('<script src="{}/js/old.js">', '<script type="module" src="{}/js/main.js">')


def test_no_page_carries_script_or_style_of_its_own(world: World, user: Browser) -> None:
    obj, files = world.offer(), user.app.jinja_env.globals["static"]
    for path in ("/", "/login", "/micro_policy/micro_application", f"/micro_policy/micro_application/{obj.id}/confirm"):
        text = user.get(path).text
        assert " style=" not in text
        assert "<style" not in text
        assert " onclick=" not in text
        assert set(re.findall("<script[^>]*>[^<]*", text)) <= {script.format(files) for script in OUR_SCRIPTS}


def test_over_https_cookies_are_bound_to_the_host_and_hsts_is_sent(world: World) -> None:
    web = replace(world.runtime.settings.web, origin="https://portal.example")
    runtime = replace(world.runtime, settings=replace(world.runtime.settings, web=web))
    answer = create_app(runtime).test_client().get("/login")
    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith("__Host-swhub-form=")
    assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= {part.strip() for part in cookie.split(";")}
    assert "max-age" in answer.headers["Strict-Transport-Security"]


def test_a_page_takes_no_more_than_a_form_needs(world: World, user: Browser) -> None:
    obj = world.offer()
    path = f"/micro_policy/micro_application/{obj.id}/confirm"
    answer = user.post(path, {"remark": "x" * (FORM_OCTETS + 1)})
    assert answer.status_code == 413
    assert "提交的内容过大" in answer.text


@pytest.mark.parametrize(
    "target",
    [
        "//evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "https://evil.example",
        "javascript:alert(1)",
        "/a\r\nSet-Cookie: x=1",
        "/@evil.example",
        "/%2f%2Fevil.example",
        "/a\tb",
        "",
        None,
    ],
)
def test_nobody_is_sent_to_another_site(target: str | None) -> None:
    assert own_path(target) == "/"


@given(st.text(max_size=60))
def test_a_return_address_is_always_a_plain_path_of_ours(target: str) -> None:
    found = own_path(target)
    assert found.startswith("/")
    assert not found.startswith(("//", "/\\"))
    assert found.isascii()
    assert found.isprintable()


def test_the_language_switch_returns_to_own_pages_only(user: Browser) -> None:
    assert user.post("/language/en", {"next": "//evil.example"}).headers["Location"] == "/"
    assert user.post("/language/en", {"next": "/notices"}).headers["Location"] == "/notices"


def test_an_unexpected_error_shows_a_reference_and_no_stack(app: Flask, user: Browser) -> None:
    def broken() -> str:
        raise RuntimeError("secret detail")

    broken.access = "anyone"  # type: ignore[attr-defined]
    app.add_url_rule("/broken", "broken", broken)
    answer = user.get("/broken")
    assert answer.status_code == 500
    assert "secret detail" not in answer.text
    assert "Traceback" not in answer.text
    assert 'class="reference"' in answer.text


@pytest.mark.parametrize("content", [None, b"short"])
def test_the_portal_does_not_start_without_a_proper_secret(content: bytes | None, world: World, tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    settings.web.secret.unlink()
    if content:
        settings.web.secret.write_bytes(content)
    with pytest.raises(ConfigError, match="secret"):
        create_app(replace(world.runtime, settings=settings))
