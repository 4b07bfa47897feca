"""The agent as its user runs it, a process of its own: an SM2 card and a token behind PKCS#11 at once."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hub_card_softcard import desk

from demo.processes import free_port
from hub.cards import challenge
from hub.cards.suites import verify_signature
from hub.cards.tickets import make_ticket
from hub.contract.suites import SM2
from hub.testing import softhsm
from hub.testing.pki import Identity, KeySigner, make_authority

from .conftest import ORIGIN, Page, Pki, allowed, decode

PINS = {"softcard": "canary-soft-8813", "pkcs11": "canary-hsm-5521"}
pytestmark = pytest.mark.softhsm


@dataclass(frozen=True, kw_only=True)
class Running:
    """The agent, paired with a page, and what the two cards are."""

    page: Page
    cards: dict[str, Identity]  # token -> what is on it
    folder: Path

    def pin(self, token: str) -> str:
        return PINS[token.partition(":")[0]]

    @property
    def log(self) -> str:
        return (self.folder / "agent.log").read_text()


@pytest.fixture
def agent(tmp_path: Path, pki: Pki) -> Iterator[Running]:
    """``swhub card-agent`` with both drivers; ends with the test."""
    try:
        module = softhsm.module_path()
    except softhsm.NoSoftHsm as missing:
        pytest.skip(str(missing))
    soft = pki.card(authority=make_authority("国密CA", datetime.now(UTC), algorithm=SM2), algorithm=SM2)
    conf = softhsm.make_tokens(tmp_path / "softhsm", {"LP": (pki.legal, PINS["pkcs11"])})
    usual = {"serial": "GM1", "label": "国密卡", "pin": PINS["softcard"], "tries": 99, "scrypt_n": 2}
    desk.make(tmp_path / "slot", key=soft.key, certificate=soft.certificate, **usual)  # type: ignore[arg-type]
    (tmp_path / "hub.pem").write_bytes(pki.hub.certificate)
    port = free_port(0)
    (tmp_path / "agent.toml").write_text(
        f'port = {port}\norigins = ["{ORIGIN}"]\nhub_certificate = "{tmp_path / "hub.pem"}"\npin = "page"\n'
        f'pairings = "{allowed(tmp_path / "pairings.json", ORIGIN)}"\n'
        f'[drivers.card_softcard]\nslot = "{tmp_path / "slot"}"\n[drivers.card_pkcs11]\nmodule = "{module}"\n'
        '[drivers.card_eport]\naddress = "ws://127.0.0.1:1"\n'  # whatever control runs on this machine
    )
    with (tmp_path / "agent.log").open("wb") as log:
        process = subprocess.Popen(
            [Path(sys.executable).with_name("swhub"), "card-agent", "--config", tmp_path / "agent.toml"],
            env={**os.environ, softhsm.CONF: str(conf)},
            stdout=log,
            stderr=log,
        )
        try:
            page = pair(port, pki)
            _, answer, _ = page.call("GET", "/cards")
            kinds = {"softcard": soft, "pkcs11": pki.legal}
            cards = {row["token"]: kinds[row["token"].partition(":")[0]] for row in answer["cards"]}
            yield Running(page=page, cards=cards, folder=tmp_path)
        finally:
            process.terminate()
            process.wait()


def pair(port: int, pki: Pki) -> Page:
    """A paired page, as soon as the agent listens."""
    for _ in range(150):
        try:
            ticket = make_ticket(KeySigner(pki.hub), ORIGIN, datetime.now(UTC))
            status, answer, _ = Page(port=port).call("POST", "/pair", ticket)
        except OSError:
            time.sleep(0.1)
            continue
        assert status == 200, answer
        return Page(port=port, session=answer["session"])
    raise AssertionError("the agent does not listen")


def login() -> str:
    return challenge.make_login(ORIGIN, challenge.new_nonce(), datetime.now(UTC))


def test_two_hundred_requests_over_two_kinds_of_cards_cross_no_signature(agent: Running) -> None:
    tokens = sorted(agent.cards)
    payloads = [login() for _ in range(200)]

    def ask(number: int) -> None:
        token = tokens[number % 2]
        status, answer = agent.page.sign(payloads[number], pin=agent.pin(token), token=token)
        assert status == 200, answer
        identity, data = agent.cards[token], challenge.frame(payloads[number])
        assert decode(answer["certificate"]) == identity.der
        verify_signature(identity.algorithm, identity.x509, decode(answer["signature"]), data)

    with ThreadPoolExecutor(32) as pool:
        assert len(list(pool.map(ask, range(200)))) == 200
    assert {identity.algorithm for identity in agent.cards.values()} == {"sm2-sm3", "ecdsa-sha256"}
    assert not any(pin in agent.log for pin in PINS.values())


def test_no_pin_stays_anywhere_after_right_and_wrong_ones(agent: Running) -> None:
    answers = []
    for token in agent.cards:
        answers.append(agent.page.sign(login(), pin=agent.pin(token), token=token))
        answers.append(agent.page.sign(login(), pin=f"{agent.pin(token)}-wrong", token=token))

    assert sorted(answer.get("fault", "") for _, answer in answers) == ["", "", "PIN_WRONG", "PIN_WRONG"]
    left = b"".join(path.read_bytes() for path in agent.folder.rglob("*") if path.is_file())
    assert not any(pin.encode() in left or pin in repr(answers) for pin in PINS.values())
