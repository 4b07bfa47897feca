"""Bytes -> tree. The limits hold before a tree exists, and long before anything is canonicalised.

libxml2 alone turns bytes into fields. Expat walks the same bytes first and only counts: 1 MB with 100 000 attributes
parses in no time and then needs most of a minute of C14N, so what is too much is refused before.
"""

import codecs
import re
from dataclasses import dataclass
from functools import partial
from xml.parsers import expat

from lxml import etree

from hub.contract.adapters import Refusal

UTF8 = "utf-8"
GB18030 = "gb18030"
ENCODINGS = {"utf-8": UTF8, "gb18030": GB18030, "gbk": GB18030, "gb2312": GB18030}  # GB 18030 reads the older two
NOT_WELL_FORMED, TOO_MUCH, ENCODING = "0001", "0003", "0004"

XINCLUDE = ("http://www.w3.org/2001/XInclude", "http://www.w3.org/2003/XInclude")
FORBIDDEN = {
    "StartDoctypeDeclHandler": "a document type declaration",
    "CommentHandler": "a comment",  # it could split a value
    "ProcessingInstructionHandler": "a processing instruction",
}
WIDE = (b"\xff\xfe", b"\xfe\xff", b"\x00\x00", b"<\x00", b"\x00<")  # how UTF-16 and UTF-32 begin
DECLARATION = re.compile(
    rb"""<\?xml[ \t\r\n]+version[ \t\r\n]*=[ \t\r\n]*(?:"1\.0"|'1\.0')"""
    rb"""(?:[ \t\r\n]+encoding[ \t\r\n]*=[ \t\r\n]*(?:"([A-Za-z][\w.-]*)"|'([A-Za-z][\w.-]*)'))?"""
    rb"""(?:[ \t\r\n]+standalone[ \t\r\n]*=[ \t\r\n]*(?:"(?:yes|no)"|'(?:yes|no)'))?[ \t\r\n]*\?>""",
    re.ASCII,
)
TAG = re.compile(rb"""<(?:[^"'<>]++|"[^"<]*+"|'[^'<]*+')*+>""")
STARTS = re.compile(rb"<\?xml[ \t\r\n]")  # a declaration, and not an instruction such as xml-stylesheet
AGAIN = re.compile(codecs.BOM_UTF8 + b"|" + STARTS.pattern)
MISREAD = 16  # octets beyond ASCII from which valid UTF-8 cannot be a GB text by chance


@dataclass(frozen=True, kw_only=True)
class Limits:
    """How much one message may bring. The defaults suit 12 MB with base64 attachments."""

    bytes: int = 12 * 1024 * 1024
    depth: int = 32
    elements: int = 20_000
    attributes: int = 1_000
    attributes_per_element: int = 16
    namespaces: int = 64  # declarations
    text: int = 10_000_000  # octets from one tag to the next; libxml2's own limit, so its "huge" mode is never needed
    tag: int = 8_192  # octets of one tag


DEFAULT = Limits()


def read(content: bytes, limits: Limits = DEFAULT) -> etree._Element:
    """The root of ``content``. Raises Refusal 0001, 0003 or 0004; touches neither network nor disk."""
    if len(content) > limits.bytes:
        raise Refusal(TOO_MUCH, f"{len(content)} octets, at most {limits.bytes} are taken")
    document = _utf8(content)
    if AGAIN.match(document):  # the parsers would obey it
        raise Refusal(NOT_WELL_FORMED, "a second mark or declaration")
    _Census(limits).take(document)
    try:
        return etree.fromstring(document, parser())
    except etree.XMLSyntaxError as error:
        raise Refusal(NOT_WELL_FORMED, f"line {error.lineno}") from error


def parser() -> etree.XMLParser:
    """A parser that resolves nothing and fetches nothing; made per message, because threads must not share one."""
    return etree.XMLParser(
        encoding=UTF8, resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, collect_ids=False
    )


