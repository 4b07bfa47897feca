"""Chain, validity, revocation, role and signature of a card, each refused for its own reason."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from hypothesis import given
from hypothesis import strategies as st

from hub.cards.challenge import frame, make_login, new_nonce
from hub.cards.refusal import REFUSALS, CardRefused
from hub.cards.suites import verify_signature
from hub.cards.trust import ORG_CODE, Trust, verify
from hub.contract.suites import ECDSA, RSA
from hub.testing.pki import (
    Identity,
    KeySigner,
    issue_card,
    issue_partner,
    load_key,
    make_authority,
    make_crl,
)

from .conftest import NOW, Pki

PAYLOAD = make_login("https://hub.example", new_nonce(), NOW)


def judge(card: Identity, trust: Trust, *, algorithm: str | None = None, payload: str = PAYLOAD) -> object:
    signature = KeySigner(card).sign(frame(PAYLOAD))
    return verify(payload, card.algorithm if algorithm is None else algorithm, signature, card.der, trust, NOW)


def refused(card: Identity, trust: Trust, **changes: str) -> str:
    with pytest.raises(CardRefused) as error:
        judge(card, trust, **changes)
    return error.value.code


@pytest.mark.parametrize(("name", "role", "holder"), [("legal", "LP", "张三"), ("operator", "OP", "李四")])
def test_a_good_card_tells_holder_organisation_and_role(pki: Pki, name: str, role: str, holder: str) -> None:
    identity: Identity = getattr(pki, name)
    card = verify(PAYLOAD, identity.algorithm, KeySigner(identity).sign(frame(PAYLOAD)), identity.der, pki.trust, NOW)
    assert (card.role, card.holder, card.org_code) == (role, holder, "12345678X")
    assert card.fingerprint == identity.x509.fingerprint(SHA256()).hex()
    assert card.serial == f"{identity.x509.serial_number:x}"


def test_nothing_but_the_holder_is_kept_of_the_subject(pki: Pki) -> None:
    assert "外贸" not in repr(judge(pki.legal, pki.trust))


def test_an_authority_with_an_rsa_key_vouches_for_cards_of_both_kinds(pki: Pki) -> None:
    root = make_authority("RSA根", NOW, algorithm="rsa-sha256")
    trust = Trust(roots=[root.der], crls=[make_crl(root, NOW)])
    for algorithm in (RSA, ECDSA):
        assert judge(pki.card(authority=root, algorithm=algorithm), trust)


@dataclass(frozen=True)
class Case:
    code: str
    make: Callable[[Pki], tuple[Identity, Trust]]


def foreign(pki: Pki) -> tuple[Identity, Trust]:
    stranger = make_authority("演示卡CA", NOW)  # the same name, another key
    return pki.card(authority=stranger), replace(pki.trust, crls=[*pki.trust.crls, make_crl(stranger, NOW)])


def below_a_card(pki: Pki) -> tuple[Identity, Trust]:
    return pki.card(authority=pki.legal), replace(pki.trust, intermediates=[pki.sub.der, pki.legal.der])


def below_an_expired_authority(pki: Pki) -> tuple[Identity, Trust]:
    old = make_authority("旧CA", NOW - timedelta(days=40), issuer=pki.root, days=30)
    return pki.card(authority=old), replace(pki.trust, intermediates=[old.der], crls=[make_crl(old, NOW)])


def below_an_expired_root(pki: Pki) -> tuple[Identity, Trust]:
    old = make_authority("旧根", NOW - timedelta(days=40), days=30)
    return pki.card(authority=old), Trust(roots=[old.der], crls=[make_crl(old, NOW)])


def self_signed(pki: Pki) -> tuple[Identity, Trust]:
    return make_authority("自签", NOW), pki.trust


def forged_crl(pki: Pki) -> tuple[Identity, Trust]:
    other = make_authority("演示卡CA", NOW, issuer=pki.root)
    return pki.legal, replace(pki.trust, crls=[make_crl(pki.root, NOW), make_crl(other, NOW)])


def with_key_usage(usage: x509.KeyUsage | None, pki: Pki) -> Identity:
    """A card like the legal person's, with another key usage, or none."""
    model = pki.legal.x509
    builder = x509.CertificateBuilder(
        model.issuer, model.subject, model.public_key(), 4711, model.not_valid_before_utc, model.not_valid_after_utc
    )
    for extension in model.extensions:
        value = extension.value if not isinstance(extension.value, x509.KeyUsage) else usage
        if value is not None:
            builder = builder.add_extension(value, extension.critical)
    certificate = builder.sign(load_key(pki.sub), SHA256()).public_bytes(Encoding.PEM)
    return replace(pki.legal, certificate=certificate)


