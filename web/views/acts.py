"""What a user does to an object: the entry form or the question, the draft, the card's payload, the act itself."""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from flask import Blueprint, flash, jsonify, redirect, request
from flask.typing import ResponseReturnValue
from flask.wrappers import Response

from hub.contract.text import Text
from hub.errors import InvalidInput, NotFound, SignatureRefused, Stale
from hub.services import actions, nonces, papers
from hub.services.signing import PDF
from web import security
from web.auth import ENTERPRISE, access, login_of
from web.page import DIALOG, View, page
from web.site import moment, read, runtime, say, site
from web.views import journeys, reading
from web.views.beginnings import chosen_receiver, receivers, source_of
from web.views.card import card_answer, short_digest
from web.views.common import act_links, partner_name, place, tenant
from web.views.desk import Desk, again, desk, has_place, looking_desk, new_desk, require
from web.views.documents import as_file
from web.views.errands import errand_path, fill_in
from web.views.form_page import form_context
from web.views.grid import grid
from web.views.login import browser
from web.views.places import home_of, new_view, object_view
from web.views.typed import altered, as_read, derived_texts, describe, drawn, gathered, keep, number

views = Blueprint("acts", __name__)

SHOWS = {"shown", "row", "errand", "checked"}  # buttons of these names want the page, not a word about the saving


@views.get("/<line>/<kind>/new")
@access(ENTERPRISE)
def new(line: str, kind: str) -> Response:
    """The entry form of an object that is not there yet, or the choice of its receiver."""
    line_view, listing = place(line, kind)
    source, opening = source_of(listing)
    receiver = source.partner if source else chosen_receiver(listing.kind)
    here = new_desk(line_view, listing, receiver or "", opening)
    if receiver is None:
        view = new_view(line_view, listing, read(here.page.title if here.page else listing.create))
        return _choose(here, view, receivers(listing.kind))
    brought = here.form.brought(request.args) if here.form else {}
    return _form_page(here, {**here.known, **brought}, {})


def _choose(here: Desk, view: View, choices: list[tuple[str, str, str]]) -> Response:
    """The first step: who receives it."""
    back = site().path(here.obj.kind)
    return page("choose.html", view, choices=choices, back=back, form_page=here.page, form_step=0)


@views.get("/<line>/<kind>/<object_id>/<action>")
@access(ENTERPRISE)
def ask(line: str, kind: str, object_id: str, action: str) -> Response:
    """The entry form, or the question before an act without one."""
    here = desk(line, kind, object_id, action)
    require(here)
    if here.listing.journey and action == here.listing.journey.finish:
        return _journey(here)
    if here.page and here.page.anew and here.obj.submission and "partner" not in request.args:
        view = object_view(here.line, here.listing, here.obj, action, read(here.page.title))
        return _choose(here, view, again(here))
    return _form_page(here, here.known, {}) if here.form else _question(here)


@views.post("/<line>/<kind>/<object_id>/<action>")
@access(ENTERPRISE)
def act(line: str, kind: str, object_id: str, action: str) -> ResponseReturnValue:
    """Do it, once: the same page sent twice leads to the same result."""
    here = desk(line, kind, object_id, action)
    has_place(here)
    posted, typed = request.form.to_dict(), gathered(here)
    try:
        _fresh(here, typed)
        done = actions.perform(
            runtime(),
            login_of().actor,
            kind,
            object_id,
            action,
            _values(here, typed),
            number(posted.get("revision")) or 0,
            card_answer(posted),
        )
    except InvalidInput as error:
        return _again(here, typed, error.fields) if here.form else _question(here, error.text, 422)
    except SignatureRefused as error:
        return _form_page(here, typed, {"": error.text}, 403) if here.form else _question(here, error.text, 403)
    except Stale:
        return _conflict(here, typed)
    with tenant() as mine:
        onward = journeys.onward(mine, here.listing, here.action, done)
    onward = onward or fill_in(here.listing, done)
    if here.action.sends and not onward:
        return redirect(site().path(here.obj.kind, object_id, f"progress?action={action}"), 303)
    flash(read(here.action.waiting) or read(here.action.done) or say("{action}已完成", action=read(here.action.label)))
    if onward:
        return redirect(onward, 303)
    gone = here.obj.kind.discards(here.action)
    entry = here.obj.kind.entry if done.states["state"] in here.listing.form_first else None
    return redirect(
        site().path(here.obj.kind, *(() if gone else (object_id, entry.name) if entry else (object_id,))), 303
    )


