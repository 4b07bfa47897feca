"""What a card has signed, believed or not: the one place where every act with a card is checked."""

from dataclasses import dataclass, field, replace
from datetime import datetime

from sqlalchemy import Connection

from hub.business.acts import Actor
from hub.cards import challenge
from hub.cards.challenge import Purpose
from hub.cards.refusal import CardRefused
from hub.cards.trust import verify
from hub.contract.message import ActorSignature
from hub.contract.text import Text
from hub.errors import NotAllowed, SignatureRefused
from hub.runtime import Runtime
from hub.services import accounts, card_trust, nonces

WRONG_CARD = Text("IC卡与当前登录人员不符", "This card does not belong to the person logged in")

NO_CARD = Text(
    "当前账号未绑定卡，请法人在“账号与卡”中为该账号绑定卡后再签署",
    "No card is bound to this account: the legal person binds one under Accounts and cards",
)


@dataclass(frozen=True, kw_only=True)
class CardAnswer:
    """What the card signed, for which nonce, in which browser."""

    signature: ActorSignature
    nonce: str
    browser: str
    document: bytes = field(default=b"", repr=False)  # the signature inside a document, where the act asks for one


def step_up(connection: Connection, actor: Actor) -> Actor:
    """The actor with the account's card, where the session was opened without one (S2:395). Raises NotAllowed."""
    if actor.certificate:
        return actor
    serial = accounts.bound_serial(connection, actor.account)
    if serial is None:
        raise NotAllowed(NO_CARD)
    return replace(actor, certificate=serial)


def believe(
    runtime: Runtime,
    connection: Connection,
    actor: Actor,
    answer: CardAnswer,
    now: datetime,
    *,
    purpose: Purpose,
    number: str,
    receiver: str,
    digest: str,
    document: str = "",
    matter: str = "",
) -> None:
    """Return when the actor's own card has signed exactly this, just now and once. Raises SignatureRefused."""
    signature = answer.signature
    try:
        challenge.check(
            signature.payload,
            purpose=purpose,
            origin=runtime.settings.web.origin,
            nonce=answer.nonce,
            now=now,
            number=number,
            receiver=receiver,
            digest=digest,
            document=document,
            matter=matter,
        )
        trusted = card_trust.trust(runtime.settings.trust)
        card = verify(signature.payload, signature.algorithm, signature.value, signature.certificate, trusted, now)
    except CardRefused as refused:
        raise SignatureRefused(refused.text) from None
    own = actor.certificate in (None, card.serial) and accounts.is_bound(connection, actor.account, card.fingerprint)
    if not own:
        raise SignatureRefused(WRONG_CARD)
    if not nonces.spend(connection, answer.nonce, answer.browser, now):
        raise SignatureRefused(nonces.USED)
