"""From the door to the effect, on both databases."""

from dataclasses import replace
from datetime import timedelta
from itertools import permutations
from typing import Any

import pytest
from sqlalchemy import Engine, func, select, update
from sqlalchemy.exc import OperationalError

from hub.commands import worker
from hub.contract.message import NO_ENTERPRISE, Raw
from hub.delivery import receiver
from hub.errors import Unavailable
from hub.services import actions, calendar, operations, watch
from hub.services.objects import Tenant
from hub.store import tables
from hub.store.engine import reading, writing
from tests.services.conftest import OTHER, USCC, VALUES, World


def count(world: World, table: Any) -> int:
    with reading(world.runtime.engine) as connection:
        return connection.execute(select(func.count()).select_from(table)).scalar_one()


def test_a_pushed_offer_is_an_application_that_waits_for_the_enterprise(world: World) -> None:
    answer = world.push(world.offer())

    found = world.object()
    assert (answer.code, answer.status) == ("0000", 200)
    assert found.states["state"] == "PENDING_CONFIRM"
    assert found.content["org_code"] == USCC[8:17]


def test_an_organisation_code_that_contradicts_the_uscc_is_shown_as_sent_and_told_to_the_operators(
    world: World,
) -> None:
    offer, other = world.offer(), "MA00EXAM9"

    world.push(replace(offer, body={**offer.body, "org_code": other}))

    with reading(world.runtime.engine) as connection:
        (alert,) = watch.alerts(connection)
    assert world.object().content["org_code"] == other
    assert other in alert.text.zh


def test_the_offers_pdf_is_kept_byte_for_byte_and_a_notice_is_given(world: World) -> None:
    world.push(world.offer())

    with reading(world.runtime.engine) as connection:
        tenant = Tenant(connection, USCC)
        [row] = tenant.documents(world.object())
        assert tenant.document(row.id)[1] == b"%PDF-1.7 offer"
        assert [notice.number for notice in tenant.notices()] == ["XW2026-1"]


def test_the_same_message_again_gets_the_same_bytes_and_has_no_effect(world: World) -> None:
    content = world.seal(world.offer())
    first = world.push(content)
    world.clock.move(timedelta(minutes=3))

    again = world.push(content)

    assert again.receipt.content == first.receipt.content
    assert count(world, tables.event) == 1


def test_the_same_id_with_other_bytes_is_a_parked_conflict(world: World) -> None:
    offer = world.offer()
    world.push(offer)

    answer = world.push(world.offer("XW2026-2", message_id=offer.message_id))

    assert (answer.code, answer.status) == ("2002", 409)
    assert count(world, tables.conflict) == 1
    assert count(world, tables.business_object) == 1


def test_a_conflict_repeated_gets_its_own_stored_answer(world: World) -> None:
    offer = world.offer()
    world.push(offer)
    other = world.seal(world.offer("XW2026-2", message_id=offer.message_id))
    first = world.push(other)
    world.clock.move(timedelta(minutes=1))

    assert world.push(other).receipt.content == first.receipt.content


def test_a_policy_change_that_overtakes_its_policy_waits_for_it(world: World) -> None:
    early = world.confirmed()
    answer = world.push(early)

    world.push(world.policy())

    assert answer.code == "0000"
    assert world.object("policy", "P-1").states == {"state": "EFFECTIVE", "ack": "RECEIVED"}


def test_an_unmapped_code_changes_nothing_and_waits_for_an_operator(world: World) -> None:
    world.push(world.offer())

    answer = world.push(world.review("77", None))

    with reading(world.runtime.engine) as connection:
        [row] = operations.stuck(connection)
    assert answer.code == "0000"
    assert world.object().states["state"] == "PENDING_CONFIRM"
    assert "'77'" in str(row.reason)


def test_a_message_for_another_enterprises_number_is_refused_with_an_audit_line(world: World) -> None:
    world.push(world.offer())

    answer = world.push(world.offer(enterprise=OTHER))

    assert answer.code == "2003"
    assert count(world, tables.audit) == 1
    assert world.object().enterprise == USCC


