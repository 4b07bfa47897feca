"""Golden samples of every message: each satisfies its XSD, and is written again as it was read."""

import pytest
from hub_bank_iso20022.adapter import iso20022
from lxml import etree

from hub.contract.adapters import Refusal
from hub.xml.layout import encoded
from hub.xml.reader import read

ADAPTER = iso20022()
EVERY = pytest.mark.parametrize("row", ADAPTER.messages, ids=lambda row: row.type)


def sample(row) -> bytes:
    return (ADAPTER.schemas / "samples" / f"{row.sample}.xml").read_bytes()


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
def test_a_sample_is_written_again_as_it_was_read(row):
    written = row.layout.write(row.layout.read(read(sample(row))))
    etree.indent(written)

    assert encoded(written, ADAPTER.encoding).split(b"?>", 1)[1] in sample(row).replace(b"?>\n", b"?>")


@pytest.mark.parametrize("type", ["PaymentOrder", "PaymentResult", "PaymentAgreementRequest", "PaymentAgreementResult"])
def test_nothing_of_a_message_gets_lost(type):
    assert ADAPTER.row(type).layout.lost(ADAPTER.catalogue.message(type, "1.0").shape) == []
