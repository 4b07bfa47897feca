"""When the hub believes a card: certificate chain, validity, revocation list, holder, and the signature itself.

No network is touched: authorities and revocation lists are files that the operator keeps up to date.
"""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from itertools import pairwise
from typing import TypeVar

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID, ObjectIdentifier
from cryptography.x509.verification import ExtensionPolicy, PolicyBuilder, Store, VerificationError

from hub.cards import sm2_chain
from hub.cards.challenge import frame
from hub.cards.refusal import CardRefused
from hub.cards.suites import read_certificate, verify_signature
from hub.contract.suites import SUITES
from hub.crypto.keys import public_key
from hub.crypto.sm2 import Sm2PublicKey

ORG_CODE = ObjectIdentifier("1.3.6.1.4.1.5315.100.5.11")  # E-Port's 9 characters, number 9 to 17 of the USCC
ORG_CODE_VALUE = re.compile(rb"[\x0c\x13\x16]\x09([0-9A-Z]{9})")  # UTF8String, PrintableString (RSA era: IA5String)
ROLES = {"法人卡": "LP", "操作员卡": "OP"}  # as written in the subject's OU

Extension = TypeVar("Extension", bound=x509.ExtensionType)


@dataclass(frozen=True, kw_only=True)
class Trust:
    """Whose cards are believed: DER certificates and revocation lists, as configured."""

    roots: Sequence[bytes] = field(repr=False)
    intermediates: Sequence[bytes] = field(default=(), repr=False)
    crls: Sequence[bytes] = field(default=(), repr=False)
    suites: Collection[str] = SUITES  # that a card may sign with
    crl_required: bool = True  # without a current list of each authority nobody is believed
    crl_grace: timedelta = timedelta(0)  # how long after its next update a list still counts


@dataclass(frozen=True, kw_only=True)
class CardCertificate:
    """What the hub keeps of a believed certificate; the rest of the subject may hold a national-ID number."""

    fingerprint: str  # SHA-256 of the DER, hex; to recognise a bound card, not to block one: revocation goes by serial
    serial: str  # hex, lower case
    holder: str
    org_code: str  # equals characters 9 to 17 of the enterprise's USCC
    role: str  # "LP" legal person | "OP" operator
    not_after: datetime


def verify(
    payload: str, algorithm: str, signature: bytes, certificate: bytes, trust: Trust, now: datetime
) -> CardCertificate:
    """Who signed ``payload``. Raises CardRefused; whether it was the right payload is ``challenge.check``'s matter."""
    if algorithm not in trust.suites:
        raise CardRefused("algorithm")
    leaf = read_certificate(certificate)
    verify_chain(leaf, trust, now)
    card = read_card(leaf)
    verify_signature(algorithm, leaf, signature, frame(payload))
    return card


def verify_chain(leaf: x509.Certificate, trust: Trust, now: datetime) -> None:
    """Return when a configured authority vouches for ``leaf`` at ``now``. Raises CardRefused."""
    if now > leaf.not_valid_after_utc:
        raise CardRefused("expired")
    if now < leaf.not_valid_before_utc:
        raise CardRefused("not_yet_valid")
    chain = _chain(leaf, trust, now)
    check_usage(leaf)
    for subject, issuer in pairwise(chain):
        check_revocation(subject, issuer, trust, now)


def _chain(leaf: x509.Certificate, trust: Trust, now: datetime) -> Sequence[x509.Certificate]:
    """From ``leaf`` to a root, all with keys of one family: SM2, or what ``cryptography`` knows."""
    roots, intermediates = ([read_certificate(der) for der in ders] for ders in (trust.roots, trust.intermediates))
    if _is_sm2(leaf):
        return sm2_chain.build(leaf, roots, intermediates, now)
    known = [root for root in roots if not _is_sm2(root)]
    if not known:
        raise CardRefused("untrusted")
    builder = PolicyBuilder().store(Store(known)).time(now)
    # Cards are no web servers: no host name, private extensions. Authorities are held to the full rules.
    builder = builder.extension_policies(
        ca_policy=ExtensionPolicy.webpki_defaults_ca(), ee_policy=ExtensionPolicy.permit_all()
    )
    try:
        return builder.build_client_verifier().verify(leaf, intermediates).chain
    except (VerificationError, UnsupportedAlgorithm):
        raise CardRefused("untrusted") from None


