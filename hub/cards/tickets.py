"""Pairing tickets: the hub's signed word that a page of its own asks the card agent for a session.

Made by the hub, read by the agent, which holds the hub's certificate and nothing else of it.
"""

import base64
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from cryptography import x509

from hub.cards.challenge import STAMP
from hub.cards.refusal import CardRefused
from hub.cards.suites import verify_signature
from hub.contract.adapters import Signer

MAGIC = b"SWHUB-TICKET-1\n"
LIFE = timedelta(minutes=5)
SKEW = timedelta(minutes=2)  # the user's PC may be ahead or behind
FIELDS = {"origin", "issued_at", "expires_at", "nonce"}


@dataclass(frozen=True, kw_only=True)
class Ticket:
    """A ticket whose signature and time were found good."""

    origin: str
    expires_at: datetime
    nonce: str


def make_ticket(signer: Signer, origin: str, now: datetime) -> dict[str, str]:
    """What the page takes to the agent's ``/pair``, ready to be sent as JSON."""
    fields = {
        "origin": origin,
        "issued_at": now.astimezone(UTC).strftime(STAMP),
        "expires_at": (now + LIFE).astimezone(UTC).strftime(STAMP),
        "nonce": secrets.token_urlsafe(32),
    }
    ticket = json.dumps(fields, sort_keys=True, separators=(",", ":"))
    signature = base64.b64encode(signer.sign(MAGIC + ticket.encode())).decode()
    return {"ticket": ticket, "algorithm": signer.algorithm, "signature": signature}


def read_ticket(body: Mapping[str, object], hub_certificate: x509.Certificate, now: datetime) -> Ticket:
    """The ticket in ``body``, if the hub signed it for this time.

    Raises CardRefused: malformed, algorithm, bad_signature, stale. That it is used once is the caller's to hold.
    """
    try:
        text, algorithm, encoded = (body[name] for name in ("ticket", "algorithm", "signature"))
        if not isinstance(text, str) or not isinstance(algorithm, str) or not isinstance(encoded, str):
            raise CardRefused("malformed")
        signature = base64.b64decode(encoded, validate=True)
        verify_signature(algorithm, hub_certificate, signature, MAGIC + text.encode())
        fields = json.loads(text)
        if fields.keys() != FIELDS:
            raise CardRefused("malformed")
        issued_at, expires_at = (
            datetime.strptime(fields[name], STAMP).replace(tzinfo=UTC) for name in ("issued_at", "expires_at")
        )
    except (KeyError, ValueError, AttributeError, TypeError):
        raise CardRefused("malformed") from None
    if not issued_at - SKEW <= now <= expires_at + SKEW:
        raise CardRefused("stale")
    return Ticket(origin=fields["origin"], expires_at=expires_at, nonce=fields["nonce"])
