"""Golden samples of every message: they satisfy their XSD, come back unchanged, and nothing else is believed."""

from dataclasses import replace
from datetime import UTC, datetime
from importlib.resources import files

import pytest

from hub.contract.adapters import Context, PartnerAdapter, Refusal
from hub.contract.message import CanonicalMessage, Raw, Verdict
from hub.contract.status import UnmappedCode
from hub.testing import pki
from hub.xml.reader import read
from $package import codes, wire
from $package.adapter import make_adapter, sheet
from $package.messages import BY_TYPE, MEANINGS, MESSAGES

NOW = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)
DECLARED = {name for row in sheet().capabilities.values() for name in (*row.sends, *row.receives)}
PUSHED = [row for row in MESSAGES if sheet().receives(f"{row.type}/1.0")]
EVERY = pytest.mark.parametrize("row", MESSAGES, ids=lambda row: row.sample)


@pytest.fixture(scope="module")
def signer() -> pki.KeySigner:
    authority = pki.make_authority("test", NOW)
    return pki.KeySigner(pki.issue_partner(authority, "s", NOW, algorithm="ecdsa-sha256"))


@pytest.fixture(scope="module")
def ctx(signer) -> Context:
    return Context(now=NOW, hub="swhub", signer=signer, trusted=(signer.certificate,))


def sample(row) -> bytes:
    return files("$package").joinpath(f"schemas/samples/{row.sample}.xml").read_bytes()


@EVERY
def test_a_sample_is_declared_in_the_partners_encoding_and_comes_back_unchanged(row):
    element = read(sample(row))
    found, values = wire.decoded(element)

    written = wire.element(found, found.write(found.read(values)))

    assert f'encoding="{wire.ENCODING}"'.encode() in sample(row).splitlines()[0]
    assert found.tag == row.tag
    assert wire.decoded(written)[1] == values


@EVERY
def test_a_signed_message_is_read_as_it_was_written(row, signer):
    values = wire.example(row)

    opened = wire.unpack(wire.pack(row, values, signer), (signer.certificate,), NOW)

    assert (opened.message.tag, opened.values) == (row.tag, values)


@EVERY
def test_a_message_cut_off_anywhere_is_refused(row, signer):
    whole = wire.pack(row, wire.example(row), signer)

    for cut in range(0, whole.rindex(b">"), 37):
        with pytest.raises(Refusal):
            wire.unpack(whole[:cut], (signer.certificate,), NOW)


@EVERY
def test_a_message_signed_by_somebody_else_is_refused(row, signer):
    whole = wire.pack(row, wire.example(row), signer)

    with pytest.raises(Refusal) as refused:
        wire.unpack(whole, (), NOW)
    assert refused.value.code == "1003"


@EVERY
def test_values_that_the_xsd_does_not_know_are_refused_before_they_are_signed(row, signer):
    with pytest.raises(Refusal) as refused:
        wire.pack(row, {**wire.example(row), "NoSuchElement": "1"}, signer)
    assert refused.value.code == "0002"


def test_every_message_is_declared_or_the_answer_to_one_that_is():
    answers = {row.answer for row in MESSAGES}

    assert {f"{row.type}/1.0" for row in MESSAGES if row.type not in answers} == DECLARED


def test_the_adapter_is_one_and_refuses_a_type_that_is_none_of_the_partners(ctx):
    adapter = make_adapter()
    row = MESSAGES[0]
    message = CanonicalMessage(
        type=row.type, version="1.0", message_id="0", sender="swhub", receiver="$partner", enterprise="0" * 18,
        business_key="1", sequence=1, created_at=NOW, body=row.read(wire.example(row)),
    )  # fmt: skip

    assert isinstance(adapter, PartnerAdapter)
    assert wire.unpack(adapter.build(message, ctx).content, ctx.trusted, NOW).values == wire.example(row)
    with pytest.raises(Refusal) as refused:
        adapter.build(replace(message, type="NoSuchMessage"), ctx)
    assert refused.value.code == "0005"


@pytest.mark.parametrize("row", PUSHED, ids=lambda row: row.sample)
def test_what_the_partner_sends_by_itself_is_opened_signed_for_and_parked_until_it_is_mapped(row, signer, ctx):
    adapter = make_adapter()
    raw = Raw(content=wire.pack(row, wire.example(row), signer), received_at=NOW)

    message = adapter.open(raw, ctx)
    receipt = adapter.receipt(raw, message, Verdict(code="0000", text="已接收"), ctx)

    assert message.canonical.body == row.read(wire.example(row))
    assert b"SignatureValue" in receipt.content
    if row.type not in MEANINGS:
        with pytest.raises(UnmappedCode):
            adapter.parse(message, ctx)


@EVERY
def test_the_same_bytes_in_the_other_direction_are_refused(row, signer, ctx):
    if row in PUSHED:
        return
    with pytest.raises(Refusal) as refused:
        make_adapter().open(Raw(content=wire.pack(row, wire.example(row), signer), received_at=NOW), ctx)
    assert refused.value.code == "0005"


def test_no_code_stands_in_both_tables_and_each_has_its_wording():
    texts = [row.text for row in codes.STATUS] + [text for _, text in codes.UNMAPPED]

    assert {row.code for row in codes.STATUS}.isdisjoint(code for code, _ in codes.UNMAPPED)
    assert all(text.zh and text.en for text in texts)


def test_answers_name_messages_that_are_there():
    assert {row.answer for row in MESSAGES} | {row.query for row in MESSAGES} <= {*BY_TYPE, ""}
