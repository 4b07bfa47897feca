"""Golden samples of every message, what GBK cannot carry, and who signs what."""

import base64
from dataclasses import replace
from urllib.parse import parse_qs, urlencode

import pytest
from hub_bank_icbc.adapter import icbc
from hub_bank_icbc.wire import FIELDS
from lxml import etree

from hub.contract.adapters import Context, Refusal
from hub.contract.message import CanonicalMessage, Raw
from hub.contract.outcome import OutcomeClass as O
from hub.testing.kit.keys import HUB, keys
from hub.testing.kit.samples import NOW, envelope
from hub.xml.layout import encoded
from hub.xml.reader import read

ADAPTER = icbc()
EVERY = pytest.mark.parametrize("row", ADAPTER.messages, ids=lambda row: row.type)
SAID = [
    row.type for row in ADAPTER.messages if b"<out>" in (ADAPTER.schemas / "samples" / f"{row.sample}.xml").read_bytes()
]


def sample(row) -> bytes:
    return (ADAPTER.schemas / "samples" / f"{row.sample}.xml").read_bytes()


def order(**changes) -> CanonicalMessage:
    row = ADAPTER.row("PaymentOrder")
    body = row.layout.read(read(sample(row)))
    body.pop("header"), body.pop("actor_signature")
    return replace(envelope("PaymentOrder", "1.0", body | changes, sender=HUB, receiver="icbc"), attachments=())


def context(signer=None) -> Context:
    return Context(now=NOW, hub=HUB, signer=signer or keys().hub, trusted=(keys().partner.certificate,))


def data(content: bytes) -> bytes:
    return base64.b64decode(parse_qs(content.decode())["reqData"][0])


def form(document: bytes) -> Raw:
    fields = dict.fromkeys(FIELDS, "") | {"reqData": base64.b64encode(document).decode()}
    return Raw(content=urlencode(fields).encode(), received_at=NOW)


def accepted(element: etree._Element, row) -> bool:
    try:
        ADAPTER.check(row, element)
    except Refusal:
        return False
    return row.layout.fits(element)


@EVERY
def test_a_sample_satisfies_its_xsd_and_no_other_message_fits(row):
    element = read(sample(row))

    assert [other.type for other in ADAPTER.messages if accepted(element, other)] == [row.type]


@EVERY
def test_a_sample_is_written_again_as_it_was_read_octet_by_octet(row):
    written = row.layout.write(row.layout.read(read(sample(row))))
    etree.indent(written)

    assert encoded(written, "GBK").replace(b"?>", b"?>\n", 1) + b"\n" == sample(row)


@pytest.mark.parametrize("type", ["PaymentOrder", "PaymentResult", "PaymentAgreementRequest", "PaymentAgreementResult"])
def test_nothing_of_a_message_gets_lost(type):
    assert ADAPTER.row(type).layout.lost(ADAPTER.catalogue.message(type, "1.0").shape) == []


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("payee_name", "保" * 31),
        ("payee_name", "㐀氏保险"),
        ("payer_name", "Société €"),
        ("purpose", "保费😀"),
        ("agreement_no", "协议17"),
    ],
    ids=["62 octets", "a rare character", "a euro sign", "an emoji", "a number in Chinese"],
)
def test_what_the_bank_cannot_read_is_refused_before_it_is_signed_naming_the_field(field, value):
    with pytest.raises(Refusal) as refused:
        ADAPTER.build(order(**{field: value}), context())

    assert refused.value.code == "0002"
    assert refused.value.explanation[0]["path"] == field
    assert value not in str(refused.value)


def test_sixty_octets_are_thirty_characters():
    out = ADAPTER.build(order(payee_name="保" * 30), context())

    assert ("保" * 30).encode("gbk") in data(out.content)


def test_an_order_is_signed_and_a_question_is_not():
    ordered = ADAPTER.build(order(), context())
    asked = ADAPTER.query(order(), context())

    assert data(ordered.content).startswith(b"\x30")
    assert data(asked.content).startswith(b'<?xml version="1.0" encoding="GBK"?>')


@pytest.mark.parametrize("type", SAID)
def test_the_banks_word_is_not_believed_unsigned(type):
    plain = sample(ADAPTER.row(type)).replace(b"\n", b"").replace(b"  ", b"")

    for document in (plain, plain.replace(b"<SignTime>20261120090000000</SignTime>", b"")):
        with pytest.raises(Refusal) as refused:
            ADAPTER.opened(form(document), context())
        assert refused.value.code == "1001"


def test_the_customers_numbers_are_settings():
    ctx = replace(context(), settings={"group_cis": "100290000000001", "user_id": "swhub.c.1002"})
    fields = parse_qs(ADAPTER.build(order(), ctx).content.decode())

    assert (fields["GroupCIS"], fields["ID"]) == (["100290000000001"], ["swhub.c.1002"])


@pytest.mark.parametrize(
    ("code", "line", "kind"),
    [
        ("0", "7", O.DONE), ("0", "9", O.ACCEPTED), ("0", "6", O.REFUSED_BUSINESS), ("0", "", O.UNKNOWN),
        ("", "7", O.UNKNOWN), ("", "", O.UNKNOWN), ("0", "13", O.UNKNOWN), ("B9999", "7", O.UNKNOWN),
    ],
)  # fmt: skip
def test_an_answer_has_two_levels_and_an_empty_one_is_unknown(code, line, kind):
    row = ADAPTER.row("PaymentQueryAnswer")
    sent = order()
    values = row.layout.read(read(sample(row))) | {"reference": sent.message_id}
    element = row.layout.write(values)
    element.find("eb/pub/RetCode").text, element.find("eb/out/rd/Result").text = code, line
    document = encoded(element, "GBK")
    raw = Raw(content=ADAPTER.carrier.pack(document, sent, context(keys().partner)).content, received_at=NOW)

    assert ADAPTER.parse_query(raw, sent, context()).kind is kind
