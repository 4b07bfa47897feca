"""What a user does to an object: the entry form or the question, the draft, the card's payload, the act itself."""

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from flask import Blueprint, jsonify, redirect, request
from flask.typing import ResponseReturnValue
from flask.wrappers import Response

from hub.business.lifecycle import Action
from hub.contract.message import ActorSignature
from hub.contract.text import Text
from hub.errors import InvalidInput, NotAllowed, NotFound, SignatureRefused, Stale
from hub.services import accounts, actions
from hub.services.actions import CardAnswer
from hub.services.objects import BusinessObject, Draft
from web import security
from web.auth import ENTERPRISE, access, login_of
from web.forms.base import Form
from web.forms.rules import stricter
from web.lines.presentation import FormPage, LineView, Listing
from web.page import page
from web.site import moment, read, runtime, say, site
from web.views.common import object_view, offered, partner_name, place, tenant
from web.views.login import browser

views = Blueprint("acts", __name__)

ENCODED = ("signature", "certificate")  # fields of the form that hold base64


@dataclass(frozen=True, kw_only=True)
class Desk:
    """An action on an object, with what the page needs to show it."""

    line: LineView
    listing: Listing
    obj: BusinessObject
    action: Action
    page: FormPage | None
    form: Form | None
    draft: Draft | None

    @property
    def path(self) -> str:
        """Where the action is done."""
        return site().path(self.obj.kind, self.obj.id, self.action.name)


def desk(line: str, kind: str, object_id: str, action_name: str) -> Desk:
    """Raises NotFound for another enterprise's object and for an unknown action."""
    line_view, listing = place(line, kind)
    try:
        action = listing.kind.action(action_name)
    except KeyError:
        raise NotFound from None
    form_page = line_view.forms[action.form] if action.form else None
    with tenant() as mine:
        obj = mine.get(kind, object_id)
        draft = mine.draft(obj, action.form) if action.form else None
    adapter = runtime().registry.partners.get(obj.partner)
    rules = stricter(site().portal, adapter.sheet if adapter else None)
    return Desk(
        line=line_view,
        listing=listing,
        obj=obj,
        action=action,
        page=form_page,
        form=form_page.schema(rules) if form_page else None,
        draft=draft,
    )


@views.get("/<line>/<kind>/<object_id>/<action>")
@access(ENTERPRISE)
def ask(line: str, kind: str, object_id: str, action: str) -> Response:
    """The entry form, or the question before an act without one."""
    here = desk(line, kind, object_id, action)
    _require(here)
    known = {**here.obj.content, **(here.draft.values if here.draft else {})}
    return _form_page(here, known, {}) if here.form else _question(here)


@views.post("/<line>/<kind>/<object_id>/<action>")
@access(ENTERPRISE)
def act(line: str, kind: str, object_id: str, action: str) -> ResponseReturnValue:
    """Do it, once: the same page sent twice leads to the same result."""
    here = desk(line, kind, object_id, action)
    typed = request.form.to_dict()
    try:
        actions.perform(
            runtime(),
            login_of().actor,
            kind,
            object_id,
            action,
            _values(here, typed),
            _number(typed.get("revision")) or 0,
            _card_answer(typed),
        )
    except InvalidInput as error:
        return _form_page(here, typed, error.fields, 422) if here.form else _question(here, error.text, 422)
    except SignatureRefused as error:
        return _form_page(here, typed, {"": error.text}, 403) if here.form else _question(here, error.text, 403)
    except Stale:
        return _conflict(here, typed)
    return redirect(site().path(here.obj.kind, object_id, f"progress?action={action}"), 303)


@views.post("/<line>/<kind>/<object_id>/<action>/payload")
@access(ENTERPRISE)
def payload(line: str, kind: str, object_id: str, action: str) -> ResponseReturnValue:
    """What the card is to sign, or the form with its errors."""
    here = desk(line, kind, object_id, action)
    typed = request.form.to_dict()
    try:
        values = _values(here, typed)
    except InvalidInput as error:
        return _form_page(here, typed, error.fields, 422)
    if _number(typed.get("revision")) != here.obj.revision:
        return _conflict(here, typed)
    nonce = accounts.nonce(runtime(), browser())
    text = actions.signing_payload(runtime(), login_of().actor, kind, object_id, action, values, nonce)
    return jsonify(payload=text, nonce=nonce, title=_sign_title(here), summary=_summary(here, text))


