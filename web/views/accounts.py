"""Accounts and cards (账号与卡): who logs in with what, and what is delegated to whom (ROLE-06)."""

from datetime import date, timedelta

from flask import Blueprint, flash, jsonify, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask.wrappers import Response

from hub.business import RIGHTS
from hub.business.numbers import SHANGHAI
from hub.business.roles import LP
from hub.contract.text import Text
from hub.errors import InvalidInput, NotAllowed, NotFound, SignatureRefused
from hub.services import authority, card_requests, nonces
from hub.services.authority import ACTS, REASONS, Wish
from web.auth import ENTERPRISE, access, login_of
from web.page import View, below_home, page
from web.site import read, runtime, say
from web.views.card import card_answer, short_digest
from web.views.login import browser

views = Blueprint("accounts", __name__)

TEXTS = ("account", "right", "delegation", "card", "reason")  # fields of a wish
REFUSED = (InvalidInput, NotAllowed, SignatureRefused)  # shown on the page itself
USUAL = timedelta(days=90)  # of a new delegation
SIGN_FIRST = Text("请先用卡签名", "Sign with the card first")


@views.get("/accounts")
@access(ENTERPRISE)
def overview() -> Response:
    """Accounts, cards, cards that wait, delegations: all of them for who decides, else one's own."""
    return _page(None)


@views.post("/accounts/<act>/payload")
@access(ENTERPRISE)
def payload(act: str) -> ResponseReturnValue:
    """What the decider's card is to sign, or the page with the reason."""
    wish = _wish(act)
    nonce = nonces.new(runtime(), browser())
    try:
        plan, text = authority.payload(runtime(), login_of().actor, wish, nonce)
    except REFUSED as refused:
        return _page(_reason(refused), refused.status)
    summary = [
        [say("办理事项"), plan.matter],
        [say("账号"), plan.account.name],
        [say("内容摘要"), short_digest(text)],
    ]
    return jsonify(
        payload=text, nonce=nonce, title=say("输入IC卡密码：{what}", what=read(ACTS[act].label)), summary=summary
    )


@views.post("/accounts/<act>")
@access(ENTERPRISE)
def act(act: str) -> ResponseReturnValue:
    """Do it, with the card's word."""
    wish = _wish(act)
    try:
        answer = card_answer(request.form.to_dict())
        if answer is None:
            raise SignatureRefused(SIGN_FIRST)
        authority.perform(runtime(), login_of().actor, wish, answer)
    except REFUSED as refused:
        return _page(_reason(refused), refused.status)
    flash(read(ACTS[act].done))
    return redirect(url_for("accounts.overview"), 303)


def _wish(act: str) -> Wish:
    """Raises NotFound."""
    if act not in ACTS:
        raise NotFound
    try:
        until = date.fromisoformat(request.form.get("until", ""))
    except ValueError:
        until = None
    texts = {name: request.form.get(name, "")[:100] for name in TEXTS}
    return Wish(act=act, until=until, **texts)


def _reason(refused: InvalidInput | NotAllowed | SignatureRefused) -> Text:
    fields = refused.fields if isinstance(refused, InvalidInput) else {}
    return next(iter(fields.values()), refused.text)


def _page(error: Text | None, status: int = 200) -> Response:
    title, actor = say("账号与卡"), login_of().actor
    now = runtime().clock.now()
    today = now.astimezone(SHANGHAI).date()
    view = View(id="v-accounts", title=title, key="accounts", crumbs=below_home(title))
    return page(
        "accounts.html",
        view,
        status,
        known=authority.overview(runtime(), actor),
        error=read(error) if error else "",
        decides=actor.role == LP,
        manages=authority.manages(actor),
        acts=ACTS,
        reasons=REASONS,
        rights=RIGHTS,
        code=card_requests.code,
        now=now,
        own=actor.certificate,
        first=today,
        last=today + authority.LONGEST,
        usual=today + USUAL,
    )
