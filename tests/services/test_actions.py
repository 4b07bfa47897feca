"""What a user does: allowed by the tables, signed by the card, once."""

from datetime import timedelta
from typing import Any

import pytest
from lxml import etree
from sqlalchemy import func, select

from hub.business import KINDS
from hub.cards.challenge import frame
from hub.errors import InvalidInput, LoginRefused, NotAllowed, NotFound, SignatureRefused, Stale
from hub.services import actions, card_login, conflicts, drafts, nonces, objects, operations, sessions
from hub.services.objects import Tenant
from hub.services.paging import Query
from hub.store import tables
from hub.store.engine import reading, writing
from hub.testing import pki
from tests.services.conftest import OTHER, USCC, VALUES, World


def perform(world: World, actor: Any, name: str = "confirm", card: Any = None, **more: Any) -> Any:
    obj = world.object()
    values = more.get("values", VALUES if name == "confirm" else {})
    revision = more.get("revision", obj.revision)
    return actions.perform(world.runtime, actor, "micro_application", obj.id, name, values, revision, card)


def outbox(world: World) -> list[Any]:
    with reading(world.runtime.engine) as connection:
        return list(connection.execute(select(tables.outbox).order_by(tables.outbox.c.seq)))


def audits(world: World) -> list[str]:
    with reading(world.runtime.engine) as connection:
        return list(connection.execute(select(tables.audit.c.what).order_by(tables.audit.c.seq)).scalars())


def test_a_confirmation_signed_with_the_card_goes_out_with_the_cards_signature(world: World) -> None:
    world.push(world.offer())
    card = world.card()
    session = world.login(card)

    after = perform(world, session.actor, card=world.answer(session, card, VALUES))

    with reading(world.runtime.engine) as connection:
        sent = etree.fromstring(connection.execute(select(tables.outbox_raw.c.content)).scalar_one())
    texts = {etree.QName(element).localname: element.text for element in sent.iter()}
    assert after.states["state"] == "SUBMITTED"
    assert (texts["ContactMobile"], texts["SignerCertificateSerial"]) == ("13800000000", session.actor.certificate)
    assert "APPLICATION" in str(texts["Payload"])


def test_the_second_click_returns_the_first_ones_result(world: World) -> None:
    world.push(world.offer())
    first = perform(world, world.actor("PW"))

    again = perform(world, world.actor("PW"), revision=first.revision - 1)

    assert again.id == first.id
    assert len(outbox(world)) == 1


def test_two_people_who_act_on_the_same_revision_do_not_overwrite_each_other(world: World) -> None:
    world.push(world.offer())
    before = world.object().revision
    perform(world, world.actor("PW"))

    with pytest.raises(Stale):
        perform(world, world.actor("PW"), "withdraw", revision=before)


def test_a_card_session_without_a_signature_changes_nothing_and_leaves_an_audit_line(world: World) -> None:
    world.push(world.offer())
    session = world.login(world.card())

    with pytest.raises(SignatureRefused):
        perform(world, session.actor)

    assert world.object().states["state"] == "PENDING_CONFIRM"
    assert audits(world)[-1] == "signature.refused"


def test_a_signature_under_other_values_is_refused(world: World) -> None:
    world.push(world.offer())
    card = world.card()
    session = world.login(card)
    answer = world.answer(session, card, VALUES)

    with pytest.raises(SignatureRefused):
        perform(world, session.actor, card=answer, values=VALUES | {"contact_mobile": "13911111111"})


def test_another_persons_card_cannot_sign_in_my_session(world: World) -> None:
    world.push(world.offer())
    mine, other = world.card(), world.card("OP")
    session = world.login(mine)

    with pytest.raises(SignatureRefused, match="does not belong"):
        perform(world, session.actor, card=world.answer(session, other, VALUES))


