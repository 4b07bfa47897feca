"""Risk information in the portal: modules, pages, articles, subscription, digest."""

import re
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

import pytest

from hub.contract.message import Attachment, PartnerContent
from hub.services import articles
from hub.store.engine import writing
from tests.web.world import PDF, Browser, World

TITLE = re.compile(r'<a data-tab href="(/risk_info/articles/\w+)">(?:<span[^>]*>[^<]*</span>)?([^<]+)</a>')
PAPER = Attachment(name="附件.pdf", media_type="application/pdf", sha256=sha256(PDF).hexdigest(), content=PDF)


def put(world: World, number: str = "FX-1", revision: int = 1, files: tuple[Attachment, ...] = (), **more: Any) -> None:
    now = world.clock.now()
    body = {
        "category": "COUNTRY",
        "title": f"标题{number}",
        "published_at": now.isoformat(),
        "article_html": "<p>文</p>",
    }
    body = more if "recalled_at" in more else body | more
    content = PartnerContent(key=f"article:{number}", version=str(revision), body=body, documents=files)
    with writing(world.runtime.engine) as connection:
        articles.put(connection, "acme", number, content, now)


def titles(text: str) -> list[str]:
    return [title for _, title in TITLE.findall(text)]


def subscribe(user: Browser, **chosen: list[str]) -> None:
    user.post("/risk_info/subscription", chosen)


def test_the_overview_has_the_four_modules_of_the_manual_five_titles_each(world: World, user: Browser) -> None:
    for number in range(7):
        put(world, f"FX-{number}")
        world.clock.move(timedelta(seconds=1))
    text = user.get("/risk_info").text

    for module in ("国别信息预警", "重点行业风险预警", "一带一路专报", "国际贸易和投资要闻"):
        assert module in text
    assert titles(text) == [f"标题FX-{number}" for number in (6, 5, 4, 3, 2)]
    assert text.count("无匹配信息") == 3


@pytest.mark.parametrize("query", ["country=DEU", "industry=C", "title=光伏", "country=DEU&industry=C&title=光"])
def test_conditions_are_met_by_titles_of_every_module(query: str, world: World, user: Browser) -> None:
    put(world, "FX-1", title="光伏风险", countries=["DEU"], industries=["C"])
    put(world, "FX-2", category="NEWS")

    assert titles(user.get(f"/risk_info?{query}").text) == ["光伏风险"]


def test_more_leads_to_the_module_with_the_same_conditions(world: World, user: Browser) -> None:
    put(world)

    assert 'href="/risk_info/COUNTRY?title=%E6%A0%87"' in user.get("/risk_info?title=标").text


def test_a_module_shows_fifteen_titles_and_turns_pages_without_losing_or_repeating_one(
    world: World, user: Browser
) -> None:
    for number in range(20):
        put(world, f"FX-{number:02}")
        world.clock.move(timedelta(seconds=1))
    first = user.get("/risk_info/COUNTRY").text
    world.clock.move(timedelta(seconds=1))
    for number in range(5):
        put(world, f"NEW-{number}")
    [following] = re.findall(r'<a href="([^"]+)">下一页</a>', first)
    second = user.get(following.replace("&amp;", "&")).text

    assert len(titles(first)) == 15
    assert titles(first) + titles(second) == [f"标题FX-{number:02}" for number in reversed(range(20))]


def test_a_page_number_or_a_time_that_is_none_gives_the_first_page(world: World, user: Browser) -> None:
    put(world)
    for query in ("page=x", "page=99999999999", "asof=yesterday", "asof=2026-01-01"):
        assert titles(user.get(f"/risk_info/COUNTRY?{query}").text) == ["标题FX-1"]


def test_an_unknown_module_article_file_or_month_is_not_found(world: World, user: Browser) -> None:
    put(world)
    for path in ("/NOTHING", "/articles/x", "/articles/x/files/0", "/digest/2026-13", "/digest/x"):
        assert user.get(f"/risk_info{path}").status_code == 404, path


def test_an_article_is_read_with_its_file_and_is_then_no_longer_bold(world: World, user: Browser) -> None:
    put(world, files=(PAPER,))
    [(path, _)] = TITLE.findall(user.get("/risk_info").text)
    before = user.get("/risk_info").text.count('class="unread"')
    text = user.get(path).text
    answer = user.get(f"{path}/files/0")

    assert "<p>文</p>" in text
    assert "附件.pdf" in text
    assert (answer.data, answer.content_type) == (PDF, "application/pdf")
    assert (before, user.get("/risk_info").text.count('class="unread"')) == (1, 0)


def test_a_recalled_article_says_so_where_it_was(world: World, user: Browser) -> None:
    put(world, files=(PAPER,))
    [(path, _)] = TITLE.findall(user.get("/risk_info").text)
    put(world, revision=2, recalled_at=world.clock.now().isoformat(), reason="数据有误")
    text = user.get(path).text

    assert "该文章已被发布机构撤回" in text
    assert "数据有误" in text
    assert "<p>文</p>" not in text
    assert user.get(f"{path}/files/0").status_code == 404


def test_a_subscription_drives_the_badge_of_the_menu(world: World, user: Browser) -> None:
    put(world, "FX-1", countries=["DEU"])
    put(world, "FX-2", countries=["USA"])
    before = user.get("/").text
    subscribe(user, categories=["COUNTRY", "NOTHING"], countries=["DEU"])
    after = user.get("/").text

    badge = re.compile(r'data-count="/risk_info"[^>]*>(\d+)<')
    assert badge.findall(before) == ["0"]
    assert badge.findall(after) == ["1"]
    assert 'value="COUNTRY" checked' in user.get("/risk_info/subscription").text


def test_the_digest_of_a_month_begins_and_ends_in_shanghai(world: World, user: Browser) -> None:
    for number, at in (
        ("LAST", "2026-09-30T15:59:59+00:00"),
        ("FIRST", "2026-09-30T16:00:00+00:00"),
        ("END", "2026-10-31T15:59:59+00:00"),
        ("NEXT", "2026-10-31T16:00:00+00:00"),
    ):
        put(world, number, published_at=datetime.fromisoformat(at).isoformat())

    assert titles(user.get("/risk_info/digest/2026-10").text) == ["标题END", "标题FIRST"]


def test_the_home_page_shows_the_latest_and_leads_to_every_module(world: World, user: Browser) -> None:
    put(world)
    text = user.get("/").text

    assert "最新风险信息" in text
    assert titles(text) == ["标题FX-1"]
    assert 'href="/risk_info/BELT_ROAD">一带一路专报</a>' in text


def test_a_modules_page_size_is_its_readers_choice_and_remembered(world: World, user: Browser) -> None:
    for number in range(17):
        put(world, f"FX-{number}")

    before, chosen, after = (user.get(f"/risk_info/COUNTRY{query}").text for query in ("", "?size=20", ""))

    assert [len(titles(text)) for text in (before, chosen, after)] == [15, 17, 17]


@pytest.mark.parametrize("name", ["国别信息预警", "国别风险预警", "country risk alerts"])
def test_a_module_is_found_by_either_of_its_names(name: str, world: World, user: Browser) -> None:
    put(world)

    assert titles(user.get("/risk_info").text) == titles(user.get(f"/risk_info?title={name}").text)
