"""A hub on both databases with the Sinosure plugin, a moved clock, and the insurer's own key to write messages with."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import load_der_x509_crl
from hub_sinosure.adapter import sinosure
from sqlalchemy import Engine

from hub import registry
from hub.business.acts import Actor
from hub.cards.challenge import frame
from hub.cards.trust import read_card
from hub.clock import MovableClock
from hub.config import HubSettings, PartnerSettings, Settings, TrustSettings
from hub.contract.message import ActorSignature, Attachment, CanonicalMessage, Raw
from hub.delivery import receiver
from hub.delivery.receiver import Answer
from hub.runtime import Runtime
from hub.services import accounts, actions, card_login, nonces, sessions
from hub.services.card_answers import CardAnswer
from hub.services.objects import Tenant
from hub.services.shapes import BusinessObject
from hub.store.engine import reading, writing
from hub.testing import pki
from hub.xml import dialect
from hub.xml.catalogue import default_catalogue

USCC, OTHER = "91110000MA00EXAM1X", "91310000MA00OTHE2Y"
START = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)
PDF = b"%PDF-1.7 offer"


@dataclass
class World:
    """A hub and the insurer that talks to it."""

    runtime: Runtime
    clock: MovableClock
    insurer: pki.KeySigner
    authority: pki.Identity
    sequence: int = 0
    sent: list[CanonicalMessage] = field(default_factory=list)

    def message(self, type: str, key: str, body: dict[str, Any], **more: Any) -> CanonicalMessage:
        """A message of the insurer."""
        self.sequence += 1
        values: dict[str, Any] = {
            "type": type,
            "version": "1.0",
            "message_id": str(uuid.uuid4()),
            "sender": "sinosure",
            "receiver": "swhub",
            "enterprise": USCC,
            "business_key": key,
            "sequence": self.sequence,
            "created_at": self.clock.now(),
            "body": body,
        }
        return CanonicalMessage(**(values | more))

    def seal(self, message: CanonicalMessage) -> bytes:
        """Signed."""
        return dialect.seal(default_catalogue(), message, self.insurer)

    def push(self, message: CanonicalMessage | bytes) -> Answer:
        """Through the door."""
        content = message if isinstance(message, bytes) else self.seal(message)
        raw = Raw(content=content, received_at=self.clock.now())
        return receiver.receive(self.runtime, "sinosure", raw, "127.0.0.1")

    def offer(self, number: str = "XW2026-1", **more: Any) -> CanonicalMessage:
        """MSG-POL-01."""
        pdf = Attachment(name="投保单.pdf", media_type="application/pdf", sha256=sha256(PDF).hexdigest(), content=PDF)
        body = {
            "application_no": number,
            "enterprise_name": "示例进出口有限公司",
            "product": "XWXBY",
            "product_name": "小微信保易",
            "renewal": False,
            "contact_phone": "010-65300000",
            "contact_email": "trade@example.cn",
            "declaration_version": "2026-1",
            "declaration_text": ["第一条", "第二条"],
            "valid_until": date(2026, 12, 31),
        }
        return self.message("PolicyOffer", number, body, attachments=(pdf,), **more)

    def review(self, code: str, answers: str | None, number: str = "XW2026-1", **body: Any) -> CanonicalMessage:
        """MSG-POL-03."""
        content = {"application_no": number, "result_code": code, "reviewed_at": self.clock.now()} | body
        return self.message("ReviewResult", number, content, correlation_id=answers)

    def policy(self, number: str = "P-1", status: str = "1", application: str = "XW2026-1") -> CanonicalMessage:
        """MSG-POL-04."""
        body = {
            "policy_no": number,
            "application_no": application,
            "policy_type": "信保易保单",
            "product_name": "小微信保易",
            "enterprise_name": "示例进出口有限公司",
            "effective_date": date(2026, 11, 20),
            "expiry_date": date(2027, 11, 19),
            "status_code": status,
            "issued_at": self.clock.now(),
        }
        return self.message("PolicyIssued", number, body)

    def confirmed(self, answers: str | None = None, number: str = "P-1") -> CanonicalMessage:
        """MSG-POL-06."""
        body = {"policy_no": number, "confirmed_at": self.clock.now()}
        return self.message("ReceiptConfirmed", number, body, correlation_id=answers)

    def object(self, kind: str = "micro_application", number: str = "XW2026-1", uscc: str = USCC) -> BusinessObject:
        """As the enterprise sees it."""
        with reading(self.runtime.engine) as connection:
            found = Tenant(connection, uscc).by_number(kind, number)
        assert found is not None
        return found

    def card(self, role: str = "LP", enterprise: str = USCC) -> pki.Identity:
        """A card, bound to an account of ``role``."""
        card = pki.issue_card(
            self.authority,
            enterprise="示例进出口有限公司",
            holder="王小明",
            org_code=enterprise[8:17],
            role=role,
            now=START - timedelta(hours=1),
        )
        with writing(self.runtime.engine) as connection:
            account = accounts.add_account(
                connection, enterprise=enterprise, name="王小明", role=role, now=self.clock.now()
            )
            accounts.bind_card(connection, account, read_card(card.x509), self.clock.now())
        return card

    def login(self, card: pki.Identity, browser: str = "browser") -> sessions.LoginSession:
        """With the card, as the pages do it."""
        asked = card_login.challenge(self.runtime, browser)
        return card_login.login(
            self.runtime,
            browser=browser,
            nonce=asked.nonce,
            payload=asked.payload,
            algorithm=card.algorithm,
            signature=pki.KeySigner(card).sign(frame(asked.payload)),
            certificate=card.der,
            address="127.0.0.1",
        )

    def answer(self, session: sessions.LoginSession, card: pki.Identity, values: dict[str, str]) -> CardAnswer:
        """The card's signature under a confirmation with these values."""
        obj = self.object()
        nonce = nonces.new(self.runtime, session.token)
        payload = actions.signing_payload(
            self.runtime, session.actor, "micro_application", obj.id, "confirm", values, nonce
        )
        signature = ActorSignature(
            payload=payload,
            algorithm=card.algorithm,
            value=pki.KeySigner(card).sign(frame(payload)),
            certificate=card.der,
        )
        return CardAnswer(signature=signature, nonce=nonce, browser=session.token)

    def actor(self, role: str = "LP", uscc: str = USCC) -> Actor:
        """A person without a card, for rules that have nothing to do with cards."""
        return Actor(account="a1", name="王小明", enterprise=uscc, role=role)