def test_a_nonce_signs_once(world: World) -> None:
    world.push(world.offer())
    world.push(world.offer("XW2026-2"))
    card = world.card()
    session = world.login(card)
    answer = world.answer(session, card, VALUES)
    with writing(world.runtime.engine) as connection:
        nonces.spend(connection, answer.nonce, session.token, world.clock.now())

    with pytest.raises(SignatureRefused):
        perform(world, session.actor, card=answer)


def test_a_signature_older_than_five_minutes_is_refused(world: World) -> None:
    world.push(world.offer())
    card = world.card()
    session = world.login(card)
    answer = world.answer(session, card, VALUES)
    world.clock.move(timedelta(minutes=6))

    with pytest.raises(SignatureRefused):
        perform(world, session.actor, card=answer)


def test_an_action_that_the_state_forbids_is_refused_with_the_reason(world: World) -> None:
    world.push(world.offer())

    with pytest.raises(NotAllowed, match="Awaiting confirmation"):
        perform(world, world.actor("PW"), "withdraw")


def test_nothing_can_be_sent_while_the_last_outcome_is_unknown(world: World) -> None:
    world.push(world.offer())
    perform(world, world.actor("PW"))
    table = tables.business_object
    with writing(world.runtime.engine) as connection:
        connection.execute(table.update().values(delivery="UNKNOWN"))

    with pytest.raises(NotAllowed, match="still being confirmed"):
        perform(world, world.actor("PW"), "withdraw")


def test_values_that_the_partners_schema_refuses_leave_nothing_behind(world: World) -> None:
    world.push(world.offer())

    with pytest.raises(InvalidInput):
        perform(world, world.actor("PW"), values=VALUES | {"contact_mobile": "12"})

    assert outbox(world) == []
    assert world.object().states["state"] == "PENDING_CONFIRM"


def test_a_foreign_enterprise_cannot_act_on_an_id_it_guessed(world: World) -> None:
    world.push(world.offer())
    stranger = world.actor("PW", OTHER)

    with pytest.raises(NotFound):
        perform(world, stranger)


@pytest.mark.parametrize("kind", ["micro_application", "policy"])
def test_no_list_count_search_or_notice_crosses_enterprises(world: World, kind: str) -> None:
    world.push(world.offer())
    world.push(world.policy())

    with reading(world.runtime.engine) as connection:
        foreign = Tenant(connection, OTHER)
        seen = [foreign.page(kind, Query()).rows, foreign.counts(kind), foreign.search("XW2026-1"), foreign.notices()]
        named = foreign.page(kind, Query(filters={KINDS[kind].number: "X"}))
        those = foreign.those([world.object().id]), foreign.kinds()

    assert seen == [[], {}, [], []]
    assert (named.rows, named.total) == ([], 0)
    assert those == ({}, [])


def test_drafts_of_two_editors_do_not_overwrite_each_other(world: World) -> None:
    world.push(world.offer())
    obj = world.object()
    form = ("micro_application", obj.id, "micro_confirmation")
    first = drafts.save(world.runtime, world.actor(), *form, {"contact_name": "王"}, None)
    drafts.save(world.runtime, world.actor(), *form, {"contact_name": "李"}, first.revision)

    with pytest.raises(Stale):
        drafts.save(world.runtime, world.actor(), *form, {"contact_name": "张"}, first.revision)


def test_pages_reach_every_row_once_forwards_and_backwards(world: World) -> None:
    for number in range(7):
        world.push(world.offer(f"N{number}"))
        world.clock.move(timedelta(seconds=number % 2))

    with reading(world.runtime.engine) as connection:
        tenant = Tenant(connection, USCC)
        pages = [tenant.page("micro_application", Query(size=3))]
        while pages[-1].next:
            pages.append(tenant.page("micro_application", Query(size=3, cursor=pages[-1].next)))
        back = tenant.page("micro_application", Query(size=3, cursor=pages[-1].previous))

    numbers = [row.number for page in pages for row in page.rows]
    assert sorted(numbers) == [f"N{number}" for number in range(7)]
    assert [page.first for page in pages] == [1, 4, 7]
    assert [row.number for row in back.rows] == [row.number for row in pages[1].rows]


