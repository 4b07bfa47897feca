"""Amounts: exact decimals with their currency, in the unit that the message says, in both directions."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from hub.business import KINDS
from hub.contract.adapters import Refusal
from hub.contract.message import CanonicalEvent, CanonicalMessage
from hub.testing.kit.case import Broken, Exempt, bronze, expect, silver
from hub.testing.kit.samples import Sample
from hub.testing.kit.subject import Partner
from hub.xml.codec import Shape

AMOUNTS = tuple(map(Decimal, ("0.01", "0.10", "0.29", "1.00", "14723.07", "99999999.99", "9999999999999.99")))
"""One cent, the amounts that floats spoil, and the largest there is."""
CENTS = 2  # decimals of an amount; a rate or a weight has others
Path = tuple[str | int, ...]  # keys, and places in lists


@bronze
def an_amount_that_comes_in_is_the_same_to_the_cent(partner: Partner) -> None:
    """Each amount of a message that an event takes over is the same Decimal: not cents, not rounded, not a float."""
    taken = 0
    for sample, path in _amounts(partner, partner.incoming):
        if not _decimals(partner, sample.message) and not _has_a_place(partner, sample, path):
            continue
        for amount in AMOUNTS:
            message = _with(sample.message, path, amount)
            others = set(_leaves(message.body, Decimal).values())
            for value in _decimals(partner, message):
                expect(value in others, f"{sample.name}: {amount} became {value}")
            expect(amount in _decimals(partner, message), f"{sample.name}: {amount} was lost")
            taken += 1
    if not taken:
        raise Exempt("no event takes over an amount")


@bronze
def no_event_carries_a_float(partner: Partner) -> None:
    """No value of an event is a float."""
    for sample in partner.incoming:
        for event in partner.events(sample):
            floats = sorted(".".join(map(str, path)) for path in _leaves(event.content, float))
            expect(not floats, f"{sample.name}: {floats} is a float")


@silver
def an_amount_comes_with_its_currency(partner: Partner) -> None:
    """An event that takes over an amount takes over the currency that stands beside it."""
    tried = 0
    for sample, path in _amounts(partner, partner.incoming):
        beside: Any = sample.message.body
        for key in path[:-1]:
            beside = beside[key]
        if "currency" not in beside:
            continue
        for currency in ("USD", "JPY"):
            message = _with(sample.message, (*path[:-1], "currency"), currency)
            if _decimals(partner, message):
                tried += 1
                said = [value for event in _events(partner, message) for value in event.content.values()]
                expect(currency in said, f"{sample.name}: the amount lost its currency {currency}")
    if not tried:
        raise Exempt("no event takes over an amount with a currency")


@bronze
def an_amount_that_goes_out_is_the_same_to_the_cent(partner: Partner) -> None:
    """The partner reads the amount that was meant, in its own unit."""
    for sample, path in _sent_amounts(partner):
        for amount in AMOUNTS:
            message = _with(sample.message, path, amount)
            heard = partner.voice.hear(partner.adapter.build(message, partner.ctx()).content)
            expect(_leaves(heard.body, Decimal)[path] == amount, f"{sample.name}: {amount} arrives as another amount")


@bronze
def a_float_or_a_third_decimal_is_refused(partner: Partner) -> None:
    """build raises Refusal for an amount that is a float, or has more decimals than its currency."""
    for sample, path in _sent_amounts(partner):
        for wrong in (14723.07, Decimal("0.001"), Decimal("NaN")):
            try:
                partner.adapter.build(_with(sample.message, path, wrong), partner.ctx())
            except Refusal:
                continue
            raise Broken(f"{sample.name}: {wrong!r} was built")


def _has_a_place(partner: Partner, sample: Sample, path: Path) -> bool:
    """Whether the kind of one of the events has an amount of this name."""
    kinds = (KINDS[event.kind] for event in _events(partner, sample.message))
    return any(row.name in path and row.type is Decimal for kind in kinds for row in kind.fields)


def _events(partner: Partner, message: CanonicalMessage) -> list[CanonicalEvent]:
    return [part for part in partner.take(message) if isinstance(part, CanonicalEvent)]


def _decimals(partner: Partner, message: CanonicalMessage) -> list[int | float | Decimal]:
    """Every number of the events, of whatever type."""
    return [
        value
        for event in _events(partner, message)
        for value in _leaves(event.content, (int, float, Decimal)).values()
        if not isinstance(value, bool)
    ]


def _sent_amounts(partner: Partner) -> Iterator[tuple[Sample, Path]]:
    found = list(_amounts(partner, partner.sent))
    if not found:
        raise Exempt("no message that the hub sends has an amount")
    yield from found


def _amounts(partner: Partner, samples: list[Sample]) -> Iterator[tuple[Sample, Path]]:
    for sample in samples:
        shape = partner.schema(f"{sample.message.type}/{sample.message.version}").shape
        for path in _leaves(sample.message.body, Decimal):
            if _decimals_of(shape, path) == CENTS:
                yield sample, path


def _decimals_of(shape: Shape, path: Path) -> int | None:
    for key in path:
        shape = shape if isinstance(key, int) else shape[key]
    return shape.decimals


def _leaves(body: Any, kind: type | tuple[type, ...], above: Path = ()) -> dict[Path, Any]:
    found: dict[Path, Any] = {}
    for key, value in body.items() if isinstance(body, Mapping) else enumerate(body):
        if isinstance(value, Mapping | list | tuple):
            found |= _leaves(value, kind, (*above, key))
        elif isinstance(value, kind):
            found[*above, key] = value
    return found


def _with(message: CanonicalMessage, path: Path, value: object) -> CanonicalMessage:
    return replace(message, body=_put(message.body, path, value))


def _put(body: Any, path: Path, value: object) -> Any:
    key, *rest = path
    made: Any = dict(body) if isinstance(body, Mapping) else list(body)
    made[key] = _put(body[key], tuple(rest), value) if rest else value
    return made
