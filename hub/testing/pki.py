"""A demonstration PKI: authorities, partners' signing certificates, cards of every kind, revocation lists.

For demos, simulators and tests only. Pure functions: everything that changes is handed in and everything made is
returned as frozen data; who wants files writes them.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from asn1crypto import core, crl, pem
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from hub.cards.trust import ORG_CODE, ROLES
from hub.contract.suites import ECDSA, RSA, SM2
from hub.crypto import keys
from hub.crypto.keys import PrivateKey
from hub.crypto.sm2 import SIGNATURE_OID, Sm2PrivateKey

ROLE_UNITS = {role: unit for unit, role in ROLES.items()}

ALGORITHMS: Mapping[str, Callable[[], PrivateKey]] = {
    ECDSA: lambda: ec.generate_private_key(ec.SECP256R1()),
    RSA: lambda: rsa.generate_private_key(public_exponent=65537, key_size=2048),
    SM2: Sm2PrivateKey.generate,
}


@dataclass(frozen=True, kw_only=True)
class Identity:
    """A key with its certificate, PEM. ``issuer`` is None for a root."""

    algorithm: str  # of the key, a key of ALGORITHMS
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


class KeySigner(keys.KeySigner):
    """An identity as a signer."""

    def __init__(self, identity: Identity) -> None:
        super().__init__(load_key(identity), identity.x509)


def load_key(identity: Identity) -> PrivateKey:
    """The private key, ready to sign."""
    return keys.load_private_key(identity.key)


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
    made = builder.sign(_STAND_IN, SHA256()).public_bytes(Encoding.DER)
    return _sign_again(crl.CertificateList.load(made), "tbs_cert_list", load_key(authority))


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


_STAND_IN = ec.generate_private_key(ec.SECP256R1())
"""cryptography's builders take no SM2 key: this one signs everything first, ``_sign_again`` puts it right."""

_SIGNATURES = {RSA: "sha256_rsa", ECDSA: "sha256_ecdsa", SM2: SIGNATURE_OID}


def _sign_again(made: core.Sequence, inner: str, key: PrivateKey) -> bytes:
    """A certificate or revocation list with ``key``'s signature, DER."""
    algorithm = {"algorithm": _SIGNATURES[keys.suite_of(key)]}
    made[inner]["signature"] = made["signature_algorithm"] = algorithm
    made[made._fields[2][0]] = keys.sign(key, made[inner].dump(force=True))
    return bytes(made.dump(force=True))


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
        raise ValueError(f"algorithm: one of {', '.join(ALGORITHMS)}, not {algorithm!r}")
    key = ALGORITHMS[algorithm]()
    public = keys.public_info(key)
    builder = x509.CertificateBuilder(
        issuer_name=issuer.x509.subject if issuer else subject,
        subject_name=subject,
        public_key=_STAND_IN.public_key(),
        serial_number=x509.random_serial_number(),
        not_valid_before=start,
        not_valid_after=end,
    ).add_extension(x509.SubjectKeyIdentifier(public.sha1), critical=False)
    if issuer:
        builder = builder.add_extension(_authority_id(issuer), critical=False)
    for extension, critical in extensions:
        builder = builder.add_extension(extension, critical=critical)
    made = asn1_x509.Certificate.load(builder.sign(_STAND_IN, SHA256()).public_bytes(Encoding.DER))
    made["tbs_certificate"]["subject_public_key_info"] = public
    certificate = _sign_again(made, "tbs_certificate", load_key(issuer) if issuer else key)
    return Identity(
        algorithm=algorithm,
        key=pem.armor("PRIVATE KEY", keys.dump_private_key(key)),
        certificate=pem.armor("CERTIFICATE", certificate),
        issuer=issuer,
    )
