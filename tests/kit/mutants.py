"""Plugins that lie, each in one way: subclasses of the Sinosure adapter. Not a test; test_mutants.py tries them."""

import logging
import re
import socket
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import count
from pathlib import Path
from typing import Any, ClassVar

from hub_sinosure.adapter import SinosureAdapter

from hub.contract.adapters import Context, Refusal
from hub.contract.capability import Capability, CapabilitySheet, Idempotency
from hub.contract.convert import FEN, ID32, ISO
from hub.contract.message import CanonicalEvent, CanonicalMessage, InMessage, OutMessage, Raw, Verdict
from hub.contract.outcome import Outcome, OutcomeClass
from hub.contract.status import AnswerRow, AnswerTable, StatusRow, StatusTable, UnmappedCode
from hub.contract.text import Text
from hub.testing.kit.keys import keys
from hub.xml.catalogue import default_catalogue
from hub.xml.dialect import CanonicalDialect
from hub.xml.layout import Layout, Row
from hub.xml.own import Message, OwnDialect

Meaning = Sequence[Any]
OTHER = "00000000-0000-4000-8000-000000000001"


class TakesAnyAnswer(SinosureAdapter):
    def parse_answer(self, raw, sent, ctx):
        message, _ = self._verified(raw, ctx)
        return message


class RoundsWhatStandsInRows(SinosureAdapter):
    def build(self, message: CanonicalMessage, ctx: Context) -> OutMessage:
        body = {name: self._whole(value) if isinstance(value, list) else value for name, value in message.body.items()}
        return super().build(replace(message, body=body), ctx)

    def _whole(self, rows: list[Any]) -> list[Any]:
        return [
            {name: Decimal(round(value)) if isinstance(value, Decimal) else value for name, value in row.items()}
            if isinstance(row, dict)
            else row
            for row in rows
        ]


class SwallowsErrors(SinosureAdapter):
    def parse_response(self, raw: Raw, sent: CanonicalMessage, ctx: Context) -> Outcome:
        read = super().parse_response(raw, sent, ctx)
        return replace(read, kind=OutcomeClass.ACCEPTED) if read.kind is OutcomeClass.UNKNOWN else read


class BelievesEvery200(SinosureAdapter):
    def parse_response(self, raw: Raw, sent: CanonicalMessage, ctx: Context) -> Outcome:
        read = super().parse_response(raw, sent, ctx)
        return replace(read, kind=OutcomeClass.ACCEPTED) if raw.status == 200 and read.code is None else read


class TimeoutIsNotSent(SinosureAdapter):
    def parse_response(self, raw: Raw, sent: CanonicalMessage, ctx: Context) -> Outcome:
        read = super().parse_response(raw, sent, ctx)
        return replace(read, kind=OutcomeClass.NOT_SENT) if read.kind is OutcomeClass.UNKNOWN else read


class IgnoresTheDigest(SinosureAdapter):
    def parse_response(self, raw: Raw, sent: CanonicalMessage, ctx: Context) -> Outcome:
        found = re.search(rb"RequestDigest>([0-9a-f]{64})<", raw.content)
        said = found[1].decode() if found else ctx.sent_digest
        return super().parse_response(raw, sent, replace(ctx, sent_digest=said))


class IgnoresTheId(SinosureAdapter):
    def parse_response(self, raw: Raw, sent: CanonicalMessage, ctx: Context) -> Outcome:
        found = re.search(rb"RequestId>([0-9a-f-]{36})<", raw.content)
        about = replace(sent, message_id=found[1].decode()) if found else sent
        return super().parse_response(raw, about, ctx)


class IgnoresTheStatus(SinosureAdapter):
    def parse_response(self, raw: Raw, sent: CanonicalMessage, ctx: Context) -> Outcome:
        return super().parse_response(replace(raw, status=200), sent, ctx)


