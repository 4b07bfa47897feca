"""What the portal holds for its life, and what templates and views ask of it: languages, dates, lines, pages."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from babel.numbers import get_currency_name, list_currencies
from flask import current_app, request
from werkzeug.wrappers import Response as BaseResponse

from hub.business import KINDS
from hub.business.customs import INSURED
from hub.business.kind import Field, Kind
from hub.contract.sealed import is_sealed, masked
from hub.contract.text import Text
from hub.errors import NotFound
from hub.runtime import Runtime
from hub.services.questions import Questions
from web.forms.countries import countries
from web.lines.presentation import LineView, Listing
from web.portal import Portal
from web.texts import ENGLISH

SHANGHAI = ZoneInfo("Asia/Shanghai")
LANGUAGES = ("zh", "en")
KEPT = 365  # days that a browser remembers a preference


@dataclass(frozen=True, kw_only=True)
class Site:
    """The portal's parts."""

    runtime: Runtime
    portal: Portal
    lines: Mapping[str, LineView]
    questions: Questions

    @property
    def secure(self) -> bool:
        """Whether users reach the portal over https."""
        return self.runtime.settings.web.origin.startswith("https://")

    @property
    def cookie(self) -> str:
        """The name of the session cookie."""
        return "__Host-swhub" if self.secure else "swhub"

    @property
    def offered(self) -> Sequence[LineView]:
        """The lines that this portal offers, in the order of its menu."""
        found = [view for view in self.lines.values() if not view.programme or self.portal.programme]
        return sorted(found, key=lambda view: not view.programme)

    def place(self, line_code: str, slug: str) -> tuple[LineView, Listing]:
        """The line and the list of a URL. Raises NotFound."""
        view = self.lines.get(line_code)
        listing = view.listing(slug) if view else None
        if view is None or listing is None:
            raise NotFound
        return view, listing

    def line(self, kind: Kind) -> LineView:
        """The line that lists the kind."""
        return next(view for view in self.lines.values() if view.listing(kind.code))

    def listing(self, kind: Kind) -> Listing:
        """The kind's own list."""
        return next(found for view in self.lines.values() if (found := view.listing(kind.code)))

    def path(self, kind: Kind, *parts: str) -> str:
        """The path of a kind's own list, or of one object and what belongs to it."""
        return "/".join(("", self.line(kind).line.code, kind.code, *parts))


def site() -> Site:
    """The site of the running app."""
    held: Site = current_app.extensions["swhub"]
    return held


def runtime() -> Runtime:
    """The runtime of the running app."""
    return site().runtime


def language() -> str:
    """The language of this request's page: the reader's choice, else Chinese."""
    chosen = request.cookies.get("language")
    return chosen if chosen in LANGUAGES else "zh"


def say(source: str, **values: Any) -> str:
    """A text of the templates, in the page's language. The Chinese is the key; after ``|`` comes where it stands."""
    text = ENGLISH[source] if language() == "en" else source.partition("|")[0]
    return text.format(**values) if values else text


def read(text: Text | None) -> str:
    """A Text in the page's language."""
    return "" if text is None else text(language())


def show(value: Any, choices: Mapping[str, Text] | None = None) -> str:
    """A value of an object as the user reads it."""
    if value is None or value == "":
        return "—"
    if is_sealed(value):
        return masked(value)
    if choices and value in choices:
        return read(choices[value])
    return SHOWN.get(type(value), str)(value)


def meanings(field: Field) -> Mapping[str, Text]:
    """What the field's codes mean: its choices, or the countries or currencies where its name says that it is one.

    A name that was sent in Chinese means the kind's, the installed partner's or the customs' name in both languages.
    """
    if field.names == "kind":
        return {kind.label.zh: kind.label for kind in KINDS.values()}
    if field.names == "partner":
        return {row.sheet.name.zh: row.sheet.name for row in runtime().registry.partners.values()}
    if field.names == "customs":
        return INSURED
    codes = {"country": countries, "currency": currencies}.get(field.name.rpartition("_")[2], dict)
    return field.choices or codes()


@cache
def currencies() -> dict[str, Text]:
    """``{"CNY": Text("人民币", "CNY"), ...}``: as they stand beside an amount, too."""
    return {code: Text(get_currency_name(code, locale="zh_CN"), code) for code in list_currencies()}


def money(amount: Decimal, currency: str) -> str:
    """An amount with its currency: the code before it in English, the name after it in Chinese (spec UI-27)."""
    return f"{unit(currency)} {amount:,.2f}" if language() == "en" else f"{amount:,.2f} {unit(currency)}"


def unit(currency: str) -> str:
    """A currency as it stands beside an amount."""
    return show(currency, currencies())


def moment(at: datetime, form: str = "%Y-%m-%d %H:%M:%S") -> str:
    """A time in Asia/Shanghai (spec UI-27)."""
    return at.astimezone(SHANGHAI).strftime(form)


def places(value: Decimal) -> int:
    """How many decimals a number has that say anything."""
    exponent = value.normalize().as_tuple().exponent
    return -exponent if isinstance(exponent, int) else 0


SHOWN: Mapping[type, Callable[[Any], str]] = {
    bool: lambda value: say("是" if value else "否"),
    datetime: moment,
    date: date.isoformat,
    Decimal: lambda value: f"{value:,.{max(2, places(value))}f}",
}


def age(since: datetime, now: datetime) -> str:
    """How long something has been as it is, in the coarsest unit that says enough."""
    passed = max(now - since, timedelta())
    if passed.days:
        return say("{n} 天", n=passed.days)
    hours, minutes = divmod(passed.seconds // 60, 60)
    if hours:
        return say("{n} 小时", n=hours)
    return say("{n} 分钟", n=minutes) if minutes else say("刚刚")


def keep(response: BaseResponse, name: str, value: str, *, days: int | None = None) -> None:
    """Set a cookie that no script reads; without ``days`` it ends with the browser."""
    age = None if days is None else days * 24 * 3600
    response.set_cookie(name, value, max_age=age, secure=site().secure, httponly=True, samesite="Lax", path="/")


def big_type() -> bool:
    """Whether the reader asked for larger type (大字模式)."""
    return request.cookies.get("display") == "large"