ENCRYPTION = x509.KeyUsage(False, False, True, False, False, False, False, False, False)

CASES = {
    "expired": Case("expired", lambda pki: (pki.card(start=NOW - timedelta(days=31), days=30), pki.trust)),
    "not yet valid": Case("not_yet_valid", lambda pki: (pki.card(start=NOW + timedelta(days=1)), pki.trust)),
    "foreign authority of the same name": Case("untrusted", foreign),
    "issued by a card": Case("untrusted", below_a_card),
    "expired authority": Case("untrusted", below_an_expired_authority),
    "expired root": Case("untrusted", below_an_expired_root),
    "self-signed": Case("untrusted", self_signed),
    "intermediate not configured": Case("untrusted", lambda pki: (pki.legal, replace(pki.trust, intermediates=()))),
    "revoked": Case(
        "revoked",
        lambda pki: (
            pki.legal,
            replace(pki.trust, crls=[make_crl(pki.root, NOW), make_crl(pki.sub, NOW, revoked=[pki.legal])]),
        ),
    ),
    "authority revoked": Case(
        "revoked",
        lambda pki: (
            pki.legal,
            replace(pki.trust, crls=[make_crl(pki.root, NOW, revoked=[pki.sub]), make_crl(pki.sub, NOW)]),
        ),
    ),
    "revoked, and a newer list is missing": Case(
        "revoked",
        lambda pki: (
            pki.legal,
            replace(
                pki.trust, crls=[make_crl(pki.sub, NOW - timedelta(days=60), revoked=[pki.legal])], crl_required=False
            ),
        ),
    ),
    "no list": Case("no_crl", lambda pki: (pki.legal, replace(pki.trust, crls=()))),
    "a list of the root only": Case("no_crl", lambda pki: (pki.legal, replace(pki.trust, crls=pki.trust.crls[:1]))),
    "a list too old": Case(
        "no_crl",
        lambda pki: (
            pki.legal,
            replace(pki.trust, crls=[make_crl(pki.root, NOW), make_crl(pki.sub, NOW - timedelta(days=31))]),
        ),
    ),
    "a list of another key": Case("no_crl", forged_crl),
    "a partner's certificate": Case("not_a_card", lambda pki: (issue_partner(pki.sub, "某银行", NOW), pki.trust)),
    "an organisation code of 8 characters": Case("not_a_card", lambda pki: (pki.card(org_code="12345678"), pki.trust)),
    "key usage without signatures": Case("not_a_card", lambda pki: (with_key_usage(ENCRYPTION, pki), pki.trust)),
    "no key usage": Case("not_a_card", lambda pki: (with_key_usage(None, pki), pki.trust)),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_a_certificate_that_is_not_good_is_refused_for_its_own_reason(case: Case, pki: Pki) -> None:
    card, trust = case.make(pki)
    assert refused(card, trust) == case.code


def test_an_old_list_counts_within_the_configured_grace(pki: Pki) -> None:
    lists = [make_crl(pki.root, NOW), make_crl(pki.sub, NOW - timedelta(days=31))]
    assert judge(pki.legal, replace(pki.trust, crls=lists, crl_grace=timedelta(days=2)))


@pytest.mark.parametrize("extension", [x509.DeltaCRLIndicator(1), None], ids=["delta", "indirect"])
def test_a_partial_list_proves_nothing(pki: Pki, extension: x509.ExtensionType | None) -> None:
    partial = x509.IssuingDistributionPoint(None, None, True, False, None, False, False)
    whole = x509.load_der_x509_crl(make_crl(pki.sub, NOW))
    crl = x509.CertificateRevocationListBuilder(whole.issuer, whole.last_update_utc, whole.next_update_utc)
    crl = crl.add_extension(extension or partial, critical=True)
    lists = [make_crl(pki.root, NOW), crl.sign(load_key(pki.sub), SHA256()).public_bytes(Encoding.DER)]
    assert refused(pki.legal, replace(pki.trust, crls=lists)) == "no_crl"


@pytest.mark.parametrize("algorithm", ["rsa-sha256", "sm2-sm3", "none", ""])
def test_the_algorithm_must_be_the_certificates(pki: Pki, algorithm: str) -> None:
    assert refused(pki.legal, pki.trust, algorithm=algorithm) == "algorithm"


def test_a_signature_of_another_card_is_refused(pki: Pki) -> None:
    signature = KeySigner(pki.card()).sign(frame(PAYLOAD))
    with pytest.raises(CardRefused, match="bad_signature"):
        verify(PAYLOAD, "ecdsa-sha256", signature, pki.legal.der, pki.trust, NOW)


def test_a_signature_without_the_frame_is_refused(pki: Pki) -> None:
    signature = KeySigner(pki.legal).sign(PAYLOAD.encode())
    with pytest.raises(CardRefused, match="bad_signature"):
        verify(PAYLOAD, "ecdsa-sha256", signature, pki.legal.der, pki.trust, NOW)


def test_bytes_that_are_no_certificate_are_malformed(pki: Pki) -> None:
    with pytest.raises(CardRefused, match="malformed"):
        verify(PAYLOAD, "ecdsa-sha256", b"x", b"no certificate", pki.trust, NOW)


@pytest.fixture(scope="module")
def signed(pki: Pki) -> bytes:
    return KeySigner(pki.legal).sign(frame(PAYLOAD))


@given(data=st.data())
def test_no_tampered_payload_or_signature_passes(pki: Pki, signed: bytes, data: st.DataObject) -> None:
    signature, framed = bytearray(signed), bytearray(frame(PAYLOAD))
    target = data.draw(st.sampled_from([signature, framed]))
    target[data.draw(st.integers(0, len(target) - 1))] ^= data.draw(st.integers(1, 255))
    with pytest.raises(CardRefused, match="bad_signature"):
        verify_signature("ecdsa-sha256", pki.legal.x509, bytes(signature), bytes(framed))


@given(data=st.data())
def test_no_tampered_certificate_passes(pki: Pki, signed: bytes, data: st.DataObject) -> None:
    # in what the authority signed; the signature beside it has more than one encoding, with the same meaning
    der, meant = bytearray(pki.legal.der), pki.legal.x509.tbs_certificate_bytes
    place = bytes(der).index(meant) + data.draw(st.integers(0, len(meant) - 1))
    der[place] ^= 1 << data.draw(st.integers(0, 7))
    with pytest.raises(CardRefused):
        verify(PAYLOAD, "ecdsa-sha256", signed, bytes(der), pki.trust, NOW)


def tampered(pki: Pki, old: bytes, new: bytes) -> bytes:
    assert pki.legal.der.count(old) == 1
    return pki.legal.der.replace(old, new)


def test_a_version_or_serial_number_that_cannot_be_is_malformed(pki: Pki, signed: bytes) -> None:
    serial = pki.legal.x509.serial_number
    number = serial.to_bytes(serial.bit_length() // 8 + 1, "big")
    negative = tampered(pki, number, bytes([number[0] | 0x80]) + number[1:])
    for der in (tampered(pki, b"\xa0\x03\x02\x01\x02", b"\xa0\x03\x02\x01\x03"), negative):
        with pytest.raises(CardRefused, match="malformed"):
            verify(PAYLOAD, "ecdsa-sha256", signed, der, pki.trust, NOW)


def test_an_organisation_code_written_as_an_old_card_does_is_read(pki: Pki) -> None:
    model = pki.legal.x509
    builder = x509.CertificateBuilder(
        model.issuer, model.subject, model.public_key(), 4712, model.not_valid_before_utc, model.not_valid_after_utc
    )
    for extension in model.extensions:
        old = x509.UnrecognizedExtension(ORG_CODE, b"\x16\x0912345678X")  # IA5String
        builder = builder.add_extension(old if extension.oid == ORG_CODE else extension.value, extension.critical)
    pem = builder.sign(load_key(pki.sub), SHA256()).public_bytes(Encoding.PEM)
    assert "12345678X" in repr(judge(replace(pki.legal, certificate=pem), pki.trust))


def test_every_reason_is_worded_in_both_languages() -> None:
    assert all(text.zh and text.en and text.zh != text.en for text in REFUSALS.values())


def test_a_short_rsa_key_is_verified_nowhere(pki: Pki, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hub.crypto.keys.RSA_BITS", 4096)
    assert refused(pki.operator, pki.trust) == "algorithm"


def test_the_demo_pki_issues_only_known_kinds(pki: Pki) -> None:
    with pytest.raises(ValueError, match="algorithm"):
        issue_card(pki.sub, enterprise="x", holder="y", org_code="1" * 9, role="LP", now=NOW, algorithm="dsa-sha256")
