"""PDF signatures: PAdES, one after another as incremental updates, with keys that lie elsewhere.

    place_fields   an empty field for every party, once, before anybody signs: a field added later counts as a change
    prepare        the document with seal and empty signature, and the digest that the card's payload carries
    complete       the same bytes with the card's signature put in
    counter_sign   both steps at once, for a key at hand: an insurer's, the data centre's, our own

Between ``prepare`` and ``complete`` the prepared bytes are all that needs to be kept. What became of a signed document
is told by ``hub.documents.signed.check``.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from io import BytesIO

from asn1crypto import algos, cms
from asn1crypto import x509 as asn1
from pyhanko.pdf_utils.content import PdfContent
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.layout import BoxConstraints
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import SigFieldSpec, SigSeedSubFilter, append_signature_field
from pyhanko.sign.general import SigningError
from pyhanko.sign.signers import ExternalSigner, PdfSignatureMetadata, PdfSigner
from pyhanko.stamp import StaticStampStyle
from pyhanko_certvalidator.registry import SimpleCertificateStore

from hub.cards.document import SUITES, signed_attributes
from hub.cards.refusal import CardRefused
from hub.cards.suites import read_certificate, verify_signature
from hub.contract.adapters import Signer
from hub.contract.text import Text
from hub.documents import seal
from hub.documents.pdf import ZONE, Place
from hub.documents.signed import digest, finish, ranges
from hub.errors import HubError

A4_HEIGHT = 841.89  # points
RESERVED = 16_384  # hex digits for the CMS: a card's chain takes less than half
MECHANISMS = {"rsa-sha256": "sha256_rsa", "ecdsa-sha256": "sha256_ecdsa"}


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
    wrapped = finish(signer.async_sign_prescribed_attributes("sha256", cms.CMSAttributes.load(attributes)))
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


def _gap(content: bytes) -> tuple[int, int, str]:
    """Where the last signature's digits stand, and the digest of everything else. Raises NotSignable."""
    found = ranges(content)
    start, end, rest = found[-1] if found else (0, 0, 0)
    if end + rest != len(content) or set(content[start + 1 : end - 1]) != set(b"0"):
        raise NotSignable(Text("文件不是待签署的文件", "This is not a document that waits for a signature"))
    return start, end, digest(content, start, end, rest)
