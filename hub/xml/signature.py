"""The sender's signature over a whole message: XMLDSig, enveloped, exclusive C14N, one pinned certificate.

The profile is one outline (``OUTLINE``): a signature that looks otherwise in any element or attribute is refused before
a library sees it, because libraries skip what they do not know. What the library then hands back as signed is all that
anybody may read.
"""

import base64
import binascii
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import lru_cache
from typing import Any

from cryptography import x509
from lxml import etree
from signxml.algorithms import CanonicalizationMethod, DigestAlgorithm, SignatureConstructionMethod, SignatureMethod
from signxml.signer import XMLSigner
from signxml.verifier import SignatureConfiguration, VerifyResult, XMLVerifier

from hub.contract.adapters import Refusal, Signer
from hub.contract.suites import CLASSIC, ECDSA, RSA, SM2
from hub.crypto.certificate import load, serial
from hub.crypto.pinned import INVALID, pinned
from hub.xml import sm2_signature
from hub.xml.reader import parser

DS = "{http://www.w3.org/2000/09/xmldsig#}"
C14N = CanonicalizationMethod.EXCLUSIVE_XML_CANONICALIZATION_1_0
ALGORITHMS = {RSA: SignatureMethod.RSA_SHA256, ECDSA: SignatureMethod.ECDSA_SHA256}  # that signxml knows
SUITES: Mapping[str, tuple[str, str]] = {
    **{suite: (method.value, DigestAlgorithm.SHA256.value) for suite, method in ALGORITHMS.items()},
    SM2: (sm2_signature.METHOD, sm2_signature.DIGEST),
}
"""The algorithms of SignatureMethod and DigestMethod of each suite."""

METHOD, DIGEST = "SignatureMethod", "DigestMethod"  # their algorithms are those of a suite
OUTLINE = (
    (0, "Signature", ""),
    (1, "SignedInfo", ""),
    (2, "CanonicalizationMethod", f"Algorithm={C14N.value}"),
    (2, METHOD, ""),
    (2, "Reference", "URI="),  # the whole document
    (3, "Transforms", ""),
    (4, "Transform", f"Algorithm={SignatureConstructionMethod.enveloped.value}"),
    (4, "Transform", f"Algorithm={C14N.value}"),
    (3, DIGEST, ""),
    (3, "DigestValue", ""),
    (1, "SignatureValue", ""),
    (1, "KeyInfo", ""),
    (2, "X509Data", ""),
    (3, "X509Certificate", ""),
)
"""Depth, element, attributes: the only signature we write or take."""

PROFILE = SignatureConfiguration(
    location="./",
    expect_references=1,
    signature_methods=frozenset(ALGORITHMS.values()),
    digest_algorithms=frozenset({DigestAlgorithm.SHA256}),
    default_reference_c14n_method=C14N,
)


@dataclass(frozen=True, kw_only=True)
class Verified:
    """What was signed, read back from the signed bytes, and the serial of the certificate (hex) that signed it."""

    element: etree._Element = field(repr=False)
    serial: str


def sign(element: etree._Element, signer: Signer) -> bytes:
    """The final bytes of ``element`` with the signature as last child of its root; ``element`` stays as it is."""
    if signer.algorithm == SM2:
        return sm2_signature.sign(element, signer, _outline(SM2))
    key: Any = _Key(signer, load(signer.certificate))
    named = etree.fromstring(_key_info(signer.certificate), parser())
    signed = _xml_signer(signer.algorithm).sign(element, key=key, key_info=named)
    return etree.tostring(signed, encoding="UTF-8", xml_declaration=True)


