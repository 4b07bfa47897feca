"""The sender's signature over a whole message: XMLDSig, enveloped, exclusive C14N, one pinned certificate.

The profile is one outline (``OUTLINE``) for every suite: what is written is drawn after it, and a signature that looks
otherwise in any element or attribute is refused before anything is computed, so there is nothing in it that could mean
anything else. What is handed back as signed is read from the very bytes whose digest was compared: all that anybody may
read. SM2 has no identifiers of the W3C; those are China E-Port's, from its message specification of 2022-05.
"""

import base64
import binascii
import copy
import hmac
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256, SM3, Hash, HashAlgorithm
from lxml import etree

from hub.contract import suites as names
from hub.contract.adapters import Refusal, Signer
from hub.contract.suites import CLASSIC
from hub.crypto import keys
from hub.crypto.certificate import load, serial
from hub.crypto.pinned import INVALID, pinned
from hub.xml.reader import parser

DS_URI = "http://www.w3.org/2000/09/xmldsig#"
DS = f"{{{DS_URI}}}"
C14N = "http://www.w3.org/2001/10/xml-exc-c14n#"


@dataclass(frozen=True)
class Suite:
    """The algorithms of one suite as a signature names them, and the digest."""

    method: str
    digest: str
    hash: HashAlgorithm


XML_SHA256, CHINAPORT = "http://www.w3.org/2001/04/xmlenc#sha256", "http://www.chinaport.gov.cn/2022/04/xmldsig#"
SUITES: Mapping[str, Suite] = {
    names.RSA: Suite("http://www.w3.org/2001/04/xmldsig-more#rsa-sha256", XML_SHA256, SHA256()),
    names.ECDSA: Suite("http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256", XML_SHA256, SHA256()),
    names.SM2: Suite(f"{CHINAPORT}sm2-sm3", f"{CHINAPORT}sm3", SM3()),
}

METHOD, DIGEST = "SignatureMethod", "DigestMethod"  # their algorithms are those of a suite
OUTLINE = (
    (0, "Signature", ""),
    (1, "SignedInfo", ""),
    (2, "CanonicalizationMethod", f"Algorithm={C14N}"),
    (2, METHOD, ""),
    (2, "Reference", "URI="),  # the whole document
    (3, "Transforms", ""),
    (4, "Transform", f"Algorithm={DS_URI}enveloped-signature"),
    (4, "Transform", f"Algorithm={C14N}"),
    (3, DIGEST, ""),
    (3, "DigestValue", ""),
    (1, "SignatureValue", ""),
    (1, "KeyInfo", ""),
    (2, "X509Data", ""),
    (3, "X509Certificate", ""),
)
"""Depth, element, attributes: the only signature we write or take."""


@dataclass(frozen=True, kw_only=True)
class Verified:
    """What was signed, read back from the signed bytes, and the serial of the certificate (hex) that signed it."""

    element: etree._Element = field(repr=False)
    serial: str


def sign(element: etree._Element, signer: Signer) -> bytes:
    """The final bytes of ``element`` with the signature as last child of its root; ``element`` stays as it is."""
    key = keys.public_key(load(signer.certificate))
    signed = copy.deepcopy(element)
    digest = _digest(signer.algorithm, _canonical(signed))
    signature = _draw(signed, _outline(signer.algorithm))
    _write(signature, "DigestValue", digest)
    _write(signature, "X509Certificate", signer.certificate)
    _write(signature, "SignatureValue", keys.to_raw(key, signer.sign(_canonical(_part(signature, "SignedInfo")))))
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
        signed = _read_back(element, suite, certificate)
    except Exception as error:  # whatever a library raises on hostile bytes, the answer is the same
        raise Refusal(INVALID, type(error).__name__) from error
    return Verified(element=signed, serial=serial(certificate))


def named_certificate(element: etree._Element) -> bytes:
    """The DER certificate that a message's signature names; nothing is verified. Raises Refusal 1001."""
    return _named_certificate(_signature(element)[0])


def _read_back(element: etree._Element, suite: str, certificate: x509.Certificate) -> etree._Element:
    """What was signed. Raises Refusal, ValueError, OverflowError, and what cryptography and lxml raise."""
    key = keys.public_key(certificate)
    if keys.suite_of(key) != suite:
        raise Refusal(INVALID, "the certificate's key is of another family")
    signature = element[-1]
    keys.verify(key, keys.from_raw(key, _read(signature, "SignatureValue")), _canonical(_part(signature, "SignedInfo")))
    content = _canonical(_without_signature(element))
    if not hmac.compare_digest(_digest(suite, content), _read(signature, "DigestValue")):
        raise Refusal(INVALID, "the digest is that of other content")
    return etree.fromstring(content, parser())


def _signature(element: etree._Element) -> tuple[etree._Element, str]:
    """The one signature of a message and its suite: last child of the root, nowhere another, after the outline."""
    found = list(element.iter(f"{DS}Signature"))
    if len(found) != 1 or len(element) == 0 or element[-1] is not found[0]:
        raise Refusal(INVALID, "one signature is asked for, as the last child of the root")
    signature = found[0]
    seen = list(_outlined(signature))
    for suite in SUITES:
        if seen == _outline(suite):
            return signature, suite
    raise Refusal(INVALID, "the signature does not follow the profile")


@lru_cache(maxsize=len(SUITES))
def _outline(suite: str) -> list[tuple[int, str, str]]:
    chosen = {METHOD: f"Algorithm={SUITES[suite].method}", DIGEST: f"Algorithm={SUITES[suite].digest}"}
    return [(depth, f"{DS}{name}", chosen.get(name, attributes)) for depth, name, attributes in OUTLINE]


def _outlined(part: Any, depth: int = 0) -> Iterator[tuple[int, str, str]]:
    yield depth, part.tag, " ".join(f"{name}={value}" for name, value in sorted(part.items()))
    for child in part:
        yield from _outlined(child, depth + 1)


def _draw(root: etree._Element, outline: Sequence[tuple[int, str, str]]) -> etree._Element:
    parents: list[Any] = [root]
    for depth, name, attributes in outline:
        key, _, value = attributes.partition("=")
        made = etree.SubElement(parents[depth], name, {key: value} if key else {}, nsmap={"ds": DS_URI})
        parents[depth + 1 :] = [made]
    return root[-1]


def _without_signature(element: etree._Element) -> etree._Element:
    """A copy; the text after the signature stays, as the enveloped-signature transform has it."""
    rest = copy.deepcopy(element)
    signature = rest[-1]
    before, tail = signature.getprevious(), signature.tail or ""
    if before is None:
        rest.text = (rest.text or "") + tail
    else:
        before.tail = (before.tail or "") + tail
    rest.remove(signature)
    return rest


def _named_certificate(signature: etree._Element) -> bytes:
    try:
        return _read(signature, "X509Certificate")
    except (binascii.Error, ValueError) as error:
        raise Refusal(INVALID, "the certificate is not base64") from error


def _part(signature: etree._Element, name: str) -> etree._Element:
    return next(signature.iter(DS + name))


def _read(signature: etree._Element, name: str) -> bytes:
    return base64.b64decode("".join((_part(signature, name).text or "").split()), validate=True)


def _write(signature: etree._Element, name: str, value: bytes) -> None:
    _part(signature, name).text = base64.b64encode(value).decode()


def _canonical(element: etree._Element) -> bytes:
    return etree.tostring(element, method="c14n", exclusive=True, with_comments=False, with_tail=False)


def _digest(suite: str, content: bytes) -> bytes:
    digest = Hash(SUITES[suite].hash)
    digest.update(content)
    return digest.finalize()
