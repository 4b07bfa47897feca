"""All of a PartnerAdapter but ``parse``, for partners with XML of their own: tables in, behaviour out.

A plugin names its messages (:class:`Message`: a layout, an XSD, which message answers it), the codes of its answers
and how its documents travel; :class:`OwnDialect` does the rest. Our side is checked by the hub's schema where the hub
has one for the message, the partner's side by the partner's XSD. What is not understood is UNKNOWN.

Rows of an answer fill these names on our side: ``reference`` (what the answer repeats of the request), ``code``, and,
where there are such, ``text``, ``partner_ref`` and ``at``. Rows of a query take ``reference`` and ``at``.
"""

import hashlib
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

from lxml import etree

from hub.contract.adapters import Context, Refusal
from hub.contract.message import NO_ENTERPRISE, ActorSignature, Attachment, CanonicalMessage, InMessage, OutMessage, Raw
from hub.contract.outcome import Outcome, OutcomeClass
from hub.contract.status import AnswerTable, StatusTable, UnmappedCode
from hub.contract.text import Text
from hub.xml import whole
from hub.xml.carriers import PARCEL, Carried, Carrier, header_of
from hub.xml.catalogue import INVALID, UNKNOWN_TYPE, MessageSchema
from hub.xml.codec import CodecError, Shape
from hub.xml.dialect import IDS, OUT_OF_WINDOW, CanonicalDialect, digest, is_success, retry_after
from hub.xml.layout import HEADER, Fixed, Layout, Left, Levels, Part, Row, Rows, Signed, encoded
from hub.xml.reader import read

NOT_GIVEN = "2006"
HAVE_IT = frozenset({OutcomeClass.ACCEPTED, OutcomeClass.DONE})
ANSWERED = frozenset({"reference", "code", "text", "partner_ref", "at"})
FILES, CARD = "attachments", "actor_signature"
KIND_OF = {"str": "str", "int": "int", "Decimal": "decimal", "bool": "bool", "date": "date", "datetime": "datetime"}


@dataclass(frozen=True, kw_only=True)
class Message:
    """One message of the partner."""

    type: str  # the hub's name for it, or the partner's while no line of the hub has such a message
    version: str = "1.0"
    schema: str  # file among the dialect's schemas
    layout: Layout
    sample: str = ""  # file in schemas/samples/ without .xml: what the conformance kit and the simulator start from
    reference: str = "header.message_id"  # our path of what its answer repeats; with a query, of the envelope
    answer: str = ""  # type of the message that answers it over the same connection
    query: str = ""  # type of the message that asks what became of it

    @property
    def declared(self) -> str:
        """As in capability.toml."""
        return f"{self.type}/{self.version}"


@dataclass(frozen=True)
class OwnSchema:
    """What the partner's XSD and our table say about one of its messages: as MessageSchema for the hub's own.

    Whatever a subclass of the dialect does otherwise has no say in it: the conformance kit measures against this.
    """

    dialect: "OwnDialect" = field(repr=False)
    message: Message

    @property
    def type(self) -> str:
        """The message's type."""
        return self.message.type

    @property
    def version(self) -> str:
        """Its version."""
        return self.message.version

    @property
    def shape(self) -> Shape:
        """The table's rows as a shape; what is required only the XSD knows."""
        return _shape(self.message.layout.tag, "", self.message.layout.rows)

    def encode(self, message: CanonicalMessage) -> etree._Element:
        """The partner's element. Raises Refusal 0002."""
        return OwnDialect.element(self.dialect, self.message, message)

    def validate(self, element: etree._Element) -> None:
        """Raises Refusal 0002."""
        OwnDialect.check(self.dialect, self.message, element)