def _utf8(content: bytes) -> bytes:
    """The document in UTF-8 without mark and declaration. The declaration alone chooses the encoding."""
    if not content.startswith(codecs.BOM_UTF8) and content.startswith(WIDE):
        raise Refusal(ENCODING, "UTF-16 and UTF-32 are not taken")
    if b"\x00" in content:
        raise Refusal(NOT_WELL_FORMED, "a NUL octet")
    document = content.removeprefix(codecs.BOM_UTF8)
    declared, start = UTF8, 0
    if STARTS.match(document):
        found = DECLARATION.match(document)
        if found is None:
            raise Refusal(NOT_WELL_FORMED, "the XML declaration is not one of XML 1.0")
        declared, start = (found[1] or found[2] or b"utf-8").decode("ascii").lower(), found.end()
    encoding = ENCODINGS.get(declared)
    if encoding is None or (encoding != UTF8 and document is not content):
        raise Refusal(ENCODING, f"declared as {declared[:40]}")
    document = document[start:]
    try:
        text = document.decode(encoding)
        if encoding == UTF8:
            return document
        if _is_utf8(document):
            raise Refusal(ENCODING, f"declared as {declared}, written in UTF-8")
        return text.encode(UTF8)
    except UnicodeError as error:
        raise Refusal(ENCODING, f"the octets are not {declared}") from error


def _is_utf8(document: bytes) -> bool:
    if sum(octet > 127 for octet in document[:100_000]) < MISREAD:
        return False
    try:
        document.decode(UTF8)
    except UnicodeError:
        return False
    return True


class _Census:
    """Counts the parts of one document and refuses at the first one too many, or of a kind that no message needs."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.depth = self.elements = self.attributes = self.namespaces = self.mark = 0

    def take(self, document: bytes) -> None:
        """Raises Refusal 0001 or 0003."""
        for long in re.finditer(rb"<(?!!\[CDATA\[)[^<]{%d}" % self.limits.tag, document):
            if not TAG.match(document, *long.span()):
                raise Refusal(TOO_MUCH, f"a tag of more than {self.limits.tag} octets")
        self.scanner = scanner = expat.ParserCreate(UTF8, " ")
        self.long = len(document) > self.limits.text
        scanner.ordered_attributes = True
        scanner.StartElementHandler = self.start
        scanner.EndElementHandler = self.end
        scanner.StartNamespaceDeclHandler = self.namespace
        for handler, part in FORBIDDEN.items():
            setattr(scanner, handler, partial(_refuse, part))
        try:
            scanner.Parse(document, True)
        except expat.ExpatError as error:
            raise Refusal(NOT_WELL_FORMED, f"line {error.lineno}: {expat.ErrorString(error.code)}") from error
        finally:
            del self.scanner  # else the two hold each other until the next collection

    def start(self, _: str, attributes: list[str]) -> None:
        self.depth += 1
        self.elements += 1
        count = len(attributes) // 2
        self.attributes += count
        limits = self.limits
        if self.depth > limits.depth:
            raise Refusal(TOO_MUCH, f"more than {limits.depth} levels")
        if self.elements > limits.elements:
            raise Refusal(TOO_MUCH, f"more than {limits.elements} elements")
        if count > limits.attributes_per_element or self.attributes > limits.attributes:
            raise Refusal(TOO_MUCH, "too many attributes")
        if self.long:
            self.measure()

    def end(self, _: str) -> None:
        self.depth -= 1
        if self.long:
            self.measure()

    def measure(self) -> None:
        at = self.scanner.CurrentByteIndex
        if at - self.mark > self.limits.text:
            raise Refusal(TOO_MUCH, f"a text of more than {self.limits.text} octets")
        self.mark = at

    def namespace(self, _: str | None, uri: str | None) -> None:
        self.namespaces += 1
        if self.namespaces > self.limits.namespaces:
            raise Refusal(TOO_MUCH, f"more than {self.limits.namespaces} namespace declarations")
        if uri in XINCLUDE:
            _refuse("XInclude")


def _refuse(part: str, *_: object) -> None:
    raise Refusal(TOO_MUCH, f"{part} is not taken in a message")
