"""The gate: every request passes it once, before its view. Each route states its access rule; none is open by default.

Order: Origin and form token (state-changing requests), then the session, then the rule (reliability.md B1, P20, P21).
"""

from collections.abc import Callable
from typing import Any, TypeVar

from flask import Flask, Request, abort, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask.wrappers import Response

from hub.contract.text import Text
from hub.errors import NotAllowed
from hub.runtime import Runtime
from hub.services import sessions
from hub.services.sessions import LoginSession
from web import security
from web.page import OPERATOR_ROLE
from web.site import site

View = TypeVar("View", bound=Callable[..., Any])

ANYONE, SESSION, ENTERPRISE, PARTNER, LOOPBACK = "anyone", "session", "enterprise", "partner", "loopback"
OPERATOR = "operator"
RULES = (ANYONE, SESSION, ENTERPRISE, OPERATOR, PARTNER, LOOPBACK)
ENTERPRISE_ROLES = ("LP", "OP", "PW")
LOOPBACKS = ("127.0.0.1", "::1")


class Forbidden(NotAllowed):
    """Your account may not do this."""

    status = 403
    zh = "当前账号无此权限"


NEEDS_ENTERPRISE = Text(
    "此功能供企业账号使用，请用企业的卡登录", "This is for enterprises: log in with an enterprise's card"
)
NEEDS_OPERATOR = Text("此功能供平台运营人员使用", "This is for the operators of the hub")
NEEDS_CARD = Text(  # spec PT-05, the manual's words
    "必须使用 IC 卡或 Ikey 等介质登录。如果使用用户名、口令方式登录，本系统无法正常显示。",
    "Log in with a card (IC card or IKey): this system is not shown to a login with user name and password.",
)


class NeedsCard(Forbidden):
    """This system needs a login with a card."""

    zh = "本系统需使用卡介质登录"


class NeedsLegalPerson(Forbidden):
    """Only the legal person's card may go on here."""

    zh = "当前账号非管理员"


def access(rule: str) -> Callable[[View], View]:
    """State who may call the view; the gate enforces it."""
    if rule not in RULES:
        raise ValueError(f"{rule!r} is no access rule")

    def mark(view: View) -> View:
        view.access = rule  # type: ignore[attr-defined]
        return view

    return mark


def rule_of(app: Flask, endpoint: str) -> str | None:
    """The access rule of a route; the files under /static are everyone's."""
    if endpoint == "static":
        return ANYONE
    return getattr(app.view_functions[endpoint], "access", None)


def install(app: Flask, runtime: Runtime) -> None:
    """Put the gate before every view; say in every answer until when the session lives."""

    @app.before_request
    def gate() -> ResponseReturnValue | None:
        g.login = None
        if request.endpoint == "static":
            return None
        if request.endpoint is None:  # an unknown address reads like a foreign record: same page, same shell
            g.login = _session(runtime, request)
            return None
        rule = rule_of(app, request.endpoint)
        if rule == PARTNER:
            return None
        security.check_origin(runtime)
        g.login = _session(runtime, request)
        return _admit(rule, g.login)

    @app.after_request
    def tell(response: Response) -> Response:
        login = g.get("login")
        if login is not None and "X-Background" not in request.headers:
            response.headers["X-Session-Expires"] = login.expires_at.isoformat()
        return response


def login_of() -> LoginSession:
    """The session of this request; the gate has made sure that there is one."""
    login: LoginSession = g.login
    return login


def _session(runtime: Runtime, asked: Request) -> LoginSession | None:
    token = asked.cookies.get(site().cookie)
    background = "X-Background" in asked.headers
    return sessions.find(runtime, token, asked.remote_addr, touch=not background) if token else None


def _admit(rule: str | None, login: LoginSession | None) -> ResponseReturnValue | None:
    """None when the rule is met, else the way on. A route without a rule admits nobody."""
    if rule == ANYONE or (rule == LOOPBACK and request.remote_addr in LOOPBACKS):
        return None
    if rule not in (SESSION, ENTERPRISE, OPERATOR):
        abort(404)
    if login is None:
        return _ask_login()
    if rule == ENTERPRISE and login.role not in ENTERPRISE_ROLES:
        raise Forbidden(NEEDS_ENTERPRISE)
    if rule == OPERATOR and login.role != OPERATOR_ROLE:
        raise Forbidden(NEEDS_OPERATOR)
    return None


def _ask_login() -> ResponseReturnValue:
    """Send the user to log in, and back here afterwards; what he typed waits in the draft."""
    back = security.own_path(request.full_path.rstrip("?")) if request.method == "GET" else "/"
    target = url_for("login.form", next=back)
    if not security.wants_fragment():
        return redirect(target, 302 if request.method == "GET" else 303)
    return render_template("parts/expired.html", target=target), 401
