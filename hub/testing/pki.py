"""A demonstration PKI: authorities, partners' signing certificates, cards of every kind, revocation lists.

For demos, simulators and tests only. Pure functions: everything that changes is handed in and everything made is
returned as frozen data; who wants files writes them.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import NameOID

from hub.cards.trust import ORG_CODE, ROLES

ROLE_UNITS = {role: unit for unit, role in ROLES.items()}
ALGORITHMS = ("ecdsa-sha256", "rsa-sha256")

Key = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey


@dataclass(frozen=True, kw_only=True)
class Identity:
    """A key with its certificate, PEM. ``issuer`` is None for a root."""

    algorithm: str  # of the key: "ecdsa-sha256" | "rsa-sha256"
    key: bytes = field(repr=False)  # PKCS#8, not encrypted
    certificate: bytes = field(repr=False)
    issuer: "Identity | None" = field(default=None, repr=False)

    @property
    def der(self) -> bytes:
        """The certificate as DER."""
        return self.x509.public_bytes(Encoding.DER)

    @property
    def x509(self) -> x509.Certificate:
        """The certificate, read."""
        return x509.load_pem_x509_certificate(self.certificate)


class KeySigner:
    """An identity as a signer: hub.contract.adapters.Signer."""

    def __init__(self, identity: Identity) -> None:
        self.algorithm = identity.algorithm
        self.certificate = identity.der
        self._key = load_key(identity)

    def sign(self, data: bytes) -> bytes:
        """The signature over ``data``."""
        if isinstance(self._key, rsa.RSAPrivateKey):
            return self._key.sign(data, padding.PKCS1v15(), SHA256())
        return self._key.sign(data, ec.ECDSA(SHA256()))


def load_key(identity: Identity) -> Key:
    """The private key, ready to sign."""
    key = load_pem_private_key(identity.key, None)
    if not isinstance(key, ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey):
        raise TypeError(f"no key of {ALGORITHMS}")
    return key


def make_authority(
    name: str, now: datetime, *, algorithm: str = "ecdsa-sha256", issuer: Identity | None = None, days: int = 3650
) -> Identity:
    """A root, or with ``issuer`` an authority below it."""
    usage = _usage(key_cert_sign=True, crl_sign=True)
    return _issue(
        _name(organisation=name, common=name),
        [(x509.BasicConstraints(ca=True, path_length=None if issuer is None else 0), True), (usage, True)],
        algorithm=algorithm,
        issuer=issuer,
        start=now - timedelta(days=1),
        end=now + timedelta(days=days),
    )


def issue_partner(
    authority: Identity, name: str, now: datetime, *, algorithm: str = "rsa-sha256", days: int = 730
) -> Identity:
    """A partner's or the hub's own certificate, for signing messages."""
    return _issue(
        _name(organisation=name, common=name),
        _END_ENTITY,
        algorithm=algorithm,
        issuer=authority,
        start=now - timedelta(days=1),
        end=now + timedelta(days=days),
    )


def issue_card(
    authority: Identity,
    *,
    enterprise: str,
    holder: str,
    org_code: str,
    role: str,
    now: datetime,
    algorithm: str = "ecdsa-sha256",
    start: datetime | None = None,
    days: int = 3650,
) -> Identity:
    """A card's certificate, valid for ``days`` from ``start`` (a day ago). ``role`` is LP or OP.

    An expired card is one with an early start, a foreign one has another authority, a revoked one is in ``make_crl``.
    """
    start = start or now - timedelta(days=1)
    private = x509.UnrecognizedExtension(ORG_CODE, bytes([0x0C, len(org_code)]) + org_code.encode("ascii"))
    return _issue(
        _name(organisation=enterprise, unit=ROLE_UNITS[role], common=holder),
        [*_END_ENTITY, (private, False)],
        algorithm=algorithm,
        issuer=authority,
        start=start,
        end=start + timedelta(days=days),
    )


def make_crl(authority: Identity, now: datetime, *, revoked: Sequence[Identity] = (), days: int = 30) -> bytes:
    """The authority's revocation list, DER."""
    builder = x509.CertificateRevocationListBuilder(
        issuer_name=authority.x509.subject,
        last_update=now - timedelta(hours=1),
        next_update=now + timedelta(days=days),
    )
    for identity in revoked:
        entry = x509.RevokedCertificateBuilder(identity.x509.serial_number, now - timedelta(hours=1)).build()
        builder = builder.add_revoked_certificate(entry)
    builder = builder.add_extension(x509.CRLNumber(int(now.timestamp())), critical=False)
    builder = builder.add_extension(_authority_id(authority), critical=False)
    return builder.sign(load_key(authority), SHA256()).public_bytes(Encoding.DER)


def _usage(*, digital_signature: bool = False, key_cert_sign: bool = False, crl_sign: bool = False) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=digital_signature,
        content_commitment=digital_signature,
        key_cert_sign=key_cert_sign,
        crl_sign=crl_sign,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


_END_ENTITY: Sequence[tuple[x509.ExtensionType, bool]] = (
    (x509.BasicConstraints(ca=False, path_length=None), True),
    (_usage(digital_signature=True), True),
)


def _name(*, organisation: str, common: str, unit: str | None = None) -> x509.Name:
    parts = [(NameOID.COUNTRY_NAME, "CN"), (NameOID.ORGANIZATION_NAME, organisation)]
    if unit:
        parts.append((NameOID.ORGANIZATIONAL_UNIT_NAME, unit))
    return x509.Name([x509.NameAttribute(oid, value) for oid, value in [*parts, (NameOID.COMMON_NAME, common)]])


def _authority_id(authority: Identity) -> x509.AuthorityKeyIdentifier:
    return x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(
        authority.x509.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    )


def _new_key(algorithm: str) -> Key:
    if algorithm == "rsa-sha256":
        return rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return ec.generate_private_key(ec.SECP256R1())


def _issue(
    subject: x509.Name,
    extensions: Sequence[tuple[x509.ExtensionType, bool]],
    *,
    algorithm: str,
    issuer: Identity | None,
    start: datetime,
    end: datetime,
) -> Identity:
    if algorithm not in ALGORITHMS:
        raise ValueError(f"algorithm: one of {ALGORITHMS}, not {algorithm!r}")
    key = _new_key(algorithm)
    builder = x509.CertificateBuilder(
        issuer_name=issuer.x509.subject if issuer else subject,
        subject_name=subject,
        public_key=key.public_key(),
        serial_number=x509.random_serial_number(),
        not_valid_before=start,
        not_valid_after=end,
    ).add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    if issuer:
        builder = builder.add_extension(_authority_id(issuer), critical=False)
    for extension, critical in extensions:
        builder = builder.add_extension(extension, critical=critical)
    certificate = builder.sign(load_key(issuer) if issuer else key, SHA256())
    return Identity(
        algorithm=algorithm,
        key=key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()),
        certificate=certificate.public_bytes(Encoding.PEM),
        issuer=issuer,
    )
