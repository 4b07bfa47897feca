"""What partners publish for every enterprise: modules of articles, one article, subscription, digest (spec.md 11)."""

import re
from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import datetime
from functools import partial
from typing import Any
from urllib.parse import urlencode

from flask import Flask, flash, redirect, request
from flask.typing import ResponseReturnValue
from flask.wrappers import Response

from hub.business.numbers import SHANGHAI
from hub.errors import NotFound
from hub.services import accounts, articles
from hub.services.articles import Asked, Subscription
from hub.store.engine import reading, writing
from web.auth import ENTERPRISE, access, login_of
from web.lines.presentation import LineView
from web.page import View, crumbs, page, subscription_of
from web.site import Site, read, runtime, say
from web.views.common import partner_name, sought
from web.views.documents import as_file
from web.views.grid import SIZES, page_size
from web.views.places import page_title

SHORT = 5  # titles of a module on the overview (spec CI-RSK-07)
MONTH = re.compile(r"20\d{2}-(0[1-9]|1[0-2])")
MONTHS = 12  # that the digest offers
WINDOW = 2  # page buttons on each side of the present one


def install(app: Flask, site: Site) -> None:
    """The routes of every line that has a shelf. What belongs to one article stands before the modules."""
    for line in site.lines.values():
        if not line.shelf.modules:
            continue
        for rule, view, method in ROUTES:
            name = f"shelf.{line.line.code}.{view.__name__}"
            shown = access(ENTERPRISE)(partial(view, line))
            app.add_url_rule(f"/{line.line.code}{rule}", name, shown, methods=[method])


def overview(line: LineView) -> Response:
    """All modules, a few titles of each; with conditions, those that match."""
    asked = _asked()
    with reading(runtime().engine) as connection:
        modules = [
            (code, text, articles.latest(connection, _me(), category=code, asked=within, limit=SHORT))
            for code, text in line.shelf.modules.items()
            for within in (_within(line, code, asked),)
        ]
    return page(
        "shelf/overview.html",
        _view(line, "", page_title(line.menu[0]), live=True),
        line=line,
        asked=asked,
        modules=modules,
        more=_query(asked),
        subscribed=bool(subscription_of(line).categories),
        month=_month(runtime().clock.now(), 1),
    )


def module(line: LineView, code: str) -> Response:
    """One module, page by page; what comes while its reader turns pages does not move them."""
    if code not in line.shelf.modules:
        raise NotFound
    asked = _asked()
    number, now = request.args.get("page", ""), runtime().clock.now()
    with reading(runtime().engine) as connection:
        found = articles.page(
            connection,
            _me(),
            category=code,
            asked=_within(line, code, asked),
            number=int(number) if number.isdigit() and len(number) < 7 else 1,
            asof=_time(request.args.get("asof", "")) or now,
            size=page_size(line.line.code, articles.SIZE),
        )
    return page(
        "shelf/module.html",
        _view(line, code, read(line.shelf.modules[code]), live=found.number == 1),
        line=line,
        code=code,
        asked=asked,
        found=found,
        sizes=SIZES,
        keep=asdict(asked),
        pager=_pager(line, code, asked, found),
    )


def article(line: LineView, article_id: str) -> Response:
    """The article; opening it marks it as read for this account."""
    with writing(runtime().engine) as connection:
        found = articles.get(connection, article_id)
        articles.mark_read(connection, _me(), article_id, runtime().clock.now())
    return page(
        "shelf/article.html",
        _view(line, article_id[:8], found.title, module=found.category),
        line=line,
        found=found,
        partner=partner_name(found.partner),
    )


def attachment(line: LineView, article_id: str, place: int) -> Response:  # noqa: ARG001
    """A file of an article."""
    with reading(runtime().engine) as connection:
        row, content = articles.file(connection, article_id, place)
    return as_file(row.name, row.media_type, content)


def subscription(line: LineView) -> Response:
    """What the account wants to hear of."""
    return page(
        "shelf/subscription.html",
        _view(line, "subscription", say("信息订阅")),
        line=line,
        chosen=subscription_of(line),
    )


