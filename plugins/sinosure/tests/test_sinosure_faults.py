"""Every fault of the menu does what it says, and the same seed does it again to the byte."""

import socket
from datetime import timedelta

import pytest

from hub.contract.outcome import OutcomeClass
from hub.contract.transport import AnswerLost
from hub.testing.simulator.faults import MENU

ACCEPTED, THROTTLED, UNKNOWN = OutcomeClass.ACCEPTED, OutcomeClass.THROTTLED, OutcomeClass.UNKNOWN
NOT_SENT, REFUSED = OutcomeClass.NOT_SENT, OutcomeClass.REFUSED_BUSINESS
DRIP = 0.4  # seconds from the first byte to the last
PATIENCE = {"late_success": 1.2, "silence": 1.2, "超时": 1.2}  # seconds, where no answer comes in time; else ten

HEARD_AND_TRUE = {
    "late_success": (UNKNOWN, ACCEPTED),
    "contradictory": (REFUSED, ACCEPTED),
    "truncated": (UNKNOWN, ACCEPTED),
    "wrong_signature": (UNKNOWN, ACCEPTED),
    "expired_signature": (UNKNOWN, ACCEPTED),
    "slow_drip": (ACCEPTED, ACCEPTED),
    "wrong_charset": (UNKNOWN, ACCEPTED),
    "clock_skew": (ACCEPTED, ACCEPTED),
    "early": (ACCEPTED, ACCEPTED),
    "silence": (UNKNOWN, NOT_SENT),
    "reset": (UNKNOWN, ACCEPTED),
    "too_many_429": (THROTTLED, NOT_SENT),
    "unavailable_503": (UNKNOWN, NOT_SENT),
    "busy_503": (THROTTLED, NOT_SENT),
}
"""What the hub hears, and what is true: the answer to "did you get it?"."""
SPOILT = {
    "truncated": {"0001", "0004"},  # 0004: cut in the middle of a character
    "wrong_signature": {"1001"},
    "expired_signature": {"1002"},
    "wrong_charset": {"0004"},
}
"""What the hub's door says to a push that is spoilt."""


@pytest.mark.parametrize("fault", HEARD_AND_TRUE)
def test_an_answer_with_this_fault_says_this_and_the_truth_can_be_asked(fault, make_world):
    world = make_world(**slowly(fault))
    number = world.offer()
    world.control(do="fault", fault=fault)

    sent, heard = world.confirm(number, timeout=PATIENCE.get(fault, 10.0))
    asked = world.hub.ask(world.address, sent)

    assert (heard.kind, asked.kind) == HEARD_AND_TRUE[fault]


@pytest.mark.parametrize("fault", HEARD_AND_TRUE)
def test_after_a_fault_the_same_bytes_have_one_effect(fault, make_world):
    world = make_world(**slowly(fault))
    number = world.offer()
    world.control(do="fault", fault=fault)
    message = world.confirmation(number)
    out = world.hub.adapter.build(message, world.hub.context())

    world.hub.deliver(world.address, message, out, PATIENCE.get(fault, 10.0))
    again = world.hub.deliver(world.address, message, out)
    world.pass_time(4)

    assert again.kind is ACCEPTED
    assert world.events() == ["offered", "approved", "effective"]


def test_the_table_above_has_every_answer_fault_but_those_that_the_seed_decides():
    decided = {name for name, fault in MENU.items() if fault.kept is None}

    assert set(HEARD_AND_TRUE) | decided == {name for name, fault in MENU.items() if "answer" in fault.sides}


@pytest.mark.parametrize(("fault", "status"), [("html_502", 502), ("empty_200", 200)])
def test_nobody_can_tell_whether_a_gateways_answer_means_stored(fault, status, world):
    world.control(do="fault", fault=fault, types=["PolicyConfirmation"], times=12)
    stored = set()
    for _ in range(12):
        message = world.confirmation(world.offer())
        out = world.hub.adapter.build(message, world.hub.context())
        raw = world.hub.post(world.address, out.content)
        outcome = world.hub.adapter.parse_response(raw, message, world.hub.context())
        stored.add(world.hub.ask(world.address, message).kind)

        assert (raw.status, outcome.kind) == (status, UNKNOWN)
    assert stored == {ACCEPTED, NOT_SENT}


@pytest.mark.parametrize("fault", ["too_many_429", "busy_503"])
def test_a_busy_partner_says_when_to_come_again(fault, world):
    world.control(do="fault", fault=fault)

    _, heard = world.confirm(world.offer())

    assert heard.retry_after in (1.0, 2.0, 3.0)


def test_a_reset_is_a_reset(world):
    world.control(do="fault", fault="reset")
    message = world.confirmation(world.offer())
    out = world.hub.adapter.build(message, world.hub.context())

    with pytest.raises(AnswerLost, match="reset by peer"):
        world.hub.post(world.address, out.content)


