"""What one job does to a card, with a driver that misbehaves on purpose."""

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from types import ModuleType

import pytest

from hub.cards.agent.lane import ListJob, SignJob, Source, load_drivers
from hub.cards.agent.policy import AgentRefused
from hub.contract.card import CardError, CardFault, CardIdentity
from hub.contract.hooks import hookimpl

from .conftest import NOW

CARD = CardIdentity(
    token="A", label="甲", certificate=b"a", not_after=NOW + timedelta(days=1), algorithm="ecdsa-sha256", tries_left=6
)
OTHER = replace(CARD, certificate=b"b")


class Driver:
    """Shows the next of ``views`` each time it is asked, and counts PIN tries and closed sessions."""

    name = "trick"

    def __init__(self, *views: Sequence[CardIdentity] | CardError) -> None:
        self.views = list(views)
        self.opened = self.closed = 0

    def list_cards(self) -> Sequence[CardIdentity]:
        view = self.views.pop(0)
        if isinstance(view, CardError):
            raise view
        return view

    @contextmanager
    def open(self, token: str, pin: str) -> Iterator["Driver"]:
        self.opened += 1
        try:
            yield self
        finally:
            self.closed += 1

    def sign(self, data: bytes) -> bytes:
        if data == b"fail":
            raise CardError(CardFault.READER_RESET)
        return b"signature"


def sign(driver: Driver, *, data: bytes = b"", confirmed: bool = False) -> object:
    job = SignJob(driver="trick", token="A", pin="1", data=data, now=NOW, final_try_confirmed=confirmed)
    return job.run({"trick": driver})


def test_the_card_is_read_before_and_after() -> None:
    driver = Driver([CARD], [CARD])
    sign(driver)
    assert (driver.views, driver.opened, driver.closed) == ([], 1, 1)


@pytest.mark.parametrize(("after", "fault"), [([OTHER], "WRONG_CARD"), ([], "NO_CARD")])
def test_a_card_swapped_or_pulled_meanwhile_spoils_the_signature(after: list[CardIdentity], fault: str) -> None:
    with pytest.raises(CardError, match=fault):
        sign(Driver([CARD], after))


def test_a_session_is_closed_whatever_happens() -> None:
    driver = Driver([CARD], [CARD])
    with pytest.raises(CardError, match="READER_RESET"):
        sign(driver, data=b"fail")
    assert (driver.opened, driver.closed) == (1, 1)


@pytest.mark.parametrize(
    ("card", "fault"),
    [
        (replace(CARD, tries_left=0), "PIN_LOCKED"),
        (replace(CARD, tries_left=1), "FINAL_TRY"),
        (replace(CARD, not_after=NOW), "CERT_EXPIRED"),
        (replace(CARD, token="B"), "NO_CARD"),
    ],
)
def test_what_can_be_refused_without_a_try_costs_none(card: CardIdentity, fault: str) -> None:
    driver = Driver([card])
    with pytest.raises((CardError, AgentRefused), match=fault):
        sign(driver)
    assert driver.opened == 0


def test_a_card_that_does_not_tell_its_tries_is_tried() -> None:
    silent = replace(CARD, tries_left=None)
    assert sign(Driver([silent], [silent]))


def test_one_driver_without_a_reader_does_not_hide_the_cards_of_another() -> None:
    drivers = {"none": Driver(CardError(CardFault.NO_READER)), "trick": Driver([CARD])}
    assert ListJob().run(drivers) == [("trick", CARD)]


def test_no_driver_with_a_reader_is_told() -> None:
    with pytest.raises(CardError, match="NO_READER"):
        ListJob().run({"none": Driver(CardError(CardFault.NO_READER))})


@pytest.fixture
def plugin(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    module = ModuleType("hub_card_trick")
    monkeypatch.setitem(sys.modules, "hub_card_trick", module)
    return module


SOURCE = Source(name="card_trick", module="hub_card_trick", settings={"cards": 2})


def test_a_plugin_gets_its_settings_and_its_drivers_are_found_by_name(plugin: ModuleType) -> None:
    @hookimpl
    def card_drivers(settings: dict[str, int]) -> list[Driver]:
        return [Driver([CARD] * settings["cards"])]  # one view of two cards

    plugin.card_drivers = card_drivers  # type: ignore[attr-defined]
    assert load_drivers(SOURCE)["trick"].list_cards() == [CARD, CARD]


def test_a_plugin_with_a_misspelt_hook_is_refused(plugin: ModuleType) -> None:
    @hookimpl
    def card_driver(settings: dict[str, int]) -> list[Driver]:
        return []

    plugin.card_driver = card_driver  # type: ignore[attr-defined]
    with pytest.raises(ImportError, match="card_driver"):
        load_drivers(SOURCE)


def test_a_plugin_whose_hook_raises_is_refused(plugin: ModuleType) -> None:
    @hookimpl
    def card_drivers(settings: dict[str, int]) -> list[Driver]:
        raise OSError("vendor library not found")

    plugin.card_drivers = card_drivers  # type: ignore[attr-defined]
    with pytest.raises(ImportError, match="vendor library"):
        load_drivers(SOURCE)
