"""What leaves UNKNOWN or DEAD without the partner's word: two persons, a reason, evidence, an audit line."""

from datetime import timedelta

import pytest

from hub.contract.capability import Idempotency
from hub.contract.outcome import OutcomeClass
from hub.delivery import decisions, resolver
from hub.errors import InvalidInput, NotAllowed, NotFound
from hub.store import tables
from hub.store.engine import writing


def unknown(world):
    message = world.queue()
    world.partner.faults.append("lost-before")
    world.worker().run_once()
    world.partner.questions.extend(["pending"] * 20)
    return message


def dead(world):
    message = world.queue()
    world.later(days=4)
    world.worker().run_once()
    assert world.state(message) == "DEAD"
    return message


def propose(world, message, verdict, *, by="ann", reason="bank statement", evidence="file 7"):
    with writing(world.engine) as connection:
        return decisions.propose(connection, f"outbox:{message}", verdict, reason, evidence, by, world.clock.now())


def confirm(world, made, by="bob"):
    decisions.confirm(world.engine, made, actor=by, now=world.clock.now(), settle=world.settle)


@pytest.mark.parametrize(
    ("verdict", "state", "told"),
    [
        ("delivered", "ACKED", OutcomeClass.ACCEPTED),
        ("not_delivered", "QUEUED", OutcomeClass.NOT_SENT),
        ("give_up", "DEAD", OutcomeClass.NOT_SENT),
    ],
)
def test_two_persons_end_an_unknown_message(world, verdict, state, told):
    message = unknown(world)

    confirm(world, propose(world, message, verdict))

    assert world.state(message) == state
    sent, outcome = world.settled[-1]
    assert (sent.state, outcome.kind, outcome.code) == (state, told, decisions.CODE)
    assert [row.what for row in world.rows(tables.audit)] == ["decision.proposed", "decision.confirmed"]


def test_not_delivered_sends_the_same_bytes_under_the_same_id(world):
    message = unknown(world)
    confirm(world, propose(world, message, "not_delivered"))

    world.worker().run_once()

    assert world.state(message) == "ACKED"
    assert world.partner.contents == {message: f"send:{message}".encode()}


def test_resend_gives_a_dead_letter_a_new_span_and_closes_its_alert(world):
    message = dead(world)
    assert world.alerts() == [f"outbox:{message}"]

    confirm(world, propose(world, message, "resend"))
    world.worker().run_once()

    assert world.state(message) == "ACKED"
    assert world.row(message).deadline == world.clock.now() + timedelta(hours=72)
    assert world.alerts() == []


def test_a_dead_letter_that_was_given_up_is_closed_for_good(world):
    message = dead(world)

    confirm(world, propose(world, message, "give_up"))

    row = world.row(message)
    assert (row.state, row.owner) == ("DEAD", None)
    assert world.alerts() == []
    with pytest.raises(NotAllowed):
        propose(world, message, "resend")


def test_the_same_person_cannot_confirm_and_the_attempt_is_audited(world):
    message = unknown(world)
    made = propose(world, message, "delivered")

    with pytest.raises(NotAllowed):
        confirm(world, made, by="ann")

    assert world.state(message) == "UNKNOWN"
    line = world.rows(tables.audit)[-1]
    assert (line.what, line.who, line.detail["subject"]) == ("decision.refused", "ann", f"outbox:{message}")


def test_a_decision_takes_effect_once(world):
    message = unknown(world)
    made = propose(world, message, "not_delivered")
    confirm(world, made)

    with pytest.raises(NotAllowed):
        confirm(world, made, by="eve")

    assert world.state(message) == "QUEUED"


def test_a_proposal_is_stale_when_the_message_has_moved_since(world):
    message = unknown(world)
    made = propose(world, message, "not_delivered")
    world.later(seconds=1)
    with writing(world.engine) as connection:
        resolver.on_receipt(connection, message, world.clock.now())

    with pytest.raises(NotAllowed):
        confirm(world, made)

    assert world.state(message) == "ACKED"


def test_a_proposal_does_not_outlive_the_unknown_that_it_was_about(world):
    """Unknown, sent again on the partner's word, unknown once more: what somebody saw before is no evidence now."""
    message = unknown(world)
    made = propose(world, message, "not_delivered")
    world.partner.questions.clear()
    world.partner.faults.append("lost-after")
    world.later(minutes=1)
    world.worker().run_once()
    assert world.state(message) == "UNKNOWN"

    with pytest.raises(NotAllowed):
        confirm(world, made)

    assert world.state(message) == "UNKNOWN"


def test_a_question_in_flight_loses_against_a_confirmed_decision(world):
    message = unknown(world)
    made = propose(world, message, "delivered")
    world.later(minutes=1)
    world.partner.questions.clear()
    world.partner.questions.append("never")
    world.partner.during = lambda _message: confirm(world, made)

    world.worker().run_once()

    assert world.state(message) == "ACKED"


@pytest.mark.parametrize(
    ("verdict", "changes", "field"),
    [
        ("wish", {}, "verdict"),
        ("delivered", {"reason": " "}, "reason"),
        ("delivered", {"evidence": None}, "evidence"),
    ],
)
def test_a_proposal_names_what_is_missing(world, verdict, changes, field):
    message = unknown(world)

    with pytest.raises(InvalidInput) as refused:
        propose(world, message, verdict, **changes)

    assert list(refused.value.fields) == [field]


@pytest.mark.parametrize("verdict", ["resend", "not_delivered", "give_up", "delivered"])
def test_a_delivered_message_cannot_be_decided_about(world, verdict):
    message = world.queue()
    world.worker().run_once()

    with pytest.raises(NotAllowed):
        propose(world, message, verdict)


def test_an_unknown_message_cannot_simply_be_resent(world):
    with pytest.raises(NotAllowed):
        propose(world, unknown(world), "resend")


def test_nothing_is_sent_again_after_a_later_message_of_the_object_went(build_world, partner):
    world = build_world(partner(idempotency=Idempotency.NONE, deadline=timedelta(hours=1)))
    owner = world.object()
    first = world.queue(owner)
    world.later(hours=2)
    world.worker().run_once()
    world.queue(owner)
    world.worker().run_once()

    with pytest.raises(NotAllowed):
        propose(world, first, "resend")


@pytest.mark.parametrize("subject", ["outbox:nobody", "object:1"])
def test_a_decision_needs_a_message(world, subject):
    with pytest.raises(NotFound), writing(world.engine) as connection:
        decisions.propose(connection, subject, "resend", "r", "e", "ann", world.clock.now())


def test_an_unheard_of_decision_cannot_be_confirmed(world):
    with pytest.raises(NotFound):
        confirm(world, "nothing")