def test_a_message_that_names_no_enterprise_finds_its_object_by_the_number_alone(world: World) -> None:
    world.push(world.offer())

    answer = world.push(world.offer(number="XW2026-1", enterprise=NO_ENTERPRISE))

    assert answer.code == "0000"
    assert world.object().enterprise == USCC


def test_a_message_that_names_no_enterprise_begins_nothing_and_waits(world: World) -> None:
    answer = world.push(world.offer(enterprise=NO_ENTERPRISE))

    assert answer.code == "0000"
    assert count(world, tables.business_object) == 0


def test_a_message_that_breaks_its_schema_is_refused_with_an_explanation(world: World) -> None:
    content = world.seal(world.offer()).replace(b"XWXBY", b"")

    answer = world.push(content)

    assert answer.status == 403  # the signature covers it
    assert count(world, tables.business_object) == 0


def confirmed_application(world: World) -> str:
    """Offer and confirmation; returns the id of the confirmation message."""
    world.push(world.offer())
    obj = world.object()
    actions.perform(world.runtime, world.actor("PW"), "micro_application", obj.id, "confirm", VALUES, obj.revision)
    with reading(world.runtime.engine) as connection:
        return str(connection.execute(select(tables.outbox.c.message_id)).scalar_one())


def test_every_order_of_the_insurers_messages_ends_the_same(engine: Engine, make_world: Any) -> None:
    ends = set()
    for order in permutations(range(3)):
        world = make_world(engine)
        number = f"XW-{''.join(map(str, order))}"
        policy = f"P-{number}"
        world.push(world.offer(number))
        obj = world.object(number=number)
        after = actions.perform(
            world.runtime, world.actor("PW"), "micro_application", obj.id, "confirm", VALUES, obj.revision
        )
        with reading(engine) as connection:
            wanted = select(tables.outbox.c.message_id).where(tables.outbox.c.object_id == after.id)
            sent = connection.execute(wanted).scalar_one()
        messages = [
            world.review("10", sent, number, policy_no=policy),
            world.policy(policy, application=number),
            world.confirmed(number=policy),
        ]
        for place in (*order, *order):
            world.push(messages[place])
        states = (dict(world.object(number=number).states), dict(world.object("policy", policy).states))
        with reading(engine) as connection:
            notices = {row.text.en for row in Tenant(connection, USCC).notices(100) if row.number in (number, policy)}
        ends.add((str(states), frozenset(notices)))

    assert len(ends) == 1


def test_an_application_is_done_when_its_policy_comes_whatever_was_said_before(world: World) -> None:
    sent = confirmed_application(world)
    world.push(world.policy(status="0"))
    issued = world.object().states["state"]
    world.push(world.review("10", sent))
    world.push(world.policy())

    after = world.object()
    assert (issued, after.states["state"], after.content["policy_no"]) == ("ISSUED", "ISSUED", "P-1")


def test_an_answer_to_the_first_submission_leaves_the_second_alone(world: World) -> None:
    first = confirmed_application(world)
    world.push(world.review("20", first, reason="缺章"))
    obj = world.object()
    actions.perform(world.runtime, world.actor("PW"), "micro_application", obj.id, "confirm", VALUES, obj.revision)

    world.push(world.review("30", first))

    assert world.object().states["state"] == "SUBMITTED"


def test_an_offer_past_its_last_day_lapses_by_itself(world: World) -> None:
    world.push(world.offer())
    world.clock.move(timedelta(days=41, hours=15))  # 2026-12-31 24:00 in Shanghai

    ended = calendar.run(world.runtime)

    assert ended == 1
    assert world.object().states["state"] == "LAPSED"


def test_an_offer_on_its_last_day_is_still_open(world: World) -> None:
    world.push(world.offer())
    world.clock.move(timedelta(days=41, hours=14, minutes=59))

    assert calendar.run(world.runtime) == 0


def test_introductions_are_kept_without_scripts(world: World) -> None:
    body = {
        "product": "XWXBY",
        "content_version": "1",
        "html_zh": "<h2>产品介绍</h2><script>x</script>",
        "html_en": "<p onclick='x'>Product</p>",
    }

    world.push(world.message("Introduction", "XWXBY", body))

    with reading(world.runtime.engine) as connection:
        stored = connection.execute(select(tables.partner_content.c.body)).scalar_one()
    assert stored == {"zh_html": "<h2>产品介绍</h2>", "en_html": "<p>Product</p>"}


