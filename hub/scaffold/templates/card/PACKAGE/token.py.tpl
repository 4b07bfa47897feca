"""A software token: one JSON file per token in the folder that is the reader. For tests; no safe place for a key.

The vendor's library takes this place. What it must keep: one PIN try is taken from the counter *before* the PIN is
tried, so that a crash costs a try and never gives one.
"""

import json
import os
import threading
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
    load_pem_private_key,
)

TRIES = 6
BUSY = threading.RLock()  # one thread at a time counts tries
SUFFIX = ".token"


class TokenFault(Exception):
    """What the token said, in its own word."""

    def __init__(self, word: str, tries_left: int | None = None) -> None:
        super().__init__(word)
        self.word = word
        self.tries_left = tries_left


@dataclass(frozen=True, kw_only=True)
class Token:
    """A token as read without a PIN."""

    path: Path
    serial: str
    label: str
    certificate: bytes = field(repr=False)  # DER
    not_after: datetime
    tries_left: int


def plugged_in(reader: Path) -> list[Token]:
    """The tokens in the reader, by serial. Raises TokenFault."""
    if not reader.is_dir():
        raise TokenFault("no-reader")
    _practise(reader, "list")
    return [_read(path) for path in sorted(reader.glob(f"*{SUFFIX}"))]


def find(reader: Path, serial: str) -> Token:
    """One token. Raises TokenFault."""
    found = next((token for token in plugged_in(reader) if token.serial == serial), None)
    if found is None:
        raise TokenFault("no-card")
    return found


def unlock(token: Token, pin: str) -> ec.EllipticCurvePrivateKey:
    """The key, after exactly one try. Raises TokenFault."""
    _practise(token.path.parent, "open")
    with BUSY:
        return _unlock(token, pin)


def _unlock(token: Token, pin: str) -> ec.EllipticCurvePrivateKey:
    values = _load(token.path)
    if values["tries_left"] == 0:
        raise TokenFault("pin-locked", 0)
    left = values["tries_left"] - 1
    _save(token.path, {**values, "tries_left": left})
    try:
        key = load_pem_private_key(values["key"].encode(), pin.encode() or b" ")
    except ValueError:
        raise TokenFault("pin-wrong" if left else "pin-locked", left) from None
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise TokenFault("algorithm")
    _save(token.path, {**values, "tries_left": TRIES})
    return key


def still_there(token: Token) -> None:
    """Return when the token is still plugged in. Raises TokenFault."""
    _practise(token.path.parent, "sign")
    if not token.path.is_file():
        raise TokenFault("no-card")


def make(reader: Path, *, serial: str, label: str, key: bytes, certificate: bytes, pin: str) -> Path:
    """Plug in a new token; ``key`` and ``certificate`` are PEM. Raises ValueError."""
    private = load_pem_private_key(key, None)
    if not isinstance(private, ec.EllipticCurvePrivateKey):
        raise ValueError("key: an EC key is required")
    sealed = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(pin.encode()))
    values = {"serial": serial, "label": label, "key": sealed.decode(), "certificate": certificate.decode()}
    reader.mkdir(parents=True, exist_ok=True)
    path = reader / f"{serial}{SUFFIX}"
    _save(path, {**values, "tries_left": TRIES})
    return path


def _read(path: Path) -> Token:
    values = _load(path)
    certificate = x509.load_pem_x509_certificate(values["certificate"].encode())
    return Token(
        path=path,
        serial=values["serial"],
        label=values["label"],
        certificate=certificate.public_bytes(Encoding.DER),
        not_after=certificate.not_valid_after_utc,
        tries_left=values["tries_left"],
    )


def _load(path: Path) -> dict[str, Any]:
    try:
        values: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise TokenFault("no-card") from None
    return values


def _save(path: Path, values: dict[str, Any]) -> None:
    draft = path.with_suffix(".tmp")
    with draft.open("w", encoding="utf-8") as file:
        json.dump(values, file, ensure_ascii=False)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)


def _practise(reader: Path, step: str) -> None:
    """Fail here when the file ``fault`` in the reader says so: ``open reset``. Raises TokenFault."""
    wanted = reader / "fault"
    if wanted.is_file():
        at, _, word = wanted.read_text(encoding="utf-8").strip().partition(" ")
        if at == step:
            raise TokenFault(word)
