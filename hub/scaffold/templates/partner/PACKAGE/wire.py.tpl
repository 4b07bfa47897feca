"""The partner's bytes: encoding, XSD, signature. The transport is the hub's HTTPS POST.

The document travels as base64 in a wrapper ``<Signed><Content>``, signed with XMLDSig as the hub's own messages are:
exactly these bytes were signed. A partner that signs otherwise: change :func:`pack` and :func:`unpack`, and nothing
else. A partner that needs another transport: add ``send`` to the adapter (hub.contract.adapters.WireAdapter).
"""

import base64
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from importlib.resources import as_file, files
from typing import Any, cast

import xmlschema
from lxml import etree

from hub.contract.adapters import Refusal, Signer
from hub.xml import xsd
from hub.xml.reader import read
from hub.xml.signature import sign, verify
from $package.messages import MESSAGES, Message, Values

ENCODING = "$encoding"  # as declared in the XSDs: check it against the partner's specification
WRAPPER, CONTENT = "Signed", "Content"
NOT_WELL_FORMED, INVALID, NOT_ENCODABLE, UNKNOWN_TYPE = "0001", "0002", "0004", "0005"


@dataclass(frozen=True, kw_only=True)
class Opened:
    """A message whose signature and schema are right: all of it comes from the verified bytes."""

    message: Message
    values: Values = field(repr=False)
    digest: str  # sha256 hex of the partner's document
    serial: str  # of the certificate that signed it, hex


def pack(message: Message, values: Values, signer: Signer) -> bytes:
    """The final bytes: the partner's document inside a signed wrapper. Raises Refusal 0002 or 0004."""
    wrapper = etree.Element(WRAPPER)
    etree.SubElement(wrapper, CONTENT).text = base64.b64encode(document(message, values)).decode()
    return sign(wrapper, signer)


def unpack(content: bytes, trusted: Sequence[bytes], now: datetime) -> Opened:
    """Limits, parse, signature, schema. Raises Refusal."""
    verified = verify(read(content), trusted, now)
    try:
        inner = base64.b64decode(verified.element.findtext(CONTENT, ""), validate=True)
    except ValueError as error:
        raise Refusal(NOT_WELL_FORMED, "the content is not base64") from error
    message, found = decoded(read(inner))
    return Opened(message=message, values=found, digest=hashlib.sha256(inner).hexdigest(), serial=verified.serial)


def document(message: Message, values: Values) -> bytes:
    """The partner's document in the partner's encoding. Raises Refusal 0002 or 0004."""
    text = etree.tostring(element(message, values), encoding="unicode")
    try:
        return f'<?xml version="1.0" encoding="{ENCODING}"?>{text}'.encode(ENCODING)
    except UnicodeEncodeError as error:
        lost = error.object[error.start : error.end]
        raise Refusal(NOT_ENCODABLE, f"{message.type}: {lost!r} cannot be written in {ENCODING}") from error


def element(message: Message, values: Values) -> etree._Element:
    """The unsigned element of ``values``. Raises Refusal 0002 naming the rule."""
    try:
        made = schema(message.schema).encode(
            dict(values), path=message.tag, process_namespaces=False, etree_element_class=etree.Element, indent=0
        )
    except (xmlschema.XMLSchemaException, TypeError, ValueError) as error:
        raise Refusal(INVALID, f"{message.type}: {_reason(error)}") from error
    return cast(etree._Element, made)


def decoded(root: etree._Element) -> tuple[Message, dict[str, Any]]:
    """Which message ``root`` is, and its values. Raises Refusal 0005 or 0002."""
    fault: Exception | None = None
    for message in (row for row in MESSAGES if row.tag == root.tag):
        try:
            made = schema(message.schema).decode(cast(Any, root), process_namespaces=False)
        except xmlschema.XMLSchemaException as error:
            fault = error
            continue
        return message, dict(cast(Mapping[str, Any], made or {}))
    if fault is None:
        raise Refusal(UNKNOWN_TYPE, f"{root.tag} is none of the partner's messages")
    raise Refusal(INVALID, _reason(fault)) from fault


def example(message: Message) -> dict[str, Any]:
    """The values of the golden sample."""
    content = files("$package").joinpath(f"schemas/samples/{message.sample}.xml").read_bytes()
    return decoded(read(content))[1]


@cache
def schema(file: str) -> xmlschema.XMLSchema:
    """One XSD, compiled when it is first needed (tens of milliseconds); includes come from its own folder only."""
    folder = files("$package").joinpath("schemas")
    with as_file(folder) as path:
        text = (path / file).read_text(encoding="utf-8")
        return xsd.load(text, lambda place: (path / place.replace("\\", "/").rsplit("/", 1)[-1]).as_uri())


def _reason(error: Exception) -> str:
    """The rule that was broken, without the value: values may be personal."""
    path, reason = getattr(error, "path", None), getattr(error, "reason", None)
    return f"{path or ''} {type(error).__name__}" if reason is None else f"{path or ''} breaks its XSD"
