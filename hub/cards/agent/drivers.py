"""All cards of all drivers on this PC: listed together, signed with one at a time."""

import importlib.metadata
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hub.cards.agent.lane import CALL_LIMIT, Lane, ListJob, Signed, SignJob, Source
from hub.cards.agent.policy import AgentRefused, BackOff
from hub.cards.document import signed_attributes
from hub.cards.refusal import CardRefused
from hub.cards.suites import read_certificate, verify_signature
from hub.clock import Clock
from hub.contract.card import CardFault, CardIdentity
from hub.plugins import GROUP

FAMILY = "card_"  # entry points of other families are not the agent's


def discover(settings: Mapping[str, Mapping[str, Any]]) -> list[Source]:
    """The installed card-driver plugins, not imported yet; ``settings`` by entry-point name, and their order ours."""
    order = {name: place for place, name in enumerate(settings)}
    points = sorted(
        importlib.metadata.entry_points(group=GROUP), key=lambda point: (order.get(point.name, len(order)), point.name)
    )
    return [
        Source(name=point.name, module=point.module, settings=settings.get(point.name, {}))
        for point in points
        if point.name.startswith(FAMILY)
    ]


@dataclass(frozen=True, kw_only=True)
class Card:
    """A card with the way to it."""

    token: str  # "softcard:SC0001", unique on this PC
    source: Source
    driver: str
    identity: CardIdentity


class Drivers:
    """The drivers behind their lanes: one lane to list the cards of each plugin, one for each card to sign with."""

    def __init__(self, sources: Sequence[Source], clock: Clock, *, call_limit: float = CALL_LIMIT) -> None:
        self._clock = clock
        self._call_limit = call_limit
        self._listers = [(source, Lane(source, call_limit=call_limit)) for source in sources]
        self._lanes: dict[str, Lane] = {}
        self._cards: dict[str, Card] = {}  # every card ever seen: the way to it does not change
        self._lock = threading.Lock()
        self._back_off = BackOff()

    def cards(self) -> list[Card]:
        """The cards plugged in now. Raises AgentRefused when not one plugin could tell."""
        found: list[Card] = []
        faults: list[AgentRefused] = []
        for source, lane in self._listers:
            try:
                with lane.turn():
                    listed = lane.ask(ListJob())
            except AgentRefused as refused:
                faults.append(refused)
                continue
            found += [
                Card(token=f"{driver}:{identity.token}", source=source, driver=driver, identity=identity)
                for driver, identity in listed
            ]
        if faults and len(faults) == len(self._listers):
            raise faults[0]
        self._cards |= {card.token: card for card in found}
        return found

    def sign(
        self,
        token: str,
        pin: str,
        data: bytes,
        *,
        final_try_confirmed: bool,
        over: threading.Event,
        document: str = "",
    ) -> Signed:
        """One try of the PIN, one verified signature over ``data``, and one inside the document with that digest.

        Raises AgentRefused; without a try when ``over`` is set before the card is free.
        """
        card = self._card(token)
        job = SignJob(
            driver=card.driver,
            token=card.identity.token,
            pin=pin,
            data=data,
            now=self._clock.now(),
            final_try_confirmed=final_try_confirmed,
            document=document,
        )
        try:
            with self._lane(card).turn() as lane:
                signed = self._try(token, job, lane, over)
            check_signed(signed, data, document)
        except AgentRefused as refused:
            refused.card = token
            raise
        return signed

    def _try(self, token: str, job: SignJob, lane: Lane, over: threading.Event) -> Signed:
        """Inside the turn: a second click has waited, and meets the pause after the first one's wrong PIN."""
        if over.is_set():
            raise AgentRefused("ERRAND_OVER")
        self._back_off.check(token, self._clock.monotonic())
        try:
            signed: Signed = lane.ask(job)
        except AgentRefused as refused:
            if refused.fault == CardFault.PIN_WRONG.name:
                self._back_off.wrong(token, self._clock.monotonic())
            raise
        self._back_off.right(token)
        return signed

    def close(self) -> None:
        """End all children."""
        for lane in [lane for _, lane in self._listers] + list(self._lanes.values()):
            lane.stop()

    def _card(self, token: str) -> Card:
        if token not in self._cards:
            self.cards()
        if token not in self._cards:
            raise AgentRefused(CardFault.NO_CARD.name)
        return self._cards[token]

    def _lane(self, card: Card) -> Lane:
        with self._lock:
            if card.token not in self._lanes:
                self._lanes[card.token] = Lane(card.source, call_limit=self._call_limit)
            return self._lanes[card.token]


def check_signed(signed: Signed, data: bytes, document: str = "") -> None:
    """Return when the signatures are the certificate's. Raises AgentRefused: ALGORITHM, SIGNATURE."""
    try:
        certificate = read_certificate(signed.card.certificate)
        verify_signature(signed.card.algorithm, certificate, signed.signature, data)
        if document:
            inside = signed_attributes(document, signed.card.certificate)
            verify_signature(signed.card.algorithm, certificate, signed.document, inside)
    except CardRefused as refused:
        raise AgentRefused("ALGORITHM" if refused.code == "algorithm" else "SIGNATURE") from None
