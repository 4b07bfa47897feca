"""One enterprise never sees another's records, whatever it asks for (spec ROLE-04, A-20; reliability.md B8)."""

import re
from collections.abc import Callable

import pytest

from hub.store import tables
from tests.web.world import THEIRS, Browser, World

A = "/micro_policy/micro_application"


def without_tokens(text: str) -> str:
    text = re.sub(r'(name="csrf[-_]token" (?:content|value)=")[^"]*', r"\1", text)
    text = re.sub(r'(session-expires" content=")[^"]*', r"\1", text)
    return re.sub(r'(?<=data-url=")[^"]*|(?<=name="next" value=")[^"]*|(?<=href=")/[^"]*', "", text)


@pytest.fixture
def theirs(world: World) -> World:
    world.offer("XW-SECRET-1", THEIRS, contact_email="private@other.example")
    return world


def test_lists_search_counters_and_notices_show_nothing_foreign(theirs: World, user: Browser) -> None:
    for path in ("/", A, f"{A}?application_no=XW-", "/notices"):
        text = user.get(path).text
        assert "XW-SECRET-1" not in text
        assert "待确认保单(1)" not in text
    assert "未查询到数据" in user.get("/search?q=XW-SECRET-1").text


@pytest.mark.parametrize("path", ["", "/timeline", "/progress?action=confirm", "/confirm", "/withdraw"])
@pytest.mark.parametrize("fragment", [False, True])
def test_a_foreign_id_reads_exactly_like_one_that_does_not_exist(
    path: str, fragment: bool, theirs: World, user: Browser
) -> None:
    foreign = theirs.rows(tables.business_object)[0].id
    headers = {"HX_Request": "true"} if fragment else {}
    answers = [user.get(f"{A}/{known}{path}", **headers) for known in (foreign, "0" * 32)]
    unknown = user.get("/no/such/page/at/all", **headers)
    assert [answer.status_code for answer in (*answers, unknown)] == [404, 404, 404]
    assert len({without_tokens(answer.text) for answer in (*answers, unknown)}) == 1


def test_a_foreign_document_does_not_exist(theirs: World, user: Browser) -> None:
    assert user.get(f"/documents/{theirs.document_id()}").status_code == 404


@pytest.mark.parametrize("path", ["confirm", "confirm/payload", "draft"])
def test_a_foreign_record_cannot_be_changed(path: str, theirs: World, user: Browser) -> None:
    foreign = theirs.rows(tables.business_object)[0]
    answer = user.post(f"{A}/{foreign.id}/{path}", {"action": "confirm", "revision": "1"})
    assert answer.status_code == 404
    assert theirs.rows(tables.draft) == []
    assert theirs.rows(tables.business_object)[0].revision == foreign.revision


def test_reading_notices_marks_only_ones_own(theirs: World, user: Browser) -> None:
    notice = theirs.rows(tables.notice)[0]
    user.post("/notices/read", {"id": notice.id})
    assert theirs.rows(tables.notice)[0].read_at is None


def test_a_number_of_another_enterprise_leads_nowhere(
    theirs: World, user: Browser, open_browser: Callable[..., Browser]
) -> None:
    assert user.get(f"{A}/number/XW-SECRET-1").status_code == 404
    assert open_browser("LP", THEIRS).get(f"{A}/number/XW-SECRET-1").status_code == 302
