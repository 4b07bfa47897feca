"""申报数据检查: the documents of a shipment, looked up at the source of trade data that this site has plugged in."""

from collections.abc import Iterable, Iterator, Mapping

from hub.business.acts import Actor
from hub.business.trade_data import DECLARATION, NOT_OWNED, OK, ORIGIN, TRANSPORT, UNAVAILABLE, Checked, LookUp, judge
from hub.errors import Unavailable
from hub.registry import Registry
from hub.services import audit
from hub.services.questions import Questions
from hub.store.engine import writing

Numbers = Mapping[str, str]
PATIENCE = 2  # answers in a row that may fail to come


def check(questions: Questions, actor: Actor, shipments: Iterable[Numbers]) -> list[Checked]:
    """Every document that ``shipments`` name by ``declaration_no`` and ``origin_cert_no``, each asked for once.

    A document of somebody else leaves an audit line. A source that does not answer is asked no more: a user waits.
    """
    found: dict[tuple[str, str], Checked] = {}
    lost = 0  # answers in a row
    for look_up, numbers in _wanted(shipments, found):
        if lost < PATIENCE:
            row = _one(questions, actor, look_up, numbers)
        else:
            row = Checked(look_up=look_up, numbers=numbers, result=UNAVAILABLE)
        lost = lost + 1 if row.result == UNAVAILABLE else 0
        found[look_up.capability, row.number] = row
    foreign = [row for row in found.values() if row.result == NOT_OWNED]
    if foreign:
        _note(questions, actor, foreign)
    return list(found.values())


def source(registry: Registry, capability: str) -> str | None:
    """The partner that is asked: the first that declares the look-up."""
    return next((code for code in registry.partners if registry.offers(code, capability)), None)


def _wanted(shipments: Iterable[Numbers], found: Mapping[tuple[str, str], Checked]) -> Iterator[tuple[LookUp, Numbers]]:
    """What is still to be asked. The caller puts each answer into ``found`` before it takes the next: what transport
    document there is, the declaration says.
    """
    for shipment in shipments:
        number = shipment["declaration_no"]
        if (DECLARATION.capability, number) not in found:
            yield DECLARATION, {"declaration_no": number}
        declaration = found[DECLARATION.capability, number]
        transport_no = (declaration.data or {}).get("transport_document_no")
        if declaration.result == OK and transport_no and (TRANSPORT.capability, transport_no) not in found:
            yield TRANSPORT, {"declaration_no": number, "transport_document_no": transport_no}
        certificate = shipment.get("origin_cert_no")
        if certificate and (ORIGIN.capability, certificate) not in found:
            yield ORIGIN, {"certificate_no": certificate}


def _one(questions: Questions, actor: Actor, look_up: LookUp, numbers: Numbers) -> Checked:
    partner = source(questions.runtime.registry, look_up.capability)
    if partner is None:
        return Checked(look_up=look_up, numbers=numbers, result=UNAVAILABLE)
    try:
        answer = questions.ask(
            partner=partner,
            capability=look_up.capability,
            type=look_up.question,
            enterprise=actor.enterprise,
            number=numbers[look_up.asks[-1]],
            body=numbers,
        )
    except Unavailable:
        return Checked(look_up=look_up, numbers=numbers, result=UNAVAILABLE)
    return judge(look_up, numbers, answer, actor.enterprise)


def _note(questions: Questions, actor: Actor, foreign: Iterable[Checked]) -> None:
    runtime = questions.runtime
    detail = {"documents": [{row.look_up.question: row.number} for row in foreign]}
    with writing(runtime.engine) as connection:
        audit.note(
            connection, runtime.clock.now(), "trade_data.not_owned",
            who=actor.account, address=actor.address, detail=detail,
        )  # fmt: skip
