"""The SM2 suite of ``signature``: signxml knows neither SM2 nor SM3.

The identifiers are China E-Port's, from its message specification of 2022-05; everything else is the outline that the
other suites have. SignatureValue is r || s, 64 octets, as that specification has it. Unlike there, C14N is exclusive.
"""

import base64
import copy
import hmac
from collections.abc import Sequence
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.hashes import SM3, Hash
from lxml import etree

from hub.contract.adapters import Signer
from hub.crypto.keys import public_key
from hub.crypto.sm2 import Sm2PublicKey, from_raw, to_raw
from hub.xml.reader import parser

METHOD = "http://www.chinaport.gov.cn/2022/04/xmldsig#sm2-sm3"
DIGEST = "http://www.chinaport.gov.cn/2022/04/xmldsig#sm3"
DS_URI = "http://www.w3.org/2000/09/xmldsig#"
DS = f"{{{DS_URI}}}"

Outline = Sequence[tuple[int, str, str]]


class NotSigned(Exception):
    """Digest or signature is not what the message says."""


def sign(element: etree._Element, signer: Signer, outline: Outline) -> bytes:
    """The final bytes of ``element`` with a signature drawn after ``outline`` as its last child."""
    signed = copy.deepcopy(element)
    digest = _sm3(_canonical(signed))
    signature = draw(signed, outline)
    values = {"DigestValue": digest, "X509Certificate": signer.certificate}
    for name, value in values.items():
        _part(signature, name).text = base64.b64encode(value).decode()
    value = to_raw(signer.sign(_canonical(_part(signature, "SignedInfo"))))
    _part(signature, "SignatureValue").text = base64.b64encode(value).decode()
    return etree.tostring(signed, encoding="UTF-8", xml_declaration=True)


def verify(element: etree._Element, certificate: x509.Certificate) -> etree._Element:
    """What was signed, read back from the signed bytes; the signature's form was looked at before.

    Raises NotSigned, ValueError and cryptography's InvalidSignature.
    """
    key = public_key(certificate)
    if not isinstance(key, Sm2PublicKey):
        raise NotSigned("the certificate's key is of another family")
    signature = element[-1]
    value = from_raw(_decoded(signature, "SignatureValue"))
    key.verify(value, _canonical(_part(signature, "SignedInfo")))
    content = _canonical(_without_signature(element))
    if not hmac.compare_digest(_sm3(content), _decoded(signature, "DigestValue")):
        raise NotSigned("the digest is that of other content")
    return etree.fromstring(content, parser())


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


def draw(root: etree._Element, outline: Outline) -> etree._Element:
    """An empty signature after ``outline``, as the last child of ``root``."""
    parents: list[Any] = [root]
    for depth, name, attributes in outline:
        key, _, value = attributes.partition("=")
        made = etree.SubElement(parents[depth], name, {key: value} if key else {}, nsmap={"ds": DS_URI})
        parents[depth + 1 :] = [made]
    return root[-1]


def _part(signature: etree._Element, name: str) -> etree._Element:
    return next(signature.iter(DS + name))


def _decoded(signature: etree._Element, name: str) -> bytes:
    return base64.b64decode("".join((_part(signature, name).text or "").split()), validate=True)


def _canonical(element: etree._Element) -> bytes:
    return etree.tostring(element, method="c14n", exclusive=True, with_comments=False, with_tail=False)


def _sm3(content: bytes) -> bytes:
    digest = Hash(SM3())
    digest.update(content)
    return digest.finalize()
