"""Signing a document with a card: asked for in one request, taken in another, the bytes between them kept by digest.

ask     seal and empty signature go into the document; what the card has to sign
take    inside the caller's transaction: the card's two signatures, the signed file, what evidence keeps
check   at every later open
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from hub.business.acts import Actor
from hub.cards import challenge
from hub.cards.challenge import Purpose
from hub.contract.message import Attachment
from hub.documents import sign, signed
from hub.documents.signed import Checked
from hub.evidence import chain
from hub.runtime import Runtime, certificates
from hub.services import blobs, card_answers, card_trust, evidence
from hub.services.card_answers import CardAnswer
from hub.store.engine import writing

PDF = "application/pdf"


@dataclass(frozen=True, kw_only=True)
class Request:
    """What is signed for whom. The same in ``ask`` and ``take``."""

    number: str  # of the business object
    receiver: str  # who gets the document
    name: str  # of the file, as the holder reads it


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What the page takes to the card agent, and where the prepared document lies."""

    payload: str
    prepared: str  # digest of a kept file; to be handed to ``take``


@dataclass(frozen=True, kw_only=True)
class Signed:
    """The signed document, and what belongs into ``NewEvent.facts``; the file goes into ``NewEvent.documents``."""

    document: Attachment
    facts: Mapping[str, Any] = field(repr=False)


def ask(
    runtime: Runtime, request: Request, pdf: bytes, place: str, *, stamp: bytes | None, party: str, nonce: str
) -> Asked:
    """Prepare ``pdf`` for a signature in the field ``place``. Raises NotSignable.

    :param stamp: the seal as a PDF page.
    :param party: the enterprise, as it stands in the signature.
    """
    now = runtime.clock.now().replace(microsecond=0)
    prepared = sign.prepare(pdf, place, stamp=stamp, name=party, reason=request.name, at=now)
    payload = challenge.make_binding(
        Purpose.DOCUMENT,
        origin=runtime.settings.web.origin,
        nonce=nonce,
        now=now,
        number=request.number,
        receiver=request.receiver,
        digest=prepared.digest,
        document=request.name,
    )
    with writing(runtime.engine) as connection:
        return Asked(payload=payload, prepared=blobs.keep_ahead(connection, prepared.content, PDF, now))


def take(
    runtime: Runtime, connection: Connection, actor: Actor, request: Request, prepared: str, answer: CardAnswer
) -> Signed:
    """The document with the card's signature in it. Raises NotFound, SignatureRefused, NotSignable."""
    now = runtime.clock.now()
    content = blobs.load(connection, prepared)
    card_answers.believe(
        runtime,
        connection,
        actor,
        answer,
        now,
        purpose=Purpose.DOCUMENT,
        number=request.number,
        receiver=request.receiver,
        digest=sign.waiting(content),
        document=request.name,
    )
    signature, trusted = answer.signature, card_trust.trust(runtime.settings.trust)
    done = sign.complete(
        content,
        algorithm=signature.algorithm,
        value=answer.document,
        certificate=signature.certificate,
        issuers=evidence.issuers(signature.certificate, trusted),
    )
    file = Attachment(name=request.name, media_type=PDF, sha256=chain.digest(done), content=done)
    return Signed(document=file, facts={"signature": evidence.signed(connection, signature, "", trusted)})


def check(runtime: Runtime, pdf: bytes, expected: tuple[str, ...], partner: str, at: datetime) -> Checked:
    """What the document is worth: signed in the ``expected`` fields, by cards, partners and a centre that are believed.

    In test mode the ``partner`` is believed by the certificates that its messages are signed with.
    """
    trust, centre = runtime.settings.trust, runtime.settings.centre.certificate
    cards = card_trust.trust(trust)
    ours = certificates((centre,)) if centre else ()
    simulated = runtime.context(partner).trusted if partner in runtime.settings.tested else ()
    roots = [*cards.roots, *certificates(trust.document_cas), *ours, *simulated]
    return signed.check(pdf, expected, roots, cards.crls, at)
