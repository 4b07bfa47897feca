"""The list of a programme's companies: imported, published, objected to, confirmed. Every act leaves an audit line."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection, func, insert, select, update

from hub.business.acts import Actor
from hub.business.buyer_report import BUYER_REPORT, TAKEN
from hub.business.eligibility import CONFIRMED, ENTITLED, IMPORTED, LAPSED, MOVES, SEEN, STATES
from hub.business.numbers import SHANGHAI
from hub.business.programme import PROGRAMMES
from hub.business.roles import ADM
from hub.business.unified_policy import AT_ONCE, CAPABILITY, ELIGIBLE_LIST, LIST_NUMBERS
from hub.contract.message import NO_ENTERPRISE
from hub.contract.money import Money
from hub.contract.text import Text
from hub.errors import InvalidInput, NotAllowed
from hub.runtime import Runtime
from hub.services import accounts, audit, record
from hub.services.events import NewEvent
from hub.services.numbering import next_number
from hub.services.objects import Tenant
from hub.services.shapes import BusinessObject, thaw
from hub.store.engine import writing
from hub.store.tables import business_object, eligible, objection

PAST = Text("公示截止日期须晚于今天", "The last day for objections lies in the future")
NOTHING = Text("没有可以公示的企业", "There is no company to publish")
OPEN = Text("公示期尚未结束，不能确认", "The time for objections is not over yet")
CLOSED = Text("该企业不在公示期内，不能提出异议", "Objections to this company are not open")
NO_INSURER = Text("没有开通统保业务的保险机构，不能确认", "No insurer takes part in the programme")
LONGEST = 500  # characters of an objection


@dataclass(frozen=True, kw_only=True)
class Company:
    """One row of the list."""

    uscc: str
    name: str
    exports: Money
    state: str
    until: date | None  # last day for objections
    objections: Sequence[str]


def companies(
    connection: Connection, programme: str, *, states: Collection[str] = tuple(STATES), first: int = 0, size: int = 50
) -> list[Company]:
    """A page of those in ``states``, in the order of their codes."""
    rule = (eligible.c.programme == programme, eligible.c.state.in_(states))
    rows = connection.execute(select(eligible).where(*rule).order_by(eligible.c.uscc).offset(first).limit(size)).all()
    heard = _objections(connection, programme, [row.uscc for row in rows])
    return [
        Company(
            uscc=row.uscc,
            name=row.name,
            exports=Money.from_cents(row.exports, row.currency),
            state=row.state,
            until=row.until,
            objections=heard.get(row.uscc, ()),
        )
        for row in rows
    ]


def _objections(connection: Connection, programme: str, codes: Collection[str]) -> Mapping[str, Sequence[str]]:
    """What was said against each of these companies, in order."""
    rule = (objection.c.programme == programme, objection.c.uscc.in_(codes))
    found: dict[str, list[str]] = {}
    for row in connection.execute(select(objection.c.uscc, objection.c.text).where(*rule).order_by(objection.c.seq)):
        found.setdefault(row.uscc, []).append(row.text)
    return found


def counts(connection: Connection, programme: str) -> Mapping[str, int]:
    """State -> number of companies."""
    statement = select(eligible.c.state, func.count().label("companies")).where(eligible.c.programme == programme)
    return {row.state: row.companies for row in connection.execute(statement.group_by(eligible.c.state))}


def listed(connection: Connection, programme: str) -> frozenset[str]:
    """The codes of all companies on the list."""
    return frozenset(connection.execute(select(eligible.c.uscc).where(eligible.c.programme == programme)).scalars())


def state_of(connection: Connection, programme: str, uscc: str) -> str | None:
    """Where a company stands, or None when it is not on the list."""
    mine = (eligible.c.programme == programme, eligible.c.uscc == uscc)
    return connection.execute(select(eligible.c.state).where(*mine)).scalar_one_or_none()


def standing(connection: Connection, programme: str, uscc: str, now: datetime) -> Text:
    """Where a company stands with its policy, in its own words."""
    mine = Tenant(connection, uscc)
    for kind, state, text in ENTITLED:
        if any(row.content.get("programme") == programme for row in mine.standing(kind, state)):
            return text
    listed_as = state_of(connection, programme, uscc)
    over = _day(now) > PROGRAMMES[programme].last
    return LAPSED if listed_as == CONFIRMED and over else SEEN[listed_as]


def taken(connection: Connection, programme: str, uscc: str) -> int:
    """How many of the company's free reports on buyers are used."""
    found = Tenant(connection, uscc).standing(BUYER_REPORT.code, *TAKEN)
    return sum(row.content.get("programme") == programme for row in found)


def add(runtime: Runtime, who: str, programme: str, rows: Sequence[tuple[str, str, Money]]) -> None:
    """Put companies (code, name, exports) on the list, all or none; the caller has seen that none is on it yet."""
    now = runtime.clock.now()
    made = [
        {"uscc": uscc, "name": name, "exports": exports.cents(), "currency": exports.currency}
        for uscc, name, exports in rows
    ]
    with writing(runtime.engine) as connection:
        common = {"programme": programme, "state": IMPORTED, "changed_at": now}
        connection.execute(insert(eligible), [common | row for row in made])
        _note(connection, now, "import", who, programme, len(made))


