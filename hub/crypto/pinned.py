"""Whose signature a partner's message may carry: that of a certificate pinned for it, and nobody else's."""

from collections.abc import Collection
from datetime import datetime

from cryptography import x509

from hub.contract.adapters import Refusal
from hub.crypto.certificate import load, serial

INVALID, NOT_IN_VALIDITY, NOT_REGISTERED = "1001", "1002", "1003"


def pinned(der: bytes, trusted: Collection[bytes], now: datetime) -> x509.Certificate:
    """The certificate ``der``. Raises Refusal 1003 (not among ``trusted``), 1002 (not valid at ``now``), 1001."""
    if der not in trusted:
        raise Refusal(NOT_REGISTERED, "the certificate in the signature is not pinned for this partner")
    try:
        certificate = load(der)
    except ValueError as error:
        raise Refusal(INVALID, "the pinned certificate cannot be read") from error
    if not certificate.not_valid_before_utc <= now <= certificate.not_valid_after_utc:
        raise Refusal(NOT_IN_VALIDITY, f"certificate {serial(certificate)}")
    return certificate
