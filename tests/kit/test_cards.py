"""The kit's card cases: the soft card passes them all, and a driver that lies is found."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest

from hub.contract.card import CardError, CardFault, CardIdentity
from hub.testing.kit.case import FAILED, PASSED, Case, run
from hub.testing.kit.cases import CASES
from hub.testing.kit.subject import Card

BY_NAME = {case.name: case for case in CASES}


class Driver:
    """Does as the honest driver does; a mutant changes one thing."""

    def __init__(self, honest: Any) -> None:
        self.honest = honest
        self.name = honest.name

    def list_cards(self) -> list[CardIdentity]:
        return list(self.honest.list_cards())

    @contextmanager
    def open(self, token: str, pin: str) -> Iterator[Any]:
        with self.honest.open(token, pin) as session:
            yield session


class TriesThePinTwice(Driver):
    @contextmanager
    def open(self, token: str, pin: str) -> Iterator[Any]:
        try:
            with self.honest.open(token, pin):
                pass
        except CardError as error:
            if error.fault is not CardFault.PIN_WRONG:
                raise
        with self.honest.open(token, pin) as session:
            yield session


class TellsThePin(Driver):
    @contextmanager
    def open(self, token: str, pin: str) -> Iterator[Any]:
        try:
            with self.honest.open(token, pin) as session:
                yield session
        except CardError as error:
            raise CardError(error.fault, tries_left=error.tries_left, detail=f"PIN {pin} refused") from None


class KnowsOneFault(Driver):
    @contextmanager
    def open(self, token: str, pin: str) -> Iterator[Any]:
        try:
            with self.honest.open(token, pin) as session:
                yield session
        except CardError as error:
            raise CardError(CardFault.SILENT, tries_left=error.tries_left) from None


class SignsSomethingElse(Driver):
    @contextmanager
    def open(self, token: str, pin: str) -> Iterator[Any]:
        with self.honest.open(token, pin) as session:
            yield type("Session", (), {"sign": lambda _, data: session.sign(data.replace(b"kit", b"pay"))})()


class NeverCloses(Driver):
    @contextmanager
    def open(self, token: str, pin: str) -> Iterator[Any]:
        with self.honest.open(token, pin):
            pass
        outer = self.honest

        class Session:
            def sign(self, data: bytes) -> bytes:
                with outer.open(token, pin) as session:
                    return bytes(session.sign(data))

        yield Session()


class ShowsThePersonalNumber(Driver):
    def list_cards(self) -> list[CardIdentity]:
        return [replace(card, label=f"{card.label} 11010119900307123X") for card in super().list_cards()]


class ListsWithAPin(Driver):
    def list_cards(self) -> list[CardIdentity]:
        for card in (found := super().list_cards()):
            with pytest.raises(CardError), self.honest.open(card.token, "000000"):
                pass
        return found


MUTANTS = {
    TriesThePinTwice: "a_wrong_pin_counts_once",
    TellsThePin: "a_pin_and_a_payload_are_nowhere_to_be_read",
    KnowsOneFault: "every_fault_has_its_name",
    SignsSomethingElse: "each_payload_gets_its_own_signature",
    NeverCloses: "a_session_ends_with_its_block",
    ShowsThePersonalNumber: "a_label_holds_no_personal_number",
    ListsWithAPin: "a_card_is_listed_without_a_pin",
}


@pytest.mark.parametrize("case", [row for row in CASES if issubclass(Card, row.about)], ids=lambda case: case.name)
def test_the_soft_card_passes(case: Case, softcard):
    result = run(case, softcard)

    assert (result.outcome, result.reason) == (PASSED, "")


@pytest.mark.parametrize(("kind", "killer"), MUTANTS.items(), ids=[kind.__name__ for kind in MUTANTS])
def test_a_driver_that_lies_is_found_by_its_case(kind, killer, softcard):
    softcard.bench.driver = kind(softcard.bench.driver)

    assert run(BY_NAME[killer], softcard).outcome == FAILED


@pytest.mark.parametrize("killer", sorted(set(MUTANTS.values())))
def test_a_driver_that_only_passes_on_is_found_by_none_of_them(killer, softcard):
    softcard.bench.driver = Driver(softcard.bench.driver)

    assert run(BY_NAME[killer], softcard).outcome == PASSED
