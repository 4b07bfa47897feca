"""The table of regions, level by level, for the selects of a form."""

from flask import Blueprint, jsonify, request
from flask.wrappers import Response

from hub.business import regions
from web.auth import SESSION, access

views = Blueprint("regions", __name__)


@views.get("/regions/<code>")
@access(SESSION)
def below(code: str) -> Response:
    """``[[code, name], ...]`` of what lies below ``code``; empty where nothing does."""
    return jsonify(regions.below(code))


@views.get("/cities")
@access(SESSION)
def cities() -> Response:
    """The cities of the ``province`` of that name, which is said again; none where it is no province."""
    province = request.args.get("province", "")
    return jsonify(province=province, cities=regions.cities(province))
