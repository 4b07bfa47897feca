"""A line of business is data: the views and the shared templates know none by name."""

import re
from importlib.resources import files
from pathlib import Path

import pytest

from hub.business import LINES
from tests.web.world import Browser
from web.lines import LINE_VIEWS, micro_policy
from web.lines.presentation import LineView

WEB = Path(str(files("web")))
OWN = {"lines", "forms"} | {line.code for line in LINES}  # folders that may know a line


def test_every_line_of_business_is_shown() -> None:
    assert sorted(view.line.code for view in LINE_VIEWS) == sorted(line.code for line in LINES)


def test_the_menu_has_the_manuals_order_credit_first_then_insurance(user: Browser) -> None:
    menu = user.get("/").text.partition('<nav id="menu"')[2].partition("</nav>")[0]
    names = ("出口信用", "签约管理", "小微投保", "索赔申请", "投保咨询", "风险信息", "保险服务", "货物运输保险")

    places = [menu.find(f">{name}<") for name in names]

    assert -1 not in places
    assert places == sorted(places)


@pytest.mark.parametrize("name", [line.code for line in LINES] + [kind.code for line in LINES for kind in line.kinds])
def test_no_view_and_no_shared_template_names_a_line_or_a_kind(name: str) -> None:
    for path in [*WEB.rglob("*.py"), *WEB.rglob("templates/**/*.html")]:
        if not OWN & set(path.relative_to(WEB).parts[:-1]):
            assert not re.search(rf"[\"'/]{name}\b", path.read_text(encoding="utf-8")), path


@pytest.mark.parametrize("view", LINE_VIEWS, ids=lambda view: view.line.code)
def test_everything_a_line_shows_is_declared_by_its_business(view: object) -> None:
    for listing in view.listings:  # type: ignore[attr-defined]
        kind = listing.kind
        known = {field.name for field in kind.fields} | kind.keyed | {track.name for track in kind.tracks}
        papers = {row.name for row in listing.columns if row.show == "document"}
        shown = {*listing.detail} | {row.name for row in (*listing.columns, *listing.filters)}
        assert shown - known - papers <= {"uscc", "partner", "created_at", "created", "next", "place"}
        assert papers <= set(kind.documents)
        assert all(kind.state("state", state) for state in listing.without)
        assert {kind.action(name).name for name in listing.acts} == set(listing.acts)
        assert set(listing.document_links) <= set(kind.documents)
        assert set(listing.sums or ()) <= known
        together = [kind.action(row.code) for row in listing.many if not row.path]
        assert not any(row.form or row.signed or row.stepup for row in together)
        for action, state in listing.link_labels:
            assert kind.action(action)
            assert kind.state("state", state)
        for row in kind.actions:
            assert row.form is None or row.form in view.forms  # type: ignore[attr-defined]
            placed = {name for block in view.forms[row.form].blocks for name in block.flat} if row.form else set()  # type: ignore[attr-defined]
            assert {enclosure.code for enclosure in row.encloses} <= placed - known


@pytest.mark.parametrize("view", LINE_VIEWS, ids=lambda view: view.line.code)
def test_every_list_has_an_address_and_every_kind_that_is_listed_its_own(view: LineView) -> None:
    slugs = [listing.slug for listing in view.listings]
    kinds = {listing.kind.code for listing in view.listings}

    assert len(slugs) == len(set(slugs))
    assert kinds <= {listing.slug for listing in view.listings if not listing.code}


@pytest.mark.parametrize("view", LINE_VIEWS, ids=lambda view: view.line.code)
def test_steps_and_counters_name_states_that_exist(view: object) -> None:
    kinds = {listing.kind.code: listing.kind for listing in view.listings}  # type: ignore[attr-defined]
    for step in view.steps:  # type: ignore[attr-defined]
        for state in step.states:
            assert kinds[step.kind].state(step.track, state)
    for counter in view.counters:  # type: ignore[attr-defined]
        for state in counter.states:
            assert kinds[counter.kind].state(counter.track, state)


@pytest.mark.parametrize(
    ("counts", "step"),
    [
        ({}, 0),
        ({("micro_application", "state"): {"PENDING_CONFIRM": 1}, ("policy", "ack"): {"PENDING_RECEIPT": 1}}, 1),
        ({("micro_application", "state"): {"SUBMITTED": 3}}, 2),
        ({("micro_application", "state"): {"SUBMITTED": 3}, ("policy", "ack"): {"PENDING_RECEIPT": 1}}, 3),
        ({("policy", "ack"): {"RECEIVED": 2}}, 4),
    ],
)
def test_the_step_bar_points_at_what_the_enterprise_should_do_first(counts: dict, step: int) -> None:
    assert micro_policy.VIEW.step(counts) == step


def test_every_icon_that_a_page_or_line_names_is_drawn() -> None:
    drawn = set(re.findall(r'<symbol id="([a-z-]+)"', (WEB / "static/img/icons.svg").read_text(encoding="utf-8")))
    templates = "".join(path.read_text(encoding="utf-8") for path in (WEB / "templates").rglob("*.html"))
    named = set(re.findall(r'icon\("([a-z-]+)"\)', templates)) | {view.icon for view in LINE_VIEWS}

    assert named - drawn == set()
