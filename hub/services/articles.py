"""The shelf of risk information: the latest revision of every article, found by module, country, industry and title.

Articles belong to nobody, so nothing here is bound to an enterprise; what a reader has opened is his account's.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    and_,
    delete,
    exists,
    func,
    insert,
    literal,
    or_,
    select,
    update,
)

from hub.business import risk_info
from hub.contract.message import DIGEST, PartnerContent
from hub.errors import NotFound
from hub.services import blobs
from hub.store import tables
from hub.store.rows import ensure

SIZE = 15  # titles on a page (S2:903), unless its reader wants another number
COUNTED = 10_000  # a count beyond this is shown as "10,000+"
BADGE = 99  # more unread ones are not counted
RECENT = timedelta(days=30)  # what the badge is about
COUNTRY, INDUSTRY = "country", "industry"

_article, _topic, _file, _read = tables.article, tables.article_topic, tables.article_file, tables.article_read


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What a reader looks for; an empty value asks nothing. Only titles are searched (S2:853)."""

    country: str = ""
    industry: str = ""
    title: str = ""


ALL = Asked()


@dataclass(frozen=True, kw_only=True)
class Subscription:
    """What an account wants to hear of: nothing chosen in a list means all of it, no module means no badge."""

    categories: Sequence[str] = ()
    countries: Sequence[str] = ()
    industries: Sequence[str] = ()


@dataclass(frozen=True, kw_only=True)
class Title:
    """One line of a list."""

    id: str
    category: str
    title: str
    source: str
    published_at: datetime
    read: bool


