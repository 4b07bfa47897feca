"""The whole conversation, over real HTTP with real signatures."""

import pytest

from hub.contract.outcome import OutcomeClass
from hub.contract.status import UnmappedCode
from $package import codes
from $package.simulator.rules import REVIEW_CODES, USUAL

USCC = "91610000MA6TX00X1A"
EVENTS = {row.code: row.event for row in codes.REVIEW}
APPROVED = EVENTS.get(USUAL) == "approved"


@pytest.mark.skipif(not APPROVED, reason="no code of the status table means 'approved' yet: map one in codes.py")
def test_from_the_offer_to_the_confirmed_receipt(world):
    _, outcome = world.confirm(world.offer())
    world.pass_time(3)
    policy = world.last("PolicyIssued").canonical.business_key
    receipt = world.hub.message("PolicyReceipt", policy, USCC, {"policy_no": policy, "received_at": world.clock.now()})
    taken = world.hub.send(world.address, receipt)
    world.pass_time(2)

    assert (outcome.kind, taken.kind) == (OutcomeClass.ACCEPTED, OutcomeClass.ACCEPTED)
    assert world.events()[:2] == ["offered", "approved"]
    assert world.last("ReceiptConfirmed").canonical.correlation_id == receipt.message_id


@pytest.mark.parametrize("code", REVIEW_CODES)
def test_each_code_means_its_event_and_an_unmapped_one_parks_the_message(code, world):
    sent, _ = world.confirm(world.offer(), remark=f"[{code}]")
    world.pass_time(1)
    result = world.last("ReviewResult")
    ctx = world.hub.context()

    if code not in EVENTS:
        with pytest.raises(UnmappedCode):
            world.hub.adapter.parse(result, ctx)
        return
    (event,) = world.hub.adapter.parse(result, ctx)
    assert (event.event, event.answers) == (EVENTS[code], sent.message_id)


@pytest.mark.parametrize("fault", ["reset", "truncated", "wrong_signature", "wrong_charset"])
def test_after_a_lost_answer_the_truth_can_be_asked_and_the_same_bytes_have_one_effect(fault, world):
    message = world.confirmation(world.offer())
    out = world.hub.adapter.build(message, world.hub.context())
    world.control(do="fault", fault=fault)

    heard = world.hub.deliver(world.address, message, out)
    asked = world.hub.ask(world.address, message)
    again = world.hub.deliver(world.address, message, out)

    assert (heard.kind, asked.kind) == (OutcomeClass.UNKNOWN, OutcomeClass.ACCEPTED)
    assert again.kind is OutcomeClass.ACCEPTED


def test_a_duplicate_of_a_message_is_known(world):
    world.control(do="fault", fault="duplicate")
    world.offer()

    assert world.hub.copies
    assert world.events() == ["offered"]
