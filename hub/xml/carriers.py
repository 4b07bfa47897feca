"""How a document in a partner's own XML travels: what stands around its octets and who signs them.

``PARCEL``: inside the hub's own signed envelope, which carries the envelope's fields and the attachments too; the way
out where names are Chinese, because signxml cannot sign those. ``ENVELOPED``: the document itself is signed (XMLDSig),
and its rows name whatever of the envelope it carries. A partner that does it otherwise gets a carrier of its own.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from lxml import etree

from hub.contract.adapters import Context, Refusal
from hub.contract.message import ActorSignature, Attachment, CanonicalMessage, OutMessage, Raw
from hub.xml.catalogue import default_catalogue
from hub.xml.dialect import OTHER_RECEIVER, OTHER_SENDER, seal
from hub.xml.reader import read
from hub.xml.signature import sign, verify

PARCEL_TYPE, PARCEL_VERSION = "Parcel", "1.0"
ENVELOPE = (
    "message_id", "sender", "receiver", "enterprise", "business_key", "sequence", "created_at", "correlation_id",
)  # fmt: skip
"""The fields of a message that ``header.<field>`` can mean."""
NOT_DECLARED = "0005"


@dataclass(frozen=True, kw_only=True)
class Carried:
    """A document whose signature is right, and what else the partner signed with it."""

    document: bytes = field(repr=False)
    serial: str  # of the certificate, hex
    header: Mapping[str, Any] = field(default_factory=dict)  # those of ENVELOPE that travelled beside the document
    request_digest: str | None = None  # of the bytes that it answers
    attachments: tuple[Attachment, ...] = ()
    actor_signature: ActorSignature | None = None


class Carrier(Protocol):
    """One way of travelling. Pure."""

    envelope: bool  # whether header, attachments and the card's signature travel beside the document
    names_request: bool  # whether an answer says which bytes it answers

    def pack(self, document: bytes, message: CanonicalMessage, ctx: Context) -> OutMessage:
        """The final, signed bytes; ``ctx.sent_digest`` is that of the bytes that this answers."""
        ...

    def unpack(self, raw: Raw, sender: str, ctx: Context) -> Carried:
        """Limits, parse, signature, in this order. Raises Refusal; believes nothing but the verified bytes."""
        ...


@dataclass(frozen=True)
class Parcel:
    """The hub's own envelope around the document's octets."""

    envelope = True
    names_request = True

    def pack(self, document: bytes, message: CanonicalMessage, ctx: Context) -> OutMessage:
        """A message of the type Parcel with everything of ``message`` but its body."""
        body: dict[str, Any] = {"document": document}
        if ctx.sent_digest:
            body["request_digest"] = ctx.sent_digest
        parcel = replace(message, type=PARCEL_TYPE, version=PARCEL_VERSION, body=body)
        return OutMessage(content=seal(default_catalogue(), parcel, ctx.signer))

    def unpack(self, raw: Raw, sender: str, ctx: Context) -> Carried:
        """Also refuses another sender (1004) and another receiver (2001)."""
        verified = verify(read(raw.content), ctx.trusted, ctx.now, ctx.suites)
        schema = default_catalogue().of(verified.element)
        if schema.type != PARCEL_TYPE:
            raise Refusal(NOT_DECLARED, f"{schema.type} is no Parcel")
        schema.validate(verified.element)
        parcel = schema.decode(verified.element)
        if parcel.sender != sender:
            raise Refusal(OTHER_SENDER, f"sender {parcel.sender}")
        if parcel.receiver != ctx.hub:
            raise Refusal(OTHER_RECEIVER, f"receiver {parcel.receiver}")
        return Carried(
            document=parcel.body["document"],
            serial=verified.serial,
            header={name: getattr(parcel, name) for name in ENVELOPE},
            request_digest=parcel.body.get("request_digest"),
            attachments=parcel.attachments,
            actor_signature=parcel.actor_signature,
        )


@dataclass(frozen=True)
class Enveloped:
    """The document with an XMLDSig signature of its own as last child of its root; its names must be ASCII."""

    envelope = False
    names_request = False

    def pack(self, document: bytes, message: CanonicalMessage, ctx: Context) -> OutMessage:  # noqa: ARG002
        """In UTF-8, whatever the document was written in: the signature is over UTF-8."""
        return OutMessage(content=sign(read(document), ctx.signer))

    def unpack(self, raw: Raw, sender: str, ctx: Context) -> Carried:  # noqa: ARG002
        """The signed part of the document, without its signature."""
        verified = verify(read(raw.content), ctx.trusted, ctx.now, ctx.suites)
        return Carried(document=etree.tostring(verified.element, encoding="utf-8"), serial=verified.serial)


PARCEL, ENVELOPED = Parcel(), Enveloped()


def header_of(message: CanonicalMessage) -> dict[str, Any]:
    """The envelope of ``message`` as values for rows named ``header.<field>``."""
    return {name: getattr(message, name) for name in ENVELOPE if getattr(message, name) is not None}
