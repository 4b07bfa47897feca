"""Sealing secret values that the store keeps: AES-SIV (RFC 5297), so the same value of the same owner looks the same.

Whoever reads the database alone learns the last characters, and which of one owner's values are equal: that is what the
constraint "one agreement per account" and a page need. A value of one owner is not one of another's.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV

from hub.contract.sealed import MARK, SHOWN, is_sealed

BITS = 512


class Unsealable(Exception):
    """The value was sealed with another key or for another owner, or was changed."""


@dataclass(frozen=True)
class Vault:
    """Holds the key. ``key``: 64 octets."""

    key: bytes = field(default_factory=lambda: AESSIV.generate_key(BITS), repr=False)

    @classmethod
    def parse(cls, text: str) -> "Vault":
        """From the text of a key file: 64 octets in hexadecimal. Raises ValueError."""
        key = bytes.fromhex(text.strip())
        if len(key) * 8 != BITS:
            raise ValueError(f"the key has {len(key)} octets instead of {BITS // 8}")
        return cls(key)

    def seal(self, value: str, owner: str) -> str:
        """``value`` sealed for ``owner``; one that is sealed already as it is."""
        if is_sealed(value):
            return value
        sealed = AESSIV(self.key).encrypt(value.encode(), [owner.encode()])
        return f"{MARK}{value[-SHOWN:]}:{urlsafe_b64encode(sealed).decode()}"

    def open(self, value: str, owner: str) -> str:
        """The value itself; one that was never sealed as it is. Raises Unsealable."""
        if not is_sealed(value):
            return value
        sealed = value.rpartition(":")[2]
        try:
            return AESSIV(self.key).decrypt(urlsafe_b64decode(sealed), [owner.encode()]).decode()
        except (InvalidTag, ValueError) as error:
            raise Unsealable from error

    def open_all(self, body: Mapping[str, Any], owner: str) -> dict[str, Any]:
        """A message's body with its values opened. Raises Unsealable."""
        return {name: self.open(value, owner) if is_sealed(value) else value for name, value in body.items()}