def subscribe(line: LineView) -> ResponseReturnValue:
    """Keep what was chosen; what is no module, country or industry is left out."""
    legal = {"categories": line.shelf.modules, "countries": line.shelf.countries, "industries": line.shelf.industries}
    chosen = {name: [code for code in request.form.getlist(name) if code in codes] for name, codes in legal.items()}
    accounts.save_preference(runtime(), _me(), f"subscription:{line.line.code}", chosen)
    flash(say("订阅已保存"))
    return redirect(f"/{line.line.code}/subscription", 303)


def digest(line: LineView, month: str) -> Response:
    """A month: the insurer's own digest, and the titles that the account has subscribed to, by module."""
    if not MONTH.fullmatch(month):
        raise NotFound
    chosen = subscription_of(line)
    if not chosen.categories:
        chosen = Subscription(categories=tuple(line.shelf.modules))
    with reading(runtime().engine) as connection:
        rows = articles.month(connection, _me(), chosen, *_span(month))
        own = articles.digest(connection, month)
    modules = [
        (text, mine)
        for code, text in line.shelf.modules.items()
        if (mine := [row for row in rows if row.category == code])
    ]
    return page(
        "shelf/digest.html",
        _view(line, f"digest-{month}", say("{month} 风险信息摘要", month=month)),
        line=line,
        own=own,
        modules=[(text, mine) for text, mine in modules if mine],
        months=[_month(runtime().clock.now(), back) for back in range(MONTHS)],
        month=month,
    )


ROUTES = (
    ("", overview, "GET"),
    ("/articles/<article_id>", article, "GET"),
    ("/articles/<article_id>/files/<int:place>", attachment, "GET"),
    ("/subscription", subscription, "GET"),
    ("/subscription", subscribe, "POST"),
    ("/digest/<month>", digest, "GET"),
    ("/<code>", module, "GET"),
)
"""Path after the line's own, view, method."""


def _me() -> str:
    return login_of().account_id


def _asked() -> Asked:
    """The conditions of the address."""
    return Asked(**{name: sought(name) for name in ("country", "industry", "title")})


def _within(line: LineView, code: str, asked: Asked) -> Asked:
    """The conditions for a module: who looks for its name, or the other one that it has, looks for all of it (C-14)."""
    names = [text for text in (line.shelf.modules[code], line.shelf.aliases.get(code)) if text]
    called = {name for text in names for name in (text.zh, text.en.casefold())}
    return replace(asked, title="") if asked.title.casefold() in called else asked


def _query(asked: Asked, **more: object) -> str:
    found = {name: value for name, value in {**asdict(asked), **more}.items() if value}
    return f"?{urlencode(found)}" if found else ""


def _time(text: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo else None


def _view(line: LineView, what: str, title: str, *, module: str = "", live: bool = False) -> View:
    code, shelf = line.line.code, line.shelf
    path = [(page_title(line.menu[0]), f"/{code}")] if what else [(page_title(line.menu[0]), None)]
    if module and shelf:
        path = [*path, (read(line.shelf.modules[module]), f"/{code}/{module}")]
    return View(
        id=f"v-{code}-{what or 'overview'}",
        title=title,
        key=f"{code}/{what}" if what else code,
        crumbs=crumbs(*path, (title, None)),
        live=live,
    )


def _pager(line: LineView, code: str, asked: Asked, found: articles.Page) -> Mapping[str, Any]:
    def to(number: int) -> str | None:
        if not 1 <= number <= found.pages or number == found.number:
            return None
        return f"/{line.line.code}/{code}{_query(asked, page=number, asof=found.asof.isoformat())}"

    near = range(max(1, found.number - WINDOW), min(found.pages, found.number + WINDOW) + 1)
    return {
        "first": to(1),
        "previous": to(found.number - 1),
        "numbers": [(number, to(number)) for number in near],
        "next": to(found.number + 1),
        "last": None if found.capped else to(found.pages),
    }


def _month(at: datetime, back: int = 0) -> str:
    """The month in Shanghai, ``back`` months before it: 2026-10."""
    local = at.astimezone(SHANGHAI)
    year, month = divmod(local.year * 12 + local.month - 1 - back, 12)
    return f"{year}-{month + 1:02}"


def _span(month: str) -> tuple[datetime, datetime]:
    """From the first moment of a month in Shanghai until before the first of the next."""
    year, number = int(month[:4]), int(month[5:])
    return (
        datetime(year, number, 1, tzinfo=SHANGHAI),
        datetime(year + number // 12, number % 12 + 1, 1, tzinfo=SHANGHAI),
    )
