"""Signed PDFs, looked at: by whom they were signed, and whether they are still what was signed."""

import asyncio
import logging
import re
from collections.abc import Coroutine, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from io import BytesIO
from typing import Any, TypeVar

from asn1crypto import x509 as asn1
from cryptography import x509
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.general import SigningError
from pyhanko.sign.validation import SignatureCoverageLevel, async_validate_pdf_signature
from pyhanko.sign.validation.errors import SignatureValidationError
from pyhanko.sign.validation.settings import KeyUsageConstraints
from pyhanko_certvalidator import ValidationContext

from hub.contract.text import Text

RANGE = re.compile(rb"/ByteRange \[0 (\d+) (\d+) (\d+)\s*\]")
USAGE = KeyUsageConstraints(key_usage={"digital_signature", "non_repudiation"}, match_all_key_usages=False)
Made = TypeVar("Made")

VALID = Text("电子签名有效，签署后文件未被改动", "The signatures are valid; the document was not changed since")
ALTERED = Text(
    "文件在签署后被改动或另存，电子签名无效，请以系统留存的原件为准",
    "The file was altered or re-saved after signing: its signatures are void. Only the kept original counts",
)
UNSIGNED = Text("文件缺少应有的电子签名", "A signature that should be there is missing")
UNTRUSTED = Text("签名完整，但签名证书不受信任", "The signature is intact, but its certificate is not trusted")

log = logging.getLogger(__name__)
logging.getLogger("pyhanko").setLevel(logging.CRITICAL)  # a refused change is a result here, not a traceback in the log
logging.getLogger("pyhanko_certvalidator").setLevel(logging.CRITICAL)


@dataclass(frozen=True, kw_only=True)
class Signature:
    """One signature as it was found."""

    field: str
    signer: str  # the certificate's common name
    serial: str  # hex
    claimed_at: datetime | None
    intact: bool  # what it covers is what was signed
    trusted: bool
    whole: bool  # and nothing came after it that signing does not allow


@dataclass(frozen=True, kw_only=True)
class Checked:
    """What became of a signed document."""

    signatures: Sequence[Signature]
    good: bool
    line: Text  # for the foot of the page


def ranges(pdf: bytes) -> list[tuple[int, int, int]]:
    """Of each signature, oldest first: where its room begins and ends, and how much behind it is covered."""
    return [(int(start), int(end), int(rest)) for start, end, rest in RANGE.findall(pdf)]


def digests(pdf: bytes) -> list[str]:
    """What each signature of the document is over, oldest first: the digests that the cards' payloads carry."""
    return [digest(pdf, *edges) for edges in ranges(pdf)]


def digest(content: bytes, start: int, end: int, rest: int) -> str:
    """SHA-256 of all that one signature covers, hex."""
    return sha256(content[:start] + content[end : end + rest]).hexdigest()


def check(pdf: bytes, expected: Sequence[str], roots: Sequence[bytes], crls: Sequence[bytes], at: datetime) -> Checked:
    """Every signature of the document as it stands at ``at``, and the one line that says what it is worth.

    :param expected: the fields that have to be signed by now.
    :param roots: DER certificates of the authorities that are believed.
    :param crls: their revocation lists, DER.

    Nothing covers the room of the last signature itself; that a file is the kept one to the byte, its digest says.
    """
    try:
        found = finish(_validate(pdf, roots, crls, at))
    except (PdfError, SignatureValidationError, SigningError, ValueError, TypeError, KeyError, IndexError) as error:
        log.info("a signed document cannot be read: %s", type(error).__name__)
        return Checked(signatures=(), good=False, line=ALTERED)
    signed = {signature.field for signature in found}
    if not all(signature.intact and signature.whole for signature in found):
        line = ALTERED
    elif not set(expected) <= signed:
        line = UNSIGNED
    else:
        line = VALID if all(signature.trusted for signature in found) else UNTRUSTED
    return Checked(signatures=found, good=line is VALID, line=line)


async def _validate(pdf: bytes, roots: Sequence[bytes], crls: Sequence[bytes], at: datetime) -> list[Signature]:
    reader = PdfFileReader(BytesIO(pdf))
    context = ValidationContext(
        trust_roots=[asn1.Certificate.load(der) for der in roots],
        moment=at,
        allow_fetching=False,  # no network: authorities and lists are files
    )
    found = []
    last = len(reader.embedded_signatures) - 1
    for index, embedded in enumerate(reader.embedded_signatures):
        status = await async_validate_pdf_signature(embedded, context, key_usage_settings=USAGE)
        certificate = status.signing_cert
        found.append(
            Signature(
                field=embedded.field_name,
                signer=certificate.subject.native.get("common_name", ""),
                serial=f"{certificate.serial_number:x}",
                claimed_at=status.signer_reported_dt,
                intact=status.intact and status.valid,
                trusted=status.trusted and not _revoked(certificate, crls, status.signer_reported_dt or at),
                whole=bool(status.docmdp_ok)
                and (index < last or status.coverage is SignatureCoverageLevel.ENTIRE_FILE),
            )
        )
    return found


def _revoked(certificate: asn1.Certificate, crls: Sequence[bytes], signed_at: datetime) -> bool:
    """Whether the certificate was revoked when it signed: what happened later changes nothing."""
    issuer = certificate.issuer.dump()
    for crl in map(x509.load_der_x509_crl, crls):
        entry = crl.get_revoked_certificate_by_serial_number(certificate.serial_number)
        if crl.issuer.public_bytes() == issuer and entry is not None and entry.revocation_date_utc <= signed_at:
            return True
    return False


def finish(work: Coroutine[Any, Any, Made]) -> Made:
    """What ``work`` makes, in a thread and a loop of its own: whether the caller's thread runs a loop is not asked."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, work).result()
