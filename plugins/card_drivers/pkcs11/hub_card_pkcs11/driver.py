"""What the card agent calls: hub.contract.card.CardDriver over one PKCS#11 library."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime

import pkcs11

from hub.contract.card import CardError, CardFault, CardIdentity
from hub.crypto.certificate import label
from hub_card_pkcs11 import token
from hub_card_pkcs11.codes import fault_of
from hub_card_pkcs11.token import LOCK, SIGNERS, Entry


def utc_now() -> datetime:
    """The time of this PC: a card has no clock of its own."""
    return datetime.now(UTC)


class Pkcs11Driver:
    """The cards behind the library ``module`` (a path); ``vendor_codes`` are its own error codes, as settings."""

    name = "pkcs11"

    def __init__(
        self, module: str, *, vendor_codes: Mapping[str, str] | None = None, clock: Callable[[], datetime] = utc_now
    ) -> None:
        self.module = module
        self.clock = clock
        self._codes = {int(code, 16): CardFault[fault] for code, fault in (vendor_codes or {}).items()}
        self._open = False

    def list_cards(self) -> Sequence[CardIdentity]:
        """Every certificate that may sign, of every token. Raises CardError: NO_CLIENT, NO_READER."""
        with LOCK, self.told():
            return [identify(entry) for entry in token.entries(self.module)]

    @contextmanager
    def open(self, token_id: str, pin: str) -> Iterator["Pkcs11Session"]:
        """Log in once. The library serves nobody else until the block ends: its login is the whole process's.

        Raises CardError: NO_CARD, CERT_EXPIRED, ALGORITHM, PIN_WRONG, PIN_LOCKED.
        """
        with LOCK:
            if self._open:  # a second login would find the first one's and not check its PIN
                raise CardError(CardFault.SILENT, detail="a card is open already")
            entry = self._find(token_id)
            session = self._log_in(entry, pin)
            self._open = True
            try:
                with self.told():
                    opened = Pkcs11Session(self, token.key_of(session, entry), entry.suite)
                try:
                    yield opened
                finally:
                    opened.close()
            finally:
                self._open = False
                token.log_out(self.module, session)

    def _find(self, token_id: str) -> Entry:
        """The card, if it can sign at all. What is refused here has cost no try."""
        with self.told():
            entry = next((entry for entry in token.entries(self.module) if identify(entry).token == token_id), None)
        if entry is None:
            raise CardError(CardFault.NO_CARD)
        if entry.certificate.not_valid_after_utc <= self.clock():
            raise CardError(CardFault.CERT_EXPIRED)
        if entry.suite not in SIGNERS:
            raise CardError(CardFault.ALGORITHM)
        return entry

    def _log_in(self, entry: Entry, pin: str) -> pkcs11.Session:
        try:
            with self.told():
                return entry.token.open(user_pin=pin)
        except CardError as error:
            token.forget(self.module)  # python-pkcs11 leaves the session of a failed login open
            left = token.tries_left(self.module, entry)
            if error.fault is CardFault.PIN_WRONG and left == 0:
                raise CardError(CardFault.PIN_LOCKED, tries_left=0) from None
            error.tries_left = 0 if error.fault is CardFault.PIN_LOCKED else left
            raise

    @contextmanager
    def told(self) -> Iterator[None]:
        """What the library says, in the contract's words. Raises CardError."""
        try:
            yield
        except pkcs11.PKCS11Error as error:
            raise CardError(fault_of(error, self._codes), detail=type(error).__name__) from None


class Pkcs11Session:
    """An open card, until its ``with`` block ends."""

    def __init__(self, driver: Pkcs11Driver, key: pkcs11.SignMixin, suite: str) -> None:
        self._driver, self._suite = driver, suite
        self._key: pkcs11.SignMixin | None = key

    def close(self) -> None:
        """No signature from here on."""
        self._key = None

    def sign(self, data: bytes) -> bytes:
        """ECDSA (DER) or RSA (PKCS #1 v1.5), with SHA-256. Raises CardError."""
        with LOCK:
            if self._key is None:
                raise CardError(CardFault.NO_CARD, detail="the session is over")
            with self._driver.told():
                return token.sign(self._key, self._suite, data)


def identify(entry: Entry) -> CardIdentity:
    """What may be shown of a card."""
    return CardIdentity(
        token=f"{entry.serial}-{entry.id.hex()}",
        label=label(entry.certificate) or entry.token.label,
        certificate=entry.der,
        chain=entry.chain,
        not_after=entry.certificate.not_valid_after_utc,
        algorithm=entry.suite,
        tries_left=entry.tries_left,
        factory_pin=entry.factory_pin,
    )
