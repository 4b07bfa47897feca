"""Who may act for an enterprise: rights of operators and cards of accounts, under the decider's own card.

The legal person decides; whom she let manage the operators' cards (ROLE-06) decides about those. Each act is one row of
ACTS: it is prepared (everything checked), shown, signed with the card, done and proven in one transaction.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import Connection, Row, select

from hub.business import MANAGE_CARDS, RIGHTS, roles
from hub.business.acts import Actor
from hub.business.numbers import SHANGHAI
from hub.cards import challenge
from hub.cards.challenge import Purpose
from hub.cards.trust import CardCertificate
from hub.contract.text import Text
from hub.errors import InvalidInput, LoginRefused, NotAllowed, NotFound, SignatureRefused
from hub.evidence import chain
from hub.runtime import Runtime
from hub.services import accounts, audit, card_requests, card_trust, delegations, evidence
from hub.services.card_answers import CardAnswer, believe
from hub.services.delegations import Delegation
from hub.store import tables
from hub.store.engine import reading, writing

LONGEST = timedelta(days=366)  # of a delegation
REASONS: Mapping[str, Text] = {
    "renewed": Text("换证", "renewed"),
    "lost": Text("遗失", "lost"),
    "left": Text("人员离职", "the person left"),
    "other": Text("其他", "other"),
}
OWN_CARD = Text("不能解绑正在使用的卡，请用另一张法人卡办理", "Not the card you are using: do it with another card")
NO_SUCH_RIGHT = Text("请选择授权事项", "Choose what is delegated")
NOT_TO_HER = Text("仅可授权给操作员账号", "Rights are delegated to operators' accounts only")
WRONG_DAY = Text("截止日应在今天起一年内", "The last day: from today to one year ahead")
STANDS = Text("已有同样的授权，请先撤销", "The same right is delegated already: revoke that first")
WRONG_REASON = Text("请选择原因", "Choose a reason")


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What somebody wants to be so. Which fields count, the act says."""

    act: str  # of ACTS
    account: str = ""
    right: str = ""  # of RIGHTS
    until: date | None = None  # last day, in China
    delegation: str = ""
    card: str = ""  # fingerprint
    reason: str = ""  # of REASONS


@dataclass(frozen=True, kw_only=True)
class Plan:
    """An act that is possible: whom it concerns, what it says, and how it is done."""

    account: Row[Any]
    matter: str  # in words, signed
    do: Callable[[Connection], object]
    facts: Mapping[str, str] = field(default_factory=dict)  # ids that the words leave out


Prepare = Callable[[Connection, Actor, Wish, datetime], Plan]


@dataclass(frozen=True, kw_only=True)
class Act:
    """One thing that may be decided."""

    label: Text
    done: Text
    prepare: Prepare
    by: str | None = None  # the right that lets others than the legal person decide it


@dataclass(frozen=True, kw_only=True)
class Card:
    """A card of an account."""

    fingerprint: str
    serial: str
    holder: str
    not_after: datetime
    bound_at: datetime
    ended_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class Person:
    """An account with its cards."""

    id: str
    name: str
    role: str
    cards: Sequence[Card]


@dataclass(frozen=True, kw_only=True)
class Overview:
    """What the actor sees: all accounts of the enterprise, or his own."""

    people: Sequence[Person]
    waiting: Sequence[tuple[CardCertificate, datetime]]
    delegations: Sequence[Delegation]


def overview(runtime: Runtime, actor: Actor) -> Overview:
    """Accounts, cards (bound and former), cards that wait, delegations."""
    now = runtime.clock.now()
    account, binding = tables.account, tables.card_binding
    decides = manages(actor)
    with reading(runtime.engine) as connection:
        ours = select(account).where(account.c.enterprise == actor.enterprise)
        mine = ours if decides else ours.where(account.c.id == actor.account)
        people = connection.execute(mine.order_by(account.c.role, account.c.created_at)).all()
        cards = connection.execute(
            select(binding).where(binding.c.account.in_([row.id for row in people])).order_by(binding.c.bound_at)
        ).all()
        waiting = card_requests.waiting(connection, actor.enterprise, now) if decides else ()
        granted = delegations.all_of(connection, actor.enterprise)
    shown = {row.id for row in people}
    return Overview(
        people=[_person(row, [card for card in cards if card.account == row.id]) for row in people],
        waiting=waiting,
        delegations=[row for row in granted if row.account in shown],
    )


def _person(row: Row[Any], cards: Sequence[Row[Any]]) -> Person:
    names = tuple(Card.__dataclass_fields__)
    shown = [Card(**{name: getattr(card, name) for name in names}) for card in cards]
    return Person(id=row.id, name=row.name, role=row.role, cards=shown)


