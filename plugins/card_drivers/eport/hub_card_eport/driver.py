"""The card that the control drives, as a card driver.

The control takes the PIN with each signature and keeps no session, so ``open`` only looks at the card: the one check of
the PIN is the signature's own, and after a fault the session is over. The control says how many tries are left only
when a PIN was wrong; the driver remembers that, so that the agent can warn before the last one.
"""

import base64
import binascii
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding

from hub.contract.card import CardError, CardFault, CardIdentity
from hub.crypto.certificate import label
from hub_card_eport.codes import ControlFault
from hub_card_eport.wire import CALL_LIMIT, Control, opened

PREFIX = "cus-sec_Spc"
PIN_SIZES = range(1, 33)  # what may be a PIN at all; anything else costs no try


class EportDriver:
    """hub.contract.card.CardDriver over the control at ``address``."""

    name = "eport"

    def __init__(self, address: str, call_limit: float = CALL_LIMIT) -> None:
        self.address = address
        self.call_limit = call_limit
        self._tries: dict[str, int] = {}  # card number -> tries left after a wrong PIN

    def list_cards(self) -> Sequence[CardIdentity]:
        """The card in the reader; the control knows one at a time. Raises CardError: NO_CLIENT, NO_READER, SILENT."""
        with opened(self.address, self.call_limit) as control:
            try:
                number = read(control, "GetCardID")
                return [self._identify(control, number)]
            except CardError as error:
                if error.fault is CardFault.NO_CARD:
                    return []
                raise

    @contextmanager
    def open(self, token: str, pin: str) -> Iterator["EportSession"]:
        """Hold the card and its PIN for one block. Raises CardError: NO_CARD, PIN_WRONG for what cannot be a PIN."""
        with opened(self.address, self.call_limit) as control:
            if not token or read(control, "GetCardID") != token:
                raise CardError(CardFault.NO_CARD)
            if len(pin) not in PIN_SIZES or not pin.isprintable():
                raise CardError(CardFault.PIN_WRONG, tries_left=self._tries.get(token))
            session = EportSession(self, control, token, pin)
            try:
                yield session
            finally:
                session.close()

    def remember(self, token: str, error: CardError | None) -> None:
        """Keep what the card said about its tries; a right PIN gives all of them back."""
        if error is None:
            self._tries.pop(token, None)
        elif error.tries_left:  # 0 is not kept: the card itself says that it is locked, until somebody unlocks it
            self._tries[token] = error.tries_left

    def _identify(self, control: Control, number: str) -> CardIdentity:
        certificate = pem(read(control, "GetSignCertAsPEM"))
        return CardIdentity(
            token=number,
            label=f"{label(certificate) or read(control, 'GetEntName')} {read(control, 'GetUName')}",
            certificate=certificate.public_bytes(Encoding.DER),
            not_after=certificate.not_valid_after_utc,
            algorithm=algorithm(certificate),
            tries_left=self._tries.get(number),
        )


class EportSession:
    """The card with its PIN, until the block ends or something fails."""

    def __init__(self, driver: EportDriver, control: Control, token: str, pin: str) -> None:
        self._driver, self._control, self._token = driver, control, token
        self._pin: str | None = pin

    def close(self) -> None:
        """Forget the PIN."""
        self._pin = None

    def sign(self, data: bytes) -> bytes:
        """The signature over ``data``. Raises CardError, ControlFault."""
        pin = self._pin
        if pin is None:
            raise CardError(CardFault.NO_CARD, detail="the session is over")
        try:
            if read(self._control, "GetCardID") != self._token:
                raise CardError(CardFault.NO_CARD, detail="another card")
            method, text = wording(data)
            value, *_ = self._control.ask(PREFIX + method, inData=text, passwd=pin)
            signature = base64.b64decode(value, validate=True)
        except CardError as error:
            self.close()
            self._driver.remember(self._token, error)
            raise
        except (ValueError, binascii.Error):
            self.close()
            raise ControlFault("signature") from None
        self._driver.remember(self._token, None)
        return signature


def wording(data: bytes) -> tuple[str, str]:
    """The call and the text that have the control sign these bytes: the attributes of a PDF's signature are no text."""
    try:
        return "SignDataAsPEM", data.decode()
    except UnicodeDecodeError:
        return "SignPemDataAsPem", base64.b64encode(data).decode()


def read(control: Control, what: str) -> str:
    """One fact about the card. Raises CardError, ControlFault."""
    found = control.ask(PREFIX + what)
    if not found or not found[0]:
        raise ControlFault(what)
    return found[0]


def pem(text: str) -> x509.Certificate:
    """The certificate in the control's answer. Raises ControlFault."""
    try:
        return x509.load_pem_x509_certificate(text.encode())
    except ValueError:
        raise ControlFault("certificate") from None


def algorithm(certificate: x509.Certificate) -> str:
    """What the card signs with, by its key. Raises CardError(ALGORITHM)."""
    try:
        key = certificate.public_key()
    except (ValueError, UnsupportedAlgorithm):
        raise CardError(CardFault.ALGORITHM) from None
    if isinstance(key, rsa.RSAPublicKey):
        return "rsa-sha256"
    if isinstance(key, ec.EllipticCurvePublicKey):
        return "ecdsa-sha256"
    raise CardError(CardFault.ALGORITHM)
