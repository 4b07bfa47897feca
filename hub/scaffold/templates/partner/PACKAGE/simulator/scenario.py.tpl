"""What the simulated partner answers: the request's reference and a status code, in the answer's own XML.

Which code, a rule decides, or ``{"do": "say", "code": "..."}`` for everything that follows.
"""

from collections.abc import Mapping
from typing import Any

from hub.contract.message import CanonicalMessage
from hub.contract.outcome import OutcomeClass
from hub.testing.simulator.books import Entry
from hub.testing.simulator.desk import ControlError, Desk, Reply, Scenario
from hub.testing.simulator.rules import Plan, Rule
from $package import codes
from $package.adapter import make_adapter
from $package.messages import MESSAGES

ORDER, SAID = "order", "said"
NOBODY = "-"  # the enterprise of what belongs to none
ADAPTER = make_adapter()
CODES = {row.code: row.text for row in codes.ANSWERS} | dict(codes.UNMAPPED)
"""Code -> what it says."""
REQUESTS = tuple(message for message in MESSAGES if message.answer)
QUERIES = frozenset(message.query for message in MESSAGES if message.query)


def first(*kinds: OutcomeClass) -> str:
    """The first code that means one of ``kinds``; the first of all when none does."""
    return next((row.code for row in codes.ANSWERS if row.outcome in kinds), next(iter(CODES)))


USUAL = first(OutcomeClass.DONE, OutcomeClass.ACCEPTED)
NOT_FOUND = first(OutcomeClass.NOT_SENT)


def requested(desk: Desk, message: CanonicalMessage, rule: Rule) -> Reply:
    """A request: kept under its reference, and answered with the code that is due."""
    said = desk.books.entry(SAID, SAID)
    code = said.state if said is not None else rule.plan
    number = str(ADAPTER.reference(message))
    desk.books.write(Entry(kind=ORDER, number=number, enterprise=NOBODY, state=code, data={}))
    return answer(desk, message, ADAPTER.reference(message), code)


def asked(desk: Desk, message: CanonicalMessage, rule: Rule) -> Reply:  # noqa: ARG001
    """A query: what was said to the request, from the books alone."""
    reference = message.body.get("reference")
    order = desk.books.entry(ORDER, str(reference))
    return answer(desk, message, reference, order.state if order is not None else NOT_FOUND)


def answer(desk: Desk, message: CanonicalMessage, reference: object, code: str) -> Reply:
    """The answer to ``message``, with as much as its table has a row for."""
    row = ADAPTER.row(ADAPTER.row(message.type).answer)
    said = {"reference": reference, "code": code, "at": desk.clock.now()}
    body = {name: value for name, value in said.items() if value is not None and row.layout.names(name)}
    return desk.reply(message, row.type, body, row.version)


def say(desk: Desk, wanted: Mapping[str, Any]) -> Mapping[str, Any]:
    """``{"code"}``: from now on every request is answered with this code."""
    code = wanted.get("code")
    if code not in CODES:
        raise ControlError(f"code: must be one of {', '.join(CODES)}")
    desk.books.write(Entry(kind=SAID, number=SAID, enterprise=NOBODY, state=str(code), data={}))
    return {"code": code}


SCENARIO = Scenario(
    rules=tuple(Rule(name=message.type, type=message.type, plan=USUAL) for message in REQUESTS),
    plans={code: Plan(text=text) for code, text in CODES.items()},
    handlers={message.type: asked if message.type in QUERIES else requested for message in REQUESTS},
    steps={},
    controls={"say": say},
    questions=QUERIES,
)
"""Everything that the simulated partner does."""