class RefusalsAreLater(SinosureAdapter):
    def parse_response(self, raw: Raw, sent: CanonicalMessage, ctx: Context) -> Outcome:
        read = super().parse_response(raw, sent, ctx)
        return replace(read, kind=OutcomeClass.THROTTLED) if read.kind is OutcomeClass.REFUSED_BUSINESS else read


class LeaksThePerson(SinosureAdapter):
    def parse_response(self, raw: Raw, sent: CanonicalMessage, ctx: Context) -> Outcome:
        read = super().parse_response(raw, sent, ctx)
        return replace(read, detail=f"{read.detail} of {sent.body.get('contact_name', '')}")


class ThrowsTheAnswerAway(SinosureAdapter):
    def parse_response(self, raw: Raw, sent: CanonicalMessage, ctx: Context) -> Outcome:
        return replace(super().parse_response(raw, sent, ctx), answer=b"")


class Raises(SinosureAdapter):
    def parse_response(self, raw: Raw, sent: CanonicalMessage, ctx: Context) -> Outcome:
        raw.content.decode("ascii")  # a UnicodeDecodeError, one day
        return super().parse_response(raw, sent, ctx)


class Hangs(SinosureAdapter):
    def parse_response(self, raw: Raw, sent: CanonicalMessage, ctx: Context) -> Outcome:
        with suppress(Exception):
            time.sleep(60)
        return super().parse_response(raw, sent, ctx)


class QueryAlwaysSaysDone(SinosureAdapter):
    def parse_query(self, raw: Raw, sent: CanonicalMessage, ctx: Context) -> Outcome:
        return replace(super().parse_query(raw, sent, ctx), kind=OutcomeClass.DONE)


class NotFoundIsNeverSeen(SinosureAdapter):
    def parse_query(self, raw: Raw, sent: CanonicalMessage, ctx: Context) -> Outcome:
        if raw.status == 404:
            return Outcome(kind=OutcomeClass.NOT_SENT, answer=raw.content)
        return super().parse_query(raw, sent, ctx)


@dataclass(frozen=True, kw_only=True)
class BelievesOldNews(SinosureAdapter):
    fresh: timedelta = timedelta(days=9)


class NewIdOnRetry(SinosureAdapter):
    def build(self, message: CanonicalMessage, ctx: Context) -> OutMessage:
        again = f"{ctx.now.minute:08x}{message.message_id[8:]}"
        return super().build(replace(message, message_id=again), ctx)


class NeverTheSameBytes(SinosureAdapter):
    made: ClassVar[Any] = count(2)

    def build(self, message: CanonicalMessage, ctx: Context) -> OutMessage:
        return super().build(replace(message, sequence=next(self.made)), ctx)


class LeavesOutWhatItDoesNotKnow(SinosureAdapter):
    def build(self, message: CanonicalMessage, ctx: Context) -> OutMessage:
        known = self.catalogue.message(message.type, message.version).shape.by_key
        body = {key: value for key, value in message.body.items() if key in known}
        return super().build(replace(message, body=body), ctx)


class DropsTheRemark(SinosureAdapter):
    def build(self, message: CanonicalMessage, ctx: Context) -> OutMessage:
        body = {key: value for key, value in message.body.items() if key != "remark"}
        return super().build(replace(message, body=body), ctx)


class LosesRareCharacters(SinosureAdapter):
    """Writes what its encoding lacks as question marks."""

    def build(self, message: CanonicalMessage, ctx: Context) -> OutMessage:
        kept = {
            key: value.encode("gbk", "replace").decode("gbk") if isinstance(value, str) else value
            for key, value in message.body.items()
        }
        return super().build(replace(message, body=kept), ctx)


class SignsWithItsOwnKey(SinosureAdapter):
    def build(self, message: CanonicalMessage, ctx: Context) -> OutMessage:
        return super().build(message, replace(ctx, signer=keys().hub))


class AsksAboutAnother(SinosureAdapter):
    def query(self, sent: CanonicalMessage, ctx: Context) -> OutMessage:
        return super().query(replace(sent, message_id=OTHER), ctx)


