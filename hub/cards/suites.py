"""The signature suites of cards and hub: what a certificate's key must be, and how it verifies."""

from collections.abc import Callable, Mapping

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.utils import CryptographyDeprecationWarning

from hub.cards.refusal import CardRefused
from hub.contract.suites import ECDSA, RSA, SM2
from hub.crypto.keys import public_key
from hub.crypto.sm2 import Sm2PublicKey

RSA_BITS = 2048  # shorter keys are verified nowhere
CURVES = ("secp256r1", "secp384r1")


def verify_rsa(certificate: x509.Certificate, signature: bytes, data: bytes) -> None:
    """PKCS#1 v1.5 with SHA-256."""
    key = public_key(certificate)
    if not isinstance(key, rsa.RSAPublicKey) or key.key_size < RSA_BITS:
        raise CardRefused("algorithm")
    key.verify(signature, data, padding.PKCS1v15(), SHA256())


def verify_ecdsa(certificate: x509.Certificate, signature: bytes, data: bytes) -> None:
    """ECDSA with SHA-256, the signature as a DER sequence of r and s."""
    key = public_key(certificate)
    if not isinstance(key, ec.EllipticCurvePublicKey) or key.curve.name not in CURVES:
        raise CardRefused("algorithm")
    key.verify(signature, data, ec.ECDSA(SHA256()))


def verify_sm2(certificate: x509.Certificate, signature: bytes, data: bytes) -> None:
    """SM2 with SM3 and the default id, the signature as a DER sequence of r and s (GM/T 0009)."""
    key = public_key(certificate)
    if not isinstance(key, Sm2PublicKey):
        raise CardRefused("algorithm")
    key.verify(signature, data)


SUITES: Mapping[str, Callable[[x509.Certificate, bytes, bytes], None]] = {
    RSA: verify_rsa,
    ECDSA: verify_ecdsa,
    SM2: verify_sm2,
}


def read_certificate(der: bytes) -> x509.Certificate:
    """The certificate in ``der``. Raises CardRefused("malformed")."""
    try:
        certificate = x509.load_der_x509_certificate(der)
        positive = certificate.serial_number > 0
    except (ValueError, x509.InvalidVersion, CryptographyDeprecationWarning):  # the warning: where warnings are errors
        raise CardRefused("malformed") from None
    if not positive:
        raise CardRefused("malformed")
    return certificate


def verify_signature(algorithm: str, certificate: x509.Certificate, signature: bytes, data: bytes) -> None:
    """Return when ``signature`` over ``data`` is the certificate's. Raises CardRefused: algorithm, bad_signature."""
    suite = SUITES.get(algorithm)
    if suite is None:
        raise CardRefused("algorithm")
    try:
        suite(certificate, signature, data)
    except InvalidSignature:
        raise CardRefused("bad_signature") from None
    except (ValueError, UnsupportedAlgorithm):  # a key of another family, or none
        raise CardRefused("algorithm") from None
