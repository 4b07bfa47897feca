"""Somebody with a card, who makes seals and signs documents."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from sqlalchemy import select

from hub.business import KINDS
from hub.business.kind import OWN
from hub.cards.challenge import frame, parse
from hub.cards.document import signed_attributes
from hub.contract.message import ActorSignature, Attachment, CanonicalMessage
from hub.documents import sign
from hub.services import actions, drafts, nonces, sessions
from hub.services.card_answers import CardAnswer
from hub.services.objects import Tenant
from hub.services.shapes import BusinessObject, DocumentRow
from hub.store import tables
from hub.store.engine import reading
from hub.testing import pki
from tests.services.conftest import USCC, World

SEAL = {"seal_type": "COMPANY", "engraved_no": "", "term": "1"}


@dataclass
class Office:
    """Somebody with a card, who makes seals and signs."""

    world: World
    card: pki.Identity
    session: sessions.LoginSession

    def begin(self, kind: str, partner: str) -> BusinessObject:
        actor = self.session.actor
        return drafts.begin(self.world.runtime, actor, KINDS[kind], uuid.uuid4().hex, partner)

    def answer(self, obj: BusinessObject, action: str, values: Mapping[str, Any]) -> CardAnswer:
        """What the card agent brings for this act."""
        runtime, actor = self.world.runtime, self.session.actor
        nonce = nonces.new(runtime, self.session.token)
        payload = actions.signing_payload(runtime, actor, obj.kind.code, obj.id, action, values, nonce)
        signer = pki.KeySigner(self.card)
        signature = ActorSignature(
            payload=payload,
            algorithm=self.card.algorithm,
            value=signer.sign(frame(payload)),
            certificate=self.card.der,
        )
        inside = b""
        if obj.kind.action(action).paper:
            inside = signer.sign(signed_attributes(parse(payload).digest, self.card.der))
        return CardAnswer(signature=signature, nonce=nonce, browser=self.session.token, document=inside)

    def act(
        self, obj: BusinessObject, action: str, values: Mapping[str, Any], card: CardAnswer | None = None
    ) -> BusinessObject:
        card = card or self.answer(obj, action, values)
        runtime, actor = self.world.runtime, self.session.actor
        return actions.perform(runtime, actor, obj.kind.code, obj.id, action, values, obj.revision, card)

    def make_seal(self, **changes: str) -> BusinessObject:
        return self.act(self.begin("seal", OWN), "make", self.seal(**changes))

    def seal(self, **changes: str) -> dict[str, str]:
        """What is typed of a new one, for its maker's own use."""
        return SEAL | {"operator": self.session.account_id} | changes

    def sign(self, seal: BusinessObject) -> BusinessObject:
        return self.act(self.begin("agreement", "sinosure"), "sign", {"seal_no": seal.number})

    def now(self, obj: BusinessObject) -> BusinessObject:
        with reading(self.world.runtime.engine) as connection:
            return Tenant(connection, USCC).get(obj.kind.code, obj.id)

    def papers(self, obj: BusinessObject) -> list[tuple[DocumentRow, bytes]]:
        """Its documents, newest first."""
        with reading(self.world.runtime.engine) as connection:
            mine = Tenant(connection, USCC)
            return [mine.document(row.id) for row in mine.documents(obj)]

    def sent(self, obj: BusinessObject) -> list[str]:
        """The types of the messages that left for it, in order."""
        rows = select(tables.outbox.c.type).where(tables.outbox.c.business_key == obj.number)
        with reading(self.world.runtime.engine) as connection:
            return list(connection.execute(rows.order_by(tables.outbox.c.created_at)).scalars())

    def countersigned(self, obj: BusinessObject, content: bytes | None = None) -> CanonicalMessage:
        """MSG-AGR-02."""
        world = self.world
        pdf = content or sign.counter_sign(
            self.papers(obj)[0][1],
            "insurer",
            signer=world.insurer,
            issuers=(),
            stamp=None,
            name="示例信用保险公司",
            reason="签署",
            at=world.clock.now(),
        )
        file = Attachment(name="协议.pdf", media_type="application/pdf", sha256=sha256(pdf).hexdigest(), content=pdf)
        body = {"agreement_no": obj.number, "countersigned_at": world.clock.now()}
        return world.message("AgreementCountersigned", obj.number, body, attachments=(file,))


def office(world: World, role: str = "LP") -> Office:
    card = world.card(role)
    return Office(world, card, world.login(card))