def verify(
    element: etree._Element, trusted: Sequence[bytes], now: datetime, suites: Collection[str] = CLASSIC
) -> Verified:
    """Raises Refusal 1003 (certificate not among ``trusted``), 1002 (not valid at ``now``) or 1001 (anything else)."""
    signature, suite = _signature(element)
    if suite not in suites:
        raise Refusal(INVALID, f"{suite} is not allowed here")
    certificate = pinned(_named_certificate(signature), trusted, now)
    try:
        signed = sm2_signature.verify(element, certificate) if suite == SM2 else _read_back(element, certificate, now)
    except Exception as error:  # whatever a library raises on hostile bytes, the answer is the same
        raise Refusal(INVALID, type(error).__name__) from error
    if signed is None or signed.tag != element.tag:
        raise Refusal(INVALID, "the signature does not cover the whole message")
    return Verified(element=signed, serial=serial(certificate))


def named_certificate(element: etree._Element) -> bytes:
    """The DER certificate that a message's signature names; nothing is verified. Raises Refusal 1001."""
    return _named_certificate(_signature(element)[0])


def _read_back(element: etree._Element, certificate: x509.Certificate, now: datetime) -> etree._Element | None:
    """What signxml found signed."""
    result = XMLVerifier().verify(
        element,
        x509_cert=certificate,
        validate_schema=False,  # OUTLINE is stricter
        parser=parser(),
        expect_config=replace(PROFILE, verification_time=now),
    )
    return result.signed_xml if isinstance(result, VerifyResult) else None


def _signature(element: etree._Element) -> tuple[etree._Element, str]:
    """The one signature of a message and its suite: last child of the root, nowhere another, after the outline."""
    found = list(element.iter(f"{DS}Signature"))
    if len(found) != 1 or len(element) == 0 or element[-1] is not found[0]:
        raise Refusal(INVALID, "one signature is asked for, as the last child of the root")
    signature = found[0]
    drawn = _walk(signature)
    for suite in SUITES:
        if drawn == _drawn(suite):
            return signature, suite
    raise Refusal(INVALID, "the signature does not follow the profile")


@lru_cache(maxsize=len(SUITES))
def _outline(suite: str) -> list[tuple[int, str, str]]:
    method, digest = (f"Algorithm={algorithm}" for algorithm in SUITES[suite])
    chosen = {METHOD: method, DIGEST: digest}
    return [(depth, f"{DS}{name}", chosen.get(name, attributes)) for depth, name, attributes in OUTLINE]


@lru_cache(maxsize=len(SUITES))
def _drawn(suite: str) -> list[tuple[str, int, list[tuple[str, str]]]]:
    return _walk(sm2_signature.draw(etree.Element("root"), _outline(suite)))


def _walk(signature: Any) -> list[tuple[str, int, list[tuple[str, str]]]]:
    """Element, how many are right below it, attributes: no two trees read alike."""
    return [(part.tag, len(part), part.items()) for part in signature.iter()]


def _named_certificate(signature: etree._Element) -> bytes:
    text = signature[-1][0][0].text or ""  # where OUTLINE has it
    try:
        return base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError) as error:
        raise Refusal(INVALID, "the certificate is not base64") from error


@lru_cache(maxsize=len(ALGORITHMS))
def _xml_signer(algorithm: str) -> XMLSigner:
    return XMLSigner(
        signature_algorithm=ALGORITHMS[algorithm], digest_algorithm=DigestAlgorithm.SHA256, c14n_algorithm=C14N
    )


@lru_cache(maxsize=16)
def _key_info(certificate: bytes) -> bytes:
    """The element that names it: read back for each message, which is quicker than to make it anew."""
    element = etree.Element(f"{DS}KeyInfo", nsmap={"ds": DS[1:-1]})
    named = etree.SubElement(etree.SubElement(element, f"{DS}X509Data"), f"{DS}X509Certificate")
    named.text = base64.b64encode(certificate).decode()
    return etree.tostring(element)


class _Key:
    """What signxml asks of a private key, answered by a Signer: the key may live in a token."""

    def __init__(self, signer: Signer, certificate: x509.Certificate) -> None:
        self._signer = signer
        self._certificate = certificate

    @property
    def key_size(self) -> int:
        public: Any = self._certificate.public_key()
        return int(public.key_size)

    def sign(self, data: bytes, **_: object) -> bytes:
        return self._signer.sign(data)
