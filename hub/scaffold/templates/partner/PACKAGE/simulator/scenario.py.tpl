"""What the simulated partner answers: the golden sample with the request's reference and a status code.

Which code, a rule decides, or ``{"do": "say", "code": "..."}`` for everything that follows.
"""

from collections.abc import Mapping
from typing import Any

from hub.contract.message import CanonicalMessage
from hub.contract.outcome import OutcomeClass
from hub.testing.simulator.books import Entry
from hub.testing.simulator.desk import ControlError, Desk, Reply, Scenario
from hub.testing.simulator.rules import Rule
from $package import codes, wire
from $package.messages import BY_TYPE, MESSAGES, at, put

ORDER, SAID = "order", "said"
NOBODY = "-"  # the enterprise of what belongs to none
CODES = (*(row.code for row in codes.STATUS), *(code for code, _ in codes.UNMAPPED))
REQUESTS = tuple(message for message in MESSAGES if message.answer)
QUERIES = frozenset(message.query for message in MESSAGES if message.query)


def first(*kinds: OutcomeClass) -> str:
    """The first code that means one of ``kinds``; the first of all when none does."""
    return next((row.code for row in codes.STATUS if codes.outcome(row.event) in kinds), CODES[0])


USUAL = first(OutcomeClass.DONE, OutcomeClass.ACCEPTED)
NOT_FOUND = first(OutcomeClass.NOT_SENT)


def answered(desk: Desk, message: CanonicalMessage, rule: Rule) -> Reply:
    """A request: kept under its reference, and answered with the code that is due."""
    said = desk.books.entry(SAID, SAID)
    code = said.state if said is not None else rule.plan
    row = BY_TYPE[message.type]
    number = str(at(row.write(message.body), row.reference))
    if message.type in QUERIES:
        order = desk.books.entry(ORDER, number)
        code = order.state if order is not None else NOT_FOUND
    else:
        desk.books.write(Entry(kind=ORDER, number=number, enterprise=NOBODY, state=code, data={}))
    return _reply(desk, message, code)


def say(desk: Desk, wanted: Mapping[str, Any]) -> Mapping[str, Any]:
    """``{"code"}``: from now on every request is answered with this code."""
    code = wanted.get("code")
    if code not in CODES:
        raise ControlError(f"code: must be one of {', '.join(CODES)}")
    desk.books.write(Entry(kind=SAID, number=SAID, enterprise=NOBODY, state=str(code), data={}))
    return {"code": code}


def _reply(desk: Desk, message: CanonicalMessage, code: str) -> Reply:
    asked = BY_TYPE[message.type]
    row = BY_TYPE[asked.answer]
    values = wire.example(row)
    put(values, row.reference, at(asked.write(message.body), asked.reference))
    put(values, row.status, code)
    put(values, row.moment, desk.clock.now().isoformat())
    return desk.reply(message, row.type, row.read(values))


SCENARIO = Scenario(
    rules=tuple(Rule(name=message.type, type=message.type, plan=USUAL) for message in REQUESTS),
    plans=dict.fromkeys(CODES),
    handlers={message.type: answered for message in REQUESTS},
    steps={},
    controls={"say": say},
    questions=QUERIES,
)
"""Everything that the simulated partner does."""
