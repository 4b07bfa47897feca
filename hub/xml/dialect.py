"""The hub's own XML on the wire: all of a PartnerAdapter but ``parse``, for partners that speak the canonical messages.

A plugin subclasses :class:`CanonicalDialect`, names its status tables and says in ``parse`` what a message means.
"""

import hashlib
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

from lxml import etree

from hub.contract import receipt
from hub.contract.adapters import Context, Refusal, Signer
from hub.contract.capability import CapabilitySheet
from hub.contract.message import NO_ENTERPRISE, CanonicalMessage, InMessage, OutMessage, Raw, Verdict
from hub.contract.outcome import Outcome, OutcomeClass
from hub.contract.text import Text
from hub.xml.catalogue import Catalogue
from hub.xml.reader import DEFAULT, Limits, read
from hub.xml.signature import sign, verify

VERSION = "1.0"  # of Receipt, StatusQuery and StatusAnswer
UNREAD = "unknown"  # RequestId in the receipt of a message that could not be read
IDS = uuid.UUID(
    "8f0c5e0e-6a53-4f0b-9c3e-2f6b7d1a9e44"
)  # our receipts and queries have ids made from what they are about
TYPE_NOT_DECLARED, OTHER_SENDER, OUT_OF_WINDOW, OTHER_RECEIVER = "0005", "1004", "1005", "2001"

BY_STATUS: Mapping[int, OutcomeClass] = {
    401: OutcomeClass.PARTNER_CONFIG,
    403: OutcomeClass.PARTNER_CONFIG,
    429: OutcomeClass.THROTTLED,
}
"""What an HTTP status says without a signed receipt. Every other one says nothing: UNKNOWN."""
UNAVAILABLE = 503

BY_CODE: Mapping[str, OutcomeClass] = {
    receipt.ACCEPTED: OutcomeClass.ACCEPTED,
    receipt.NOT_SEEN: OutcomeClass.UNKNOWN,  # belongs into a StatusAnswer; anywhere else it contradicts itself
    "3001": OutcomeClass.THROTTLED,
    "3002": OutcomeClass.THROTTLED,
}
BY_CODE_CLASS: Mapping[str, OutcomeClass] = {
    "0": OutcomeClass.REFUSED_FORM,
    "1": OutcomeClass.REFUSED_FORM,
    "2": OutcomeClass.REFUSED_BUSINESS,
}
"""What a signed receipt code says; a code in neither table is UNKNOWN."""


