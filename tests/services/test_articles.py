"""The shelf of risk information, filled by the insurer's own messages."""

from datetime import timedelta
from hashlib import sha256
from itertools import permutations
from typing import Any

import pytest
from sqlalchemy import select

from hub.contract.message import NO_ENTERPRISE, Attachment, CanonicalMessage
from hub.errors import NotFound
from hub.services import articles
from hub.services.articles import Article, Asked, Page, Subscription, Title
from hub.store import tables
from hub.store.engine import reading, writing
from tests.services.conftest import World

READER = "nobody"
PAPER = b"%PDF-1.7 bulletin"


def article(world: World, number: str = "FX-1", revision: int = 1, **more: Any) -> CanonicalMessage:
    files = more.pop("files", ())
    body = {
        "article_no": number,
        "revision": revision,
        "category": "COUNTRY",
        "title": f"{number} 第{revision}版",
        "published_at": world.clock.now(),
        "html": "<p>正文</p>",
    }
    return world.message("RiskArticle", number, body | more, enterprise=NO_ENTERPRISE, attachments=files)


def recall(world: World, number: str = "FX-1", revision: int = 2) -> CanonicalMessage:
    body = {"article_no": number, "revision": revision, "recalled_at": world.clock.now(), "reason": "数据有误"}
    return world.message("RiskRecall", number, body, enterprise=NO_ENTERPRISE)


def titles(world: World, category: str = "", **asked: str) -> list[Title]:
    with reading(world.runtime.engine) as connection:
        return articles.latest(connection, READER, category=category, asked=Asked(**asked), limit=100)


def page(world: World, number: int, asof: Any = None) -> Page:
    with reading(world.runtime.engine) as connection:
        return articles.page(
            connection,
            READER,
            category="COUNTRY",
            asked=Asked(),
            number=number,
            asof=asof or world.clock.now(),
        )


def read(world: World, article_id: str) -> Article:
    with reading(world.runtime.engine) as connection:
        return articles.get(connection, article_id)


def stored(world: World) -> list[Any]:
    columns = ("number", "revision", "title", "recalled_at", "html")
    with reading(world.runtime.engine) as connection:
        return list(connection.execute(select(*(tables.article.c[name] for name in columns))))


def test_an_article_is_found_by_module_country_industry_and_words_of_its_title(world: World) -> None:
    world.push(article(world, "FX-1", country=["DEU", "NLD"], industry=["C"], title="光伏行业风险"))
    world.push(article(world, "FX-2", category="NEWS", title="海运价格"))

    assert [row.title for row in titles(world, "COUNTRY")] == ["光伏行业风险"]
    assert [row.title for row in titles(world, country="NLD", industry="C", title="伏行")] == ["光伏行业风险"]
    assert titles(world, country="USA") == titles(world, title="%") == titles(world, title="正文") == []


def test_the_newest_stands_first(world: World) -> None:
    for number in ("FX-1", "FX-2"):
        world.push(article(world, number))
        world.clock.move(timedelta(minutes=1))

    assert [row.title for row in titles(world)] == ["FX-2 第1版", "FX-1 第1版"]


def test_in_every_order_with_duplicates_the_latest_revision_stands(world: World) -> None:
    for place, order in enumerate(permutations(range(4))):
        number = f"FX-{place}"
        said = [article(world, number), article(world, number, 2), recall(world, number, 3), article(world, number, 4)]
        for which in (*order, *order):
            world.push(said[which])

    assert {(row.revision, row.title[-3:], row.recalled_at) for row in stored(world)} == {(4, "第4版", None)}


def test_a_recalled_article_leaves_the_lists_and_says_why(world: World) -> None:
    world.push(article(world))
    [row] = titles(world)
    world.push(recall(world))

    found = read(world, row.id)
    assert titles(world) == []
    assert (found.title, found.reason, found.html, found.files) == ("FX-1 第1版", "数据有误", "", ())


def test_a_recall_that_comes_first_keeps_the_article_away(world: World) -> None:
    world.push(recall(world))
    world.push(article(world))

    assert titles(world) == []


def test_a_script_a_picture_and_a_style_stay_outside(world: World) -> None:
    html = "<p style='x' onclick='y'>正文<script>z</script><img src='https://partner.example/who.png'></p>"
    world.push(article(world, html=html))

    assert [row.html for row in stored(world)] == ["<p>正文</p>"]


def test_its_files_are_replaced_with_it(world: World) -> None:
    def file(content: bytes) -> Attachment:
        digest = sha256(content).hexdigest()
        return Attachment(name="附件.pdf", media_type="application/pdf", sha256=digest, content=content)

    world.push(article(world, files=(file(PAPER), file(PAPER + b"2"))))
    world.push(article(world, revision=2, files=(file(PAPER + b"3"),)))
    [row] = titles(world)

    with reading(world.runtime.engine) as connection:
        found, content = articles.file(connection, row.id, 0)
        with pytest.raises(NotFound):
            articles.file(connection, row.id, 1)
    assert (found.name, content) == ("附件.pdf", PAPER + b"3")


def test_a_page_holds_fifteen_and_stays_as_it_was_while_new_ones_come(world: World) -> None:
    for number in range(20):
        world.push(article(world, f"FX-{number:02}"))
        world.clock.move(timedelta(seconds=1))
    first = page(world, 1)
    world.clock.move(timedelta(seconds=1))
    for number in range(5):
        world.push(article(world, f"NEW-{number}"))
    second = page(world, 2, first.asof)

    seen = [row.title for row in (*first.rows, *second.rows)]
    assert (len(first.rows), first.total, first.pages) == (15, 20, 2)
    assert seen == [f"FX-{number:02} 第1版" for number in reversed(range(20))]


def test_a_page_beyond_the_last_is_the_last(world: World) -> None:
    world.push(article(world))

    assert page(world, 99).number == 1


def test_the_badge_counts_what_is_subscribed_new_and_unread(world: World) -> None:
    account = world.login(world.card()).account_id
    world.push(article(world, "FX-1", country=["DEU"]))
    world.push(article(world, "FX-2", country=["USA"]))
    world.push(article(world, "FX-3"))
    world.push(article(world, "FX-4", category="NEWS"))
    wanted = Subscription(categories=("COUNTRY",), countries=("DEU",))
    [first] = titles(world, country="DEU")

    def badge() -> int:
        with reading(world.runtime.engine) as connection:
            return articles.unread(connection, account, wanted, world.clock.now())

    before = badge()
    with writing(world.runtime.engine) as connection:
        articles.mark_read(connection, account, first.id, world.clock.now())
        articles.mark_read(connection, account, first.id, world.clock.now())
    after = badge()
    world.clock.move(timedelta(days=31))

    assert (before, after, badge()) == (2, 1, 0)


def test_a_digest_of_a_month_is_the_insurers_latest(world: World) -> None:
    for revision in (2, 10, 9):
        body = {"month": "2026-10", "revision": revision, "title": f"第{revision}版", "html": "<p>月报</p>"}
        world.push(world.message("RiskDigest", "2026-10", body, enterprise=NO_ENTERPRISE))

    with reading(world.runtime.engine) as connection:
        assert articles.digest(connection, "2026-10") == {"title": "第10版", "html": "<p>月报</p>"}
        assert articles.digest(connection, "2026-09") is None