@views.post("/<line>/<kind>/<object_id>/<action>/payload")
@access(ENTERPRISE)
def payload(line: str, kind: str, object_id: str, action: str) -> ResponseReturnValue:
    """What the card is to sign, or the form with its errors."""
    here = desk(line, kind, object_id, action)
    has_place(here)
    typed = gathered(here)
    try:
        _fresh(here, typed)
        values = _values(here, typed)
    except InvalidInput as error:
        return _again(here, typed, error.fields)
    except Stale:
        return _conflict(here, typed)
    if number(request.form.get("revision")) != here.obj.revision:
        return _conflict(here, typed)
    nonce = nonces.new(runtime(), browser())
    try:
        text = actions.signing_payload(runtime(), login_of().actor, kind, object_id, action, values, nonce)
    except InvalidInput as error:
        return _again(here, typed, error.fields)
    except SignatureRefused as error:
        return _form_page(here, typed, {"": error.text}, 403) if here.form else _question(here, error.text, 403)
    paper = here.action.paper and f"{here.path}/paper/{nonces.digest(nonce)}"
    return jsonify(payload=text, nonce=nonce, title=_sign_title(here), summary=_summary(here, text), paper=paper)


@views.get("/<line>/<kind>/<object_id>/<action>/paper/<reference>")
@access(ENTERPRISE)
def paper(line: str, kind: str, object_id: str, action: str, reference: str) -> Response:
    """The document that the card is asked to sign, byte for byte, as long as the signature may be used."""
    here = desk(line, kind, object_id, action)
    if here.action.paper is None:
        raise NotFound
    content = papers.shown(runtime(), reference, browser())
    return as_file(f"{papers.wording(here.action.paper).title} {here.obj.number}.pdf", PDF, content)


@views.post("/<line>/<kind>/<object_id>/<action>/derived")
@access(ENTERPRISE)
def derived(line: str, kind: str, object_id: str, action: str) -> Response:
    """The derived values of what is typed so far, as they read; nothing is stored."""
    here = looking_desk(line, kind, object_id, action)
    if here.form is None:
        raise NotFound
    typed = gathered(here)
    return jsonify(derived_texts(here, typed, drawn(here, typed)[0]))


@views.post("/<line>/<kind>/<object_id>/draft")
@access(ENTERPRISE)
def save(line: str, kind: str, object_id: str) -> ResponseReturnValue:
    """Keep what was typed, however incomplete (暂存)."""
    here = desk(line, kind, object_id, request.form.get("action", ""))
    if here.form is None:
        raise NotFound
    typed, focus = altered(here)
    by_script = _by_script()
    try:
        draft = keep(here, typed)
    except Stale as error:
        if not by_script:
            return _conflict(here, typed)
        latest = here.draft
        kept = {"revision": latest.revision, "values": latest.values} if latest else {}
        return jsonify(error=read(error.text), **kept), 409
    onwards = _onwards(here, focus)
    if onwards:
        return redirect(onwards, 303)
    if "checked" in request.form:
        return _checked(replace(here, draft=draft), typed)
    if not by_script:
        flash(say("已暂存"))
        return redirect(here.path, 303)
    at = moment(draft.saved_at, "%H:%M:%S")
    return jsonify(saved_at=at, revision=draft.revision, path=here.path, text=say("已于 {time} 保存", time=at))


def _checked(here: Desk, typed: Mapping[str, Any]) -> ResponseReturnValue:
    """保存: what is kept by now is checked as when it is sent, and the user told how it stands (C-57)."""
    try:
        _values(here, typed)
    except InvalidInput as error:
        return _form_page(here, typed, error.fields, 422)
    flash(say("保存成功，尚未提交。核对无误后请点击“{submit}”。", submit=read(here.label)), DIALOG)
    return redirect(here.path, 303)


def _onwards(here: Desk, focus: str) -> str | None:
    """Where a button within the form leads as soon as what is typed is kept."""
    command, errand = request.form.get("row"), here.errands.get(request.form.get("errand", ""))
    if here.form and command and (name := command.removeprefix("import:")) in here.form.tables():
        return f"{here.path}/import/{name}"
    if command is not None:
        return f"{here.path}?focus={focus}"
    return errand_path(here.obj, errand) if errand else None


def _by_script() -> bool:
    """Whether drafts.js asks. A button that is to show the page anew says so by its name."""
    asked = security.wants_fragment() or "application/json" in request.headers.get("Accept", "")
    return asked and not SHOWS & set(request.form)