@pytest.mark.parametrize("counted", [3, 100], ids=["too many to count", "few"])
def test_what_a_number_names_has_pages_however_many_there_are(
    world: World, counted: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(objects, "COUNTED", counted)
    for number in ("N1", "M1", "N2", "N3", "N4", "O1", "N5"):
        world.push(world.offer(number))
        world.clock.move(timedelta(seconds=1))
    asked = {"application_no": "N"}

    with reading(world.runtime.engine) as connection:
        tenant = Tenant(connection, USCC)
        first = tenant.page("micro_application", Query(size=3, filters=asked))
        second = tenant.page("micro_application", Query(size=3, filters=asked, cursor=first.next))

    assert [row.number for page in (first, second) for row in page.rows] == ["N5", "N4", "N3", "N2", "N1"]
    assert first.capped == (counted == 3)


def test_an_edited_cursor_gives_page_one_with_a_hint(world: World) -> None:
    world.push(world.offer())

    with reading(world.runtime.engine) as connection:
        page = Tenant(connection, USCC).page("micro_application", Query(cursor="bm9uc2Vuc2U="))

    assert page.stale
    assert page.first == 1


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ({"application_no": "XW2026"}, 1),
        ({"application_no": "XW2027"}, 0),
        ({"application_no": "XW%"}, 0),
        ({"application_no": "XW2026", "state": "PENDING_CONFIRM"}, 1),
        ({"application_no": "XW2026", "state": "APPROVED"}, 0),
        ({"state": "PENDING_CONFIRM"}, 1),
        ({"state": "APPROVED"}, 0),
        ({"created_from": "2026-11-20", "created_to": "2026-11-20"}, 1),
        ({"created_from": "2026-11-21"}, 0),
        ({"created_to": "nonsense"}, 1),
    ],
)
def test_filters_find_what_they_name(world: World, filters: dict[str, str], found: int) -> None:
    world.push(world.offer())

    with reading(world.runtime.engine) as connection:
        assert Tenant(connection, USCC).page("micro_application", Query(filters=filters)).total == found


def test_an_act_that_the_role_does_not_allow_is_refused_with_an_audit_line(world: World) -> None:
    world.push(world.offer())

    with pytest.raises(NotAllowed):
        perform(world, world.actor("ADM"))

    assert audits(world)[-1] == "action.refused"


def test_other_values_on_the_same_revision_are_refused_and_not_taken_for_the_same_call(world: World) -> None:
    world.push(world.offer())
    perform(world, world.actor("PW"))

    with pytest.raises(Stale):
        actions.perform(
            world.runtime, world.actor("PW"), "micro_application", world.object().id, "confirm",
            VALUES | {"contact_name": "李四"}, 1,
        )  # fmt: skip


def test_a_session_ends_after_its_idle_time(world: World) -> None:
    session = world.login(world.card())
    world.clock.move(timedelta(minutes=30))

    assert sessions.find(world.runtime, session.token) is None


def test_using_a_session_keeps_it_alive(world: World) -> None:
    session = world.login(world.card())
    for _ in range(3):
        world.clock.move(timedelta(minutes=20))
        assert sessions.find(world.runtime, session.token) is not None


def test_logging_out_ends_the_session_at_the_server(world: World) -> None:
    session = world.login(world.card())

    sessions.end(world.runtime, session.token, "user")

    assert sessions.find(world.runtime, session.token) is None


def test_a_card_that_is_bound_to_nobody_is_refused_with_the_way_out(world: World) -> None:
    card = world.card()
    with writing(world.runtime.engine) as connection:
        connection.execute(tables.card_binding.delete())

    with pytest.raises(LoginRefused, match="bound to no account"):
        world.login(card)

    with reading(world.runtime.engine) as connection:
        assert connection.execute(select(func.count()).select_from(tables.login_session)).scalar_one() == 0
    assert audits(world)[-1] == "login.refused"


