"""申报数据检查 (spec CI-CLM-29..36): what is held of the documents that a claim's shipments name, looked up at once,
and 出运数据报告 (CI-CLM-37..45), made of them.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from flask import Blueprint, redirect
from flask.typing import ResponseReturnValue
from flask.wrappers import Response

from hub.business.claim import CLAIM, LINE
from hub.business.claim_report import REPORT, REPORT_DRAFT
from hub.business.trade_data import ADVICE, GOODS, LOOK_UPS, OK, RESULTS, UNAVAILABLE, Checked, LookUp
from hub.contract.text import Text
from hub.errors import InvalidInput
from hub.services import claim_report, trade_data
from web.auth import ENTERPRISE, access, login_of
from web.page import page
from web.site import read, say, show, site
from web.views.common import tenant
from web.views.desk import Desk, desk, require
from web.views.places import object_view

views = Blueprint("shipments", __name__)

NOT_WHOLE = Text("出运信息未填写完整或有误，请返回修改后再生成报告", "Complete and correct the shipments first")
FAMILIES = {OK: "done", UNAVAILABLE: "action"}  # others: failed


@views.get("/claim/claim/<object_id>/check")
@access(ENTERPRISE)
def check(object_id: str) -> Response:
    """The tables of results. To look again is to load the page again."""
    return _checked(_claim(object_id))


@views.post("/claim/claim/<object_id>/report")
@access(ENTERPRISE)
def report(object_id: str) -> ResponseReturnValue:
    """Make the shipment report, to be agreed to."""
    here = _claim(object_id)
    try:
        claim_report.make(site().questions, login_of().actor, object_id, _whole(here))
    except InvalidInput as error:
        return _checked(here, error.fields.values(), 422)
    return redirect(site().path(CLAIM, object_id, "agree"), 303)


def _claim(object_id: str) -> Desk:
    """The claim while it may be filled in. Raises NotFound, NotAllowed."""
    here = desk(LINE.code, CLAIM.code, object_id, "submit")
    require(here)
    return here


def _whole(here: Desk) -> list[dict[str, Any]]:
    """The shipments as they would be submitted. Raises InvalidInput."""
    shipments: list[dict[str, Any]] = here.form.right(here.known)["shipments"] if here.form else []
    if len(shipments) != len(here.known["shipments"]):
        raise InvalidInput({"": NOT_WHOLE})
    return shipments


def _checked(here: Desk, problems: Iterable[Text] = (), status: int = 200) -> Response:
    shipments = [row for row in here.known["shipments"] if row["declaration_no"]]
    checked = trade_data.check(site().questions, login_of().actor, shipments)
    obj, standing = here.obj, here.obj.state("ack", {"shipments": here.known["shipments"]})
    with tenant() as mine:
        papers = mine.documents(obj)
    return page(
        "claim/check.html",
        object_view(here.line, here.listing, obj, "check", say("申报数据检查")),
        status,
        obj=obj,
        problems=[read(text) for text in problems],
        tables=[_table(look_up, [row for row in checked if row.look_up is look_up]) for look_up in LOOK_UPS],
        empty=not shipments,
        good=bool(checked) and all(row.result == OK for row in checked),
        standing=standing,
        report=next((row for row in papers if row.kind in (REPORT, REPORT_DRAFT)), None),
        agree=site().path(CLAIM, obj.id, "agree") if standing and standing.id == "GENERATED" else "",
        path=site().path(CLAIM, obj.id, "check"),
        make=site().path(CLAIM, obj.id, "report"),
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
        "cells": [(show(data.get(name)), isinstance(data.get(name), str)) for name in row.look_up.columns],
        "family": FAMILIES.get(row.result, "failed"),
        "result": read(RESULTS[row.result]),
        "advice": read(ADVICE.get(row.result)),
        "facts": [(read(text), show(data.get(name))) for name, text in row.look_up.facts.items()] if row.data else [],
        "goods": [_cells(item) for item in data.get("goods", ())],
    }


def _cells(item: Mapping[str, Any]) -> list[str]:
    return [" ".join(show(item[name]) for name in names if name in item) for _, names in GOODS]
