"""Keys of all three families: read, recognised, signed with. No other module asks which family a key is of."""

from collections.abc import Mapping
from functools import lru_cache

from asn1crypto import keys, pem
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_der_private_key,
    load_pem_private_key,
)

from hub.contract.suites import ECDSA, RSA, SM2, USER_ID
from hub.crypto.sm2 import CURVE_OID, SIZE, Sm2PrivateKey, Sm2PublicKey

SM2_CURVE = "sm2p256v1"
keys.NamedCurve.register(SM2_CURVE, CURVE_OID, SIZE)

PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | Sm2PrivateKey
PublicKey = rsa.RSAPublicKey | ec.EllipticCurvePublicKey | Sm2PublicKey

FAMILIES: Mapping[str, tuple[type, type]] = {
    RSA: (rsa.RSAPrivateKey, rsa.RSAPublicKey),
    ECDSA: (ec.EllipticCurvePrivateKey, ec.EllipticCurvePublicKey),
    SM2: (Sm2PrivateKey, Sm2PublicKey),
}
UNKNOWN = f"only keys for {', '.join(FAMILIES)} sign"
RSA_BITS = 2048  # shorter keys are verified nowhere
CURVES = ("secp256r1", "secp384r1")


def suite_of(key: object) -> str:
    """The suite of a private or public key: a key of ``FAMILIES``. Raises ValueError."""
    for suite, kinds in FAMILIES.items():
        if isinstance(key, kinds):
            return suite
    raise ValueError(UNKNOWN)


@lru_cache(maxsize=1024)
def public_key(certificate: x509.Certificate) -> PublicKey:
    """The certificate's key. Raises ValueError, and cryptography's UnsupportedAlgorithm."""
    try:
        whole = asn1_x509.Certificate.load(certificate.public_bytes(Encoding.DER))
        info = whole["tbs_certificate"]["subject_public_key_info"]
        if _is_sm2(info["algorithm"]):
            return Sm2PublicKey.from_point(info["public_key"].native)
    except (KeyError, TypeError) as error:  # asn1crypto, over an object identifier that it does not know
        raise ValueError(UNKNOWN) from error
    key = certificate.public_key()
    if not isinstance(key, rsa.RSAPublicKey | ec.EllipticCurvePublicKey):
        raise ValueError(UNKNOWN)
    return key


def load_private_key(data: bytes, password: bytes | None = None) -> PrivateKey:
    """From PEM or DER; SM2 as open PKCS #8. Raises ValueError, TypeError (password), UnsupportedAlgorithm."""
    armoured = pem.detect(data)
    sm2 = _sm2_private_key(pem.unarmor(data)[2] if armoured else data)
    if sm2 is not None:
        return sm2
    key = load_pem_private_key(data, password) if armoured else load_der_private_key(data, password)
    if not isinstance(key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey):
        raise ValueError(UNKNOWN)
    return key


def dump_private_key(key: PrivateKey) -> bytes:
    """PKCS #8, DER, not encrypted."""
    if not isinstance(key, Sm2PrivateKey):
        return key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    curve = keys.ECDomainParameters(name="named", value=SM2_CURVE)
    values = {"version": 1, "private_key": key.number, "parameters": curve, "public_key": key.public_key().point}
    return bytes(keys.PrivateKeyInfo.wrap(keys.ECPrivateKey(values), "ec").dump())


def public_info(key: PrivateKey) -> keys.PublicKeyInfo:
    """The SubjectPublicKeyInfo that goes into the certificate of ``key``."""
    if not isinstance(key, Sm2PrivateKey):
        der = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        return keys.PublicKeyInfo.load(der)
    curve = keys.ECDomainParameters(name="named", value=SM2_CURVE)
    algorithm = {"algorithm": "ec", "parameters": curve}
    return keys.PublicKeyInfo({"algorithm": algorithm, "public_key": key.public_key().point})


def sign(key: PrivateKey, data: bytes, user_id: bytes = USER_ID) -> bytes:
    """PKCS #1 v1.5 for RSA, the DER pair (r, s) for ECDSA, both with SHA-256, and for SM2 with SM3 and ``user_id``."""
    if isinstance(key, rsa.RSAPrivateKey):
        return key.sign(data, padding.PKCS1v15(), SHA256())
    if isinstance(key, ec.EllipticCurvePrivateKey):
        return key.sign(data, ec.ECDSA(SHA256()))
    return key.sign(data, user_id)


def verify(key: PublicKey, signature: bytes, data: bytes, user_id: bytes = USER_ID) -> None:
    """Return when ``signature`` is what :func:`sign` makes. Raises InvalidSignature; ValueError for a weak key."""
    if isinstance(key, rsa.RSAPublicKey):
        if key.key_size < RSA_BITS:
            raise ValueError(f"an RSA key of less than {RSA_BITS} bits")
        key.verify(signature, data, padding.PKCS1v15(), SHA256())
    elif isinstance(key, ec.EllipticCurvePublicKey):
        if key.curve.name not in CURVES:
            raise ValueError(f"a curve that is none of {', '.join(CURVES)}")
        key.verify(signature, data, ec.ECDSA(SHA256()))
    else:
        key.verify(signature, data, user_id)


class KeySigner:
    """A signing key in memory: hub.contract.adapters.Signer. Keys in tokens bring their own class."""

    def __init__(self, key: PrivateKey, certificate: x509.Certificate) -> None:
        """Raises ValueError when key and certificate do not belong together."""
        if key.public_key() != public_key(certificate):
            raise ValueError("the certificate is not that of the key")
        self._key = key
        self.algorithm = suite_of(key)
        self.certificate = certificate.public_bytes(Encoding.DER)

    @classmethod
    def from_pem(cls, key: bytes, certificate: bytes, password: bytes | None = None) -> "KeySigner":
        """Raises ValueError for anything but a key of ``FAMILIES`` with its certificate."""
        return cls(load_private_key(key, password), x509.load_pem_x509_certificate(certificate))

    def sign(self, data: bytes, user_id: bytes = USER_ID) -> bytes:
        """The signature over ``data``."""
        return sign(self._key, data, user_id)


def _sm2_private_key(der: bytes) -> Sm2PrivateKey | None:
    try:
        info = keys.PrivateKeyInfo.load(der)
        if _is_sm2(info["private_key_algorithm"]):
            return Sm2PrivateKey(info["private_key"].parsed["private_key"].native)
    except (ValueError, TypeError, KeyError):  # encrypted, or of another form: cryptography says what is wrong
        pass
    return None


def _is_sm2(algorithm: keys.PrivateKeyAlgorithm | keys.PublicKeyAlgorithm) -> bool:
    return (algorithm["algorithm"].native, algorithm["parameters"].native) == ("ec", SM2_CURVE)