def test_a_login_answer_cannot_be_used_twice_or_in_another_browser(world: World) -> None:
    card = world.card()
    asked = card_login.challenge(world.runtime, "browser")
    signature = pki.KeySigner(card).sign(frame(asked.payload))
    call: dict[str, Any] = {
        "nonce": asked.nonce,
        "payload": asked.payload,
        "algorithm": card.algorithm,
        "signature": signature,
        "certificate": card.der,
        "address": None,
    }

    with pytest.raises(LoginRefused):
        card_login.login(world.runtime, browser="other", **call)
    card_login.login(world.runtime, browser="browser", **call)
    with pytest.raises(LoginRefused):
        card_login.login(world.runtime, browser="browser", **call)


def test_an_operators_decision_is_needed_when_answers_contradict(world: World) -> None:
    world.push(world.offer())
    perform(world, world.actor("PW"))
    [sent] = outbox(world)
    world.push(world.review("10", sent.message_id, policy_no="P-1"))
    world.push(world.review("30", sent.message_id))

    assert world.object().state().label.zh == "结果待核实"  # type: ignore[union-attr]


def contradicted(world: World) -> str:
    """An application with two answers; returns its id."""
    world.push(world.offer())
    perform(world, world.actor("PW"))
    [sent] = outbox(world)
    world.push(world.review("10", sent.message_id, policy_no="P-1"))
    world.push(world.review("30", sent.message_id))
    return world.object().id


def proposed(world: World, keep: str = "rejected") -> str:
    with writing(world.runtime.engine) as connection:
        return conflicts.propose(
            connection,
            world.object().id,
            keep,
            reason="电话核实",
            evidence="函件",
            actor="甲",
            now=world.clock.now(),
        )


def test_a_contradiction_waits_in_the_operators_list(world: World) -> None:
    contradicted(world)

    with reading(world.runtime.engine) as connection:
        [row] = operations.stuck(connection)

    assert (row.state, row.reason) == ("CONTRADICTED", "which answer stands: approved or rejected?")


def test_two_persons_settle_a_contradiction(world: World) -> None:
    contradicted(world)
    decision = proposed(world)

    conflicts.confirm(world.runtime.engine, decision, actor="乙", now=world.clock.now())

    settled = world.object()
    assert settled.states["state"] == "REJECTED"
    with reading(world.runtime.engine) as connection:
        assert operations.stuck(connection) == []
        assert Tenant(connection, USCC).timeline(settled)[0].text.zh == "运营人员核定结果"


def test_one_person_alone_settles_nothing_and_leaves_an_audit_line(world: World) -> None:
    contradicted(world)
    decision = proposed(world)

    with pytest.raises(NotAllowed, match="Another person"):
        conflicts.confirm(world.runtime.engine, decision, actor="甲", now=world.clock.now())

    assert audits(world)[-1] == "decision.refused"
    assert world.object().states["state"] == "CONFLICT"


def test_a_proposal_is_stale_when_the_record_has_changed(world: World) -> None:
    contradicted(world)
    decision = proposed(world)
    world.clock.move(timedelta(minutes=1))
    [sent] = outbox(world)
    world.push(world.review("20", sent.message_id))

    with pytest.raises(NotAllowed, match="propose again"):
        conflicts.confirm(world.runtime.engine, decision, actor="乙", now=world.clock.now())


def test_only_an_answer_that_was_given_can_stand(world: World) -> None:
    contradicted(world)

    with pytest.raises(InvalidInput), writing(world.runtime.engine) as connection:
        conflicts.propose(
            connection, world.object().id, "withdrawn", reason="x", evidence="y", actor="甲", now=world.clock.now()
        )
