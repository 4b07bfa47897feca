"""Golden samples of every message: they satisfy their XSD, come back unchanged, and nothing else is believed."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from hub.contract.adapters import Context, PartnerAdapter, Refusal
from hub.contract.message import CanonicalMessage, Raw
from hub.testing import pki
from hub.xml.layout import encoded
from hub.xml.reader import read
from $package import codes
from $package.adapter import ENCODING, make_adapter
from $package.messages import MESSAGES

NOW = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)
ADAPTER = make_adapter()
QUERIES = {row.query for row in MESSAGES}
SENT = [row for row in MESSAGES if row.answer and row.type not in QUERIES]
EVERY = pytest.mark.parametrize("row", MESSAGES, ids=lambda row: row.sample)
OURS = pytest.mark.parametrize("row", SENT, ids=lambda row: row.sample)


@pytest.fixture(scope="module")
def ctx() -> Context:
    authority = pki.make_authority("test", NOW)
    signer = pki.KeySigner(pki.issue_partner(authority, "s", NOW))
    return Context(now=NOW, hub="swhub", signer=signer, trusted=(signer.certificate,))


def message(row, body) -> CanonicalMessage:
    return CanonicalMessage(
        type=row.type, version=row.version, message_id="7f2504e0-4f89-41d3-9a0c-0305e82c33aa", sender="swhub",
        receiver="$partner", enterprise="0" * 18, business_key="1", sequence=1, created_at=NOW, body=body,
    )  # fmt: skip


@EVERY
def test_a_sample_satisfies_its_xsd_in_the_partners_encoding(row, sample):
    ADAPTER.check(row, read(sample(row)))

    assert f'encoding="{ENCODING}"'.encode() in sample(row).splitlines()[0]


@EVERY
def test_what_is_read_from_a_sample_is_written_so_that_it_reads_the_same(row, sample):
    values = row.layout.read(read(sample(row)))

    written = row.layout.write(values)

    ADAPTER.check(row, written)
    assert row.layout.read(read(encoded(written, ENCODING))) == values


@OURS
def test_every_value_of_a_sample_that_the_hub_sends_has_a_row(row, sample):
    element = read(sample(row))

    written = row.layout.write(row.layout.read(element))

    names, rows = ([(part.tag, *part.keys()) for part in root.iter()] for root in (element, written))
    assert rows == names


@OURS
def test_the_same_message_is_the_same_bytes(row, ctx, example):
    once, again = (ADAPTER.build(message(row, example(row)), ctx) for _ in range(2))

    assert once == again


@OURS
def test_values_that_have_no_row_are_refused_before_they_are_signed(row, ctx, example):
    with pytest.raises(Refusal) as refused:
        ADAPTER.build(message(row, {**example(row), "no_such_value": "1"}), ctx)
    assert refused.value.code == "0002"


@OURS
def test_the_same_bytes_in_the_other_direction_are_refused(row, ctx, example):
    turned = replace(message(row, example(row)), sender="$partner", receiver="swhub")
    raw = Raw(content=ADAPTER.build(turned, ctx).content, received_at=NOW)

    with pytest.raises(Refusal) as refused:
        ADAPTER.open(raw, ctx)
    assert refused.value.code == "0005"


def test_the_adapter_is_one_and_refuses_a_type_that_is_none_of_the_partners(ctx):
    assert isinstance(ADAPTER, PartnerAdapter)
    with pytest.raises(Refusal) as refused:
        ADAPTER.build(replace(message(MESSAGES[0], {}), type="NoSuchMessage"), ctx)
    assert refused.value.code == "0005"


def test_no_code_stands_in_both_tables_and_each_has_its_wording():
    texts = [row.text for row in codes.ANSWERS] + [text for _, text in codes.UNMAPPED]

    assert {row.code for row in codes.ANSWERS}.isdisjoint(code for code, _ in codes.UNMAPPED)
    assert all(text.zh and text.en for text in texts)


def test_answers_and_queries_are_messages_that_are_there():
    assert {row.answer for row in MESSAGES} | QUERIES <= {*(row.type for row in MESSAGES), ""}
