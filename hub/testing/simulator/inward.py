"""One message of the hub on its way in: verified, matched, kept, answered - or whatever fault is due."""

from dataclasses import replace
from random import Random

from hub.contract.adapters import Context, Refusal
from hub.contract.message import CanonicalMessage, InMessage, Raw, Verdict
from hub.contract.receipt import ACCEPTED, RECEIPT_CODES
from hub.testing.simulator.books import Received
from hub.testing.simulator.desk import Counter, Desk, Reply
from hub.testing.simulator.faults import ANSWER, BYTES, MENU, PUSH, SIGNING, WIRE, Answer, chance
from hub.testing.simulator.outward import turn
from hub.testing.simulator.rules import Rule, match

STATUS = {"0": 422, "1": 403, "2": 409, "3": 503}  # HTTP status by the receipt code's class, as at the hub's own door
AT_ONCE = 20  # documents in one answer to a poll
BUSY, SAME_ID, CONTRADICTED = "3001", "2002", "2003"


def receive(desk: Desk, raw: Raw) -> Answer:
    """One message of the hub: verified, matched, kept, answered - or whatever fault is due."""
    ctx = desk.context()
    try:
        message = desk.speech.open(raw, ctx)
    except Refusal as refusal:
        return _refuse(desk, raw, refusal, ctx)
    canonical = message.canonical
    with desk.books.writing():
        rule = match(desk.scenario.rules, canonical)
        if rule is None:
            desk.books.note(ctx.now, "unmatched", f"{canonical.type} {canonical.business_key}")
            return Answer(status=404, content=b"no rule matches this message\n", content_type="text/plain")
        attempt = desk.books.count(f"attempt {canonical.message_id}")
        dice = chance(desk.seed, ANSWER, canonical.message_id, attempt)
        fault = _answer_fault(desk, canonical, rule, attempt, dice)
        if fault:
            desk.books.note(ctx.now, f"fault {fault}", f"{canonical.type} {canonical.message_id}")
        reply, good = _keep(desk, raw, message, rule, ctx) if _kept(fault, dice) else (None, b"")
    if fault == "early":
        _hurry(desk, canonical.business_key)
    desk.wake()
    return _answer(desk, raw, message, reply, good, fault, dice)


def collect(desk: Desk, counter: Counter, raw: Raw) -> Answer:
    """The hub asks for news: the next documents on the counter."""
    ctx = desk.context()
    try:
        asked = counter.asked(raw, ctx)
    except Refusal as refusal:
        return _refuse(desk, raw, refusal, ctx)
    with desk.books.writing():
        laid = desk.books.laid(asked, AT_ONCE)
    place = laid[-1][0] if laid else asked
    return Answer(status=200, content=counter.told([content for _, content in laid], asked, place, ctx))


def _refuse(desk: Desk, raw: Raw, refusal: Refusal, ctx: Context) -> Answer:
    lines = [f"{row['path']}: {row['en']}" for row in refusal.explanation[:10]]
    verdict = Verdict(code=refusal.code, text=str(RECEIPT_CODES[refusal.code]), detail="; ".join(lines))
    with desk.books.writing():
        desk.books.note(ctx.now, f"refused {refusal.code}", refusal.detail)
    return Answer(status=STATUS[refusal.code[0]], content=desk.speech.receipt(raw, None, verdict, ctx).content)


def _answer_fault(desk: Desk, message: CanonicalMessage, rule: Rule, attempt: int, dice: Random) -> str:
    """What was set by hand, else the rule's, else what the seed throws."""
    armed = desk.books.fire(ANSWER, message.type, message.business_key)
    if armed:
        return armed
    if rule.fault and rule.on == ANSWER and attempt <= rule.times:
        return rule.fault
    return desk.mixed(ANSWER, dice)


def _keep(desk: Desk, raw: Raw, message: InMessage, rule: Rule, ctx: Context) -> tuple[Reply, bytes]:
    """Act on a new message and remember the answer; the same message again gets the answer again."""
    canonical = message.canonical
    known = desk.books.received(canonical.message_id)
    if known is not None and known.digest == message.digest:
        return Verdict(code=known.code, text=known.said), known.answer
    if known is not None:
        desk.books.note(ctx.now, "same id, other body", canonical.message_id)
        reply: Reply = Verdict(code=SAME_ID, text=str(RECEIPT_CODES[SAME_ID]))
        return reply, _built(desk, raw, message, reply, ctx)
    reply = desk.scenario.handlers[canonical.type](desk, canonical, rule)
    good = _built(desk, raw, message, reply, ctx)
    if canonical.type in desk.scenario.questions:
        return reply, good
    if rule.fault and rule.on == PUSH:
        desk.books.arm(rule.fault, PUSH, lane=canonical.business_key, times=rule.times)
    desk.books.keep(
        Received(
            message_id=canonical.message_id,
            digest=message.digest,
            code=reply.code if isinstance(reply, Verdict) else ACCEPTED,
            said=reply.text if isinstance(reply, Verdict) else "",
            received_at=ctx.now,
            answer=good,
        ),
        type=canonical.type,
        business_key=canonical.business_key,
        enterprise=canonical.enterprise,
    )
    return reply, good


def _built(desk: Desk, raw: Raw, message: InMessage, reply: Reply, ctx: Context) -> bytes:
    if isinstance(reply, Verdict):
        return desk.speech.receipt(raw, message, reply, ctx).content
    about = replace(ctx, sent_digest=message.digest)
    return desk.speech.build(replace(reply, created_at=ctx.now), about).content


def _answer(
    desk: Desk, raw: Raw, message: InMessage, reply: Reply | None, good: bytes, fault: str, dice: Random
) -> Answer:
    """The good answer, or what ``fault`` makes of it."""
    if fault == "busy_503":
        busy = Verdict(code=BUSY, text=str(RECEIPT_CODES[BUSY]))
        content = _built(desk, raw, message, busy, desk.context())
        return Answer(status=503, content=content, headers={"Retry-After": str(dice.randint(1, 3))})
    if fault == "contradictory" and isinstance(reply, Verdict):
        reply = Verdict(code=CONTRADICTED, text=str(RECEIPT_CODES[CONTRADICTED]))
        good = _built(desk, raw, message, reply, desk.context())
    if fault in SIGNING and reply is not None:
        good = _built(desk, raw, message, reply, SIGNING[fault](desk.context(), dice, desk.stale))
    if fault in BYTES:
        good = BYTES[fault](good, dice)
    code = reply.code if isinstance(reply, Verdict) else ACCEPTED
    answer = Answer(status=200 if code == ACCEPTED else STATUS[code[0]], content=good)
    return WIRE[fault](answer, dice, desk.late) if fault in WIRE else answer


def _hurry(desk: Desk, lane: str) -> None:
    """What was planned for this lane happens now, and reaches the hub before our answer does."""
    with desk.books.writing():
        desk.books.hasten(desk.clock.now(), lane)
    turn(desk)


def _kept(fault: str, dice: Random) -> bool:
    """Whether a message answered with ``fault`` is in the books; where nobody can tell, the seed decides."""
    kept = MENU[fault].kept if fault else True
    return dice.random() < 0.5 if kept is None else kept
