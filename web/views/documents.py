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
    return file_response(content, row.media_type, row.name)


def file_response(content: bytes, media_type: str, name: str) -> Response:
    """Shown inline unless the address asks for a download or the type is none that a browser only draws."""
    inline = media_type in INLINE and not request.args.get("download")
    response = make_response(content)
    response.content_type = media_type if media_type in INLINE else "application/octet-stream"
    place = "inline" if inline else "attachment"
    response.headers["Content-Disposition"] = f"{place}; filename*=UTF-8''{quote(name)}"
    return response
