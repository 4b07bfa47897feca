"""The driver behaves as the contract asks: one PIN check, counted tries, lock, removal, expiry, and every fault."""

from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256

import $package
from hub.contract.card import CardDriver, CardError, CardFault
from hub.testing.pki import issue_card, make_authority
from $package import token
from $package.driver import FAULTS, Driver

NOW = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)
PIN = "135790"
SERIAL = "T-0001"


@pytest.fixture(scope="module")
def card():
    authority = make_authority("演示CA", NOW)
    return issue_card(
        authority, enterprise="演示公司", holder="张三", org_code="12345678X", role="LP", now=NOW,
        algorithm="ecdsa-sha256", days=365,
    )  # fmt: skip


@pytest.fixture
def reader(tmp_path, card):
    folder = tmp_path / "reader"
    token.make(folder, serial=SERIAL, label="演示公司 法人卡", key=card.key, certificate=card.certificate, pin=PIN)
    return folder


@pytest.fixture
def driver(reader) -> Driver:
    return Driver(reader, clock=lambda: NOW)


def sign(driver: CardDriver, pin: str = PIN, serial: str = SERIAL) -> bytes:
    with driver.open(serial, pin) as session:
        return session.sign(b"data")


def refused(driver: CardDriver, pin: str = PIN, serial: str = SERIAL) -> CardError:
    with pytest.raises(CardError) as error:
        sign(driver, pin, serial)
    return error.value


def test_a_signature_verifies_with_the_certificate_that_was_shown(driver):
    (shown,) = driver.list_cards()
    public = x509.load_der_x509_certificate(shown.certificate).public_key()

    public.verify(sign(driver), b"data", ec.ECDSA(SHA256()))
    assert (shown.token, shown.algorithm, shown.tries_left) == (SERIAL, "ecdsa-sha256", token.TRIES)


def test_the_hook_returns_one_driver_for_the_configured_reader(reader):
    (found,) = $package.card_drivers({"reader": str(reader)})

    assert isinstance(found, CardDriver)
    assert $package.card_drivers({}) == []


def test_each_wrong_pin_costs_one_try_and_a_right_one_gives_all_back(driver):
    assert [refused(driver, "wrong").tries_left for _ in range(3)] == [5, 4, 3]

    sign(driver)
    assert driver.list_cards()[0].tries_left == token.TRIES


def test_a_token_locks_at_zero_and_then_not_even_the_right_pin_opens_it(driver):
    faults = [refused(driver, "wrong").fault for _ in range(token.TRIES)]

    assert faults == [CardFault.PIN_WRONG] * (token.TRIES - 1) + [CardFault.PIN_LOCKED]
    assert refused(driver).fault is CardFault.PIN_LOCKED


def test_a_token_pulled_after_the_pin_does_not_sign(driver, reader):
    with driver.open(SERIAL, PIN) as session:
        (reader / f"{SERIAL}{token.SUFFIX}").unlink()
        with pytest.raises(CardError, match="NO_CARD"):
            session.sign(b"data")


def test_an_expired_certificate_does_not_cost_a_try(reader):
    driver = Driver(reader, clock=lambda: NOW + timedelta(days=400))

    assert refused(driver, "wrong").fault is CardFault.CERT_EXPIRED
    assert driver.list_cards()[0].tries_left == token.TRIES


@pytest.mark.parametrize("serial", ["T-0002", "../reader/T-0001", ""])
def test_a_token_that_is_not_there_is_no_card(serial, driver):
    assert refused(driver, serial=serial).fault is CardFault.NO_CARD


def test_without_a_reader_there_is_no_reader(tmp_path):
    with pytest.raises(CardError, match="NO_READER"):
        Driver(tmp_path / "none").list_cards()


@pytest.mark.parametrize("at", ["list", "open", "sign"])
@pytest.mark.parametrize("word", [*FAULTS, "what nobody knows"])
def test_every_fault_of_the_token_is_one_of_the_contract(word, at, driver, reader):
    (reader / "fault").write_text(f"{at} {word}", encoding="utf-8")

    with pytest.raises(CardError) as error:
        _ = driver.list_cards() if at == "list" else sign(driver)
    assert error.value.fault is FAULTS.get(word, CardFault.SILENT)


def test_the_pin_and_the_open_key_are_not_in_the_reader(reader):
    content = (reader / f"{SERIAL}{token.SUFFIX}").read_text(encoding="utf-8")

    assert PIN not in content
    assert "BEGIN PRIVATE KEY" not in content
