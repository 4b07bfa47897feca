"""A document inside its signature: CMS SignedData (RFC 5652, PKCS #7), as the front machines of banks have it.

One form only: the content attached, one certificate, one signer, no attributes. What was not drawn like this is
refused, so that there is nothing in it that a library might skip.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from asn1crypto import cms, x509
from cryptography.exceptions import InvalidSignature

from hub.contract.adapters import Refusal, Signer
from hub.contract.suites import CLASSIC, ECDSA, RSA, SM2
from hub.crypto import keys
from hub.crypto.certificate import serial
from hub.crypto.pinned import INVALID, pinned
from hub.crypto.sm2 import SIGNATURE_OID

ALGORITHMS: Mapping[str, tuple[str, str]] = {
    RSA: ("sha256", "rsassa_pkcs1v15"),
    ECDSA: ("sha256", "sha256_ecdsa"),
    SM2: ("1.2.156.10197.1.401", SIGNATURE_OID),  # SM3; GM/T 0006
}
"""Suite -> digest and signature algorithm."""


@dataclass(frozen=True, kw_only=True)
class Opened:
    """What was signed, and the serial of the certificate (hex) that signed it."""

    content: bytes = field(repr=False)
    serial: str


def seal(content: bytes, signer: Signer) -> bytes:
    """``content`` with its signature around it, DER."""
    return _drawn(content, signer.certificate, signer.algorithm, signer.sign(content))


def unseal(der: bytes, trusted: Sequence[bytes], now: datetime, suites: Collection[str] = CLASSIC) -> Opened:
    """Raises Refusal 1003 (certificate not among ``trusted``), 1002 (not valid at ``now``) or 1001 (anything else)."""
    try:
        signed = cms.ContentInfo.load(der, strict=True)["content"]
        content = signed["encap_content_info"]["content"].native
        named = signed["certificates"][0].chosen.dump()
        value = signed["signer_infos"][0]["signature"].native
    except Exception as error:  # whatever the library raises on hostile bytes, the answer is the same
        raise Refusal(INVALID, f"no signed document: {type(error).__name__}") from error
    certificate = pinned(named, trusted, now)
    key = keys.public_key(certificate)
    suite = keys.suite_of(key)
    if suite not in suites:
        raise Refusal(INVALID, f"{suite} is not allowed here")
    if not isinstance(content, bytes) or _drawn(content, named, suite, value) != der:
        raise Refusal(INVALID, "the signature does not follow the profile")
    try:
        keys.verify(key, value, content)
    except (InvalidSignature, ValueError) as error:
        raise Refusal(INVALID, type(error).__name__) from error
    return Opened(content=content, serial=serial(certificate))


def _drawn(content: bytes, certificate: bytes, suite: str, value: bytes) -> bytes:
    """The one form that we write or take."""
    digest, signature = ({"algorithm": name} for name in ALGORITHMS[suite])
    signer = x509.Certificate.load(certificate)
    named = cms.IssuerAndSerialNumber({"issuer": signer.issuer, "serial_number": signer.serial_number})
    info = {
        "version": "v1",
        "sid": cms.SignerIdentifier("issuer_and_serial_number", named),
        "digest_algorithm": digest,
        "signature_algorithm": signature,
        "signature": value,
    }
    signed = {
        "version": "v1",
        "digest_algorithms": [digest],
        "encap_content_info": {"content_type": "data", "content": content},
        "certificates": [signer],
        "signer_infos": [info],
    }
    made: bytes = cms.ContentInfo({"content_type": "signed_data", "content": cms.SignedData(signed)}).dump()
    return made