@views.post("/<line>/<kind>/<object_id>/draft")
@access(ENTERPRISE)
def save(line: str, kind: str, object_id: str) -> ResponseReturnValue:
    """Keep what was typed, however incomplete (暂存)."""
    here = desk(line, kind, object_id, request.form.get("action", ""))
    if here.form is None or here.action.form is None:
        raise NotFound
    typed = {name: request.form.get(name, "") for name in here.form.fields}
    revision = _number(request.form.get("draft_revision"))
    try:
        draft = actions.save_draft(runtime(), login_of().actor, kind, object_id, here.action.form, typed, revision)
    except Stale as error:
        if not _by_script():
            return _conflict(here, request.form.to_dict())
        latest = here.draft
        kept = {"revision": latest.revision, "values": latest.values} if latest else {}
        return jsonify(error=read(error.text), **kept), 409
    if not _by_script():
        return redirect(here.path, 303)
    at = moment(draft.saved_at, "%H:%M:%S")
    return jsonify(saved_at=at, revision=draft.revision, text=say("已于 {time} 保存", time=at))


def _by_script() -> bool:
    return security.wants_fragment() or "application/json" in request.headers.get("Accept", "")


def _require(here: Desk) -> None:
    """Raises NotAllowed with the reason."""
    offer = next(row for row in offered(here.obj) if row.action is here.action)
    if not offer.allowed:
        raise NotAllowed(offer.reason)


def _values(here: Desk, typed: Mapping[str, str]) -> dict[str, Any]:
    """The form's values, checked. Raises InvalidInput."""
    if here.form is None:
        return {}
    return here.form.check(typed)


def _card_answer(typed: Mapping[str, str]) -> CardAnswer | None:
    """What the card signed, from the form's hidden fields. Raises SignatureRefused for what is not base64."""
    if not typed.get("signature"):
        return None
    try:
        value, certificate = (base64.b64decode(typed.get(name, ""), validate=True) for name in ENCODED)
    except (binascii.Error, ValueError):
        raise SignatureRefused from None
    signature = ActorSignature(
        payload=typed.get("payload", ""),
        algorithm=typed.get("algorithm", ""),
        value=value,
        certificate=certificate,
    )
    return CardAnswer(signature=signature, nonce=typed.get("nonce", ""), browser=browser())


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isdigit() and len(text) < 10 else None


def _form_page(here: Desk, known: Mapping[str, Any], errors: Mapping[str, Text], status: int = 200) -> Response:
    if here.page is None or here.form is None:
        raise NotFound
    title = read(here.page.title)
    view = object_view(here.line, here.listing, here.obj, here.action.name, title)
    with tenant() as mine:
        documents = mine.documents(here.obj)
    return page(
        here.page.template,
        view,
        status,
        desk=here,
        obj=here.obj,
        listing=here.listing,
        action=here.action,
        fields=here.form.shown(),
        values=known,
        errors=errors,
        documents=documents,
        draft=here.draft,
        draft_revision=known.get("draft_revision", here.draft.revision if here.draft else ""),
        signed=here.action.signed and login_of().fingerprint is not None,
        draft_path=site().path(here.obj.kind, here.obj.id, "draft"),
        path=here.path,
        back=site().path(here.obj.kind),
        partner_name=partner_name,
    )


def _question(here: Desk, error: Text | None = None, status: int = 200) -> Response:
    view = object_view(here.line, here.listing, here.obj, here.action.name, read(here.action.label))
    return page(
        "question.html",
        view,
        status,
        obj=here.obj,
        action=here.action,
        question=read(here.action.question) or say("是否确认提交?"),
        error=read(error),
        path=here.path,
        back=site().path(here.obj.kind, here.obj.id),
        receiver=partner_name(here.obj.partner),
    )


def _conflict(here: Desk, typed: Mapping[str, str]) -> Response:
    """Somebody else was faster: both values, and the choice (ui.md 5.14)."""
    view = object_view(here.line, here.listing, here.obj, "conflict", say("记录已被他人修改"))
    theirs = {**here.obj.content, **(here.draft.values if here.draft else {})}
    fields = here.form.shown() if here.form else {}
    rows = [
        {"name": name, "label": read(shown["label"]), "mine": typed.get(name, ""), "theirs": theirs.get(name, "")}
        for name, shown in fields.items()
        if shown["control"] != "tick"
    ]
    return page(
        "conflict.html",
        view,
        409,
        obj=here.obj,
        rows=rows,
        path=here.path,
        draft_path=site().path(here.obj.kind, here.obj.id, "draft"),
        action=here.action,
        draft_revision=here.draft.revision if here.draft else "",
        detail=site().path(here.obj.kind, here.obj.id),
    )


def _sign_title(here: Desk) -> str:
    return say("用卡签名：{what}", what=read(here.action.label))


def _summary(here: Desk, text: str) -> list[list[str]]:
    """What the holder reads before the PIN: what, to whom, which content."""
    digest = sha256(text.encode()).hexdigest().upper()
    return [
        [say("签署内容"), f"{here.obj.title} {read(here.obj.kind.label)} {here.obj.number}"],
        [say("接收方"), partner_name(here.obj.partner)],
        [say("内容摘要"), f"{digest[:4]} {digest[4:8]} … {digest[-4:]}"],
    ]