def publish(runtime: Runtime, who: str, programme: str, until: date) -> int:
    """Publish what was imported; objections are heard until that day is over. Raises InvalidInput, NotAllowed."""
    now = runtime.clock.now()
    if until <= _day(now):
        raise InvalidInput({"until": PAST})
    with writing(runtime.engine) as connection:
        moved = _move(connection, now, programme, "publish", until=until)
        if not moved:
            raise NotAllowed(NOTHING)
        _note(connection, now, "publish", who, programme, moved)
    return moved


def object_to(runtime: Runtime, who: str, programme: str, uscc: str, text: str) -> None:
    """An objection to one company, the first or a further one, while the window is open. Raises NotAllowed."""
    now = runtime.clock.now()
    with writing(runtime.engine) as connection:
        rule = (eligible.c.uscc == uscc, eligible.c.until >= _day(now))
        if not _move(connection, now, programme, "object", *rule):
            raise NotAllowed(CLOSED)
        said = {"programme": programme, "uscc": uscc, "text": text[:LONGEST], "objector": who, "at": now}
        connection.execute(insert(objection), said)
        _note(connection, now, "object", who, programme, 1)


def decide(runtime: Runtime, who: str, programme: str, uscc: str, act: str) -> None:
    """``dismiss`` an objection, or ``remove`` the company. Raises NotAllowed when there is none."""
    now = runtime.clock.now()
    with writing(runtime.engine) as connection:
        if act not in ("dismiss", "remove") or not _move(connection, now, programme, act, eligible.c.uscc == uscc):
            raise NotAllowed
        _note(connection, now, act, who, programme, 1)


def confirm(runtime: Runtime, who: str, programme: str) -> int:
    """Confirm every company whose window is over without an open objection, and tell the insurer of them.

    Raises NotAllowed when there is no such company, and when nobody insures.
    """
    now = runtime.clock.now()
    insurers = [code for code in runtime.registry.partners if runtime.registry.offers(code, CAPABILITY)]
    if not insurers:
        raise NotAllowed(NO_INSURER)
    with writing(runtime.engine) as connection:
        moved = _move(connection, now, programme, "confirm", eligible.c.until < _day(now))
        if not moved:
            raise NotAllowed(OPEN)
        _note(connection, now, "confirm", who, programme, moved)
        for insurer in insurers:
            _tell(connection, now, who, programme, insurer)
    for insurer in insurers:
        runtime.wake(insurer)
    return moved


def told(connection: Connection, programme: str, limit: int = 20) -> list[BusinessObject]:
    """The lists that were handed to insurers, newest first."""
    table = business_object
    rule = (table.c.enterprise == NO_ENTERPRISE, table.c.kind == ELIGIBLE_LIST.code)
    rows = connection.execute(select(table).where(*rule).order_by(table.c.created_at.desc(), table.c.id).limit(limit))
    return [found for found in map(thaw, rows) if found.content["programme"] == programme]


def _tell(connection: Connection, now: datetime, who: str, programme: str, insurer: str) -> None:
    """A list for the insurer of those confirmed just now; several, when they are too many for one message."""
    rule = (eligible.c.programme == programme, eligible.c.state == CONFIRMED, eligible.c.changed_at == now)
    rows = connection.execute(select(eligible).where(*rule).order_by(eligible.c.uscc)).all()
    found = PROGRAMMES[programme]
    accounts.register_enterprise(connection, NO_ENTERPRISE, found.authority.zh, now)
    for first in range(0, len(rows), AT_ONCE):
        number = next_number(connection, LIST_NUMBERS, now)
        content = {
            "list_no": number,
            "programme": programme,
            "programme_year": found.year,
            "base_year": found.base_year,
            "cover_from": found.first,
            "cover_to": found.last,
            "confirmed_at": now,
            "insurer": insurer,
            "company": [
                {"uscc": row.uscc, "name": row.name, "exports_usd": Money.from_cents(row.exports, row.currency).amount}
                for row in rows[first : first + AT_ONCE]
            ],
        }
        actor = Actor(account=who, name="", enterprise=NO_ENTERPRISE, role=ADM)
        new = NewEvent(name="confirmed", identity=number, occurred_at=now, content=content, actor=actor)
        record.create(
            connection,
            kind=ELIGIBLE_LIST,
            enterprise=NO_ENTERPRISE,
            partner=insurer,
            number=number,
            new=new,
            now=now,
        )


def _move(connection: Connection, now: datetime, programme: str, act: str, *rule: object, **values: object) -> int:
    """The one place where a company's state changes: every row that stands where ``act`` starts from and fits."""
    targets = {state: after for (state, name), after in MOVES.items() if name == act}
    (target,) = {*targets.values()}
    statement = update(eligible).where(eligible.c.programme == programme, eligible.c.state.in_(targets), *rule)  # type: ignore[arg-type]
    return connection.execute(statement.values(state=target, changed_at=now, **values)).rowcount


def _day(now: datetime) -> date:
    return now.astimezone(SHANGHAI).date()


def _note(connection: Connection, now: datetime, act: str, who: str, programme: str, companies: int) -> None:
    detail = {"programme": programme, "companies": companies}
    audit.note(connection, now, f"eligibility.{act}", who=who, detail=detail)