class FinishesWhatIsCutOff(SinosureAdapter):
    def open(self, raw: Raw, ctx: Context) -> InMessage:
        whole = raw.content.rstrip()
        missing = b"" if whole.endswith(b"</Message>") else b"</Message>"
        return super().open(replace(raw, content=whole + missing), ctx)


class TrustsEverybody(SinosureAdapter):
    def open(self, raw: Raw, ctx: Context) -> InMessage:
        return super().open(raw, replace(ctx, trusted=(*ctx.trusted, keys().stranger.certificate)))


class TakesEveryType(SinosureAdapter):
    def open(self, raw: Raw, ctx: Context) -> InMessage:
        wide = Capability(name="wide", receives=self.catalogue.types())
        sheet = replace(self.sheet, capabilities={"wide": wide})
        plain = {name: getattr(self, name) for name in ("catalogue", "limits", "ahead", "behind", "fresh")}
        return CanonicalDialect(sheet=sheet, **plain).open(raw, ctx)


class TrustsEveryClock(SinosureAdapter):
    def open(self, raw: Raw, ctx: Context) -> InMessage:
        plain = {name: getattr(self, name) for name in ("catalogue", "sheet", "limits", "fresh")}
        patient = CanonicalDialect(ahead=timedelta(days=999), behind=timedelta(days=999), **plain)
        return patient.open(raw, ctx)


class DigestOfSomethingElse(SinosureAdapter):
    def open(self, raw: Raw, ctx: Context) -> InMessage:
        opened = super().open(raw, ctx)
        return replace(opened, digest="0" * 32 + opened.digest[32:])


class LosesTheErrorOfTheDoor(SinosureAdapter):
    def open(self, raw: Raw, ctx: Context) -> InMessage:
        try:
            return super().open(raw, ctx)
        except Refusal as refusal:
            raise ValueError(refusal.detail) from refusal


class ReceiptForNothing(SinosureAdapter):
    def receipt(self, raw: Raw, message: InMessage | None, verdict: Verdict, ctx: Context) -> OutMessage:
        return super().receipt(replace(raw, content=b""), message, verdict, ctx)


class Told(SinosureAdapter):
    """Changes what was understood."""

    def parse(self, message: InMessage, ctx: Context) -> Meaning:
        return [
            self.tell(part, message, ctx) if isinstance(part, CanonicalEvent) else part
            for part in super().parse(message, ctx)
        ]

    def tell(self, event: CanonicalEvent, message: InMessage, ctx: Context) -> CanonicalEvent:
        raise NotImplementedError


class UnknownIsApproved(SinosureAdapter):
    def parse(self, message: InMessage, ctx: Context) -> Meaning:
        try:
            return super().parse(message, ctx)
        except UnmappedCode:
            body = message.canonical.body
            number = str(body.get("application_no", ""))
            return [
                CanonicalEvent(
                    kind="micro_application", number=number, event="approved", occurred_at=message.canonical.created_at
                )
            ]


class DropsTheCorrelation(Told):
    def tell(self, event: CanonicalEvent, message: InMessage, ctx: Context) -> CanonicalEvent:
        return replace(event, answers=None)


class InventsAField(Told):
    def tell(self, event: CanonicalEvent, message: InMessage, ctx: Context) -> CanonicalEvent:
        return replace(event, content={**event.content, "score": "A"})


class InventsAnEvent(Told):
    def tell(self, event: CanonicalEvent, message: InMessage, ctx: Context) -> CanonicalEvent:
        return replace(event, event="submitted") if event.event == "approved" else event


class ReturnedIsApproved(Told):
    def tell(self, event: CanonicalEvent, message: InMessage, ctx: Context) -> CanonicalEvent:
        return replace(event, event="approved") if event.event == "returned" else event


class AnotherNumber(Told):
    def tell(self, event: CanonicalEvent, message: InMessage, ctx: Context) -> CanonicalEvent:
        return replace(event, number=event.content.get("policy_no", event.number))