def manages(actor: Actor) -> bool:
    """Whether the actor decides about cards of others."""
    return actor.role == roles.LP or MANAGE_CARDS in actor.rights


def payload(runtime: Runtime, actor: Actor, wish: Wish, nonce: str) -> tuple[Plan, str]:
    """What the act is, and what the decider's card has to sign. Raises NotFound, NotAllowed, InvalidInput."""
    now = runtime.clock.now()
    with reading(runtime.engine) as connection:
        plan = _plan(connection, actor, wish, now)
    return plan, challenge.make_binding(
        Purpose.AUTHORITY, origin=runtime.settings.web.origin, nonce=nonce, now=now, **_terms(actor, wish, plan)
    )


def perform(runtime: Runtime, actor: Actor, wish: Wish, card: CardAnswer) -> Plan:
    """Do it, with the card's word. Refusals are audited.

    Raises NotFound, NotAllowed, InvalidInput, SignatureRefused.
    """
    now = runtime.clock.now()
    firm, what = tables.enterprise, f"authority.{wish.act}"
    try:
        with writing(runtime.engine) as connection:
            connection.execute(select(firm.c.uscc).where(firm.c.uscc == actor.enterprise).with_for_update())
            plan = _plan(connection, actor, wish, now)
            evidence.require(connection, runtime.settings.evidence.patience, now)
            believe(runtime, connection, actor, card, now, purpose=Purpose.AUTHORITY, **_terms(actor, wish, plan))
            plan.do(connection)
            signed = evidence.signed(
                connection, card.signature, _shown(wish, plan), card_trust.trust(runtime.settings.trust)
            )
            facts = {"what": "authority", "act": wish.act, "by": actor.account, "signature": signed}
            evidence.append(connection, f"authority:{actor.enterprise}", facts, now)
            detail = {"account": plan.account.id, **plan.facts}
            audit.note(connection, now, what, who=actor.account, address=actor.address, detail=detail)
    except (NotAllowed, SignatureRefused) as refused:
        with writing(runtime.engine) as connection:
            detail = {"account": wish.account, "reason": refused.text.en}
            audit.note(connection, now, f"{what}.refused", who=actor.account, address=actor.address, detail=detail)
        raise
    return plan


def _plan(connection: Connection, actor: Actor, wish: Wish, now: datetime) -> Plan:
    act = ACTS[wish.act]
    if actor.role != roles.LP and act.by not in actor.rights:
        raise NotAllowed(roles.refusal(roles.LEGAL_PERSON, delegable=act.by is not None))
    plan = act.prepare(connection, actor, wish, now)
    if actor.role != roles.LP and plan.account.role == roles.LP:
        raise NotAllowed(roles.refusal(roles.LEGAL_PERSON))
    return plan


def _terms(actor: Actor, wish: Wish, plan: Plan) -> dict[str, str]:
    """The fields of the payload that say what is signed."""
    digest = chain.digest(_shown(wish, plan))
    return {"number": actor.enterprise, "receiver": plan.account.name, "digest": digest, "matter": plan.matter}


def _shown(wish: Wish, plan: Plan) -> str:
    whom = {"account": plan.account.id, "name": plan.account.name, "role": plan.account.role}
    return chain.canonical({"act": wish.act, "matter": plan.matter, **whom, **plan.facts})


def _grant(connection: Connection, actor: Actor, wish: Wish, now: datetime) -> Plan:
    account = _account(connection, actor, wish.account)
    if wish.right not in RIGHTS:
        raise InvalidInput({"right": NO_SUCH_RIGHT})
    if account.role not in (roles.OP, roles.PW):
        raise InvalidInput({"account": NOT_TO_HER})
    today = now.astimezone(SHANGHAI).date()
    if wish.until is None or not today <= wish.until <= today + LONGEST:
        raise InvalidInput({"until": WRONG_DAY})
    if wish.right in delegations.rights(connection, account.id, now):
        raise NotAllowed(STANDS)
    end, right = datetime.combine(wish.until + timedelta(days=1), time(), SHANGHAI), wish.right
    return Plan(
        account=account,
        matter=f"授权{RIGHTS[right].zh}，至 {wish.until}",
        do=lambda connection: delegations.grant(connection, account.id, right, end, actor.account, now),
        facts={"right": right, "until": wish.until.isoformat()},
    )


