"""Messages signed with SM2: taken where the partner's settings allow it, and as strict as the other suites."""

import base64
from dataclasses import replace
from datetime import timedelta

import pytest
from lxml import etree

from hub.contract.adapters import Refusal
from hub.contract.suites import CLASSIC, SM2
from hub.testing import pki
from hub.xml.dialect import seal
from hub.xml.reader import read
from hub.xml.signature import sign, verify

DS = "{http://www.w3.org/2000/09/xmldsig#}"
CHINAPORT = "http://www.chinaport.gov.cn/2022/04/xmldsig#"
ALLOWED = (*CLASSIC, SM2)


@pytest.fixture(scope="module")
def sm2_partner(now):
    return pki.KeySigner(pki.issue_partner(pki.make_authority("国密CA", now, algorithm=SM2), "p", now, algorithm=SM2))


@pytest.fixture
def content(catalogue, offer, sm2_partner):
    return seal(catalogue, offer, sm2_partner)


def judge(content, signer, now, suites=ALLOWED):
    return verify(read(content), [signer.certificate], now, suites)


def refused(content, signer, now, suites=ALLOWED):
    with pytest.raises(Refusal) as error:
        judge(content, signer, now, suites)
    return error.value.code


def test_what_is_signed_is_read_back(content, sm2_partner, now):
    verified = judge(content, sm2_partner, now)

    assert verified.element.find(f".//{DS}Signature") is None
    assert len(verified.element) == len(read(content)) - 1


def test_the_algorithms_are_those_of_the_public_family_and_the_value_has_64_octets(content):
    root = etree.fromstring(content)
    named = [root.find(f".//{DS}{name}").get("Algorithm") for name in ("SignatureMethod", "DigestMethod")]

    assert named == [f"{CHINAPORT}sm2-sm3", f"{CHINAPORT}sm3"]
    assert len(base64.b64decode(root.findtext(f".//{DS}SignatureValue"))) == 64


def test_a_partner_without_the_setting_is_refused(content, sm2_partner, now):
    assert refused(content, sm2_partner, now, CLASSIC) == "1001"


def test_a_partner_with_only_sm2_is_refused_with_anything_else(catalogue, offer, partner, now):
    assert refused(seal(catalogue, offer, partner), partner, now, (SM2,)) == "1001"


def test_a_certificate_that_is_not_pinned_is_refused(content, sm2_partner, now):
    with pytest.raises(Refusal) as error:
        verify(read(content), [], now, ALLOWED)
    assert error.value.code == "1003"


def test_a_certificate_that_is_over_is_refused(content, sm2_partner, now):
    assert refused(content, sm2_partner, now + timedelta(days=4000)) == "1002"


def text_of(name, change):
    def attack(content):
        root = etree.fromstring(content)
        part = next(root.iter(f"{{*}}{name}"))
        part.text = change(part.text)
        return etree.tostring(root, encoding="UTF-8")

    return attack


def replaced(old, new):
    def attack(content):
        assert old in content
        return content.replace(old, new)

    return attack


def flipped(text):
    raw = bytearray(base64.b64decode(text))
    raw[-1] ^= 1
    return base64.b64encode(bytes(raw)).decode()


ATTACKS = {
    "content": text_of("BusinessKey", lambda _: "FORGED"),
    "digest": text_of("DigestValue", flipped),
    "signature": text_of("SignatureValue", flipped),
    "DER instead of r || s": text_of("SignatureValue", lambda text: base64.b64encode(b"\x30" + bytes(69)).decode()),
    "no value": text_of("SignatureValue", lambda _: ""),
    "SHA-256 digest": replaced(f"{CHINAPORT}sm3".encode(), b"http://www.w3.org/2001/04/xmlenc#sha256"),
    "ECDSA method": replaced(f"{CHINAPORT}sm2-sm3".encode(), b"http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256"),
    "the name that W3C never gave": replaced(CHINAPORT.encode() + b"sm2", b"http://www.w3.org/2000/09/xmldsig#sm2"),
    "inclusive C14N": replaced(b"2001/10/xml-exc-c14n#", b"TR/2001/REC-xml-c14n-20010315"),
    "text behind the signature": lambda content: content.replace(b"</ds:Signature>", b"</ds:Signature>x"),
}


@pytest.mark.parametrize("attack", ATTACKS.values(), ids=ATTACKS.keys())
def test_what_was_touched_is_refused(attack, content, sm2_partner, now):
    changed = attack(content)
    assert changed != content
    assert refused(changed, sm2_partner, now) == "1001"


def test_an_ecdsa_certificate_under_an_sm2_method_is_refused(catalogue, offer, partner, sm2_partner, now):
    class Claims:
        algorithm, certificate = SM2, partner.certificate
        sign = staticmethod(sm2_partner.sign)

    claimed = seal(catalogue, offer, Claims())

    assert refused(claimed, partner, now) == "1001"


def test_line_breaks_behind_the_signature_belong_to_what_is_signed(sm2_partner, now):
    plain = etree.fromstring("<m><a>1</a>\n</m>")
    content = sign(plain, sm2_partner).replace(b"</ds:Signature>", b"</ds:Signature>\n")

    assert refused(content, sm2_partner, now) == "1001"
    assert judge(sign(plain, sm2_partner), sm2_partner, now).element.findtext("a") == "1"


@pytest.mark.parametrize("suites", [ALLOWED, CLASSIC], ids=["allowed", "not allowed"])
def test_the_partners_settings_decide_at_the_door(dialect, context, raw, content, sm2_partner, suites):
    ctx = replace(context, trusted=[sm2_partner.certificate], suites=suites)
    try:
        opened = dialect.open(raw(content), ctx).canonical.type
    except Refusal as refusal:
        opened = refusal.code

    assert opened == ("PolicyOffer" if suites == ALLOWED else "1001")
