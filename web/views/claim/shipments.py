"""申报数据检查 (spec CI-CLM-29..36): what is held of the documents that a claim's shipments name, looked up at once."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask import Blueprint
from flask.wrappers import Response

from hub.business.claim import CLAIM
from hub.business.trade_data import ADVICE, GOODS, LOOK_UPS, OK, RESULTS, UNAVAILABLE, Checked, LookUp
from hub.services import trade_data
from web.auth import ENTERPRISE, access, login_of
from web.page import page
from web.site import read, say, show, site
from web.views.common import object_view
from web.views.desk import desk, require

views = Blueprint("shipments", __name__)

FAMILIES = {OK: "done", UNAVAILABLE: "action"}  # others: failed


@views.get("/claim/claim/<object_id>/check")
@access(ENTERPRISE)
def check(object_id: str) -> Response:
    """The tables of results. To look again is to load the page again."""
    here = desk("claim", CLAIM.code, object_id, "submit")
    require(here)
    shipments = [row for row in here.known["shipments"] if row["declaration_no"]]
    checked = trade_data.check(site().questions, login_of().actor, shipments)
    return page(
        "claim/check.html",
        object_view(here.line, here.listing, here.obj, "check", say("申报数据检查")),
        obj=here.obj,
        tables=[_table(look_up, [row for row in checked if row.look_up is look_up]) for look_up in LOOK_UPS],
        empty=not shipments,
        path=site().path(CLAIM, object_id, "check"),
        back=here.path,
    )


def _table(look_up: LookUp, rows: Sequence[Checked]) -> dict[str, Any]:
    return {
        "label": read(look_up.label),
        "columns": [read(text) for text in look_up.columns.values()],
        "goods": [read(text) for text, _ in GOODS],
        "rows": [_row(row) for row in rows],
    }


def _row(row: Checked) -> dict[str, Any]:
    data = {**row.numbers, **(row.data or {})}
    return {
        "number": row.number,
        "cells": [show(data.get(name)) for name in row.look_up.columns],
        "family": FAMILIES.get(row.result, "failed"),
        "result": read(RESULTS[row.result]),
        "advice": read(ADVICE.get(row.result)),
        "facts": [(read(text), show(data.get(name))) for name, text in row.look_up.facts.items()] if row.data else [],
        "goods": [_cells(item) for item in data.get("goods", ())],
    }


def _cells(item: Mapping[str, Any]) -> list[str]:
    return [" ".join(show(item[name]) for name in names if name in item) for _, names in GOODS]