def _values(here: Desk, typed: Mapping[str, Any]) -> dict[str, Any]:
    """The form's values, checked, and what is said of the files. Raises InvalidInput."""
    wrong = describe(here)
    values = here.form.check(typed) if here.form else {}
    if wrong:
        raise InvalidInput(wrong)
    return values | reading.require(here)


def _fresh(here: Desk, typed: Mapping[str, Any]) -> None:
    """Raises Stale when the draft was saved elsewhere since this page was shown, with other values."""
    revision = number(request.form.get("draft_revision"))
    if here.draft and revision is not None and revision != here.draft.revision and here.draft.values != typed:
        raise Stale


def _again(here: Desk, typed: Mapping[str, Any], errors: Mapping[str, Text]) -> Response:
    """The form with its errors; what was typed is kept, whatever becomes of the page."""
    try:
        draft = keep(here, typed)
    except Stale:
        return _conflict(here, typed)
    return _form_page(replace(here, draft=draft), typed, errors, 422)


def _form_page(here: Desk, known: Mapping[str, Any], errors: Mapping[str, Text], status: int = 200) -> Response:
    context = form_context(here, known, errors)
    if here.listing.form_above:
        context["grid"] = grid(here.line, here.listing)
    title = read(context["form_page"].title)
    stored = here.stored
    view = (
        object_view(here.line, here.listing, here.obj, here.action.name, title, here.page)
        if stored
        else new_view(here.line, here.listing, title, here.page)
    )
    response = page(context["form_page"].template, view, status, **context, **_asked(here))
    if stored:
        response.headers["Content-Location"] = here.path  # a reload finds what is kept
    return response


def _question(here: Desk, error: Text | None = None, status: int = 200) -> Response:
    view = object_view(here.line, here.listing, here.obj, here.action.name, read(here.action.label))
    return page(
        "question.html",
        view,
        status,
        obj=here.obj,
        action=here.action,
        signed=here.signed,
        error=read(error),
        back=site().path(here.obj.kind, here.obj.id),
        **_asked(here),
    )


def _asked(here: Desk) -> dict[str, str]:
    """What a page that asks says: the question, and who will hear of it."""
    return {
        "question": read(here.action.question) or say("是否确认提交?"),
        "path": here.path,
        "receiver": partner_name(here.obj.partner) if here.action.sends else "",
    }


def _journey(here: Desk) -> Response:
    """The stages before the object is sent; the last one's button when the others are done."""
    view = object_view(
        here.line,
        here.listing,
        here.obj,
        here.action.name,
        read(here.listing.journey.title if here.listing.journey else None),
    )
    with tenant() as mine:
        stages = journeys.stages(mine, here.listing, here.obj)
    others = [link for link in act_links(here.listing, here.obj, tuple(here.listing.acts)) if link.path != here.path]
    return page(
        "journey.html",
        view,
        desk=here,
        obj=here.obj,
        action=here.action,
        signed=here.signed,
        stages=stages,
        others=others,
        back=home_of(here.obj),
    )


def _conflict(here: Desk, typed: Mapping[str, Any]) -> Response:
    """Somebody else was faster: both values, and the choice (ui.md 5.14)."""
    view = object_view(here.line, here.listing, here.obj, "conflict", say("记录已被他人修改"))
    theirs = here.known
    fields = here.form.shown() if here.form else {}
    rows = [
        {
            "label": read(shown["label"]),
            "mine": as_read(shown, typed.get(name)),
            "theirs": as_read(shown, theirs.get(name)),
        }
        for name, shown in fields.items()
        if shown["control"] != "tick"
    ]
    return page(
        "conflict.html",
        view,
        409,
        obj=here.obj,
        rows=rows,
        mine=here.form.spread(typed) if here.form else [],
        path=here.path,
        draft_path=here.draft_path,
        action=here.action,
        draft_revision=here.draft.revision if here.draft else "",
        detail=site().path(here.obj.kind, here.obj.id),
    )


def _sign_title(here: Desk) -> str:
    return say("输入IC卡密码：{what}", what=read(here.action.label))


def _summary(here: Desk, text: str) -> list[list[str]]:
    """What the holder reads before the PIN: what, to whom, which content; the agent's window shows the same digest."""
    matter = json.loads(text).get("matter")
    return [
        *([[say("办理事项"), matter]] if matter else []),
        [say("签署内容"), f"{here.obj.title} {read(here.obj.kind.label)} {here.obj.number}"],
        [say("接收方"), partner_name(here.obj.partner)],
        [say("内容摘要"), short_digest(text)],
    ]
