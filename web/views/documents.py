"""Files of the enterprise: shown inline where the browser can be trusted with them, else downloaded (spec X-12)."""

from urllib.parse import quote

from flask import Blueprint, make_response, request
from flask.wrappers import Response

from web.auth import ENTERPRISE, access
from web.views.common import tenant

views = Blueprint("documents", __name__)

INLINE = ("application/pdf", "image/png", "image/jpeg")


@views.get("/documents/<document_id>")
@access(ENTERPRISE)
def document(document_id: str) -> Response:
    """The file's bytes."""
    with tenant() as mine:
        row, content = mine.document(document_id)
    return as_file(row.name, row.media_type, content)


def as_file(name: str, media_type: str, content: bytes) -> Response:
    """The file as an answer: inline unless the address asks for a download."""
    inline = media_type in INLINE and not request.args.get("download")
    response = make_response(content)
    response.content_type = media_type if media_type in INLINE else "application/octet-stream"
    place = "inline" if inline else "attachment"
    response.headers["Content-Disposition"] = f"{place}; filename*=UTF-8''{quote(name)}"
    return response