def test_a_dripping_answer_comes_in_many_pieces_and_is_whole(make_world):
    world = make_world(late=DRIP)
    world.control(do="fault", fault="slow_drip")
    out = world.hub.adapter.build(world.confirmation(world.offer()), world.hub.context())
    host, port = world.insurer.address.removeprefix("http://").split(":")

    pieces = []
    with socket.create_connection((host, int(port)), timeout=10) as connection:
        head = f"POST /messages HTTP/1.1\r\nHost: {host}\r\nContent-Length: {len(out.content)}\r\n\r\n"
        connection.sendall(head.encode() + out.content)
        while piece := connection.recv(65536):
            pieces.append(piece)

    assert len(pieces) > 20
    assert b"".join(pieces).rstrip().endswith(b"</Message>")


def test_an_early_answer_is_at_the_hub_before_the_receipt(world):
    world.control(do="fault", fault="early")
    number = world.offer()
    events = []
    original = world.hub.adapter.parse_response

    def parse_response(raw, sent, ctx):
        events.extend(world.events())
        return original(raw, sent, ctx)

    object.__setattr__(world.hub, "adapter", _Spy(world.hub.adapter, parse_response))
    world.confirm(number)

    assert events == ["offered", "approved"]


class _Spy:
    def __init__(self, adapter, parse_response) -> None:
        self._adapter = adapter
        self.parse_response = parse_response

    def __getattr__(self, name):
        return getattr(self._adapter, name)


def test_a_skewed_answer_carries_another_time(world):
    world.control(do="fault", fault="clock_skew")
    message = world.confirmation(world.offer())
    out = world.hub.adapter.build(message, world.hub.context())

    raw = world.hub.post(world.address, out.content)

    made = world.hub.adapter._verified(raw, world.hub.context())[0].created_at
    assert abs(made - world.clock.now()) >= timedelta(minutes=10)


@pytest.mark.parametrize("fault", SPOILT)
def test_a_spoilt_push_is_refused_and_then_comes_unspoilt(fault, world):
    if fault == "expired_signature":
        trust(world, world.insurer.desk.stale.certificate)
    world.offer()
    world.control(do="fault", fault=fault, on="push")
    before = len(world.hub.heard)

    world.offer()

    assert len(world.hub.refused) == 1
    assert world.hub.refused[0] in SPOILT[fault]
    assert len(world.hub.heard) == before + 2
    assert world.events() == ["offered", "offered"]


def test_an_expired_certificate_that_nobody_pinned_is_not_registered(world):
    world.control(do="fault", fault="expired_signature", on="push")
    world.offer()

    assert world.hub.refused == ["1003"]


def test_a_skewed_push_is_taken_within_the_window_and_refused_outside(world):
    refused = set()
    world.control(do="fault", fault="clock_skew", on="push", times=20)
    for _ in range(20):
        known = len(world.hub.refused)
        world.offer()
        refused.add(tuple(world.hub.refused[known:]))

    assert refused == {(), ("1005",)}
    assert world.events() == ["offered"] * 20


def test_a_duplicate_comes_again_byte_for_byte(world):
    world.control(do="fault", fault="duplicate")
    world.offer()

    assert 1 <= len(world.hub.copies) <= 3
    assert len(set(world.hub.heard)) == 1
    assert world.events() == ["offered"]


def test_reorder_lets_the_policy_overtake_the_review(world):
    world.confirm(world.offer(), remark="乱序")
    world.pass_time(10)

    assert world.events() == ["offered", "effective", "approved"]


def test_what_nothing_overtakes_goes_all_the_same(world):
    world.control(do="fault", fault="reorder")
    world.offer()
    before = world.events()
    world.pass_time(6)

    assert (before, world.events()) == ([], ["offered"])


def test_contradictory_results_both_arrive(world):
    world.confirm(world.offer(), remark="矛盾")
    world.pass_time(4)

    assert world.events() == ["offered", "approved", "rejected", "effective"]
    assert len({message.canonical.message_id for message in world.hub.taken}) == 4


def test_the_same_id_with_another_body_is_told_to_the_hub(world):
    world.control(do="fault", fault="same_id_other_body", types=["ReviewResult"])
    world.confirm(world.offer())
    world.pass_time(4)

    assert world.hub.refused == ["2002"]
    assert world.events() == ["offered", "approved", "effective"]


def test_a_swallowed_push_never_comes(world):
    world.control(do="fault", fault="silence", on="push", types=["ReviewResult"])
    world.confirm(world.offer())
    world.pass_time(10)

    assert world.events() == ["offered", "effective"]


def test_a_fault_waits_for_its_types_and_ends_after_its_times(world):
    world.control(do="fault", fault="too_many_429", types=["PolicyConfirmation"], times=2)
    message = world.confirmation(world.offer())
    out = world.hub.adapter.build(message, world.hub.context())

    asked = world.hub.ask(world.address, message).kind
    kinds = [world.hub.deliver(world.address, message, out).kind for _ in range(3)]

    assert asked is NOT_SENT
    assert kinds == [THROTTLED, THROTTLED, ACCEPTED]


