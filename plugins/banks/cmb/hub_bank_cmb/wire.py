"""How a document travels: as JSON, compact and with its keys sorted, and with a signature over exactly these octets.

    {"request":{"body":{...},"head":{..., "userid":"U1"}},"signature":{"sigdat":"...","sigtim":"20261120090000"}}

While it is signed and verified, sigdat holds a placeholder; nothing is written anew before it is verified. With an SM2
key the signature is r || s, 64 octets, and binds the login id, filled up with zeros; another key signs as everywhere.
A name that ends in x or z and a digit is a list of records, every value a text; sigtim is the message's own time.
"""

import base64
import json
import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cryptography.exceptions import InvalidSignature
from lxml import etree

from hub.contract.adapters import Context, Refusal
from hub.contract.convert import STAMP14
from hub.contract.message import CanonicalMessage, OutMessage, Raw
from hub.contract.suites import SM2
from hub.crypto import keys, sm2
from hub.crypto.certificate import load, serial
from hub.crypto.pinned import INVALID, pinned
from hub.xml.carriers import Carried
from hub.xml.reader import DEFAULT, NOT_WELL_FORMED, TOO_MUCH, read

CONTENT_TYPE = "application/json; charset=utf-8"
PLACEHOLDER = "__signature_sigdat__"
SHAPE = re.compile(
    rb'(\{"re(?:quest|sponse)":.*,"signature":\{"sigdat":")([0-9A-Za-z+/=]{1,1024})(","sigtim":"([0-9]{14})"\}\})'
)
NAME, RECORDS = re.compile("[a-z][a-z0-9]{1,31}"), re.compile("[xz][0-9]$")
SIDES = ("request", "response")
ID_SIZE = 16  # octets of a login id that is signed with


@dataclass(frozen=True)
class JsonCarrier:
    """The carrier: hub.xml.carriers.Carrier."""

    envelope = False
    names_request = False

    def pack(self, document: bytes, message: CanonicalMessage, ctx: Context) -> OutMessage:
        """The JSON. ``login_id`` is a setting of the partner: the hub as the bank's customer."""
        root = read(document)
        login = str(ctx.settings.get("login_id", ""))
        content = _plain(root)
        content["head"]["userid"] = login
        signature = {"sigdat": PLACEHOLDER, "sigtim": STAMP14.write(message.created_at)}
        unsigned = _compact({root.tag: content, "signature": signature})
        value = ctx.signer.sign(unsigned.encode(), _user_id(login))
        raw = sm2.to_raw(value) if ctx.signer.algorithm == SM2 else value
        before, _, after = unsigned.rpartition(PLACEHOLDER)
        signed = f"{before}{base64.b64encode(raw).decode('ascii')}{after}"
        return OutMessage(content=signed.encode(), content_type=CONTENT_TYPE)

    def unpack(self, raw: Raw, sender: str, ctx: Context) -> Carried:  # noqa: ARG002
        """The document as XML. Raises Refusal 0003 (too large), 0001 (no such JSON), 1001 and 1002 (signature)."""
        if len(raw.content) > DEFAULT.bytes:
            raise Refusal(TOO_MUCH, f"{len(raw.content)} octets, at most {DEFAULT.bytes} are taken")
        found = SHAPE.fullmatch(raw.content)
        if found is None:
            raise Refusal(NOT_WELL_FORMED, "no signed JSON with sorted keys")
        before, value, after, at = found.groups()
        root, login = _read(raw.content)
        unsigned = before + PLACEHOLDER.encode("ascii") + after
        return Carried(
            serial=_signed_by(unsigned, value, login, ctx),
            document=etree.tostring(root, encoding="utf-8"),
            header={"created_at": _time(at)},
        )


def _compact(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True)


def _plain(element: etree._Element) -> Any:
    """An element as JSON."""
    if not len(element):
        return element.text or ""
    made: dict[str, Any] = {}
    for child in element:
        if RECORDS.search(child.tag):
            made.setdefault(child.tag, []).append(_plain(child))
        else:
            made[child.tag] = _plain(child)
    return made


def document(whole: dict[str, Any]) -> tuple[etree._Element, str]:
    """The document, and the login id in its head. Raises ValueError, KeyError, TypeError, StopIteration."""
    side = next(name for name in SIDES if name in whole)
    login = whole[side]["head"].pop("userid")
    if not isinstance(login, str):
        raise TypeError("userid is no text")
    return _grown(etree.Element(side), whole[side]), login


def _read(content: bytes) -> tuple[etree._Element, str]:
    """The document, and the login id in its head. Raises Refusal 0001 for whatever :func:`_compact` would not write."""
    try:
        text = content.decode()
        whole = json.loads(text)
        if _compact(whole) != text or len(whole) != len(SIDES):
            raise ValueError("not written as it has to be")
        return document(whole)
    except (ValueError, KeyError, TypeError, StopIteration, RecursionError) as error:
        raise Refusal(NOT_WELL_FORMED, f"no document: {type(error).__name__}") from error


def _grown(element: etree._Element, value: Any) -> etree._Element:
    """``element`` with the parts of ``value``."""
    if isinstance(value, str):
        element.text = value
        return element
    for name, part in value.items():
        if not NAME.fullmatch(name) or isinstance(part, list) != bool(RECORDS.search(name)):
            raise ValueError("a name that is none, or a list where there is none")
        for one in part if isinstance(part, list) else [part]:
            if not isinstance(one, (str, dict)):
                raise TypeError("neither text nor record")
            _grown(etree.SubElement(element, name), one)
    return element


def _signed_by(unsigned: bytes, value: bytes, login: str, ctx: Context) -> str:
    """The serial of the pinned certificate whose signature this is: the document does not name one."""
    try:
        raw = base64.b64decode(value, validate=True)
    except ValueError as error:
        raise Refusal(INVALID, "sigdat is not base64") from error
    for der in ctx.trusted:
        certificate = load(der)
        key = keys.public_key(certificate)
        suite = keys.suite_of(key)
        if suite not in ctx.suites:
            continue
        try:
            keys.verify(key, sm2.from_raw(raw) if suite == SM2 else raw, unsigned, _user_id(login))
        except (InvalidSignature, ValueError):
            continue
        return serial(pinned(der, ctx.trusted, ctx.now))
    raise Refusal(INVALID, "the signature is that of no pinned certificate")


def _user_id(login: str) -> bytes:
    return login.encode().ljust(ID_SIZE, b"0")


def _time(digits: bytes) -> datetime:
    try:
        at: datetime = STAMP14.read(digits.decode("ascii"))
    except ValueError as error:
        raise Refusal(NOT_WELL_FORMED, "sigtim is no time") from error
    return at
