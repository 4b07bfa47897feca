"""The library itself: what is plugged in, what signs how. Every function is called with ``LOCK`` held.

One lock for the process, around every call: python-pkcs11 lets the library believe that it is called by one thread, and
libraries crash when they are not. Certificates and keys belong together by CKA_ID; labels are not unique.
"""

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

import pkcs11
from asn1crypto.algos import DigestInfo
from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from pkcs11 import Attribute, Mechanism, ObjectClass, TokenFlag
from pkcs11.util.ec import encode_ecdsa_signature

from hub.contract.card import CardError, CardFault
from hub.contract.suites import ECDSA, RSA
from hub.crypto.certificate import is_authority, may_sign
from hub.crypto.keys import public_key, suite_of

LOCK = threading.RLock()
TRIES = ((TokenFlag.USER_PIN_LOCKED, 0), (TokenFlag.USER_PIN_FINAL_TRY, 1))  # no other number can be told
GONE = (pkcs11.TokenNotPresent, pkcs11.DeviceRemoved, pkcs11.TokenNotRecognised, pkcs11.SlotIDInvalid)


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One certificate that may sign, with the token that it lies on."""

    token: pkcs11.Token = field(repr=False)
    id: bytes  # CKA_ID, of the certificate and its key
    certificate: x509.Certificate = field(repr=False)
    der: bytes = field(repr=False)
    chain: Sequence[bytes] = field(repr=False)
    suite: str

    @property
    def serial(self) -> str:
        """The token's number."""
        return self.token.serial.decode("ascii", "replace").strip()

    @property
    def tries_left(self) -> int | None:
        """1 and 0 when the token says so."""
        return next((tries for flag, tries in TRIES if self.token.flags & flag), None)

    @property
    def factory_pin(self) -> bool:
        """The token asks for a new PIN."""
        return bool(self.token.flags & TokenFlag.USER_PIN_TO_BE_CHANGED)


def entries(path: str) -> list[Entry]:
    """What is plugged in now, without a PIN. Raises CardError: NO_CLIENT, NO_READER; pkcs11.PKCS11Error."""
    module = load(path)
    if not module.get_slots():
        raise CardError(CardFault.NO_READER)
    found: list[Entry] = []
    for slot in module.get_slots(token_present=True):
        with suppress(*GONE):  # pulled while we look
            found += _entries(slot.get_token())
    return found


def load(path: str) -> Any:
    """The library, loaded and initialised once in a process. Raises CardError(NO_CLIENT)."""
    try:
        return pkcs11.lib(path)
    except pkcs11.PKCS11Error:
        raise CardError(CardFault.NO_CLIENT, detail="the PKCS#11 library cannot be loaded") from None


def _entries(token: pkcs11.Token) -> Iterator[Entry]:
    if not token.flags & TokenFlag.TOKEN_INITIALIZED:
        return
    with token.open() as session:
        rows = [
            (bytes(row[Attribute.ID]), bytes(row[Attribute.VALUE]))
            for row in session.get_objects({Attribute.CLASS: ObjectClass.CERTIFICATE})
        ]
    read = [(id, der, certificate) for id, der in rows if (certificate := _certificate(der))]
    chain = [der for _, der, certificate in read if is_authority(certificate)]
    for id, der, certificate in read:
        if may_sign(certificate):
            yield Entry(token=token, id=id, certificate=certificate, der=der, chain=chain, suite=_suite(certificate))


def _certificate(der: bytes) -> x509.Certificate | None:
    try:
        return x509.load_der_x509_certificate(der)
    except ValueError:  # something else under the same class
        return None


def _suite(certificate: x509.Certificate) -> str:
    try:
        return suite_of(public_key(certificate))
    except (ValueError, UnsupportedAlgorithm):
        return ""


def tries_left(path: str, entry: Entry) -> int | None:
    """Asked again, after a login that failed."""
    with suppress(CardError, pkcs11.PKCS11Error):
        return next((now.tries_left for now in entries(path) if now.serial == entry.serial), None)
    return None


def key_of(session: pkcs11.Session, entry: Entry) -> pkcs11.SignMixin:
    """The key of the certificate. Raises pkcs11.PKCS11Error."""
    key = session.get_key(object_class=ObjectClass.PRIVATE_KEY, id=entry.id)
    if not isinstance(key, pkcs11.SignMixin):
        raise pkcs11.KeyTypeInconsistent
    return key


def sign(key: pkcs11.SignMixin, suite: str, data: bytes) -> bytes:
    """The signature over ``data``. Raises pkcs11.PKCS11Error."""
    return SIGNERS[suite](key, sha256(data).digest())


def _sign_rsa(key: pkcs11.SignMixin, digest: bytes) -> bytes:
    info = DigestInfo({"digest_algorithm": {"algorithm": "sha256"}, "digest": digest}).dump()
    return bytes(key.sign(info, mechanism=Mechanism.RSA_PKCS))


def _sign_ecdsa(key: pkcs11.SignMixin, digest: bytes) -> bytes:
    return encode_ecdsa_signature(key.sign(digest, mechanism=Mechanism.ECDSA))


SIGNERS: Mapping[str, Callable[[pkcs11.SignMixin, bytes], bytes]] = {RSA: _sign_rsa, ECDSA: _sign_ecdsa}
"""Hashed here, with the two mechanisms that every token has; hashing mechanisms differ from vendor to vendor."""


def log_out(path: str, session: pkcs11.Session) -> None:
    """End the session; when the library cannot, start it anew, which ends every login."""
    try:
        session.close()
    except pkcs11.PKCS11Error:
        forget(path)


def forget(path: str) -> None:
    """Start the library anew: no session, no login, and the tokens as they are now."""
    with suppress(CardError, pkcs11.PKCS11Error):
        load(path).reinitialize()
