"""A soft card behaves like a card: tries, lock, removal, expiry, faults, and no free try for a crash."""

import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import hub_card_softcard
import pytest
from hub_card_softcard import desk
from hub_card_softcard.__main__ import main
from hub_card_softcard.cardfile import WrongPin, open_key, read_card, set_tries
from hub_card_softcard.driver import SoftCardDriver

from hub.cards.suites import verify_signature
from hub.contract.card import CardDriver, CardError, CardFault
from hub.testing.pki import ALGORITHMS, Identity, issue_card, make_authority

NOW = datetime.now(UTC)
PIN = "135790"


@pytest.fixture(scope="module")
def authority() -> Identity:
    return make_authority("演示CA", NOW)


def card(authority: Identity, algorithm: str = "ecdsa-sha256", days: int = 365) -> Identity:
    return issue_card(
        authority,
        enterprise="演示公司",
        holder="张三",
        org_code="12345678X",
        role="LP",
        now=NOW,
        algorithm=algorithm,
        days=days,
    )


@pytest.fixture
def identity(authority: Identity) -> Identity:
    return card(authority)


def put(slot: Path, identity: Identity) -> Path:
    return desk.make(
        slot,
        serial="A1",
        label="演示公司 法人卡",
        key=identity.key,
        certificate=identity.certificate,
        pin=PIN,
        scrypt_n=2,
    )


@pytest.fixture
def slot(tmp_path: Path, identity: Identity) -> Path:
    put(tmp_path / "slot", identity)
    return tmp_path / "slot"


@pytest.fixture
def driver(slot: Path) -> SoftCardDriver:
    return SoftCardDriver(slot)


def sign(driver: CardDriver, pin: str = PIN, data: bytes = b"data") -> bytes:
    with driver.open("A1", pin) as session:
        return session.sign(data)


def refused(driver: CardDriver, pin: str = PIN) -> CardError:
    with pytest.raises(CardError) as error:
        sign(driver, pin)
    return error.value


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_a_card_signs_with_its_own_algorithm(tmp_path: Path, authority: Identity, algorithm: str) -> None:
    identity = card(authority, algorithm)
    put(tmp_path, identity)
    driver = SoftCardDriver(tmp_path)
    (shown,) = driver.list_cards()
    assert (shown.algorithm, shown.certificate, shown.tries_left) == (algorithm, identity.der, 6)
    verify_signature(algorithm, identity.x509, sign(driver), b"data")


def test_the_hook_returns_one_driver_for_the_configured_slot(slot: Path) -> None:
    (driver,) = hub_card_softcard.card_drivers({"slot": str(slot)})
    assert isinstance(driver, CardDriver)
    assert driver.name == "softcard"
    assert hub_card_softcard.card_drivers({}) == []


def test_the_key_on_disk_is_encrypted_and_the_pin_is_nowhere(slot: Path) -> None:
    content = (slot / "A1.card").read_bytes()
    assert PIN.encode() not in content
    assert b"PRIVATE KEY" not in content
    assert (slot / "A1.card").stat().st_mode & 0o077 == 0


def test_each_wrong_pin_costs_one_try_and_a_right_one_gives_all_back(driver: SoftCardDriver) -> None:
    left = [refused(driver, "wrong").tries_left for _ in range(3)]
    assert left == [5, 4, 3]
    sign(driver)
    assert driver.list_cards()[0].tries_left == 6


def test_a_card_locks_at_zero_and_then_not_even_the_right_pin_opens_it(driver: SoftCardDriver) -> None:
    faults = [refused(driver, "wrong").fault for _ in range(6)]
    assert faults == [CardFault.PIN_WRONG] * 5 + [CardFault.PIN_LOCKED]
    assert refused(driver).fault is CardFault.PIN_LOCKED


def test_only_the_desk_unlocks_a_card(driver: SoftCardDriver, slot: Path) -> None:
    set_tries(slot / "A1.card", 0)
    desk.unlock(slot, "A1")
    assert sign(driver)


KILLED = """
import os, signal, sys
from pathlib import Path
from hub_card_softcard import cardfile
cardfile._derive = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
cardfile.open_key(Path(sys.argv[1]), sys.argv[2])
"""


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL does not exist on Windows")
@pytest.mark.parametrize("pin", [PIN, "wrong"])
def test_a_process_killed_while_the_pin_is_tried_has_used_up_the_try(slot: Path, pin: str) -> None:
    path = slot / "A1.card"
    ended = subprocess.run(
        [sys.executable, "-c", KILLED, path, pin], env={"PYTHONPATH": ":".join(sys.path)}, check=False
    )
    assert (ended.returncode, read_card(path).tries_left) == (-9, 5)


def test_a_card_pulled_after_the_pin_does_not_sign(driver: SoftCardDriver, slot: Path) -> None:
    with driver.open("A1", PIN) as session:
        desk.remove(slot, "A1")
        with pytest.raises(CardError, match="NO_CARD"):
            session.sign(b"data")


def test_a_session_signs_no_more_after_its_block(driver: SoftCardDriver) -> None:
    with driver.open("A1", PIN) as session:
        session.sign(b"data")
    with pytest.raises(CardError, match="the session is over"):
        session.sign(b"data")


