"""What is typed into a form: gathered, kept as a draft, read, and what follows from it."""

from collections.abc import Mapping
from typing import Any

from flask import request

from hub.business import regions
from hub.business.kind import derive
from hub.contract.text import Text
from hub.errors import InvalidInput
from hub.services import drafts, linked, uploads
from hub.services.shapes import Draft
from hub.store.engine import reading
from web.auth import login_of
from web.forms.files import FileNote
from web.site import read, runtime
from web.views.common import tenant, value_text
from web.views.desk import Desk


def derived_texts(here: Desk, typed: Mapping[str, Any], more: Mapping[str, Any]) -> dict[str, str]:
    """The derived values of what is typed so far and of what is ``drawn`` from it, as they read."""
    if here.form is None or not here.obj.kind.derived:
        return {}
    known = {**here.obj.content, **here.form.right(typed), **more}
    values = derive(here.obj.kind, known)
    return {name: value_text(here.obj.kind, {**known, **values}, name) for name in values}


def unknowable(here: Desk) -> set[str]:
    """The derived values that nothing typed here brings about: the rule of a programme, where there is none."""
    if here.form is None or here.action.draws:
        return set()
    known = {name for name, value in here.obj.content.items() if value not in (None, "")} | here.form.fields.keys()
    found: set[str] = set()
    for row in here.obj.kind.derived:
        (known if known.issuperset(row.of) else found).add(row.name)
    return found


def number(text: str | None) -> int | None:
    """A revision that the page sent back."""
    return int(text) if text and text.isdigit() and len(text) < 10 else None


def gathered(here: Desk) -> dict[str, Any]:
    """What the page sent, as it was typed."""
    return here.form.gather(request.form, here.known) if here.form else {}


def altered(here: Desk) -> tuple[dict[str, Any], str]:
    """The values after a button within the form, and the control to go on in."""
    typed = gathered(here)
    command = request.form.get("row", "")
    fill = here.fills.get(command)
    if here.form is None or fill is None:
        return here.form.alter(typed, request.form) if here.form else (typed, "")
    filled = fill.by({**here.obj.content, **typed, "uscc": here.obj.enterprise})
    return {**typed, **{name: value for name, value in filled.items() if value}}, command


def as_read(shown: Mapping[str, Any], value: Any) -> str:
    """What was typed into a control, as a person reads it."""
    if shown["control"] == "region":
        return regions.full_name(value or "")
    if shown["control"] in ("rows", "picked", "chosen"):
        return "；".join("，".join(filter(None, map(str, row.values()))) for row in value or ())
    return read(shown["options"][value]) if value in shown.get("options", ()) else str(value or "")


def keep(here: Desk, values: Mapping[str, Any]) -> Draft:
    """``values`` as the form's draft, and what is typed of the enclosed files. Raises Stale."""
    describe(here)
    obj, revision = here.obj, number(request.form.get("draft_revision"))
    return drafts.save(runtime(), login_of().actor, obj.kind.code, obj.id, here.action.form or "", values, revision)


def describe(here: Desk) -> dict[str, Text]:
    """Keep what the page says of the enclosed files; what is wrong with it, by enclosure."""
    described = {row.code for row in here.action.encloses if row.described}
    if not described or not here.stored:
        return {}
    with reading(runtime().engine) as connection:
        files = [row for row in uploads.of(connection, here.obj, here.action) if row.enclosure in described]
    said: dict[str, dict[str, str]] = {}
    wrong: dict[str, Text] = {}
    note = FileNote()
    for file in files:
        typed = {name: request.form.get(f"about-{file.id}-{name}") for name in note.fields}
        if None in typed.values() or file.sent:
            continue
        try:
            texts = note.check(typed)
        except InvalidInput as error:
            wrong[file.enclosure] = next(iter(error.fields.values()))
            continue
        if texts != {name: getattr(file, name) or "" for name in texts}:
            said[file.id] = texts
    if said:
        uploads.describe(runtime(), login_of().actor, here.place, said)
    return wrong


def drawn(here: Desk, known: Mapping[str, Any]) -> tuple[Mapping[str, Any], Mapping[str, Text]]:
    """What follows from the records and partners that the form names by now, and what is wrong with them."""
    if here.form is None or here.action.draws is None:
        return {}, {}
    with tenant() as mine:
        try:
            return linked.draw(
                mine, runtime().registry, here.obj, here.action, here.form.right(known), runtime().clock.now()
            ), {}
        except InvalidInput as error:
            return {}, error.fields


def outdated(here: Desk, now: Mapping[str, Any]) -> list[dict[str, str]]:
    """What the object has from an earlier time and the one that offers says otherwise by now: label, was, is."""
    if here.form is None or here.page is None or not here.page.of:
        return []
    kind, before = here.obj.kind, here.obj.content
    changed = [
        (name, value_text(kind, before, name), value_text(kind, now, name))
        for name in now.keys() & before.keys() - here.form.fields.keys()
        if now[name] != before[name]
    ]
    return [
        {"label": read(kind.field(name).label), "was": was, "now": says}
        for name, was, says in (*changed, *here.form.outdated(before))
    ]
