"""The hub's conversation in a partner's words: signed messages, receipts for exactly their bytes, "did you get it?", in
XML of the partner's own. A plugin brings one :class:`~hub.xml.layout.Layout` per message, and an encoding.

What goes out is validated as the hub's own message before it is written in the partner's terms; what comes in is
validated as such after it was read. So the XSDs of ``schemas/`` hold whatever the partner's XML looks like.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from lxml import etree

from hub.contract.adapters import Context, Refusal, Signer
from hub.contract.message import ActorSignature, Attachment, CanonicalMessage, OutMessage
from hub.xml.carriers import ENVELOPE, header_of
from hub.xml.codec import CodecError
from hub.xml.dialect import CanonicalDialect
from hub.xml.layout import HEADER, Layout, encoded
from hub.xml.reader import parser
from hub.xml.signature import sign

INVALID, UNKNOWN_TYPE = "0002", "0005"
PARTS = ("name", "media_type", "size", "sha256", "content")  # of an attachment


@dataclass(frozen=True, kw_only=True)
class Translated(CanonicalDialect):
    """CanonicalDialect in the partner's words. ``layouts``: "Type/1.0" -> its table, Receipt/1.0 among them."""

    layouts: Mapping[str, Layout] = field(repr=False)
    encoding: str = "UTF-8"

    def build(self, message: CanonicalMessage, ctx: Context) -> OutMessage:
        """Raises Refusal 0002, 0004 or 0005."""
        return replace(super().build(message, ctx), content_type=f"application/xml; charset={self.encoding}")

    def sealed(self, message: CanonicalMessage, signer: Signer) -> bytes:
        """Validated, written by its table, signed, encoded. Raises Refusal 0002, 0004 or 0005."""
        declared = f"{message.type}/{message.version}"
        if declared not in self.layouts:
            raise Refusal(UNKNOWN_TYPE, f"{declared} has no table here")
        schema = self.catalogue.message(message.type, message.version)
        schema.validate(schema.encode(message))
        try:
            element = self.layouts[declared].write({**message.body, HEADER: header(message)})
        except CodecError as error:
            raise _refused(error) from error
        return self.pack(element, signer)

    def pack(self, element: etree._Element, signer: Signer) -> bytes:
        """Signed, then encoded: a digest of XML is over its canonical form, which is UTF-8 in every encoding."""
        return encoded(etree.fromstring(sign(element, signer), parser()), self.encoding)

    def unsealed(self, element: etree._Element) -> CanonicalMessage:
        """Read by the table that fits, then validated as our own. Raises Refusal 0002, 0005 or 0006."""
        declared = next((name for name, layout in self.layouts.items() if layout.fits(element)), None)
        if declared is None:
            raise Refusal(UNKNOWN_TYPE, "none of the partner's messages")
        type, _, version = declared.partition("/")
        try:
            values = self.layouts[declared].read(element)
        except CodecError as error:
            raise _refused(error) from error
        envelope = values.pop(HEADER, {})
        schema = self.catalogue.message(type, version)
        message = _message(type, version, envelope, values)
        whole = schema.encode(message)
        schema.validate(whole)
        return schema.decode(whole)


def header(message: CanonicalMessage) -> dict[str, Any]:
    """The envelope, the files and the card's signature, as the tables know them; what is not there is absent."""
    made: dict[str, Any] = header_of(message)
    if message.attachments:
        made["attachments"] = [{name: getattr(file, name) for name in PARTS} for file in message.attachments]
    if message.actor_signature is not None:
        made["actor_signature"] = dict(vars(message.actor_signature))
    return made


def _message(type: str, version: str, envelope: Mapping[str, Any], body: Mapping[str, Any]) -> CanonicalMessage:
    """Raises Refusal 0002 when a part of the envelope is missing, 0006 when a file is not as long as it says."""
    actor = envelope.get("actor_signature")
    files = envelope.get("attachments", ())
    try:
        if any(len(row["content"]) != row["size"] for row in files):
            raise Refusal("0006", "a file is not as long as it says")
        return CanonicalMessage(
            **{name: envelope[name] for name in ENVELOPE if name in envelope},
            type=type,
            version=version,
            body=body,
            attachments=tuple(Attachment(**{name: row[name] for name in PARTS if name != "size"}) for row in files),
            actor_signature=ActorSignature(**actor) if actor else None,
        )
    except (TypeError, KeyError) as error:
        raise Refusal(INVALID, f"{type}/{version}: a part of the envelope is missing") from error


def _refused(error: CodecError) -> Refusal:
    row = {"path": error.path, "line": "", "zh": error.rule.zh, "en": error.rule.en}
    return Refusal(INVALID, str(error), explanation=[row])
