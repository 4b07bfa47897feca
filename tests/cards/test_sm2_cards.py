"""SM2 cards: a whole chain of SM2 is believed, a mixed one never, and only where the setting lets them in."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from hub.cards.challenge import frame, make_login, new_nonce
from hub.cards.refusal import CardRefused
from hub.cards.trust import CardCertificate, Trust, verify
from hub.contract.suites import ECDSA, RSA, SM2
from hub.crypto import keys
from hub.testing import pki
from hub.testing.pki import Identity, KeySigner, issue_card, make_authority, make_crl

from .conftest import NOW

PAYLOAD = make_login("https://hub.example", new_nonce(), NOW)
ROOT = make_authority("国密根CA", NOW, algorithm=SM2)
SUB = make_authority("国密卡CA", NOW, issuer=ROOT, algorithm=SM2)
CLASSIC = make_authority("老根CA", NOW)


def trust_in(root: Identity, *intermediates: Identity) -> Trust:
    authorities = [root, *intermediates]
    return Trust(
        roots=[root.der],
        intermediates=[authority.der for authority in intermediates],
        crls=[make_crl(authority, NOW) for authority in authorities],
    )


def card(authority: Identity = SUB, algorithm: str = SM2, role: str = "LP", **changes: object) -> Identity:
    usual = {"enterprise": "西安演示外贸有限公司", "holder": "张三", "org_code": "12345678X", "now": NOW}
    return issue_card(authority, role=role, algorithm=algorithm, **usual | changes)  # type: ignore[arg-type]


TRUST = trust_in(ROOT, SUB)
CARD = card()


def judge(identity: Identity, trust: Trust) -> CardCertificate:
    signature = KeySigner(identity).sign(frame(PAYLOAD))
    return verify(PAYLOAD, identity.algorithm, signature, identity.der, trust, NOW)


def refused(identity: Identity, trust: Trust) -> str:
    with pytest.raises(CardRefused) as error:
        judge(identity, trust)
    return error.value.code


@pytest.mark.parametrize(("authority", "trust"), [(ROOT, trust_in(ROOT)), (SUB, TRUST)], ids=["root", "sub-authority"])
@pytest.mark.parametrize("role", ["LP", "OP"])
def test_a_good_sm2_card_is_believed(authority: Identity, trust: Trust, role: str) -> None:
    assert judge(card(authority, role=role), trust).role == role


def changed(identity: Identity, issuer: Identity, change: Callable[[asn1_x509.TbsCertificate], None]) -> Identity:
    """The card's certificate with a change, signed again by its issuer."""
    made = asn1_x509.Certificate.load(identity.der)
    change(made["tbs_certificate"])
    made["signature_value"] = keys.sign(pki.load_key(issuer), made["tbs_certificate"].dump(force=True))
    certificate = x509.load_der_x509_certificate(made.dump(force=True))
    return replace(identity, certificate=certificate.public_bytes(Encoding.PEM))


def add_critical(tbs: asn1_x509.TbsCertificate) -> None:
    extension = {"extn_id": "1.2.3.4", "critical": True, "extn_value": b"\x05\x00"}
    tbs["extensions"].append(asn1_x509.Extension(extension))


def claim_rsa(tbs: asn1_x509.TbsCertificate) -> None:
    tbs["signature"] = {"algorithm": "sha256_rsa"}


def below_a_card() -> tuple[Identity, Trust]:
    return card(CARD), replace(TRUST, intermediates=[SUB.der, CARD.der])


def below_too_many() -> tuple[Identity, Trust]:
    third = make_authority("第三CA", NOW, issuer=SUB, algorithm=SM2)  # the second one may have none below it
    return card(third), trust_in(ROOT, SUB, third)


def below(authority_of: Callable[..., Identity], **changes: object) -> tuple[Identity, Trust]:
    authority = authority_of(**changes)
    return card(authority), trust_in(authority)


def mixed(root: Identity, algorithm: str, leaf: str) -> tuple[Identity, Trust]:
    sub = make_authority("中间CA", NOW, issuer=root, algorithm=algorithm)
    return card(sub, leaf), trust_in(root, sub)


