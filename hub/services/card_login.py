"""Login with a card: a challenge that it signs, its certificate, the account that it is bound to (spec PT-04)."""

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from sqlalchemy import select

from hub.cards import challenge as cards
from hub.cards.challenge import Purpose
from hub.cards.refusal import CardRefused
from hub.cards.trust import CardCertificate, verify
from hub.contract.text import Text
from hub.errors import LoginRefused
from hub.runtime import Runtime
from hub.services import audit, card_requests, nonces, sessions
from hub.services.accounts import check_holder
from hub.services.card_trust import trust
from hub.services.nonces import USED
from hub.services.sessions import LoginSession
from hub.store import tables
from hub.store.engine import writing

GONE = Text("此卡已解除绑定，不能再使用", "This card was taken off its account and is not used again")


class Unbound(LoginRefused):
    """This card is bound to no account."""

    def __init__(self, card: CardCertificate) -> None:
        code = card_requests.code(card.fingerprint)
        super().__init__(
            Text(
                f"此卡未绑定账号。请法人在“账号与卡”中绑定，绑定码 {code}",
                f"This card is bound to no account: the legal person binds it under Accounts and cards, code {code}",
            )
        )
        self.card = card


@dataclass(frozen=True, kw_only=True)
class Challenge:
    """What the browser has to have signed by the card."""

    nonce: str
    payload: str


def challenge(runtime: Runtime, browser: str) -> Challenge:
    """A login challenge bound to the portal's origin and this browser."""
    fresh = nonces.new(runtime, browser)
    return Challenge(nonce=fresh, payload=cards.make_login(runtime.settings.web.origin, fresh, runtime.clock.now()))


def login(
    runtime: Runtime,
    *,
    browser: str,
    nonce: str,
    payload: str,
    algorithm: str,
    signature: bytes,
    certificate: bytes,
    address: str | None,
) -> LoginSession:
    """Open a session with a card. Raises LoginRefused with what to do; every refusal is audited."""
    now = runtime.clock.now()
    live = nonces.use(runtime, nonce, browser)
    try:
        if not live:
            raise LoginRefused(USED)
        cards.check(payload, purpose=Purpose.LOGIN, origin=runtime.settings.web.origin, nonce=nonce, now=now)
        card = verify(payload, algorithm, signature, certificate, trust(runtime.settings.trust), now)
        return _open(runtime, card, address, now)
    except (CardRefused, LoginRefused) as refused:
        reason = refused.code if isinstance(refused, CardRefused) else refused.text.en
        with writing(runtime.engine) as connection:
            if isinstance(refused, Unbound):
                card_requests.ask(connection, refused.card, now)
            detail = {"reason": reason, "certificate": sha256(certificate).hexdigest()}
            audit.note(connection, now, "login.refused", who="anonymous", address=address, detail=detail)
        raise refused if isinstance(refused, LoginRefused) else LoginRefused(refused.text) from None


def _open(runtime: Runtime, card: CardCertificate, address: str | None, now: datetime) -> LoginSession:
    binding, account = tables.card_binding, tables.account
    with writing(runtime.engine) as connection:
        row = connection.execute(
            select(account)
            .join(binding, binding.c.account == account.c.id)
            .where(binding.c.fingerprint == card.fingerprint, binding.c.ended_at.is_(None))
        ).one_or_none()
        if row is None:
            raise LoginRefused(GONE) if card_requests.was_bound(connection, card.fingerprint) else Unbound(card)
        check_holder(row, card)
        token = sessions.begin(runtime, connection, row.id, card, address, now)
    return sessions.opened(runtime, token)