def test_a_pulled_card_keeps_its_counter_and_comes_back(driver: SoftCardDriver, slot: Path) -> None:
    refused(driver, "wrong")
    desk.remove(slot, "A1")
    assert desk.list_cards(slot) == ([], ["A1"])
    assert refused(driver).fault is CardFault.NO_CARD
    desk.insert(slot, "A1")
    assert driver.list_cards()[0].tries_left == 5


def test_a_card_pulled_while_the_pin_is_tried_takes_the_try_along(slot: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def pull(*_: object) -> bytes:
        desk.remove(slot, "A1")
        return b"k" * 32

    monkeypatch.setattr("hub_card_softcard.cardfile._derive", pull)
    with pytest.raises(WrongPin, match="5 tries left"):
        open_key(slot / "A1.card", PIN)
    assert not (slot / "A1.card").exists()
    assert read_card(slot / "out" / "A1.card").tries_left == 5


@pytest.mark.parametrize("expire", [True, False])
def test_an_expired_card_does_not_try_the_pin(tmp_path: Path, authority: Identity, expire: bool) -> None:
    put(tmp_path, card(authority, days=365 if expire else 0))
    if expire:
        desk.expire(tmp_path, "A1", NOW - timedelta(days=1))
    driver = SoftCardDriver(tmp_path)
    assert refused(driver, "wrong").fault is CardFault.CERT_EXPIRED
    assert driver.list_cards()[0].tries_left == 6


def test_without_a_slot_there_is_no_reader(tmp_path: Path) -> None:
    with pytest.raises(CardError, match="NO_READER"):
        SoftCardDriver(tmp_path / "none").list_cards()


def test_a_file_that_is_no_card_is_not_shown(driver: SoftCardDriver, slot: Path) -> None:
    (slot / "B2.card").write_text("something else")
    assert [shown.token for shown in driver.list_cards()] == ["A1"]


def test_a_token_cannot_leave_the_slot(driver: SoftCardDriver) -> None:
    with pytest.raises(CardError, match="NO_CARD"), driver.open("../slot/A1", PIN):
        pass


@pytest.mark.parametrize("at", ["list", "open", "sign"])
@pytest.mark.parametrize("fault", CardFault)
def test_every_fault_can_be_had_at_every_step(driver: SoftCardDriver, slot: Path, fault: CardFault, at: str) -> None:
    (slot / "faults.toml").write_text(f'["*"]\nat = "{at}"\nfault = "{fault.name}"\n')
    steps: dict[str, Callable[[], object]] = {"list": driver.list_cards}
    with pytest.raises(CardError) as error:
        steps.get(at, lambda: sign(driver))()
    assert error.value.fault is fault


@pytest.mark.parametrize(
    ("changes", "message"),
    [({"serial": "../x"}, "serial"), ({"tries": 0}, "tries"), ({"certificate": "other"}, "certificate")],
)
def test_a_card_that_makes_no_sense_is_not_made(
    tmp_path: Path, authority: Identity, identity: Identity, changes: dict[str, object], message: str
) -> None:
    if "certificate" in changes:
        changes = {"certificate": card(authority).certificate}
    usual = {"serial": "A1", "label": "x", "key": identity.key, "certificate": identity.certificate, "pin": PIN}
    with pytest.raises(ValueError, match=message):
        desk.make(tmp_path, **usual | changes)  # type: ignore[arg-type]


def test_the_command_line_plays_with_cards(
    slot: Path, driver: SoftCardDriver, capsys: pytest.CaptureFixture[str]
) -> None:
    set_tries(slot / "A1.card", 0)
    codes = [
        main([str(slot), *command]) for command in (["unlock", "A1"], ["remove", "A1"], ["list"], ["insert", "A1"])
    ]
    assert codes == [0, 0, 0, 0]
    assert capsys.readouterr().out == "A1  (out)\n"
    assert driver.list_cards()[0].tries_left == 6


def test_the_command_line_makes_a_card_and_asks_for_the_pin(
    tmp_path: Path, identity: Identity, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "key.pem").write_bytes(identity.key)
    (tmp_path / "cert.pem").write_bytes(identity.certificate)
    monkeypatch.setattr("hub_card_softcard.__main__.getpass", lambda _: PIN)
    slot = tmp_path / "slot"
    assert main([str(slot), "make", "A1", "演示公司", str(tmp_path / "key.pem"), str(tmp_path / "cert.pem")]) == 0
    assert sign(SoftCardDriver(slot))
    assert main([str(slot), "expire", "A1"]) == 0
    assert main([str(slot), "list"]) == 0
    assert "演示公司" in capsys.readouterr().out


def test_the_command_line_names_a_card_that_is_not_there(slot: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(slot), "remove", "B2"]) == 1
    assert "B2" in capsys.readouterr().err


def test_fifteen_wrong_pins_leave_a_card_with_twenty_tries_five(tmp_path: Path, identity: Identity) -> None:
    usual = {"serial": "A1", "label": "x", "pin": PIN, "tries": 20, "scrypt_n": 2}
    desk.make(tmp_path, key=identity.key, certificate=identity.certificate, **usual)  # type: ignore[arg-type]
    driver = SoftCardDriver(tmp_path)

    faults = {refused(driver, "wrong").fault for _ in range(15)}

    assert (faults, driver.list_cards()[0].tries_left) == ({CardFault.PIN_WRONG}, 5)