@dataclass(frozen=True, kw_only=True)
class OwnDialect(CanonicalDialect):
    """Builds, opens and answers messages in the partner's own XML. Pure: keys and time come from the Context."""

    messages: Sequence[Message]
    answers: AnswerTable
    schemas: Path  # the folder of the partner's XSDs
    encoding: str = "UTF-8"
    carrier: Carrier = PARCEL
    statuses: Sequence[StatusTable] = ()

    def prepare(self) -> None:
        """Compile the schemas; called once, before the process has threads."""
        super().prepare()
        for message in self.messages:
            compiled(self.schemas, message.schema)

    def build(self, message: CanonicalMessage, ctx: Context) -> OutMessage:
        """Raises Refusal 0002 when ``message`` breaks a schema, 0004 for a character that the encoding lacks, 0005."""
        row = self.row(message.type, message.version)
        if row.declared in self.catalogue.types() and not self._is_answer(row):
            ours = self.catalogue.message(message.type, message.version)
            ours.validate(ours.encode(message))
        return self._packed(row, message, ctx)

    def parse_response(self, raw: Raw, sent: CanonicalMessage, ctx: Context) -> Outcome:
        """Only a signed answer that repeats the reference and carries a code of the table says anything."""
        row = self.row(sent.type, sent.version)
        outcome = self._meant(raw, sent, row, self.unsigned(raw, sent), ctx, ctx.sent_digest)
        if outcome.kind is OutcomeClass.NOT_SENT:  # belongs into the answer to a query
            return replace(outcome, kind=OutcomeClass.UNKNOWN, detail="never seen, and yet answered")
        return outcome

    def query(self, sent: CanonicalMessage, ctx: Context) -> OutMessage:
        """The question about ``sent``, under its own reference. Raises Refusal 0005 where there is none."""
        row = self.row(sent.type, sent.version)
        asked = self.row(row.query)
        said = {"reference": self.reference(sent), "at": ctx.now}
        question = replace(
            sent,
            type=asked.type,
            version=asked.version,
            message_id=str(uuid.uuid5(IDS, f"{ctx.hub} {asked.type} {sent.message_id} {ctx.now.isoformat()}")),
            created_at=ctx.now,
            correlation_id=sent.message_id,
            body={name: value for name, value in said.items() if asked.layout.names(name)},
            attachments=(),
            actor_signature=None,
        )
        return self._packed(asked, question, replace(ctx, sent_digest=""))

    def parse_query(self, raw: Raw, sent: CanonicalMessage, ctx: Context) -> Outcome:
        """As :meth:`parse_response`; "never seen it" counts only fresh, and not before the partner's own window."""
        asked = self.row(self.row(sent.type, sent.version).query)
        outcome = self._meant(raw, sent, asked, OutcomeClass.UNKNOWN, ctx)
        fresh = outcome.occurred_at is not None and abs(ctx.now - outcome.occurred_at) <= self.fresh
        if outcome.kind is OutcomeClass.NOT_SENT and not fresh:
            return replace(outcome, kind=OutcomeClass.UNKNOWN, detail="an old answer, or one without a time")
        settled = sent.created_at + self.sheet.not_found_after(f"{sent.type}/{sent.version}")
        if outcome.kind is OutcomeClass.NOT_SENT and ctx.now < settled:
            return replace(outcome, kind=OutcomeClass.UNKNOWN, detail=f"no proof before {settled.isoformat()}")
        if outcome.kind is OutcomeClass.THROTTLED:  # "come again" answers the question, not the message
            return replace(outcome, kind=OutcomeClass.UNKNOWN)
        return outcome

    def parse_answer(self, raw: Raw, sent: CanonicalMessage, ctx: Context) -> CanonicalMessage:
        """The fresh, signed answer to the question ``sent``, declared for it and with a code that is DONE.

        Raises Refusal. The body is checked by the hub's schema where the hub has one for the answer.
        """
        row, values, carried = self.opened(raw, ctx)
        if row.declared not in self.sheet.answers(f"{sent.type}/{sent.version}"):
            raise Refusal(UNKNOWN_TYPE, f"{row.type} does not answer {sent.type}")
        expected = self.reference(sent)
        other_bytes = bool(ctx.sent_digest and carried.request_digest) and carried.request_digest != ctx.sent_digest
        foreign = carried.header.get("enterprise", sent.enterprise) != sent.enterprise
        if expected is None or values.get("reference") != expected or other_bytes or foreign:
            raise Refusal(UNKNOWN_TYPE, "the answer to another question")
        code = str(values.get("code", ""))
        done = {meant.code for meant in self.answers if meant.outcome is OutcomeClass.DONE}
        if not is_success(raw) or code not in done:
            raise Refusal(NOT_GIVEN, f"HTTP {raw.status}, code {code}")
        said = [at for at in (values.get("at"), carried.header.get("created_at")) if isinstance(at, datetime)]
        if not said or any(abs(ctx.now - at) > self.fresh for at in said):
            raise Refusal(OUT_OF_WINDOW, "an old answer, or one without a time")
        content = {name: value for name, value in values.items() if name not in ANSWERED}
        answer = replace(self._canonical(row, content, carried, ctx), correlation_id=sent.message_id)
        if row.declared in self.catalogue.types():
            ours = self.catalogue.message(row.type, row.version)
            ours.validate(ours.encode(answer))
        return answer

    def open(self, raw: Raw, ctx: Context) -> InMessage:
        """Limits, signature, schema, meaning, in this order. Raises Refusal."""
        row, values, carried = self.opened(raw, ctx)
        if not self.sheet.receives(row.declared):
            raise Refusal(UNKNOWN_TYPE, f"{row.declared} is not declared for {self.sheet.partner}")
        canonical = self._canonical(row, values, carried, ctx)
        if not ctx.now - self.behind <= canonical.created_at <= ctx.now + self.ahead:
            raise Refusal(OUT_OF_WINDOW, f"created at {canonical.created_at.isoformat()}")
        if row.declared in self.catalogue.types():
            ours = self.catalogue.message(row.type, row.version)
            ours.validate(ours.encode(canonical))
        return InMessage(
            partner=self.sheet.partner, canonical=canonical, digest=digest(raw.content), signer=carried.serial
        )

    def reference(self, message: CanonicalMessage) -> Any:
        """The value of ``message`` that its answer repeats; None where there is none."""
        return _at(self._values(message), self.row(message.type, message.version).reference)

    def row(self, type: str, version: str = "") -> Message:
        """The partner's message of this type. Raises Refusal 0005."""
        for message in self.messages:
            if message.type == type and version in ("", message.version):
                return message
        raise Refusal(UNKNOWN_TYPE, f"{type or 'a query'} is none of the messages of {self.sheet.partner}")

    def schema(self, type: str, version: str) -> MessageSchema | OwnSchema:
        """The hub's schema of a message, else what the partner's XSD says. Raises Refusal 0005."""
        if f"{type}/{version}" in self.catalogue.types():
            return self.catalogue.message(type, version)
        return OwnSchema(self, self.row(type, version))

    def element(self, row: Message, message: CanonicalMessage) -> etree._Element:
        """The partner's element for ``message``. Raises Refusal 0002 naming our path and the rule."""
        try:
            return row.layout.write(self._values(message))
        except CodecError as error:
            raise Refusal(INVALID, f"{row.type}: {error}", explanation=[_explained(error)]) from error

    def check(self, row: Message, element: etree._Element) -> None:
        """Raises Refusal 0002 naming the partner's element and never its value."""
        schema = compiled(self.schemas, row.schema)
        if not schema.validate(element):
            raise Refusal(INVALID, f"{row.type}: {_place(schema)} breaks {row.schema}")

    def opened(self, raw: Raw, ctx: Context) -> tuple[Message, dict[str, Any], Carried]:
        """Which message ``raw`` is, and its values. Raises Refusal."""
        carried = self.carrier.unpack(raw, self.sheet.partner, ctx)
        root = read(carried.document, self.limits)
        fault: Refusal | None = None
        for row in self.messages:
            if not row.layout.fits(root):
                continue
            try:
                self.check(row, root)
                return row, row.layout.read(root), carried
            except CodecError as error:
                fault = Refusal(INVALID, f"{row.type}: {error}", explanation=[_explained(error)])
            except Refusal as refusal:
                fault = refusal
        raise fault or Refusal(UNKNOWN_TYPE, f"{etree.QName(root).localname} is none of the partner's messages")

    def _is_answer(self, row: Message) -> bool:
        """An answer is the partner's to say: beside our values it has a reference and a code."""
        return row.type in {other.answer for other in self.messages}

    def _packed(self, row: Message, message: CanonicalMessage, ctx: Context) -> OutMessage:
        element = self.element(row, message)
        self.check(row, element)
        return self.carrier.pack(encoded(element, self.encoding), message, ctx)

    def _values(self, message: CanonicalMessage) -> dict[str, Any]:
        """What the rows can name: the body, the envelope, and the files where they do not travel beside it."""
        values = {**message.body, HEADER: header_of(message)}
        if not self.carrier.envelope and message.attachments:
            values[FILES] = [
                {"name": file.name, "media_type": file.media_type, "sha256": file.sha256, "content": file.content}
                for file in message.attachments
            ]
        if not self.carrier.envelope and message.actor_signature is not None:
            values[CARD] = dict(vars(message.actor_signature))
        return values

    def _canonical(self, row: Message, values: dict[str, Any], carried: Carried, ctx: Context) -> CanonicalMessage:
        """What the partner's message says in our terms; what it has no word for is neutral."""
        body = dict(values)
        document = hashlib.sha256(carried.document).hexdigest()
        neutral = {
            "message_id": str(uuid.uuid5(IDS, f"{self.sheet.partner} {document}")),
            "sender": self.sheet.partner,
            "receiver": ctx.hub,
            "enterprise": NO_ENTERPRISE,
            "business_key": document[:32],
            "sequence": 1,
            "created_at": ctx.now,
        }
        files = carried.attachments or tuple(_file(part) for part in body.pop(FILES, ()))
        card = body.pop(CARD, None)
        header: dict[str, Any] = {**neutral, **carried.header, **body.pop(HEADER, {})}
        return CanonicalMessage(
            type=row.type,
            version=row.version,
            body=body,
            attachments=files,
            actor_signature=carried.actor_signature or (ActorSignature(**card) if card else None),
            correlation_id=header.pop("correlation_id", None),
            **header,
        )

    def _meant(
        self, raw: Raw, sent: CanonicalMessage, asked: Message, unsigned: OutcomeClass, ctx: Context, digest: str = ""
    ) -> Outcome:
        """What the answer to ``asked`` says about ``sent``; with a ``digest`` it has to be about these bytes."""
        later = retry_after(raw, ctx.now)
        try:
            row, values, carried = self.opened(raw, ctx)
        except Refusal as refusal:
            detail = f"HTTP {raw.status}, no answer: {refusal.code}"
            wait = later if unsigned is OutcomeClass.THROTTLED else None
            return Outcome(kind=unsigned, detail=detail, retry_after=wait, answer=raw.content)
        expected = self.reference(sent)
        same = expected is not None and values.get("reference") == expected
        other_bytes = bool(digest and carried.request_digest) and carried.request_digest != digest
        if row.type != asked.answer or not same or other_bytes:
            return Outcome(kind=OutcomeClass.UNKNOWN, detail="not the answer to this message", answer=raw.content)
        code, at = str(values.get("code", "")), values.get("at") or carried.header.get("created_at")
        try:
            meant = self.answers[code]
        except UnmappedCode as unmapped:
            return Outcome(kind=OutcomeClass.UNKNOWN, code=code, detail=str(unmapped), answer=raw.content)
        kind = meant.outcome
        if kind in HAVE_IT | {OutcomeClass.NOT_SENT} and not is_success(raw):
            kind = OutcomeClass.UNKNOWN
        return Outcome(
            kind=kind,
            partner_ref=values.get("partner_ref"),
            code=code,
            text=Text(values.get("text") or meant.text.zh, meant.text.en),
            detail=f"HTTP {raw.status}",
            retry_after=later if kind is OutcomeClass.THROTTLED else None,
            occurred_at=at if isinstance(at, datetime) else None,
            answer=raw.content,
        )


