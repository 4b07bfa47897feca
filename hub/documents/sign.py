"""PDF signatures: PAdES, one after another as incremental updates, with keys that lie elsewhere.

    place_fields   an empty field for every party, once, before anybody signs: a field added later counts as a change
    prepare        the document with seal and empty signature, and the digest that the card's payload carries
    complete       the same bytes with the card's signature put in
    counter_sign   both steps at once, for a key at hand: an insurer's, the data centre's, our own
    check          at every later open: is this the document that was signed?

Between ``prepare`` and ``complete`` the prepared bytes are all that needs to be kept.
"""

import logging
import re
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from io import BytesIO
from typing import Any, TypeVar

from asn1crypto import algos, cms
from asn1crypto import x509 as asn1
from cryptography import x509
from pyhanko.pdf_utils.content import PdfContent
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.layout import BoxConstraints
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import SigFieldSpec, SigSeedSubFilter, append_signature_field
from pyhanko.sign.general import SigningError
from pyhanko.sign.signers import ExternalSigner, PdfSignatureMetadata, PdfSigner
from pyhanko.sign.validation import SignatureCoverageLevel, async_validate_pdf_signature
from pyhanko.sign.validation.errors import SignatureValidationError
from pyhanko.sign.validation.settings import KeyUsageConstraints
from pyhanko.stamp import StaticStampStyle
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.registry import SimpleCertificateStore

from hub.cards.document import SUITES, signed_attributes
from hub.cards.refusal import CardRefused
from hub.cards.suites import read_certificate, verify_signature
from hub.contract.adapters import Signer
from hub.contract.text import Text
from hub.documents import seal
from hub.documents.pdf import ZONE, Place
from hub.errors import HubError

A4_HEIGHT = 841.89  # points
RESERVED = 16_384  # hex digits for the CMS: a card's chain takes less than half
RANGE = re.compile(rb"/ByteRange \[0 (\d+) (\d+) (\d+)\s*\]")
MECHANISMS = {"rsa-sha256": "sha256_rsa", "ecdsa-sha256": "sha256_ecdsa"}
USAGE = KeyUsageConstraints(key_usage={"digital_signature", "non_repudiation"}, match_all_key_usages=False)

VALID = Text("电子签名有效，签署后文件未被改动", "The signatures are valid; the document was not changed since")
ALTERED = Text(
    "文件在签署后被改动或另存，电子签名无效，请以系统留存的原件为准",
    "The file was altered or re-saved after signing: its signatures are void. Only the kept original counts",
)
UNSIGNED = Text("文件缺少应有的电子签名", "A signature that should be there is missing")
UNTRUSTED = Text("签名完整，但签名证书不受信任", "The signature is intact, but its certificate is not trusted")

Made = TypeVar("Made")

log = logging.getLogger(__name__)
logging.getLogger("pyhanko").setLevel(logging.CRITICAL)  # a refused change is a result here, not a traceback in the log
logging.getLogger("pyhanko_certvalidator").setLevel(logging.CRITICAL)


class NotSignable(HubError):
    """The document cannot be signed so."""

    status = 422
    zh = "文件无法签署"


@dataclass(frozen=True, kw_only=True)
class Field:
    """Where one party signs, in points from the lower left of a page (the first is 1)."""

    name: str  # "enterprise"
    page: int
    left: float
    bottom: float
    width: float
    height: float


@dataclass(frozen=True, kw_only=True)
class Prepared:
    """A document that waits for one signature."""

    content: bytes = field(repr=False)
    digest: str  # SHA-256 of everything but the signature itself, hex: what the holder signs


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


def fields_at(places: Sequence[Place]) -> list[Field]:
    """A field of a seal's size at each place that a template has marked on its A4 pages."""
    return [
        Field(
            name=place.name,
            page=place.page,
            left=place.left,
            bottom=A4_HEIGHT - place.top - seal.SIZE,
            width=seal.SIZE,
            height=seal.SIZE,
        )
        for place in places
    ]


def place_fields(pdf: bytes, fields: Sequence[Field]) -> bytes:
    """The document with an empty signature field for every party."""
    writer = IncrementalPdfFileWriter(BytesIO(pdf))
    for place in fields:
        left, bottom = round(place.left), round(place.bottom)
        box = (left, bottom, left + round(place.width), bottom + round(place.height))
        append_signature_field(writer, SigFieldSpec(place.name, on_page=place.page - 1, box=box))
    output = BytesIO()
    writer.write(output)  # type: ignore[no-untyped-call]
    return output.getvalue()


