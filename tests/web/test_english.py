"""Every page in English (spec UI-29): the menu, lists, entry forms, details in every state, and what they lead to.

All data is Latin here, so whatever Chinese is found is ours; only what is marked ``lang="zh-CN"`` may be:
the law, and the names of regions.
"""

import ast
import re
import uuid
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from lxml import html
from sqlalchemy import insert, update

import hub
from hub import registry
from hub.business import KINDS
from hub.business.content import freeze
from hub.business.kind import Field, Kind
from hub.services.record import LINE_OF
from hub.store import tables
from hub.store.engine import writing
from tests.web.test_texts import AUTONYMS, CHINESE
from tests.web.world import OURS, Browser, World
from web.app import create_app
from web.lines import LINE_VIEWS

ROOT = Path(str(hub.__file__)).parents[1]
LATIN = {str: "A1", Decimal: Decimal("1.00"), date: date(2026, 11, 1), int: 1, bool: True, list: []}
SPOKEN = ("title", "aria-label", "placeholder", "alt", "data-title", "data-label", "data-question")
ELSEWHERE = ("/documents/", "/static/", "/card/", "/logout")
IDS = re.compile(r"[0-9a-f]{32}")
PARTNERS = {"insurer": "sinosure", "cargo": "yunfan", "duty": "yunfan", "payment": "iso20022", "shared_claim": "yunfan"}


def value(field: Field, at: datetime) -> Any:
    """Something that fits the field."""
    if field.choices:
        return next(iter(field.choices))
    if field.rows:
        return [{row.name: value(row, at) for row in field.rows}]
    if field.name.endswith("currency"):
        return "USD"
    return at if field.type is datetime else LATIN[field.type]


def content(kind: Kind, at: datetime) -> dict[str, Any]:
    shown = (row for row in kind.fields if not row.secret and row.name != "region_code")
    return freeze({row.name: value(row, at) for row in shown})


@pytest.fixture
def seeded(world: World) -> dict[str, str]:
    """One object of every kind in every state: id -> its kind and state."""
    at, found, rows = world.clock.now(), {}, []
    for kind in KINDS.values():
        if not any(view.listing(kind.code) for view in LINE_VIEWS):
            continue
        for state in kind.track("state").states:
            made = uuid.uuid4().hex
            found[made] = f"{kind.code}.{state.id}"
            rows.append(
                {
                    "id": made, "enterprise": OURS, "line": LINE_OF[kind.code], "kind": kind.code,
                    "partner": PARTNERS.get(LINE_OF[kind.code], "sinosure"), "number": f"{kind.code}-{state.id}",
                    "state": state.id, "title": "A1", "revision": 1, "submission": 0, "content": content(kind, at),
                    "created_at": at, "updated_at": at, "since": at,
                }
            )  # fmt: skip
    with writing(world.runtime.engine) as connection:
        connection.execute(insert(tables.business_object), rows)
        connection.execute(update(tables.enterprise).values(name="Example Trade Co"))
    return found


def said(page: str) -> Iterator[str]:
    """What a page says, but for what is marked as Chinese."""
    root = html.fromstring(page)
    for law in root.xpath('//*[@lang="zh-CN"]'):
        law.drop_tree()
    for element in root.iter():
        if isinstance(element.tag, str):
            yield from (element.text or "", *(element.get(name, "") for name in SPOKEN))
            if element.tag in ("input", "button") and element.get("type") in ("text", "submit"):
                yield element.get("value", "")
        yield element.tail or ""


def chinese(page: str) -> set[str]:
    return {found for text in said(page) for found in CHINESE.findall(text)} - AUTONYMS


def links(page: str) -> Iterator[str]:
    """Where a page leads within the portal, without what only sorts and pages a list."""
    for found in html.fromstring(page).xpath("//a/@href"):
        path, _, query = found.partition("#")[0].partition("?")
        if path.startswith("/") and not path.startswith(ELSEWHERE):
            yield f"{path}?{query}" if query.startswith(("from=", "partner=", "bill=")) else path


def walk(browser: Browser, begin: list[str], seeded: dict[str, str]) -> dict[str, str]:
    """Path -> page of everything that can be reached; of alike pages one."""
    waiting, known, pages = list(begin), set(), {}
    while waiting:
        path = waiting.pop(0)
        like = IDS.sub(lambda found: seeded.get(found[0], "id"), path)
        like = like if like.count("/") < 4 else re.sub(r"\.[A-Z_]+/", "/", like)  # a form is alike in every state
        if like in known:
            continue
        known.add(like)
        answer = browser.get(path)
        if answer.mimetype == "text/html" and answer.status_code < 500:
            pages[path] = answer.text
            waiting += links(answer.text)
        assert answer.status_code < 500, path
    return pages


@pytest.mark.parametrize("role", ["LP", "OP", "ADM"])
def test_no_page_shows_chinese_to_an_english_reader(role: str, world: World, seeded: dict[str, str]) -> None:
    web = replace(world.runtime.settings.web, profile="shenzhen-2022")
    settings = replace(world.runtime.settings, web=web)
    app = create_app(replace(world.runtime, settings=settings, registry=registry.build()))
    operator = role == "ADM"
    token = world.enter(role, None if operator else OURS, fingerprint=None if operator else uuid.uuid4().hex)
    with writing(world.runtime.engine) as connection:
        connection.execute(update(tables.account).values(name="Li Ming"))
        connection.execute(update(tables.card_binding).values(holder="Li Ming"))
    objects = [f"/{LINE_OF[kind]}/{kind}/{found}" for found, name in seeded.items() for kind in [name.split(".")[0]]]

    pages = walk(Browser(app, token).english(), ["/", "/operations/plugins"] if operator else ["/", *objects], seeded)

    wrong = {path: found for path, page in pages.items() if (found := chinese(page))}
    assert wrong == {}
    assert len(pages) > (5 if operator else 200)


def test_the_english_of_a_text_is_english() -> None:
    files = [path for folder in ("hub", "web", "plugins") for path in (ROOT / folder).rglob("*.py")]
    wrong = []
    for path in files:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Text" and len(node.args) == 2:
                parts = [part.value for part in ast.walk(node.args[1]) if isinstance(part, ast.Constant)]
                wrong += [(path.name, part) for part in parts if isinstance(part, str) and CHINESE.search(part)]

    assert wrong == []
