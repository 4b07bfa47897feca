"""Login with a card: challenge, answer, session (spec PT-04, reliability.md P18); logout; the card agent's ticket."""

import base64
import binascii
import secrets

from flask import Blueprint, g, jsonify, make_response, redirect, request, session, url_for
from flask.typing import ResponseReturnValue

from hub.cards.tickets import make_ticket
from hub.contract.text import Text
from hub.errors import LoginRefused
from hub.services import accounts
from web import security
from web.auth import ANYONE, SESSION, access, login_of
from web.page import View, page
from web.site import read, runtime, say, site

views = Blueprint("login", __name__)

MALFORMED = Text("登录请求有误，请刷新页面重试", "The login request is malformed: reload the page")
NO_PLACE = Text("该账号没有可用的页面", "There is no page for this kind of account")
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
    view = View(id="v-login", title=say("登录"), key="login")
    return page("login.html", view, target=target, ended=request.args.get("ended", ""))


@views.post("/login/challenge")
@access(ANYONE)
def challenge() -> ResponseReturnValue:
    """What the card is to sign, once, within five minutes, from this browser."""
    made = accounts.challenge(runtime(), browser())
    return jsonify(nonce=made.nonce, payload=made.payload)


@views.post("/login/card")
@access(ANYONE)
def card() -> ResponseReturnValue:
    """The card's answer. A new session and a new form token, never the old ones."""
    sent = request.get_json(silent=True)
    try:
        names = ("nonce", "payload", "algorithm", "signature", "certificate")
        nonce, payload, algorithm, signature, certificate = (_text(sent, name) for name in names)
        opened = accounts.login(
            runtime(),
            browser=browser(),
            nonce=nonce,
            payload=payload,
            algorithm=algorithm,
            signature=base64.b64decode(signature, validate=True),
            certificate=base64.b64decode(certificate, validate=True),
            address=request.remote_addr,
        )
    except LoginRefused as refused:
        return jsonify(error=read(refused.text)), 403
    except (binascii.Error, ValueError):
        return jsonify(error=read(MALFORMED)), 400
    session.clear()
    response = make_response(jsonify(next=security.own_path(sent.get("next"))))
    fixed = {"httponly": True, "samesite": "Lax", "secure": site().secure, "path": "/"}
    response.set_cookie(site().cookie, opened.token, **fixed)
    for name in ("language", "display"):
        if opened.preferences.get(name):
            response.set_cookie(name, opened.preferences[name], max_age=365 * 24 * 3600, **fixed)
    return response


@views.post("/logout")
@access(SESSION)
def logout() -> ResponseReturnValue:
    """End the session at the server and in the browser (退出)."""
    accounts.logout(runtime(), login_of().token, "logout")
    session.clear()
    response = redirect(url_for("login.form", ended="logout"), 303)
    response.delete_cookie(site().cookie, path="/", secure=site().secure, httponly=True, samesite="Lax")
    response.delete_cookie("company-checked", path="/")
    response.headers["Clear-Site-Data"] = '"cache"'
    return response


@views.get("/card/ticket")
@access(ANYONE)
def ticket() -> ResponseReturnValue:
    """The hub's word, for the card agent, that this page is its own."""
    return jsonify(make_ticket(runtime().signer, runtime().settings.web.origin, runtime().clock.now()))


def _text(sent: object, name: str) -> str:
    """Raises ValueError."""
    value = sent.get(name) if isinstance(sent, dict) else None
    if not isinstance(value, str) or len(value) > 20_000:
        raise ValueError(name)
    return value