@cache
def compiled(folder: Path, file: str) -> etree.XMLSchema:
    """One XSD, compiled when it is first asked for; what it includes comes from its own folder, by file name alone."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    parser.resolvers.add(_Folder(folder))
    content, base = (folder / file).read_bytes(), f"own:/{quote(file)}"
    return whole.compiled(lambda: etree.fromstring(content, parser, base_url=base))


class _Folder(etree.Resolver):
    """Answers libxml2's requests for XSDs from one folder, and refuses every other."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def resolve(self, system_url: str, public_id: str, context: Any) -> Any:  # type: ignore[override]  # noqa: ARG002
        name = system_url.rsplit("/", 1)[-1]
        return self.resolve_string((self.folder / unquote(name)).read_bytes(), context, base_url=f"own:/{name}")


def _file(row: Mapping[str, Any]) -> Attachment:
    content = row.get("content", b"")
    return Attachment(
        name=row.get("name", ""),
        media_type=row.get("media_type", ""),
        sha256=hashlib.sha256(content).hexdigest(),
        content=content,
    )


def _at(values: Mapping[str, Any], path: str) -> Any:
    found: Any = values
    for name in path.split("."):
        found = found.get(name) if isinstance(found, Mapping) else None
    return found


def _place(schema: etree.XMLSchema) -> str:
    """Where the first fault stands, without what stands there."""
    log: Any = schema.error_log
    return str(log[0].path or "the message") if len(log) else "the message"