class HappenedWhenRead(Told):
    def tell(self, event: CanonicalEvent, message: InMessage, ctx: Context) -> CanonicalEvent:
        return replace(event, occurred_at=ctx.now)


class ClockOfTheMachine(Told):
    def tell(self, event: CanonicalEvent, message: InMessage, ctx: Context) -> CanonicalEvent:
        return replace(event, occurred_at=datetime.now(UTC))


class EightHoursOff(Told):
    def tell(self, event: CanonicalEvent, message: InMessage, ctx: Context) -> CanonicalEvent:
        return replace(event, occurred_at=event.occurred_at + timedelta(hours=8))


class NoWords(Told):
    def tell(self, event: CanonicalEvent, message: InMessage, ctx: Context) -> CanonicalEvent:
        return replace(event, text=Text(event.text.zh, "")) if event.text else event


class Money(Told):
    """Changes the amounts."""

    def tell(self, event: CanonicalEvent, message: InMessage, ctx: Context) -> CanonicalEvent:
        amount = event.content.get("insured_amount")
        if amount is None:
            return event
        rest = {key: value for key, value in event.content.items() if key != "insured_amount"}
        return replace(event, content=rest | self.counted(amount))

    def counted(self, amount: Decimal) -> Mapping[str, Any]:
        raise NotImplementedError


class CountsCents(Money):
    def counted(self, amount: Decimal) -> Mapping[str, Any]:
        return {"insured_amount": amount * 100}


class CountsWithFloats(Money):
    def counted(self, amount: Decimal) -> Mapping[str, Any]:
        return {"insured_amount": float(amount)}


class Rounds(Money):
    def counted(self, amount: Decimal) -> Mapping[str, Any]:
        return {"insured_amount": amount.quantize(Decimal("0.1"))}


class LosesTheAmount(Money):
    def counted(self, amount: Decimal) -> Mapping[str, Any]:
        return {}


class AlwaysYuan(Money):
    def counted(self, amount: Decimal) -> Mapping[str, Any]:
        return {"insured_amount": amount, "insured_currency": "CNY"}


@dataclass(frozen=True, kw_only=True)
class Remembers(SinosureAdapter):
    """Takes a message that it has seen for a duplicate; keeping that is the core's matter."""

    seen: set[str] = field(default_factory=set)

    def parse(self, message: InMessage, ctx: Context) -> Meaning:
        if message.digest in self.seen:
            return []
        self.seen.add(message.digest)
        return super().parse(message, ctx)


class Hoards(SinosureAdapter):
    hoard: ClassVar[list[bytes]] = []

    def open(self, raw: Raw, ctx: Context) -> InMessage:
        self.hoard.append(raw.content * 2)
        return super().open(raw, ctx)


class OneHolderForAll(SinosureAdapter):
    """The shared request holder: two messages at once are one of them twice."""

    holder: ClassVar[dict[str, InMessage]] = {}

    def open(self, raw: Raw, ctx: Context) -> InMessage:
        self.holder["request"] = super().open(raw, ctx)
        time.sleep(0.0005)
        return self.holder["request"]


class CallsHome(SinosureAdapter):
    def parse(self, message: InMessage, ctx: Context) -> Meaning:
        with suppress(OSError):
            socket.create_connection(("127.0.0.1", 9), timeout=0.01).close()
        return super().parse(message, ctx)


class LogsTheMessage(SinosureAdapter):
    def build(self, message: CanonicalMessage, ctx: Context) -> OutMessage:
        logging.getLogger("hub_sinosure").info("sending %s", dict(message.body))
        return super().build(message, ctx)


