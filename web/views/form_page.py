"""What the template of a form is handed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from flask import request
from werkzeug.datastructures import MultiDict

from hub.business.enclosures import MIB, Enclosure
from hub.contract.media import SUFFIXES, endings
from hub.contract.text import Text
from hub.errors import NotFound
from hub.services import act_content, papers, uploads
from hub.services.uploads import Upload
from hub.store.engine import reading
from web.forms import places
from web.forms.base import Form, Window
from web.forms.files import FileNote
from web.site import runtime, say, site
from web.views import magic, services
from web.views.common import act_links, need_link, partner_fact, partner_name, tables_of, tenant, value_text
from web.views.desk import Desk, offer_of
from web.views.errands import asker_path
from web.views.places import home_of
from web.views.typed import derived_texts, drawn, outdated, unknowable


@dataclass(frozen=True, kw_only=True)
class Enclosing:
    """An enclosure as its control shows it."""

    declared: Enclosure
    label: Text
    accept: str
    limits: str
    used: str  # of what all files may have together
    files: Sequence[Upload]
    about: Mapping[str, Mapping[str, Any]]  # the controls for what is said of each file


def enclosings(here: Desk) -> dict[str, Enclosing]:
    """The controls of the action's enclosures, by their code."""
    with reading(runtime().engine) as connection:
        files = uploads.of(connection, here.obj, here.action) if here.stored else []
    room = uploads.room(runtime().registry, here.obj, here.action) // MIB
    used = sum(file.size for file in files)
    return {
        row.code: Enclosing(
            declared=row,
            label=here.obj.kind.documents[row.code],
            accept=",".join(name for kind, names in SUFFIXES.items() if kind in row.types for name in names),
            limits=say(
                "支持{types}；单个文件不超过{each}MB，合计不超过{all}MB；支持多文件同时上传",
                types=say("、|列举").join(endings(row.types)),
                each=row.file_bytes // MIB,
                all=room,
            ),
            used=say("已用 {used} MB / {all} MB", used=f"{used / MIB:.1f}", all=room),
            files=[file for file in files if file.enclosure == row.code],
            about=FileNote().shown() if row.described else {},
        )
        for row in here.action.encloses
    }


def form_context(here: Desk, known: Mapping[str, Any], errors: Mapping[str, Text]) -> dict[str, Any]:
    """What the template of a form is handed. Raises NotFound for an action without one."""
    if here.page is None or here.form is None:
        raise NotFound
    obj, focus = here.obj, request.args.get("focus", "")
    with tenant() as mine:
        documents = mine.documents(obj) if here.stored else []
        room = mine.room(obj, obj.content)
        stopped = act_content.stopped(mine, obj, here.action, known, runtime().clock.now())
    others = act_links(here.listing, obj) if here.stored else []
    more, faults = drawn(here, known)
    brought = [name for name in here.form.brought(MultiDict()) if known.get(name)]
    held = {**obj.content, **more, **room}
    return {
        "outdated": outdated(here, more),
        "held": held,
        "held_text": {row.name: value_text(obj.kind, held, row.name) for row in obj.kind.fields if not row.rows},
        "form_step": 1 if here.page.first else 0,
        "magic": magic.of_form(obj, here.form),
        "desk": here,
        "printed": next(
            (row for row in documents if here.action.paper and row.kind == here.action.paper.printed), None
        ),
        "wording": papers.wording(here.action.paper) if here.action.paper else None,
        "obj": obj,
        "listing": here.listing,
        "action": here.action,
        "form_page": here.page,
        "introduction": services.told(here.line, here.page.beside) if here.page.beside else None,
        "fields": places.with_choices(here.form.shown(), known),
        "derived": derived_texts(here, known, more),
        "unknowable": unknowable(here),
        "source": request.values.get("from", ""),
        "asker": asker_path(here.listing),
        "focus": focus,
        "windows": {name: _window(here.form, name, known, focus, errors) for name in here.form.tables()},
        "conditions": [row.as_json() for row in here.form.conditions],
        "values": known,
        "errors": errors or (faults if brought else {}),
        "documents": documents,
        "tables": tables_of(obj),
        "enclosings": enclosings(here),
        "stopped": [text for text in dict.fromkeys(stopped.values()) if text not in errors.values()],
        "draft": here.draft,
        "draft_revision": here.draft.revision if here.draft else "",
        "signed": here.signed,
        "reading": site().portal.reading_seconds if here.page.reading else 0,
        "read": request.form.get("reading", ""),
        "need": need_link(offer_of(here), here.obj.partner),
        "others": [replace(link, primary=False) for link in others if link.path != here.path],
        "back": here.line.item(here.listing, here.page).path or home_of(obj),
        "partner_name": partner_name,
        "partner": partner_fact(here.listing, obj),
    }


def _window(form: Form, name: str, known: Mapping[str, Any], focus: str, errors: Mapping[str, Text]) -> Window:
    """The rows of ``name`` that the page shows: around the first wrong one, else around the one to go on in."""
    pointed = (key.split("-") for key in (*errors, focus))
    places = (int(parts[1]) for parts in pointed if parts[0] == name and len(parts) == 3 and parts[1].isdecimal())
    return form.tables()[name].window(known.get(name) or [], next(places, None))
