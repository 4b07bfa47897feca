"""The signatures of cards and hub: of the suite that they say, and the certificate's own."""

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.utils import CryptographyDeprecationWarning

from hub.cards.refusal import CardRefused
from hub.crypto.keys import public_key, suite_of, verify


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
    try:
        key = public_key(certificate)
        if suite_of(key) != algorithm:
            raise CardRefused("algorithm")
        verify(key, signature, data)
    except InvalidSignature:
        raise CardRefused("bad_signature") from None
    except (ValueError, UnsupportedAlgorithm):  # a weak key, one of another family, or none
        raise CardRefused("algorithm") from None