MUTANTS: Mapping[type[SinosureAdapter], str] = {
    TakesAnyAnswer: "an_answer_to_another_question_is_refused",
    SwallowsErrors: "an_answer_that_nobody_signed_is_unknown",
    BelievesEvery200: "an_answer_that_is_cut_off_is_unknown",
    TimeoutIsNotSent: "an_answer_is_never_read_as_not_sent",
    IgnoresTheDigest: "a_receipt_for_other_bytes_is_unknown",
    IgnoresTheId: "a_receipt_for_another_message_is_unknown",
    IgnoresTheStatus: "an_acceptance_under_an_error_status_is_unknown",
    RefusalsAreLater: "every_refusal_has_its_class",
    LeaksThePerson: "an_outcome_shows_operators_nothing_personal",
    ThrowsTheAnswerAway: "the_answer_is_kept_as_evidence",
    Raises: "parse_response_is_total",
    Hangs: "parse_response_is_total",
    QueryAlwaysSaysDone: "never_seen_allows_a_resend",
    NotFoundIsNeverSeen: "an_unsigned_answer_to_a_question_is_unknown",
    BelievesOldNews: "an_old_never_seen_allows_nothing",
    NewIdOnRetry: "a_retry_carries_the_same_id",
    NeverTheSameBytes: "the_same_message_is_the_same_bytes",
    LeavesOutWhatItDoesNotKnow: "a_field_that_the_schema_does_not_have_is_refused",
    DropsTheRemark: "the_partner_reads_what_was_meant",
    LosesRareCharacters: "rare_characters_arrive",
    SignsWithItsOwnKey: "the_bytes_are_signed_with_the_key_of_the_context",
    AsksAboutAnother: "a_question_names_the_message_it_is_about",
    FinishesWhatIsCutOff: "a_message_cut_off_anywhere_is_refused",
    TrustsEverybody: "a_signature_that_nobody_may_believe_is_refused",
    TakesEveryType: "a_message_that_is_not_declared_is_refused",
    TrustsEveryClock: "a_message_from_tomorrow_or_of_last_year_is_refused",
    DigestOfSomethingElse: "the_digest_is_that_of_the_raw_bytes",
    LosesTheErrorOfTheDoor: "garbage_is_refused_and_nothing_else_happens",
    ReceiptForNothing: "a_receipt_is_signed_and_about_exactly_these_bytes",
    UnknownIsApproved: "a_code_without_a_row_is_unmapped",
    DropsTheCorrelation: "an_answer_keeps_the_id_of_what_it_answers",
    InventsAField: "every_event_is_one_that_a_partner_may_cause",
    InventsAnEvent: "every_event_is_one_that_a_partner_may_cause",
    ReturnedIsApproved: "a_row_means_its_event",
    AnotherNumber: "an_event_is_about_a_number_of_its_message",
    HappenedWhenRead: "the_meaning_does_not_depend_on_the_hour_of_reading",
    ClockOfTheMachine: "an_event_says_when_it_happened_in_utc",
    EightHoursOff: "an_event_says_when_it_happened_in_utc",
    NoWords: "an_event_has_words_for_its_timeline",
    CountsCents: "an_amount_that_comes_in_is_the_same_to_the_cent",
    CountsWithFloats: "no_event_carries_a_float",
    RoundsWhatStandsInRows: "an_amount_that_goes_out_is_the_same_to_the_cent",
    Rounds: "an_amount_that_comes_in_is_the_same_to_the_cent",
    LosesTheAmount: "an_amount_that_comes_in_is_the_same_to_the_cent",
    AlwaysYuan: "an_amount_comes_with_its_currency",
    Remembers: "the_same_message_twice_means_the_same",
    Hoards: "a_hundred_messages_leave_nothing_behind",
    OneHolderForAll: "two_messages_at_once_never_mix",
    CallsHome: "an_adapter_opens_no_connection",
    LogsTheMessage: "nothing_is_printed_or_logged",
}
"""The lie -> a case that has to find it."""


def _with(adapter: SinosureAdapter, name: str, **changes: Any) -> SinosureAdapter:
    capability = replace(adapter.sheet[name], **changes)
    return replace(adapter, sheet=replace(adapter.sheet, capabilities={**adapter.sheet.capabilities, name: capability}))


