"""What the card agent calls: hub.contract.card.CardDriver over one SKF library."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from ctypes import c_uint64, c_void_p
from datetime import UTC, datetime

from hub.contract.card import CardError, CardFault, CardIdentity
from hub.crypto.certificate import label
from hub.crypto.keys import suite_of
from hub.crypto.sm2 import Sm2PublicKey, from_raw
from hub_card_skf.binding import LOCK, Library
from hub_card_skf.codes import BY_CODE, PIN_INCORRECT, SkfFault
from hub_card_skf.token import Entry, entries


def utc_now() -> datetime:
    """The time of this PC: a card has no clock of its own."""
    return datetime.now(UTC)


class SkfDriver:
    """The keys behind the library ``path``; ``application`` restricts it to one authority's application."""

    name = "skf"

    def __init__(
        self,
        path: str,
        *,
        application: str = "",
        vendor_codes: Mapping[str, str] | None = None,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        self.path = path
        self.application = application.encode()
        self.clock = clock
        own = {int(code, 16): CardFault[fault] for code, fault in (vendor_codes or {}).items()}
        self._codes = {**BY_CODE, **own}
        self._library: Library | None = None
        self._open = False

    def list_cards(self) -> Sequence[CardIdentity]:
        """Every container with a signing certificate. Raises CardError: NO_CLIENT, NO_READER, or why none was found."""
        with LOCK, self.told():
            return [identify(entry) for entry in entries(self.loaded(), self.application)]

    @contextmanager
    def open(self, token: str, pin: str) -> Iterator["SkfSession"]:
        """Try the PIN once; the login ends with the block. Raises CardError."""
        with LOCK:
            if self._open:  # its end would log the other one out
                raise CardError(CardFault.SILENT, detail="a card is open already")
            entry, key = self._find(token)
            with ExitStack() as stack:
                container = self._log_in(stack, entry, pin)
                session = SkfSession(self, container, key)
                stack.callback(session.close)
                self._open = True
                try:
                    yield session
                finally:
                    self._open = False

    def loaded(self) -> Library:
        """The library, loaded once. Raises CardError(NO_CLIENT)."""
        if self._library is None:
            try:
                self._library = Library(self.path)
            except (OSError, AttributeError):
                raise CardError(CardFault.NO_CLIENT, detail="the SKF library cannot be loaded") from None
        return self._library

    @contextmanager
    def told(self) -> Iterator[None]:
        """What the library says, in the contract's words. Raises CardError."""
        try:
            yield
        except SkfFault as fault:
            raise CardError(self._codes.get(fault.code, CardFault.SILENT), detail=str(fault)) from None

    def _find(self, token: str) -> tuple[Entry, Sm2PublicKey]:
        """The card, if it can sign at all. What is refused here has cost no try."""
        with self.told():
            entry = next((entry for entry in entries(self.loaded(), self.application) if entry.token == token), None)
        if entry is None:
            raise CardError(CardFault.NO_CARD)
        if entry.certificate.not_valid_after_utc <= self.clock():
            raise CardError(CardFault.CERT_EXPIRED)
        if not isinstance(entry.key, Sm2PublicKey):
            raise CardError(CardFault.ALGORITHM)
        return entry, entry.key

    def _log_in(self, stack: ExitStack, entry: Entry, pin: str) -> c_void_p:
        """The open container; ``stack`` closes everything again."""
        if not pin or "\0" in pin:  # a C string ends there: what follows would never be looked at
            raise CardError(CardFault.PIN_WRONG, tries_left=entry.tries_left)
        library, left = self.loaded(), c_uint64(entry.tries_left)
        try:
            with self.told():
                device = stack.enter_context(library.connected(entry.device))
                application = stack.enter_context(library.application(device, entry.application))
                stack.enter_context(library.logged_in(application, pin.encode(), left))
                return stack.enter_context(library.container(application, entry.container))
        except CardError as error:
            if error.fault is CardFault.PIN_WRONG and left.value == 0 and _is(error, PIN_INCORRECT):
                raise CardError(CardFault.PIN_LOCKED, tries_left=0) from None
            if error.fault in (CardFault.PIN_WRONG, CardFault.PIN_LOCKED):
                error.tries_left = left.value if error.fault is CardFault.PIN_WRONG else 0
            raise


class SkfSession:
    """An open container, until its ``with`` block ends."""

    def __init__(self, driver: SkfDriver, container: c_void_p, key: Sm2PublicKey) -> None:
        self._driver, self._key = driver, key
        self._container: c_void_p | None = container

    def close(self) -> None:
        """No signature from here on."""
        self._container = None

    def sign(self, data: bytes) -> bytes:
        """SM2 with SM3 and the default id, DER (GM/T 0009). Raises CardError."""
        with LOCK:
            if self._container is None:
                raise CardError(CardFault.NO_CARD, detail="the session is over")
            with self._driver.told():
                return from_raw(self._driver.loaded().sign(self._container, self._key.digest(data)))


def identify(entry: Entry) -> CardIdentity:
    """What may be shown of a card."""
    return CardIdentity(
        token=entry.token,
        label=label(entry.certificate) or entry.serial,
        certificate=entry.der,
        not_after=entry.certificate.not_valid_after_utc,
        algorithm=suite_of(entry.key),
        tries_left=entry.tries_left,
        factory_pin=entry.factory_pin,
    )


def _is(error: CardError, code: int) -> bool:
    return error.detail == str(SkfFault(code))
