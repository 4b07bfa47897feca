"""SM2 with SM3: published vectors, keys in and out, and nothing that was touched verifies."""

import subprocess
from pathlib import Path

import pytest
from asn1crypto import pem
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.hashes import SM3, Hash
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.crypto.keys import dump_private_key, load_private_key
from hub.crypto.sm2 import CURVE, ORDER, PRIME, Sm2PrivateKey, Sm2PublicKey, from_raw, to_raw

MESSAGE = "单一窗口"
# made with two other implementations (gmssl, OpenSSL) and verified with both
PUBLIC = Sm2PublicKey.from_point(
    bytes.fromhex(
        "040bf2cee2de9114177076204144a6482016cca3636d10be5aef3d7ee414f8ac01"
        "d6cf117d6646d6905b8d3f94f38ff542ed5e6139391fdb3efe20ac4961815616"
    )
)
DEFAULT_ID = bytes.fromhex(
    "1f5ba3b5b010b4895da30e5e9c6725b691f71adba7ca3e3294e18261ff80813b"
    "b686f2b54ea271ae04ec9320ec8fff2fca17886a946aeaeb98f539c597eb89f6"
)
LOGIN_ID = bytes.fromhex(
    "029a95941722389ab2a56dbacedc8dd707db9bf515016cb5ec2e360ee863be4a"
    "a8dcc2cf4ea36f4a190e592dec3ed8235233a6f211291fdf4896ed2e41cbb371"
)
KEY = Sm2PrivateKey.generate()


def sm3(data: bytes) -> str:
    digest = Hash(SM3())
    digest.update(data)
    return digest.finalize().hex()


@pytest.mark.parametrize(
    ("data", "digest"),
    [
        (b"abc", "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"),
        (MESSAGE.encode(), "a6522152fdad026edfb38156d0f66e1fd56e072451d4434aec101d53c7ce4187"),
        (MESSAGE.encode("gbk"), "7856395ca2a5ba088e3c18b3e73b97a0d176f64318a98e45729ffb870dc2f6ee"),
    ],
)
def test_sm3_gives_the_published_digests(data: bytes, digest: str) -> None:
    assert sm3(data) == digest


def test_the_published_signatures_verify_with_their_ids() -> None:
    PUBLIC.verify(from_raw(DEFAULT_ID), MESSAGE.encode())
    PUBLIC.verify(from_raw(LOGIN_ID), MESSAGE.encode(), b"N002462434000000")


@pytest.mark.parametrize(
    ("raw", "data", "user_id"),
    [
        (DEFAULT_ID, MESSAGE.encode(), b""),
        (DEFAULT_ID, MESSAGE.encode("gbk"), b"1234567812345678"),
        (LOGIN_ID, MESSAGE.encode(), b"1234567812345678"),
        (LOGIN_ID, MESSAGE.encode(), b""),
    ],
    ids=["no id", "GBK", "default id for another", "no id for another"],
)
def test_another_id_or_encoding_does_not_verify(raw: bytes, data: bytes, user_id: bytes) -> None:
    with pytest.raises(InvalidSignature):
        PUBLIC.verify(from_raw(raw), data, user_id)


def test_a_signature_over_a_digest_without_z_does_not_verify() -> None:
    e, k = int(sm3(MESSAGE.encode()), 16), Sm2PrivateKey.generate()
    r = (e + k.public_key().x) % ORDER
    s = (k.number - r * KEY.number) * pow(1 + KEY.number, -1, ORDER) % ORDER

    with pytest.raises(InvalidSignature):
        KEY.public_key().verify(from_raw(r.to_bytes(32) + s.to_bytes(32)), MESSAGE.encode())


def test_what_a_digest_signer_makes_of_e_verifies() -> None:
    e, k = int.from_bytes(KEY.public_key().digest(MESSAGE.encode())), Sm2PrivateKey.generate()
    r = (e + k.public_key().x) % ORDER
    s = (k.number - r * KEY.number) * pow(1 + KEY.number, -1, ORDER) % ORDER

    KEY.public_key().verify(from_raw(r.to_bytes(32) + s.to_bytes(32)), MESSAGE.encode())


@settings(max_examples=25)
@given(st.integers(0, 63), st.integers(0, 7))
def test_no_flipped_bit_verifies(place: int, bit: int) -> None:
    spoilt = bytearray(LOGIN_ID)
    spoilt[place] ^= 1 << bit
    with pytest.raises(InvalidSignature):
        PUBLIC.verify(from_raw(bytes(spoilt)), MESSAGE.encode(), b"N002462434000000")


@pytest.mark.parametrize("signature", [b"", b"x", from_raw(bytes(64)), from_raw(b"\xff" * 64)])
def test_a_signature_that_cannot_be_one_does_not_verify(signature: bytes) -> None:
    with pytest.raises(InvalidSignature):
        PUBLIC.verify(signature, b"")


@settings(max_examples=10)
@given(st.binary(max_size=200))
def test_what_is_signed_verifies_and_keeps_its_form(data: bytes) -> None:
    signature = KEY.sign(data)

    KEY.public_key().verify(signature, data)
    assert from_raw(to_raw(signature)) == signature


@pytest.mark.parametrize(
    "point",
    [b"", b"\x04" + bytes(64), b"\x02" + PUBLIC.point[1:], PUBLIC.point[:-1], b"\x04" + b"\xff" * 64],
    ids=["empty", "zero", "compressed", "short", "above the prime"],
)
def test_a_point_off_the_curve_is_no_key(point: bytes) -> None:
    with pytest.raises(ValueError, match="point"):
        Sm2PublicKey.from_point(point)


@pytest.mark.parametrize("number", [0, ORDER - 1, ORDER, -1])
def test_a_number_out_of_range_is_no_key(number: int) -> None:
    with pytest.raises(ValueError, match="private key"):
        Sm2PrivateKey(number)


def test_the_curve_is_the_standards() -> None:
    assert (2**256 - 2**224 - 2**96 + 2**64 - 1, CURVE.fpn.p) == (PRIME, ORDER)
    assert CURVE.kG(ORDER + 1) == CURVE.G


@pytest.mark.parametrize("armoured", [True, False])
def test_a_key_comes_back_from_its_pkcs8_form(armoured: bool) -> None:
    der = dump_private_key(KEY)

    assert load_private_key(pem.armor("PRIVATE KEY", der) if armoured else der) == KEY


def test_a_key_shows_nothing_of_itself() -> None:
    assert str(KEY.number) not in repr(KEY)


def test_openssl_reads_our_keys_and_believes_our_signatures(tmp_path: Path) -> None:
    version = subprocess.run(["openssl", "version"], capture_output=True, text=True, check=False).stdout
    if not version.startswith("OpenSSL 3"):
        pytest.skip("needs the openssl command, 3.0 or newer")
    for name, content in {"key": dump_private_key(KEY), "data": b"data", "signature": KEY.sign(b"data")}.items():
        (tmp_path / name).write_bytes(content)
    command = "openssl pkeyutl -verify -inkey key -keyform DER -rawin -digest sm3 -in data -sigfile signature"

    said = subprocess.run(
        [*command.split(), "-pkeyopt", "distid:1234567812345678"], cwd=tmp_path, capture_output=True, check=False
    )

    assert said.returncode == 0, said.stderr