def _is_sm2(certificate: x509.Certificate) -> bool:
    try:
        return isinstance(public_key(certificate), Sm2PublicKey)
    except (ValueError, UnsupportedAlgorithm):
        return False


def check_usage(leaf: x509.Certificate) -> None:
    """Return when the key may sign and is no authority's. Raises CardRefused("not_a_card")."""
    usage = _extension(leaf, x509.KeyUsage)
    constraints = _extension(leaf, x509.BasicConstraints)
    if usage is None or not usage.digital_signature or (constraints is not None and constraints.ca):
        raise CardRefused("not_a_card")


def check_revocation(subject: x509.Certificate, issuer: x509.Certificate, trust: Trust, now: datetime) -> None:
    """Return when the issuer's list does not name ``subject``. Raises CardRefused: revoked, no_crl."""
    lists = [crl for crl in map(x509.load_der_x509_crl, trust.crls) if is_list_of(crl, issuer)]
    if any(crl.get_revoked_certificate_by_serial_number(subject.serial_number) for crl in lists):
        raise CardRefused("revoked")  # also by a list that has grown old
    if trust.crl_required and not any(_is_current(crl, trust.crl_grace, now) for crl in lists):
        raise CardRefused("no_crl")


def is_list_of(crl: x509.CertificateRevocationList, issuer: x509.Certificate) -> bool:
    """Whether ``issuer`` made and signed the list."""
    if crl.issuer != issuer.subject:
        return False
    key = public_key(issuer)
    if isinstance(key, Sm2PublicKey):
        return sm2_chain.is_signed(key, crl.signature_algorithm_oid, crl.signature, crl.tbs_certlist_bytes)
    return crl.is_signature_valid(key)


def read_card(leaf: x509.Certificate) -> CardCertificate:
    """Holder, organisation and role. Raises CardRefused("not_a_card")."""
    org_code = ORG_CODE_VALUE.fullmatch(_private(leaf, ORG_CODE))
    role = ROLES.get(_subject(leaf, NameOID.ORGANIZATIONAL_UNIT_NAME))
    holder = _subject(leaf, NameOID.COMMON_NAME)
    if org_code is None or role is None or not holder:
        raise CardRefused("not_a_card")
    return CardCertificate(
        fingerprint=sha256(leaf.public_bytes(Encoding.DER)).hexdigest(),
        serial=f"{leaf.serial_number:x}",
        holder=holder,
        org_code=org_code[1].decode(),
        role=role,
        not_after=leaf.not_valid_after_utc,
    )


def _is_current(crl: x509.CertificateRevocationList, grace: timedelta, now: datetime) -> bool:
    """Whether the absence of a serial number means anything: partial lists and old ones prove nothing."""
    partial = {x509.DeltaCRLIndicator.oid, x509.IssuingDistributionPoint.oid} & {ext.oid for ext in crl.extensions}
    due = crl.next_update_utc
    return not partial and due is not None and crl.last_update_utc <= now <= due + grace


def _extension(leaf: x509.Certificate, kind: type[Extension]) -> Extension | None:
    try:
        return leaf.extensions.get_extension_for_class(kind).value
    except x509.ExtensionNotFound:
        return None
    except (x509.DuplicateExtension, ValueError):
        raise CardRefused("not_a_card") from None


def _private(leaf: x509.Certificate, oid: ObjectIdentifier) -> bytes:
    try:
        return leaf.extensions.get_extension_for_oid(oid).value.public_bytes()
    except (x509.ExtensionNotFound, x509.DuplicateExtension, ValueError):
        raise CardRefused("not_a_card") from None


def _subject(leaf: x509.Certificate, oid: ObjectIdentifier) -> str:
    values = leaf.subject.get_attributes_for_oid(oid)
    return str(values[0].value) if len(values) == 1 else ""
