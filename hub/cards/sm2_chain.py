"""The chain of an SM2 card (RFC 5280, 6.1, as far as cards need it): no library verifies one.

Narrow on purpose. Every key and every signature of the chain is SM2, so a chain that changes its family is refused; so
is every critical extension that is not looked at here. Revocation is ``trust``'s matter, as for the other families.
"""

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import TypeVar

from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtensionOID

from hub.cards.refusal import CardRefused
from hub.crypto.keys import public_key
from hub.crypto.sm2 import SIGNATURE_OID, Sm2PublicKey

LENGTH = 4  # certificates below the root
LOOKED_AT = {ExtensionOID.BASIC_CONSTRAINTS, ExtensionOID.KEY_USAGE}

Extension = TypeVar("Extension", bound=x509.ExtensionType)


def build(
    leaf: x509.Certificate, roots: Sequence[x509.Certificate], intermediates: Sequence[x509.Certificate], now: datetime
) -> Sequence[x509.Certificate]:
    """The chain from ``leaf`` to one of ``roots``, both included. Raises CardRefused("untrusted")."""
    chain = [leaf]
    while len(chain) <= LENGTH and _has_known_extensions(chain[-1]):
        below = len(chain) - 1  # authorities that the next one has below itself
        issuer = _issuer(chain[-1], [*roots, *intermediates], below, now)
        if issuer is None:
            break
        chain.append(issuer)
        if issuer in roots:
            return chain
    raise CardRefused("untrusted")


def is_signed(key: Sm2PublicKey, algorithm: x509.ObjectIdentifier, signature: bytes, content: bytes) -> bool:
    """Whether ``key`` signed ``content``, a certificate's or revocation list's inner part, with SM2 and SM3."""
    return algorithm.dotted_string == SIGNATURE_OID and _is_valid(key, signature, content)


@lru_cache(maxsize=1024)
def _is_valid(key: Sm2PublicKey, signature: bytes, content: bytes) -> bool:
    """Remembered: an authority's signature under a certificate is asked for at every act of its card."""
    try:
        key.verify(signature, content)
    except InvalidSignature:
        return False
    return True


def _issuer(
    subject: x509.Certificate, authorities: Sequence[x509.Certificate], below: int, now: datetime
) -> x509.Certificate | None:
    for authority in authorities:
        if subject.issuer == authority.subject and _may_issue(authority, below, now) and _issued(authority, subject):
            return authority
    return None


def _may_issue(authority: x509.Certificate, below: int, now: datetime) -> bool:
    constraints, usage = _extension(authority, x509.BasicConstraints), _extension(authority, x509.KeyUsage)
    if constraints is None or not constraints.ca or usage is None or not usage.key_cert_sign:
        return False
    if constraints.path_length is not None and constraints.path_length < below:
        return False
    return authority.not_valid_before_utc <= now <= authority.not_valid_after_utc and _has_known_extensions(authority)


def _issued(authority: x509.Certificate, subject: x509.Certificate) -> bool:
    try:
        key = public_key(authority)
    except (ValueError, UnsupportedAlgorithm):
        return False
    algorithm = subject.signature_algorithm_oid
    return (
        isinstance(key, Sm2PublicKey)
        and _inner_algorithm(subject) == algorithm.dotted_string
        and is_signed(key, algorithm, subject.signature, subject.tbs_certificate_bytes)
    )


def _inner_algorithm(certificate: x509.Certificate) -> str:
    """The algorithm inside what is signed; the one outside is anybody's word."""
    whole = asn1_x509.Certificate.load(certificate.public_bytes(Encoding.DER))
    return str(whole["tbs_certificate"]["signature"]["algorithm"].dotted)


def _has_known_extensions(certificate: x509.Certificate) -> bool:
    try:
        return all(extension.oid in LOOKED_AT for extension in certificate.extensions if extension.critical)
    except (x509.DuplicateExtension, ValueError):
        return False


def _extension(certificate: x509.Certificate, kind: type[Extension]) -> Extension | None:
    try:
        return certificate.extensions.get_extension_for_class(kind).value
    except (x509.ExtensionNotFound, x509.DuplicateExtension, ValueError):
        return None