@pytest.mark.parametrize("number", ["XW2026-1", "P-1"])
def test_a_trace_by_any_number_names_every_hop(world: World, number: str) -> None:
    world.push(world.offer())
    world.push(world.policy())

    with reading(world.runtime.engine) as connection:
        hops = operations.trace(connection, number)

    assert hops
    assert hops == sorted(hops, key=lambda hop: hop.at)


def test_more_messages_than_the_quota_are_turned_away_and_may_come_again(world: World) -> None:
    world.runtime.quota.per_minute = 2
    answers = [world.push(world.offer(f"N{number}")) for number in range(3)]
    world.clock.move(timedelta(seconds=30))

    later = world.push(world.offer("N3"))

    assert [answer.code for answer in answers] == ["0000", "0000", "3002"]
    assert (answers[2].status, answers[2].receipt.headers["Retry-After"]) == (429, "2")
    assert later.code == "0000"


def test_a_store_that_is_away_is_never_an_acknowledgement(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_: Any) -> None:
        raise OSError("disk full")

    monkeypatch.setattr("hub.delivery.receiver.insert_new", away)

    answer = world.push(world.offer())

    assert (answer.code, answer.status) == ("3001", 503)
    assert count(world, tables.inbox) == 0


def test_a_stray_message_that_waits_keeps_no_object_from_being_made(world: World) -> None:
    review = {"application_no": "XW2026-1", "result_code": "10", "reviewed_at": world.clock.now()}
    stray = world.push(world.message("ReviewResult", "XW2026-1", review, enterprise=OTHER))

    answer = world.push(world.offer())

    assert (stray.code, answer.code) == ("0000", "0000")
    assert world.object().states["state"] == "PENDING_CONFIRM"
    with reading(world.runtime.engine) as connection:
        parked = connection.execute(select(tables.inbox.c.reason).where(tables.inbox.c.state == "PARKED")).scalars()
        assert list(parked) == ["refused now: 2003"]


def test_a_polled_message_that_could_not_be_kept_is_fetched_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    raw = Raw(content=world.seal(world.offer()), received_at=world.clock.now())
    with monkeypatch.context() as broken:
        broken.setattr(receiver, "insert_new", deadlock)
        with pytest.raises(Unavailable):
            worker.fetched(world.runtime, "sinosure", raw)

    assert worker.fetched(world.runtime, "sinosure", raw).code == "0000"


def deadlock(*_: Any) -> bool:
    raise OperationalError("INSERT", None, Exception("deadlock detected"))


def test_two_messages_that_meet_and_do_not_see_each_other_are_applied_by_the_next_look(world: World) -> None:
    review = {"application_no": "XW2026-1", "result_code": "10", "reviewed_at": world.clock.now()}
    world.push(world.offer())
    stray = world.message("ReviewResult", "XW2026-1", review)
    world.push(stray)
    with writing(world.runtime.engine) as connection:  # as the loser of the race has left it
        parked = {"state": "PARKED", "reason": receiver.WAITING, "applied_at": None}
        connection.execute(update(tables.inbox).where(tables.inbox.c.message_id == stray.message_id).values(parked))

    assert operations.release_waiting(world.runtime) == 1

    with reading(world.runtime.engine) as connection:
        assert set(connection.execute(select(tables.inbox.c.state)).scalars()) == {"APPLIED"}


def test_rubbish_in_a_partners_name_uses_up_the_senders_share_and_not_the_partners(world: World) -> None:
    world.runtime.quota.per_minute = 2
    rubbish = Raw(content=b"rubbish", received_at=world.clock.now())
    codes = [receiver.receive(world.runtime, "sinosure", rubbish, "192.0.2.1").code for _ in range(3)]

    answer = receiver.receive(
        world.runtime, "sinosure", replace(rubbish, content=world.seal(world.offer())), "192.0.2.2"
    )

    assert (codes[-1], answer.code) == ("3002", "0000")
