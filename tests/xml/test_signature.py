"""Every attack starts from a message that the partner really signed, and ends in a refusal of the right class."""

import base64
import copy
import random
import re
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509 import load_der_x509_certificate
from lxml import etree
from signxml import methods
from signxml.algorithms import CanonicalizationMethod, DigestAlgorithm, SignatureMethod
from signxml.signer import XMLSigner

from hub.contract.adapters import Refusal, Signer
from hub.crypto.keys import KeySigner
from hub.xml.dialect import seal
from hub.xml.reader import read
from hub.xml.signature import sign, verify

DS = "{http://www.w3.org/2000/09/xmldsig#}"
ENV = "{urn:swhub:envelope:1}"
EXC = CanonicalizationMethod.EXCLUSIVE_XML_CANONICALIZATION_1_0
ENVELOPED = "http://www.w3.org/2000/09/xmldsig#enveloped-signature"


def swap(old, new, count=1):
    def attack(content):
        changed = re.sub(old.encode(), lambda _: new.encode(), content, count=count, flags=re.DOTALL)
        assert changed != content
        return changed

    return attack


def on_tree(change):
    def attack(content):
        root = etree.fromstring(content)
        return etree.tostring(change(root, root[-1]), encoding="UTF-8")

    return attack


def forged(root):
    other = copy.deepcopy(root)
    other.find(f"{ENV}Header/{ENV}BusinessKey").text = "FORGED"
    return other


def wrap_original_in_body(root, signature):
    outer = forged(root)
    outer.remove(outer[-1])
    outer.find(f"{ENV}Body").append(root)
    return outer


def wrap_and_keep_signature_last(root, signature):
    outer = forged(root)
    outer[-1].append(etree.SubElement(outer[-1], f"{DS}Object"))
    outer[-1][-1].append(root)
    return outer


def sign_beside_original(root, signature):
    outer = forged(root)
    outer.remove(outer[-1])
    root.remove(signature)
    outer.append(root)
    outer.append(signature)
    return outer


def signature_first(root, signature):
    root.insert(0, signature)
    return root


def signature_in_body(root, signature):
    root.find(f"{ENV}Body").append(signature)
    return root


def signature_twice(root, signature):
    root.append(copy.deepcopy(signature))
    return root


def second_body(root, signature):
    body = copy.deepcopy(root.find(f"{ENV}Body"))
    root.find(f"{ENV}Body").addnext(body)
    return root


def reference_by_id(root, signature):
    outer = forged(root)
    root.remove(signature)
    root.set("Id", "signed")
    outer.find(f"{ENV}Body").append(root)
    outer[-1].find(f"{DS}SignedInfo/{DS}Reference").set("URI", "#signed")
    return outer


def second_reference(root, signature):
    reference = signature.find(f"{DS}SignedInfo/{DS}Reference")
    reference.addnext(copy.deepcopy(reference))
    return root


def no_signature(root, signature):
    root.remove(signature)
    return root


def only_the_signature(root, signature):
    return signature


def _text(signer):
    return base64.b64encode(signer.certificate).decode()


def key_info(xml):
    return swap("<ds:KeyInfo>.*</ds:KeyInfo>", f"<ds:KeyInfo>{xml}</ds:KeyInfo>")


def transform(xml):
    return swap("</ds:Transforms>", f"{xml}</ds:Transforms>")


