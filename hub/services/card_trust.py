"""Whose cards are believed: the configured authorities and revocation lists."""

from functools import cache
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from hub.cards.trust import Trust
from hub.config import TrustSettings
from hub.errors import ConfigError
from hub.runtime import certificates


def trust(settings: TrustSettings) -> Trust:
    """Whose cards are believed, from the configured files. Raises ConfigError."""
    return Trust(
        roots=certificates(settings.card_cas),
        crls=_lists(settings.card_crls, _stamps(settings.card_crls)),
        suites=settings.card_suites,
    )


def _stamps(paths: tuple[Path, ...]) -> tuple[float, ...]:
    """When each list was last replaced: a new one counts at once, without a restart."""
    try:
        return tuple(path.stat().st_mtime for path in paths)
    except OSError as error:
        raise ConfigError(f"[trust] card_crls: {error}") from error


@cache
def _lists(paths: tuple[Path, ...], stamps: tuple[float, ...]) -> tuple[bytes, ...]:  # noqa: ARG001
    try:
        return tuple(x509.load_pem_x509_crl(path.read_bytes()).public_bytes(Encoding.DER) for path in paths)
    except (OSError, ValueError) as error:
        raise ConfigError(f"[trust] card_crls: {error}") from error
