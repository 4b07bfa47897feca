import hashlib
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID

from hub.contract.adapters import Context
from hub.contract.capability import CapabilitySheet
from hub.contract.message import ActorSignature, Attachment, CanonicalMessage, Raw
from hub.crypto.keys import KeySigner
from hub.xml.catalogue import default_catalogue
from hub.xml.dialect import CanonicalDialect, seal
from hub.xml.reader import read
from hub.xml.signature import verify

NOW = datetime(2026, 3, 2, 8, 30, tzinfo=UTC)
SHEET = """
[plugin]
partner = "sinosure"
name_zh = "中国信保"
name_en = "Sinosure"
kind = "insurer"
contract = "1.0"
state = "sandbox"

[[capability]]
name = "micro_policy"
out = ["PolicyConfirmation/1.0", "PolicyReceipt/1.0"]
in = ["PolicyOffer/1.0", "ReviewResult/1.0"]
"""


def signer(key, *, begins=NOW - timedelta(days=1), ends=NOW + timedelta(days=365)):
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "test")])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(0x51A)
        .not_valid_before(begins)
        .not_valid_after(ends)
        .sign(key, hashes.SHA256())
    )
    return KeySigner(key, certificate)


@pytest.fixture(scope="session")
def now():
    return NOW


@pytest.fixture(scope="session")
def make_signer():
    return signer


@pytest.fixture(scope="session")
def partner_key():
    return ec.generate_private_key(ec.SECP256R1())


@pytest.fixture(scope="session")
def partner(partner_key):
    return signer(partner_key)


@pytest.fixture(scope="session")
def rsa_partner():
    return signer(rsa.generate_private_key(65537, 2048))


@pytest.fixture(scope="session")
def hub():
    return signer(ec.generate_private_key(ec.SECP256R1()))


@pytest.fixture(scope="session")
def stranger():
    return signer(ec.generate_private_key(ec.SECP256R1()))


@pytest.fixture(scope="session")
def catalogue():
    return default_catalogue()


@pytest.fixture(scope="session")
def sheet():
    return CapabilitySheet.parse(SHEET)


@pytest.fixture(scope="session")
def dialect(catalogue, sheet):
    return CanonicalDialect(catalogue=catalogue, sheet=sheet)


@pytest.fixture(scope="session")
def offer():
    pdf = b"%PDF-1.7 " + bytes(range(256)) * 6
    return CanonicalMessage(
        type="PolicyOffer",
        version="1.0",
        message_id="3f2504e0-4f89-41d3-9a0c-0305e82c3301",
        sender="sinosure",
        receiver="hub",
        enterprise="91610000MA6TX00X1A",
        business_key="TB-2026-0001",
        sequence=1,
        created_at=NOW,
        body={
            "application_no": "TB-2026-0001",
            "enterprise_name": "西安某某进出口有限公司",
            "product": "XWXBY",
            "product_name": "小微信保易",
            "renewal": False,
            "contact_phone": "029-88888888",
            "contact_email": "trade@example.com",
            "declaration_version": "2026-1",
            "declaration_text": ["第一条 <账户> & 协议", "第二条\n确认", "第三条"],
            "valid_until": date(2026, 3, 31),
        },
        attachments=(
            Attachment(
                name="小微企业投保单.pdf",
                media_type="application/pdf",
                sha256=hashlib.sha256(pdf).hexdigest(),
                content=pdf,
            ),
        ),
        actor_signature=ActorSignature(
            payload='{"purpose":"application"}', algorithm="rsa-sha256", value=b"\x01\x02", certificate=b"0\x00"
        ),
    )


@pytest.fixture(scope="session")
def confirmation():
    return CanonicalMessage(
        type="PolicyConfirmation",
        version="1.0",
        message_id="7f2504e0-4f89-41d3-9a0c-0305e82c3302",
        sender="hub",
        receiver="sinosure",
        enterprise="91610000MA6TX00X1A",
        business_key="TB-2026-0001",
        sequence=2,
        created_at=NOW,
        body={
            "application_no": "TB-2026-0001",
            "contact_name": "王小明",
            "contact_mobile": "13800000000",
            "contact_email": "trade@example.com",
            "declaration_version": "2026-1",
            "declaration_hash": "ab" * 32,
            "accepted_at": NOW,
            "reading_evidence": {"document_sha256": "cd" * 32, "seconds": 42},
        },
    )


@pytest.fixture(scope="session")
def issued():
    return CanonicalMessage(
        type="PolicyIssued",
        version="1.0",
        message_id="9f2504e0-4f89-41d3-9a0c-0305e82c3303",
        sender="sinosure",
        receiver="hub",
        enterprise="91610000MA6TX00X1A",
        business_key="BD-1",
        sequence=3,
        created_at=NOW,
        body={
            "policy_no": "BD-1",
            "policy_type": "信保易保单",
            "product_name": "小微信保易",
            "enterprise_name": "西安某某进出口有限公司",
            "effective_date": date(2018, 12, 30),
            "expiry_date": date(2019, 12, 29),
            "status_code": "1",
            "insured_amount": {"amount": Decimal("60000000.00"), "currency": "CNY"},
            "issued_at": NOW,
        },
    )


@pytest.fixture(scope="session")
def signed(catalogue, offer, partner):
    return seal(catalogue, offer, partner)


@pytest.fixture(scope="session")
def take(catalogue, partner):
    """The whole way of a partner's bytes: read, verify, validate, decode."""

    def _take(content, trusted=(partner.certificate,), at=NOW):
        verified = verify(read(content), trusted, at)
        schema = catalogue.of(verified.element)
        schema.validate(verified.element)
        return schema.decode(verified.element)

    return _take


@pytest.fixture
def raw():
    def _raw(content, status=200, **headers):
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return Raw(content=content, status=status, headers=named, received_at=NOW)

    return _raw


@pytest.fixture(scope="session")
def context(hub, partner):
    return Context(now=NOW, hub="hub", signer=hub, trusted=(partner.certificate,))
