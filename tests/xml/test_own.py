"""A partner with XML of its own: everything of an adapter from its tables, in a parcel or with a signature inside."""

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from hashlib import sha256
from pathlib import Path

import pytest

from hub.contract.adapters import Context, Refusal
from hub.contract.capability import CapabilitySheet
from hub.contract.convert import BASE64, FEN, ID32, STAMP14
from hub.contract.message import Attachment, CanonicalMessage, Raw
from hub.contract.outcome import OutcomeClass as O
from hub.contract.status import AnswerRow, AnswerTable
from hub.contract.text import Text
from hub.testing.kit.keys import Keys
from hub.testing.kit.keys import keys as make_keys
from hub.testing.kit.samples import NOW, PAPER
from hub.testing.simulator.canonical import turned
from hub.xml.carriers import ENVELOPED, PARCEL
from hub.xml.catalogue import default_catalogue
from hub.xml.layout import Fixed, Layout, Left, Row, Rows
from hub.xml.own import Message, OwnDialect

SHEET = """
[plugin]
partner = "bank"
name_zh = "银行"
name_en = "Bank"
kind = "bank"
contract = ">=1.0,<2"
state = "draft"
[[capability]]
name = "payment.pay"
out = ["Pay/1.0"]
in = ["Paid/1.0"]
query = "payment.query"
[[capability]]
name = "payment.query"
out = ["Ask/1.0"]
on_503 = "throttled"
"""
XSD = """<?xml version="1.0" encoding="UTF-8"?>
<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">
  <xs:include schemaLocation="pubs.xsd"/>
  <xs:element name="Pkg"><xs:complexType><xs:sequence>
    <xs:element name="Pub" type="Pub"/>
    <xs:element name="Amt" type="xs:integer" minOccurs="0"/>
    <xs:element name="Name" type="xs:string" minOccurs="0"/>
    <xs:element name="Code" type="xs:string" minOccurs="0"/>
    <xs:element name="File" minOccurs="0" maxOccurs="9"><xs:complexType><xs:sequence>
      <xs:element name="N" type="xs:string"/><xs:element name="T" type="xs:string"/>
      <xs:element name="D" type="xs:base64Binary"/></xs:sequence></xs:complexType></xs:element>
  </xs:sequence></xs:complexType></xs:element>
</xs:schema>"""
PUBS = """<?xml version="1.0" encoding="UTF-8"?>
<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">
  <xs:complexType name="Pub"><xs:sequence><xs:element name="Tran" type="xs:string"/>
    <xs:element name="Seq" type="xs:string"/><xs:element name="Time" type="xs:string" minOccurs="0"/>
  </xs:sequence></xs:complexType>
</xs:schema>"""
FILES = Rows("attachments", "File", (Row("name", "N"), Row("media_type", "T"), Left("sha256", "made again")))
SEQ, SENT_AT = Row("header.message_id", "Pub/Seq", ID32), Row("header.created_at", "Pub/Time", STAMP14)
PAY = (
    Fixed("Pub/Tran", "PAY"),
    SEQ,
    SENT_AT,
    Row("amount", "Amt", FEN),
    Row("name", "Name"),
    Left("remark", "no place"),
)
PAID = (Fixed("Pub/Tran", "PAID"), SEQ, SENT_AT, Row("amount", "Amt", FEN), Row("code", "Code"))
ASK = (Fixed("Pub/Tran", "ASK"), Row("reference", "Pub/Seq", ID32), Row("at", "Pub/Time", STAMP14))
SAID = (Row("reference", "Pub/Seq", ID32), Row("at", "Pub/Time", STAMP14), Row("code", "Code"))
MESSAGES = (
    Message(type="Pay", schema="p.xsd", layout=Layout("Pkg", PAY), answer="PayAnswer", query="Ask"),
    Message(type="PayAnswer", schema="p.xsd", layout=Layout("Pkg", (Fixed("Pub/Tran", "RPAY"), *SAID))),
    Message(type="Ask", schema="p.xsd", layout=Layout("Pkg", ASK), answer="AskAnswer"),
    Message(type="AskAnswer", schema="p.xsd", layout=Layout("Pkg", (Fixed("Pub/Tran", "RASK"), *SAID))),
    Message(type="Paid", schema="p.xsd", layout=Layout("Pkg", PAID)),
)
ANSWERS = AnswerTable(
    "bank.Code",
    tuple(
        AnswerRow(code, kind, Text(f"码{code}", code))
        for code, kind in (
            ("7", O.DONE),
            ("5", O.ACCEPTED),
            ("6", O.REFUSED_BUSINESS),
            ("9", O.NOT_SENT),
            ("3", O.THROTTLED),
        )
    ),
)
ID = "7f2504e0-4f89-41d3-9a0c-0305e82c33aa"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("schemas")
    (made / "p.xsd").write_text(XSD, encoding="utf-8")
    (made / "pubs.xsd").write_text(PUBS, encoding="utf-8")
    return made


