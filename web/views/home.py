"""首页: what waits for the enterprise, and what is new (spec.md 4)."""

from dataclasses import dataclass
from datetime import timedelta

from flask import Blueprint, g, make_response, redirect, request
from flask.typing import ResponseReturnValue

from hub.business.states import Next, State
from hub.errors import NotFound
from hub.services import accounts, articles, board
from hub.services.board import Board, Move
from hub.services.objects import Tenant
from hub.store.engine import reading
from web import security
from web.auth import ANYONE, ENTERPRISE, SESSION, access, login_of
from web.page import OPERATIONS, OPERATOR_ROLE, View, below_home, counted, page
from web.site import KEPT, LANGUAGES, keep, moment, runtime, say, site
from web.views.common import Row, counter_path, object_row, partner_name

views = Blueprint("home", __name__)

LATEST, SHORT, LONG = 5, 4, 100  # notices, moves of each turn at home, and on the board
CHECKED = "company-checked"
DISPLAYS = ("normal", "large")


@views.get("/")
@access(SESSION)
def home() -> ResponseReturnValue:
    """The counters, what to do next, the latest notices; operators begin elsewhere."""
    if login_of().role == OPERATOR_ROLE:
        return redirect(OPERATIONS)
    with reading(runtime().engine) as connection:
        mine = Tenant(connection, login_of().uscc)
        areas = [(view, counted(mine, view)) for view in site().offered if view.menu]
        found = board.read(connection, runtime().registry, login_of().uscc, runtime().clock.now(), each=SHORT)
        notices = mine.notices(limit=LATEST)
        shelves = [
            (view, articles.latest(connection, login_of().account_id, limit=LATEST))
            for view, _ in areas
            if view.shelf.modules
        ]
    view = View(id="v-home", title=say("首页"), key="home", crumbs=((say("首页"), None),), live=True)
    return page(
        "home.html",
        view,
        areas=areas,
        board=_shown(found),
        every=_number(found.open, found),
        notices=notices,
        shelves=shelves,
        counter_path=counter_path,
        path=site().path,
        partner_name=partner_name,
        checked=request.cookies.get(CHECKED) == login_of().uscc,
    )


@views.get("/board")
@access(ENTERPRISE)
def moves() -> ResponseReturnValue:
    """Every open object: who has the next move, since when, until when."""
    with reading(runtime().engine) as connection:
        found = board.read(connection, runtime().registry, login_of().uscc, runtime().clock.now(), each=LONG)
    view = View(id="v-board", title=say("在办事项"), key="board", crumbs=below_home(say("在办事项")), live=True)
    return page(
        "board.html", view, board=_shown(found), every=_number(found.open, found), partner_name=partner_name, each=LONG
    )


@dataclass(frozen=True, kw_only=True)
class Line:
    """One move as the board shows it."""

    row: Row
    move: Move

    @property
    def until(self) -> str:
        """The last moment as people say it: a day that is over at midnight is named itself."""
        if self.move.until is None:
            return ""
        last = self.move.until - timedelta(microseconds=1)
        return moment(last, "%Y-%m-%d" if moment(self.move.until, "%H:%M") == "00:00" else "%Y-%m-%d %H:%M")

    @property
    def state(self) -> State | None:
        """Where the object stands on the track that says whose turn it is."""
        return self.move.obj.state(self.move.track)


def _number(number: int, found: Board) -> str:
    return f"{number}+" if number and found.capped else str(number or "")


def _shown(found: Board) -> list[tuple[Next, str, list[Line]]]:
    """Whose turn it is, how many there are, and the first of them."""
    return [
        (turn, _number(found.numbers[turn], found), [line for move in rows if (line := _line(move)) is not None])
        for turn, rows in found.moves.items()
    ]


def _line(move: Move) -> Line | None:
    listing = next((row for view in site().lines.values() if (row := view.listing(move.obj.kind.code))), None)
    return None if listing is None else Line(row=object_row(listing, move.obj), move=move)


@views.post("/company-checked")
@access(ENTERPRISE)
def company_checked() -> ResponseReturnValue:
    """The user has checked the company's name and code (spec PT-11); asked again in the next session."""
    response = make_response(redirect(_back(), 303))
    keep(response, CHECKED, login_of().uscc)
    return response


@views.post("/language/<code>")
@access(ANYONE)
def language(code: str) -> ResponseReturnValue:
    """Read on in the other language, at the same place."""
    return _prefer("language", code, LANGUAGES)


@views.post("/display/<mode>")
@access(ANYONE)
def display(mode: str) -> ResponseReturnValue:
    """Larger or normal type (大字模式)."""
    return _prefer("display", mode, DISPLAYS)


def _prefer(name: str, value: str, legal: tuple[str, ...]) -> ResponseReturnValue:
    if value not in legal:
        raise NotFound
    if g.login is not None:
        accounts.save_preference(runtime(), g.login.account_id, name, value)
    response = make_response(redirect(_back(), 303))
    keep(response, name, value, days=KEPT)
    return response


def _back() -> str:
    return security.own_path(request.form.get("next"))
