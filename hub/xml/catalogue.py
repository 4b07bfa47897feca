"""The messages we know: one XSD per type and version, found by file name and compiled once, when first asked for."""

import hashlib
import re
import threading
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache, cached_property
from importlib.abc import Traversable
from importlib.resources import files
from pathlib import Path
from typing import Any

from lxml import etree

from hub.contract.adapters import Refusal
from hub.contract.message import ActorSignature, Attachment, CanonicalMessage
from hub.xml import whole, xsd
from hub.xml.codec import CodecError, Shape, camel, to_python, to_xml
from hub.xml.explain import explain

ENVELOPE = "urn:swhub:envelope:1"
ROOT, HEADER, BODY = (f"{{{ENVELOPE}}}{name}" for name in ("Message", "Header", "Body"))
SHARED = ("envelope", "types")  # XSDs that are no message of their own
XSD_FILE = re.compile(r"([a-z0-9_]+)-([0-9]+\.[0-9]+)\.xsd")
INVALID, UNKNOWN_TYPE, ATTACHMENT = "0002", "0005", "0006"

DRIVER = """<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" targetNamespace="urn:swhub:envelope:1">
<xs:include schemaLocation="hub:/envelope-1.0.xsd"/>{body}</xs:schema>"""
OWN_BODY = '<xs:include schemaLocation="hub:/{file}"/>'
OTHER_BODY = '<xs:import namespace="{namespace}" schemaLocation="hub:/{file}"/>'


class MessageSchema:
    """One message type in one version: envelope and body as one schema. Safe to share between threads."""

    def __init__(self, type: str, version: str, file: Path, catalogue: "Catalogue") -> None:
        self.type = type
        self.version = version
        namespace = etree.parse(file, _parser()).getroot().get("targetNamespace", "")
        body = (OWN_BODY if namespace == ENVELOPE else OTHER_BODY).format(namespace=namespace, file=file.name)
        driver = DRIVER.format(body=body)
        self._schema = whole.compiled(lambda: etree.fromstring(driver, _parser(_Local(catalogue))))
        self._explained = xsd.load(driver, catalogue.resolve, compiled=True)
        self.shape = xsd.shape(self._explained, f"{{{namespace}}}{type}")
        envelope = xsd.shape(self._explained, ROOT)
        self._whole = replace(
            envelope,
            children=tuple(
                replace(part, children=(self.shape,)) if part.tag == BODY else part for part in envelope.children
            ),
        )

    def validate(self, element: etree._Element) -> None:
        """Raises Refusal 0002 with the explanation of every fault."""
        if not self._schema.validate(element):
            raise Refusal(INVALID, f"{self.type}/{self.version}", explanation=self.explain(element))
        if element.tag != ROOT or element.find(f"{BODY}/{self.shape.tag}") is None:
            raise Refusal(INVALID, f"the body is not {self.type}")

    def explain(self, element: etree._Element) -> tuple[Mapping[str, str], ...]:
        """Every fault of ``element``, as rows path, line, zh, en."""
        return explain(self._explained, element, self._whole)

    def encode(self, message: CanonicalMessage) -> etree._Element:
        """The unsigned element of ``message``. Raises Refusal 0002 when a value does not fit its element."""
        if (message.type, message.version) != (self.type, self.version):
            raise Refusal(UNKNOWN_TYPE, f"{message.type}/{message.version} is not {self.type}/{self.version}")
        parts: dict[str, Any] = {
            "header": _fields(message, self._whole["header"]),
            "body": {self.shape.key: message.body},
        }
        if message.attachments:
            row = self._whole["attachments"]["attachment"]
            parts["attachments"] = {"attachment": [_fields(item, row) for item in message.attachments]}
        if message.actor_signature is not None:
            parts["actor_signature"] = _fields(message.actor_signature, self._whole["actor_signature"])
        try:
            return to_xml(parts, self._whole)
        except CodecError as error:
            row_of = {"path": error.path, "line": "", "zh": error.rule.zh, "en": error.rule.en}
            raise Refusal(INVALID, str(error), explanation=[row_of]) from error

    def decode(self, element: etree._Element) -> CanonicalMessage:
        """The message in a schema-valid ``element``. Raises Refusal 0002, 0005 or 0006 (attachment and digest)."""
        try:
            parts = to_python(element, self._whole)
            header = parts["header"]
            body = parts["body"][self.shape.key]
        except (ValueError, ArithmeticError, KeyError) as error:
            raise Refusal(INVALID, f"{self.type}/{self.version}: {type(error).__name__}") from error
        if (header["type"], header["version"]) != (self.type, self.version):
            raise Refusal(UNKNOWN_TYPE, "type or version of the header is not that of the body")
        actor = parts.get("actor_signature")
        return CanonicalMessage(
            **header,
            body=body,
            attachments=tuple(_attachment(row) for row in parts.get("attachments", {}).get("attachment", ())),
            actor_signature=ActorSignature(**actor) if actor else None,
        )