ATTACKS = {
    "changed value": swap("TB-2026-0001", "TB-2026-0002"),
    "changed attachment": swap("<Content>JVBE", "<Content>JVBF"),
    "no signature": on_tree(no_signature),
    "only the signature": on_tree(only_the_signature),
    "original wrapped in the body": on_tree(wrap_original_in_body),
    "original wrapped in the signature": on_tree(wrap_and_keep_signature_last),
    "original beside a forged body": on_tree(sign_beside_original),
    "signature first": on_tree(signature_first),
    "signature in the body": on_tree(signature_in_body),
    "two signatures": on_tree(signature_twice),
    "second body": on_tree(second_body),
    "reference by id": on_tree(reference_by_id),
    "two references": on_tree(second_reference),
    "rsa-sha1": swap("2001/04/xmldsig-more#ecdsa-sha256", "2000/09/xmldsig#rsa-sha1"),
    "hmac": swap("xmldsig-more#ecdsa-sha256", "xmldsig-more#hmac-sha256"),
    "rsa with an EC key": swap("xmldsig-more#ecdsa-sha256", "xmldsig-more#rsa-sha256"),
    "no algorithm": swap('<ds:SignatureMethod Algorithm="[^"]*"', "<ds:SignatureMethod"),
    "unknown algorithm": swap("xmldsig-more#ecdsa-sha256", "xmldsig-more#none"),
    "sha1 digest": swap("2001/04/xmlenc#sha256", "2000/09/xmldsig#sha1"),
    "c14n with comments": swap("xml-exc-c14n#", "xml-exc-c14n#WithComments", count=0),
    "inclusive c14n": swap(
        "http://www.w3.org/2001/10/xml-exc-c14n#", CanonicalizationMethod.CANONICAL_XML_1_0.value, 0
    ),
    "c14n with prefixes": swap(
        '(?<=Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#")/>',
        '><ec:InclusiveNamespaces xmlns:ec="http://www.w3.org/2001/10/xml-exc-c14n#" PrefixList="a b"/>'
        "</ds:CanonicalizationMethod>",
    ),
    "xpath transform": transform(
        '<ds:Transform Algorithm="http://www.w3.org/TR/1999/REC-xpath-19991116"><ds:XPath>false()</ds:XPath></ds:Transform>'
    ),
    "xslt transform": transform('<ds:Transform Algorithm="http://www.w3.org/TR/1999/REC-xslt-19991116"/>'),
    "base64 transform": transform('<ds:Transform Algorithm="http://www.w3.org/2000/09/xmldsig#base64"/>'),
    "unknown transform": transform('<ds:Transform Algorithm="urn:unknown"/>'),
    "no enveloped transform": swap(f'<ds:Transform Algorithm="{ENVELOPED}"/>', ""),
    "no transforms": swap("<ds:Transforms>.*</ds:Transforms>", ""),
    "detached over http": swap('URI=""', 'URI="http://127.0.0.1:9/x"'),
    "detached over a file": swap('URI=""', 'URI="file:///etc/passwd"'),
    "xpointer": swap('URI=""', 'URI="#xpointer(/)"'),
    "no uri": swap(' URI=""', ""),
    "no reference": swap("<ds:Reference.*</ds:Reference>", ""),
    "manifest": swap('URI=""', 'URI="" Type="http://www.w3.org/2000/09/xmldsig#Manifest"'),
    "empty digest": swap("<ds:DigestValue>.*</ds:DigestValue>", "<ds:DigestValue/>"),
    "digest that is no base64": swap("<ds:DigestValue>....", "<ds:DigestValue>é*(="),
    "empty value": swap("<ds:SignatureValue>.*</ds:SignatureValue>", "<ds:SignatureValue/>"),
    "short value": swap("<ds:SignatureValue>....", "<ds:SignatureValue>"),
    "value that is no base64": swap("<ds:SignatureValue>.", "<ds:SignatureValue>é"),
    "value of zeros": swap("<ds:SignatureValue>[^<]*", "<ds:SignatureValue>" + "A" * 86 + "=="),
    "no key info": swap("<ds:KeyInfo>.*</ds:KeyInfo>", ""),
    "empty key info": key_info(""),
    "key name": key_info("<ds:KeyName>key</ds:KeyName>"),
    "retrieval": key_info('<ds:RetrievalMethod URI="http://127.0.0.1:9/x"/>'),
    "key value": key_info("<ds:KeyValue><ds:RSAKeyValue/></ds:KeyValue>"),
    "certificate that is no base64": swap("<ds:X509Certificate>", "<ds:X509Certificate>*"),
    "two certificates": swap("</ds:X509Data>", "<ds:X509Certificate>AAAA</ds:X509Certificate></ds:X509Data>"),
    "id on the signature": swap("<ds:Signature ", '<ds:Signature Id="placeholder" '),
    "object in the signature": swap("</ds:Signature>", "<ds:Object/></ds:Signature>"),
    "element in the digest": swap("<ds:DigestValue>", "<ds:DigestValue><x/>"),
    "namespace that C14N cannot take": swap("<Message ", '<Message xmlns:x="relative" x:y="1" '),
    "namespace added to the root": swap("<Message ", '<Message xmlns:x="urn:x" x:y="1" '),
}


@pytest.mark.parametrize("attack", ATTACKS.values(), ids=ATTACKS.keys())
def test_a_message_whose_signature_was_tampered_with_is_refused_as_invalid(attack, signed, take):
    with pytest.raises(Refusal) as refused:
        take(attack(signed))
    assert refused.value.code == "1001"


@pytest.mark.parametrize(
    ("settings", "key"),
    [
        ({"c14n_algorithm": CanonicalizationMethod.CANONICAL_XML_1_1}, "ec"),
        ({"c14n_algorithm": CanonicalizationMethod.EXCLUSIVE_XML_CANONICALIZATION_1_0_WITH_COMMENTS}, "ec"),
        ({"c14n_algorithm": EXC, "signature_algorithm": SignatureMethod.ECDSA_SHA512}, "ec"),
        ({"c14n_algorithm": EXC, "digest_algorithm": DigestAlgorithm.SHA512}, "ec"),
        ({"c14n_algorithm": EXC, "method": methods.enveloping}, "ec"),
        ({"c14n_algorithm": EXC, "method": methods.detached}, "ec"),
        ({"c14n_algorithm": EXC, "signature_algorithm": SignatureMethod.HMAC_SHA256}, "hmac"),
    ],
)
def test_a_right_signature_in_another_profile_is_refused(settings, key, signed, partner_key, partner, take):
    root = etree.fromstring(signed)
    root.remove(root[-1])
    chosen = {"signature_algorithm": SignatureMethod.ECDSA_SHA256} | settings
    keys = {"ec": {"key": partner_key, "cert": [load_der_x509_certificate(partner.certificate)]}}
    other = XMLSigner(**chosen).sign(root, **keys.get(key, {"key": partner.certificate}))
    with pytest.raises(Refusal) as refused:
        take(etree.tostring(other))
    assert refused.value.code == "1001"


