"""What is done to soft cards by hand: made, plugged in, pulled, unlocked, expired. For demos and tests."""

import base64
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from cryptography import x509

from hub.contract.card import CardIdentity
from hub.crypto.keys import KeySigner, dump_private_key, load_private_key
from hub_card_softcard.cardfile import SCRYPT_N, SERIAL, Header, read_card, seal_key, set_tries, write_card
from hub_card_softcard.driver import SoftCardDriver

DRAWER = "out"  # the folder in the slot where pulled cards lie
TRIES = 6


def make(
    slot: Path,
    *,
    serial: str,
    label: str,
    key: bytes,
    certificate: bytes,
    chain: Sequence[bytes] = (),
    pin: str,
    tries: int = TRIES,
    factory_pin: bool = False,
    scrypt_n: int = SCRYPT_N,
) -> Path:
    """Write a new card into the slot. ``key`` and ``certificate`` are PEM, ``chain`` is DER. Raises ValueError."""
    if not SERIAL.fullmatch(serial):
        raise ValueError(f"serial: letters, digits and '-', at most 32, not {serial!r}")
    if not 1 <= tries <= 99:
        raise ValueError("tries: 1 to 99")
    private, public = load_private_key(key), x509.load_pem_x509_certificate(certificate)
    signer = KeySigner(private, public)
    sealed, salt, nonce = seal_key(dump_private_key(private), pin, serial, scrypt_n)
    header = Header(
        serial=serial,
        label=label,
        algorithm=signer.algorithm,
        certificate=_text(signer.certificate),
        chain=tuple(_text(link) for link in chain),
        tries_max=tries,
        factory_pin=factory_pin,
        scrypt_n=scrypt_n,
        salt=salt,
        nonce=nonce,
    )
    (slot / DRAWER).mkdir(parents=True, exist_ok=True)
    path = slot / f"{serial}.card"
    write_card(path, header, sealed, tries)
    return path


def list_cards(slot: Path) -> tuple[Sequence[CardIdentity], Sequence[str]]:
    """The cards in the slot, and the serials of those that are out."""
    return SoftCardDriver(slot).list_cards(), sorted(path.stem for path in (slot / DRAWER).glob("*.card"))


def insert(slot: Path, serial: str) -> None:
    """Plug a pulled card in again. Raises FileNotFoundError."""
    (slot / DRAWER / f"{serial}.card").replace(slot / f"{serial}.card")


def remove(slot: Path, serial: str) -> None:
    """Pull a card. Raises FileNotFoundError."""
    (slot / DRAWER).mkdir(exist_ok=True)
    (slot / f"{serial}.card").replace(slot / DRAWER / f"{serial}.card")


def unlock(slot: Path, serial: str) -> None:
    """Give a card all its tries again. Raises FileNotFoundError."""
    path = slot / f"{serial}.card"
    set_tries(path, read_card(path).header.tries_max)


def expire(slot: Path, serial: str, when: datetime) -> None:
    """Make a card report ``when`` as its end, to practise renewal. Raises FileNotFoundError."""
    path = slot / f"{serial}.card"
    card = read_card(path)
    write_card(path, replace(card.header, expires=when.isoformat()), card.sealed_key, card.tries_left)


def _text(value: bytes) -> str:
    return base64.b64encode(value).decode()
