"""A document inside its CMS signature: read by OpenSSL, and believed only as it was drawn."""

import subprocess
from datetime import timedelta
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.contract.adapters import Refusal
from hub.contract.suites import CLASSIC, SUITES
from hub.crypto.cms import seal, unseal
from hub.testing.kit.keys import keys
from hub.testing.kit.samples import NOW
from hub.testing.pki import KeySigner, issue_partner, make_authority

CONTENT = '<?xml version="1.0" encoding="GBK"?><CMS>支付</CMS>'.encode("gbk")


@cache
def signer(suite: str) -> KeySigner:
    return KeySigner(issue_partner(make_authority("test", NOW), "bank", NOW, algorithm=suite))


@pytest.mark.parametrize("suite", SUITES)
def test_what_was_sealed_is_the_same_octets_again(suite: str) -> None:
    key = signer(suite)
    opened = unseal(seal(CONTENT, key), [key.certificate], NOW, SUITES)

    assert opened.content == CONTENT


@pytest.mark.parametrize("suite", CLASSIC)
def test_another_implementation_reads_it(suite: str, tmp_path: Path) -> None:
    (tmp_path / "signed.der").write_bytes(seal(CONTENT, signer(suite)))
    command = ["openssl", "cms", "-verify", "-noverify", "-binary", "-inform", "DER", "-in", "signed.der"]

    assert subprocess.run(command, cwd=tmp_path, capture_output=True, check=True).stdout == CONTENT


def test_another_implementations_extras_are_refused(tmp_path: Path) -> None:
    bank = issue_partner(make_authority("test", NOW), "bank", NOW)
    (tmp_path / "key.pem").write_bytes(bank.key)
    (tmp_path / "cert.pem").write_bytes(bank.certificate)
    (tmp_path / "content").write_bytes(CONTENT)
    command = ["openssl", "cms", "-sign", "-binary", "-nodetach", "-md", "sha256", "-outform", "DER", "-in", "content"]
    made = subprocess.run(
        [*command, "-signer", "cert.pem", "-inkey", "key.pem"], cwd=tmp_path, capture_output=True, check=True
    )

    with pytest.raises(Refusal, match="1001"):  # its signed attributes: the signature is not over the content
        unseal(made.stdout, [KeySigner(bank).certificate], NOW)


@pytest.mark.parametrize(
    ("trusted", "days", "suites", "code"),
    [("other", 0, SUITES, "1003"), ("own", 20_000, SUITES, "1002"), ("own", 0, ("sm2-sm3",), "1001")],
    ids=["a stranger", "a certificate that has ended", "a suite that is not allowed"],
)
def test_a_signature_that_nobody_may_believe_is_refused(
    trusted: str, days: int, suites: tuple[str, ...], code: str
) -> None:
    key, other = signer("ecdsa-sha256"), keys().stranger
    known = {"own": key.certificate, "other": other.certificate}[trusted]

    with pytest.raises(Refusal) as refused:
        unseal(seal(CONTENT, key), [known], NOW + timedelta(days=days), suites)
    assert refused.value.code == code


@settings(max_examples=300)
@given(st.data())
def test_not_one_octet_can_be_another(data: st.DataObject) -> None:
    key = signer("ecdsa-sha256")
    whole = sealed()
    at = data.draw(st.integers(0, len(whole) - 1))
    other = data.draw(st.integers(0, 255).filter(lambda octet: octet != whole[at]))
    changed = whole[:at] + bytes([other]) + whole[at + 1 :]

    with pytest.raises(Refusal):
        unseal(changed, [key.certificate], NOW)


@given(st.binary(max_size=200))
def test_noise_is_refused(noise: bytes) -> None:
    with pytest.raises(Refusal):
        unseal(noise, [signer("ecdsa-sha256").certificate], NOW)


@cache
def sealed() -> bytes:
    return seal(CONTENT, signer("ecdsa-sha256"))