def test_a_cleared_fault_does_not_happen(world):
    world.control(do="fault", fault="html_502")
    world.control(do="clear")

    assert world.confirm(world.offer())[1].kind is ACCEPTED


@pytest.mark.parametrize(
    ("written", "kind"),
    [("超时", UNKNOWN), ("断线", UNKNOWN), ("网关", UNKNOWN), ("繁忙", THROTTLED), ("抢先", ACCEPTED)],
)
def test_a_magic_value_can_ask_for_a_fault_once(written, kind, world):
    message = world.confirmation(world.offer(), remark=written)
    out = world.hub.adapter.build(message, world.hub.context())

    first = world.hub.deliver(world.address, message, out, PATIENCE.get(written, 10.0))
    second = world.hub.deliver(world.address, message, out)
    world.pass_time(4)

    assert (first.kind, second.kind) == (kind, ACCEPTED)
    assert world.events() == ["offered", "approved", "effective"]


def test_the_insurer_sends_until_the_hub_signs_for_it(world):
    world.hub.deaf = True
    world.offer()
    world.pass_time(20)
    waiting = world.insurer.desk.listing()["outgoing"][0]
    world.hub.deaf = False
    world.pass_time(40)

    assert (waiting["state"], world.insurer.desk.listing()["outgoing"][0]["state"]) == ("WAITING", "SENT")
    assert len(set(world.hub.heard)) == 1
    assert len(world.hub.heard) > 3
    assert world.events() == ["offered"]


def test_a_receipt_that_somebody_else_signed_does_not_count(world):
    world.hub._context = type(world.hub._context)(**{**vars(world.hub._context), "signer": world.insurer.desk.signer})
    world.offer()

    assert world.insurer.desk.listing()["outgoing"][0]["state"] == "WAITING"


PUSHED = [name for name, fault in MENU.items() if "push" in fault.sides]
ANSWERED = [name for name, fault in MENU.items() if "answer" in fault.sides]


def pushed(make_world, fault: str, seed: str) -> list[bytes]:
    """Everything that the hub hears in one journey whose review meets ``fault``."""
    world = make_world(seed=seed)
    world.control(do="fault", fault=fault, on="push", types=["ReviewResult"])
    world.confirm(world.offer())
    world.pass_time(12)
    return world.hub.heard


def answered(make_world, fault: str, seed: str) -> tuple[object, ...]:
    """What comes back to a confirmation that meets ``fault``, and whether it is in the books."""
    world = make_world(seed=seed, **slowly(fault))
    message = world.confirmation(world.offer())
    world.control(do="fault", fault=fault, on="answer")
    out = world.hub.adapter.build(message, world.hub.context())
    try:
        raw = world.hub.post(world.address, out.content, PATIENCE.get(fault, 10.0))
        heard: tuple[object, ...] = (raw.status, raw.content, raw.headers.get("Retry-After"))
    except AnswerLost as lost:
        heard = (type(lost.__cause__),)
    return (*heard, [row["message_id"] for row in world.insurer.desk.listing()["received"]])


@pytest.mark.parametrize("fault", PUSHED)
def test_the_same_seed_pushes_the_same_bytes(fault, make_world):
    assert pushed(make_world, fault, "a") == pushed(make_world, fault, "a")


@pytest.mark.parametrize("fault", ANSWERED)
def test_the_same_seed_answers_the_same(fault, make_world):
    assert answered(make_world, fault, "a") == answered(make_world, fault, "a")


def test_another_seed_makes_other_ids_numbers_and_cuts(make_world):
    assert pushed(make_world, "truncated", "a") != pushed(make_world, "truncated", "b")


def test_a_mix_throws_the_same_faults_for_the_same_seed(make_world):
    def met(seed: str) -> list[str]:
        world = make_world(seed=seed, mix={"too_many_429": 0.3, "unavailable_503": 0.3, "duplicate": 0.5})
        for _ in range(12):
            world.confirm(world.offer())
        return [row["what"] for row in world.insurer.desk.listing()["journal"]]

    first = met("a")

    assert set(first) == {"fault too_many_429", "fault unavailable_503"}
    assert 2 < len(first) < 12
    assert met("a") == first
    assert met("b") != first


def trust(world, certificate: bytes) -> None:
    """The hub pins one more certificate of the insurer."""
    context = world.hub._context
    world.hub._context = type(context)(**{**vars(context), "trusted": (*context.trusted, certificate)})


def slowly(fault: str) -> dict[str, float]:
    """Options for a world where this fault takes no longer than it must."""
    return {"late": DRIP} if fault == "slow_drip" else {}
