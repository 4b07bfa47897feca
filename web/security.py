"""What protects the browser's side: headers, Origin and form token, own paths only (reliability.md B1, P21)."""

import re
from collections.abc import Callable
from typing import Any, TypeVar

from flask import Flask, Response, request
from flask_wtf import CSRFProtect
from flask_wtf.csrf import CSRFError

from hub.errors import HubError
from hub.runtime import Runtime
from hub.services import audit
from hub.store.engine import writing

SAFE = ("GET", "HEAD", "OPTIONS")
OWN_PATH = re.compile(r"/(?![/\\])[\w\-./?=&%~+:,]*", re.ASCII)
FORM_OCTETS = 1_000_000  # of a page's POST; the partners' door has its own limit
csrf = CSRFProtect()
View = TypeVar("View", bound=Callable[..., Any])


class CrossSite(HubError):
    """The request did not come from a page of this portal: reload the page and try again."""

    status = 403
    zh = "请求不是来自本系统的页面，请刷新页面后重试"


def headers(agent: str, *, secure: bool) -> dict[str, str]:
    """The headers of every answer."""
    policy = (
        f"default-src 'self'; script-src 'self'; style-src 'self'; object-src 'none'; frame-src 'self'; "
        f"connect-src 'self' {agent}; form-action 'self'; base-uri 'none'; frame-ancestors 'self'"
    )
    found = {
        "Content-Security-Policy": policy,
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "SAMEORIGIN",
        "Referrer-Policy": "same-origin",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
    }
    return found | ({"Strict-Transport-Security": "max-age=31536000"} if secure else {})


def takes(octets: int) -> Callable[[View], View]:
    """The view's POST may have so many octets: it takes a file."""

    def mark(view: View) -> View:
        view.octets = octets  # type: ignore[attr-defined]
        return view

    return mark


def install(app: Flask, runtime: Runtime) -> None:
    """Headers on every answer, limits on every request; the form token is checked by :func:`check_origin`."""
    web = runtime.settings.web
    fixed = headers(web.agent, secure=web.origin.startswith("https://"))
    csrf.init_app(app)
    app.config.update(MAX_CONTENT_LENGTH=FORM_OCTETS, MAX_FORM_MEMORY_SIZE=FORM_OCTETS)

    @app.before_request
    def allow() -> None:
        view = app.view_functions.get(request.endpoint or "")
        request.max_content_length = getattr(view, "octets", FORM_OCTETS)

    @app.after_request
    def add(response: Response) -> Response:
        response.headers.extend(fixed)
        response.vary.add("HX-Request")
        if request.endpoint != "static":
            response.headers.setdefault("Cache-Control", "no-store")
        return response


def check_origin(runtime: Runtime) -> None:
    """Refuse a state-changing request that is not provably ours. Raises CrossSite, with an audit line."""
    if request.method in SAFE:
        return
    origin = request.headers.get("Origin")
    reason = None if origin == runtime.settings.web.origin else f"origin {str(origin)[:100]}"
    if reason is None:
        try:
            csrf.protect()
        except CSRFError as error:
            reason = str(error.description)
    if reason is None:
        return
    now = runtime.clock.now()
    with writing(runtime.engine) as connection:
        detail = {"path": request.path[:200], "reason": reason}
        audit.note(connection, now, "request.refused", who="anonymous", address=request.remote_addr, detail=detail)
    raise CrossSite


def own_path(target: object) -> str:
    """``target`` when it is a path of this portal, else the home page: nobody is sent elsewhere."""
    if isinstance(target, str) and OWN_PATH.fullmatch(target) and "@" not in target and "%2f" not in target.lower():
        return target
    return "/"


def wants_fragment() -> bool:
    """Whether the workspace asks for the view alone."""
    return "HX-Request" in request.headers