@pytest.fixture(params=[PARCEL, ENVELOPED], ids=["parcel", "enveloped"])
def bank(request: pytest.FixtureRequest, folder: Path) -> OwnDialect:
    return OwnDialect(
        catalogue=default_catalogue(),
        sheet=CapabilitySheet.parse(SHEET),
        messages=MESSAGES,
        answers=ANSWERS,
        schemas=folder,
        encoding="GBK",
        carrier=request.param,
    )


def context(keys, me: str, other: str, now: datetime = NOW, sent_digest: str = "") -> Context:
    code = {"hub": "swhub", "partner": "bank"}[me]
    signer, trusted = getattr(keys, me), (getattr(keys, other).certificate,)
    return Context(now=now, hub=code, signer=signer, trusted=trusted, sent_digest=sent_digest)


@pytest.fixture(scope="module", name="keys")
def _keys() -> Keys:
    return make_keys()


@pytest.fixture
def hub(keys) -> Context:
    return context(keys, "hub", "partner")


@pytest.fixture
def them(keys) -> Context:
    return context(keys, "partner", "hub")


def message(type: str = "Pay", **changes) -> CanonicalMessage:
    body = {"amount": Decimal("14723.01"), "name": "某公司"} if type == "Pay" else changes.pop("body")
    whole = CanonicalMessage(
        type=type, version="1.0", message_id=ID, sender="swhub", receiver="bank", enterprise="91610000MA6TX00X1A",
        business_key="P-1", sequence=1, created_at=NOW, body=body,
    )  # fmt: skip
    return replace(whole, **changes)


def other_side(bank: OwnDialect) -> OwnDialect:
    return replace(bank, sheet=turned(bank.sheet, "swhub"))


def raw(content: bytes, status: int = 200) -> Raw:
    return Raw(content=content, status=status, received_at=NOW)


def said(bank: OwnDialect, them: Context, type: str, digest: str = "", **body) -> Raw:
    answer = message(type, body={"reference": ID, "at": NOW, **body}, sender="bank", receiver="swhub")
    return raw(bank.build(answer, replace(them, sent_digest=digest)).content)


def test_what_the_hub_sends_is_read_by_the_partner_as_it_was_meant(bank, hub, them):
    heard = other_side(bank).open(raw(bank.build(message(), hub).content), them).canonical

    assert heard.body == {"amount": Decimal("14723.01"), "name": "某公司"}
    assert (heard.message_id, heard.created_at, heard.sender) == (ID, NOW, "swhub")


def test_a_declared_gap_is_left_out_and_any_other_value_is_refused(bank, hub):
    body = message().body

    assert bank.build(message(body={**body, "remark": "x"}), hub) == bank.build(message(), hub)
    with pytest.raises(Refusal) as refused:
        bank.build(message(body={**body, "discount": "x"}), hub)
    assert refused.value.code == "0002"
    assert "discount" in refused.value.explanation[0]["path"]


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("7", O.DONE),
        ("5", O.ACCEPTED),
        ("6", O.REFUSED_BUSINESS),
        ("3", O.THROTTLED),
        ("9", O.UNKNOWN),
        ("8", O.UNKNOWN),
    ],
)
def test_an_answer_means_its_row_and_nothing_without_one(code, kind, bank, hub, them):
    outcome = bank.parse_response(said(bank, them, "PayAnswer", code=code), message(), hub)

    assert (outcome.kind, outcome.code) == (kind, code)


@pytest.mark.parametrize(("code", "kind"), [("9", O.NOT_SENT), ("7", O.DONE), ("3", O.UNKNOWN), ("8", O.UNKNOWN)])
def test_only_the_answer_to_a_query_says_never_seen(code, kind, bank, hub, them):
    assert bank.parse_query(said(bank, them, "AskAnswer", code=code), message(), hub).kind is kind


def test_an_old_never_seen_allows_nothing(bank, them, keys):
    later = context(keys, "hub", "partner", NOW + timedelta(hours=1))

    assert bank.parse_query(said(bank, them, "AskAnswer", code="9"), message(), later).kind is O.UNKNOWN


def test_an_answer_to_another_message_says_nothing(bank, hub, them):
    other = "00000000-0000-4000-8000-000000000000"

    assert (
        bank.parse_response(said(bank, them, "PayAnswer", code="7", reference=other), message(), hub).kind is O.UNKNOWN
    )
    assert bank.parse_response(said(bank, them, "AskAnswer", code="7"), message(), hub).kind is O.UNKNOWN


def test_a_parcel_says_which_bytes_it_answers(bank, hub, them):
    digest = sha256(bank.build(message(), hub).content).hexdigest()
    ours, others = (said(bank, them, "PayAnswer", code="7", digest=it) for it in (digest, "0" * 64))
    asked = replace(hub, sent_digest=digest)

    assert bank.parse_response(ours, message(), asked).kind is O.DONE
    assert bank.parse_response(others, message(), asked).kind is (O.UNKNOWN if bank.carrier is PARCEL else O.DONE)


