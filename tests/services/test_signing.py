"""A document signed with the card: asked for, taken, kept, proved, and looked at again years later."""

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from hub.cards.challenge import frame
from hub.cards.document import signed_attributes
from hub.contract.message import ActorSignature
from hub.documents import pdf, seal, sign, texts
from hub.documents.seal import Seal
from hub.documents.sign import NotSignable
from hub.errors import NotFound, SignatureRefused
from hub.evidence.verify import examine
from hub.services import blobs, events, evidence, evidence_export, nonces, record, sessions, signing
from hub.services.card_answers import CardAnswer
from hub.services.signing import Asked, Request, Signed
from hub.store import tables
from hub.store.engine import reading, writing
from hub.testing import pki
from tests.services.conftest import START, USCC, World

FIRM = "示例进出口有限公司"
REQUEST = Request(number="XW2026-1", receiver="示例信用保险公司", name="中国国际贸易单一窗口出口信用保险服务协议.pdf")
DATA: dict[str, Any] = {
    **texts.SERVICE_AGREEMENT.data(),
    "number": "FW2026000001",
    "enterprise": {"name": FIRM, "uscc": USCC},
    "insurer": {"name": "示例信用保险公司"},
    "centre": {"name": "中国电子口岸数据中心"},
}
READY = sign.place_fields(
    pdf.render("service_agreement", DATA, now=START),
    sign.fields_at(pdf.places("service_agreement", DATA, now=START)),
)


@dataclass
class Desk:
    """Somebody with a card at a page."""

    world: World
    card: pki.Identity
    session: sessions.LoginSession
    nonce: str
    asked: Asked

    def answer(self, **changes: Any) -> CardAnswer:
        """What the card agent brings."""
        with reading(self.world.runtime.engine) as connection:
            digest = sign.waiting(blobs.load(connection, self.asked.prepared))
        signer = pki.KeySigner(self.card)
        signature = ActorSignature(
            payload=self.asked.payload,
            algorithm=self.card.algorithm,
            value=signer.sign(frame(self.asked.payload)),
            certificate=self.card.der,
        )
        inside = signer.sign(signed_attributes(digest, self.card.der))
        made = CardAnswer(signature=signature, nonce=self.nonce, browser=self.session.token, document=inside)
        return replace(made, **changes)

    def take(self, answer: CardAnswer, request: Request = REQUEST, prepared: str | None = None) -> Signed:
        with writing(self.world.runtime.engine) as connection:
            where = prepared or self.asked.prepared
            return signing.take(self.world.runtime, connection, self.session.actor, request, where, answer)


@pytest.fixture
def desk(sqlite_world: World) -> Desk:
    """An agreement is prepared and shown."""
    return sit_down(sqlite_world)


def sit_down(world: World) -> Desk:
    world.push(world.offer())
    card = world.card()
    session = world.login(card)
    nonce = nonces.new(world.runtime, session.token)
    stamp = seal.as_pdf(Seal(name=FIRM, number="1101080012345"), START)
    asked = signing.ask(world.runtime, REQUEST, READY, "enterprise", stamp=stamp, party=FIRM, nonce=nonce)
    return Desk(world, card, session, nonce, asked)


def keep(desk: Desk, signed: Signed) -> None:
    """As a line of business does it: the file and the facts go with the event."""
    now = desk.world.clock.now()
    obj = desk.world.object()
    with writing(desk.world.runtime.engine) as connection:
        locked = record.lock_id(connection, obj.id)
        facts = {
            **signed.facts,
            "what": "sent",
            "object": events.subject(locked),
            "message": {"way": "out", "id": "-", "type": "-", "digest": message(desk), "partner": "sinosure"},
            "documents": [{"kind": "agreement", "name": REQUEST.name, "digest": signed.document.sha256}],
        }
        blobs.keep(connection, signed.document.content, signing.PDF)
        evidence.append(connection, obj.id, facts, now)


def message(desk: Desk) -> str:
    with reading(desk.world.runtime.engine) as connection:
        return str(connection.execute(select(tables.inbox_raw.c.digest)).scalar_one())


def test_the_signed_document_is_good_and_proves_the_act(world: World) -> None:
    desk = sit_down(world)

    signed = desk.take(desk.answer())
    keep(desk, signed)

    checked = signing.check(world.runtime, signed.document.content, ("enterprise",), "sinosure", world.clock.now())
    result = examine(evidence_export.export(world.runtime, "XW2026-1"))
    assert (checked.good, [found.serial for found in checked.signatures]) == (True, [desk.session.actor.certificate])
    assert (result.findings, result.cards) == ([], 1)


def test_it_is_good_on_the_day_it_was_signed_when_the_card_has_ended_since(desk: Desk) -> None:
    signed = desk.take(desk.answer())

    desk.world.clock.move(timedelta(days=365 * 11))

    assert signing.check(desk.world.runtime, signed.document.content, ("enterprise",), "sinosure", START).good


def test_the_holder_is_shown_the_documents_name_and_receiver(desk: Desk) -> None:
    assert all(word in desk.asked.payload for word in (REQUEST.name, REQUEST.receiver, "签署文件"))


@pytest.mark.parametrize(
    "change",
    [{"number": "XW2026-2"}, {"receiver": "别的保险公司"}, {"name": "另一份协议.pdf"}],
    ids=["number", "receiver", "name"],
)
def test_a_signature_for_something_else_is_refused(desk: Desk, change: dict[str, str]) -> None:
    with pytest.raises(SignatureRefused):
        desk.take(desk.answer(), request=replace(REQUEST, **change))


def test_a_signature_for_another_document_is_refused(desk: Desk) -> None:
    other = signing.ask(desk.world.runtime, REQUEST, READY, "enterprise", stamp=None, party=FIRM, nonce=desk.nonce)

    with pytest.raises(SignatureRefused):
        desk.take(desk.answer(), prepared=other.prepared)


def test_an_answer_is_taken_once(desk: Desk) -> None:
    answer = desk.answer()
    desk.take(answer)

    with pytest.raises(SignatureRefused):
        desk.take(answer)


def test_another_persons_card_is_refused(desk: Desk) -> None:
    stranger = replace(desk, card=desk.world.card())

    with pytest.raises(SignatureRefused):
        desk.take(stranger.answer())


@pytest.mark.parametrize("inside", [b"", b"0" * 70])
def test_without_the_signature_inside_nothing_is_signed_and_the_answer_is_not_spent(desk: Desk, inside: bytes) -> None:
    with pytest.raises(NotSignable):
        desk.take(desk.answer(document=inside))

    assert desk.take(desk.answer()).document.name == REQUEST.name


def test_a_document_that_was_never_prepared_is_not_found(desk: Desk) -> None:
    with pytest.raises(NotFound):
        desk.take(desk.answer(), prepared="0" * 64)