def prepare(pdf: bytes, place: str, *, stamp: bytes | None, name: str, reason: str, at: datetime) -> Prepared:
    """The document with ``stamp`` (a PDF page: the seal) in the field and room for the signature.

    Raises NotSignable when there is no such empty field.
    """
    style = None if stamp is None else StaticStampStyle(border_width=0, background=_Stamp(stamp))
    meta = PdfSignatureMetadata(
        field_name=place, md_algorithm="sha256", subfilter=SigSeedSubFilter.PADES, name=name, reason=reason
    )
    stand_in = ExternalSigner(None, None, RESERVED // 4)
    signer = PdfSigner(meta, stand_in, stamp_style=style)
    try:
        session = signer.init_signing_session(IncrementalPdfFileWriter(BytesIO(pdf)), existing_fields_only=True)
        session.system_time = at.astimezone(ZONE)
        digest, output = session.prepare_tbs_document(None, RESERVED).digest_tbs_document()
    except (SigningError, PdfError) as error:
        raise NotSignable(Text(f"没有可签署的位置：{place}", f"There is no empty field {place}")) from error
    output.seek(0)
    return Prepared(content=output.read(), digest=digest.document_digest.hex())


def complete(content: bytes, *, algorithm: str, value: bytes, certificate: bytes, issuers: Sequence[bytes]) -> bytes:
    """The signed document: ``content`` as prepared, with the signature ``value`` over its attributes.

    Raises NotSignable when the signature is not this certificate's over this document.
    """
    start, end, digest = _gap(content)
    attributes = signed_attributes(digest, certificate)
    if algorithm not in SUITES:
        raise NotSignable(Text("此卡的算法不能签署PDF", "A card of this algorithm cannot sign PDFs"))
    try:
        verify_signature(algorithm, read_certificate(certificate), value, attributes)
    except CardRefused as refused:
        raise NotSignable(refused.text) from None
    store = SimpleCertificateStore()  # type: ignore[no-untyped-call]
    store.register_multiple([asn1.Certificate.load(der) for der in issuers])
    mechanism = algos.SignedDigestAlgorithm({"algorithm": MECHANISMS[algorithm]})
    signer = ExternalSigner(asn1.Certificate.load(certificate), store, value, mechanism, embed_roots=False)
    wrapped = _finish(signer.async_sign_prescribed_attributes("sha256", cms.CMSAttributes.load(attributes)))
    coded: bytes = wrapped.dump().hex().encode()
    if len(coded) > end - start - 2:
        raise NotSignable(Text("证书链过长", "The chain of certificates is too long"))
    return content[: start + 1] + coded + content[start + 1 + len(coded) :]


def counter_sign(
    pdf: bytes,
    place: str,
    *,
    signer: Signer,
    issuers: Sequence[bytes],
    stamp: bytes | None,
    name: str,
    reason: str,
    at: datetime,
) -> bytes:
    """The document with one more signature, of a key at hand. Raises NotSignable."""
    prepared = prepare(pdf, place, stamp=stamp, name=name, reason=reason, at=at)
    value = signer.sign(signed_attributes(prepared.digest, signer.certificate))
    return complete(
        prepared.content, algorithm=signer.algorithm, value=value, certificate=signer.certificate, issuers=issuers
    )


def waiting(content: bytes) -> str:
    """The digest of a prepared document. Raises NotSignable when it waits for no signature."""
    return _gap(content)[2]


def digests(pdf: bytes) -> list[str]:
    """What each signature of the document is over, oldest first: the digests that the cards' payloads carry."""
    found = [tuple(map(int, numbers.groups())) for numbers in RANGE.finditer(pdf)]
    return [_digest(pdf, *edges) for edges in found]


def check(pdf: bytes, expected: Sequence[str], roots: Sequence[bytes], crls: Sequence[bytes], at: datetime) -> Checked:
    """Every signature of the document as it stands at ``at``, and the one line that says what it is worth.

    :param expected: the fields that have to be signed by now.
    :param roots: DER certificates of the authorities that are believed.
    :param crls: their revocation lists, DER.

    Nothing covers the room of the last signature itself; that a file is the kept one to the byte, its digest says.
    """
    try:
        found = _finish(_validate(pdf, roots, crls, at))
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


class _Stamp(PdfContent):
    """A page of another PDF, as what a field shows."""

    def __init__(self, page: bytes) -> None:
        super().__init__()
        self._page = page

    def render(self) -> bytes:
        writer = self._ensure_writer
        form = writer.import_page_as_xobject(PdfFileReader(BytesIO(self._page)))
        self.resources.xobject["/Seal"] = form
        left, bottom, right, top = (float(edge) for edge in form.get_object()["/BBox"])
        self.box = BoxConstraints(width=right - left, height=top - bottom)
        return b"/Seal Do"


def _finish(work: Coroutine[Any, Any, Made]) -> Made:
    """What ``work`` makes. The library's functions can wait for a network; ours never have to, so no loop is needed."""
    try:
        work.send(None)
    except StopIteration as ended:
        made: Made = ended.value
        return made
    raise RuntimeError("it waits for a network")


def _gap(content: bytes) -> tuple[int, int, str]:
    """Where the last signature's digits stand, and the digest of everything else. Raises NotSignable."""
    ranges = [tuple(map(int, found.groups())) for found in RANGE.finditer(content)]
    start, end, rest = ranges[-1] if ranges else (0, 0, 0)
    if end + rest != len(content) or set(content[start + 1 : end - 1]) != set(b"0"):
        raise NotSignable(Text("文件不是待签署的文件", "This is not a document that waits for a signature"))
    return start, end, _digest(content, start, end, rest)


def _digest(content: bytes, start: int, end: int, rest: int) -> str:
    return sha256(content[:start] + content[end : end + rest]).hexdigest()
