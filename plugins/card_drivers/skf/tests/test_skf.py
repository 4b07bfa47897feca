"""The driver on an SKF library of our own with real SM2, compiled for both sizes of a ULONG."""

import importlib.util
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import hub_card_skf
import pytest
from hub_card_skf.codes import BY_CODE
from hub_card_skf.driver import SkfDriver

from hub.cards.suites import verify_signature
from hub.contract.card import CardError, CardFault

HERE = Path(__file__).parent
SPEC = importlib.util.spec_from_file_location("skf_kit_samples", HERE / "kit_samples.py")
assert SPEC is not None and SPEC.loader is not None  # noqa: PT018
samples: Any = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(samples)


@pytest.fixture(params=["unsigned int", "unsigned long"])
def bench(request: pytest.FixtureRequest, tmp_path: Path) -> Any:
    return samples.Bench(tmp_path / "bench", options=[f"-DULONG={request.param}"])


@pytest.fixture
def key(tmp_path: Path) -> Any:
    return samples.Bench(tmp_path / "bench")


def sign(bench: Any, data: bytes = b"data", pin: str = "135790", token: str | None = None) -> bytes:
    with bench.driver.open(token or bench.token, pin) as session:
        return bytes(session.sign(data))


def refused(bench: Any, pin: str = "135790") -> tuple[str, int | None]:
    with pytest.raises(CardError) as error:
        sign(bench, pin=pin)
    return error.value.fault.name, error.value.tries_left


def test_a_signature_verifies_whatever_the_size_of_a_ulong(bench: Any) -> None:
    (shown,) = bench.driver.list_cards()

    verify_signature(shown.algorithm, bench.identity.x509, sign(bench), b"data")
    assert (shown.label, shown.algorithm, shown.tries_left) == ("示例公司 法人卡", "sm2-sm3", 6)


def test_each_wrong_pin_tells_how_many_are_left_until_it_is_locked(bench: Any) -> None:
    told = [refused(bench, "246801") for _ in range(6)]

    assert told == [("PIN_WRONG", left) for left in (5, 4, 3, 2, 1)] + [("PIN_LOCKED", 0)]
    assert refused(bench) == ("PIN_LOCKED", 0)


def test_fifteen_wrong_pins_leave_a_key_with_twenty_tries_five(key: Any) -> None:
    samples.plug_in(key.folder, "KEY001", key.identity, key.pin, 20)

    told = {refused(key, "246801")[0] for _ in range(15)}

    assert (told, key.driver.list_cards()[0].tries_left, len(sign(key)) > 0) == ({"PIN_WRONG"}, 5, True)


@pytest.mark.parametrize("pin", ["", "\0", "135790\0rest"])
def test_a_pin_that_c_would_cut_short_is_wrong_and_never_tried(key: Any, pin: str) -> None:
    assert refused(key, pin) == ("PIN_WRONG", 6)
    assert key.driver.list_cards()[0].tries_left == 6


def test_two_hundred_requests_over_two_keys_never_cross(tmp_path: Path) -> None:
    program = f"""
import importlib.util, sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
spec = importlib.util.spec_from_file_location("samples", {str(HERE / "kit_samples.py")!r})
samples = importlib.util.module_from_spec(spec)
spec.loader.exec_module(samples)
from hub.cards.suites import verify_signature
from hub.testing import pki
bench = samples.Bench(Path({str(tmp_path / "bench")!r}))
other = pki.issue_card(bench.identity.issuer, enterprise="示例公司", holder="乙", org_code="12345678X", role="OP",
                       now=samples.NOW, algorithm="sm2-sm3")
samples.plug_in(bench.folder, "KEY002", other, "975310")
tokens = {{card.token[:6]: card.token for card in bench.driver.list_cards()}}
cards = [(tokens["KEY001"], bench.pin, bench.identity), (tokens["KEY002"], "975310", other)]

def sign(number):
    token, pin, identity = cards[number % 2]
    with bench.driver.open(token, pin) as session:
        return session.sign(b"payload %d" % number), identity

with ThreadPoolExecutor(16) as pool:
    signed = list(pool.map(sign, range(200)))
for number, (value, identity) in enumerate(signed):
    verify_signature("sm2-sm3", identity.x509, value, b"payload %d" % number)
print(len({{value for value, _ in signed}}))
"""
    if shutil.which("gcc") is None and shutil.which("cc") is None:
        pytest.skip("no C compiler")
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)

    assert (done.returncode, done.stdout.strip()) == (0, "200"), done.stderr


def test_a_key_without_a_signing_certificate_is_no_card(key: Any) -> None:
    authority = key.identity.issuer
    samples.plug_in(key.folder, "KEY002", authority, key.pin)

    assert [card.token for card in key.driver.list_cards()] == [key.token]


def test_a_key_that_fails_hides_no_other_one(key: Any) -> None:
    samples.plug_in(key.folder, "KEY002", key.identity, key.pin)
    (key.folder / "KEY002" / "certificate").write_bytes(b"no certificate")

    assert [card.token for card in key.driver.list_cards()] == [key.token]


def test_a_key_of_another_authority_is_a_wrong_card(key: Any) -> None:
    other = SkfDriver(key.driver.path, application="OTHER")

    with pytest.raises(CardError, match="WRONG_CARD"):
        other.list_cards()


def test_an_rsa_key_is_refused_before_a_try(tmp_path: Path) -> None:
    bench = samples.Bench(tmp_path / "bench", algorithm="rsa-sha256")

    assert refused(bench, "246801") == ("ALGORITHM", None)
    assert bench.driver.list_cards()[0].tries_left == 6


def test_a_factory_pin_is_told(key: Any) -> None:
    (key.folder / "KEY001" / "factory").write_text("1")

    assert key.driver.list_cards()[0].factory_pin


def test_the_login_ends_with_the_block(key: Any) -> None:
    with key.driver.open(key.token, key.pin) as session:
        session.sign(b"data")
    with pytest.raises(CardError, match="the session is over"):
        session.sign(b"data")


def test_a_library_that_is_none_is_no_client(tmp_path: Path) -> None:
    (tmp_path / "not.so").write_bytes(b"")

    with pytest.raises(CardError, match="NO_CLIENT"):
        SkfDriver(str(tmp_path / "not.so")).list_cards()


def test_every_fault_has_a_code_or_is_found_otherwise() -> None:
    otherwise = {CardFault.NO_READER, CardFault.CERT_EXPIRED, CardFault.CANCELLED}

    assert set(BY_CODE.values()) | otherwise == set(CardFault)


def test_the_library_comes_from_the_setting_or_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(hub_card_skf.LIBRARY, raising=False)
    assert hub_card_skf.card_drivers({}) == []
    monkeypatch.setenv(hub_card_skf.LIBRARY, "/vendor/env.so")
    found = [hub_card_skf.card_drivers(settings)[0] for settings in ({}, {"library": "/vendor/set.so"})]
    assert [driver.path for driver in found if isinstance(driver, SkfDriver)] == ["/vendor/env.so", "/vendor/set.so"]