VALUES = {
    "contact_name": "王小明",
    "contact_phone": "010-65300000",
    "contact_mobile": "13800000000",
    "contact_email": "trade@example.cn",
}


@pytest.fixture(scope="session")
def keys(tmp_path_factory: pytest.TempPathFactory) -> tuple[pki.KeySigner, pki.KeySigner, pki.Identity, Path]:
    """The hub's signer, the insurer's signer, the cards' authority, and the folder of their files."""
    folder = tmp_path_factory.mktemp("keys")
    authority = pki.make_authority("测试机构", START - timedelta(days=1))
    insurer = pki.issue_partner(authority, "sinosure", START - timedelta(days=1), algorithm="ecdsa-sha256")
    hub = pki.issue_partner(authority, "swhub", START - timedelta(days=1), algorithm="ecdsa-sha256")
    crl = load_der_x509_crl(pki.make_crl(authority, START - timedelta(days=1), days=90))
    (folder / "insurer.pem").write_bytes(insurer.certificate)
    (folder / "ca.pem").write_bytes(authority.certificate)
    (folder / "crl.pem").write_bytes(crl.public_bytes(Encoding.PEM))
    return pki.KeySigner(hub), pki.KeySigner(insurer), authority, folder


@pytest.fixture
def make_world(
    keys: tuple[pki.KeySigner, pki.KeySigner, pki.Identity, Path], tmp_path: Path
) -> Callable[[Engine], World]:
    """A world on a given engine."""

    def make(engine: Engine) -> World:
        signer, insurer, authority, folder = keys
        clock = MovableClock(at=START)
        settings = Settings(
            home=tmp_path,
            hub=HubSettings(),
            trust=TrustSettings(card_cas=(folder / "ca.pem",), card_crls=(folder / "crl.pem",)),
            partners={
                "sinosure": PartnerSettings(address="http://127.0.0.1:1/", certificates=(folder / "insurer.pem",))
            },
        )
        runtime = Runtime(
            settings=settings, engine=engine, registry=registry.of([sinosure()]), signer=signer, clock=clock
        )
        with writing(engine) as connection:
            accounts.register_enterprise(connection, USCC, "示例进出口有限公司", START)
            accounts.register_enterprise(connection, OTHER, "另一家公司", START)
        return World(runtime, clock, insurer, authority)

    return make


@pytest.fixture
def world(engine: Engine, make_world: Callable[[Engine], World]) -> World:
    """A world on each database."""
    return make_world(engine)


@pytest.fixture
def sqlite_world(sqlite_engine: Engine, make_world: Callable[[Engine], World]) -> World:
    """A world where the database makes no difference."""
    return make_world(sqlite_engine)