@dataclass(frozen=True, kw_only=True)
class Page:
    """One page of titles, newest first. ``asof`` keeps a list as it was while its reader turns pages."""

    rows: Sequence[Title]
    total: int
    capped: bool
    number: int
    asof: datetime
    size: int = SIZE

    @property
    def pages(self) -> int:
        """How many pages there are, as far as they were counted."""
        return max(1, -(-self.total // self.size))


@dataclass(frozen=True, kw_only=True)
class File:
    """A file of an article, without its bytes."""

    place: int
    name: str
    media_type: str
    size: int


@dataclass(frozen=True, kw_only=True)
class Article:
    """An article as it is read."""

    id: str
    partner: str
    category: str
    title: str
    html: str = field(repr=False)  # sanitised
    source: str
    language: str
    published_at: datetime
    revision: int
    changed_at: datetime
    recalled_at: datetime | None
    reason: str
    countries: Sequence[str]
    industries: Sequence[str]
    files: Sequence[File]


def put(connection: Connection, partner: str, number: str, content: PartnerContent, now: datetime) -> None:
    """Put a revision on the shelf, unless a later one lies there. Raises ValueError for a body that is no article."""
    found = risk_info.Article.read(content)
    article_id = sha256(f"{partner}\n{number}".encode()).hexdigest()[:32]
    place = {"id": article_id, "partner": partner, "number": number, "first_at": now, "changed_at": now}
    ensure(connection, _article, place | BLANK)
    values: dict[str, Any] = {"revision": found.revision, "changed_at": now, "recalled_at": found.recalled_at}
    if found.recalled_at is None:
        kept = ("category", "title", "source", "language", "published_at", "html")
        values |= {name: getattr(found, name) for name in kept} | {"reason": ""}
    else:
        values["reason"] = found.reason
    later = update(_article).where(_article.c.id == article_id, _article.c.revision < found.revision)
    if connection.execute(later.values(values)).rowcount and found.recalled_at is None:
        _describe(connection, article_id, found, content)


BLANK: dict[str, Any] = {
    "revision": 0,
    **dict.fromkeys(("category", "title", "source", "language", "html", "reason"), ""),
}
"""A row that nobody sees: its revision is 0 until the same transaction writes the first one."""


def _describe(connection: Connection, article_id: str, found: risk_info.Article, content: PartnerContent) -> None:
    topics = [(COUNTRY, code) for code in found.countries] + [(INDUSTRY, code) for code in found.industries]
    for table in (_topic, _file):
        connection.execute(delete(table).where(table.c.article == article_id))
    if topics:
        same = {"article": article_id, "category": found.category, "published_at": found.published_at}
        connection.execute(insert(_topic), [same | {"facet": of, "code": code} for of, code in dict.fromkeys(topics)])
    for place, file in enumerate(content.documents):
        digest = blobs.keep(connection, file.content, file.media_type)
        connection.execute(insert(_file), {"article": article_id, "place": place, "name": file.name, "digest": digest})


def latest(connection: Connection, account: str, *, category: str = "", asked: Asked = ALL, limit: int) -> list[Title]:
    """The newest titles of one module, or of all."""
    wanted = _wanted(category, asked)
    return _titles(connection, account, wanted.newest.limit(limit))


def page(
    connection: Connection, account: str, *, category: str, asked: Asked, number: int, asof: datetime, size: int = SIZE
) -> Page:
    """Page ``number`` of a module as it was at ``asof``; the last page for a number beyond it."""
    wanted = _wanted(category, asked, asof)
    capped = wanted.ids.limit(COUNTED + 1).subquery()
    total: int = connection.execute(select(func.count()).select_from(capped)).scalar_one()
    counted = min(total, COUNTED)
    number = min(max(number, 1), max(1, -(-counted // size)))
    rows = _titles(connection, account, wanted.newest.limit(size).offset((number - 1) * size))
    return Page(rows=rows, total=counted, capped=total > COUNTED, number=number, asof=asof, size=size)


def get(connection: Connection, article_id: str) -> Article:
    """The article; one that was recalled has neither text nor files. Raises NotFound."""
    row = connection.execute(
        select(_article).where(_article.c.id == article_id, _article.c.published_at.is_not(None))
    ).one_or_none()
    if row is None:
        raise NotFound
    gone = row.recalled_at is not None
    topics = connection.execute(select(_topic.c.facet, _topic.c.code).where(_topic.c.article == article_id)).all()
    names = ("id", "partner", "category", "title", "source", "language", "published_at", "revision")
    return Article(
        **{name: getattr(row, name) for name in names},
        html="" if gone else row.html,
        changed_at=row.changed_at,
        recalled_at=row.recalled_at,
        reason=row.reason,
        countries=sorted(topic.code for topic in topics if topic.facet == COUNTRY),
        industries=sorted(topic.code for topic in topics if topic.facet == INDUSTRY),
        files=() if gone else _files(connection, article_id),
    )


def file(connection: Connection, article_id: str, place: int) -> tuple[File, bytes]:
    """A file of an article that stands. Raises NotFound."""
    found = next((row for row in get(connection, article_id).files if row.place == place), None)
    if found is None:
        raise NotFound
    content: bytes = connection.execute(
        select(tables.blob.c.content)
        .join(_file, _file.c.digest == tables.blob.c.digest)
        .where(_file.c.article == article_id, _file.c.place == place)
    ).scalar_one()
    return found, content


def mark_read(connection: Connection, account: str, article_id: str, now: datetime) -> None:
    """The account has opened it."""
    ensure(connection, _read, {"article": article_id, "account": account, "read_at": now})


def unread(connection: Connection, account: str, subscription: Subscription, now: datetime) -> int:
    """How many of the subscribed articles of the last thirty days the account has not opened, up to BADGE."""
    if not subscription.categories:
        return 0
    fresh = (
        select(literal(1))
        .select_from(_article)
        .where(*subscribed(subscription), _article.c.published_at >= now - RECENT, ~_opened(account))
        .limit(BADGE)
        .subquery()
    )
    return connection.execute(select(func.count()).select_from(fresh)).scalar_one()


def month(
    connection: Connection, account: str, subscription: Subscription, start: datetime, end: datetime
) -> list[Title]:
    """The subscribed articles published from ``start`` until before ``end``."""
    span = _article.c.published_at >= start, _article.c.published_at < end
    ids = select(_article.c.id).where(*subscribed(subscription), *span)
    return _titles(connection, account, ids.order_by(*NEWEST).limit(COUNTED))


def digest(connection: Connection, month: str) -> Mapping[str, str] | None:
    """The insurer's own digest of ``month`` (yyyy-mm): title, html (sanitised); None where there is none."""
    table = tables.partner_content
    bodies = connection.execute(select(table.c.version, table.c.body).where(table.c.key == f"{DIGEST}:{month}")).all()
    newest = max(bodies, key=lambda row: int(row.version), default=None)
    return None if newest is None else {"title": newest.body["title"], "html": newest.body["digest_html"]}


NEWEST = (_article.c.published_at.desc(), _article.c.id)
STANDS = (_article.c.recalled_at.is_(None), _article.c.published_at.is_not(None))


def subscribed(wanted: Subscription) -> list[ColumnElement[bool]]:
    """An article without countries (industries) is about all of them."""
    found: list[ColumnElement[bool]] = [*STANDS, _article.c.category.in_(wanted.categories)]
    for facet, codes in ((COUNTRY, wanted.countries), (INDUSTRY, wanted.industries)):
        if codes:
            found.append(or_(_about(facet, _topic.c.code.in_(codes)), ~_about(facet, literal(value=True))))
    return found


@dataclass(frozen=True)
class _Wanted:
    """The ids of articles that stand, in no order, and the newest first."""

    ids: Select[tuple[str]]
    at: ColumnElement[Any]

    @property
    def newest(self) -> Select[tuple[str]]:
        return self.ids.order_by(self.at.desc(), _article.c.id)


def _wanted(category: str, asked: Asked, asof: datetime | None = None) -> _Wanted:
    """Driven by the index of the first topic asked for, else by the articles' own."""
    ids, place = select(_article.c.id).where(*STANDS), _article.c
    for facet, code in ((COUNTRY, asked.country), (INDUSTRY, asked.industry)):
        if code:
            topic = _topic.alias()
            ids = ids.join(topic, topic.c.article == _article.c.id).where(topic.c.facet == facet, topic.c.code == code)
            place = topic.c
    if category:
        ids = ids.where(place.category == category)
    if asked.title:
        ids = ids.where(_article.c.title.contains(asked.title, autoescape=True))
    if asof is not None:
        ids = ids.where(_article.c.first_at <= asof)
    return _Wanted(ids, place.published_at)


def _about(facet: str, code: ColumnElement[bool]) -> ColumnElement[bool]:
    return exists().where(and_(_topic.c.article == _article.c.id, _topic.c.facet == facet, code))


def _opened(account: str) -> ColumnElement[bool]:
    return exists().where(_read.c.article == _article.c.id, _read.c.account == account)


def _titles(connection: Connection, account: str, ids: Select[tuple[str]]) -> list[Title]:
    """What a list shows of these articles, in the same order; read only for the rows of the page."""
    found = ids.subquery()
    names = ("id", "category", "title", "source", "published_at")
    columns = (*(_article.c[name] for name in names), _opened(account).label("read"))
    rows = connection.execute(select(*columns).join(found, found.c.id == _article.c.id).order_by(*NEWEST))
    return [Title(**{name: getattr(row, name) for name in names}, read=bool(row.read)) for row in rows]


def _files(connection: Connection, article_id: str) -> list[File]:
    rows = connection.execute(
        select(_file.c.place, _file.c.name, tables.blob.c.media_type, tables.blob.c.size)
        .join(tables.blob, tables.blob.c.digest == _file.c.digest)
        .where(_file.c.article == article_id)
        .order_by(_file.c.place)
    )
    return [File(place=row.place, name=row.name, media_type=row.media_type, size=row.size) for row in rows]
