"""Login with a card: challenge, answer, session (spec PT-04, reliability.md P18); by password; logout; tickets."""

import base64
import binascii
import secrets
from collections.abc import Mapping

from flask import Blueprint, g, jsonify, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from flask.wrappers import Response
from werkzeug.wrappers import Response as BaseResponse

from hub.cards.tickets import make_ticket
from hub.contract.text import Text
from hub.errors import LoginRefused, NotFound
from hub.services import card_login, passwords, sessions
from hub.services.sessions import LoginSession
from web import captcha, security
from web.auth import ANYONE, SESSION, access, login_of
from web.page import View, page
from web.site import KEPT, keep, read, runtime, say, site

views = Blueprint("login", __name__)

MALFORMED = Text("登录请求有误，请刷新页面重试", "The login request is malformed: reload the page")
REASONS = {"CARD_MISMATCH": "card mismatch", "CARD_LOGIN": "login with card"}  # that a page may give for a logout
LONGEST = 20_000  # characters of one value of a card's answer
LONGEST_WORD = 200  # characters of a name, password or code
BROWSER = "browser"  # the pre-login cookie that a challenge is bound to


def browser() -> str:
    """This browser, before and after login: a random value in the signed form cookie."""
    if BROWSER not in session:
        session[BROWSER] = secrets.token_urlsafe(32)
    return str(session[BROWSER])


@views.get("/login")
@access(ANYONE)
def form() -> ResponseReturnValue:
    """The login page; who is logged in already goes on."""
    target = security.own_path(request.args.get("next"))
    if g.login is not None:
        return redirect(target)
    by = request.args.get("by")
    return _form(target, by if by in site().portal.logins else site().portal.logins[0])


def _form(target: str, by: str, *, name: str = "", error: Text | None = None, code: bool = False) -> Response:
    view = View(id="v-login", title=say("登录"), key="login")
    pages = [
        (f"/{line.line.code}/{name}", read(shown.invitation))
        for line in site().lines.values()
        for name, shown in line.pages.items()
    ]
    return page(
        "login.html",
        view,
        403 if error else 200,
        target=target,
        ended=request.args.get("ended", ""),
        pages=pages,
        by=by,
        name=name,
        error=read(error),
        code=captcha.issue(browser()) if code else "",
    )


@views.post("/login/password")
@access(ANYONE)
def password() -> ResponseReturnValue:
    """User name, password and, after failures, the verification code (spec PT-03, PT-20)."""
    if "password" not in site().portal.logins:
        raise NotFound
    sent = {name: request.form.get(name, "")[:LONGEST_WORD] for name in ("name", "password", "code_id", "code")}
    target = security.own_path(request.form.get("next"))
    human = bool(sent["code_id"]) and captcha.solved(sent["code_id"], sent["code"], browser())
    try:
        opened = passwords.login(
            runtime(), name=sent["name"], password=sent["password"], human=human, address=request.remote_addr
        )
    except LoginRefused as refused:
        wrong_code = isinstance(refused, passwords.CodeNeeded) and bool(sent["code_id"])
        error = passwords.CODE if wrong_code else refused.text
        code = passwords.needs_code(runtime(), sent["name"])
        return _form(target, "password", name=sent["name"], error=error, code=code)
    return _enter(redirect(target, 303), opened)


@views.get("/login/code/<code_id>.png")
@access(ANYONE)
def picture(code_id: str) -> ResponseReturnValue:
    """The verification code to be read."""
    return Response(captcha.picture(code_id, browser()), mimetype="image/png")


@views.get("/login/code/<code_id>.wav")
@access(ANYONE)
def sound(code_id: str) -> ResponseReturnValue:
    """The verification code to be heard."""
    return Response(captcha.sound(code_id, browser()), mimetype="audio/wav")


@views.post("/login/challenge")
@access(ANYONE)
def challenge() -> ResponseReturnValue:
    """What the card is to sign, once, within five minutes, from this browser."""
    made = card_login.challenge(runtime(), browser())
    return jsonify(nonce=made.nonce, payload=made.payload)


@views.post("/login/card")
@access(ANYONE)
def card() -> ResponseReturnValue:
    """The card's answer. A new session and a new form token, never the old ones."""
    body = request.get_json(silent=True)
    sent = body if isinstance(body, dict) else {}
    try:
        opened = card_login.login(
            runtime(),
            browser=browser(),
            nonce=_text(sent, "nonce"),
            payload=_text(sent, "payload"),
            algorithm=_text(sent, "algorithm"),
            signature=base64.b64decode(_text(sent, "signature"), validate=True),
            certificate=base64.b64decode(_text(sent, "certificate"), validate=True),
            address=request.remote_addr,
        )
    except LoginRefused as refused:
        return jsonify(error=read(refused.text)), 403
    except (binascii.Error, ValueError):
        return jsonify(error=read(MALFORMED)), 400
    return _enter(jsonify(next=security.own_path(sent.get("next"))), opened)


def _enter(response: BaseResponse, opened: LoginSession) -> BaseResponse:
    """A new session and a new form token, never the old ones; the account's language and type size."""
    session.clear()
    keep(response, site().cookie, opened.token)
    for name in ("language", "display"):
        if opened.preferences.get(name):
            keep(response, name, str(opened.preferences[name]), days=KEPT)
    return response


@views.post("/logout")
@access(SESSION)
def logout() -> ResponseReturnValue:
    """End the session at the server and in the browser (退出)."""
    reason = REASONS.get(request.form.get("reason", ""), "logout")
    sessions.end(runtime(), login_of().token, reason)
    return _farewell()


@views.post("/logout/everywhere")
@access(SESSION)
def logout_everywhere() -> ResponseReturnValue:
    """End all sessions of this account, in every browser (在所有地方退出)."""
    sessions.end_everywhere(runtime(), login_of())
    return _farewell()


def _farewell() -> ResponseReturnValue:
    session.clear()
    back = security.own_path(request.form.get("next"))
    response = redirect(url_for("login.form", ended="logout", next=back if back != "/" else None), 303)
    response.delete_cookie(site().cookie, path="/", secure=site().secure, httponly=True, samesite="Lax")
    response.delete_cookie("company-checked", path="/")
    return response


@views.get("/card/agent")
@access(ANYONE)
def agent() -> ResponseReturnValue:
    """How to install and start the card agent (下载控件)."""
    return page("card_agent.html", View(id="v-agent", title=say("安装读卡程序"), key="card/agent"))


@views.get("/card/ticket")
@access(ANYONE)
def ticket() -> ResponseReturnValue:
    """The hub's word, for the card agent, that this page is its own."""
    return jsonify(make_ticket(runtime().signer, runtime().settings.web.origin, runtime().clock.now()))


def _text(sent: Mapping[str, object], name: str) -> str:
    """Raises ValueError."""
    value = sent.get(name)
    if not isinstance(value, str) or len(value) > LONGEST:
        raise ValueError(name)
    return value
