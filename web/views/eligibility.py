"""The list of this portal's programme: the operator imports, publishes and confirms it; enterprises read it and object
(spec SZ-02, SZ-21, SZ-22).

Between check and import the rows travel with the page: they are checked again when they come back.
"""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask.wrappers import Response

from hub.business.eligibility import FAMILIES, STATES, faults
from hub.business.programme import PROGRAMMES, Programme
from hub.contract.media import XLSX
from hub.contract.money import Money
from hub.contract.text import Text
from hub.errors import InvalidInput, NotFound
from hub.services import eligibility
from hub.store.engine import reading
from hub.workbook import reader
from hub.workbook.reader import Unfit
from web.auth import ENTERPRISE, OPERATOR, access, login_of
from web.forms import imports
from web.forms.eligibility import COMPANIES, ObjectionForm
from web.forms.imports import Line
from web.page import ELIGIBILITY, PROGRAMME, View, crumbs, page
from web.security import takes
from web.site import read, runtime, say, site
from web.views.common import partner_name
from web.views.documents import as_file

views = Blueprint("eligibility", __name__)

LABEL: Text = COMPANIES.metadata["label"]
SIZE = 50  # companies of a page
UPLOAD = reader.OCTETS + 10_000
PUBLIC = ("PUBLISHED", "OBJECTED", "CONFIRMED")  # what everybody may read
NO_DAY = Text("请填写公示截止日期", "State the last day for objections")


@views.get(ELIGIBILITY)
@access(OPERATOR)
def companies() -> Response:
    """The list as the operator sees it. Raises NotFound where this portal has no programme."""
    return _page()


@views.get(f"{ELIGIBILITY}/template")
@access(OPERATOR)
def template() -> Response:
    """The workbook to fill in."""
    return as_file(say("{what}导入模板", what=read(LABEL)) + ".xlsx", XLSX, imports.template(COMPANIES, LABEL, read))


@views.post(f"{ELIGIBILITY}/check")
@access(OPERATOR)
@takes(UPLOAD)
def check() -> ResponseReturnValue:
    """What the file holds, row by row; nothing is written."""
    file = request.files.get("file")
    if file is None or not file.filename:
        return _page(say("请先选择文件"), 422)
    try:
        found = imports.parse(COMPANIES, file.read(), commas=True)
    except Unfit as error:
        return _page(read(error.text), 422)
    return _page(file=file.filename[-100:], found=found)


@views.post(f"{ELIGIBILITY}/report")
@access(OPERATOR)
@takes(UPLOAD)
def report() -> Response:
    """The checked rows as a workbook."""
    content = imports.report(COMPANIES, _judged(_programme()[1], _sent()), LABEL, read)
    return as_file(say("{what}检查结果", what=read(LABEL)) + ".xlsx", XLSX, content)


@views.post(f"{ELIGIBILITY}/take")
@access(OPERATOR)
@takes(UPLOAD)
def take() -> ResponseReturnValue:
    """Put the companies on the list, all of them or none."""
    code, programme = _programme()
    lines = _judged(programme, _sent())
    if not lines or any(line.faults for line in lines):
        return _page(say("名单中还有错误，请改正后重新上传"), 422, found=_sent())
    currency = programme.ceiling.currency
    rows = [(row["uscc"], row["name"], Money(row["exports"], currency)) for row in (line.values for line in lines)]
    eligibility.add(runtime(), login_of().account_id, code, rows)
    flash(say("已导入 {n} 家企业", n=len(rows)))
    return redirect(ELIGIBILITY, 303)


@views.post(f"{ELIGIBILITY}/publish")
@access(OPERATOR)
def publish() -> ResponseReturnValue:
    """Publish what was imported, until the day that is told."""
    try:
        until = date.fromisoformat(request.form.get("until", ""))
        count = eligibility.publish(runtime(), login_of().account_id, _programme()[0], until)
    except ValueError:
        return _page(read(NO_DAY), 422)
    except InvalidInput as error:
        return _page(read(error.fields["until"]), 422)
    flash(say("已公示 {n} 家企业", n=count))
    return redirect(ELIGIBILITY, 303)


@views.post(f"{ELIGIBILITY}/confirm")
@access(OPERATOR)
def confirm() -> ResponseReturnValue:
    """Confirm those whose time for objections is over."""
    count = eligibility.confirm(runtime(), login_of().account_id, _programme()[0])
    flash(say("已确认 {n} 家企业", n=count))
    return redirect(ELIGIBILITY, 303)


@views.post(f"{ELIGIBILITY}/<uscc>/<act>")
@access(OPERATOR)
def decide(uscc: str, act: str) -> ResponseReturnValue:
    """Dismiss an objection, or remove the company."""
    eligibility.decide(runtime(), login_of().account_id, _programme()[0], uscc, act)
    flash(say("异议已处理"))
    return redirect(f"{ELIGIBILITY}?state=OBJECTED", 303)


