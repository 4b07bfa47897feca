"""SM2 with SM3 (GB/T 32918.2, GM/T 0003, GM/T 0009): the signature algorithm of the cards issued since 2022.

A signature is over e = SM3(Z || message), and Z binds the signer's id and public key; who leaves Z out signs something
else. Signatures are the DER pair (r, s) of GM/T 0009, as those of ECDSA; ``to_raw`` gives the 64 octets r || s.
The arithmetic is in Python and not constant-time: verify freely, keep private keys that matter in a card or token.
"""

import secrets
from dataclasses import dataclass, field
from functools import cached_property

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from cryptography.hazmat.primitives.hashes import SM3, Hash
from gmalg.ellipticcurve import ECDLP
from gmalg.errors import GMError
from gmalg.sm2 import SM2Core

from hub.contract.suites import USER_ID

CURVE_OID = "1.2.156.10197.1.301"  # sm2p256v1
SIGNATURE_OID = "1.2.156.10197.1.501"  # SM2 with SM3
SIZE = 32  # octets of a coordinate, of r and of s
UNCOMPRESSED = b"\x04"

CURVE = ECDLP(
    0xFFFFFFFE_FFFFFFFF_FFFFFFFF_FFFFFFFF_FFFFFFFF_00000000_FFFFFFFF_FFFFFFFF,
    0xFFFFFFFE_FFFFFFFF_FFFFFFFF_FFFFFFFF_FFFFFFFF_00000000_FFFFFFFF_FFFFFFFC,
    0x28E9FA9E_9D9F5E34_4D5A9E4B_CF6509A7_F39789F5_15AB8F92_DDBCBD41_4D940E93,
    (
        0x32C4AE2C_1F198119_5F990446_6A39C994_8FE30BBF_F2660BE1_715A4589_334C74C7,
        0xBC3736A2_F4F6779C_59BDCEE3_6B692153_D0A9877C_C62A4740_02DF32E5_2139F0A0,
    ),
    0xFFFFFFFE_FFFFFFFF_FFFFFFFF_FFFFFFFF_7203DF6B_21C6052B_53BBF409_39D54123,
)
"""Prime, a, b, base point and order of sm2p256v1 (GM/T 0003.5)."""
PRIME, ORDER = CURVE.fp.p, CURVE.fpn.p


class _Sm3:
    """SM3 as gmalg asks for it (gmalg.base.Hash), done by ``cryptography``: long messages, too."""

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        self._digest = Hash(SM3())

    def update(self, data: bytes) -> None:
        self._digest.update(bytes(data))

    def value(self) -> bytes:
        return self._digest.finalize()


@dataclass(frozen=True)
class Sm2PublicKey:
    """A point of the curve; one that is not on it is refused with ValueError."""

    x: int
    y: int

    def __post_init__(self) -> None:
        if not (0 <= self.x < PRIME and 0 <= self.y < PRIME and CURVE.ec.isvalid((self.x, self.y))):
            raise ValueError("not a point of the SM2 curve")

    @classmethod
    def from_point(cls, point: bytes) -> "Sm2PublicKey":
        """From the uncompressed form, 65 octets. Raises ValueError."""
        if len(point) != 1 + 2 * SIZE or point[:1] != UNCOMPRESSED:
            raise ValueError("not an uncompressed point")
        return cls(int.from_bytes(point[1 : 1 + SIZE]), int.from_bytes(point[1 + SIZE :]))

    @property
    def point(self) -> bytes:
        """The uncompressed form."""
        return UNCOMPRESSED + self.x.to_bytes(SIZE) + self.y.to_bytes(SIZE)

    def digest(self, data: bytes, user_id: bytes = USER_ID) -> bytes:
        """e, which is what a token signs that is given digests: SM3 over Z and ``data``."""
        digest = Hash(SM3())
        digest.update(_core().entity_info(user_id, (self.x, self.y)))
        digest.update(data)
        return digest.finalize()

    def verify(self, signature: bytes, data: bytes, user_id: bytes = USER_ID) -> None:
        """Return when the DER ``signature`` over ``data`` is this key's. Raises InvalidSignature."""
        try:
            r, s = decode_dss_signature(signature)
            good = _core().verify(data, r, s, user_id, (self.x, self.y))
        except (ValueError, GMError):
            raise InvalidSignature from None
        if not good:
            raise InvalidSignature


@dataclass(frozen=True)
class Sm2PrivateKey:
    """A number from 1 to the order less two. For soft cards, simulators and tests."""

    number: int = field(repr=False)

    def __post_init__(self) -> None:
        if not 1 <= self.number <= ORDER - 2:
            raise ValueError("not a private key of the SM2 curve")

    @classmethod
    def generate(cls) -> "Sm2PrivateKey":
        """A new key."""
        return cls(1 + secrets.randbelow(ORDER - 2))

    def public_key(self) -> Sm2PublicKey:
        """The key that verifies."""
        return self._public

    @cached_property
    def _public(self) -> Sm2PublicKey:
        return Sm2PublicKey(*CURVE.kG(self.number))

    def sign(self, data: bytes, user_id: bytes = USER_ID) -> bytes:
        """The DER signature over ``data``."""
        public = self.public_key()
        return encode_dss_signature(*_core().sign(data, self.number, user_id, (public.x, public.y)))


def to_raw(signature: bytes) -> bytes:
    """r || s, 64 octets, of a DER signature. Raises ValueError."""
    r, s = decode_dss_signature(signature)
    if not (0 <= r < ORDER and 0 <= s < ORDER):
        raise ValueError("r or s is out of range")
    return r.to_bytes(SIZE) + s.to_bytes(SIZE)


def from_raw(raw: bytes) -> bytes:
    """The DER signature of r || s, 64 octets. Raises ValueError."""
    if len(raw) != 2 * SIZE:
        raise ValueError("not 64 octets")
    return encode_dss_signature(int.from_bytes(raw[:SIZE]), int.from_bytes(raw[SIZE:]))


def _core() -> SM2Core:
    """One for each call: gmalg keeps a running hash in it, which two threads would share."""
    return SM2Core(CURVE, _Sm3())
