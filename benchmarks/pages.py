"""Page times of the portal for one enterprise with many applications and claims, through the WSGI application."""

import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import insert

from benchmarks import hub_side
from benchmarks.hub_side import KIND
from benchmarks.report import shipment
from benchmarks.world import FIRM, INSURER, USCC, Folder, number, percentile, timed
from hub.business import KINDS
from hub.business.claim import CLAIM
from hub.business.content import freeze
from hub.business.micro_policy import POLICY
from hub.business.risk_info import CATEGORIES
from hub.runtime import Runtime
from hub.services import accounts, nonces
from hub.services.objects import Tenant
from hub.services.paging import Query
from hub.store import tables
from hub.store.engine import open_engine, reading, writing
from web.app import create_app

STATES = ("PENDING_CONFIRM", "SUBMITTED", "IN_REVIEW", "RETURNED", "APPROVED", "REJECTED", "LAPSED")
BATCH = 5_000
TOKEN = "benchmark" * 4
LIST = f"/micro_policy/{KIND}"
CLAIMS = "/claim/claim"
ARTICLES = "/risk_info"
CLAIM_STATES = ("DRAFT", "SUBMITTED", "IN_REVIEW", "RETURNED", "ACCEPTED", "PAID", "CLOSED")
POLICIES = 20


def seed(database: str, rows: int) -> None:
    """One enterprise with an account, its open session, some policies, ``rows`` applications and as many claims."""
    hub_side.create(database)
    engine, now = open_engine(database), datetime.now(UTC)
    with writing(engine) as connection:
        account = accounts.add_account(connection, enterprise=USCC, name="王小明", role="LP", now=now)
        session = {"token_hash": nonces.digest(TOKEN), "account": account, "created_at": now, "seen_at": now}
        connection.execute(insert(tables.login_session), session)
        for first in range(0, rows, BATCH):
            numbers = range(first, min(first + BATCH, rows))
            made = [_application(n, now - timedelta(minutes=rows - n)) for n in numbers]
            claims = [_claim(n, now - timedelta(minutes=rows - n)) for n in numbers]
            articles = [_article(n, row["created_at"]) for n, row in enumerate(made, first)]
            for objects in (made, claims):
                connection.execute(insert(tables.business_object), objects)
                connection.execute(insert(tables.object_key), [key for row in objects for key in _keys(row)])
            connection.execute(insert(tables.article), articles)
            connection.execute(insert(tables.article_topic), [_topic(row) for row in articles])
        connection.execute(insert(tables.business_object), [_policy(n, now) for n in range(POLICIES)])
        connection.execute(insert(tables.notice), [_notice(row) for row in made[-100:]])
    if engine.dialect.name == "postgresql":  # as autovacuum does within minutes
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("VACUUM ANALYZE")
    engine.dispose()


def _application(n: int, at: datetime) -> dict[str, Any]:
    content = {
        "application_no": number(n), "enterprise_name": FIRM, "product": "XWXBY", "product_name": "小微信保易",
        "renewal": False, "valid_until": (at + timedelta(days=30)).date().isoformat(), "declaration_version": "2026-1",
    }  # fmt: skip
    return _row("micro_policy", KIND, number(n), STATES[n % len(STATES)], content, at)


def _claim(n: int, at: datetime) -> dict[str, Any]:
    """With three shipments, as a claim of middle size has."""
    number, shipments = f"SP{n:09}", [shipment(3 * n + place) for place in range(3)]
    content = {
        "claim_no": number, "policy_no": f"XB{n % POLICIES:06}", "enterprise_name": FIRM, "insured": FIRM,
        "claimant": FIRM, "buyer_code": "MF100001", "buyer_name_en": "EXAMPLE BUYER 01 A/S", "shipments": shipments,
        "total_usd": Decimal("37036.80"), "loss_cause": "BUYER_DEFAULT", "cause_text": "拖欠", "submitted_at": at,
    }  # fmt: skip
    return _row("claim", CLAIM.code, number, CLAIM_STATES[n % len(CLAIM_STATES)], content, at) | {
        "ack_state": "CONFIRMED"
    }


def _policy(n: int, at: datetime) -> dict[str, Any]:
    content = {"policy_no": f"XB{n:06}", "enterprise_name": FIRM, "product_name": "小微信保易"}
    return _row("micro_policy", POLICY.code, content["policy_no"], "EFFECTIVE", content, at) | {"ack_state": "RECEIVED"}


def _row(line: str, kind: str, number: str, state: str, content: dict[str, Any], at: datetime) -> dict[str, Any]:
    return {
        "id": uuid.uuid4().hex, "enterprise": USCC, "line": line, "kind": kind, "partner": INSURER, "number": number,
        "state": state, "title": FIRM, "revision": 1, "submission": 0, "content": freeze(content), "created_at": at,
        "updated_at": at, "since": at,
    }  # fmt: skip


def _keys(row: dict[str, Any]) -> list[dict[str, Any]]:
    found = {name: row["content"].get(name) for name in KINDS[row["kind"]].keyed}
    about = {"object_id": row["id"], "enterprise": USCC}
    return [{**about, "name": name, "value": value} for name, value in found.items() if value]


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
        cursors = {
            path: [tenant.page(kind, Query(size=size)).next for size in (rows // 2, rows - 10)]
            for path, kind in ((LIST, KIND), (CLAIMS, CLAIM.code))
        }
    return {
        "home": "/",
        "list, first page": LIST,
        "list, middle page": f"{LIST}?cursor={cursors[LIST][0]}",
        "list, last page": f"{LIST}?cursor={cursors[LIST][1]}",
        "list, one state": f"{LIST}?state=RETURNED",
        "claims, first page": CLAIMS,
        "claims, middle page": f"{CLAIMS}?cursor={cursors[CLAIMS][0]}",
        "claims, last page": f"{CLAIMS}?cursor={cursors[CLAIMS][1]}",
        "claims, of one policy": f"{CLAIMS}?policy_no=XB{POLICIES - 1:06}",
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
