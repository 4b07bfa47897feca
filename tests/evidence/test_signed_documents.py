"""A bundle with a document that was signed inside: what the card signed is that document, and it was not re-saved."""

import io
from datetime import timedelta
from typing import Any

from pypdf import PdfReader, PdfWriter

from hub.cards.challenge import Purpose, frame, make_binding
from hub.contract.text import Text
from hub.documents import signed
from hub.evidence import bundle, chain
from hub.evidence.bundle import Dossier, Proof, file_name
from hub.evidence.page import Chapter, Line
from hub.evidence.verify import examine
from hub.testing import pki
from tests.documents.test_sign import AUTHORITY, EC, NOW, SIGNED

HUB = pki.KeySigner(pki.issue_partner(AUTHORITY, "swhub", NOW))
CRL = pki.make_crl(AUTHORITY, NOW)
AT = NOW + timedelta(minutes=1)


def case(pdf: bytes, agreed: str, number: str = "FW2026000001") -> bytes:
    """The bundle of one entry: the holder has signed a payload with the digest ``agreed``, ``pdf`` is what was kept."""
    payload = make_binding(
        Purpose.DOCUMENT, origin="http://127.0.0.1:8080", nonce="n", now=NOW, number=number, receiver="保险公司",
        digest=agreed, document="服务协议.pdf",
    )  # fmt: skip
    certificate, issuer = EC.card.der, AUTHORITY.der
    facts: dict[str, Any] = {
        "what": "event",
        "object": {"kind": "agreement", "number": "FW2026000001", "partner": "sinosure", "enterprise": "U"},
        "documents": [{"kind": "agreement", "name": "服务协议.pdf", "digest": chain.digest(pdf)}],
        "signature": {
            "payload": payload,
            "shown": "",
            "algorithm": EC.card.algorithm,
            "value": pki.KeySigner(EC.card).sign(frame(payload)).hex(),
            "certificate": chain.digest(certificate),
            "issuers": [chain.digest(issuer)],
            "revocation": [chain.digest(CRL)],
        },
    }
    entry = chain.link("object", None, facts, AT)
    head = chain.sign_head(HUB, None, [entry.hash], AT)
    title = Text("协议", "Agreement")
    chapter = Chapter(
        title=title, number="FW2026000001", facts=(), folder="agreement-1", entries=[entry],
        lines=[Line(at=AT, text=title, signed=True)],
    )  # fmt: skip
    files = {
        file_name("documents", chain.digest(pdf)): pdf,
        file_name("certificates", chain.digest(certificate)): certificate,
        file_name("certificates", chain.digest(issuer)): issuer,
        file_name("revocation", chain.digest(CRL)): CRL,
    }
    proofs = {entry.hash: Proof(head=1, index=0, count=1, path=())}
    dossier = Dossier(number="FW2026000001", chapters=[chapter], heads={1: head}, proofs=proofs, files=files)
    return bundle.build(dossier, HUB, AT)


def rules(data: bytes) -> set[str]:
    return {finding.rule for finding in examine(data).findings}


def test_the_document_that_the_card_has_signed_proves_the_act() -> None:
    result = examine(case(SIGNED, signed.digests(SIGNED)[0]))

    assert (result.findings, result.cards) == ([], 1)


def test_another_document_does_not() -> None:
    assert rules(case(SIGNED, "ab" * 32)) == {"card_text"}


def test_a_payload_about_another_number_does_not() -> None:
    assert rules(case(SIGNED, signed.digests(SIGNED)[0], number="FW-2")) == {"card_text"}


def test_a_document_that_was_saved_again_is_told() -> None:
    writer, again = PdfWriter(clone_from=PdfReader(io.BytesIO(SIGNED))), io.BytesIO()
    writer.write(again)
    resaved = again.getvalue()

    assert rules(case(resaved, signed.digests(SIGNED)[0])) & {"card_text", "document_signature"}
