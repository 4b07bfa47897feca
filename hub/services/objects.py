"""Reading business objects. :class:`Tenant` binds every statement to one enterprise, so a foreign id simply does not
exist (spec ROLE-04).
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from functools import cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    and_,
    bindparam,
    func,
    or_,
    select,
    union_all,
    update,
)

from hub.business import KINDS
from hub.business.posting import LIMIT
from hub.contract.message import INTRODUCTION, Attachment
from hub.errors import NotFound
from hub.services import ledger
from hub.services.paging import (
    COUNTED,
    IN_STATE,
    NUMBERED,
    Page,
    Query,
    bears,
    beyond,
    conditions,
    in_each,
    keyed,
    listed,
    read_cursor,
    write_cursor,
)
from hub.services.shapes import (
    BusinessObject,
    DocumentRow,
    Draft,
    Entry,
    Member,
    NoticeRow,
    as_document,
    as_entry,
    as_notice,
    thaw,
)
from hub.store import tables
from hub.store.conditions import beside_key
from hub.store.prepared import Prepared

Conditions = Sequence[ColumnElement[bool]]
_object = tables.business_object
_own = select(_object).where(
    _object.c.id == bindparam("id"),
    beside_key(_object.c.enterprise) == bindparam("enterprise"),  # the lists' indexes end with the id as well
    _object.c.kind == bindparam("kind"),
)
OWN = Prepared(_own)
OWN_LOCKED = Prepared(_own.with_for_update())
"""Every page and every action asks for one object, so this is built once."""
THOSE = select(_object).where(_object.c.id.in_(bindparam("ids", expanding=True)))
"""By id alone: beside a condition on the enterprise SQLite takes that one's index and reads all that it ever had."""
_least = select(func.min(_object.c.kind)).where(_object.c.enterprise == bindparam("enterprise"))
_held = select(_least.scalar_subquery().label("kind")).cte("held", recursive=True)
_held = _held.union_all(
    select(_least.where(_object.c.kind > _held.c.kind).scalar_subquery()).where(_held.c.kind.is_not(None))
)
HELD = Prepared(select(_held.c.kind).where(_held.c.kind.is_not(None)))
"""The kinds that an enterprise has: one step into the index for each, however many objects there are."""


Standing = tuple[str, Collection[str]]
"""A kind of object, and states."""


@cache
def _standing(*counts: int) -> Prepared:
    """What an action needs or cites is looked up whenever it is done: built once for as many states of each kind."""
    return Prepared(union_all(*(_in_states(f"kind{n}", count) for n, count in enumerate(counts))))


def _in_states(kind: str, count: int) -> Select[Any]:
    of_kind = (_object.c.enterprise == bindparam("enterprise"), _object.c.kind == bindparam(kind))
    return select(_object).where(*of_kind, _object.c.state.in_([bindparam(f"{kind}state{n}") for n in range(count)]))