@views.get(f"{PROGRAMME}/companies")
@access(ENTERPRISE)
def published() -> Response:
    """The list as every enterprise reads it, and the form for objections."""
    return _public({}, {})


@views.post(f"{PROGRAMME}/companies")
@access(ENTERPRISE)
def object_to() -> ResponseReturnValue:
    """Object to a company on the list."""
    form = ObjectionForm()
    typed = form.gather(request.form)
    try:
        values = form.check(typed)
    except InvalidInput as error:
        return _public(typed, error.fields, 422)
    eligibility.object_to(runtime(), login_of().account_id, _programme()[0], values["uscc"], values["text"])
    flash(say("异议已提交，将由{authority}处理", authority=read(_programme()[1].authority)))
    return redirect(url_for("eligibility.published"), 303)


def _programme() -> tuple[str, Programme]:
    """Raises NotFound where this portal has no programme."""
    code = site().portal.programme
    if code not in PROGRAMMES:
        raise NotFound
    return code, PROGRAMMES[code]


def _sent() -> list[dict[str, Any]]:
    """The rows that travelled with the page. Raises NotFound for what is no such rows."""
    names = COMPANIES.form.fields
    try:
        found = [
            {
                "number": int(row["number"]),
                "typed": {name: str(row["typed"][name]) for name in names},
                "unread": {name: (str(zh), str(en)) for name, (zh, en) in row["unread"].items() if name in names},
            }
            for row in json.loads(request.form.get("rows", ""))
        ]
    except (ValueError, TypeError, KeyError, AttributeError):
        raise NotFound from None
    if len(found) > COMPANIES.most:
        raise NotFound
    return found


def _judged(programme: Programme, rows: Sequence[dict[str, Any]]) -> list[Line]:
    """The lines with what only the programme and the list know."""
    lines = imports.lines(COMPANIES, rows)
    right = [line for line in lines if not line.faults]
    with reading(runtime().engine) as connection:
        listed = eligibility.listed(connection, site().portal.programme)
    wrong = faults(programme, [line.values for line in right], listed)
    found = {line.number: wrong.get(place, {}) for place, line in enumerate(right)}
    return [replace(line, faults=line.faults or found[line.number]) for line in lines]


def _page(error: str = "", status: int = 200, file: str = "", found: Sequence[dict[str, Any]] = ()) -> Response:
    code, programme = _programme()
    state, first = request.args.get("state", ""), _first()
    with reading(runtime().engine) as connection:
        rows = eligibility.companies(
            connection, code, states=[state] if state in STATES else [*STATES], first=first, size=SIZE + 1
        )
        counts = eligibility.counts(connection, code)
        told = eligibility.told(connection, code)
    title = say("统保企业名单")
    return page(
        "eligibility/operator.html",
        View(id="v-eligibility", title=title, key="operations/programme", crumbs=((title, None),)),
        status,
        programme=programme,
        error=error,
        file=file,
        checked=imports.result(COMPANIES, _judged(programme, found), read) if found else None,
        sent=json.dumps(list(found), ensure_ascii=False),
        rows=rows[:SIZE],
        state=state,
        states=[(name, text, counts.get(name, 0)) for name, text in STATES.items()],
        labels=STATES,
        families=FAMILIES,
        counts=counts,
        told=told,
        partner_name=partner_name,
        first=first,
        more=first + SIZE if len(rows) > SIZE else None,
        size=SIZE,
        most=COMPANIES.most,
        path=ELIGIBILITY,
    )


def _public(typed: dict[str, Any], errors: dict[str, Text], status: int = 200) -> Response:
    code, programme = _programme()
    first = _first()
    with reading(runtime().engine) as connection:
        found = eligibility.companies(connection, code, states=PUBLIC, first=first, size=SIZE + 1)
    title = say("企业名单公示")
    return page(
        "eligibility/public.html",
        View(
            id="v-companies",
            title=title,
            key="programme/companies",
            crumbs=crumbs((say("统保政策"), PROGRAMME), (title, None)),
        ),
        status,
        programme=programme,
        rows=found[:SIZE],
        labels=STATES,
        families=FAMILIES,
        fields=ObjectionForm().shown(),
        typed=typed,
        errors=errors,
        first=first,
        more=first + SIZE if len(found) > SIZE else None,
        size=SIZE,
        path=f"{PROGRAMME}/companies",
    )


def _first() -> int:
    asked = request.args.get("first", "")
    return int(asked) if asked.isascii() and asked.isdecimal() and len(asked) < 7 else 0
