"""The document that an action has signed: printed in its wording, sealed, prepared for the card, taken back signed.

What was prepared is remembered beside the nonce of the signature, for one object, action and set of values: neither the
page nor another act can put another document in its place.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from hub.business.acts import Action, Actor, Paper
from hub.business.content import freeze
from hub.business.kind import Kind
from hub.business.roles import LEGAL_PERSON
from hub.contract.message import Attachment
from hub.contract.text import Text
from hub.documents import pdf, seal, sign
from hub.documents.seal import Seal
from hub.documents.signed import Checked
from hub.documents.texts import WORDINGS, Wording
from hub.errors import InvalidInput, NotFound, SignatureRefused
from hub.evidence import chain
from hub.runtime import Runtime, certificates
from hub.services import blobs, drafts, nonces, signing
from hub.services.card_answers import CardAnswer
from hub.services.objects import Tenant
from hub.services.shapes import BusinessObject, DocumentRow
from hub.services.signing import Request, Signed
from hub.store.engine import reading, writing

SEAL, VALID, COMPANY = "seal", "ACTIVE", "COMPANY"
Files = Sequence[tuple[str, Attachment]]  # (document kind, file)
PARTNER_PLACE = "insurer"  # the field that the partner signs
CENTRE_PLACE = "centre"  # the data centre's field, and the party in the template's data
NO_SEAL = Text("请选择有效的公司章", "Choose a valid company seal")
NOT_ASSIGNED = Text(
    "该公司章未分配给当前账号，请由法人在“印章管理”中分配",
    "This seal is not assigned to your account: the legal person assigns it under Seals",
)
NOT_PREPARED = Text("签署内容已变更，请重新签署", "What is to be signed has changed: sign again")


def wording(paper: Paper) -> Wording:
    """The present text of the document."""
    return WORDINGS[paper.wording]


def seals(tenant: Tenant, actor: Actor) -> list[BusinessObject]:
    """The company seals that the actor may choose now."""
    return [row for row in _valid(tenant) if _may_use(row, actor)]


def _valid(tenant: Tenant) -> list[BusinessObject]:
    return [row for row in tenant.standing(SEAL, VALID) if row.content["seal_type"] == COMPANY]


def _may_use(found: BusinessObject, actor: Actor) -> bool:
    """The legal person any seal, others the ones assigned to them (C-03)."""
    return actor.role in LEGAL_PERSON or found.content.get("operator") == actor.account


def ask(
    runtime: Runtime,
    actor: Actor,
    obj: BusinessObject,
    action: Action,
    values: Mapping[str, Any],
    files: Files,
    content: Mapping[str, Any],
    nonce: str,
) -> str:
    """The payload for the card. Raises InvalidInput when the seal is not valid, SignatureRefused when it is not the
    actor's to use, NotPrintable.

    :param files: what else travels with the action.
    :param content: the object's as it will be, to be printed.
    """
    paper, now = _paper(action), runtime.clock.now().replace(microsecond=0)
    request = _request(runtime, obj, paper)
    with reading(runtime.engine) as connection:
        engraved = _seal(connection, actor, paper, values)
        lying = Tenant(connection, actor.enterprise).latest(obj, paper.printed)
    if paper.data is not None:
        signer = {"name": actor.name, "card": actor.certificate}
        data = {**paper.data(content, actor, request.receiver), "signer": signer}
        ready = _by_centre(runtime, sheet(paper.template, wording(paper), data, now), data, request.name, now)
    elif lying is not None:
        ready = lying.content
    else:
        raise SignatureRefused(NOT_PREPARED)
    stamp = seal.as_pdf(engraved, now)
    asked = signing.ask(runtime, request, ready, paper.place, stamp=stamp, party=engraved.name, nonce=nonce)
    with writing(runtime.engine) as connection:
        nonces.bind(connection, nonce, asked.prepared, _subject(obj, action, values, files))
    return asked.payload


def sheet(template: str, words: Wording, data: Mapping[str, Any], now: datetime) -> bytes:
    """A new document in its wording, with an empty field for every party. Raises NotPrintable."""
    whole = {**words.data(), **data}
    fields = sign.fields_at(pdf.places(template, whole, now=now))
    return sign.place_fields(pdf.render(template, whole, now=now), fields)


def _by_centre(runtime: Runtime, ready: bytes, data: Mapping[str, Any], name: str, now: datetime) -> bytes:
    """Signed by the data centre before anybody else, where it is a party and has its key here. Raises NotSignable."""
    certificate = runtime.settings.centre.certificate
    if CENTRE_PLACE not in data or runtime.centre is None or certificate is None:
        return ready
    party = data[CENTRE_PLACE]["name"]
    stamp = seal.as_pdf(Seal(name=party, kind="电子签章"), now)
    _, *issuers = certificates((certificate,))
    return sign.counter_sign(
        ready, CENTRE_PLACE, signer=runtime.centre, issuers=issuers, stamp=stamp, name=party, reason=name, at=now
    )


def take(
    runtime: Runtime,
    connection: Connection,
    actor: Actor,
    obj: BusinessObject,
    action: Action,
    values: Mapping[str, Any],
    files: Files,
    answer: CardAnswer,
) -> Signed:
    """The signed document. Raises SignatureRefused, InvalidInput, NotSignable."""
    paper = _paper(action)
    _seal(connection, actor, paper, values)
    prepared = nonces.bound(connection, answer.nonce, _subject(obj, action, values, files))
    if prepared is None:
        raise SignatureRefused(NOT_PREPARED)
    return signing.take(runtime, connection, actor, _request(runtime, obj, paper), prepared, answer)


def shown(runtime: Runtime, reference: str, browser: str) -> bytes:
    """The very bytes that the card is asked to sign, or has just signed. Raises NotFound once they may no longer be.

    :param reference: the digest of the signature's nonce.
    """
    prepared = nonces.waiting(runtime, reference, browser)
    if prepared is None:
        raise NotFound
    with reading(runtime.engine) as connection:
        return blobs.load(connection, prepared)


def is_signed(kind: Kind, document: str) -> bool:
    """Whether documents of this kind are signed inside."""
    return any(action.paper and action.paper.kind == document for action in kind.actions)


def check(runtime: Runtime, obj: BusinessObject, row: DocumentRow, content: bytes) -> Checked:
    """What a signed document is worth: by the enterprise's signature, and the partner's where the partner sent it."""
    places = next(action.paper.place for action in obj.kind.actions if action.paper and action.paper.kind == row.kind)
    partner = (PARTNER_PLACE,) if row.source == obj.partner else ()
    return signing.check(runtime, content, (places, *partner), obj.partner, row.created_at)


def _paper(action: Action) -> Paper:
    if action.paper is None:
        raise ValueError(f"{action.name} signs no document")
    return action.paper


def _request(runtime: Runtime, obj: BusinessObject, paper: Paper) -> Request:
    receiver = drafts.receiver_name(runtime.registry, obj.partner).zh
    return Request(number=obj.number, receiver=receiver, name=f"{wording(paper).title}.pdf")


def _seal(connection: Connection, actor: Actor, paper: Paper, values: Mapping[str, Any]) -> Seal:
    """The chosen seal, valid at this moment. Raises InvalidInput, SignatureRefused."""
    found = _valid(Tenant(connection, actor.enterprise))
    chosen = next((row for row in found if row.number == values.get(paper.seal)), None)
    if chosen is None:
        raise InvalidInput({paper.seal: NO_SEAL})
    if not _may_use(chosen, actor):
        raise SignatureRefused(NOT_ASSIGNED)
    return Seal(name=str(chosen.content["enterprise_name"]), number=str(chosen.content.get("engraved_no") or ""))


def _subject(obj: BusinessObject, action: Action, values: Mapping[str, Any], files: Files) -> str:
    facts = {
        "object": obj.id,
        "revision": obj.revision,
        "action": action.name,
        "values": freeze(values),
        "files": [[kind, file.sha256] for kind, file in files],
    }
    return chain.digest(chain.canonical(facts))
