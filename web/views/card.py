"""A form that the card has signed: its hidden fields, and the digest as a person compares it."""

import base64
import binascii
from collections.abc import Mapping

from hub.cards.challenge import parse
from hub.contract.message import ActorSignature
from hub.errors import SignatureRefused
from hub.services.card_answers import CardAnswer
from web.views.login import browser

ENCODED = ("signature", "certificate", "document")  # fields of the form that hold base64


def card_answer(typed: Mapping[str, str]) -> CardAnswer | None:
    """What the card signed, from the form's hidden fields. Raises SignatureRefused for what is not base64."""
    if not typed.get("signature"):
        return None
    try:
        value, certificate, document = (base64.b64decode(typed.get(name, ""), validate=True) for name in ENCODED)
    except (binascii.Error, ValueError):
        raise SignatureRefused from None
    signature = ActorSignature(
        payload=typed.get("payload", ""),
        algorithm=typed.get("algorithm", ""),
        value=value,
        certificate=certificate,
    )
    return CardAnswer(signature=signature, nonce=typed.get("nonce", ""), browser=browser(), document=document)


def short_digest(payload: str) -> str:
    """The digest in a payload as page and agent show it."""
    digest = parse(payload).digest.upper()
    return f"{digest[:4]} {digest[4:8]} … {digest[-4:]}"
