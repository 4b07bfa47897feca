"""The enterprise's files on a form: whole by a plain post, or in parts that go on after a dropped connection."""

import uuid

from flask import Blueprint, flash, jsonify, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask.wrappers import Response

from hub.errors import InvalidInput, NotFound
from hub.services import uploads
from web.auth import ENTERPRISE, access, login_of
from web.security import takes
from web.site import read, runtime, say
from web.views.desk import Desk, desk
from web.views.documents import as_file
from web.views.form_page import enclosings
from web.views.typed import gathered, keep

views = Blueprint("uploads", __name__, url_prefix="/<line>/<kind>/<object_id>/<action>/files")

WHOLE_OCTETS = 21_000_000  # of a post of whole files: four of the largest


@views.post("")
@access(ENTERPRISE)
@takes(WHOLE_OCTETS)
def attach(line: str, kind: str, object_id: str, action: str) -> ResponseReturnValue:
    """Whole files, with the rest of the form, which is kept as a draft: what a page without JavaScript sends."""
    here = _here(line, kind, object_id, action)
    if here.form:
        keep(here, gathered(here))
    enclosure = request.form.get("enclosure", "")
    for file in request.files.getlist(f"file-{enclosure}"):
        name = file.filename or ""
        try:
            uploads.take(runtime(), login_of().actor, here.place, enclosure, uuid.uuid4().hex, name, file.stream.read())
        except InvalidInput as error:
            flash(say("{name}未上传：{reason}", name=name[:100], reason=_reason(error)))
    return redirect(here.path, 303)


@views.get("")
@access(ENTERPRISE)
def listed(line: str, kind: str, object_id: str, action: str) -> str:
    """The files of one enclosure, as the form shows them."""
    here = _here(line, kind, object_id, action)
    shown = enclosings(here).get(request.args.get("enclosure", ""))
    if shown is None:
        raise NotFound
    return render_template("files_part.html", desk=here, shown=shown)


@views.post("/<upload_id>")
@access(ENTERPRISE)
def begin(line: str, kind: str, object_id: str, action: str, upload_id: str) -> ResponseReturnValue:
    """Announce a file that comes in parts: how much of it is here."""
    here = _here(line, kind, object_id, action)
    name, enclosure, size = (request.form.get(key, "") for key in ("name", "enclosure", "size"))
    announced = int(size) if size.isdecimal() and len(size) < 10 else 0
    try:
        received = uploads.begin(runtime(), login_of().actor, here.place, enclosure, upload_id, name, announced)
    except InvalidInput as error:
        return _refused(error)
    return jsonify(received=received, part=uploads.PART_BYTES)


@views.post("/<upload_id>/<int:start>")
@access(ENTERPRISE)
def part(line: str, kind: str, object_id: str, action: str, upload_id: str, start: int) -> ResponseReturnValue:
    """One part: how much of the file is here now."""
    here = _here(line, kind, object_id, action)
    content = request.get_data(cache=False)
    try:
        received = uploads.append(runtime(), login_of().actor, here.place, upload_id, start, content)
    except InvalidInput as error:
        return _refused(error)
    return jsonify(received=received)


@views.get("/<upload_id>")
@access(ENTERPRISE)
def show(line: str, kind: str, object_id: str, action: str, upload_id: str) -> Response:
    """The file: shown where the browser can be trusted with it, else downloaded."""
    file = uploads.read(runtime(), login_of().actor, _here(line, kind, object_id, action).place, upload_id)
    return as_file(file.name, file.media_type, file.content)


@views.post("/<upload_id>/remove")
@access(ENTERPRISE)
def remove(line: str, kind: str, object_id: str, action: str, upload_id: str) -> ResponseReturnValue:
    """Take it out again; what was typed beside it is kept as a draft."""
    here = _here(line, kind, object_id, action)
    if here.form and "draft_revision" in request.form:
        keep(here, gathered(here))
    uploads.remove(runtime(), login_of().actor, here.place, upload_id)
    return redirect(here.path, 303)


def _here(line: str, kind: str, object_id: str, action: str) -> Desk:
    """Raises NotFound, for an action that encloses nothing too."""
    here = desk(line, kind, object_id, action)
    if not here.action.encloses:
        raise NotFound
    return here


def _refused(error: InvalidInput) -> ResponseReturnValue:
    return jsonify(error=_reason(error)), 422


def _reason(error: InvalidInput) -> str:
    return "；".join(map(read, error.fields.values()))