CASES: dict[str, tuple[str, Callable[[], tuple[Identity, Trust]]]] = {
    "expired": ("expired", lambda: (card(start=NOW - timedelta(days=31), days=30), TRUST)),
    "not yet valid": ("not_yet_valid", lambda: (card(start=NOW + timedelta(days=1)), TRUST)),
    "foreign authority of the same name": (
        "untrusted",
        lambda: (card(make_authority("国密卡CA", NOW, algorithm=SM2)), TRUST),
    ),
    "issued by a card": ("untrusted", below_a_card),
    "too long a chain": ("untrusted", below_too_many),
    "self-signed": ("untrusted", lambda: (make_authority("自签", NOW, algorithm=SM2), TRUST)),
    "intermediate not configured": ("untrusted", lambda: (CARD, replace(TRUST, intermediates=()))),
    "expired authority": (
        "untrusted",
        lambda: below(make_authority, name="旧CA", now=NOW - timedelta(days=40), days=30, algorithm=SM2),
    ),
    "unknown critical extension": ("untrusted", lambda: (changed(CARD, SUB, add_critical), TRUST)),
    "another algorithm inside": ("untrusted", lambda: (changed(CARD, SUB, claim_rsa), TRUST)),
    "touched": ("untrusted", lambda: (changed(CARD, CARD, lambda _: None), TRUST)),
    "SM2 card, ECDSA root": ("untrusted", lambda: (card(CLASSIC), trust_in(CLASSIC))),
    "SM2 card and authority, ECDSA root": ("untrusted", lambda: mixed(CLASSIC, SM2, SM2)),
    "SM2 card, ECDSA authority, SM2 root": ("untrusted", lambda: mixed(ROOT, ECDSA, SM2)),
    "ECDSA card, SM2 root": ("untrusted", lambda: (card(ROOT, ECDSA), trust_in(ROOT))),
    "RSA card, SM2 authority, ECDSA root": ("untrusted", lambda: mixed(CLASSIC, SM2, RSA)),
    "revoked": (
        "revoked",
        lambda: (CARD, replace(TRUST, crls=[make_crl(ROOT, NOW), make_crl(SUB, NOW, revoked=[CARD])])),
    ),
    "authority revoked": (
        "revoked",
        lambda: (CARD, replace(TRUST, crls=[make_crl(ROOT, NOW, revoked=[SUB]), make_crl(SUB, NOW)])),
    ),
    "no list": ("no_crl", lambda: (CARD, replace(TRUST, crls=()))),
    "a list too old": (
        "no_crl",
        lambda: (CARD, replace(TRUST, crls=[make_crl(ROOT, NOW), make_crl(SUB, NOW - timedelta(days=31))])),
    ),
    "a list of another key": (
        "no_crl",
        lambda: (
            CARD,
            replace(TRUST, crls=[make_crl(ROOT, NOW), make_crl(make_authority("国密卡CA", NOW, algorithm=SM2), NOW)]),
        ),
    ),
    "a list in another family": (
        "no_crl",
        lambda: (CARD, replace(TRUST, crls=[make_crl(ROOT, NOW), make_crl(make_authority("国密卡CA", NOW), NOW)])),
    ),
}


@pytest.mark.parametrize(("code", "make"), CASES.values(), ids=CASES.keys())
def test_a_chain_that_is_not_good_is_refused_for_its_own_reason(
    code: str, make: Callable[[], tuple[Identity, Trust]]
) -> None:
    identity, trust = make()
    assert refused(identity, trust) == code


def test_both_families_live_side_by_side_in_one_configuration() -> None:
    both = Trust(
        roots=[CLASSIC.der, ROOT.der],
        intermediates=[SUB.der],
        crls=[make_crl(authority, NOW) for authority in (CLASSIC, ROOT, SUB)],
    )

    assert judge(CARD, both)
    assert judge(card(CLASSIC, ECDSA), both)


@pytest.mark.parametrize(("suites", "algorithm"), [((RSA, ECDSA), SM2), ((SM2,), ECDSA)])
def test_a_suite_that_is_not_configured_is_refused(suites: tuple[str, ...], algorithm: str) -> None:
    root = ROOT if algorithm == SM2 else CLASSIC

    assert refused(card(root, algorithm), replace(trust_in(root), suites=suites)) == "algorithm"


def test_the_suite_is_the_certificates_not_the_pages_word() -> None:
    signature = KeySigner(CARD).sign(frame(PAYLOAD))
    with pytest.raises(CardRefused, match="algorithm"):
        verify(PAYLOAD, ECDSA, signature, CARD.der, TRUST, NOW)
