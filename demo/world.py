"""The demo world in a folder: two authorities with revocation lists, two enterprises, cards, the partners' keys.

Most cards are soft cards in a slot; one lies in the reader of a simulated E-Port control.

Every installed partner that brings its simulated side is in it: a plugin that is added needs no line here.

Everything here is invented: the companies do not exist, their credit codes have valid check digits and the
organisation codes DEM00001 and DEM00002, and the authorities are believed by this one folder only.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from hub_card_eport import CONTROL
from hub_card_softcard import desk

from hub import config, registry, runtime, setup
from hub.cards import trust
from hub.clock import SystemClock
from hub.contract.adapters import PartnerAdapter, PollingAdapter
from hub.contract.suites import ECDSA, SM2
from hub.services import accounts, passwords
from hub.store.engine import writing
from hub.testing import pki

PIN = "246813"  # of every demo card; not one of the factory's
STANDARD = "standard"  # portal profile
HUB = "swhub-demo"
NAME, PASSWORD = "demo", "demo-246813"  # of the account without a card
PARTNER = "sinosure"
POLL = 2.0  # seconds between two questions to a partner that pushes nothing
PATIENCE = 8.0  # seconds the hub waits for the insurer: a lost answer is not to hold the visitor up for long
AUTHORITIES = {ECDSA: "cards-ca", SM2: "cards-ca-sm2"}  # a chain never changes its family
PKI, SLOT, MARK = Path("pki"), Path("cards"), Path("made")
SOFT, EPORT = "softcard", "eport"  # card drivers
CENTRE = "data-centre"  # the third party of the service agreement


@dataclass(frozen=True, kw_only=True)
class Firm:
    """An enterprise of the demo."""

    uscc: str
    name: str
    name_en: str
    customs_code: str


@dataclass(frozen=True, kw_only=True)
class Card:
    """A card of the demo; ``bound`` cards have an account."""

    serial: str
    firm: Firm
    role: str
    holder: str
    bound: bool = True
    algorithm: str = ECDSA
    driver: str = SOFT

    @property
    def token(self) -> str:
        """As the card agent names it."""
        return f"{self.driver}:{self.serial}"

    @property
    def label(self) -> str:
        """As the card names itself."""
        return f"{self.firm.name} {pki.ROLE_UNITS[self.role]} {self.holder}"


DEMO = Firm(
    uscc="91000000DEM000014K",
    name="示例进出口有限公司",
    name_en="Demo Import & Export Co., Ltd.",
    customs_code="6101961234",
)
SAMPLE = Firm(
    uscc="91000000DEM000022E",
    name="样例国际贸易有限公司",
    name_en="Sample International Trade Co., Ltd.",
    customs_code="6101965678",
)
FIRMS = (DEMO, SAMPLE)
DECLARATIONS: Mapping[Firm, Sequence[str]] = {
    DEMO: ("224820260000000101", "224820260000000102"),
    SAMPLE: ("224820260000000201", "224820260000000202"),
}
"""What the simulated source of trade data knows: export declarations that a claim may name."""
CARDS = (
    Card(serial="DEMO-1", firm=DEMO, role="OP", holder="示例操作员"),  # the first in order is the page's first choice
    Card(serial="DEMO-2", firm=DEMO, role="LP", holder="示例法人"),
    Card(serial="DEMO-3", firm=DEMO, role="OP", holder="示例新员工", bound=False),
    Card(serial="DEMO-4", firm=DEMO, role="OP", holder="示例国密操作员", algorithm=SM2),
    Card(serial="DEMO-5", firm=DEMO, role="LP", holder="示例国密法人", algorithm=SM2),
    Card(serial="SAMPLE-1", firm=SAMPLE, role="OP", holder="样例操作员"),
    Card(serial="SAMPLE-2", firm=SAMPLE, role="LP", holder="样例法人"),
    Card(serial="9600000000001", firm=SAMPLE, role="LP", holder="样例口岸卡法人", driver=EPORT),
)
IN_CONTROL = next(card for card in CARDS if card.driver == EPORT)  # its reader holds one


@dataclass(frozen=True, kw_only=True)
class Ports:
    """Where everything listens on 127.0.0.1."""

    web: int
    agent: int
    control: int  # the simulated E-Port control
    partners: Mapping[str, int]  # code -> where its simulated side listens
    profile: str = STANDARD  # of the portal
    speed: float = 1.0  # of the partners' side: their delays are divided by it

    @property
    def portal(self) -> str:
        """The address users type."""
        return f"http://127.0.0.1:{self.web}"


@cache
def simulated() -> Mapping[str, PartnerAdapter]:
    """The partners that are plugged in and bring their side of the conversation."""
    found = registry.build()
    played = {spec.partner for spec in found.simulators()}
    return {code: adapter for code, adapter in found.partners.items() if code in played}


def offering(line: str) -> Sequence[str]:
    """The simulated partners that do something of this line of business."""
    return [
        code for code, row in simulated().items() if any(name.startswith(f"{line}.") for name in row.sheet.capabilities)
    ]


def exists(home: Path) -> bool:
    """Whether a whole world was made here."""
    return (home / MARK).exists()


def make(home: Path, ports: Ports, now: datetime) -> None:
    """Everything that stays: keys, cards, settings, store, accounts. The mark is written last."""
    folder = home / PKI
    folder.mkdir(parents=True, exist_ok=True)
    authorities = {suite: make_authority(folder, suite, now) for suite in AUTHORITIES}
    make_partners(home, now)
    identities = [make_card(home, authorities[card.algorithm], card, now) for card in CARDS]
    setup.make_home(home, values=settings(ports), partners=partners(ports), now=now)
    found = config.load(home / setup.FILE, {})
    setup.make_store(found)
    register(found, identities)
    write(home / MARK, now.isoformat().encode())


def configure(home: Path, ports: Ports, now: datetime) -> None:
    """Settings for these ports, keys of partners that are new, a store as new as the code; the rest is as it was."""
    make_partners(home, now)
    (home / setup.FILE).write_text(setup.template(settings(ports), partners(ports)), encoding="utf-8")
    setup.make_store(config.load(home / setup.FILE, {}))


def settings(ports: Ports) -> setup.Values:
    """What swhub.toml says beside the defaults."""
    return {
        "hub": {"code": HUB},
        "web": {
            "port": ports.web,
            "origin": ports.portal,
            "profile": ports.profile,
            "worker": True,
            "agent": f"http://127.0.0.1:{ports.agent}",
        },
        "delivery": {"sweep": 1.0, "read_timeout": PATIENCE},
        "trust": {
            "card_cas": [str(PKI / f"{name}.crt.pem") for name in AUTHORITIES.values()],
            "card_crls": [str(PKI / f"{name}.crl.pem") for name in AUTHORITIES.values()],
            "document_cas": [str(PKI / f"{code}.crt.pem") for code in ports.partners],
        },
        "centre": {"key": str(PKI / f"{CENTRE}.key.pem"), "certificate": str(PKI / f"{CENTRE}.crt.pem")},
    }


def partners(ports: Ports) -> setup.Values:
    """The simulated partners."""
    return {
        code: {
            "address": f"http://127.0.0.1:{ports.partners[code]}/messages",
            "certificates": [str(PKI / f"{code}.crt.pem")],
        }
        | ({"poll": POLL} if isinstance(adapter, PollingAdapter) else {})
        for code, adapter in simulated().items()
    }


def simulator_options(home: Path, ports: Ports, code: str) -> dict[str, Any]:
    """What a simulated partner is told."""
    return {
        "port": ports.partners[code],
        "books": str(home / f"{code}.db"),
        "key": str(home / PKI / f"{code}.key.pem"),
        "certificate": str(home / PKI / f"{code}.crt.pem"),
        "hub": f"{ports.portal}/partners/{code}/messages",
        "hub_code": HUB,
        "late": PATIENCE + 4,
        "speed": ports.speed,
        "hub_certificate": str(home / setup.CERTIFICATE),
    }


def control_options(home: Path, ports: Ports) -> dict[str, Any]:
    """What the simulated E-Port control is told."""
    return {
        "port": ports.control,
        "number": IN_CONTROL.serial,
        "key": str(home / PKI / f"{CONTROL}.key.pem"),
        "certificate": str(home / PKI / f"{CONTROL}.crt.pem"),
        "algorithm": IN_CONTROL.algorithm,
        "pin": PIN,
    }


def make_partners(home: Path, now: datetime) -> None:
    """Keys for every simulated partner and the data centre, where they have none; whoever issued the certificates, each
    is believed by itself.
    """
    authority = pki.make_authority("Demo Partners CA", now)
    for code in (*simulated(), CENTRE):
        if not (home / PKI / f"{code}.key.pem").exists():
            keep(home, code, pki.issue_partner(authority, f"Simulated (模拟) {code}", now))


def make_authority(folder: Path, suite: str, now: datetime) -> pki.Identity:
    """Who issues the cards of one family; its certificate and an empty list of the revoked go into ``folder``."""
    authority = pki.make_authority(f"Demo E-Port CA {suite} (示例，仅供演示)", now, algorithm=suite)
    write(folder / f"{AUTHORITIES[suite]}.crt.pem", authority.certificate)
    write(folder / f"{AUTHORITIES[suite]}.crl.pem", pem_list(pki.make_crl(authority, now, days=3650)))
    return authority


def make_card(home: Path, authority: pki.Identity, card: Card, now: datetime) -> pki.Identity:
    """Issue a card and put it into the slot, or into the control's reader."""
    identity = pki.issue_card(
        authority,
        enterprise=card.firm.name,
        holder=card.holder,
        org_code=card.firm.uscc[8:17],
        role=card.role,
        now=now,
        algorithm=card.algorithm,
    )
    if card.driver == EPORT:
        keep(home, CONTROL, identity)
    else:
        key, certificate = identity.key, identity.certificate
        desk.make(home / SLOT, serial=card.serial, label=card.label, key=key, certificate=certificate, pin=PIN)
    return identity