@dataclass(frozen=True, kw_only=True)
class CanonicalDialect:
    """Builds, opens and answers canonical messages for one partner. Pure: keys and time come from the Context."""

    catalogue: Catalogue = field(repr=False)
    sheet: CapabilitySheet
    limits: Limits = DEFAULT
    ahead: timedelta = timedelta(minutes=15)  # how far the partner's clock may be before ours
    behind: timedelta = timedelta(days=30)  # how old an incoming message may be
    fresh: timedelta = timedelta(minutes=15)  # how old "never seen it" may be

    def prepare(self) -> None:
        """Compile the schemas; called once, before the process has threads."""
        self.catalogue.warm()

    def build(self, message: CanonicalMessage, ctx: Context) -> OutMessage:
        """Raises Refusal 0002 or 0005 when ``message`` breaks its schema or has none."""
        return OutMessage(content=self.sealed(message, ctx.signer))

    def parse_response(self, raw: Raw, sent: CanonicalMessage, ctx: Context) -> Outcome:
        """A signed receipt for exactly these bytes decides; without one only a few HTTP statuses say anything."""
        try:
            body = self._answer(raw, "Receipt", sent, ctx)
        except Refusal as refusal:
            kind = self.unsigned(raw, sent)
            return _outcome(kind, raw, ctx, detail=f"HTTP {raw.status}, no receipt: {refusal.code}")
        if body["request_digest"] != ctx.sent_digest:
            return _outcome(OutcomeClass.UNKNOWN, raw, ctx, detail="the receipt is for other bytes")
        kind = _by_code(body["code"])
        if body["code"].startswith("1"):  # under 401 and 403 not our message is wrong but our enrolment
            kind = BY_STATUS.get(raw.status, kind)
        if kind is OutcomeClass.ACCEPTED and not is_success(raw):
            return _outcome(OutcomeClass.UNKNOWN, raw, ctx, detail=f"HTTP {raw.status} with an accepting receipt")
        return _outcome(kind, raw, ctx, body=body)

    def unsigned(self, raw: Raw, sent: CanonicalMessage) -> OutcomeClass:
        """What an answer to ``sent`` says that nobody signed: its HTTP status, and hardly any says anything."""
        if raw.status == UNAVAILABLE and self.sheet.busy_503(f"{sent.type}/{sent.version}"):
            return OutcomeClass.THROTTLED
        return BY_STATUS.get(raw.status, OutcomeClass.UNKNOWN)

    def query(self, sent: CanonicalMessage, ctx: Context) -> OutMessage:
        """A StatusQuery about ``sent``."""
        question = self._about(sent, "StatusQuery", {"request_id": sent.message_id}, ctx, ctx.now.isoformat())
        return OutMessage(content=self.sealed(question, ctx.signer))

    def parse_query(self, raw: Raw, sent: CanonicalMessage, ctx: Context) -> Outcome:
        """A signed StatusAnswer decides; "never seen it" only while it is fresh, because it allows a resend."""
        try:
            body = self._answer(raw, "StatusAnswer", sent, ctx)
        except Refusal as refusal:
            return _outcome(OutcomeClass.UNKNOWN, raw, ctx, detail=f"HTTP {raw.status}, no answer: {refusal.code}")
        code = body.get("code")
        if not is_success(raw):
            return _outcome(OutcomeClass.UNKNOWN, raw, ctx, detail=f"HTTP {raw.status} with an answer")
        if body["seen"]:
            return _outcome(_by_code(code), raw, ctx, body=body)
        if code not in (None, receipt.NOT_SEEN):
            return _outcome(OutcomeClass.UNKNOWN, raw, ctx, detail="not seen, yet with a code")
        return _outcome(OutcomeClass.NOT_SENT, raw, ctx, body=body)

    def parse_answer(self, raw: Raw, sent: CanonicalMessage, ctx: Context) -> CanonicalMessage:
        """The fresh, signed answer to the question ``sent``, declared for it. Raises Refusal."""
        message, _ = self._verified(raw, ctx)
        if f"{message.type}/{message.version}" not in self.sheet.answers(f"{sent.type}/{sent.version}"):
            raise Refusal(TYPE_NOT_DECLARED, f"{message.type} does not answer {sent.type}")
        if (message.correlation_id, message.enterprise) != (sent.message_id, sent.enterprise):
            raise Refusal(TYPE_NOT_DECLARED, "the answer to another question")
        if not is_success(raw) or not abs(ctx.now - message.created_at) <= self.fresh:
            raise Refusal(OUT_OF_WINDOW, f"HTTP {raw.status}, CreatedAt {message.created_at.isoformat()}")
        return message

    def open(self, raw: Raw, ctx: Context) -> InMessage:
        """Limits, parse, signature, schema, meaning, in this order. Raises Refusal."""
        message, serial = self._verified(raw, ctx)
        declared = f"{message.type}/{message.version}"
        if not self.sheet.receives(declared):
            raise Refusal(TYPE_NOT_DECLARED, f"{declared} is not declared for {self.sheet.partner}")
        if not ctx.now - self.behind <= message.created_at <= ctx.now + self.ahead:
            raise Refusal(OUT_OF_WINDOW, f"CreatedAt {message.created_at.isoformat()}")
        return InMessage(partner=self.sheet.partner, canonical=message, digest=digest(raw.content), signer=serial)

    def receipt(self, raw: Raw, message: InMessage | None, verdict: Verdict, ctx: Context) -> OutMessage:
        """The signed Receipt that says ``verdict`` about exactly these bytes."""
        about = message.canonical if message is not None else None
        request = digest(raw.content)
        said = f"{verdict.text} {verdict.detail}".strip() or verdict.code
        body = {
            "request_id": about.message_id if about is not None else UNREAD,
            "request_digest": request,
            "code": verdict.code,
            "text": "".join(sign for sign in said if sign.isprintable())[:1000],
            "received_at": raw.received_at,
        }
        answer = self._about(about, "Receipt", body, ctx, f"{request}{verdict.code}")
        return OutMessage(content=self.sealed(answer, ctx.signer))

    def sealed(self, message: CanonicalMessage, signer: Signer) -> bytes:
        """The final bytes of ``message``. Raises Refusal 0002 or 0005."""
        return seal(self.catalogue, message, signer)

    def unsealed(self, element: etree._Element) -> CanonicalMessage:
        """The message in a verified element. Raises Refusal 0002, 0005 or 0006."""
        schema = self.catalogue.of(element)
        schema.validate(element)
        return schema.decode(element)

    def _verified(self, raw: Raw, ctx: Context) -> tuple[CanonicalMessage, str]:
        verified = verify(read(raw.content, self.limits), ctx.trusted, ctx.now, ctx.suites)
        message = self.unsealed(verified.element)
        if message.sender != self.sheet.partner:
            raise Refusal(OTHER_SENDER, f"sender {message.sender}")
        if message.receiver != ctx.hub:
            raise Refusal(OTHER_RECEIVER, f"receiver {message.receiver}")
        return message, verified.serial

    def _answer(self, raw: Raw, type: str, sent: CanonicalMessage, ctx: Context) -> Mapping[str, Any]:
        """The body of the partner's signed answer to ``sent``. Raises Refusal when it is none."""
        message, _ = self._verified(raw, ctx)
        if message.type != type or message.body["request_id"] not in (sent.message_id, UNREAD):
            raise Refusal(TYPE_NOT_DECLARED, f"not the {type} of this message")
        if message.body["request_id"] == UNREAD and not _unread(message.body):
            raise Refusal(TYPE_NOT_DECLARED, "an answer that names no message and yet judges its content")
        if message.body.get("seen") is False and not abs(ctx.now - message.created_at) <= self.fresh:
            raise Refusal(OUT_OF_WINDOW, "an old answer")
        return message.body

    def _about(
        self, about: CanonicalMessage | None, type: str, body: Mapping[str, Any], ctx: Context, seed: str
    ) -> CanonicalMessage:
        """Our technical message about another one; the same question or verdict has the same message id."""
        return CanonicalMessage(
            type=type,
            version=VERSION,
            message_id=str(uuid.uuid5(IDS, f"{ctx.hub} {type} {body['request_id']} {seed}")),
            sender=ctx.hub,
            receiver=self.sheet.partner,
            enterprise=about.enterprise if about is not None else NO_ENTERPRISE,
            business_key=about.business_key if about is not None else UNREAD,
            sequence=about.sequence if about is not None else 1,
            created_at=ctx.now,
            body=body,
            correlation_id=about.message_id if about is not None else None,
        )


