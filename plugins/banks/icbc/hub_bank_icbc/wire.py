"""How a document travels: as ``reqData`` of a form, in base64, inside a CMS signature if and only if it has a SignTime.

The enterprise signs what asks for money and leaves a question unsigned, which the channel protects; the bank signs all
that it says. The other fields of the form are for the bank's gateway: nobody believes them, and what they say stands
in the document again.
"""

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode

from lxml import etree

from hub.contract.adapters import Context, Refusal
from hub.contract.convert import STAMP17
from hub.contract.message import CanonicalMessage, OutMessage, Raw
from hub.crypto import cms
from hub.crypto.pinned import INVALID
from hub.xml.carriers import Carried
from hub.xml.reader import DEFAULT, NOT_WELL_FORMED, TOO_MUCH, read

CONTENT_TYPE = "application/x-www-form-urlencoded; charset=GBK"
FIELDS = ("Version", "TransCode", "BankCode", "GroupCIS", "ID", "PackageID", "SendTime", "reqData")
LARGEST = 3 * DEFAULT.bytes  # octets of a form: base64, percent signs, signature
SEQUENCE = b"\x30"  # how DER begins, and no document


@dataclass(frozen=True)
class Form:
    """The carrier: hub.xml.carriers.Carrier."""

    bank: str  # who signs everything

    envelope = False
    names_request = False

    def pack(self, document: bytes, message: CanonicalMessage, ctx: Context) -> OutMessage:
        """The form. ``group_cis`` and ``user_id`` are settings of the partner: the hub as the bank's customer."""
        root = read(document)
        data = cms.seal(document, ctx.signer) if _wants_signature(root) else document
        fields: Mapping[str, str] = {
            "Version": "0.0.0.1",
            "TransCode": root.findtext("eb/pub/TransCode", ""),
            "BankCode": root.findtext("eb/pub/BankCode", ""),
            "GroupCIS": str(ctx.settings.get("group_cis", "")),
            "ID": str(ctx.settings.get("user_id", "")),
            "PackageID": root.findtext("eb/pub/fSeqno", ""),
            "SendTime": STAMP17.write(message.created_at),
            "reqData": base64.b64encode(data).decode("ascii"),
        }
        return OutMessage(content=urlencode(fields).encode("ascii"), content_type=CONTENT_TYPE)

    def unpack(self, raw: Raw, sender: str, ctx: Context) -> Carried:
        """The document of a form. Raises Refusal 0003 (too large), 0001 (no such form), 1001 to 1003 (signature)."""
        data = _data(raw.content)
        signed = data.startswith(SEQUENCE)
        if not signed and sender == self.bank:
            raise Refusal(INVALID, "the bank's word is not signed")
        opened = cms.unseal(data, ctx.trusted, ctx.now, ctx.suites) if signed else cms.Opened(content=data, serial="")
        if signed != _wants_signature(read(opened.content)):
            raise Refusal(INVALID, "signed without a SignTime, or not signed with one")
        return Carried(document=opened.content, serial=opened.serial)


def _data(content: bytes) -> bytes:
    """What ``reqData`` holds."""
    if len(content) > LARGEST:
        raise Refusal(TOO_MUCH, f"{len(content)} octets, at most {LARGEST} are taken")
    try:
        fields = parse_qsl(content.decode("ascii"), keep_blank_values=True, strict_parsing=True)
        if tuple(name for name, _ in fields) != FIELDS:
            raise ValueError("other fields")
        return base64.b64decode(fields[-1][1], validate=True)
    except ValueError as error:
        raise Refusal(NOT_WELL_FORMED, f"no form with {', '.join(FIELDS)}") from error


def _wants_signature(root: etree._Element) -> bool:
    return any(root.find(f"eb/{side}/SignTime") is not None for side in ("in", "out"))
