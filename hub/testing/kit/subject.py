"""The plugin under test: what was installed, its adapter or its driver, and everything the cases ask of it."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from pathlib import Path
from types import ModuleType
from typing import Any, Protocol

from lxml import etree

from hub.contract.adapters import Context, PartnerAdapter, Refusal, Signer
from hub.contract.card import CardDriver, CardFault
from hub.contract.message import CanonicalEvent, CanonicalMessage, InMessage, PartnerContent, Raw
from hub.contract.outcome import Outcome, OutcomeClass
from hub.contract.receipt import RECEIPT_CODES
from hub.plugins import Plugin
from hub.testing.kit.case import Broken, Exempt, expect
from hub.testing.kit.keys import HUB, keys
from hub.testing.kit.samples import NOW, Sample, body, coded, envelope
from hub.testing.kit.voice import Voice, golden
from hub.xml.catalogue import Catalogue, MessageSchema, default_catalogue
from hub.xml.layout import Layout
from hub.xml.own import OwnDialect, OwnSchema
from hub.xml.reader import read
from hub.xml.translated import Translated

QUESTION = "StatusQuery/1.0"  # made by ``query``, never by ``build``
Meaning = Sequence[CanonicalEvent | PartnerContent]


@dataclass(frozen=True, kw_only=True)
class Subject:
    """An installed plugin."""

    plugin: Plugin
    folder: Path  # where its pyproject.toml stands

    @property
    def module(self) -> ModuleType:
        """The package that the entry point names. Raises Broken when it did not load."""
        if self.plugin.module is None:
            raise Broken(f"{self.plugin.name}: {self.plugin.reason}")
        return self.plugin.module

    @cached_property
    def readme(self) -> str:
        """README.md; empty without one."""
        path = self.folder / "README.md"
        return path.read_text(encoding="utf-8") if path.is_file() else ""


@dataclass(frozen=True, kw_only=True)
class Partner(Subject):
    """A plugin that connects a partner."""

    adapter: PartnerAdapter
    voice: Voice = field(repr=False)
    bodies: Mapping[str, Sequence[Mapping[str, Any]]] = field(default_factory=dict, repr=False)  # "Type/1.0" -> more
    read_document: Callable[[bytes], etree._Element] = field(default=read, repr=False)  # as the partner prints it

    @property
    def ordered(self) -> bool:
        """Whether the order of elements says anything: it does in XML."""
        return self.read_document is read

    @property
    def catalogue(self) -> Catalogue:
        """The canonical messages: the adapter's own, or the hub's."""
        found = getattr(self.adapter, "catalogue", None)
        return found if isinstance(found, Catalogue) else default_catalogue()

    @property
    def sends(self) -> list[str]:
        """Every ``Type/version`` that the hub may send."""
        return sorted({name for row in self.adapter.sheet.capabilities.values() for name in row.sends})

    @property
    def receives(self) -> list[str]:
        """Every ``Type/version`` that the partner may send."""
        return sorted({name for row in self.adapter.sheet.capabilities.values() for name in row.receives})

    @property
    def answers(self) -> set[str]:
        """What the sheet declares as the answer to a message of ours: ``in`` of a capability that has ``out``."""
        rows = self.adapter.sheet.capabilities.values()
        return {name for row in rows if row.sends for name in row.receives}

    @property
    def questions(self) -> set[str]:
        """What ``query`` makes and ``build`` never."""
        sheet = self.adapter.sheet
        own = {name for row in sheet.capabilities.values() if row.query for name in sheet[row.query].sends}
        return {QUESTION, *(own if isinstance(self.adapter, OwnDialect) else ())}

    @property
    def asks(self) -> bool:
        """Whether the hub may ask what became of a message."""
        return any(row.query for row in self.adapter.sheet.capabilities.values())

    @property
    def known(self) -> list[str]:
        """Every ``Type/version`` that the partner's side could say."""
        if isinstance(self.adapter, OwnDialect):
            return [row.declared for row in self.adapter.messages]
        return list(self.catalogue.types())

    @property
    def asked_about(self) -> list[Sample]:
        """The sent samples about which the hub may ask. Raises Exempt when there are none."""
        rows = self.adapter.sheet.capabilities.values()
        askable = {name for row in rows if row.query for name in row.sends}
        found = [row for row in self.sent if f"{row.message.type}/{row.message.version}" in askable]
        if not found:
            raise Exempt("the sheet declares no query")
        return found

    def schema(self, declared: str) -> MessageSchema | OwnSchema:
        """The schema of ``Type/version``: the hub's, else the partner's. Raises Refusal 0005."""
        type, _, version = declared.partition("/")
        if isinstance(self.adapter, OwnDialect):
            return self.adapter.schema(type, version)
        return self.catalogue.message(type, version)

    def layout(self, declared: str) -> Layout | None:
        """The table of ``Type/version``; None where the partner speaks the hub's own XML."""
        match self.adapter:
            case OwnDialect() as own:
                return own.row(*declared.split("/")).layout
            case Translated() as translated:
                return translated.layouts[declared]
        return None

    def code(self, *kinds: OutcomeClass) -> str:
        """A code by which the partner says one of ``kinds``. Raises Exempt when it has none."""
        found = [code for code, kind in self.voice.codes.items() if kind in kinds]
        if not found:
            raise Exempt(f"the partner has no code that means {' or '.join(kind.value for kind in kinds)}")
        return found[0]

    @property
    def yes(self) -> str:
        """The code by which the partner says that it has a message."""
        return self.code(OutcomeClass.ACCEPTED, OutcomeClass.DONE)

    @property
    def never_seen(self) -> str:
        """The code by which the partner says that it never saw a message. Raises Exempt."""
        return self.code(OutcomeClass.NOT_SENT)

    def must_carry(self, name: str) -> None:
        """Raises Exempt where the partner's messages have no place for a field of the envelope."""
        if name not in self.voice.carries:
            raise Exempt(f"the partner's messages carry no {name}")

    def required(self, message: CanonicalMessage) -> list[str]:
        """The keys of the body without which the schema refuses ``message``."""
        schema = self.schema(f"{message.type}/{message.version}")

        def lacks(key: str) -> bool:
            short = {name: value for name, value in message.body.items() if name != key}
            try:
                schema.validate(schema.encode(replace(message, body=short)))
            except Refusal:
                return True
            return False

        return [key for key in message.body if lacks(key)]

    @cached_property
    def sent(self) -> list[Sample]:
        """Two messages of each type that the hub may send: with everything, and with no more than it must have."""
        made = []
        for declared in self.sends:
            if declared not in self.questions:
                made += [
                    self._sample(declared, content, name, outward=True) for name, content in self._bodies(declared)
                ]
        if not made:
            raise Exempt("the sheet declares nothing that the hub may send")
        return made

    @cached_property
    def incoming(self) -> list[Sample]:
        """Messages of each type that the partner may send: two for each code of its tables."""
        made = []
        for declared in self.receives:
            schema = self.schema(declared)
            rows = list(coded(schema, self.layout(declared), self.adapter.statuses))
            for table, row, key, fixed in rows:
                for full in (True, False):
                    name = f"{table.name}={row.code} {'full' if full else 'short'}"
                    sample = self._sample(declared, self._coded(schema, fixed, full), name, outward=False)
                    made.append(replace(sample, table=table, row=row, key=key))
            if not rows or declared in self.bodies:
                made += [
                    self._sample(declared, content, name, outward=False) for name, content in self._bodies(declared)
                ]
        if not made:
            raise Exempt("the sheet declares nothing that the partner may send")
        return made

    @property
    def one_of_each(self) -> list[Sample]:
        """The first incoming sample of each type: the fullest."""
        return list({sample.message.type: sample for sample in reversed(self.incoming)}.values())

    def _coded(self, schema: MessageSchema | OwnSchema, fixed: Mapping[str, Any], full: bool) -> dict[str, Any]:
        """A body with these codes in it."""
        if isinstance(schema, OwnSchema):
            return {**golden(schema, 0), **fixed}
        return body(schema, fixed, full=full)

    def short(self, declared: str) -> Mapping[str, Any]:
        """A body with no more than it must have."""
        return self._bodies(declared)[-1][1]

    def _bodies(self, declared: str) -> list[tuple[str, Mapping[str, Any]]]:
        own = self.bodies.get(declared)
        if own is not None:
            return [(f"of kit_samples.py {no}", content) for no, content in enumerate(own)]
        schema = self.schema(declared)
        if isinstance(schema, OwnSchema):
            return [("golden", golden(schema, self.known.index(declared)))]
        return [("full", body(schema, {}, full=True)), ("short", body(schema, {}, full=False))]

    def _sample(self, declared: str, content: Mapping[str, Any], name: str, *, outward: bool) -> Sample:
        type, _, version = declared.partition("/")
        partner = self.adapter.sheet.partner
        digits = int(hashlib.sha256(name.encode()).hexdigest()[:8], 16)
        message = envelope(
            type,
            version,
            content,
            sender=HUB if outward else partner,
            receiver=partner if outward else HUB,
            answers=declared in self.answers and not outward,
            no=digits,
        )
        if not name.endswith("full") or "attachments" not in self.voice.carries:
            message = replace(message, attachments=())
        return Sample(name=f"{declared} {name}", message=message)

    def ctx(self, now: datetime = NOW, *, sent_digest: str = "", signer: Signer | None = None) -> Context:
        """What the adapter is told."""
        trusted = (keys().partner.certificate,)
        return Context(now=now, hub=HUB, signer=signer or keys().hub, trusted=trusted, sent_digest=sent_digest)

    def wire(self, message: CanonicalMessage, signer: Signer | None = None) -> Raw:
        """The partner's message on the wire."""
        return raw(self.voice.say(message, signer or keys().partner))

    def open(self, message: CanonicalMessage, now: datetime = NOW) -> InMessage:
        """Sent by the partner, opened by the adapter."""
        return self.adapter.open(self.wire(message), self.ctx(now))

    def take(self, message: CanonicalMessage, now: datetime = NOW) -> Meaning:
        """Sent by the partner, opened and understood."""
        return self.adapter.parse(self.open(message, now), self.ctx(now))

    def events(self, sample: Sample) -> list[CanonicalEvent]:
        """The events that a sample means."""
        return [part for part in self.take(sample.message) if isinstance(part, CanonicalEvent)]

    def refused(self, content: Raw, now: datetime = NOW) -> str | None:
        """The code with which the door refuses, or None when it opens. Raises Broken for a code that we do not have."""
        try:
            self.adapter.open(content, self.ctx(now))
        except Refusal as refusal:
            expect(refusal.code in RECEIPT_CODES, f"refused with {refusal.code!r}, which is no row of RECEIPT_CODES")
            return refusal.code
        return None

    def built(self, sample: Sample) -> tuple[CanonicalMessage, str]:
        """A sent message and the digest of its bytes."""
        out = self.adapter.build(sample.message, self.ctx())
        return sample.message, hashlib.sha256(out.content).hexdigest()

    def read(self, sent: CanonicalMessage, digest: str, answer: Raw) -> Outcome:
        """What the adapter makes of an answer."""
        return self.adapter.parse_response(answer, sent, self.ctx(sent_digest=digest))

    def receipt(
        self,
        sent: CanonicalMessage,
        digest: str,
        code: str,
        *,
        status: int = 200,
        text: str = "收到",
        signer: Signer | None = None,
    ) -> Raw:
        """The partner's receipt."""
        content = self.voice.receipt(sent, digest, code, text=text, signer=signer or keys().partner)
        return raw(content, status=status)

    def asked(
        self, sent: CanonicalMessage, *, seen: bool, code: str | None, at: datetime = NOW, status: int = 200
    ) -> Outcome:
        """What the adapter makes of the answer to its question. Raises Exempt when it may not ask."""
        self.must_ask()
        content = self.voice.answer(sent, seen=seen, code=code, signer=keys().partner, at=at)
        return self.adapter.parse_query(raw(content, status=status), sent, self.ctx())

    def must_ask(self) -> None:
        """Raises Exempt when the sheet declares no query."""
        if not self.asks:
            raise Exempt("the sheet declares no query")


def raw(content: bytes, *, status: int = 200, **headers: str) -> Raw:
    """Bytes as they come."""
    named = {name.replace("_", "-"): text for name, text in headers.items()}
    return Raw(content=content, status=status, headers=named, received_at=NOW)


class CardBench(Protocol):
    """A card on the table: what ``tests/kit_samples.py`` of a card driver has to offer (``make_bench(folder)``)."""

    driver: CardDriver
    token: str
    pin: str
    wrong_pin: str
    tries: int  # of a fresh card

    def fresh(self) -> None:
        """The card is in the reader, unlocked, with all its tries, and no fault is set."""
        ...

    def pull(self) -> None:
        """Pull the card."""
        ...

    def fail(self, fault: CardFault) -> AbstractContextManager[None]:
        """The next opening of the card fails like this."""
        ...


@dataclass(frozen=True, kw_only=True)
class Card(Subject):
    """A plugin that drives cards."""

    bench: CardBench = field(repr=False)
