"""Page times of the portal for one enterprise with many applications, through the WSGI application."""

import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import insert

from benchmarks import hub_side
from benchmarks.hub_side import KIND
from benchmarks.world import FIRM, INSURER, USCC, Folder, number, percentile, timed
from hub.business.risk_info import CATEGORIES
from hub.runtime import Runtime
from hub.services import accounts
from hub.services.objects import Tenant
from hub.services.paging import Query
from hub.store import tables
from hub.store.engine import open_engine, reading, writing
from web.app import create_app

STATES = ("PENDING_CONFIRM", "SUBMITTED", "IN_REVIEW", "RETURNED", "APPROVED", "REJECTED", "LAPSED")
BATCH = 5_000
TOKEN = "benchmark" * 4
LIST = f"/micro_policy/{KIND}"
ARTICLES = "/risk_info"


def seed(database: str, rows: int) -> None:
    """One enterprise with an account, its open session and ``rows`` applications."""
    hub_side.create(database)
    engine, now = open_engine(database), datetime.now(UTC)
    with writing(engine) as connection:
        account = accounts.add_account(connection, enterprise=USCC, name="王小明", role="LP", now=now)
        session = {"token_hash": accounts.digest(TOKEN), "account": account, "created_at": now, "seen_at": now}
        connection.execute(insert(tables.login_session), session)
        for first in range(0, rows, BATCH):
            made = [_row(n, now - timedelta(minutes=rows - n)) for n in range(first, min(first + BATCH, rows))]
            articles = [_article(n, row["created_at"]) for n, row in enumerate(made, first)]
            connection.execute(insert(tables.business_object), made)
            connection.execute(insert(tables.object_key), [_key(row) for row in made])
            connection.execute(insert(tables.article), articles)
            connection.execute(insert(tables.article_topic), [_topic(row) for row in articles])
        connection.execute(insert(tables.notice), [_notice(row) for row in made[-100:]])
    if engine.dialect.name == "postgresql":  # as autovacuum does within minutes
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("VACUUM ANALYZE")
    engine.dispose()


def _row(n: int, at: datetime) -> dict[str, Any]:
    content = {
        "application_no": number(n), "enterprise_name": FIRM, "product": "XWXBY", "product_name": "小微信保易",
        "renewal": False, "valid_until": (at + timedelta(days=30)).date().isoformat(), "declaration_version": "2026-1",
    }  # fmt: skip
    return {
        "id": uuid.uuid4().hex, "enterprise": USCC, "line": "micro_policy", "kind": KIND, "partner": INSURER,
        "number": number(n), "state": STATES[n % len(STATES)], "title": FIRM, "revision": 1, "submission": 0,
        "content": content, "created_at": at, "updated_at": at, "since": at,
    }  # fmt: skip


def _key(row: dict[str, Any]) -> dict[str, Any]:
    return {"object_id": row["id"], "enterprise": USCC, "name": "application_no", "value": row["number"]}


def _notice(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": uuid.uuid4().hex, "enterprise": USCC, "object_id": row["id"], "channel": "portal",
        "key": "state:PENDING_CONFIRM:0", "created_at": row["created_at"],
    }  # fmt: skip


def _article(n: int, at: datetime) -> dict[str, Any]:
    return {
        "id": uuid.uuid4().hex, "partner": INSURER, "number": number(n), "revision": 1, "source": "", "language": "zh",
        "category": tuple(CATEGORIES)[n % len(CATEGORIES)], "title": f"风险提示第{n}号", "published_at": at,
        "first_at": at, "changed_at": at, "reason": "", "html": "<p>正文</p>" * 200,
    }  # fmt: skip


def _topic(row: dict[str, Any]) -> dict[str, Any]:
    code = "DEU" if row["number"].endswith("000") else "USA"
    about = {"category": row["category"], "published_at": row["published_at"]}
    return {"article": row["id"], "facet": "country", "code": code} | about


def measuring(folder: Folder, database: str) -> Callable[[dict[str, Any]], dict[str, Any]]:
    """Answers ``{"rows", "count"}``: the milliseconds of every page, median and 95th percentile."""
    runtime = hub_side.open_hub(folder, database)
    client = create_app(runtime).test_client()
    client.set_cookie("swhub", TOKEN, domain="localhost")

    def work(question: dict[str, Any]) -> dict[str, Any]:
        places = _places(runtime, question["rows"])
        return {"pages": {name: _measure(client, path, question["count"]) for name, path in places.items()}}

    return work


def _places(runtime: Runtime, rows: int) -> dict[str, str]:
    """The pages, by name. Far into the list a cursor leads, as the pager's links do."""
    with reading(runtime.engine) as connection:
        tenant = Tenant(connection, USCC)
        middle, last = (tenant.page(KIND, Query(size=size)).next for size in (rows // 2, rows - 10))
    return {
        "home": "/",
        "list, first page": LIST,
        "list, middle page": f"{LIST}?cursor={middle}",
        "list, last page": f"{LIST}?cursor={last}",
        "list, one state": f"{LIST}?state=RETURNED",
        "articles, four modules": ARTICLES,
        "articles, first page": f"{ARTICLES}/COUNTRY",
        "articles, last counted page": f"{ARTICLES}/COUNTRY?page=667",
        "articles, a frequent country": f"{ARTICLES}/COUNTRY?country=USA",
        "articles, a rare country": f"{ARTICLES}/COUNTRY?country=DEU",
        "articles, words that are in none": f"{ARTICLES}?title=不存在",
    }


def _measure(client: FlaskClient, path: str, count: int) -> dict[str, float]:
    def ask() -> None:
        answer = client.get(path)
        if answer.status_code != 200:
            raise AssertionError(f"{path}: {answer.status}")

    for _ in range(3):
        ask()
    times = [timed(ask) for _ in range(count)]
    return {"p50_ms": percentile(times, 50) * 1000, "p95_ms": percentile(times, 95) * 1000}
