"""The list of a programme's companies on the pages: checked, published, objected to, confirmed (spec SZ-21..22)."""

import io
import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from openpyxl import load_workbook
from stdnum.cn import uscc

from hub.store import tables
from tests.web.world import Browser, World
from tests.workbook.books import book
from web.app import create_app

LIST = "/operations/programme"
HEAD = ["统一社会信用代码*", "企业名称*", "年度出口额（美元）*", "年度*"]


def code(n: int) -> str:
    start = f"91440300MA5E{n:05}"
    return start + uscc.calc_check_digit(start)


GOOD = ([code(1), "甲公司", 8000000, 2021], [code(2), "乙公司", "1,234.50", "2021"])


@pytest.fixture
def portal(world: World) -> Any:
    web = replace(world.runtime.settings.web, profile="shenzhen-2022")
    return create_app(replace(world.runtime, settings=replace(world.runtime.settings, web=web)))


@pytest.fixture
def operator(world: World, portal: Any) -> Browser:
    return Browser(portal, world.enter("ADM", None))


@pytest.fixture
def firm(world: World, portal: Any) -> Browser:
    """A legal person of an enterprise."""
    return Browser(portal, world.enter("LP"))


def upload(operator: Browser, rows: Sequence[Any], content: bytes = b"") -> Any:
    return operator.post(f"{LIST}/check", {"file": (io.BytesIO(content or book(HEAD, *rows)), "list.xlsx")})


def sent(page: str) -> str:
    return unescape(re.findall(r'name="rows" value="([^"]*)"', page)[0])


def take(operator: Browser, rows: Sequence[Any] = GOOD) -> Any:
    return operator.post(f"{LIST}/take", {"rows": sent(upload(operator, rows).text)})


def states(world: World) -> dict[str, str]:
    return {row.name: row.state for row in world.rows(tables.eligible)}


def test_a_list_is_checked_first_and_written_only_when_confirmed(world: World, operator: Browser) -> None:
    page = upload(operator, GOOD).text
    before = states(world)
    operator.post(f"{LIST}/take", {"rows": sent(page)})

    assert "共 2 行，正确 2，错误 0" in page
    assert before == {}
    assert states(world) == {"甲公司": "IMPORTED", "乙公司": "IMPORTED"}


def test_comma_separated_text_is_a_list_too(operator: Browser) -> None:
    text = "统一社会信用代码,企业名称,年度出口额（美元）,年度\r\n" + f"{code(1)},甲公司,100.00,2021\r\n"

    assert "共 1 行，正确 1，错误 0" in upload(operator, (), text.encode("gb18030")).text


@pytest.mark.parametrize(
    ("row", "text"),
    [
        ([code(9)[:-1] + "0", "丙公司", 1, 2021], "格式有误，请填写18位统一社会信用代码"),
        ([code(9), "丙公司", "8000000.01", 2021], "出口额超过政策上限"),
        ([code(9), "丙公司", 1, 2020], "年度与政策的基准年度不符"),
        ([code(1), "丙公司", 1, 2021], "统一社会信用代码与前面的行重复"),
        ([code(9), "=1+1", 1, 2021], "不读取公式，请填写结果值"),
    ],
)
def test_a_wrong_row_is_named_and_nothing_of_the_list_is_written(
    row: list[Any], text: str, world: World, operator: Browser
) -> None:
    page = upload(operator, [*GOOD, row]).text
    refused = operator.post(f"{LIST}/take", {"rows": sent(page)})
    report = operator.post(f"{LIST}/report", {"rows": sent(page)})

    assert '<th scope="row" class="n">4</th>' in page
    assert text in page
    assert refused.status_code == 422
    assert text in load_workbook(io.BytesIO(report.data))["企业名单"]["E4"].value
    assert states(world) == {}


def test_a_company_is_on_the_list_once(world: World, operator: Browser) -> None:
    take(operator)
    again = upload(operator, GOOD).text

    assert "该企业已在名单中" in again
    assert operator.post(f"{LIST}/take", {"rows": sent(again)}).status_code == 422
    assert len(states(world)) == 2


@pytest.mark.parametrize("rows", ["", "[]", "{}", "[1]", '[{"number":"x"}]', '[{"number":1,"typed":{},"unread":{}}]'])
def test_rows_that_no_page_sends_are_not_taken(rows: str, world: World, operator: Browser) -> None:
    assert operator.post(f"{LIST}/take", {"rows": rows}).status_code in (404, 422)
    assert states(world) == {}


def test_a_published_company_is_objected_to_decided_and_confirmed(
    world: World, operator: Browser, firm: Browser
) -> None:
    take(operator)
    hidden = firm.get("/programme/companies").text
    operator.post(f"{LIST}/publish", {"until": "2026-11-27"})
    public = firm.get("/programme/companies").text
    firm.post("/programme/companies", {"uscc": code(1), "text": "该企业年度出口额与事实不符"})
    objected = operator.get(f"{LIST}?state=OBJECTED").text
    operator.post(f"{LIST}/{code(1)}/remove")
    early = operator.post(f"{LIST}/confirm")
    world.clock.move(timedelta(days=8))
    portal_again = Browser(operator.app, world.enter("ADM", None))
    portal_again.post(f"{LIST}/confirm")

    assert "甲公司" not in hidden
    assert "甲公司" in public
    assert "8,000,000.00" not in public.partition('class="grid"')[2]  # nobody's exports are public
    assert "该企业年度出口额与事实不符" in objected
    assert early.status_code == 409
    assert states(world) == {"甲公司": "REMOVED", "乙公司": "CONFIRMED"}


def test_a_company_reads_where_it_stands(world: World, operator: Browser, firm: Browser) -> None:
    assert "不在名单中" in firm.get("/programme").text


@pytest.mark.parametrize(
    ("typed", "status", "text"),
    [
        ({"uscc": code(1), "text": "短"}, 422, "请填写5至500个字"),
        ({"uscc": "1", "text": "出口额与事实不符"}, 422, "格式有误，请填写18位统一社会信用代码"),
        ({"uscc": code(1), "text": "出口额与事实不符"}, 409, "不在公示期内"),
    ],
)
def test_an_objection_that_cannot_be_heard_says_why(
    typed: dict[str, str], status: int, text: str, firm: Browser
) -> None:
    answer = firm.post("/programme/companies", typed)

    assert (answer.status_code, text in answer.text) == (status, True)


@pytest.mark.parametrize("until", ["", "soon", "2026-11-20"])
def test_a_list_is_published_until_a_day_to_come(until: str, world: World, operator: Browser) -> None:
    take(operator)

    assert operator.post(f"{LIST}/publish", {"until": until}).status_code == 422
    assert set(states(world).values()) == {"IMPORTED"}


def test_a_portal_without_a_programme_has_no_list(open_browser: Any) -> None:
    assert open_browser("ADM", None).get(LIST).status_code == 404
    assert open_browser("LP").get("/programme/companies").status_code == 404