class Tenant:
    """Everything that one enterprise may see."""

    def __init__(self, connection: Connection, enterprise: str) -> None:
        self._connection = connection
        self._enterprise = enterprise

    def _owned(self, *columns: Any) -> Select[Any]:
        return select(*columns).where(tables.business_object.c.enterprise == self._enterprise)

    def get(self, kind_code: str, object_id: str) -> BusinessObject:
        """Raises NotFound, for an id of another enterprise too."""
        return self._get(OWN, kind_code, object_id)

    def find(self, kind_code: str, object_id: str) -> BusinessObject | None:
        """The same, None for an id that is not there."""
        return self._find(OWN, kind_code, object_id)

    def lock(self, kind_code: str, object_id: str) -> BusinessObject:
        """The same, locked until the transaction ends; needs a writing connection."""
        return self._get(OWN_LOCKED, kind_code, object_id)

    def _get(self, statement: Prepared, kind_code: str, object_id: str) -> BusinessObject:
        found = self._find(statement, kind_code, object_id)
        if found is None:
            raise NotFound
        return found

    def _find(self, statement: Prepared, kind_code: str, object_id: str) -> BusinessObject | None:
        asked = {"enterprise": self._enterprise, "kind": kind_code, "id": object_id}
        row = statement.first(self._connection, asked)
        return None if row is None else thaw(row)

    def by_number(self, kind_code: str, number: str, partner: str = "") -> BusinessObject | None:
        """The object with this business number, or None.

        :param partner: the one that it is an object of, where the hub does not keep such objects itself. Two partners
            may give two objects one number: without it the older one is found.
        """
        table = tables.business_object
        wanted = self._owned(table).where(table.c.kind == kind_code, table.c.number == number)
        if partner:
            wanted = wanted.where(table.c.partner == KINDS[kind_code].keeper(partner))
        row = self._connection.execute(wanted.order_by(table.c.created_at, table.c.id).limit(1)).first()
        return None if row is None else thaw(row)

    def meant(self, obj: BusinessObject, link: str, content: Mapping[str, Any] | None = None) -> BusinessObject | None:
        """What the field ``link`` of ``obj`` (or of its new ``content``) names: an object of the same partner, or one
        that the hub keeps; None for an unknown number, and for what is not named by its number.
        """
        kind = obj.kind.links[link]
        number = str((obj.content if content is None else content).get(link) or "")
        return self.by_number(kind, number, obj.partner) if kind in KINDS and number else None

    def handed_in(self, kind_code: str) -> BusinessObject | None:
        """The newest object of this kind among those that were ever handed in, or None."""
        table = tables.business_object
        wanted = self._owned(table).where(table.c.kind == kind_code, table.c.submission > 0)
        row = self._connection.execute(wanted.order_by(table.c.created_at.desc(), table.c.id.desc()).limit(1)).first()
        return None if row is None else thaw(row)

    def those(self, ids: Collection[str]) -> dict[str, BusinessObject]:
        """Id -> object, for ids of any kind; one of another enterprise is not among them."""
        rows = self._connection.execute(THOSE, {"ids": list(ids)})
        return {row.id: thaw(row) for row in rows if row.enterprise == self._enterprise}

    def kinds(self) -> Sequence[str]:
        """The kinds of which the enterprise has any object."""
        return [row.kind for row in HELD.rows(self._connection, {"enterprise": self._enterprise})]

    def bill(self, object_id: str) -> BusinessObject | None:
        """The object with this id if its kind is payable, or None."""
        table = tables.business_object
        kinds = [kind.code for kind in KINDS.values() if kind.payable]
        wanted = self._owned(table).where(table.c.id == object_id, table.c.kind.in_(kinds))
        row = self._connection.execute(wanted).first()
        return None if row is None else thaw(row)

    def naming(self, obj: BusinessObject) -> list[BusinessObject]:
        """The objects of the same partner that name ``obj`` by its number: the policies of an application."""
        links = [(kind.code, link) for kind in KINDS.values() for link, to in kind.links.items() if to == obj.kind.code]
        asked = {"partner": obj.partner}
        return [
            row
            for code, link in links
            for row in self.page(code, Query(filters={link: obj.number, **asked}, whole=[link])).rows
        ]

    def bills(self) -> list[BusinessObject]:
        """Everything that the enterprise has to pay now, oldest first."""
        table = tables.business_object
        states = [
            and_(table.c.kind == kind.code, table.c.state.in_(kind.payable.states))
            for kind in KINDS.values()
            if kind.payable
        ]
        rows = self._connection.execute(self._owned(table).where(or_(*states)).order_by(table.c.created_at, table.c.id))
        return [thaw(row) for row in rows]

    def room(self, obj: BusinessObject, content: Mapping[str, Any]) -> dict[str, Decimal]:
        """What ``obj`` with this content may take from the limit that it names, as the value of its field."""
        row = obj.kind.room
        limit = self.meant(obj, row.link, content) if row else None
        if row is None or limit is None:
            return {}
        account = f"{LIMIT}{limit.number}"
        left = ledger.balance(self._connection, account, row.currency).amount
        lacking = ledger.lacking(self._connection, account, row.currency).amount
        own = obj.kind.booked(obj.enterprise, obj.states["state"], obj.content)
        taken = sum(posting.money.amount for posting in own if posting.credit == account)
        return {row.name: max(left + taken - lacking, Decimal("0.00"))}

    def has(self, kind_code: str, partner: str, states: Collection[str]) -> bool:
        """Whether an object of this kind with this partner stands in one of ``states``."""
        table = tables.business_object
        wanted = self._owned(table.c.id).where(
            table.c.kind == kind_code, table.c.partner == partner, table.c.state.in_(states)
        )
        return self._connection.execute(wanted.limit(1)).first() is not None

    def any(self, kind_code: str, partner: str) -> bool:
        """Whether there is an object of this kind with this partner that was not deleted."""
        shown = [row.id for row in KINDS[kind_code].track("state").states if not row.hidden]
        return self.has(kind_code, partner, shown)

    def standing(self, kind_code: str, *states: str) -> list[BusinessObject]:
        """Every object of this kind in one of these states, newest first: for kinds that an enterprise has few of."""
        return self.all_standing((kind_code, states))

    def all_standing(self, *wanted: Standing) -> list[BusinessObject]:
        """The same, for several kinds at once."""
        statement, asked = self._stand(wanted)
        found = [thaw(row) for row in statement.rows(self._connection, asked)]
        return sorted(found, key=lambda row: row.created_at, reverse=True)

    def expect(self, *wanted: Standing) -> None:
        """Announce :meth:`all_standing`."""
        statement, asked = self._stand(wanted)
        statement.ahead(self._connection, asked)

    def _stand(self, wanted: Sequence[Standing]) -> tuple[Prepared, Mapping[str, str]]:
        kinds = {f"kind{n}": kind for n, (kind, _) in enumerate(wanted)}
        states = {f"kind{n}state{k}": state for n, (_, states) in enumerate(wanted) for k, state in enumerate(states)}
        counts = (len(states) for _, states in wanted)
        return _standing(*counts), {"enterprise": self._enterprise, **kinds, **states}

    def customs_codes(self, kinds: Collection[str], name: str) -> list[str]:
        """The enterprise's codes at customs: the one it is registered under, and those that objects of these kinds, of
        which an enterprise has few, were handed in with under ``name``.
        """
        table, firm = tables.business_object, tables.enterprise
        own = self._connection.execute(select(firm.c.customs_code).where(firm.c.uscc == self._enterprise)).scalar()
        handed_in = self._owned(table).where(table.c.kind.in_(kinds), table.c.submission > 0)
        rows = self._connection.execute(handed_in.order_by(table.c.created_at.desc(), table.c.id))
        given = (thaw(row).content.get(name) for row in rows)
        return list(dict.fromkeys(code for code in (own, *given) if code))

    def page(self, kind_code: str, query: Query) -> Page:
        """One page, newest first. A cursor that does not fit gives page one with ``stale`` set."""
        kind = KINDS[kind_code]
        table = tables.business_object
        wanted = [table.c.kind == kind_code, *conditions(query.filters), *listed(kind, query)]
        keys = keyed(kind, self._enterprise, query)
        total = self._count(wanted, keys)
        place = None if query.cursor is None else read_cursor(query.cursor, query.filters)
        number = query.page or (1 if place is None else None)
        offset = 0 if number is None else min((number - 1) * query.size, NUMBERED)
        statement = self._few(wanted, keys) if keys and total <= COUNTED else self._many(table, wanted, keys)
        if place is not None:
            statement = statement.where(beyond(place))
        backwards = place is not None and place.backwards
        order = (
            (table.c.created_at.asc(), table.c.id.asc())
            if backwards
            else (table.c.created_at.desc(), table.c.id.desc())
        )
        found = self._connection.execute(statement.order_by(*order).offset(offset).limit(query.size + 1)).all()
        more, rows = len(found) > query.size, [thaw(row) for row in found[: query.size]]
        if backwards:
            rows.reverse()
        first = offset + 1 if number is not None else 0 if place is None else place.first(len(rows))
        return Page(
            rows=rows,
            total=min(total, COUNTED),
            capped=total > COUNTED,
            first=first if rows else 0,
            number=number,
            next=write_cursor(rows[-1], query.filters, first + len(rows)) if rows and (more or backwards) else None,
            previous=write_cursor(rows[0], query.filters, first, backwards=True) if rows and first > 1 else None,
            stale=query.cursor is not None and place is None,
        )

    def _few(self, wanted: Conditions, keys: Conditions) -> Select[Any]:
        """The objects, looked up by their keys and bound by them, see THOSE."""
        return select(_object).where(_object.c.id.in_(self._named(keys)), *wanted, *map(bears, keys[1:]))

    def _many(self, columns: Any, wanted: Conditions, keys: Conditions) -> Select[Any]:
        """The objects in the order of the list, each asked whether it has the keys: soon a page is full."""
        return self._owned(columns).where(*wanted, *map(bears, keys))

    def _named(self, keys: Conditions) -> Select[str]:
        key = tables.object_key
        return select(key.c.object_id).where(key.c.enterprise == self._enterprise, keys[0])

    def _count(self, wanted: Conditions, keys: Conditions) -> int:
        found = (
            self._named(keys).distinct().join(_object).where(*wanted, *map(bears, keys[1:]))
            if keys
            else self._many(_object.c.id, wanted, keys)
        )
        capped = found.limit(COUNTED + 1).subquery()
        return self._connection.execute(select(func.count()).select_from(capped)).scalar_one()

    def count(self, kind_code: str, track: str, state: str) -> int:
        """How many objects stand in this one state."""
        asked = {"enterprise": self._enterprise, "kind": kind_code, "state": state}
        return self._connection.execute(IN_STATE[track], asked).scalar_one()

    def counts(self, kind_code: str, track: str = "state", at_most: int = COUNTED) -> dict[str, int]:
        """How many objects stand in each state of ``track`` that has any; counted no further than ``at_most``."""
        asked = {"enterprise": self._enterprise, "at_most": at_most}
        rows = self._connection.execute(in_each(kind_code, track), asked)
        return {row.state: row.number for row in rows if row.number}

    def search(self, text: str, limit: int = 20) -> list[BusinessObject]:
        """The objects that carry exactly this number, whichever number it is."""
        key, table = tables.object_key, tables.business_object
        own = select(key.c.object_id).where(key.c.enterprise == self._enterprise, key.c.value == text.strip())
        newest = select(table).where(table.c.id.in_(own)).order_by(table.c.created_at.desc()).limit(limit)
        return [thaw(row) for row in self._connection.execute(newest)]  # bound by its keys, see THOSE

    def timeline(self, obj: BusinessObject) -> list[Entry]:
        """What happened to the object, newest first."""
        table = tables.event
        rows = self._connection.execute(
            select(table).where(table.c.object_id == self._mine(obj)).order_by(table.c.seq.desc())
        )
        return [as_entry(obj.kind, row) for row in rows]

    def documents(self, obj: BusinessObject) -> list[DocumentRow]:
        """The object's documents, newest first."""
        document, blob = tables.document, tables.blob
        rows = self._connection.execute(
            select(document, blob.c.media_type, blob.c.size)
            .join(blob, blob.c.digest == document.c.digest)
            .where(document.c.object_id == self._mine(obj), document.c.enterprise == self._enterprise)
            .order_by(document.c.created_at.desc(), document.c.id)
        )
        return [as_document(row) for row in rows]

    def newest(self, rows: Sequence[BusinessObject], kinds: Collection[str]) -> dict[str, dict[str, str]]:
        """Object id -> kind of document -> id of the newest one, for ``rows`` and these kinds."""
        if not rows or not kinds:
            return {}
        table = tables.document
        of_these = table.c.object_id.in_([self._mine(obj) for obj in rows]), table.c.kind.in_(kinds)
        documents = self._connection.execute(
            select(table.c.object_id, table.c.kind, table.c.id).where(*of_these).order_by(table.c.created_at)
        )
        found: dict[str, dict[str, str]] = {}
        for row in documents:
            found.setdefault(row.object_id, {})[row.kind] = row.id
        return found

    def latest(self, obj: BusinessObject, kind: str) -> Attachment | None:
        """The newest document of this kind that the object has, as a file."""
        newest = next((row for row in self.documents(obj) if row.kind == kind), None)
        if newest is None:
            return None
        row, content = self.document(newest.id)
        return Attachment(name=row.name, media_type=row.media_type, sha256=row.digest, content=content)

    def document(self, document_id: str) -> tuple[DocumentRow, bytes]:
        """A document with its bytes. Raises NotFound."""
        document, blob = tables.document, tables.blob
        row = self._connection.execute(
            select(document, blob.c.media_type, blob.c.size, blob.c.content)
            .join(blob, blob.c.digest == document.c.digest)
            .where(document.c.id == document_id, document.c.enterprise == self._enterprise)
        ).one_or_none()
        if row is None:
            raise NotFound
        return as_document(row), row.content

    def notices(self, limit: int = 20) -> list[NoticeRow]:
        """The latest notices."""
        notice, table = tables.notice, tables.business_object
        rows = self._connection.execute(
            select(notice, table.c.kind, table.c.number)
            .join(table, table.c.id == notice.c.object_id)
            .where(notice.c.enterprise == self._enterprise, table.c.enterprise == self._enterprise)
            .order_by(notice.c.created_at.desc(), notice.c.id)
            .limit(limit)
        )
        return [as_notice(row) for row in rows]

    def unread(self) -> int:
        """How many notices nobody has opened."""
        notice = tables.notice
        return self._connection.execute(
            select(func.count()).where(notice.c.enterprise == self._enterprise, notice.c.read_at.is_(None))
        ).scalar_one()

    def mark_read(self, ids: Sequence[str], now: datetime) -> None:
        """Mark notices as read; needs a writing connection."""
        notice = tables.notice
        self._connection.execute(
            update(notice)
            .where(notice.c.enterprise == self._enterprise, notice.c.id.in_(ids), notice.c.read_at.is_(None))
            .values(read_at=now)
        )

    def people(self) -> Mapping[str, Member]:
        """Everybody of the enterprise, by account."""
        table = tables.account
        wanted = select(table.c.id, table.c.name, table.c.role).where(table.c.enterprise == self._enterprise)
        found = self._connection.execute(wanted.order_by(table.c.role, table.c.created_at))
        return {row.id: Member(account=row.id, name=row.name, role=row.role) for row in found}

    def introduction(self, product: str) -> Mapping[str, str] | None:
        """The latest introduction of a product that an insurer sent: version, zh, en (sanitised HTML). Public."""
        table = tables.partner_content
        row = self._connection.execute(
            select(table)
            .where(table.c.key == f"{INTRODUCTION}:{product}")
            .order_by(table.c.received_at.desc())
            .limit(1)
        ).first()
        return None if row is None else {"version": row.version, "zh": row.body["zh_html"], "en": row.body["en_html"]}

    def draft(self, obj: BusinessObject, form: str) -> Draft | None:
        """What was typed into ``form`` and not yet submitted."""
        table = tables.draft
        row = self._connection.execute(
            select(table).where(table.c.object_id == self._mine(obj), table.c.form == form)
        ).one_or_none()
        return None if row is None else Draft(values=row.values, revision=row.revision, saved_at=row.saved_at)

    def typed(self, rows: Sequence[BusinessObject]) -> dict[str, Mapping[str, Any]]:
        """Object id -> what is typed into its entry form and was not submitted, for those of ``rows`` that have it."""
        table = tables.draft
        forms = {obj.id: obj.kind.entry.form for obj in rows if obj.kind.entry}
        if not forms:
            return {}
        found = self._connection.execute(
            select(table.c.object_id, table.c.form, table.c["values"]).where(table.c.object_id.in_(forms))
        )
        return {row.object_id: row[2] for row in found if row.form == forms[row.object_id]}

    def _mine(self, obj: BusinessObject) -> str:
        if obj.enterprise != self._enterprise:
            raise NotFound
        return obj.id
