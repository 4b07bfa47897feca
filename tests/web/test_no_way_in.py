"""Every way to log in with what is not one's own living card, over real HTTP: not one session (reliability.md P18)."""

import json
import secrets
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from http.cookiejar import CookieJar
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import HTTPCookieProcessor, Request, build_opener

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import load_der_x509_crl
from sqlalchemy import insert
from werkzeug.serving import make_server

from hub.cards import challenge
from hub.cards.trust import read_card
from hub.store import tables
from hub.store.engine import writing
from hub.testing import pki
from tests.web.test_login import carded  # noqa: F401 - a fixture
from tests.web.world import ORIGIN, OURS, THEIRS, World, signed
from web.app import create_app


class Visitor:
    """A browser over a socket: cookies, Origin, form token."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._opener = build_opener(HTTPCookieProcessor(CookieJar()))
        page = self._opener.open(f"{address}/login").read().decode()
        self._token = page.split('name="csrf-token" content="')[1].split('"')[0]

    def post(self, path: str, body: Any = None) -> tuple[int, Any]:
        headers = {"Content-Type": "application/json", "X-CSRFToken": self._token, "Origin": ORIGIN}
        request = Request(self._address + path, json.dumps(body).encode(), headers)
        try:
            with self._opener.open(request) as answer:
                return answer.status, json.loads(answer.read())
        except HTTPError as refused:
            return refused.code, json.loads(refused.read())


@dataclass
class Attack:
    """What an attacker has: the portal's address, a world to prepare, the victim's card."""

    address: str
    world: World
    card: pki.Identity
    folder: Path

    def ask(self) -> tuple[Visitor, dict[str, str]]:
        visitor = Visitor(self.address)
        return visitor, visitor.post("/login/challenge")[1]

    def issue(self, **changes: Any) -> pki.Identity:
        usual = {"enterprise": "示例", "holder": "王法人", "org_code": OURS[8:17], "role": "LP"}
        authority = changes.pop("authority", self.card.issuer)
        return pki.issue_card(authority, **usual | {"now": self.world.clock.now()} | changes)

    def bind(self, card: pki.Identity) -> None:
        """As if somebody had slipped it into the store."""
        read, account = read_card(card.x509), self.world.rows(tables.card_binding)[0].account
        row = {"fingerprint": read.fingerprint, "account": account, "serial": read.serial, "holder": read.holder}
        with writing(self.world.runtime.engine) as connection:
            stamps = {"not_after": read.not_after, "bound_at": self.world.clock.now()}
            connection.execute(insert(tables.card_binding), row | stamps)

    def try_with(self, card: pki.Identity, *, bound: bool = True) -> int:
        if bound:
            self.bind(card)
        visitor, asked = self.ask()
        return visitor.post("/login/card", {"nonce": asked["nonce"], **signed(card, asked["payload"])})[0]


@pytest.fixture
def attack(carded: tuple[World, pki.Identity], tmp_path: Path) -> Iterator[Attack]:  # noqa: F811
    world, card = carded
    server = make_server("127.0.0.1", 0, create_app(world.runtime), threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield Attack(f"http://127.0.0.1:{server.server_port}", world, card, tmp_path)
    server.shutdown()
    thread.join()
    server.server_close()


def replay(attack: Attack) -> int:
    visitor, asked = attack.ask()
    body = {"nonce": asked["nonce"], **signed(attack.card, asked["payload"]), "certificate": "AA=="}
    visitor.post("/login/card", body)  # uses the nonce up without getting in
    return visitor.post("/login/card", {**body, **signed(attack.card, asked["payload"])})[0]


def other_origin(attack: Attack) -> int:
    visitor, asked = attack.ask()
    payload = challenge.make_login("https://hub.example.evil", asked["nonce"], attack.world.clock.now())
    return visitor.post("/login/card", {"nonce": asked["nonce"], **signed(attack.card, payload)})[0]


def other_browser(attack: Attack) -> int:
    _, asked = attack.ask()
    body = {"nonce": asked["nonce"], **signed(attack.card, asked["payload"])}
    return Visitor(attack.address).post("/login/card", body)[0]


def expired_nonce(attack: Attack) -> int:
    visitor, asked = attack.ask()
    attack.world.clock.move(timedelta(minutes=5, seconds=1))
    return visitor.post("/login/card", {"nonce": asked["nonce"], **signed(attack.card, asked["payload"])})[0]


def own_nonce(attack: Attack) -> int:
    nonce = secrets.token_urlsafe(32)
    payload = challenge.make_login(ORIGIN, nonce, attack.world.clock.now())
    return Visitor(attack.address).post("/login/card", {"nonce": nonce, **signed(attack.card, payload)})[0]


def signature_of_another_card(attack: Attack) -> int:
    visitor, asked = attack.ask()
    forged = signed(attack.issue(), asked["payload"]) | {
        "certificate": signed(attack.card, asked["payload"])["certificate"]
    }
    return visitor.post("/login/card", {"nonce": asked["nonce"], **forged})[0]


def signature_of_an_act(attack: Attack) -> int:
    visitor, asked = attack.ask()
    payload = challenge.make_binding(
        challenge.Purpose.APPLICATION,
        origin=ORIGIN,
        nonce=asked["nonce"],
        now=attack.world.clock.now(),
        number="X-1",
        receiver="示例",
        digest="ab" * 32,
    )
    return visitor.post("/login/card", {"nonce": asked["nonce"], **signed(attack.card, payload)})[0]


def revoked(attack: Attack) -> int:
    now = attack.world.clock.now()
    assert attack.card.issuer is not None
    crl = load_der_x509_crl(pki.make_crl(attack.card.issuer, now, revoked=[attack.card]))
    (attack.folder / "crl.pem").write_bytes(crl.public_bytes(Encoding.PEM))
    return attack.try_with(attack.card, bound=False)


def unbound(attack: Attack) -> int:
    return attack.try_with(attack.issue(), bound=False)


def expired(attack: Attack) -> int:
    return attack.try_with(attack.issue(start=attack.world.clock.now() - timedelta(days=20), days=10))


def not_yet_valid(attack: Attack) -> int:
    return attack.try_with(attack.issue(start=attack.world.clock.now() + timedelta(days=1)))


def foreign_authority(attack: Attack) -> int:
    return attack.try_with(attack.issue(authority=pki.make_authority("测试机构", attack.world.clock.now())))


def wrong_role(attack: Attack) -> int:
    return attack.try_with(attack.issue(role="OP"))


def other_enterprise(attack: Attack) -> int:
    return attack.try_with(attack.issue(org_code=THEIRS[8:17]))


WAYS: tuple[Callable[[Attack], int], ...] = (
    replay,
    other_origin,
    other_browser,
    expired_nonce,
    own_nonce,
    signature_of_another_card,
    signature_of_an_act,
    revoked,
    unbound,
    expired,
    not_yet_valid,
    foreign_authority,
    wrong_role,
    other_enterprise,
)


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
def test_this_way_nobody_gets_in_and_a_line_tells_of_it(attack: Attack, way: Callable[[Attack], int]) -> None:
    assert way(attack) in (400, 403)
    assert attack.world.rows(tables.login_session) == []
    assert {row.what for row in attack.world.rows(tables.audit)} >= {"login.refused"}


def test_the_same_visitor_with_the_living_card_gets_in(attack: Attack) -> None:
    assert attack.try_with(attack.card, bound=False) == 200
    assert len(attack.world.rows(tables.login_session)) == 1
