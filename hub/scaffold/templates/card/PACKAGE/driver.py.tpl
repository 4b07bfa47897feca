"""What the card agent calls: hub.contract.card.CardDriver. The vendor's library goes behind ``token.py``."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256

from hub.contract.card import CardError, CardFault, CardIdentity
from $package import token
from $package.token import Token, TokenFault

NAME = "$slug"
FAULTS = {fault.name.lower().replace("_", "-"): fault for fault in CardFault}
"""The token's own words -> the contract's faults. The vendor's error codes go here; a fault without a row is SILENT."""


def utc_now() -> datetime:
    """The time of this PC: a card has no clock of its own."""
    return datetime.now(UTC)


class Driver:
    """The tokens in one reader."""

    name = NAME

    def __init__(self, reader: Path, clock: Callable[[], datetime] = utc_now) -> None:
        self.reader = reader
        self.clock = clock

    def list_cards(self) -> Sequence[CardIdentity]:
        """The tokens plugged in now, without a PIN. Raises CardError(NO_READER)."""
        with _told():
            return [identity(found) for found in token.plugged_in(self.reader)]

    @contextmanager
    def open(self, token_id: str, pin: str) -> Iterator["Session"]:
        """Check the PIN exactly once. Raises CardError: NO_CARD, CERT_EXPIRED, PIN_WRONG, PIN_LOCKED, ALGORITHM."""
        with _told():
            found = token.find(self.reader, token_id)
            if identity(found).not_after <= self.clock():
                raise CardError(CardFault.CERT_EXPIRED)
            key = token.unlock(found, pin)
        session = Session(found, key)
        try:
            yield session
        finally:
            session.close()


class Session:
    """An open token; as good as it stays plugged in."""

    def __init__(self, opened: Token, key: ec.EllipticCurvePrivateKey) -> None:
        self._token, self._key = opened, key
        self._closed = False

    def close(self) -> None:
        """No signature from here on."""
        self._closed = True

    def sign(self, data: bytes) -> bytes:
        """ECDSA with SHA-256, DER. Raises CardError."""
        if self._closed:
            raise CardError(CardFault.NO_CARD, detail="the session has ended")
        with _told():
            token.still_there(self._token)
        return self._key.sign(data, ec.ECDSA(SHA256()))


def identity(found: Token) -> CardIdentity:
    """What may be shown of a token; never the certificate's subject."""
    return CardIdentity(
        token=found.serial,
        label=found.label,
        certificate=found.certificate,
        not_after=found.not_after,
        algorithm="ecdsa-sha256",
        tries_left=found.tries_left,
    )


@contextmanager
def _told() -> Iterator[None]:
    """What the token says, in the contract's words."""
    try:
        yield
    except TokenFault as fault:
        found = FAULTS.get(fault.word, CardFault.SILENT)
        raise CardError(found, tries_left=fault.tries_left, detail=fault.word) from None
