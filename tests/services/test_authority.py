"""The legal person decides who acts and with which card; every decision is signed, proven, and counts at once."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from hub.business import MANAGE_CARDS
from hub.cards.challenge import Purpose, frame, parse
from hub.contract.message import ActorSignature
from hub.errors import HubError, InvalidInput, LoginRefused, NotAllowed, NotFound, SignatureRefused
from hub.services import audit, authority, card_login, card_requests, delegations, evidence_check, nonces, sessions
from hub.services.authority import Wish
from hub.services.card_answers import CardAnswer
from hub.services.sessions import LoginSession
from hub.store.engine import reading
from hub.store.tables import evidence
from hub.testing import pki
from tests.services.conftest import OTHER, START, USCC, World

MARCH = date(2027, 3, 31)


def answered(
    world: World, login: LoginSession, card: pki.Identity, wish: Wish, signed: Wish | None = None
) -> CardAnswer:
    nonce = nonces.new(world.runtime, "browser")
    _, payload = authority.payload(world.runtime, login.actor, signed or wish, nonce)
    signature = ActorSignature(
        payload=payload,
        algorithm=card.algorithm,
        value=pki.KeySigner(card).sign(frame(payload)),
        certificate=card.der,
    )
    return CardAnswer(signature=signature, nonce=nonce, browser="browser")


def decide(world: World, login: LoginSession, own: pki.Identity, **wish: Any) -> authority.Plan:
    wanted = Wish(**wish)
    return authority.perform(world.runtime, login.actor, wanted, answered(world, login, own, wanted))


def rights(world: World, login: LoginSession) -> frozenset[str]:
    """As the next request of this session sees them."""
    found = sessions.find(world.runtime, login.token)
    assert found is not None
    return found.actor.rights


def new_card(world: World, role: str = "OP") -> pki.Identity:
    """A card of ours that nobody has bound, after its first try to log in."""
    card = pki.issue_card(
        world.authority,
        enterprise="示例进出口有限公司",
        holder="李新卡",
        org_code=USCC[8:17],
        role=role,
        now=START - timedelta(hours=1),
    )
    with pytest.raises(card_login.Unbound):
        world.login(card)
    return card


def waiting(world: World, uscc: str = USCC) -> list[str]:
    with reading(world.runtime.engine) as connection:
        return [card.fingerprint for card, _ in card_requests.waiting(connection, uscc, world.clock.now())]


def audited(world: World, what: str) -> list[audit.AuditLine]:
    with reading(world.runtime.engine) as connection:
        return audit.lines(connection, what=what)


People = Callable[..., tuple[LoginSession, pki.Identity]]


@pytest.fixture
def people(world: World) -> People:
    """Somebody of ours with this kind of card, logged in."""

    def make(role: str, enterprise: str = USCC) -> tuple[LoginSession, pki.Identity]:
        card = world.card(role, enterprise)
        return world.login(card, role + enterprise), card

    return make


def test_a_delegated_right_counts_at_once_and_until_its_last_day_is_over(world: World, people: People) -> None:
    (legal, card), (operator, _) = people("LP"), people("OP")

    decide(world, legal, card, act="grant", account=operator.account_id, right=MANAGE_CARDS, until=date(2026, 11, 20))

    at = [START, START + timedelta(hours=14, minutes=59), START + timedelta(hours=15)]  # 24:00 in China is 16:00 UTC
    with reading(world.runtime.engine) as connection:
        held = [delegations.rights(connection, operator.account_id, moment) for moment in at]
    assert rights(world, operator) == {MANAGE_CARDS}
    assert held == [{MANAGE_CARDS}, {MANAGE_CARDS}, frozenset()]


def test_a_revoked_right_ends_at_once_in_the_open_session(world: World, people: People) -> None:
    (legal, card), (operator, _) = people("LP"), people("OP")
    decide(world, legal, card, act="grant", account=operator.account_id, right=MANAGE_CARDS, until=MARCH)
    granted = authority.overview(world.runtime, legal.actor).delegations[0]

    decide(world, legal, card, act="revoke", delegation=granted.id)

    assert rights(world, operator) == frozenset()
    assert [row.revoked_at for row in authority.overview(world.runtime, operator.actor).delegations] == [START]


def test_each_decision_is_proven_with_the_card_and_audited(world: World, people: People) -> None:
    (legal, card), (operator, _) = people("LP"), people("OP")

    decide(world, legal, card, act="grant", account=operator.account_id, right=MANAGE_CARDS, until=MARCH)

    with reading(world.runtime.engine) as connection:
        body = connection.execute(select(evidence.c.body).where(evidence.c.chain == f"authority:{USCC}")).scalar_one()
        assert evidence_check.check(connection).faults == []
    assert "授权管理操作员的卡，至 2027-03-31" in body
    assert audited(world, "authority.grant")[0].detail["right"] == MANAGE_CARDS


def test_the_card_signs_what_is_decided_in_words(world: World, people: People) -> None:
    (legal, _), (operator, _) = people("LP"), people("OP")
    wish = Wish(act="grant", account=operator.account_id, right=MANAGE_CARDS, until=MARCH)

    _, text = authority.payload(world.runtime, legal.actor, wish, "n" * 43)

    signed = parse(text)
    assert (signed.purpose, signed.matter) == (Purpose.AUTHORITY, "授权管理操作员的卡，至 2027-03-31")


def test_a_signature_for_one_decision_does_not_do_for_another(world: World, people: People) -> None:
    (legal, card), (operator, _) = people("LP"), people("OP")
    asked = Wish(act="grant", account=operator.account_id, right=MANAGE_CARDS, until=date(2026, 11, 21))
    longer = replace(asked, until=MARCH)

    with pytest.raises(SignatureRefused):
        authority.perform(world.runtime, legal.actor, longer, answered(world, legal, card, longer, signed=asked))

    assert rights(world, operator) == frozenset()
    assert audited(world, "authority.grant.refused")


def test_a_signature_is_taken_once(world: World, people: People) -> None:
    (legal, card), (operator, _) = people("LP"), people("OP")
    wish = Wish(act="grant", account=operator.account_id, right=MANAGE_CARDS, until=MARCH)
    answer = answered(world, legal, card, wish)
    authority.perform(world.runtime, legal.actor, wish, answer)
    granted = authority.overview(world.runtime, legal.actor).delegations[0]
    decide(world, legal, card, act="revoke", delegation=granted.id)

    with pytest.raises(SignatureRefused):
        authority.perform(world.runtime, legal.actor, wish, answer)


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"right": "cargo_application.submit"}, InvalidInput),
        ({"until": None}, InvalidInput),
        ({"until": date(2026, 11, 19)}, InvalidInput),
        ({"until": date(2028, 1, 1)}, InvalidInput),
        ({"account": "nobody"}, NotFound),
    ],
)
def test_what_cannot_be_delegated_is_refused(
    world: World, people: People, changes: dict[str, Any], error: type[HubError]
) -> None:
    (legal, _), (operator, _) = people("LP"), people("OP")
    wish = Wish(act="grant", account=operator.account_id, right=MANAGE_CARDS, until=MARCH)

    with pytest.raises(error):
        authority.payload(world.runtime, legal.actor, replace(wish, **changes), "n" * 43)


def test_only_the_legal_person_delegates_even_where_cards_are_delegated(world: World, people: People) -> None:
    (legal, card), (operator, own) = people("LP"), people("OP")
    decide(world, legal, card, act="grant", account=operator.account_id, right=MANAGE_CARDS, until=MARCH)
    operator = sessions.opened(world.runtime, operator.token)

    with pytest.raises(NotAllowed, match="legal-person card"):
        decide(world, operator, own, act="grant", account=operator.account_id, right=MANAGE_CARDS, until=MARCH)


def test_an_unbound_card_waits_for_the_legal_person_under_the_code_its_holder_reads(world: World) -> None:
    card = new_card(world)

    with pytest.raises(LoginRefused) as refused:
        world.login(card)

    assert card_requests.code(waiting(world)[0]) in refused.value.text.zh
    assert waiting(world, OTHER) == []


def test_a_bound_card_logs_in_beside_the_former_one(world: World, people: People) -> None:
    (legal, card), (operator, former) = people("LP"), people("OP")
    further = new_card(world)

    decide(world, legal, card, act="bind", account=operator.account_id, card=waiting(world)[0])

    assert world.login(further).account_id == world.login(former).account_id == operator.account_id
    assert waiting(world) == []


def test_a_replaced_card_ends_with_its_sessions_and_its_history_stays(world: World, people: People) -> None:
    (legal, card), (operator, former) = people("LP"), people("OP")
    new_card(world)

    decide(world, legal, card, act="replace", account=operator.account_id, card=waiting(world)[0], reason="lost")

    assert sessions.find(world.runtime, operator.token) is None
    with pytest.raises(LoginRefused, match="taken off"):
        world.login(former)
    person = next(row for row in authority.overview(world.runtime, legal.actor).people if row.id == operator.account_id)
    assert [row.ended_at for row in person.cards] == [START, None]


def test_an_unbound_card_ends_alone(world: World, people: People) -> None:
    (legal, card), (operator, _) = people("LP"), people("OP")
    second = new_card(world)
    decide(world, legal, card, act="bind", account=operator.account_id, card=waiting(world)[0])
    login = world.login(second, "second")

    decide(world, legal, card, act="unbind", card=login.fingerprint, reason="left")

    assert sessions.find(world.runtime, login.token) is None
    assert sessions.find(world.runtime, operator.token) is not None


def test_nobody_takes_the_card_in_use_off_himself(world: World, people: People) -> None:
    legal, card = people("LP")

    with pytest.raises(NotAllowed, match="Not the card you are using"):
        decide(world, legal, card, act="unbind", card=legal.fingerprint, reason="lost")


def test_who_manages_cards_does_so_for_operators_only(world: World, people: People) -> None:
    (legal, card), (operator, own) = people("LP"), people("OP")
    decide(world, legal, card, act="grant", account=operator.account_id, right=MANAGE_CARDS, until=MARCH)
    operator = sessions.opened(world.runtime, operator.token)
    new_card(world, "LP")

    with pytest.raises(NotAllowed):
        decide(world, operator, own, act="bind", account=legal.account_id, card=waiting(world)[0])
    with pytest.raises(NotAllowed):
        decide(world, operator, own, act="unbind", card=legal.fingerprint, reason="lost")


def test_an_operator_without_the_right_decides_nothing_and_sees_only_himself(world: World, people: People) -> None:
    people("LP")
    operator, own = people("OP")
    new_card(world)

    with pytest.raises(NotAllowed):
        decide(world, operator, own, act="bind", account=operator.account_id, card=waiting(world)[0])
    seen = authority.overview(world.runtime, operator.actor)
    assert ([row.id for row in seen.people], seen.waiting) == ([operator.account_id], ())


def test_accounts_and_cards_of_another_enterprise_do_not_exist(world: World, people: People) -> None:
    (legal, card), (foreign, _) = people("LP"), people("OP", OTHER)

    for wish in (
        {"act": "grant", "account": foreign.account_id, "right": MANAGE_CARDS, "until": MARCH},
        {"act": "unbind", "card": foreign.fingerprint, "reason": "lost"},
    ):
        with pytest.raises(NotFound):
            decide(world, legal, card, **wish)


def test_a_card_of_the_other_kind_is_not_bound(world: World, people: People) -> None:
    (legal, card), (operator, _) = people("LP"), people("OP")
    new_card(world, "LP")

    with pytest.raises(NotAllowed, match="kind of card"):
        decide(world, legal, card, act="bind", account=operator.account_id, card=waiting(world)[0])