def _explained(error: CodecError) -> Mapping[str, str]:
    return {"path": error.path, "line": "", "zh": error.rule.zh, "en": error.rule.en}


def _shape(tag: str, above: str, rows: Sequence[Part], *, many: bool = False) -> Shape:
    """The rows below ``above`` as the shape of a group."""
    children: dict[str, Shape] = {}
    for name, below in _by_first(rows, above):
        match below:
            case [Row() as row] if row.ours == f"{above}{name}":
                kind = KIND_OF.get(row.by.python.__name__, "bytes")
                children[name] = Shape(tag=name, kind=kind, required=False, decimals=row.by.decimals)
            case [Levels() as levels] if levels.ours == f"{above}{name}":
                children[name] = Shape(tag=name, kind="str", required=False)
            case [Signed() as signed] if signed.ours == f"{above}{name}":
                children[name] = Shape(tag=name, kind="decimal", required=False, decimals=signed.by.decimals)
            case [Rows() as several] if several.ours == f"{above}{name}":
                children[name] = _shape(name, "", several.rows, many=True)
            case _:
                children[name] = _shape(name, f"{above}{name}.", below)
    return Shape(tag=tag, kind="group", required=False, many=many, children=tuple(children.values()))


def _by_first(rows: Sequence[Part], above: str) -> Iterator[tuple[str, list[Part]]]:
    """(first key below ``above``, the rows that begin with it); the envelope is no part of a body."""
    found: dict[str, list[Part]] = {}
    for row in rows:
        if isinstance(row, (Fixed, Left)) or not row.ours.startswith(above):
            continue
        name = row.ours.removeprefix(above).partition(".")[0]
        if above or name != HEADER:
            found.setdefault(name, []).append(row)
    yield from found.items()
