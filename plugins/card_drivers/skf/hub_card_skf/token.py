"""What is plugged in: devices, their applications, containers and signing certificates. Called with ``LOCK`` held."""

from collections.abc import Iterator
from ctypes import c_void_p
from dataclasses import dataclass, field
from hashlib import sha256

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm

from hub.contract.card import CardError, CardFault
from hub.crypto.certificate import may_sign
from hub.crypto.keys import PublicKey, public_key
from hub_card_skf.binding import Library
from hub_card_skf.codes import BY_CODE, DEVICE_REMOVED, SkfFault


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One signing certificate in one container, with the way to it."""

    device: bytes
    application: bytes
    container: bytes
    serial: str
    der: bytes = field(repr=False)
    certificate: x509.Certificate = field(repr=False)
    key: PublicKey = field(repr=False)
    tries_left: int
    factory_pin: bool

    @property
    def token(self) -> str:
        """The key's number with a short digest of the way, whose names may hold anything."""
        return f"{self.serial}-{sha256(self.application + bytes(1) + self.container).hexdigest()[:8]}"


def entries(library: Library, only: bytes) -> list[Entry]:
    """What is plugged in now, without a PIN, in the application ``only`` or in all; one key that fails hides no other.

    Raises CardError(NO_READER); SkfFault when nothing was found and a key failed.
    """
    found: list[Entry] = []
    faults: list[SkfFault] = []
    for device in library.devices(present=True):
        try:
            found += _entries_of(library, device, only)
        except SkfFault as fault:
            faults.append(fault)
    faults = [fault for fault in faults if fault.code != DEVICE_REMOVED]
    if not found and faults:
        raise faults[0]
    if not found and not library.devices(present=False):
        raise CardError(CardFault.NO_READER)
    return found


def _entries_of(library: Library, device: bytes, only: bytes) -> Iterator[Entry]:
    with library.connected(device) as connected:
        serial = library.serial(connected)
        for application in [only] if only else library.applications(connected):
            with library.application(connected, application) as opened:
                left, factory = library.pin_info(opened)
                for container in library.containers(opened):
                    read = _certificate(library, opened, container)
                    if read is not None:
                        der, certificate, key = read
                        yield Entry(
                            device=device,
                            application=application,
                            container=container,
                            serial=serial,
                            der=der,
                            certificate=certificate,
                            key=key,
                            tries_left=left,
                            factory_pin=factory,
                        )


def _certificate(
    library: Library, application: c_void_p, container: bytes
) -> tuple[bytes, x509.Certificate, PublicKey] | None:
    """The container's signing certificate with its key; None where there is none yet."""
    try:
        with library.container(application, container) as opened:
            der = library.certificate(opened)
        certificate = x509.load_der_x509_certificate(der)
        key = public_key(certificate)
    except SkfFault as fault:
        if BY_CODE.get(fault.code) is CardFault.WRONG_CARD:  # a container that was never filled
            return None
        raise
    except (ValueError, UnsupportedAlgorithm):
        return None
    return (der, certificate, key) if may_sign(certificate) else None
