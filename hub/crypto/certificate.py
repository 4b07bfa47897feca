"""What a certificate says about its holder and its use, as far as a card driver may show it."""

from functools import lru_cache

from cryptography import x509
from cryptography.x509.oid import NameOID

SHOWN = (NameOID.ORGANIZATION_NAME, NameOID.ORGANIZATIONAL_UNIT_NAME)  # never the name or number of a person


@lru_cache(maxsize=256)
def load(der: bytes) -> x509.Certificate:
    """The certificate in ``der``; each is read once. Raises ValueError."""
    return x509.load_der_x509_certificate(der)


def serial(certificate: x509.Certificate) -> str:
    """Its serial number in hex, lower case."""
    return f"{certificate.serial_number:x}"


def label(certificate: x509.Certificate) -> str:
    """Enterprise and kind of card (法人卡, 操作员卡), as printed on the card; empty when the subject has neither."""
    try:
        parts = [certificate.subject.get_attributes_for_oid(oid) for oid in SHOWN]
    except ValueError:  # old cards hold GBK where the standard says ASCII
        return ""
    return " ".join(str(found[0].value) for found in parts if found)


def may_sign(certificate: x509.Certificate) -> bool:
    """Whether its key signs for the holder: neither an authority's certificate nor one for encryption only."""
    usage = _usage(certificate)
    return usage is not None and usage.digital_signature and not is_authority(certificate)


def is_authority(certificate: x509.Certificate) -> bool:
    """Whether it is an issuer's certificate."""
    try:
        return certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except (x509.ExtensionNotFound, x509.DuplicateExtension, ValueError):
        return False


def _usage(certificate: x509.Certificate) -> x509.KeyUsage | None:
    try:
        return certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    except (x509.ExtensionNotFound, x509.DuplicateExtension, ValueError):
        return None
