"""Signing inside a document: one PIN, two signatures, and never a byte that the page has chosen."""

import pytest
from asn1crypto import cms

from hub.cards import challenge
from hub.cards.challenge import Purpose, make_binding
from hub.cards.document import signed_attributes
from hub.cards.suites import read_certificate, verify_signature

from .conftest import NOW, ORIGIN, Desk, decode

DIGEST = "ab" * 32
NAME = "中国国际贸易单一窗口出口信用保险服务协议.pdf"


def payload(purpose: Purpose = Purpose.DOCUMENT, document: str = NAME) -> str:
    return make_binding(
        purpose, origin=ORIGIN, nonce="n", now=NOW, number="FW-1", receiver="示例信用保险公司", digest=DIGEST,
        document=document,
    )  # fmt: skip


@pytest.mark.parametrize("token", ["softcard:LP1", "softcard:OP1"])  # EC, RSA
def test_one_pin_signs_the_payload_and_the_document(desk_of_cards: Desk, token: str) -> None:
    status, answer = desk_of_cards.page().sign(payload(), token=token)

    assert status == 200
    der = decode(answer["certificate"])
    certificate = read_certificate(der)
    verify_signature(answer["algorithm"], certificate, decode(answer["signature"]), challenge.frame(payload()))
    verify_signature(answer["algorithm"], certificate, decode(answer["document"]), signed_attributes(DIGEST, der))


def test_no_other_act_brings_a_signature_inside_a_document(desk_of_cards: Desk) -> None:
    status, answer = desk_of_cards.page().sign(payload(Purpose.AGREEMENT, document=""))

    assert (status, "document" in answer) == (200, False)


@pytest.mark.parametrize("purpose", [Purpose.AGREEMENT, Purpose.PAYMENT, Purpose.APPLICATION])
def test_a_document_has_an_act_of_its_own(purpose: Purpose) -> None:
    with pytest.raises(ValueError, match="fields"):
        payload(purpose)


@pytest.mark.parametrize("name", ["", "协议\n.pdf", "x" * 201])
def test_a_document_whose_name_cannot_be_shown_is_not_signed(name: str) -> None:
    with pytest.raises(ValueError, match=r"fields|document"):
        payload(document=name)


def test_the_attributes_are_digest_and_certificate_and_nothing_else() -> None:
    attributes = cms.CMSAttributes.load(signed_attributes(DIGEST, b"certificate"))

    assert {attribute["type"].native for attribute in attributes} == {
        "content_type",
        "message_digest",
        "signing_certificate_v2",
    }
    assert attributes.dump(force=True) == signed_attributes(DIGEST, b"certificate")


def test_no_payload_is_ever_mistaken_for_attributes() -> None:
    assert signed_attributes(DIGEST, b"certificate")[:1] == b"\x31"
    assert challenge.frame(payload()).startswith(b"SWHUB-CARD-1\n")
