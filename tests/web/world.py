"""What the portal's tests stand on: a filled store, an insurer's double that takes everything, a browser."""

import base64
import secrets
import uuid
from dataclasses import dataclass, field
from datetime import date, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import insert, select, update

from hub.business import KINDS
from hub.cards.challenge import frame
from hub.clock import MovableClock
from hub.config import PartnerSettings, Settings, WebSettings
from hub.contract.capability import CapabilitySheet
from hub.contract.message import Attachment, CanonicalMessage, OutMessage
from hub.runtime import Runtime
from hub.services import accounts, nonces, record
from hub.services.events import NewEvent
from hub.services.shapes import BusinessObject
from hub.store import tables
from hub.store.engine import reading, writing
from hub.testing import pki

ORIGIN = "http://127.0.0.1:8080"
OURS, THEIRS = "91610000MA6TESTX01", "91440300MA5OTHER02"
PDF = b"%PDF-1.7\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"
CLAUSES = ["我公司申请开通“中小企业网上服务平台”账号。", "我公司已签署以上投保信息。", "我公司已阅读投保产品条款。"]

SHEET = """
[plugin]
partner = "acme"
name_zh = "示例信用保险公司"
name_en = "Acme Credit Insurance"
kind = "insurer"
contract = ">=1"
state = "live"
{quirks}
[[capability]]
name = "micro_policy.confirm"
out = ["PolicyConfirmation/1.0"]
[[capability]]
name = "micro_policy.withdraw"
out = ["WithdrawalRequest/1.0"]
[[capability]]
name = "micro_policy.acknowledge"
out = ["PolicyReceipt/1.0"]
[[capability]]
name = "inquiry.submit"
out = ["Inquiry/1.0"]
in = ["InquiryAnswer/1.0"]
[[capability]]
name = "cargo.appoint"
out = ["CargoAppointment/1.0"]
[[capability]]
name = "cargo.apply"
out = ["CargoApplication/1.0"]
[[capability]]
name = "cargo.cancel"
out = ["CargoCancellation/1.0"]
[[capability]]
name = "payment.pay"
out = ["PaymentOrder/1.0"]
[[capability]]
name = "programme.list"
out = ["EligibleCompanies/1.0"]
[[capability]]
name = "programme.loss_report"
out = ["LossReport/1.0"]
in = ["LossReportAnswer/1.0"]
[[capability]]
name = "programme.buyer_report"
out = ["BuyerReportRequest/1.0"]
in = ["BuyerReport/1.0"]
"""


class Insurer:
    """An adapter that builds anything; nothing here ever leaves the outbox."""

    statuses = ()

    def __init__(self, quirks: str = "") -> None:
        self.sheet = CapabilitySheet.parse(SHEET.format(quirks=quirks))

    def build(self, message: CanonicalMessage, ctx: Any) -> OutMessage:
        return OutMessage(content=message.message_id.encode())


class Signer:
    """Signs nothing: the pages under test never show a message."""

    algorithm = "ecdsa-sha256"
    certificate = b""

    def sign(self, data: bytes) -> bytes:
        return sha256(data).digest()