def _revoke(connection: Connection, actor: Actor, wish: Wish, now: datetime) -> Plan:
    ours = delegations.all_of(connection, actor.enterprise)
    found = next((row for row in ours if row.id == wish.delegation and row.stands(now)), None)
    if found is None:
        raise NotFound
    label = RIGHTS[found.right].zh if found.right in RIGHTS else found.right
    return Plan(
        account=_account(connection, actor, found.account),
        matter=f"撤销授权：{label}",
        do=lambda connection: delegations.revoke(connection, found.id, now),
        facts={"delegation": found.id, "right": found.right},
    )


def _bind(connection: Connection, actor: Actor, wish: Wish, now: datetime) -> Plan:
    account = _account(connection, actor, wish.account)
    card = _waiting(connection, actor, wish, account, now)
    return Plan(
        account=account,
        matter=f"绑定卡 {_named(card)}",
        do=lambda connection: accounts.bind_card(connection, account.id, card, now),
        facts={"certificate": card.serial},
    )


def _replace(connection: Connection, actor: Actor, wish: Wish, now: datetime) -> Plan:
    account, reason = _account(connection, actor, wish.account), _why(wish)
    card = _waiting(connection, actor, wish, account, now)

    def do(connection: Connection) -> None:
        accounts.unbind_cards(connection, account.id, wish.reason, now)
        accounts.bind_card(connection, account.id, card, now)

    return Plan(
        account=account,
        matter=f"换卡（{reason.zh}）：绑定卡 {_named(card)}，原有的卡全部停用",
        do=do,
        facts={"certificate": card.serial, "reason": wish.reason},
    )


def _unbind(connection: Connection, actor: Actor, wish: Wish, now: datetime) -> Plan:
    binding, reason = tables.card_binding, _why(wish)
    bound = (binding.c.fingerprint == wish.card, binding.c.ended_at.is_(None))
    card = connection.execute(select(binding).where(*bound)).one_or_none()
    if card is None:
        raise NotFound
    account = _account(connection, actor, card.account)
    if account.id == actor.account and card.serial == actor.certificate:
        raise NotAllowed(OWN_CARD)
    return Plan(
        account=account,
        matter=f"解绑卡 {_named(card)}：{reason.zh}",
        do=lambda connection: accounts.unbind_cards(connection, account.id, wish.reason, now, only=card.fingerprint),
        facts={"certificate": card.serial, "reason": wish.reason},
    )


def _account(connection: Connection, actor: Actor, account_id: str) -> Row[Any]:
    """Of the actor's own enterprise. Raises NotFound."""
    table = tables.account
    ours = (table.c.id == account_id, table.c.enterprise == actor.enterprise)
    row = connection.execute(select(table).where(*ours)).one_or_none()
    if row is None:
        raise NotFound
    return row


def _waiting(connection: Connection, actor: Actor, wish: Wish, account: Row[Any], now: datetime) -> CardCertificate:
    """The card that waits and fits the account. Raises NotFound, NotAllowed."""
    waiting = card_requests.waiting(connection, actor.enterprise, now)
    card = next((row for row, _ in waiting if row.fingerprint == wish.card and row.not_after > now), None)
    if card is None:
        raise NotFound
    try:
        accounts.check_holder(account, card)
    except LoginRefused as refused:
        raise NotAllowed(refused.text) from None
    return card


def _named(card: CardCertificate | Row[Any]) -> str:
    """By the code that its holder can read out; the certificate's number stands in the facts."""
    return f"{card_requests.code(card.fingerprint)}（{card.holder[:60]}）"


def _why(wish: Wish) -> Text:
    """Raises InvalidInput."""
    if wish.reason not in REASONS:
        raise InvalidInput({"reason": WRONG_REASON})
    return REASONS[wish.reason]


ACTS: Mapping[str, Act] = {
    "grant": Act(label=Text("授权", "Delegate"), done=Text("已授权", "Delegated"), prepare=_grant),
    "revoke": Act(label=Text("撤销授权", "Revoke"), done=Text("已撤销授权", "Revoked"), prepare=_revoke),
    "bind": Act(
        label=Text("绑定", "Bind"),
        done=Text("已绑定，此卡可以登录", "Bound: it logs in"),
        prepare=_bind,
        by=MANAGE_CARDS,
    ),
    "replace": Act(
        label=Text("换卡", "Replace"),
        done=Text("已换卡，原有的卡已停用", "Replaced: the former cards log in no more"),
        prepare=_replace,
        by=MANAGE_CARDS,
    ),
    "unbind": Act(
        label=Text("解绑", "Take off"),
        done=Text("已解绑，此卡的登录已结束", "Taken off: its sessions have ended"),
        prepare=_unbind,
        by=MANAGE_CARDS,
    ),
}
