"""The partners' door: raw bytes in, the stored signed receipt out. Everything else is hub.delivery's."""

from flask import Blueprint, make_response, request
from flask.wrappers import Response

from hub.contract.message import Raw
from hub.delivery import receiver
from hub.errors import Unavailable
from web.auth import PARTNER, access
from web.site import runtime

RETRY_AFTER = "10"  # seconds

views = Blueprint("door", __name__)


@views.post("/partners/<code>/messages")
@access(PARTNER)
def messages(code: str) -> Response:
    """One message of the partner ``code``."""
    here = runtime()
    request.max_content_length = here.settings.door.max_bytes
    raw = Raw(content=request.get_data(cache=False), headers=dict(request.headers), received_at=here.clock.now())
    try:
        answer = receiver.receive(here, code, raw, request.remote_addr)
    except Unavailable as away:  # nothing was kept and nobody can sign a receipt now
        return make_response(away.text.en, away.status, {"Retry-After": RETRY_AFTER, "Content-Type": "text/plain"})
    response = make_response(answer.receipt.content, answer.status)
    response.content_type = answer.receipt.content_type
    response.headers.extend(answer.receipt.headers)
    return response