@dataclass
class World:
    """The store behind the portal, and short ways to fill it."""

    runtime: Runtime
    clock: MovableClock
    partner: str = "acme"
    tokens: dict[tuple[str, str], str] = field(default_factory=dict)

    def enter(self, role: str, enterprise: str | None = OURS, *, fingerprint: str | None = None) -> str:
        """A session of a new account with this role; returns its token."""
        token = secrets.token_urlsafe(16)
        now = self.clock.now()
        with writing(self.runtime.engine) as connection:
            name = {"LP": "王法人", "OP": "李操作", "PW": "张密码", "ADM": "运营甲"}[role]
            account = accounts.add_account(connection, enterprise=enterprise, name=name, role=role, now=now)
            if fingerprint:
                row = {"fingerprint": fingerprint, "account": account, "serial": "0a1b", "holder": "示例企业 法人卡"}
                connection.execute(
                    insert(tables.card_binding),
                    row | {"not_after": now + timedelta(days=700), "bound_at": now},
                )
            session = {"token_hash": nonces.digest(token), "account": account, "fingerprint": fingerprint}
            connection.execute(
                insert(tables.login_session),
                session | {"serial": "0a1b" if fingerprint else None, "created_at": now, "seen_at": now},
            )
        self.tokens[role, enterprise or ""] = token
        return token

    def offer(self, number: str = "XW2026-00018233", enterprise: str = OURS, **content: Any) -> BusinessObject:
        """An application that waits for the enterprise."""
        values = {
            "application_no": number,
            "enterprise_name": "陕西示例进出口有限公司",
            "org_code": enterprise[8:17],
            "product_name": "小微信保易",
            "product": "XWXBY",
            "renewal": False,
            "contact_phone": "029-80000000",
            "contact_email": "trade@example.cn",
            "declaration_version": "2026.1",
            "declaration_text": CLAUSES,
            "valid_until": date(2026, 12, 31),
        }
        file = Attachment(name="投保单.pdf", media_type="application/pdf", sha256=sha256(PDF).hexdigest(), content=PDF)
        return self.create("micro_application", number, enterprise, "offered", values | content, {"offer": file})

    def policy(self, number: str = "BD2026-0001", enterprise: str = OURS, **content: Any) -> BusinessObject:
        """A policy in force that waits to be acknowledged."""
        values = {
            "policy_no": number,
            "enterprise_name": "陕西示例进出口有限公司",
            "org_code": enterprise[8:17],
            "product_name": "小微信保易",
            "policy_type": "信保易保单",
            "effective_date": date(2026, 11, 1),
            "expiry_date": date(2027, 10, 31),
        }
        file = Attachment(name="保单.pdf", media_type="application/pdf", sha256=sha256(PDF).hexdigest(), content=PDF)
        return self.create("policy", number, enterprise, "effective", values | content, {"policy": file})

    def create(
        self, kind: str, number: str, enterprise: str, event: str, content: dict[str, Any], documents: Any = None
    ) -> BusinessObject:
        new = NewEvent(
            name=event,
            identity=str(uuid.uuid4()),
            occurred_at=self.clock.now(),
            content=content,
            documents=documents or {},
            source=self.partner,
        )
        with writing(self.runtime.engine) as connection:
            made = record.create(
                connection,
                kind=KINDS[kind],
                enterprise=enterprise,
                partner=self.partner,
                number=number,
                new=new,
                now=self.clock.now(),
            )
        assert made is not None
        return made.obj

    def event(self, obj: BusinessObject, name: str, *, submission: int | None = None, **content: Any) -> BusinessObject:
        """The partner (or the system) causes ``name``."""
        now = self.clock.now()
        new = NewEvent(name=name, identity=str(uuid.uuid4()), occurred_at=now, submission=submission, content=content)
        with writing(self.runtime.engine) as connection:
            return record.record(connection, record.lock_id(connection, obj.id), new, self.clock.now()).obj

    def delivery(self, obj: BusinessObject, state: str) -> None:
        with writing(self.runtime.engine) as connection:
            record.set_delivery(connection, obj.id, state)

    def unsigned(self, since: timedelta) -> None:
        """No worker has signed a head for so long."""
        with writing(self.runtime.engine) as connection:
            connection.execute(update(tables.evidence).values(at=self.clock.now() - since))

    @property
    def ours(self) -> str:
        return OURS

    def end_sessions(self) -> None:
        with writing(self.runtime.engine) as connection:
            connection.execute(update(tables.login_session).values(ended_at=self.clock.now(), end_reason="test"))

    def document_id(self) -> str:
        return str(self.rows(tables.document)[0].id)

    def rows(self, table: Any) -> list[Any]:
        with reading(self.runtime.engine) as connection:
            return list(connection.execute(select(table)))


class Browser:
    """A browser with one session: sends the form token and the Origin as a page of the portal would."""

    def __init__(self, app: Flask, token: str | None = None) -> None:
        self.client: FlaskClient = app.test_client()
        if token:
            self.client.set_cookie("swhub", token)
        self.app = app
        self.form_token = ""

    def get(self, path: str, **headers: str) -> Any:
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.client.get(path, headers=sent, buffered=True)

    def post(
        self, path: str, data: Any = None, *, json: Any = None, origin: str | None = ORIGIN, **headers: str
    ) -> Any:
        if not self.form_token:
            page = self.client.get("/micro_policy/introduction").get_data(as_text=True)
            self.form_token = page.split('name="csrf-token" content="')[1].split('"')[0]
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        sent.setdefault("X-CSRFToken", self.form_token)
        if origin:
            sent["Origin"] = origin
        return self.client.post(path, data=data, json=json, headers=sent)

    def english(self) -> "Browser":
        self.client.set_cookie("language", "en")
        return self


def signed(card: pki.Identity, payload: str) -> dict[str, str]:
    """What the card agent gives the page to send."""
    signature = pki.KeySigner(card).sign(frame(payload))
    return {
        "payload": payload,
        "algorithm": card.algorithm,
        "signature": base64.b64encode(signature).decode(),
        "certificate": base64.b64encode(card.der).decode(),
    }


def log_in(browser: Browser, card: pki.Identity, **more: Any) -> Any:
    """A session by this card."""
    asked = browser.post("/login/challenge").json
    answer = browser.post("/login/card", json={"nonce": asked["nonce"], **signed(card, asked["payload"]), **more})
    browser.form_token = ""  # the login brings a new one
    return answer


def settings_in(folder: Path, **web: Any) -> Settings:
    """Settings whose secret lies in ``folder``."""
    (folder / "web.secret").write_bytes(b"0123456789abcdef0123456789abcdef")
    return Settings(
        home=folder,
        web=WebSettings(origin=ORIGIN, secret=folder / "web.secret", **web),
        partners={"acme": PartnerSettings()},
    )
