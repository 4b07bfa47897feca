"""The file of one card: a first line of fixed length with the tries left, a line of JSON, the encrypted key.

    swhub-softcard 1 tries=06
    {"serial": "SC0001", "certificate": "...", ...}
    <base64>

The tries stand at a fixed place so that counting down is one write of two bytes into the open file, followed by
fsync: it cannot tear the rest of the card, and a card that is pulled meanwhile takes its counter along.
"""

import base64
import json
import os
import re
import secrets
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

MAGIC = b"swhub-softcard 1 tries="
COUNTER = len(MAGIC)  # offset of two digits
LOCK_AT = 1 << 30  # far behind the end: on Windows a locked byte cannot be read
SERIAL = re.compile(r"[A-Za-z0-9-]{1,32}")
SCRYPT_N = 2**15  # 32 MiB and tens of milliseconds a try


@dataclass(frozen=True, kw_only=True)
class Header:
    """What is written on the card, readable without the PIN."""

    serial: str
    label: str
    algorithm: str
    certificate: str = field(repr=False)  # base64 of DER
    chain: tuple[str, ...] = field(default=(), repr=False)
    tries_max: int
    factory_pin: bool
    expires: str | None = None  # ISO time; earlier than the certificate's own end, to practise renewal
    scrypt_n: int
    salt: str
    nonce: str


@dataclass(frozen=True, kw_only=True)
class CardFile:
    """A card as read from its file."""

    path: Path
    header: Header
    tries_left: int
    sealed_key: bytes = field(repr=False)


class WrongPin(Exception):
    """The PIN does not open the key. ``tries_left`` is already written."""

    def __init__(self, tries_left: int) -> None:
        super().__init__(f"{tries_left} tries left")
        self.tries_left = tries_left


def seal_key(key: bytes, pin: str, serial: str, n: int) -> tuple[bytes, str, str]:
    """The PKCS#8 key encrypted under the PIN, with salt and nonce (base64) for the header."""
    salt, nonce = secrets.token_bytes(16), secrets.token_bytes(12)
    sealed = AESGCM(_derive(pin, salt, n)).encrypt(nonce, key, serial.encode())
    return sealed, base64.b64encode(salt).decode(), base64.b64encode(nonce).decode()


def write_card(path: Path, header: Header, sealed_key: bytes, tries_left: int) -> None:
    """Write a whole card; it appears in its place at once or not at all."""
    first = MAGIC + b"%02d" % tries_left
    body = b"\n".join([first, json.dumps(asdict(header), ensure_ascii=False).encode(), base64.b64encode(sealed_key)])
    draft = path.with_suffix(".tmp")
    with draft.open("wb") as file:
        file.write(body + b"\n")
        file.flush()
        os.fsync(file.fileno())
    draft.chmod(0o600)
    draft.replace(path)


def read_card(path: Path) -> CardFile:
    """Read a card. Raises FileNotFoundError when it was pulled, ValueError when the file is no card."""
    return _parse(path, path.read_bytes())


def open_key(path: Path, pin: str) -> bytes:
    """The PKCS#8 key. Takes one try from the counter *before* the key is tried, and gives it back on success.

    Raises WrongPin (0 tries left: locked, nothing was tried or this was the last one), FileNotFoundError, ValueError.
    """
    with path.open("r+b", buffering=0) as file, _locked(file):
        card = _parse(path, _read_all(file))
        if card.tries_left == 0:
            raise WrongPin(0)
        left = card.tries_left - 1
        _count(file, left)  # a crash from here on costs a try, never gives one
        header = card.header
        cipher = AESGCM(_derive(pin, base64.b64decode(header.salt), header.scrypt_n))
        try:
            key = cipher.decrypt(base64.b64decode(header.nonce), card.sealed_key, header.serial.encode())
        except InvalidTag:
            raise WrongPin(left) from None
        _count(file, header.tries_max)
        return key


def set_tries(path: Path, tries: int) -> None:
    """What the data centre does when it unlocks a card."""
    with path.open("r+b", buffering=0) as file, _locked(file):
        _count(file, tries)


def _count(file: BinaryIO, tries: int) -> None:
    file.seek(COUNTER)
    file.write(b"%02d" % tries)
    os.fsync(file.fileno())


def _read_all(file: BinaryIO) -> bytes:
    file.seek(0)
    return file.read()


def _parse(path: Path, content: bytes) -> CardFile:
    first, _, rest = content.partition(b"\n")
    head, _, sealed = rest.partition(b"\n")
    if not first.startswith(MAGIC):
        raise ValueError(f"{path.name}: not a soft card")
    try:
        fields = json.loads(head)
        header = Header(**fields | {"chain": tuple(fields["chain"])})
    except (TypeError, KeyError):
        raise ValueError(f"{path.name}: unreadable header") from None
    tries_left = int(first[COUNTER:])
    return CardFile(path=path, header=header, tries_left=tries_left, sealed_key=base64.b64decode(sealed))


def _derive(pin: str, salt: bytes, n: int) -> bytes:
    return Scrypt(salt=salt, length=32, n=n, r=8, p=1).derive(pin.encode())


@contextmanager
def _locked(file: BinaryIO) -> Iterator[None]:
    """One process at a time counts tries on this card, the agent or a second one."""
    if sys.platform == "win32":
        file.seek(LOCK_AT)
        msvcrt.locking(file.fileno(), msvcrt.LK_LOCK, 1)
        try:
            yield
        finally:
            file.seek(LOCK_AT)
            msvcrt.locking(file.fileno(), msvcrt.LK_UNLCK, 1)
    else:
        fcntl.flock(file, fcntl.LOCK_EX)  # released when the file closes
        yield
