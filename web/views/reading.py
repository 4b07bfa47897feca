"""A document that has to be read before it is agreed to (强制查看, spec CI-GD-07..11; S1:39).

When the page opens the document it gets a token: for this object and this file, with the time. What is submitted too
early, without a token, or after the file has changed, is refused; the page counts the seconds only while it is seen.
"""

from datetime import datetime, timedelta
from typing import Any

from flask import Blueprint, current_app, jsonify, request
from flask.wrappers import Response
from itsdangerous import BadSignature, URLSafeSerializer

from hub.contract.text import Text
from hub.errors import InvalidInput, NotFound
from hub.services.shapes import DocumentRow
from web.auth import ENTERPRISE, access, login_of
from web.site import read, runtime, site
from web.views.common import tenant
from web.views.desk import Desk, desk

views = Blueprint("reading", __name__)


@views.post("/<line>/<kind>/<object_id>/<action>/reading")
@access(ENTERPRISE)
def opened(line: str, kind: str, object_id: str, action: str) -> Response:
    """The reader has the document before her: where it is, and the token."""
    here = desk(line, kind, object_id, action)
    found = _document(here)
    if found is None:
        raise NotFound
    facts = {**_facts(here, found), "at": runtime().clock.now().isoformat()}
    title = read(here.obj.kind.documents[found.kind])
    seconds = site().portal.reading_seconds
    return jsonify(token=_seal().dumps(facts), seconds=seconds, path=f"/documents/{found.id}", title=title)


def require(here: Desk) -> dict[str, Any]:
    """What proves the reading: the document, and for how long it lay open at least; empty where none is asked for.

    Raises InvalidInput naming the tick when the document was not read for as long as the portal asks.
    """
    found = _document(here)
    if found is None or here.page is None or here.page.reading is None:
        return {}
    least = timedelta(seconds=site().portal.reading_seconds)
    try:
        facts = _seal().loads(request.form.get("reading", ""))
        read_for = runtime().clock.now() - datetime.fromisoformat(facts.pop("at"))
    except (BadSignature, KeyError, ValueError, AttributeError):
        facts, read_for = {}, timedelta()
    if facts != _facts(here, found) or read_for < least:
        seconds = site().portal.reading_seconds
        raise InvalidInput(
            {
                here.page.reading.field: Text(
                    f"请勾选并查看单证满{seconds}秒后再确认投保",
                    f"Tick this and read the document for {seconds} seconds first",
                )
            }
        )
    return {"read_sha256": found.digest, "read_seconds": site().portal.reading_seconds}


def _document(here: Desk) -> DocumentRow | None:
    """What has to be read: the latest one that lies there, on portals that ask for it."""
    if here.page is None or here.page.reading is None or not site().portal.reading_seconds:
        return None
    with tenant() as mine:
        rows = [row for row in mine.documents(here.obj) if row.kind == here.page.reading.document]
    return max(rows, key=lambda row: row.created_at, default=None)


def _facts(here: Desk, found: DocumentRow) -> dict[str, str]:
    return {"object": here.obj.id, "document": found.digest, "account": login_of().actor.account}


def _seal() -> URLSafeSerializer:
    return URLSafeSerializer(str(current_app.secret_key), salt="reading")
