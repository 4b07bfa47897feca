"""The soft cards in one slot as a card driver."""

import base64
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm

from hub.contract.card import CardError, CardFault, CardIdentity
from hub.crypto.keys import PrivateKey, load_private_key, sign
from hub_card_softcard.cardfile import SERIAL, CardFile, WrongPin, open_key, read_card
from hub_card_softcard.faults import strike


def utc_now() -> datetime:
    """The time of this PC: a card has no clock of its own."""
    return datetime.now(UTC)


class SoftCardDriver:
    """hub.contract.card.CardDriver over the files ``<serial>.card`` in the folder ``slot``."""

    name = "softcard"

    def __init__(self, slot: Path, clock: Callable[[], datetime] = utc_now) -> None:
        self.slot = slot
        self.clock = clock

    def list_cards(self) -> Sequence[CardIdentity]:
        """The readable cards in the slot, by serial. Raises CardError(NO_READER) without a slot."""
        if not self.slot.is_dir():
            raise CardError(CardFault.NO_READER, detail="no slot folder")
        strike(self.slot, "*", "list")
        return [identify(card) for path in sorted(self.slot.glob("*.card")) if (card := _read(path))]

    @contextmanager
    def open(self, token: str, pin: str) -> Iterator["SoftCardSession"]:
        """Try the PIN once. Raises CardError: NO_CARD, CERT_EXPIRED, PIN_WRONG, PIN_LOCKED."""
        path = self._path(token)
        card = _read(path)
        if card is None:
            raise CardError(CardFault.NO_CARD)
        if identify(card).not_after <= self.clock():
            raise CardError(CardFault.CERT_EXPIRED)
        strike(self.slot, token, "open")
        try:
            key = load_private_key(open_key(path, pin))
        except WrongPin as error:
            fault = CardFault.PIN_WRONG if error.tries_left else CardFault.PIN_LOCKED
            raise CardError(fault, tries_left=error.tries_left) from None
        except FileNotFoundError:
            raise CardError(CardFault.NO_CARD) from None
        except (ValueError, UnsupportedAlgorithm):
            raise CardError(CardFault.ALGORITHM) from None
        session = SoftCardSession(self.slot, path, key)
        try:
            yield session
        finally:
            session.close()

    def _path(self, token: str) -> Path:
        if not SERIAL.fullmatch(token):
            raise CardError(CardFault.NO_CARD)
        return self.slot / f"{token}.card"


class SoftCardSession:
    """An open soft card; as good as the file stays in the slot, and until its ``with`` block ends."""

    def __init__(self, slot: Path, path: Path, key: PrivateKey) -> None:
        self._slot, self._path = slot, path
        self._key: PrivateKey | None = key

    def close(self) -> None:
        """Forget the key: one PIN check is good for one block."""
        self._key = None

    def sign(self, data: bytes) -> bytes:
        """With the card's own algorithm. Raises CardError(NO_CARD): card pulled, or session over."""
        strike(self._slot, self._path.stem, "sign")
        key = self._key
        if key is None:
            raise CardError(CardFault.NO_CARD, detail="the session is over")
        if not self._path.is_file():
            raise CardError(CardFault.NO_CARD)
        return sign(key, data)


def identify(card: CardFile) -> CardIdentity:
    """What may be shown of a card."""
    header = card.header
    der = base64.b64decode(header.certificate)
    not_after = x509.load_der_x509_certificate(der).not_valid_after_utc
    if header.expires:
        not_after = min(not_after, datetime.fromisoformat(header.expires))
    return CardIdentity(
        token=header.serial,
        label=header.label,
        certificate=der,
        chain=tuple(base64.b64decode(link) for link in header.chain),
        not_after=not_after,
        algorithm=header.algorithm,
        tries_left=card.tries_left,
        factory_pin=header.factory_pin,
    )


def _read(path: Path) -> CardFile | None:
    """The card, or None when it was pulled or is no card."""
    try:
        return read_card(path)
    except (FileNotFoundError, ValueError):
        return None
