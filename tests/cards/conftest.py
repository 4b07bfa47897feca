"""A demo PKI, a slot with soft cards, and a running agent that a test calls as a page would."""

import base64
import http.client
import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hub_card_softcard import desk

from hub.cards import challenge
from hub.cards.agent.calls import AgentSettings
from hub.cards.agent.lane import Source
from hub.cards.agent.pairings import Pairings
from hub.cards.agent.server import AgentServer
from hub.cards.tickets import make_ticket
from hub.cards.trust import Trust
from hub.clock import MovableClock
from hub.testing.pki import Identity, KeySigner, issue_card, issue_partner, make_authority, make_crl

NOW = datetime.now(UTC).replace(microsecond=0)  # soft cards ask the PC for the time
ORIGIN = "https://hub.example"
PIN = "canary-4711-pin"
ORG_CODE = "12345678X"
ENTERPRISE = "西安演示外贸有限公司"


@dataclass(frozen=True, kw_only=True)
class Pki:
    """Authorities and certificates, made once."""

    root: Identity
    sub: Identity
    hub: Identity
    legal: Identity  # ECDSA, legal person
    operator: Identity  # RSA, operator

    @property
    def trust(self) -> Trust:
        return Trust(
            roots=[self.root.der],
            intermediates=[self.sub.der],
            crls=[make_crl(self.root, NOW), make_crl(self.sub, NOW)],
        )

    def card(self, **changes: Any) -> Identity:
        """A card of the sub-authority, with changes."""
        usual: dict[str, Any] = {"enterprise": ENTERPRISE, "holder": "张三", "org_code": ORG_CODE}
        usual |= {"role": "LP", "now": NOW}
        return issue_card(changes.pop("authority", self.sub), **usual | changes)


@pytest.fixture(scope="session")
def pki() -> Pki:
    root = make_authority("演示根CA", NOW)
    sub = make_authority("演示卡CA", NOW, issuer=root)
    usual: dict[str, Any] = {"enterprise": ENTERPRISE, "org_code": ORG_CODE, "now": NOW}
    return Pki(
        root=root,
        sub=sub,
        hub=issue_partner(root, "单一窗口枢纽", NOW, algorithm="ecdsa-sha256"),
        legal=issue_card(sub, holder="张三", role="LP", **usual),
        operator=issue_card(sub, holder="李四", role="OP", algorithm="rsa-sha256", **usual),
    )


@dataclass(frozen=True, kw_only=True)
class Page:
    """A page of a site, calling the agent. Headers set to None are left out."""

    port: int
    origin: str | None = ORIGIN
    session: str | None = None

    def call(
        self, method: str, path: str, body: Any = None, *, raw: bytes | None = None, **headers: str | None
    ) -> tuple[int, dict[str, Any], http.client.HTTPMessage]:
        usual = {
            "Host": f"127.0.0.1:{self.port}",
            "Origin": self.origin,
            "X-SWHub-Agent": "1",
            "Content-Type": "application/json" if method == "POST" else None,
            "Authorization": f"Bearer {self.session}" if self.session else None,
        }
        content = raw if raw is not None else json.dumps(body).encode() if body is not None else b""
        status, text, received = self._exchange(method, path, usual, content, headers)
        return status, json.loads(text) if text else {}, received

    def fetch(self, path: str, **headers: str | None) -> tuple[int, bytes, http.client.HTTPMessage]:
        """A file, as the browser loads it."""
        return self._exchange("GET", path, {"Host": f"127.0.0.1:{self.port}"}, b"", headers)

    def _exchange(
        self, method: str, path: str, usual: dict[str, str | None], content: bytes, headers: dict[str, str | None]
    ) -> tuple[int, bytes, http.client.HTTPMessage]:
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
            for name, value in (usual | given | {"Content-Length": str(len(content))}).items():
                if value is not None:
                    connection.putheader(name, value)
            connection.endheaders(content)
            answer = connection.getresponse()
            return answer.status, answer.read(), answer.headers
        finally:
            connection.close()

    def sign(self, payload: str, pin: str = PIN, token: str = "softcard:LP1", **more: Any) -> tuple[int, Any]:
        body = {"token": token, "pin": pin, "payload": payload} | more
        status, answer, _ = self.call("POST", "/sign", body)
        return status, answer


@dataclass(kw_only=True)
class Desk:
    """A running agent with its slot, clock and pages."""

    slot: Path
    clock: MovableClock
    server: AgentServer
    pki: Pki

    @property
    def port(self) -> int:
        return self.server.agent.port

    def ticket(self, origin: str = ORIGIN, at: datetime | None = None) -> dict[str, str]:
        return make_ticket(KeySigner(self.pki.hub), origin, at or self.clock.now())

    def page(self, origin: str = ORIGIN) -> Page:
        """A page that has paired."""
        status, answer, _ = Page(port=self.port, origin=origin).call("POST", "/pair", self.ticket(origin))
        assert status == 200, answer
        return Page(port=self.port, origin=origin, session=answer["session"])

    def login(self, origin: str = ORIGIN) -> str:
        return challenge.make_login(origin, challenge.new_nonce(), self.clock.now())

    def faults(self, text: str) -> None:
        (self.slot / "faults.toml").write_text(text, "utf-8")

    def tries(self, serial: str = "LP1") -> int | None:
        cards, _ = desk.list_cards(self.slot)
        return next(card.tries_left for card in cards if card.token == serial)


def make_cards(slot: Path, pki: Pki) -> None:
    """Two fresh cards: LP1 (ECDSA) and OP1 (RSA, factory PIN)."""
    for serial, identity, label in (("LP1", pki.legal, "演示 法人卡"), ("OP1", pki.operator, "演示 操作员卡")):
        desk.make(
            slot,
            serial=serial,
            label=label,
            key=identity.key,
            certificate=identity.certificate,
            pin=PIN,
            factory_pin=serial == "OP1",
            scrypt_n=2,
        )


def allowed(file: Path, *origins: str) -> Path:
    """``file`` as if the holder had allowed these sites."""
    for origin in origins:
        Pairings(file).add(origin, NOW)
    return file


@pytest.fixture(scope="module")
def agent(tmp_path_factory: pytest.TempPathFactory, pki: Pki) -> Iterator[Desk]:
    folder = tmp_path_factory.mktemp("agent")
    (folder / "hub.pem").write_bytes(pki.hub.certificate)
    clock = MovableClock(at=NOW)
    origins = [ORIGIN, "http://127.0.0.1:8080"]
    settings = AgentSettings(
        origins=origins,
        hub_certificate=folder / "hub.pem",
        pairings=allowed(folder / "pairings.json", *origins),
        port=0,
        call_limit=3.0,
        pin="page",
        sources=[
            Source(name="card_softcard", module="hub_card_softcard", settings={"slot": str(folder / "slot")}),
            Source(name="card_broken", module="no_such_card_driver"),
        ],
    )
    with AgentServer(settings, clock) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield Desk(slot=folder / "slot", clock=clock, server=server, pki=pki)
        server.shutdown()
        thread.join()


@pytest.fixture
def desk_of_cards(agent: Desk) -> Desk:
    """The running agent with two fresh cards, no faults, and all pauses over."""
    for path in [*agent.slot.glob("*.*"), *agent.slot.glob("out/*")]:
        path.unlink()
    make_cards(agent.slot, agent.pki)
    agent.clock.move(timedelta(minutes=1))
    # forgets wrong PINs in a row
    agent.server.agent.drivers.sign("softcard:LP1", PIN, b"", final_try_confirmed=False, over=threading.Event())
    return agent


def decode(value: str) -> bytes:
    return base64.b64decode(value)