def test_an_acceptance_under_an_error_status_is_unknown(bank, hub, them):
    answer = replace(said(bank, them, "PayAnswer", code="7"), status=500)

    assert bank.parse_response(answer, message(), hub).kind is O.UNKNOWN


def test_a_query_carries_the_reference_and_the_time_of_asking(bank, hub, them):
    heard = other_side(bank).open(raw(bank.query(message(), hub).content), them).canonical

    assert (heard.type, heard.body) == ("Ask", {"reference": ID, "at": NOW})


def test_messages_of_one_root_are_told_apart_by_their_fixed_texts(bank, hub, them):
    paid = message("Paid", body={"amount": Decimal("0.01"), "code": "7"}, sender="bank", receiver="swhub")

    opened = bank.open(raw(bank.build(paid, them).content), hub)

    assert (opened.canonical.type, opened.canonical.body) == ("Paid", paid.body)


def test_what_is_not_declared_as_incoming_is_refused(bank, hub, them):
    with pytest.raises(Refusal) as refused:
        bank.open(raw(bank.build(message(sender="bank", receiver="swhub"), them).content), hub)
    assert refused.value.code == "0005"


def test_files_travel_in_the_parcel_and_need_rows_without_one(bank, hub, them):
    with_file = message(attachments=(PAPER,))
    if bank.carrier is PARCEL:
        heard = other_side(bank).open(raw(bank.build(with_file, hub).content), them).canonical
        assert heard.attachments == (PAPER,)
        return
    with pytest.raises(Refusal) as refused:
        bank.build(with_file, hub)
    assert refused.value.explanation[0]["path"] == "attachments"


def test_files_with_rows_are_part_of_the_document(bank, hub, them):
    rows = Rows("attachments", "File", (*FILES.rows, Row("content", "D", BASE64)))
    own = replace(MESSAGES[0], layout=Layout("Pkg", (*PAY, rows)))
    bank = replace(bank, messages=(own, *MESSAGES[1:]), carrier=ENVELOPED)

    heard = other_side(bank).open(raw(bank.build(message(attachments=(PAPER,)), hub).content), them).canonical

    assert heard.attachments == (PAPER,)
    assert isinstance(heard.attachments[0], Attachment)


@pytest.mark.parametrize(
    ("status", "kind"), [(401, O.PARTNER_CONFIG), (429, O.THROTTLED), (503, O.UNKNOWN), (502, O.UNKNOWN)]
)
def test_an_unsigned_answer_says_what_its_status_may_say(status, kind, bank, hub):
    assert bank.parse_response(raw(b"<html>", status), message(), hub).kind is kind


def test_a_503_means_not_processed_where_the_sheet_says_so(bank, hub):
    declared = replace(bank, sheet=CapabilitySheet.parse(SHEET.replace('query = "', 'on_503 = "throttled"\nquery = "')))

    assert declared.parse_response(raw(b"busy", 503), message(), hub).kind is O.THROTTLED
    assert declared.parse_query(raw(b"busy", 503), message(), hub).kind is O.UNKNOWN


def test_a_document_that_breaks_its_xsd_is_refused_without_its_values(bank, hub):
    wrong = replace(MESSAGES[0], layout=Layout("Pkg", (*PAY[:3], Row("name", "Amt"))))

    with pytest.raises(Refusal) as refused:
        replace(bank, messages=(wrong,)).build(message(body={"name": "某公司"}), hub)
    assert refused.value.code == "0002"
    assert "某公司" not in str(refused.value)
    assert "Amt" in str(refused.value)


def test_a_stranger_is_not_believed(bank, hub, keys):
    signed = context(keys, "partner", "hub")
    content = bank.build(
        message("Paid", body={"code": "7"}, sender="bank", receiver="swhub"), replace(signed, signer=keys.stranger)
    )

    with pytest.raises(Refusal) as refused:
        bank.open(raw(content.content), hub)
    assert refused.value.code == "1003"


@pytest.mark.parametrize("change", [{"sender": "other"}, {"receiver": "other"}])
def test_a_parcel_of_another_sender_or_for_another_hub_is_refused(change, folder, bank, hub, them):
    paid = message("Paid", body={"code": "7"}, sender="bank", receiver="swhub")
    content = replace(bank, carrier=PARCEL).build(replace(paid, **change), them).content

    with pytest.raises(Refusal) as refused:
        replace(bank, carrier=PARCEL).open(raw(content), hub)
    assert refused.value.code == {"sender": "1004", "receiver": "2001"}[next(iter(change))]


def test_the_clock_of_the_partner_may_not_be_far_off(bank, them, keys):
    paid = message("Paid", body={"code": "7"}, sender="bank", receiver="swhub")
    content = bank.build(paid, them).content

    for now in (NOW - timedelta(hours=1), NOW + timedelta(days=60)):
        with pytest.raises(Refusal) as refused:
            bank.open(raw(content), context(keys, "hub", "partner", now))
        assert refused.value.code == "1005"
