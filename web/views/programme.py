"""The programme of this portal: its rules, its services, and what they come to (spec.md 16: SZ-01..23)."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from flask import Blueprint, redirect, request
from flask.typing import ResponseReturnValue
from flask.wrappers import Response

from hub.business import KINDS
from hub.business.programme import PAYOUT_NOTE, PER, PROGRAMMES, Programme, cover, eligible, paid
from hub.contract.money import Money
from hub.contract.text import Text
from hub.errors import InvalidInput, NotFound
from hub.services import accounts, eligibility
from hub.store.engine import reading
from web.auth import ENTERPRISE, access, login_of
from web.forms.programme import ProgrammeTrial
from web.lines.programme import SERVICES
from web.page import PROGRAMME, View, crumbs, page
from web.site import money, read, runtime, say, site

views = Blueprint("programme", __name__)


@views.get(PROGRAMME)
@access(ENTERPRISE)
def programme() -> Response:
    """The rules, and what they come to for what was typed. Raises NotFound where this portal has no programme."""
    found = PROGRAMMES.get(site().portal.programme)
    if found is None:
        raise NotFound
    code, uscc = site().portal.programme, login_of().uscc
    with reading(runtime().engine) as connection:
        own = eligibility.standing(connection, code, uscc, runtime().clock.now())
        taken = eligibility.taken(connection, code, uscc)
    form = ProgrammeTrial()
    typed = form.gather(request.args)
    try:
        values, errors = form.check(typed), dict[str, Text]()
    except InvalidInput as error:
        values, errors = {}, error.fields
    title = say("统保政策")
    return page(
        "programme.html",
        View(id="v-programme", title=title, key="programme", crumbs=crumbs((title, None))),
        422 if errors else 200,
        programme=found,
        facts=[(say("本企业"), read(own)), *_facts(found, taken)],
        services=[(read(text), site().path(KINDS[kind])) for text, kind in SERVICES],
        fields=form.shown(),
        typed=typed,
        errors=errors,
        results=_results(found, values),
        bound=bool(login_of().preferences.get(_mark())),
        note=read(PAYOUT_NOTE),
        path=PROGRAMME,
    )


@views.post(f"{PROGRAMME}/app")
@access(ENTERPRISE)
def app() -> ResponseReturnValue:
    """The account's own mark that its app is bound (SZ-14): nobody tells the hub."""
    accounts.save_preference(runtime(), login_of().account_id, _mark(), bool(request.form.get("bound")))
    return redirect(PROGRAMME, 303)


def _mark() -> str:
    return f"app_bound:{site().portal.programme}"


def _facts(found: Programme, taken: int) -> list[tuple[str, str]]:
    limit = say("{limit}，每一{per}", limit=_said(found.limit), per=read(PER[found.per]))
    return [
        (say("适用企业"), say("{year} 年出口额 {sum}（含）以下", year=found.base_year, sum=_said(found.ceiling))),
        (say("企业名单"), say("由{authority}公示，公示期满后确认", authority=read(found.authority))),
        (say("承保机构"), read(found.insurer)),
        (say("保障范围"), read(found.covered)),
        (say("保障比例"), say("损失金额的 {percent}%", percent=found.percent)),
        (say("责任限额"), limit),
        (say("保险期限"), f"{found.first} – {found.last}"),
        (say("领取截止"), say("{day}（含当日）", day=found.deadline)),
        (say("海外买家资信报告"), say("免费 {n} 个，已使用 {used} 个", n=found.free_reports, used=taken)),
    ]


def _results(found: Programme, values: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What the values that are there come to."""
    results = []
    if values.get("exports") is not None:
        inside = eligible(found, _money(values["exports"], found))
        text = say("在统保范围内，以公示确认的名单为准") if inside else say("超过出口额上限，不在统保范围内")
        results.append((say("领取资格"), text))
    if values.get("collected_on"):
        results.append((say("保障期限"), _period(found, values)))
    if values.get("loss") is not None:
        results.append((say("赔付示例"), _said(paid(found, _money(values["loss"], found)))))
    return results


def _period(found: Programme, values: Mapping[str, Any]) -> str:
    period = cover(found, values["collected_on"], values.get("issued_on"))
    if period is None:
        return say("本年度统保已结束")
    return f"{period.first or say('保单实际签发日期')} – {period.last}"


def _money(amount: Decimal, found: Programme) -> Money:
    return Money(amount, found.ceiling.currency)


def _said(sum: Money) -> str:
    return money(sum.amount, sum.currency)