def sheets(adapter: SinosureAdapter) -> Mapping[str, tuple[SinosureAdapter, str]]:
    """Sheets and tables that lie: what is wrong -> (the adapter, the case that has to find it)."""
    confirm = "micro_policy.confirm"
    row = StatusRow("77", "bribed", Text("已打点", "Bribed"))
    return {
        "fits every contract": (
            replace(adapter, sheet=replace(adapter.sheet, contract=">=1.0")),
            "the_contract_range_includes_this_contract",
        ),
        "nobody can ask": (
            _with(adapter, confirm, idempotency=Idempotency.NONE, query=None),
            "a_partner_that_does_not_deduplicate_can_be_asked",
        ),
        "a message without a schema": (
            _with(adapter, confirm, sends=("PolicyConfirmation/1.0", "Bribe/1.0")),
            "every_declared_message_has_a_schema",
        ),
        "a message that it cannot understand": (
            _with(adapter, "micro_policy.offer", receives=("PolicyOffer/1.0", "PolicyReceipt/1.0")),
            "every_declared_message_is_understood",
        ),
        "any host": (
            replace(adapter, sheet=replace(adapter.sheet, hosts=("*",))),
            "the_hosts_are_named_one_by_one",
        ),
        "as fast as it likes": (_with(adapter, confirm, per_minute=None), "each_capability_that_sends_says_how_fast"),
        "a receipt after the deadline": (
            _with(adapter, confirm, receipt_sla=timedelta(days=9)),
            "a_receipt_is_due_before_the_deadline",
        ),
        "an event of nobody": (
            replace(adapter, statuses=(*adapter.statuses, StatusTable("ReviewResult.ResultText", (row,)))),
            "every_row_means_an_event_of_a_partner",
        ),
        "a table of nothing": (
            replace(adapter, statuses=(*adapter.statuses, StatusTable("Bribe.Code", (row,)))),
            "every_table_is_of_a_field_that_may_come_in",
        ),
        "another partner's name": (
            replace(adapter, sheet=replace(adapter.sheet, partner="swhub")),
            "the_partner_code_fits_the_envelope",
        ),
    }


@dataclass(frozen=True, kw_only=True)
class Own(OwnDialect):
    """An honest partner with XML of its own."""

    def parse(self, message: InMessage, ctx: Context) -> Meaning:
        raise UnmappedCode(message.canonical.type, "")


class OwnForgetsTheXsd(Own):
    """Sends what the partner's XSD does not allow."""

    def check(self, row: Message, element: Any) -> None:
        return None


class OwnTakesTheMachinesClock(Own):
    """Stamps what it sends with the time of the machine instead of the message's."""

    def element(self, row: Message, message: CanonicalMessage) -> Any:
        return super().element(row, replace(message, body={**message.body, "told_at": datetime.now(UTC)}))


class OwnNeedsNoCode(Own):
    """Has a default for codes without a row: the classic double payment the other way round."""

    def parse_response(self, raw: Raw, sent: CanonicalMessage, ctx: Context) -> Outcome:
        outcome = super().parse_response(raw, sent, ctx)
        return replace(outcome, kind=OutcomeClass.DONE) if outcome.code and "no row" in outcome.detail else outcome


class OwnResendsWhatIsBusy(Own):
    """Reads "never seen it" out of an answer to a payment, and sends it again."""

    def parse_response(self, raw: Raw, sent: CanonicalMessage, ctx: Context) -> Outcome:
        outcome = super().parse_response(raw, sent, ctx)
        return replace(outcome, kind=OutcomeClass.NOT_SENT) if outcome.detail.startswith("never") else outcome


class OwnNeverAges(Own):
    """Believes "never seen it" for ever."""

    def parse_query(self, raw: Raw, sent: CanonicalMessage, ctx: Context) -> Outcome:
        return replace(self, fresh=timedelta(days=9))._old(raw, sent, ctx)

    def _old(self, raw: Raw, sent: CanonicalMessage, ctx: Context) -> Outcome:
        return super().parse_query(raw, sent, ctx)


