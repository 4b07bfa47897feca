"""The whole conversation, over real HTTP with real signatures."""


from hub.contract.outcome import OutcomeClass


def test_from_the_offer_to_the_confirmed_receipt(world):
    number = world.offer()
    sent, outcome = world.confirm(number)
    world.pass_time(4)
    policy = world.last("PolicyIssued").business_key
    receipt = world.hub.message(
        "PolicyReceipt", policy, sent.enterprise, {"policy_no": policy, "received_at": world.clock.now()}
    )
    taken = world.hub.send(world.address, receipt)
    world.pass_time(2)

    assert (outcome.kind, taken.kind) == (OutcomeClass.ACCEPTED, OutcomeClass.ACCEPTED)
    assert world.events() == ["offered", "approved", "effective", "receipt_confirmed"]
    assert world.last("ReviewResult").correlation_id == sent.message_id
    assert world.last("ReceiptConfirmed").correlation_id == receipt.message_id