def seal(catalogue: Catalogue, message: CanonicalMessage, signer: Signer) -> bytes:
    """The final bytes of ``message``: encoded, validated, signed. Raises Refusal 0002 or 0005."""
    schema = catalogue.message(message.type, message.version)
    element = schema.encode(message)
    schema.validate(element)
    return sign(element, signer)


def digest(content: bytes) -> str:
    """SHA-256, lower-case hex."""
    return hashlib.sha256(content).hexdigest()


def _by_code(code: str | None) -> OutcomeClass:
    if code is None:
        return OutcomeClass.UNKNOWN
    return BY_CODE.get(code) or BY_CODE_CLASS.get(code[0], OutcomeClass.UNKNOWN)


def _unread(body: Mapping[str, Any]) -> bool:
    """Whether this receipt may come without our message id: the partner could not read the message (0xxx, 1xxx)."""
    return "request_digest" in body and body["code"] != receipt.ACCEPTED and body["code"][0] in "01"


def is_success(raw: Raw) -> bool:
    """HTTP 2xx."""
    return 200 <= raw.status < 300


def _outcome(
    kind: OutcomeClass, raw: Raw, ctx: Context, *, body: Mapping[str, Any] | None = None, detail: str = ""
) -> Outcome:
    said = body or {}
    code, words = said.get("code"), said.get("text")
    known = receipt.RECEIPT_CODES.get(code or "")
    return Outcome(
        kind=kind,
        partner_ref=said.get("partner_ref"),
        code=code,
        text=Text(words, known.en if known is not None else words) if words else known,
        detail=detail,
        retry_after=retry_after(raw, ctx.now) if kind is OutcomeClass.THROTTLED else None,
        occurred_at=said.get("received_at"),
        answer=raw.content,
    )


def retry_after(raw: Raw, now: datetime) -> float | None:
    """Seconds, from either form of RFC 9110 section 10.2.3; None when there is none to be read."""
    text = next((value for name, value in raw.headers.items() if name.lower() == "retry-after"), "").strip()
    if text.isascii() and text.isdigit():
        return float(text)
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, TypeError):
        return None
    return max(0.0, (moment.replace(tzinfo=moment.tzinfo or UTC) - now).total_seconds())
