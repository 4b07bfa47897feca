"""For the operator's machines: is it up, and how is it doing."""

from flask import Blueprint, Response, jsonify
from flask.typing import ResponseReturnValue
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from sqlalchemy import select

from hub.store.engine import reading
from web.auth import LOOPBACK, access
from web.site import runtime

views = Blueprint("health", __name__)


@views.get("/healthz")
@access(LOOPBACK)
def healthz() -> ResponseReturnValue:
    """Whether the store answers."""
    with reading(runtime().engine) as connection:
        connection.execute(select(1))  # a pooled connection may be dead, and nobody has noticed
    return jsonify(status="ok")


@views.get("/metrics")
@access(LOOPBACK)
def metrics() -> Response:
    """Prometheus text."""
    return Response(generate_latest(), content_type=CONTENT_TYPE_LATEST)
