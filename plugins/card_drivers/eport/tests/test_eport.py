"""The driver against the simulated control: a process of its own, a real WebSocket."""

from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

import hub_card_eport
import pytest
from hub_card_eport import codes, dialect
from hub_card_eport.codes import ControlFault
from hub_card_eport.dialect import Garbled, block, crc, join, split
from hub_card_eport.driver import EportDriver
from hub_card_eport.simulator import run
from hypothesis import given
from hypothesis import strategies as st

from hub.cards.suites import verify_signature
from hub.contract.card import CardDriver, CardError, CardFault

if TYPE_CHECKING:
    from hub.testing.kit.subject import CardBench


@pytest.fixture(scope="module")
def samples() -> ModuleType:
    """kit_samples.py beside this file."""
    from importlib.util import module_from_spec, spec_from_file_location

    spec = spec_from_file_location("eport_kit_samples", Path(__file__).with_name("kit_samples.py"))
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def control(samples: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> "Iterator[CardBench]":
    made = samples.make_bench(tmp_path_factory.mktemp("eport"))
    yield made
    made.close()


@pytest.fixture
def bench(control):
    control.fresh()
    return control


def sign(bench, pin: str = "", driver: EportDriver | None = None) -> bytes:
    with (driver or bench.driver).open(bench.token, pin or bench.pin) as session:
        return session.sign("签署协议".encode())


def refused(bench, pin: str = "", driver: EportDriver | None = None) -> CardError:
    with pytest.raises(CardError) as error:
        sign(bench, pin, driver)
    return error.value


@pytest.mark.parametrize(("text", "check"), [("123456789", "374B"), ("abc", "4957"), ("中", "7F5D")])
def test_the_check_of_a_block_is_the_vendors(text: str, check: str) -> None:
    assert crc(text) == check


@given(st.integers(0, 400_000), st.text(min_size=1, max_size=5))
def test_a_text_of_any_length_comes_back_from_its_blocks(size: int, grain: str) -> None:
    text = (grain * (size // len(grain) + 1))[:size]
    pieces = split(text)
    blocks = [block(piece) for piece in pieces]
    assert all(len(piece) <= dialect.LIMIT for piece in pieces)
    assert (text if blocks == [None] else join([one for one in blocks if one])) == text


@pytest.mark.parametrize("change", [lambda rows: rows[:-1], lambda rows: rows[::-1], lambda rows: [rows[0], *rows]])
def test_blocks_that_are_lost_swapped_or_doubled_are_refused(change) -> None:
    blocks = [one for piece in split("单" * 300_000) if (one := block(piece))]
    with pytest.raises(Garbled):
        join(change(blocks))


def test_a_block_whose_text_was_changed_is_refused() -> None:
    piece = split("x" * 200_000)[0]
    with pytest.raises(Garbled, match="check"):
        block(piece[:-1] + "y")


def test_the_card_is_shown_and_signs(bench) -> None:
    (shown,) = bench.driver.list_cards()
    assert (shown.token, shown.label, shown.algorithm) == (bench.token, "示例公司 法人卡 样本", "rsa-sha256")
    verify_signature("rsa-sha256", bench.identity.x509, sign(bench), "签署协议".encode())


def test_the_hook_returns_a_driver_at_the_configured_address() -> None:
    (driver,) = hub_card_eport.card_drivers({"address": "ws://127.0.0.1:1"})
    assert isinstance(driver, CardDriver)
    assert driver.address == "ws://127.0.0.1:1"


def test_without_the_control_there_is_no_client() -> None:
    with pytest.raises(CardError, match="NO_CLIENT"):
        EportDriver("ws://127.0.0.1:1").list_cards()


def test_an_answer_to_another_call_is_not_taken_for_this_one(bench) -> None:
    bench.hand("Behave", manner="twice")
    (shown,) = bench.driver.list_cards()
    assert shown.label == "示例公司 法人卡 样本"


def test_a_control_that_does_not_answer_in_time_is_silent(bench) -> None:
    bench.hand("Behave", manner="hang")
    said = refused(bench, driver=EportDriver(bench.driver.address, call_limit=0.2))
    assert said.fault is CardFault.SILENT


def test_a_connection_that_breaks_is_no_client(bench) -> None:
    bench.hand("Behave", manner="lost")
    assert refused(bench).fault is CardFault.NO_CLIENT


def test_an_answer_that_is_nonsense_is_the_controls_fault(bench) -> None:
    bench.hand("Behave", manner="odd")
    with pytest.raises(ControlFault):
        sign(bench)


def test_the_driver_remembers_how_many_tries_are_left_until_a_right_pin(bench) -> None:
    driver = EportDriver(bench.driver.address)
    lefts = [refused(bench, "000000", driver).tries_left, driver.list_cards()[0].tries_left]
    sign(bench, driver=driver)
    assert (lefts, driver.list_cards()[0].tries_left) == ([5, 5], None)


def test_fifteen_wrong_pins_leave_a_card_with_twenty_tries_five(samples: ModuleType, tmp_path: Path) -> None:
    bench = samples.Bench(tmp_path / "control", tries=20)

    said = [refused(bench, "000000") for _ in range(15)]

    assert {error.fault for error in said} == {CardFault.PIN_WRONG}
    assert (said[-1].tries_left, len(sign(bench)) > 0) == (5, True)
    bench.close()


def test_a_card_unlocked_elsewhere_is_not_believed_to_be_locked(bench) -> None:
    driver = EportDriver(bench.driver.address)
    faults = [refused(bench, "000000", driver).fault for _ in range(bench.tries)]
    bench.fresh()
    assert faults[-1] is CardFault.PIN_LOCKED
    assert sign(bench, driver=driver)


def test_a_session_tries_no_pin_after_a_wrong_one(bench) -> None:
    with bench.driver.open(bench.token, "000000") as session:
        for _ in range(3):
            with pytest.raises(CardError):
                session.sign(b"x")
    assert refused(bench, "000000").tries_left == bench.tries - 2


@pytest.mark.parametrize("pin", ["", "x" * 33, "12\x0034"])
def test_what_cannot_be_a_pin_costs_no_try(bench, pin: str) -> None:
    with pytest.raises(CardError, match="PIN_WRONG"), bench.driver.open(bench.token, pin):
        pass
    assert refused(bench, "000000").tries_left == bench.tries - 1


def test_an_unknown_error_is_not_taken_for_the_cards() -> None:
    with pytest.raises(ControlFault, match="Err:Custom1"):
        codes.fault(["未知错误", "Err:Custom1"])


def test_a_locked_card_is_not_read_as_a_wrong_pin() -> None:
    said = codes.fault(["密码错误，卡已锁定", "Err:Custom1"])
    assert (said.fault, said.tries_left) == (CardFault.PIN_LOCKED, 0)


@pytest.mark.parametrize(("options", "named"), [({"colour": 1}, "colour"), ({"pin": "1"}, "key")])
def test_the_simulated_control_names_the_option_that_is_wrong(options: dict[str, object], named: str) -> None:
    with pytest.raises(ValueError, match=named):
        run(options)