def keep(home: Path, name: str, identity: pki.Identity) -> None:
    """Key and certificate as files, for a simulated side."""
    write(home / PKI / f"{name}.key.pem", identity.key)
    write(home / PKI / f"{name}.crt.pem", identity.certificate)


def register(found: config.Settings, identities: Sequence[pki.Identity]) -> None:
    """Enterprises, accounts, bindings, as an operator would enter them."""
    made = runtime.start(found, clock=SystemClock())
    now = made.clock.now()
    with writing(made.engine) as connection:
        for firm in FIRMS:
            accounts.register_enterprise(connection, firm.uscc, firm.name, now)
            accounts.note_customs_code(connection, firm.uscc, firm.customs_code)
        for card, identity in zip(CARDS, identities, strict=True):
            if not card.bound:
                continue
            account = accounts.add_account(
                connection, enterprise=card.firm.uscc, name=card.holder, role=card.role, now=now
            )
            accounts.bind_card(connection, account, trust.read_card(identity.x509), now)
        clerk = accounts.add_account(connection, enterprise=DEMO.uscc, name="示例文员", role="PW", now=now)
        passwords.set_password(connection, clerk, NAME, PASSWORD, now)
    made.engine.dispose()


def pem_list(der: bytes) -> bytes:
    """A revocation list as PEM."""
    return x509.load_der_x509_crl(der).public_bytes(Encoding.PEM)


def write(path: Path, content: bytes) -> None:
    """A file that only its owner reads."""
    path.touch(mode=0o600)
    path.write_bytes(content)
