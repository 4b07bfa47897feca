"""The table of regions, level by level, for the selects of a form."""

from flask import Blueprint, jsonify
from flask.wrappers import Response

from hub.business import regions
from web.auth import SESSION, access

views = Blueprint("regions", __name__)


@views.get("/regions/<code>")
@access(SESSION)
def below(code: str) -> Response:
    """``[[code, name], ...]`` of what lies below ``code``; empty where nothing does."""
    return jsonify(regions.below(code))
