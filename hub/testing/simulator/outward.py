"""What a partner does when its time has come, and its messages on their way to the hub: sent until signed for."""

import logging
from dataclasses import replace
from datetime import datetime, timedelta
from hashlib import sha256

from hub.contract.message import CanonicalMessage
from hub.contract.outcome import Outcome, OutcomeClass
from hub.contract.transport import AnswerLost
from hub.testing.simulator.books import Outgoing
from hub.testing.simulator.desk import Desk

log = logging.getLogger(__name__)

TRIES = 60
SLOWEST = 30.0  # seconds between two tries
IDLE = 5.0  # longest wait for news
AT_HUB = frozenset({OutcomeClass.ACCEPTED, OutcomeClass.DONE})
REFUSED = frozenset({OutcomeClass.REFUSED_FORM, OutcomeClass.REFUSED_BUSINESS})


def turn(desk: Desk) -> None:
    """Do what is due and send what may go."""
    with desk.turning:
        while _step(desk):
            pass
        while _push(desk) if desk.scenario.counter is None else _lay_out(desk):
            pass


def idle(desk: Desk) -> float:
    """Seconds until something is due, at most IDLE."""
    with desk.books.writing():
        moment = desk.books.next_moment()
    return IDLE if moment is None else min(max((moment - desk.clock.now()).total_seconds(), 0.0), IDLE)


def _step(desk: Desk) -> bool:
    """Take one due step; a step that raises is struck off and noted."""
    now = desk.clock.now()
    try:
        with desk.books.writing():
            due = desk.books.take_due(now)
            if due is not None:
                desk.scenario.steps[due.step](desk, due.lane, due.args)
    except Exception as error:  # a broken step must not stop the partner
        log.exception("%s: a step failed", desk.code)
        with desk.books.writing():
            due = desk.books.take_due(now)
            desk.books.note(now, "step failed", f"{due}: {type(error).__name__}: {error}")
    return due is not None


def _push(desk: Desk) -> bool:
    """Send the oldest message that may go, once."""
    with desk.books.writing():
        desk.books.release(desk.clock.now())
        row = desk.books.head(desk.clock.now())
    if row is None:
        return False
    outcome = _sent(desk, row, row.first or row.content)
    if outcome is not None and outcome.kind in AT_HUB:
        for _ in range(row.copies):
            _sent(desk, row, row.content)
    with desk.books.writing():
        _conclude(desk, row, outcome, desk.clock.now())
    return True


def _lay_out(desk: Desk) -> bool:
    """Put the oldest message that may go on the counter, as often as a fault wants it."""
    with desk.books.writing():
        desk.books.release(desk.clock.now())
        row = desk.books.head(desk.clock.now())
        if row is None:
            return False
        for content in (row.first, *[row.content] * (row.copies + 1)):
            if content is not None:
                desk.books.lay(content)
        desk.books.sent(row, "SENT", "laid out")
    return True


def _sent(desk: Desk, row: Outgoing, content: bytes) -> Outcome | None:
    """What the hub said to ``content``, signature checked; None when nothing was heard."""
    envelope = CanonicalMessage(
        type=row.type,
        version=row.version,
        message_id=row.message_id,
        sender=desk.code,
        receiver=desk.hub,
        enterprise=row.enterprise,
        business_key=row.business_key,
        sequence=1,
        created_at=desk.clock.now(),
        body={},
    )
    try:
        raw = desk.post(content)
    except AnswerLost as lost:
        log.info("%s: %s", desk.code, lost)
        return None
    ctx = replace(desk.context(), sent_digest=sha256(content).hexdigest())
    return desk.speech.parse_response(raw, envelope, ctx)


def _conclude(desk: Desk, row: Outgoing, outcome: Outcome | None, now: datetime) -> None:
    said = "nothing heard" if outcome is None else f"{outcome.kind.value} {outcome.code or outcome.detail}"
    if outcome is not None and outcome.kind in AT_HUB:
        return desk.books.sent(row, "SENT", said)
    desk.books.note(now, f"not taken: {row.type}", said)
    if outcome is not None and row.first is not None:
        return desk.books.again(row, now, said, heard=True)
    if outcome is not None and outcome.kind in REFUSED:
        return desk.books.sent(row, "REFUSED", said)
    if row.tries >= TRIES:
        return desk.books.sent(row, "GIVEN_UP", said)
    wait = min(SLOWEST, 0.5 * 2 ** min(row.tries, 10)) / desk.speed
    return desk.books.again(row, now + timedelta(seconds=wait), said, heard=False)
