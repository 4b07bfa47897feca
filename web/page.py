"""Pages and fragments: the same view, with the shell around it or alone (``HX-Request``)."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask import g, make_response, render_template, request
from flask.wrappers import Response
from sqlalchemy import Connection

from hub.services import articles
from hub.services.articles import Subscription
from hub.services.objects import Tenant
from hub.store.engine import reading
from web import security
from web.lines.presentation import Counter, LineView
from web.lines.systems import PART
from web.site import language, read, runtime, say, site

OPERATIONS = "/operations/plugins"  # where an operator begins
PROGRAMME = "/programme"
RECONCILIATION = "/operations/reconciliation"
ELIGIBILITY = "/operations/programme"
OPERATOR_ROLE = "ADM"
COUNTS, NOTICES = "X-Counts", "/notices"
DIALOG = "dialog"  # the category of what is said in a dialog of its own
TITLES = {"failed": "错误：", "": ""}


@dataclass(frozen=True, kw_only=True)
class TabLink:
    """One tab as it is shown. ``count``: objects that wait for the user; ``reason``: why it may not be opened."""

    label: str
    path: str
    on: bool
    count: int = 0
    reason: str | None = None


@dataclass(frozen=True, kw_only=True)
class View:
    """What the workspace needs to know of a view. ``id`` prefixes every id inside it."""

    id: str
    title: str
    key: str  # the tab: the same key is the same tab
    crumbs: Sequence[tuple[str, str | None]] = ()  # (text, path)
    error: bool = False
    system: str = ""  # the part of the portal, where it is not the one of the profile
    live: bool = False  # nothing is typed here: coming back to its tab shows what is true now
    menu: str = ""  # the link of the menu that it belongs to, where the address does not say so
    tabs: Sequence[TabLink] = ()  # of the page that it is one tab of


@dataclass(frozen=True, kw_only=True)
class MenuGroup:
    """A group of the left menu, its links and their counters."""

    code: str
    label: str
    icon: str
    items: Sequence[tuple[str, str, str, int]]  # (code, label, path, count)
    part: str = ""  # of the financial services: the title over its groups

    @property
    def alone(self) -> bool:
        """Whether the group would only repeat its one link."""
        return len(self.items) == 1 and self.items[0][1] == self.label

    def holds(self, view: View) -> bool:
        """Whether the view belongs to one of its links."""
        return any(path in (view.menu, f"/{view.key}") for _, _, path, _ in self.items)


@dataclass(frozen=True, kw_only=True)
class Shell:
    """What stands around a view."""

    menu: Sequence[MenuGroup] = ()
    unread: int = 0
    texts: Mapping[str, str] = field(default_factory=dict)
    tested: Sequence[str] = ()  # the partners in test mode: their simulators answer

    def counts(self) -> dict[str, int]:
        """Path -> number, for the badges of a shell that stays while its views change."""
        menu = {path: count for group in self.menu for _, _, path, count in group.items}
        return menu | {NOTICES: self.unread}


def page(template: str, view: View, status: int = 200, /, **context: Any) -> Response:
    """The view in ``template``, as a whole page or as a fragment."""
    fragment = security.wants_fragment()
    shell = around()
    base = "fragment.html" if fragment else "shell.html"
    text = render_template(template, base=base, view=view, shell=shell, **context)
    response = make_response(text, status)
    if fragment:
        response.headers[COUNTS] = json.dumps(shell.counts())
    response.headers["Content-Language"] = "en" if language() == "en" else "zh-CN"
    return response


def around() -> Shell:
    """The shell of this request: menus and counters of the enterprise, or nothing before the login."""
    login, tested = g.get("login"), _tested()
    if login is not None and login.role == OPERATOR_ROLE:
        return Shell(menu=[_operators()], tested=tested)
    if login is None or not login.uscc:
        return Shell(tested=tested)
    with reading(runtime().engine) as connection:
        tenant = Tenant(connection, login.uscc)
        found = [row for view in site().offered for row in counted(tenant, view)]
        counts = {counter.code: number for counter, number, _ in found} | _unread(connection)
        unread = tenant.unread()
    menu = [_group(view, counts) for view in site().offered if view.menu]
    return Shell(menu=menu, unread=unread, tested=tested)


def _unread(connection: Connection) -> dict[str, int]:
    """``<line>.unread`` -> articles that the account has subscribed to and not opened."""
    now, account = runtime().clock.now(), g.login.account_id
    shelves = [view for view in site().lines.values() if view.shelf.modules]
    return {
        f"{view.line.code}.unread": articles.unread(connection, account, subscription_of(view), now) for view in shelves
    }


def subscription_of(view: LineView) -> Subscription:
    """What the account of this request wants to hear of."""
    return Subscription(**g.login.preferences.get(f"subscription:{view.line.code}", {}))


def _tested() -> list[str]:
    """The names of the partners in test mode, as far as they are plugged in."""
    partners = runtime().registry.partners
    return [read(partners[code].sheet.name) for code in runtime().settings.tested if code in partners]


def _operators() -> MenuGroup:
    """The operators' menu."""
    items = [
        ("plugins", say("插件与合作机构"), OPERATIONS, 0),
        ("reconciliation", say("对账"), RECONCILIATION, 0),
    ]
    if site().portal.programme:
        items.append(("eligibility", say("统保企业名单"), ELIGIBILITY, 0))
    return MenuGroup(code="operations", label=say("平台运营"), icon="shield", items=items)


def counted(tenant: Tenant, view: LineView) -> list[tuple[Counter, int, str]]:
    """The line's counters, how many there are (spec CI-HOME-10), and the one state that all of them are in, if so."""
    return [_counted(tenant, row) for row in view.counters]


def _counted(tenant: Tenant, counter: Counter) -> tuple[Counter, int, str]:
    numbers = {state: tenant.count(counter.kind, counter.track, state) for state in counter.states}
    some = [state for state, number in numbers.items() if number]
    return counter, sum(numbers.values()), some[0] if len(some) == 1 else ""


def _group(view: LineView, counts: Mapping[str, int]) -> MenuGroup:
    portal = site().portal
    items = [
        (row.code, read(portal.caption(row.code, row.label)), view.entrance(row), counts.get(row.counts or "", 0))
        for row in view.links(g.login.role)
    ]
    return MenuGroup(
        code=view.menu_code,
        label=read(portal.caption(view.menu_code, view.line.label)),
        icon=view.icon,
        items=items,
        part=read(PART if view.system else portal.crumbs[-1]),
    )


def crumbs(*parts: tuple[str, str | None], line: LineView | None = None) -> list[tuple[str, str | None]]:
    """Where the user is: home, the portal's own path or the line's, then ``parts``; nothing twice in a row."""
    path = (line.system,) if line and line.system else site().portal.crumbs
    own: list[tuple[str, str | None]] = [(read(text), None) for text in path]
    whole = [(say("首页"), "/"), *own, *parts]
    return [part for part, after in zip(whole, [*whole[1:], ("", None)], strict=True) if part[0] != after[0]]


def below_home(title: str) -> list[tuple[str, str | None]]:
    """Where the user is on a page about every line."""
    return [(say("首页"), "/"), (title, None)]


def here() -> str:
    """The path of this request with its query: where the language switch leads back to."""
    return security.own_path(request.full_path.rstrip("?"))
