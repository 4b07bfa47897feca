"""The dialect: samples of every message as Shanhe sees them, and what it has no words for.

``python plugins/cargo_insurers/shanhe/tests/test_cargo_shanhe.py`` writes the samples.
"""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from hub_cargo_shanhe import codes
from hub_cargo_shanhe.adapter import PARTNER, shanhe
from hub_cargo_shanhe.simulator.counter import ShanheCounter
from hub_cargo_shanhe.tables import ENCODING, LAYOUTS, RECEIPT
from lxml import etree

from hub.contract.adapters import Context, PollingAdapter, Refusal
from hub.contract.message import Raw
from hub.contract.receipt import RECEIPT_CODES
from hub.crypto.keys import KeySigner
from hub.testing import pki
from hub.testing.simulator.cargo import examples
from hub.testing.simulator.cargo.examples import AT
from hub.xml.codec import snake
from hub.xml.layout import encoded
from hub.xml.reader import read
from hub.xml.translated import header

SAMPLES = Path(__file__).parent / "samples"
LAST = {
    name: {snake(field): tuple(table)[-1].code}
    for table in codes.TABLES
    for name, _, field in [table.name.partition(".")]
}
"""Type -> the last code of its table, which is below zero."""


def unsigned(type: str) -> bytes:
    message = examples.message(type, PARTNER, LAST.get(type, {}))
    element = LAYOUTS[f"{type}/1.0"].write({**message.body, "header": header(message)})
    etree.indent(element)
    return encoded(element, ENCODING)


@pytest.fixture(scope="module")
def keys():
    root = pki.make_authority("test", AT)
    made = [pki.issue_partner(root, name, AT) for name in ("hub", PARTNER)]
    return [KeySigner.from_pem(one.key, one.certificate) for one in made]


@pytest.fixture
def sides(keys) -> tuple[Context, Context]:
    hub, partner = keys
    ours = Context(now=AT, hub="swhub", signer=hub, trusted=(partner.certificate,))
    return ours, Context(now=AT, hub=PARTNER, signer=partner, trusted=(hub.certificate,))


def told(sides, documents, asked=0, place=0) -> Raw:
    content = ShanheCounter().told(documents, asked, place, sides[1])
    return Raw(content=content, received_at=AT)


@pytest.mark.parametrize("type", examples.BODIES)
def test_a_message_looks_like_its_sample(type):
    assert unsigned(type) == (SAMPLES / f"{snake(type)}.xml").read_bytes()


@pytest.mark.parametrize("type", examples.BODIES)
def test_a_sample_is_read_as_what_was_meant(type):
    content = (SAMPLES / f"{snake(type)}.xml").read_bytes()

    message = shanhe().unsealed(read(content))

    assert message == examples.message(type, PARTNER, LAST.get(type, {}))


@pytest.mark.parametrize("declared", LAYOUTS)
def test_nothing_of_a_message_gets_lost(declared):
    assert LAYOUTS[declared].lost(shanhe().catalogue.message(*declared.split("/")).shape) == []


def test_amounts_are_in_cents_rates_per_ten_thousand_and_times_of_china():
    text = unsigned("CargoApplication").decode("gb18030")

    for words in ("<FPJE>10000000</FPJE>", "<FL>5</FL>", "<TBSJ>20261120090000</TBSJ>", "<QYRQ>20261128</QYRQ>"):
        assert words in text


@pytest.mark.parametrize("code", RECEIPT_CODES)
def test_every_receipt_code_is_said_and_read(code):
    assert RECEIPT.read(RECEIPT.write(code)) == code


def test_what_is_sent_is_gb18030_and_says_so(sides):
    out = shanhe().build(examples.message("CargoApplication", PARTNER, {}), sides[0])

    assert "机电产品".encode("gb18030") in out.content
    assert out.content_type.endswith("GB18030")


def test_the_hub_asks_from_the_place_that_it_has_read():
    assert isinstance(shanhe(), PollingAdapter)


@pytest.mark.parametrize("place", ["", "0", "17"])
def test_a_question_names_its_place(sides, place):
    out = shanhe().poll(place, sides[0])

    assert ShanheCounter().asked(Raw(content=out.content, received_at=AT), sides[1]) == int(place or 0)
    assert out.path == "/poll"


def test_news_are_documents_and_the_next_place(sides):
    documents, place = shanhe().parse_poll(told(sides, [b"one", b"two"], 3, 5), "3", sides[0])

    assert [document.content for document in documents] == [b"one", b"two"]
    assert place == "5"


def test_no_news_leave_the_place(sides):
    assert shanhe().parse_poll(told(sides, []), "", sides[0]) == ([], "0")


@pytest.mark.parametrize(("asked", "place"), [(2, 5), (3, 2)])
def test_news_for_another_question_or_from_behind_are_refused(sides, asked, place):
    with pytest.raises(Refusal):
        shanhe().parse_poll(told(sides, [b"one"], asked, place), "3", sides[0])


def test_news_that_a_stranger_signed_are_refused(sides):
    ours, theirs = sides
    with pytest.raises(Refusal) as refused:
        shanhe().parse_poll(told((theirs, ours), [b"one"], 0, 1), "", ours)
    assert refused.value.code == "1003"


def test_a_changed_document_is_refused_as_one(sides):
    ours = sides[0]
    answer = told(sides, [b"one"], 0, 1)
    changed = replace(answer, content=answer.content.replace(b"<WZ>1<", b"<WZ>9<"))

    with pytest.raises(Refusal) as refused:
        shanhe().parse_poll(changed, "", ours)
    assert refused.value.code == "1001"


def test_a_time_loses_its_fractions_and_nothing_else(sides):
    message = examples.message("CargoCancellation", PARTNER, {})
    late = replace(message, body={**message.body, "requested_at": AT + timedelta(microseconds=999_999)})

    assert shanhe().build(late, sides[0]).content.count(b"20261120090000") == 2


if __name__ == "__main__":
    for type in examples.BODIES:
        (SAMPLES / f"{snake(type)}.xml").write_bytes(unsigned(type))