class OwnLosesCharacters(Own):
    """Writes what its encoding lacks as question marks."""

    def element(self, row: Message, message: CanonicalMessage) -> Any:
        made = super().element(row, message)
        for part in made.iter():
            part.text = part.text and part.text.encode("gbk", "replace").decode("gbk")
        return made


OWN_SHEET = """
[plugin]
partner = "own"
name_zh = "自有报文机构"
name_en = "A partner with XML of its own"
kind = "bank"
contract = ">=1.0,<2"
state = "draft"
[[capability]]
name = "payment.pay"
out = ["Pay/1.0"]
idempotency = "key"
query = "payment.query"
limits = { per_minute = 60 }
[[capability]]
name = "payment.query"
out = ["Ask/1.0"]
limits = { per_minute = 60 }
"""
OWN_XSD = """<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">
<xs:complexType name="Said"><xs:sequence><xs:element name="Seq" type="xs:string"/>
<xs:element name="Code" type="xs:string" minOccurs="0"/><xs:element name="At" type="xs:string"/></xs:sequence>
</xs:complexType>
<xs:element name="Pay"><xs:complexType><xs:sequence><xs:element name="Seq" type="xs:string"/>
<xs:element name="Amt" type="xs:integer"/><xs:element name="Name" type="xs:string"/>
<xs:element name="Told" type="xs:string"/></xs:sequence></xs:complexType></xs:element>
<xs:element name="PayAnswer" type="Said"/><xs:element name="Ask" type="Said"/><xs:element name="AskAnswer" type="Said"/>
</xs:schema>"""
SAID = (Row("reference", "Seq", ID32), Row("code", "Code"), Row("at", "At", ISO))
PAY = (
    Row("header.message_id", "Seq", ID32),
    Row("amount", "Amt", FEN),
    Row("name", "Name"),
    Row("told_at", "Told", ISO),
)
OWN_BODY = {"amount": Decimal("14723.07"), "name": "某公司", "told_at": datetime(2026, 11, 20, 1, 0, tzinfo=UTC)}


def own(kind: type[Own], folder: Path) -> Own:
    """``kind`` with its schema in ``folder``."""
    (folder / "own.xsd").write_text(OWN_XSD, encoding="utf-8")
    asks = (SAID[0], SAID[2])
    rows = {"Pay": PAY, "PayAnswer": SAID, "Ask": asks, "AskAnswer": SAID}
    answers = {"Pay": "PayAnswer", "Ask": "AskAnswer"}
    codes = {"7": OutcomeClass.DONE, "6": OutcomeClass.REFUSED_BUSINESS, "2": OutcomeClass.REFUSED_FORM}
    codes |= {"9": OutcomeClass.NOT_SENT, "3": OutcomeClass.THROTTLED}
    return kind(
        catalogue=default_catalogue(),
        sheet=CapabilitySheet.parse(OWN_SHEET),
        messages=tuple(
            Message(
                type=type,
                schema="own.xsd",
                layout=Layout(type, parts),
                answer=answers.get(type, ""),
                query="Ask" if type == "Pay" else "",
            )
            for type, parts in rows.items()
        ),
        answers=AnswerTable("own.Code", tuple(AnswerRow(code, it, Text(code, code)) for code, it in codes.items())),
        schemas=folder,
        encoding="GB18030",
    )


OWN_MUTANTS: Mapping[type[Own], str] = {
    OwnForgetsTheXsd: "a_message_without_a_required_field_is_refused",
    OwnTakesTheMachinesClock: "the_partner_reads_what_was_meant",
    OwnNeedsNoCode: "a_code_that_nobody_knows_is_never_a_success",
    OwnResendsWhatIsBusy: "an_answer_is_never_read_as_not_sent",
    OwnNeverAges: "an_old_never_seen_allows_nothing",
    OwnLosesCharacters: "rare_characters_arrive",
}
"""The lies of a partner with XML of its own -> a case that has to find each."""