def test_the_profile_accepts_what_another_tool_signs_in_it(signed, partner_key, partner, offer, take):
    root = etree.fromstring(signed)
    root.remove(root[-1])
    tool = XMLSigner(signature_algorithm=SignatureMethod.ECDSA_SHA256, c14n_algorithm=EXC)
    other = tool.sign(root, key=partner_key, cert=[load_der_x509_certificate(partner.certificate)])
    assert take(etree.tostring(other)) == offer


def test_a_certificate_that_is_not_pinned_is_refused_even_when_the_signature_is_right(catalogue, offer, stranger, take):
    with pytest.raises(Refusal) as refused:
        take(seal(catalogue, offer, stranger))
    assert refused.value.code == "1003"


def test_a_foreign_certificate_put_into_the_key_info_is_refused(signed, stranger, take):
    with pytest.raises(Refusal) as refused:
        take(key_info(f"<ds:X509Data><ds:X509Certificate>{_text(stranger)}</ds:X509Certificate></ds:X509Data>")(signed))
    assert refused.value.code == "1003"


def test_another_pinned_certificate_does_not_verify_the_signature(signed, partner, stranger, take):
    named = f"<ds:X509Data><ds:X509Certificate>{_text(stranger)}</ds:X509Certificate></ds:X509Data>"
    with pytest.raises(Refusal) as refused:
        take(key_info(named)(signed), trusted=(partner.certificate, stranger.certificate))
    assert refused.value.code == "1001"


@pytest.mark.parametrize("days", [-2, 366])
def test_a_certificate_outside_its_validity_is_refused(days, signed, take, now):
    with pytest.raises(Refusal) as refused:
        take(signed, at=now + timedelta(days=days))
    assert refused.value.code == "1002"


def test_pinned_octets_that_are_no_certificate_are_refused_and_not_raised(signed, take):
    broken = key_info("<ds:X509Data><ds:X509Certificate>AAAA</ds:X509Certificate></ds:X509Data>")(signed)
    with pytest.raises(Refusal) as refused:
        take(broken, trusted=(b"\x00\x00\x00",))
    assert refused.value.code == "1001"


def test_a_message_cut_at_any_place_is_refused(signed, take):
    for end in range(0, len(signed), 61):
        with pytest.raises(Refusal) as refused:
            take(signed[:end])
        assert refused.value.code in ("0001", "0003", "0004")


def test_a_single_changed_octet_is_refused_or_changes_nothing(signed, take, offer):
    chance = random.Random(20260302)
    for _ in range(600):
        place = chance.randrange(len(signed))
        changed = bytearray(signed)
        changed[place] ^= 1 << chance.randrange(8)
        try:
            code, read_as = "", take(bytes(changed))
        except Refusal as refusal:
            code, read_as = refusal.code, offer
        assert code in ("", "0001", "0003", "0004", "1001", "1003")
        assert read_as == offer


def test_comments_cannot_split_a_signed_value(signed, take):
    with pytest.raises(Refusal) as refused:
        take(swap("TB-2026-0001", "TB-2026<!-- -->-0001")(signed))
    assert refused.value.code == "0003"


def test_the_same_message_in_gb18030_keeps_its_signature(signed, take, offer):
    other = signed.decode().replace("encoding='UTF-8'", "encoding='GB18030'").encode("gb18030")
    assert other != signed
    assert take(other) == offer


@pytest.mark.parametrize("fixture", ["partner", "rsa_partner"])
def test_a_signed_message_verifies_and_names_its_certificate(fixture, request, catalogue, offer, now):
    signer = request.getfixturevalue(fixture)
    verified = verify(read(seal(catalogue, offer, signer)), [signer.certificate], now)
    assert verified.serial == "51a"
    assert not list(verified.element.iter(f"{DS}Signature"))
    assert catalogue.of(verified.element).decode(verified.element) == offer


def test_signing_leaves_the_element_as_it_was(catalogue, offer, partner):
    element = catalogue.message("PolicyOffer", "1.0").encode(offer)
    before = etree.tostring(element)
    assert f"{DS}Signature" in [child.tag for child in etree.fromstring(sign(element, partner))]
    assert etree.tostring(element) == before


def test_a_key_signer_is_a_signer_of_the_contract_and_reads_pem(partner_key, partner):
    pem = partner_key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    certificate = load_der_x509_certificate(partner.certificate).public_bytes(Encoding.PEM)
    signer: Signer = KeySigner.from_pem(pem, certificate)
    assert (signer.algorithm, signer.certificate) == ("ecdsa-sha256", partner.certificate)


def test_a_key_of_another_certificate_or_kind_is_refused(partner):
    certificate = load_der_x509_certificate(partner.certificate)
    with pytest.raises(ValueError, match="not that of the key"):
        KeySigner(ec.generate_private_key(ec.SECP256R1()), certificate)
    pem = ed25519.Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    with pytest.raises(ValueError, match="only keys for"):
        KeySigner.from_pem(pem, certificate.public_bytes(Encoding.PEM))
