"""The driver on SoftHSM, with real RSA and EC keys. In a process of its own: a library that crashes takes it along."""

import json
import os
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import hub_card_pkcs11
import pkcs11
import pytest
from hub_card_pkcs11.codes import BY_CODE, BY_ERROR, fault_of

from hub.contract.card import CardFault
from hub.testing import softhsm

HERE = Path(__file__).parent
pytestmark = pytest.mark.softhsm

BEGIN = """
import importlib.util, json, os, sys
from pathlib import Path
spec = importlib.util.spec_from_file_location("kit_samples", sys.argv[1])
samples = importlib.util.module_from_spec(spec)
spec.loader.exec_module(samples)
from concurrent.futures import ThreadPoolExecutor
from hub.cards.suites import verify_signature
from hub.contract.card import CardError, CardFault
bench = samples.Bench(Path(sys.argv[2]), sys.argv[3])
driver, identity = bench.driver, bench.identity

def sign(data=b"data", pin=bench.pin):
    with driver.open(bench.token, pin) as session:
        return session.sign(data)

def refused(pin=bench.pin):
    try:
        sign(pin=pin)
    except CardError as error:
        return [error.fault.name, error.tries_left]

"""


def run(tmp_path: Path, program: str, algorithm: str = "ecdsa-sha256") -> Any:
    """What ``program`` prints, as JSON."""
    try:
        softhsm.module_path()
    except softhsm.NoSoftHsm as missing:
        pytest.skip(str(missing))
    done = subprocess.run(
        [sys.executable, "-c", BEGIN + program, HERE / "kit_samples.py", tmp_path / "bench", algorithm],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    if "no C compiler" in done.stderr:
        pytest.skip("no C compiler")
    assert done.returncode == 0, done.stderr
    assert "Exception ignored" not in done.stderr
    return json.loads(done.stdout)


@pytest.mark.parametrize("algorithm", ["ecdsa-sha256", "rsa-sha256"])
def test_two_hundred_requests_of_sixteen_threads_never_cross(tmp_path: Path, algorithm: str) -> None:
    signed = run(
        tmp_path,
        """
payloads = [b"payload %d" % number for number in range(200)]
with ThreadPoolExecutor(16) as pool:
    values = list(pool.map(sign, payloads))
for data, value in zip(payloads, values):
    verify_signature(identity.algorithm, identity.x509, value, data)
print(len(set(values)))
""",
        algorithm,
    )

    assert signed == 200


def test_a_card_is_shown_by_its_certificate(tmp_path: Path) -> None:
    shown = run(
        tmp_path,
        """
(card,) = driver.list_cards()
print(json.dumps([card.label, card.algorithm, card.tries_left, card.certificate == identity.der, card.token[-3:]]))
""",
    )

    assert shown == ["示例公司 法人卡", "ecdsa-sha256", None, True, "-01"]


def test_wrong_pins_are_told_at_the_last_try_and_when_locked(tmp_path: Path) -> None:
    told = run(
        tmp_path,
        """
said = [refused("246801") for _ in range(bench.tries)]
print(json.dumps([said, refused(), driver.list_cards()[0].tries_left]))
""",
    )

    assert told == [[["PIN_WRONG", None]] * 4 + [["PIN_WRONG", 1], ["PIN_LOCKED", 0]], ["PIN_LOCKED", 0], 0]


def test_fifteen_wrong_pins_do_not_lock_a_card_that_never_locks(tmp_path: Path) -> None:
    told = run(
        tmp_path,
        """
bench.write("full", "99"), bench.write("tries", "99")
said = [refused("246801")[0] for _ in range(15)]
print(json.dumps([sorted(set(said)), int((bench.folder / "tries").read_text()), len(sign()) > 0]))
""",
    )

    assert told == [["PIN_WRONG"], 84, True]


def test_a_card_comes_back_after_it_was_pulled(tmp_path: Path) -> None:
    told = run(
        tmp_path,
        """
bench.pull()
gone = [len(driver.list_cards()), refused()[0]]
bench.fresh()
print(json.dumps([gone, len(driver.list_cards()), len(sign()) > 0]))
""",
    )

    assert told == [[0, "NO_CARD"], 1, True]


def test_a_card_inside_an_open_one_is_refused_not_let_in_on_its_login(tmp_path: Path) -> None:
    told = run(
        tmp_path,
        """
with driver.open(bench.token, bench.pin) as outer:
    inner = refused("246801")
    print(json.dumps([inner, len(outer.sign(b"x")) > 0, bench.tries == int((bench.folder / "tries").read_text())]))
""",
    )

    assert told == [["SILENT", None], True, True]


def test_a_wrong_pin_after_a_right_one_is_still_wrong(tmp_path: Path) -> None:
    assert run(tmp_path, 'sign()\nprint(json.dumps([refused("246801"), len(sign()) > 0]))') == [
        ["PIN_WRONG", None],
        True,
    ]


def test_every_fault_has_an_error_or_is_found_otherwise() -> None:
    otherwise = {CardFault.NO_CLIENT, CardFault.NO_READER, CardFault.CERT_EXPIRED, CardFault.SILENT}

    assert set(BY_ERROR.values()) | set(BY_CODE.values()) | otherwise == set(CardFault)


def test_a_vendors_own_code_is_a_setting_and_an_unknown_one_is_silent() -> None:
    error = pkcs11.PKCS11Error("Unmapped error code 0x80000001")

    assert fault_of(error, {0x80000001: CardFault.CANCELLED}) is CardFault.CANCELLED
    assert fault_of(error, {}) is CardFault.SILENT


def test_the_library_comes_from_the_setting_or_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    driver: ModuleType = hub_card_pkcs11
    monkeypatch.delenv(driver.MODULE, raising=False)
    assert driver.card_drivers({}) == []
    monkeypatch.setenv(driver.MODULE, "/vendor/env.so")
    assert [driver.card_drivers({})[0].module, driver.card_drivers({"module": "/vendor/set.so"})[0].module] == [
        "/vendor/env.so",
        "/vendor/set.so",
    ]