class Catalogue:
    """All message types of some folders of XSDs; one file name, and so one type and version, has one home."""

    def __init__(self, packages: Sequence[Traversable]) -> None:
        self._packages = tuple(packages)
        self._lock = threading.Lock()
        self._messages: dict[tuple[str, str], MessageSchema] = {}

    def types(self) -> tuple[str, ...]:
        """``("Introduction/1.0", "PolicyChange/1.0", ...)``."""
        return tuple(sorted(f"{name}/{version}" for name, version in self._by_type))

    def message(self, type: str, version: str) -> MessageSchema:
        """Raises Refusal 0005 for a type or version without an XSD."""
        key = (type, version)
        found = self._messages.get(key)
        if found is not None:
            return found
        file = self._by_type.get(key)
        if file is None:
            raise Refusal(UNKNOWN_TYPE, f"{type[:64]}/{version[:16]} has no XSD here")
        with self._lock:
            if key not in self._messages:
                self._messages[key] = MessageSchema(type, version, file, self)
            return self._messages[key]

    def warm(self) -> None:
        """Compile every message before threads are about: libxml2 has one document loader for the whole process."""
        for name, version in self._by_type:
            self.message(name, version)

    def of(self, element: etree._Element) -> MessageSchema:
        """The schema that the header of ``element`` asks for. Raises Refusal 0002 or 0005."""
        header = element.find(HEADER) if element.tag == ROOT else None
        if header is None:
            raise Refusal(INVALID, "not a message of urn:swhub:envelope:1")
        type, version = (header.findtext(f"{{{ENVELOPE}}}{name}", "") for name in ("Type", "Version"))
        return self.message(type, version)

    def resolve(self, location: str) -> str:
        """The local file that a schemaLocation means, by its file name alone. Raises LookupError for any other."""
        return self._by_name[location.rsplit("/", 1)[-1]].as_uri()

    def content(self, location: str) -> bytes:
        """The XSD at ``location``. Raises LookupError."""
        return self._by_name[location.rsplit("/", 1)[-1]].read_bytes()

    @cached_property
    def _by_name(self) -> Mapping[str, Path]:
        found: dict[str, Path] = {}
        for folder in self._packages:
            for file in Path(str(folder)).glob("*.xsd"):
                if found.setdefault(file.name, file) != file:
                    raise ValueError(f"{file} and {found[file.name]}: two XSDs for one message")
        return found

    @cached_property
    def _by_type(self) -> Mapping[tuple[str, str], Path]:
        named = ((XSD_FILE.fullmatch(name), file) for name, file in self._by_name.items())
        return {(camel(name[1]), name[2]): file for name, file in named if name is not None and name[1] not in SHARED}


@cache
def default_catalogue(extra: tuple[Traversable, ...] = ()) -> Catalogue:
    """The hub's own messages and those of ``extra`` folders; one for all plugins, so that a schema compiles once."""
    own = sorted((folder for folder in files("schemas").iterdir() if folder.is_dir()), key=lambda folder: folder.name)
    return Catalogue((*own, *extra))


class _Local(etree.Resolver):
    """Answers libxml2's requests for XSDs from the catalogue, and refuses every other."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.catalogue = catalogue

    def resolve(self, system_url: str, public_id: str, context: Any) -> Any:  # type: ignore[override]  # noqa: ARG002
        return self.resolve_string(self.catalogue.content(system_url), context, base_url=system_url)


def _parser(resolver: etree.Resolver | None = None) -> etree.XMLParser:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    if resolver is not None:
        parser.resolvers.add(resolver)
    return parser


def _fields(source: object, shape: Shape) -> dict[str, Any]:
    """The values of a frozen contract object whose attributes carry the names of the XSD's elements."""
    return {key: value for key in shape.by_key if (value := getattr(source, key)) is not None}


def _attachment(row: Mapping[str, Any]) -> Attachment:
    content = row["content"]
    if len(content) != row["size"] or hashlib.sha256(content).hexdigest() != row["sha256"]:
        raise Refusal(ATTACHMENT, row["name"])
    return Attachment(
        name=row["name"],
        media_type=row["media_type"],
        sha256=row["sha256"],
        content=content,
        summary=row.get("summary"),
        remark=row.get("remark"),
    )
