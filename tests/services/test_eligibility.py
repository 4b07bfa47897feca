"""The list of a programme's companies, from the authority's file to the day when they may collect (SM-SZ-LIST)."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from hub.business import KINDS
from hub.business.eligibility import ENTITLED, FAMILIES, MOVES, SEEN, STATES
from hub.contract.money import Money
from hub.errors import InvalidInput, NotAllowed
from hub.services import audit, eligibility
from hub.store.engine import reading
from tests.services.conftest import World

SZ, FIRST, SECOND = "shenzhen-2022", "91440300MA5EXAM01A", "91440300MA5EXAM02B"
UNTIL = date(2026, 11, 27)
EXPORTS = Money(Decimal("7999999.99"), "USD")


def listed(world: World) -> dict[str, str]:
    with reading(world.runtime.engine) as connection:
        return {row.uscc: row.state for row in eligibility.companies(connection, SZ)}


@pytest.fixture
def published(world: World) -> World:
    """Two companies, published until a week from now."""
    eligibility.add(world.runtime, "clerk", SZ, [(FIRST, "甲公司", EXPORTS), (SECOND, "乙公司", EXPORTS)])
    eligibility.publish(world.runtime, "clerk", SZ, UNTIL)
    return world


def test_every_state_has_its_words_and_every_move_leads_to_one() -> None:
    ends = {state for move, target in MOVES.items() for state in (move[0], target)}

    assert ends == set(STATES) == set(FAMILIES) == set(SEEN) - {None}


def test_every_state_that_says_what_a_company_has_exists() -> None:
    assert all(KINDS[kind].state("state", state) for kind, state, _ in ENTITLED)


def test_every_state_of_an_application_that_is_not_over_says_what_the_company_has() -> None:
    said = {state for kind, state, _ in ENTITLED if kind == "micro_application"}
    states = KINDS["micro_application"].track("state").states

    assert {row.id for row in states} - said == {"ISSUED", "REJECTED", "LAPSED"}  # the policy says it, or there is none


def test_a_company_keeps_its_exports_to_the_cent(published: World) -> None:
    with reading(published.runtime.engine) as connection:
        (first, _) = eligibility.companies(connection, SZ)

    assert (first.exports, first.until) == (EXPORTS, UNTIL)


def test_the_list_is_confirmed_only_after_the_last_day_for_objections(published: World) -> None:
    published.clock.move(timedelta(days=7))  # the last day itself
    with pytest.raises(NotAllowed):
        eligibility.confirm(published.runtime, "clerk", SZ)
    published.clock.move(timedelta(days=1))

    assert eligibility.confirm(published.runtime, "clerk", SZ) == 2
    assert set(listed(published).values()) == {"CONFIRMED"}


def test_who_is_objected_to_is_not_confirmed_before_it_is_decided(published: World) -> None:
    eligibility.object_to(published.runtime, "citizen", SZ, FIRST, "出口额有误")
    published.clock.move(timedelta(days=8))
    eligibility.confirm(published.runtime, "clerk", SZ)
    waiting = listed(published)
    eligibility.decide(published.runtime, "clerk", SZ, FIRST, "dismiss")
    eligibility.confirm(published.runtime, "clerk", SZ)

    assert waiting == {FIRST: "OBJECTED", SECOND: "CONFIRMED"}
    assert listed(published)[FIRST] == "CONFIRMED"


def test_every_objection_to_a_company_is_heard_and_one_decision_ends_them(published: World) -> None:
    for text in ("出口额有误", "已注销"):
        eligibility.object_to(published.runtime, "citizen", SZ, FIRST, text)
    eligibility.decide(published.runtime, "clerk", SZ, FIRST, "dismiss")

    with reading(published.runtime.engine) as connection:
        (first, second) = eligibility.companies(connection, SZ)
    assert (first.state, first.objections) == ("PUBLISHED", ["出口额有误", "已注销"])
    assert second.objections == ()


def test_a_company_that_was_removed_stays_removed(published: World) -> None:
    eligibility.object_to(published.runtime, "citizen", SZ, FIRST, "已注销")
    eligibility.decide(published.runtime, "clerk", SZ, FIRST, "remove")
    with pytest.raises(NotAllowed):
        eligibility.decide(published.runtime, "clerk", SZ, FIRST, "dismiss")

    assert listed(published)[FIRST] == "REMOVED"


def test_an_objection_is_heard_up_to_the_last_day_and_no_longer(published: World) -> None:
    published.clock.move(timedelta(days=7))
    eligibility.object_to(published.runtime, "citizen", SZ, FIRST, "出口额有误")
    published.clock.move(timedelta(days=1))
    with pytest.raises(NotAllowed):
        eligibility.object_to(published.runtime, "citizen", SZ, SECOND, "出口额有误")


@pytest.mark.parametrize("act", ["confirm", "object", "", "publish"])
def test_a_decision_is_to_dismiss_or_to_remove(act: str, published: World) -> None:
    eligibility.object_to(published.runtime, "citizen", SZ, FIRST, "出口额有误")
    with pytest.raises(NotAllowed):
        eligibility.decide(published.runtime, "clerk", SZ, FIRST, act)


def test_a_window_that_would_be_over_at_once_is_refused(world: World) -> None:
    eligibility.add(world.runtime, "clerk", SZ, [(FIRST, "甲公司", EXPORTS)])
    with pytest.raises(InvalidInput):
        eligibility.publish(world.runtime, "clerk", SZ, date(2026, 11, 20))


def test_every_act_leaves_an_audit_line(published: World) -> None:
    with reading(published.runtime.engine) as connection:
        found = [line.what for line in audit.lines(connection, what="eligibility")]

    assert found == ["eligibility.publish", "eligibility.import"]
