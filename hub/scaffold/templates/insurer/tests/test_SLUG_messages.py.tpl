"""Samples of every message: what they look like, what they mean, and what is refused."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from lxml import etree

from hub.business import KINDS
from hub.business.content import check_content
from hub.business.states import By
from hub.contract.adapters import Context, Refusal
from hub.contract.message import InMessage, Raw
from hub.contract.status import UnmappedCode
from hub.testing import pki
from hub.xml.dialect import seal
from $package import codes
from $package.adapter import make_adapter, sheet
from $package.messages import MEANINGS

SAMPLES = sorted((Path(__file__).parent / "samples").glob("*.xml"))
NOW = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)
CODED = {"ReviewResult": (codes.REVIEW, "result_code"), "PolicyIssued": (codes.ISSUED, "status_code")}
FIXED = {"PolicyOffer": "offered", "ReceiptConfirmed": "receipt_confirmed"}


@pytest.fixture(scope="module")
def signer() -> pki.KeySigner:
    authority = pki.make_authority("test", NOW)
    return pki.KeySigner(pki.issue_partner(authority, "s", NOW, algorithm="ecdsa-sha256"))


@pytest.fixture(scope="module")
def ctx(signer) -> Context:
    return Context(now=NOW, hub="swhub", signer=signer, trusted=(signer.certificate,))


def read(sample: Path):
    """The canonical message in a sample, checked against its schema."""
    element = etree.parse(sample, etree.XMLParser(remove_blank_text=True)).getroot()
    schema = make_adapter().catalogue.of(element)
    schema.validate(element)
    return schema.decode(element)


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda path: path.stem)
def test_a_sample_is_what_the_codec_writes_today(sample):
    message = read(sample)
    element = make_adapter().catalogue.message(message.type, message.version).encode(message)
    etree.indent(element)

    assert etree.tostring(element, encoding="UTF-8", xml_declaration=True) + b"\n" == sample.read_bytes()


def test_there_is_a_sample_of_every_message_of_the_sheet():
    declared = {name for row in sheet().capabilities.values() for name in (*row.sends, *row.receives)}

    assert {f"{read(sample).type}/1.0" for sample in SAMPLES} == declared - {"StatusQuery/1.0"}


def test_every_message_that_may_come_in_has_a_meaning():
    assert set(MEANINGS) == {name for row in sheet().capabilities.values() for name in row.receives}


@pytest.mark.parametrize(
    "sample", [path for path in SAMPLES if f"{read(path).type}/1.0" in MEANINGS], ids=lambda path: path.stem
)
def test_a_sample_means_an_event_that_its_kind_declares(sample, ctx):
    message = read(sample)
    arrived = InMessage(partner=message.sender, canonical=message, digest="", signer="")
    table, field = CODED.get(message.type, (None, ""))
    code = message.body.get(field)
    if table is not None and code not in {row.code for row in table}:
        with pytest.raises(UnmappedCode):
            make_adapter().parse(arrived, ctx)
        return
    (event,) = make_adapter().parse(arrived, ctx)
    kind = KINDS[event.kind]

    check_content(kind, event.content)
    assert event.event == (table[code].event if table is not None else FIXED[message.type])
    assert kind.event(event.event).by is By.PARTNER


def test_every_event_of_a_status_table_is_one_that_a_partner_may_cause():
    known = {event.name for kind in KINDS.values() for event in kind.events if event.by is By.PARTNER}

    assert {row.event for table in codes.TABLES for row in table} <= known


def test_a_signed_offer_comes_through_the_door_and_one_changed_byte_does_not(signer, ctx):
    offer = next(read(sample) for sample in SAMPLES if sample.stem == "policy_offer")
    adapter = make_adapter()
    content = seal(adapter.catalogue, offer, signer)
    changed = content.replace(b"<Renewal>false<", b"<Renewal>true<")

    opened = adapter.open(Raw(content=content, received_at=NOW), ctx)

    assert opened.canonical == offer
    assert changed != content
    with pytest.raises(Refusal) as refused:
        adapter.open(Raw(content=changed, received_at=NOW), ctx)
    assert refused.value.code == "1001"


def test_a_message_far_out_of_its_time_is_refused(signer, ctx):
    offer = next(read(sample) for sample in SAMPLES if sample.stem == "policy_offer")
    content = seal(make_adapter().catalogue, offer, signer)
    later = Context(now=NOW + timedelta(days=60), hub="swhub", signer=signer, trusted=(signer.certificate,))

    with pytest.raises(Refusal) as refused:
        make_adapter().open(Raw(content=content, received_at=NOW), later)
    assert refused.value.code == "1005"
