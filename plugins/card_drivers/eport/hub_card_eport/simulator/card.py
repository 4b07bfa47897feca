"""The card in the simulated control's reader."""

import threading

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from hub.testing.pki import Identity, KeySigner

TRIES = 10


class CardFailure(Exception):
    """What the control says: words and number."""

    def __init__(self, words: str, number: str) -> None:
        super().__init__(number)
        self.words, self.number = words, number


class ControlCard:
    """One card: in the reader or not, with tries left, perhaps with a fault."""

    def __init__(self, number: str, identity: Identity, pin: str, tries: int) -> None:
        self.number = number
        self.inserted = True
        self.failure: CardFailure | None = None
        self.lock = threading.Lock()  # the reader does one thing at a time
        self._identity, self._signer = identity, KeySigner(identity)
        self._pin, self._tries_max, self._tries = pin, tries, tries

    @property
    def certificate(self) -> str:
        """PEM."""
        return self._identity.x509.public_bytes(Encoding.PEM).decode()

    def subject(self, part: x509.ObjectIdentifier) -> str:
        """One part of the certificate's subject."""
        return str(self._identity.x509.subject.get_attributes_for_oid(part)[0].value)

    @property
    def enterprise(self) -> str:
        """As in the certificate."""
        return self.subject(NameOID.ORGANIZATION_NAME)

    @property
    def holder(self) -> str:
        """As in the certificate."""
        return self.subject(NameOID.COMMON_NAME)

    def require(self) -> None:
        """Return when the card can be read. Raises CardFailure."""
        if self.failure is not None:
            raise self.failure
        if not self.inserted:
            raise CardFailure("请插入当前用户绑定的电子钥匙", "Err:Custom51590")

    def sign(self, data: bytes, pin: str) -> bytes:
        """One try of the PIN, then the signature. Raises CardFailure."""
        if self._tries == 0:
            raise CardFailure("卡已锁定", "Err:Simulated")
        if pin != self._pin:
            self._tries -= 1
            locked = "卡已锁定" if self._tries == 0 else f"还可尝试{self._tries}次"
            raise CardFailure(f"校验密码错误，{locked}", "Err:Simulated")
        self._tries = self._tries_max
        return self._signer.sign(data)

    def renew(self) -> None:
        """As on the first day."""
        self.inserted, self.failure, self._tries = True, None, self._tries_max
